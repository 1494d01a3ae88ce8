import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bedEndpoints as e, type OfferAct, type RequestAct, type SlotChange } from '@dure/contract'
import fc from 'fast-check'
import pg from 'pg'
import { ESSENTIALS, type World, world } from '../testing/bed-world.ts'
import { CLOSED } from './request-states.sql.ts'
import { insertSlots } from './slots.sql.ts'

/*
 * The argument. Every change of a request, its offers and its hold takes the request's row lock first; every change of a
 * slot takes the slot's row lock, after the request's. So two decisions about one request follow one another, and two
 * decisions about one slot do. Each decision is made on rows read under its locks and saved with everything it names in
 * the same transaction. What is left to go wrong is a decision that forgets something; this looks for one: many people act
 * at once, in any order, also impossible ones, while time passes and timers fire.
 */

const HOSPITALS = 2
const SLOTS = 2
const REQUESTS = 4

const requestActs: readonly RequestAct[] = [
  { event: 'triage', severity: 'severe', urgency: 'immediate' },
  { event: 'triage', severity: 'moderate', urgency: 'within_4h' },
  { event: 'start_matching' },
  { event: 'confirm', agreeToConditions: true },
  { event: 'arrange_transport', transport: 'ambulance_119' },
  { event: 'depart' },
  { event: 'arrive' },
  { event: 'admit' },
  { event: 'put_on_hold', why: '보호자 연락' },
  { event: 'resume' },
  { event: 'escalate', to: 'neighbours', why: '병상 없음' },
  { event: 'declare_no_bed', interimPlan: '응급실 관찰', retryInMinutes: 5 },
  { event: 'retry' },
  { event: 'divert', why: '상태 악화' },
  { event: 'place_outside', hospitalName: '다른 망 병원', phone: '02-000-0000', why: '가족 희망' },
  { event: 'step_down', to: 'home', why: '호전' },
  { event: 'return_to_origin', why: '이송 불가' },
  { event: 'record_death', at: '2026-01-01T00:00:00Z' },
  { event: 'cancel', reason: 'recovered' },
  { event: 'enter_in_error', why: '중복' },
]
const offerActs: readonly OfferAct[] = [
  { event: 'see' },
  { event: 'accept' },
  { event: 'accept' },
  { event: 'accept_with_conditions', conditions: '보호자 동행' },
  { event: 'decline', reason: 'staff' },
  { event: 'decline', reason: 'data_wrong', note: '찼음' },
  { event: 'withdraw' },
]
const slotChanges: readonly SlotChange['change'][] = [
  'open',
  'open',
  'start_cleaning',
  'block',
  'close',
  'discharge',
  'occupy_own',
]

type Step =
  | { readonly kind: 'onward'; readonly request: number; readonly pick: number }
  | { readonly kind: 'ask'; readonly request: number }
  | { readonly kind: 'act'; readonly request: number; readonly act: number; readonly who: number }
  | { readonly kind: 'answer'; readonly request: number; readonly offer: number; readonly act: number }
  | { readonly kind: 'slot'; readonly slot: number; readonly change: number }
  | { readonly kind: 'extend'; readonly request: number }
  | { readonly kind: 'merge'; readonly request: number; readonly into: number }
  | { readonly kind: 'wait'; readonly minutes: number }

const at = (count: number) => fc.nat({ max: count - 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('onward' as const), request: at(REQUESTS), pick: at(4) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('ask' as const), request: at(REQUESTS) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('act' as const),
      request: at(REQUESTS),
      act: at(requestActs.length),
      who: at(4),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      request: at(REQUESTS),
      offer: at(4),
      act: at(offerActs.length),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('slot' as const),
      slot: at(HOSPITALS * SLOTS),
      change: at(slotChanges.length),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('extend' as const), request: at(REQUESTS) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('merge' as const), request: at(REQUESTS), into: at(REQUESTS) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.constantFrom(1, 5, 20, 31) }) },
)

type Answer = { ok: true } | { ok: false; error: { code: string } }

/** Refusals are fine, faults are not. */
const noFault = (answer: Answer): void => {
  if (!answer.ok) assert.ok(!['internal', 'overloaded'].includes(answer.error.code), answer.error.code)
}

const run = async (w: World, ids: readonly string[], one: Step): Promise<void> => {
  const { db } = w.test.cell.deps
  const requestId = 'request' in one ? (ids[one.request] ?? '') : ''
  const version = async () =>
    (await db.sql<{ version: number }>('select version from beds.request where id = $1', [requestId]))[0]?.version ?? 0
  switch (one.kind) {
    case 'onward':
      return onward(w, requestId, one.pick)
    case 'ask':
      return noFault(await w.desk.call(e.sendOffers, { params: { id: requestId }, body: { version: await version() } }))
    case 'act': {
      const people = [w.desk, w.requester, w.transport, w.hospitals[0]?.desk ?? w.desk]
      const act = requestActs[one.act] ?? { event: 'retry' }
      const body = { act, version: await version() }
      return noFault(await (people[one.who] ?? w.desk).call(e.actOnRequest, { params: { id: requestId }, body }))
    }
    case 'answer':
      return answer(w, requestId, one.offer, offerActs[one.act] ?? { event: 'see' })
    case 'slot':
      return changeSlot(w, one.slot, slotChanges[one.change] ?? 'open')
    case 'extend': {
      const [hold] = await db.sql<{ id: string }>('select id from beds.hold where request_id = $1 order by id desc', [
        requestId,
      ])
      if (hold !== undefined) noFault(await w.desk.call(e.extendHold, { params: { id: hold.id } }))
      return
    }
    case 'merge': {
      const act = { event: 'merge', into: ids[one.into] ?? '' } as const
      const body = { act, version: await version() }
      return noFault(await w.desk.call(e.actOnRequest, { params: { id: requestId }, body }))
    }
    case 'wait':
      w.test.clock.advance(one.minutes * 60_000)
      await w.test.cell.timers.runDue(w.test.clock.now())
  }
}

const ONWARD: Readonly<Record<string, RequestAct>> = {
  submitted: { event: 'triage', severity: 'critical', urgency: 'immediate' },
  triaged: { event: 'start_matching' },
  held: { event: 'confirm', agreeToConditions: true },
  confirmed: { event: 'depart' },
  in_transit: { event: 'arrive' },
  arrived: { event: 'admit' },
  no_bed: { event: 'retry' },
  on_hold: { event: 'resume' },
}

/** What usually comes next, so that the walk also reaches the end of the road. */
const onward = async (w: World, requestId: string, pick: number): Promise<void> => {
  const [row] = await w.test.cell.deps.db.sql<{ state: string; version: number }>(
    'select state, version from beds.request where id = $1',
    [requestId],
  )
  const { state, version } = row ?? { state: 'none', version: 0 }
  if (state === 'offered') return answer(w, requestId, pick, { event: 'accept' })
  const act = ONWARD[state]
  if (act === undefined) {
    const ask = { params: { id: requestId }, body: { version } }
    return noFault(await w.desk.call(e.sendOffers, ask))
  }
  const who = state === 'in_transit' || state === 'arrived' ? w.desk : w.requester
  const doer = state === 'submitted' || state === 'triaged' || state === 'no_bed' ? w.desk : who
  noFault(await doer.call(e.actOnRequest, { params: { id: requestId }, body: { act, version } }))
}

const answer = async (w: World, requestId: string, pick: number, act: OfferAct): Promise<void> => {
  const offers = await w.test.cell.deps.db.sql<{ id: string; hospital_id: string }>(
    'select id, hospital_id from beds.offer where request_id = $1 order by id desc limit 4',
    [requestId],
  )
  const offer = offers[pick % Math.max(1, offers.length)]
  if (offer === undefined) return
  const hospital = w.hospitals.find((one) => one.id === offer.hospital_id)
  const who = act.event === 'withdraw' ? w.desk : (hospital?.desk ?? w.desk)
  noFault(await who.call(e.actOnOffer, { params: { id: offer.id }, body: { act } }))
}

const changeSlot = async (w: World, at: number, change: SlotChange['change']): Promise<void> => {
  const hospital = w.hospitals[Math.floor(at / SLOTS)]
  const id = hospital?.slotIds[at % SLOTS] ?? ''
  const [slot] = await w.test.cell.deps.db.sql<{ version: number }>('select version from beds.slot where id = $1', [id])
  const version = slot?.version ?? 0
  const body = change === 'block' ? { change, reason: 'staff' as const, version } : { change, version }
  noFault(await (hospital?.desk ?? w.desk).call(e.changeSlot, { params: { id }, body: body as SlotChange }))
}

// ---------------------------------------------------------------- what must always hold

const LIVE = `('granted', 'confirmed', 'occupied')`
const OPEN = `('sent', 'delivered', 'seen', 'acked')`

/** Each gives the rows that break a promise. */
const BROKEN: Readonly<Record<string, string>> = {
  'a slot has at most one live hold': `
    select slot_id from beds.hold where state in ${LIVE} group by slot_id having count(*) > 1`,
  'a request has at most one live hold': `
    select request_id from beds.hold where state in ${LIVE} group by request_id having count(*) > 1`,
  'a slot is held exactly while a granted or confirmed hold is on it': `
    select s.id, s.state from beds.slot s
     where (s.state = 'held') <> exists (
       select from beds.hold h where h.slot_id = s.id and h.state in ('granted', 'confirmed'))`,
  'a slot under an occupied hold is occupied': `
    select s.id, s.state from beds.slot s join beds.hold h on h.slot_id = s.id
     where h.state = 'occupied' and s.state <> 'occupied'`,
  'a closed request holds nothing, unless its patient lies in the bed': `
    select r.id, r.state, h.state from beds.request r join beds.hold h on h.request_id = r.id and h.state in ${LIVE}
     where r.state in ${CLOSED} and not (r.state = 'admitted' and h.state = 'occupied')`,
  'a request whose state means a bed has one, or one outside the network': `
    select r.id, r.state from beds.request r
     where (r.state in ('held', 'confirmed', 'transport_arranged', 'in_transit', 'arrived'))
       and r.outside_name is null
       and not exists (select from beds.hold h where h.request_id = r.id and h.state in ('granted', 'confirmed'))`,
  'a request whose state means no bed has none': `
    select r.id, r.state from beds.request r join beds.hold h on h.request_id = r.id and h.state in ${LIVE}
     where r.state not in ('held', 'confirmed', 'transport_arranged', 'in_transit', 'arrived', 'admitted')`,
  'hospitals are asked only while the request looks for a bed': `
    select r.id, r.state from beds.request r join beds.offer o on o.request_id = r.id and o.state in ${OPEN}
     where r.state not in ('offered', 'escalated')`,
  'the fencing number of a slot is that of its newest hold': `
    select s.id from beds.slot s
     where s.fencing <> coalesce((select max(h.fencing) from beds.hold h where h.slot_id = s.id), 0)`,
  'fencing rises with every hold': `
    select a.id from beds.hold a join beds.hold b on a.slot_id = b.slot_id and a.id < b.id and a.fencing >= b.fencing`,
  'a granted hold has its end planned': `
    select h.id from beds.hold h
     where h.state = 'granted'
       and not exists (select from platform.timer t where t.subject = h.id and t.done_at is null)`,
  'an open offer has its end planned': `
    select o.id from beds.offer o
     where o.state in ${OPEN}
       and not exists (select from platform.timer t where t.subject = o.id and t.done_at is null)`,
  'a closed request has no timer left': `
    select r.id, t.kind from beds.request r join platform.timer t on t.subject = r.id and t.done_at is null
     where r.state in ${CLOSED}`,
  'an answered offer has no timer left': `
    select o.id, o.state from beds.offer o join platform.timer t on t.subject = o.id and t.done_at is null
     where o.state not in ${OPEN}`,
  'a hold that is no longer only granted has no timer left': `
    select h.id, h.state from beds.hold h join platform.timer t on t.subject = h.id and t.done_at is null
     where h.state <> 'granted'`,
  'an offer that was accepted in a round is the only one of that round': `
    select request_id from beds.offer where state in ('accepted', 'accepted_with_conditions')
     group by request_id, round having count(*) > 1`,
}

const assertKept = async (w: World): Promise<void> => {
  for (const [promise, sql] of Object.entries(BROKEN)) assert.deepEqual(await w.test.cell.deps.db.sql(sql), [], promise)
}

/** The program's own login may not empty tables. */
const emptied = async (w: World) => {
  const owner = new pg.Client(w.test.database.connection)
  await owner.connect()
  await owner.query('truncate beds.request, beds.slot, platform.timer, platform.outbox cascade')
  await owner.end()
}

/** An empty region with the same places, and some patients ready to be asked for. */
const startOver = async (w: World, turn: number): Promise<string[]> => {
  const { db, clock } = w.test.cell.deps
  // Later every time, so that the ranking prepares its copy anew, and not so late that sessions end.
  w.test.clock.set(new Date(Date.parse('2026-01-05T00:00:00Z') + turn * 6 * 60_000))
  await emptied(w)
  const now = clock.now()
  const slots = w.hospitals.flatMap(({ id, slotIds }) =>
    slotIds.map((slotId, at) => ({
      id: slotId,
      hospitalId: id,
      label: `${at}`,
      bedClass: 'CRITICAL' as const,
      isolation: 'negative_pressure' as const,
      share: 'placeable' as const,
      state: 'available' as const,
      asOf: now,
      source: 'web' as const,
    })),
  )
  await db.tx((tx) => insertSlots(tx, slots, now))
  const ids: string[] = []
  for (let count = 0; count < REQUESTS; count += 1) {
    const judged = count % 2 === 0
    if (judged) ids.push((await w.matching()).id)
    else {
      const made = await w.requester.call(e.createRequest, { body: ESSENTIALS })
      if (made.ok) ids.push(made.value.id)
    }
  }
  return ids
}

test('whatever many people do at once, no bed and no patient is promised twice and nothing is left behind', async () => {
  await using w = await world({ hospitals: HOSPITALS, slots: SLOTS })
  const reached = new Set<string>()
  let turn = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 6, maxLength: 16 }),
      async (moments) => {
        turn += 1
        const ids = await startOver(w, turn)
        for (const moment of moments) {
          await Promise.all(moment.map((one) => run(w, ids, one)))
          await assertKept(w)
        }
        for (let pick = 0; pick < 10; pick += 1) for (const id of ids) await onward(w, id, pick % 4)
        await assertKept(w)
        const states = await w.test.cell.deps.db.sql<{ kind: string }>('select distinct kind from beds.request_event')
        for (const { kind } of states) reached.add(kind)
      },
    ),
    { numRuns: 20, endOnFailure: true },
  )
  for (const kind of ['offer_sent', 'hold_granted', 'confirm', 'admit'])
    assert.ok(reached.has(kind), `${kind} happened somewhere: otherwise this property says little`)
})
