import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bedEndpoints, cellEndpoints, facilityEndpoints, roomEndpoints } from '@dure/contract'
import fc from 'fast-check'
import { monotonicFactory } from 'ulid'
import { must, toMatching } from '../testing/bed-world.ts'
import type { TestPerson } from '../testing/cell.ts'
import { type Cells, startCells } from '../testing/linked-cells.ts'
import { seen, settleRegion, type TestRegion } from '../testing/regions.ts'

const newId = monotonicFactory()

/** People of a region in its running cell: a cell that was started anew knows nobody who was signed in. */
interface Staff {
  readonly desk: TestPerson
  readonly hospital: TestPerson
  readonly requester: TestPerson
}

const staff = async (cells: Cells, { code, hospitalIds, originId }: TestRegion): Promise<Staff> => {
  const cell = cells.of(code)
  return {
    desk: await cell.person({ role: 'placement_desk', name: '배정반' }),
    hospital: await cell.person({ role: 'hospital_desk', facilityId: hospitalIds[0] ?? '', name: '병상' }),
    requester: await cell.person({ role: 'requester', facilityId: originId, name: '응급실' }),
  }
}

/** Offered to the own hospital and accepted; `confirmed`: and confirmed by the desk. */
const place = async ({ desk, hospital, requester }: Staff, slotId: string, confirmed = false): Promise<string> => {
  const { id, version } = await toMatching(requester, desk)
  const body = { hospitalIds: [hospital.facilityId ?? ''], version }
  const sent = must(await desk.call(bedEndpoints.sendOffers, { params: { id }, body }))
  const act = { event: 'accept', slotId } as const
  must(await hospital.call(bedEndpoints.actOnOffer, { params: { id: sent.offers.at(-1)?.id ?? '' }, body: { act } }))
  if (confirmed) await act_(desk, id, { event: 'confirm' })
  return id
}

const act_ = async (person: TestPerson, id: string, act: object) => {
  const { version } = await seen(person, id)
  return must(await person.call(bedEndpoints.actOnRequest, { params: { id }, body: { act: act as never, version } }))
}

/** A patient who may go elsewhere, for whom another region is asked. */
const ask = async ({ desk, requester }: Staff, sido: string): Promise<string> => {
  const made = await toMatching(requester, desk, { outOfRegionConsent: true })
  const wide = await act_(desk, made.id, { event: 'escalate', to: 'national', why: '관내 병상 없음' })
  const body = { sido, version: wide.version }
  must(await desk.call(cellEndpoints.askRegion, { params: { id: made.id }, body }))
  return made.id
}

interface Promised {
  readonly slot_id: string
  readonly whose: string
  readonly state: string
  readonly fencing: string
}

/** Every live promise of a region's beds. */
const promises = (cells: Cells, code: string): Promise<Promised[]> =>
  cells.of(code).cell.deps.db.sql<Promised>(
    `select h.slot_id, coalesce(h.request_id, h.ask_id) as whose, h.state, h.fencing
       from beds.hold h join beds.slot s on s.id = h.slot_id
      where s.sido is null and h.state in ('granted', 'confirmed', 'occupied')
      order by h.slot_id, h.id`,
  )

const requests = (cells: Cells, code: string): Promise<{ id: string; state: string; code: string }[]> =>
  cells
    .of(code)
    .cell.deps.db.sql(`select r.id, r.state, r.code from beds.request r where r.sido = $1 order by r.id`, [code])

const crossings = async (cells: Cells, code: string) => ({
  asks: await cells
    .of(code)
    .cell.deps.db.sql(`select a.id, a.state, a.slot_id, a.fencing from beds.ask a order by a.id`),
  grants: await cells
    .of(code)
    .cell.deps.db.sql(`select g.ask_id, g.state, g.slot_id, g.fencing from beds.grant g order by g.ask_id`),
})

const entriesOf = async (desk: TestPerson) => must(await desk.call(cellEndpoints.reconciliation, {})).entries

const openTimers = (cells: Cells, code: string): Promise<{ kind: string; subject: string }[]> =>
  cells
    .of(code)
    .cell.deps.db.sql(`select kind, subject from platform.timer where done_at is null order by kind, subject`)

/** No bed and no patient has two promises, each bed is in the state its promise says, and every log verifies. */
const allIsWell = async (cells: Cells, codes: readonly string[]): Promise<void> => {
  for (const code of codes) {
    const { db } = cells.of(code).cell.deps
    const wrong = await db.sql(
      `select s.id, s.state from beds.slot s
        where s.sido is null
          and (s.state in ('held')) <> exists (select from beds.hold h where h.slot_id = s.id and h.state in ('granted', 'confirmed'))`,
    )
    assert.deepEqual(wrong, [])
    assert.deepEqual(await cells.faults(code), [])
  }
}

test('restored from an old backup, a cell has every promise, request and ask again that others had heard of', async () => {
  await using cells = await startCells(['28', '11'])
  const home = await settleRegion(cells.of('28'), { slots: 4 })
  const away = await settleRegion(cells.of('11'), { slots: 1 })
  const [first = '', second = '', third = '', fourth = ''] = home.slotIds
  const before = await staff(cells, home)
  const kept = await place(before, first)
  await cells.settle()
  const backup = await cells.backup('28')

  const after = await staff(cells, home)
  await act_(after.desk, kept, { event: 'confirm' })
  const placed = await place(after, second, true)
  const held = await place(after, third)
  const waiting = await toMatching(after.requester, after.desk, { complaint: '호흡곤란' })
  const over = await toMatching(after.requester, after.desk)
  await act_(after.requester, over.id, { event: 'cancel', reason: 'recovered' })
  await cells.settle()
  // A bed of theirs for one of ours, and the last bed of ours for one of theirs.
  const abroad = await ask(after, '11')
  const there = await staff(cells, away)
  const theirs = await ask(there, '28')
  await cells.settle()
  assert.equal((await seen(after.desk, abroad)).state, 'confirmed')
  assert.equal((await seen(there.desk, theirs)).state, 'confirmed')
  const were = {
    promises: await promises(cells, '28'),
    requests: await requests(cells, '28'),
    ...(await crossings(cells, '28')),
  }
  assert.deepEqual(
    were.promises.map(({ slot_id }) => slot_id),
    [first, second, third, fourth],
  )

  await cells.restore('28', backup)
  assert.deepEqual(
    { promises: await promises(cells, '28'), requests: await requests(cells, '28'), ...(await crossings(cells, '28')) },
    were,
  )
  await allIsWell(cells, ['28', '11'])
  const now = await staff(cells, home)
  assert.deepEqual(await entriesOf(now.desk), [])

  // Who the patients are did not travel, and the request says so.
  const again = await seen(now.desk, placed)
  assert.equal(again.state, 'confirmed')
  assert.equal(again.identityKnown, false)
  assert.notEqual(again.regainedAt, null)
  assert.equal((await seen(now.desk, kept)).regainedAt, null)
  const { entries } = must(await now.desk.call(bedEndpoints.timeline, { params: { id: placed } }))
  assert.deepEqual(
    entries.map(({ kind }) => kind),
    ['submit', 'triage', 'start_matching', 'offer_sent', 'hold_granted', 'confirm', 'regained'],
  )

  // Timers that ran with them run again: the promise of half an hour ends by itself.
  const timers = await openTimers(cells, '28')
  assert(timers.some(({ kind, subject }) => kind === 'bed-request-hold' && subject === waiting.id))
  cells.clock.advance(31 * 60_000)
  await cells.settle()
  const left = await promises(cells, '28')
  assert(!left.some(({ whose }) => whose === held))
  assert(left.some(({ whose }) => whose === placed))

  // And a new promise has a number above everything the old life gave.
  must(await now.hospital.call(bedEndpoints.stillTrue, { params: { id: now.hospital.facilityId ?? '' }, body: {} }))
  await place(now, third)
  const newest = (await promises(cells, '28')).find(({ slot_id }) => slot_id === third)
  assert(were.promises.every(({ fencing }) => BigInt(fencing) < BigInt(newest?.fencing ?? 0)))
})

test('what was in the backup and nobody else had heard is kept, told now, and listed with its new number', async () => {
  await using cells = await startCells(['28', '11'])
  const home = await settleRegion(cells.of('28'), { slots: 2 })
  const away = await settleRegion(cells.of('11'), { slots: 1 })
  await cells.settle()
  const people = await staff(cells, home)
  const heard = await place(people, home.slotIds[0] ?? '')
  await cells.settle()
  cells.cutFromAll('28')
  // Committed, and no number given to any of it yet.
  const alone = await place(people, home.slotIds[1] ?? '', true)
  const asked = await ask(people, '11')
  const backup = await cells.backup('28')
  cells.heal()

  const epoch = await cells.restore('28', backup)
  const now = await staff(cells, home)
  const [one, other] = await promises(cells, '28')
  assert.equal(one?.whose, heard)
  assert(BigInt(one?.fencing ?? 0) < BigInt(epoch))
  assert.equal(other?.whose, alone)
  assert(BigInt(other?.fencing ?? 0) > BigInt(epoch))
  assert.equal((await seen(now.desk, alone)).state, 'confirmed')
  assert.equal((await seen(now.desk, alone)).regainedAt, null)
  // The ask goes out under its own id, and takes the one bed once.
  await cells.settle()
  assert.equal((await seen(now.desk, asked)).state, 'confirmed')
  assert.equal((await promises(cells, '11')).length, 1)
  const entries = await entriesOf(now.desk)
  const of = (kind: string) => entries.filter((entry) => entry.kind === kind).map(({ subject }) => subject)
  assert.deepEqual(of('hold-taken-up'), [home.slotIds[1]])
  assert.deepEqual(of('request-kept').sort(), [alone, asked].sort())
  assert.equal(of('ask-kept').length, 1)
  assert.deepEqual(of('slot-promised-twice'), [])
  assert.equal(away.slotIds.length, 1)
  await allIsWell(cells, ['28', '11'])
})

test('a cell that worked on before it found out that it was restored gives up what the log contradicts, and nothing else', async () => {
  await using cells = await startCells(['28', '11'])
  const home = await settleRegion(cells.of('28'), { slots: 3 })
  await settleRegion(cells.of('11'), { slots: 0 })
  const [first = '', second = ''] = home.slotIds
  await cells.settle()
  const backup = await cells.backup('28')
  const before = await staff(cells, home)
  const standing = await place(before, first, true)
  await cells.settle()
  const [promised] = await promises(cells, '28')

  let twice = ''
  let own = ''
  await cells.restore('28', backup, async () => {
    const people = await staff(cells, home)
    twice = await place(people, first)
    own = await place(people, second)
  })
  const live = await promises(cells, '28')
  assert.deepEqual(
    live.map(({ slot_id, whose }) => [slot_id, whose]),
    [
      [first, standing],
      [second, own],
    ],
  )
  assert.equal(live[0]?.fencing, promised?.fencing)
  const now = await staff(cells, home)
  assert(!['held', 'confirmed'].includes((await seen(now.desk, twice)).state))
  const entries = await entriesOf(now.desk)
  assert.deepEqual(
    entries.filter(({ kind }) => kind === 'slot-promised-twice').map(({ subject }) => subject),
    [first],
  )
  await allIsWell(cells, ['28', '11'])
})

test('restored while a neighbour stands in for it, a cell takes up its own forgotten past and what the neighbour decided', async () => {
  await using cells = await startCells(['28', '11'])
  const home = await settleRegion(cells.of('28'), { slots: 3 })
  await settleRegion(cells.of('11'), { slots: 0 })
  const [first = '', second = ''] = home.slotIds
  await cells.settle()
  const backup = await cells.backup('28')
  const before = await staff(cells, home)
  const forgotten = await place(before, first, true)
  await cells.settle()
  await cells.stop('28')
  cells.clock.advance(60_000)
  await cells.standIn('11', '28')
  const there: Staff = {
    desk: await cells.of('11').person({ role: 'placement_desk', region: '28', name: '옮겨 온 배정반' }),
    hospital: await cells
      .of('11')
      .person({ role: 'hospital_desk', region: '28', facilityId: home.hospitalIds[0] ?? '', name: '병상' }),
    requester: await cells
      .of('11')
      .person({ role: 'requester', region: '28', facilityId: home.originId, name: '응급실' }),
  }
  must(await there.hospital.call(bedEndpoints.stillTrue, { params: { id: home.hospitalIds[0] ?? '' }, body: {} }))
  const placed = await place(there, second, true)
  await cells.settle()

  cells.clock.advance(60_000)
  await cells.restore('28', backup)
  assert.deepEqual(
    (await promises(cells, '28')).map(({ slot_id, whose, state }) => [slot_id, whose, state]),
    [
      [first, forgotten, 'confirmed'],
      [second, placed, 'confirmed'],
    ],
  )
  const now = await staff(cells, home)
  assert.deepEqual(
    (await entriesOf(now.desk)).filter(({ kind }) => kind.endsWith('twice')),
    [],
  )
  await allIsWell(cells, ['28', '11'])
})

test('who a patient is comes back where it was sealed for this cell too, and rooms that others read are whole again', async () => {
  await using cells = await startCells(['28', '11'])
  const home = await settleRegion(cells.of('28'), { slots: 1 })
  const away = await settleRegion(cells.of('11'), { slots: 1 })
  await cells.settle()
  const backup = await cells.backup('28')
  const people = await staff(cells, home)
  const made = await toMatching(people.requester, people.desk, { outOfRegionConsent: true })
  const identity = { name: '홍길동', birthDate: '1968-03-01' }
  must(await people.requester.call(bedEndpoints.setIdentity, { params: { id: made.id }, body: identity }))
  const wide = await act_(people.desk, made.id, { event: 'escalate', to: 'national', why: '관내 병상 없음' })
  const body = { sido: '11', version: wide.version }
  must(await people.desk.call(cellEndpoints.askRegion, { params: { id: made.id }, body }))
  const room = must(await people.desk.call(roomEndpoints.roomOfRequest, { params: { id: made.id } }))
  const say = async (person: TestPerson, text: string) =>
    must(
      await person.call(roomEndpoints.postMessage, {
        params: { id: room.id },
        body: { id: newId(), body: { kind: 'text', text } },
      }),
    )
  await say(people.desk, '서울 병상 부탁드립니다')
  await cells.settle()
  const there = await staff(cells, away)
  await say(there.desk, '한 자리 드립니다')
  await cells.settle()
  await say(people.desk, '감사합니다')
  await cells.settle()

  await cells.restore('28', backup)
  const now = await staff(cells, home)
  assert.equal((await seen(now.desk, made.id)).state, 'confirmed')
  const again = must(await now.requester.call(bedEndpoints.getIdentity, { params: { id: made.id } }))
  assert.equal(again.name, '홍길동')
  const texts = async (person: TestPerson) => {
    const found = must(await person.call(roomEndpoints.roomOfRequest, { params: { id: made.id } }))
    assert.equal(found.id, room.id)
    const { items } = must(await person.call(roomEndpoints.roomTimeline, { params: { id: found.id }, query: {} }))
    return items.flatMap((one) => (one.type === 'message' && one.body.kind === 'text' ? [one.body.text] : []))
  }
  const said = ['서울 병상 부탁드립니다', '한 자리 드립니다', '감사합니다']
  assert.deepEqual(await texts(now.desk), said)
  await say(now.desk, '다시 연결되었습니다')
  await cells.settle()
  const elsewhere = must(
    await there.desk.call(roomEndpoints.roomTimeline, { params: { id: room.id }, query: {} }),
  ).items.flatMap((one) => (one.type === 'message' && one.body.kind === 'text' ? [one.body.text] : []))
  assert.deepEqual(elsewhere, [...said, '다시 연결되었습니다'])
})

test('what a hospital said of itself and the mode of the region come back', async () => {
  await using cells = await startCells(['28', '11'])
  const home = await settleRegion(cells.of('28'), { slots: 1 })
  await settleRegion(cells.of('11'), { slots: 0 })
  await cells.settle()
  const backup = await cells.backup('28')
  const people = await staff(cells, home)
  const [id = ''] = home.hospitalIds
  const state = async (statement: object) =>
    must(
      await people.hospital.call(facilityEndpoints.stateHospital, {
        params: { id },
        body: { statement: statement as never, channel: 'web' },
      }),
    )
  await state({ say: 'stop', reason: 'staff', bedClasses: ['CRITICAL'], until: null })
  await state({ say: 'capability', code: 'eq_ecmo', answer: 'yes', until: null })
  await cells.settle()

  await cells.restore('28', backup)
  const { db } = cells.of('28').cell.deps
  const stops = await db.sql(`select s.bed_class, s.reason from facilities.statement s where s.said = 'stop'`)
  assert.deepEqual(stops, [{ bed_class: 'CRITICAL', reason: 'staff' }])
  const answers = await db.sql(
    `select c.answer from facilities.capability c where c.hospital_id = $1 and c.code = 'eq_ecmo' and c.source = 'hospital'`,
    [id],
  )
  assert.deepEqual(answers, [{ answer: 'yes' }])
})

// ---------------------------------------------------------------- any run, any backup

const ACTS = ['place', 'place', 'confirm', 'cancel', 'ask', 'theirs', 'number', 'hear', 'hear', 'wait'] as const
type Act = (typeof ACTS)[number]

interface Run {
  readonly cells: Cells
  readonly home: TestRegion
  readonly away: TestRegion
  /** Of the home region; made again whenever its cell is. */
  people: Staff
  /** Ended at home. */
  readonly ended: Set<string>
}

const freeSlot = async ({ cells }: Run): Promise<string | undefined> =>
  (
    await cells
      .of('28')
      .cell.deps.db.sql<{ id: string }>(
        `select s.id from beds.slot s where s.sido is null and s.state = 'available' and s.doubted_at is null order by s.id limit 1`,
      )
  )[0]?.id

const openOne = async ({ cells }: Run, states: readonly string[]): Promise<string | undefined> =>
  (
    await cells.of('28').cell.deps.db.sql<{ id: string }>(
      `select r.id from beds.request r
          where r.sido = '28' and r.state = any($1)
            and not exists (select from beds.ask a where a.request_id = r.id)
          order by r.id desc limit 1`,
      [states],
    )
  )[0]?.id

const DO: Record<Act, (run: Run) => Promise<unknown>> = {
  place: async (run) => {
    const slot = await freeSlot(run)
    if (slot !== undefined) await place(run.people, slot)
  },
  confirm: async (run) => {
    const id = await openOne(run, ['held'])
    if (id !== undefined) await act_(run.people.desk, id, { event: 'confirm' })
  },
  cancel: async (run) => {
    const id = await openOne(run, ['held', 'confirmed', 'matching'])
    if (id === undefined) return
    await act_(run.people.requester, id, { event: 'cancel', reason: 'recovered' })
    run.ended.add(id)
  },
  ask: (run) => ask(run.people, '11'),
  theirs: async (run) => ask(await staff(run.cells, run.away), '28'),
  number: (run) => run.cells.work('28'),
  hear: (run) => run.cells.settle(),
  wait: async (run) => run.cells.clock.advance(2 * 60_000),
}

interface Heard {
  readonly holds: readonly { id: string; slot_id: string; whose: string }[]
  readonly requests: readonly { id: string; closed: boolean }[]
  readonly beds: readonly { id: string; slot_id: string }[]
}

/** What the neighbour has read in the log: live promises, requests, and beds that its own patients were promised for good. */
const heardBy = async (cells: Cells, code: string): Promise<Heard> => {
  const { db } = cells.of(code).cell.deps
  return {
    holds: await db.sql(
      `select h.id, h.slot_id, coalesce(h.request_id, h.ask_id) as whose from beds.told_hold h
        where h.sido = '28' and h.state in ('granted', 'confirmed', 'occupied') order by h.id`,
    ),
    requests: await db.sql(
      `select r.id, r.closed_at is not null as closed from beds.told_request r where r.sido = '28' order by r.id`,
    ),
    beds: await db.sql(
      `select a.id, a.slot_id from beds.ask a where a.owner = '28' and a.state = 'confirmed' order by a.id`,
    ),
  }
}

/** Of what was heard nothing is lost, but for what the restored cell had ended itself before its backup. */
const nothingIsLost = async ({ cells }: Run, heard: Heard, endedBefore: ReadonlySet<string>): Promise<void> => {
  const live = await promises(cells, '28')
  const has = (slotId: string, whose: string) => live.some((one) => one.slot_id === slotId && one.whose === whose)
  for (const { slot_id, whose } of heard.holds)
    assert(has(slot_id, whose) || endedBefore.has(whose), `${whose} lost its bed ${slot_id}`)
  for (const { id, slot_id } of heard.beds) assert(has(slot_id, id), `ask ${id} lost its bed ${slot_id}`)
  const { db } = cells.of('28').cell.deps
  const known = await db.sql<{ id: string; closed: boolean }>(
    `select r.id, r.closed_at is not null as closed from beds.request r where r.sido = '28'`,
  )
  for (const { id, closed } of heard.requests)
    assert(
      known.some((one) => one.id === id && (one.closed === closed || endedBefore.has(id))),
      `request ${id}`,
    )
  const bedless = await db.sql(
    `select r.id, r.state from beds.request r
      where r.state in ('held', 'confirmed')
        and not exists (select from beds.hold h where h.request_id = r.id and h.state in ('granted', 'confirmed'))
        and not exists (select from beds.ask a where a.request_id = r.id and a.state in ('accepted', 'confirmed'))`,
  )
  assert.deepEqual(bedless, [])
}

/** What the neighbour takes for live is live at home. */
const nobodyGoesOnBelieving = async ({ cells }: Run): Promise<void> => {
  await cells.settle()
  const { holds, requests } = await heardBy(cells, '11')
  const live = new Set((await promises(cells, '28')).map(({ slot_id, whose }) => `${slot_id} ${whose}`))
  for (const { slot_id, whose } of holds)
    assert(live.has(`${slot_id} ${whose}`), `${whose} has no bed ${slot_id} any more`)
  const open = await cells
    .of('28')
    .cell.deps.db.sql<{ id: string }>(`select r.id from beds.request r where r.sido = '28' and r.closed_at is null`)
  for (const { id, closed } of requests) assert(closed || open.some((one) => one.id === id), `request ${id} is over`)
}

test('whatever was done before and after a backup, and whatever of it was heard: no promise that others saw is lost or given twice', async () => {
  await using cells = await startCells(['28', '11'])
  const home = await settleRegion(cells.of('28'), { slots: 16 })
  const away = await settleRegion(cells.of('11'), { slots: 8 })
  await cells.settle()
  const acts = (maxLength: number) => fc.array(fc.constantFrom(...ACTS), { minLength: 1, maxLength })
  await fc.assert(
    fc.asyncProperty(acts(5), acts(8), async (before, after) => {
      const run: Run = { cells, home, away, people: await staff(cells, home), ended: new Set() }
      const said = { params: { id: home.hospitalIds[0] ?? '' }, body: {} }
      must(await run.people.hospital.call(bedEndpoints.stillTrue, said))
      for (const one of before) await DO[one](run)
      const endedBefore = new Set(run.ended)
      const backup = await cells.backup('28')
      run.people = await staff(cells, home)
      for (const one of after) await DO[one](run)
      const heard = await heardBy(cells, '11')
      cells.clock.advance(1_000)
      await cells.restore('28', backup)
      await nothingIsLost(run, heard, endedBefore)
      await nobodyGoesOnBelieving(run)
      await allIsWell(cells, ['28', '11'])
    }),
    { numRuns: 5, endOnFailure: true, examples: [[['place', 'hear', 'cancel'], ['number']]] },
  )
})
