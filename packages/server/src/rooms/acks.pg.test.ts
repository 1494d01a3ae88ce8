import assert from 'node:assert/strict'
import { test } from 'node:test'
import { roomEndpoints as e, type NewMessage, rosterEndpoints as r } from '@dure/contract'
import { monotonicFactory } from 'ulid'
import { startCell } from '../cell.ts'
import { makeLogger } from '../platform/logger.ts'
import { must, refusedAs, type World, world } from '../testing/bed-world.ts'
import type { TestPerson } from '../testing/cell.ts'

const newId = monotonicFactory()
const MINUTE = 60_000

const inMinutes = (w: World, minutes: number) => new Date(w.test.clock.now().getTime() + minutes * MINUTE).toISOString()

/** A desk asks a hospital's bed desk to acknowledge something within 15 minutes. */
const asked = async (from: 'duty' | 'anybody' = 'duty') => {
  const w = await world({ hospitals: 1, slots: 1 })
  const [hospital] = w.hospitals
  assert.ok(hospital)
  const place = { kind: 'hospital' as const, id: hospital.id }
  const plan = async (person: TestPerson, rank: 'on_call' | 'second' | 'lead') =>
    must(
      await hospital.desk.call(r.addShift, {
        body: {
          place,
          duty: 'bed_desk',
          rank,
          personId: person.id,
          name: person.name,
          startsAt: inMinutes(w, -60),
          endsAt: inMinutes(w, 600),
        },
      }),
    )
  const second = await w.test.person({ role: 'hospital_desk', facilityId: hospital.id, name: '둘째 당직' })
  const lead = await w.test.person({ role: 'hospital_desk', facilityId: hospital.id, name: '병상팀장' })
  const neighbour = await w.test.person({ role: 'placement_desk', name: '상황실 당직' })
  await plan(hospital.desk, 'on_call')
  await plan(second, 'second')
  await plan(lead, 'lead')
  must(
    await w.desk.call(r.addShift, {
      body: {
        place: { kind: 'desk', id: '28' },
        duty: 'placement',
        personId: neighbour.id,
        name: neighbour.name,
        startsAt: inMinutes(w, -60),
        endsAt: inMinutes(w, 600),
      },
    }),
  )
  const id = newId()
  must(
    await w.desk.call(e.openRoom, {
      body: { id, title: '확인 요청', parties: [{ kind: 'hospital', hospitalId: hospital.id }] },
    }),
  )
  const message: NewMessage = {
    id: newId(),
    body: { kind: 'text', text: '음압병상 두 곳 확인 바랍니다' },
    needsAck: {
      by: inMinutes(w, 15),
      ...(from === 'duty' ? { from: { kind: 'duty', place, duty: 'bed_desk' } } : {}),
    },
  }
  const sent = must(await w.desk.call(e.postMessage, { params: { id }, body: message }))
  const steps = async () => must(await w.desk.call(e.messageReceipts, { params: { id: sent.id } })).steps
  const timeline = async () => must(await w.desk.call(e.roomTimeline, { params: { id }, query: { limit: 200 } })).items
  const lines = async () =>
    (await timeline()).flatMap((one) => (one.type === 'message' && one.body.kind === 'line' ? [one.body.line] : []))
  /** The acknowledgement as its asker sees it. */
  const shown = async () =>
    (await timeline()).flatMap((one) => (one.type === 'message' && one.ack !== null ? [one.ack] : []))[0]
  const acknowledge = (person: TestPerson, body: object = {}) =>
    person.call(e.acknowledge, { params: { id: sent.id }, body: body as never })
  return { w, hospital, second, lead, neighbour, roomId: id, sent, place, steps, lines, shown, acknowledge }
}

const waitFor = async (w: World, minutes: number) => {
  for (let at = 0; at < minutes; at += 1) {
    w.test.clock.advance(MINUTE)
    await w.settle()
  }
}

test('an unanswered call climbs: on call by push, SMS and voice, then the second, the lead, the neighbour, every step on record', async () => {
  const { w, steps, lines, shown } = await asked()
  await using _ = w
  await w.settle()
  await waitFor(w, 75)
  assert.deepEqual(
    (await steps()).map(
      ({ at, rung, channel, name }) =>
        `${(Date.parse(at) - Date.parse('2026-01-05T00:00:00Z')) / MINUTE} ${rung} ${channel} ${name}`,
    ),
    [
      '0 on_call push H-001 병상',
      '5 on_call sms H-001 병상',
      '10 on_call voice H-001 병상',
      '15 second push 둘째 당직',
      '20 second sms 둘째 당직',
      '25 second voice 둘째 당직',
      '30 desk_lead push 병상팀장',
      '35 desk_lead sms 병상팀장',
      '40 desk_lead voice 병상팀장',
      '45 neighbour push 상황실 당직',
      '50 neighbour sms 상황실 당직',
      '55 neighbour voice 상황실 당직',
      '60 neighbour push 상황실 당직',
      '65 neighbour sms 상황실 당직',
      '70 neighbour voice 상황실 당직',
      '75 neighbour push 상황실 당직',
    ],
  )
  assert.deepEqual(await lines(), ['room-opened', 'ack-escalated', 'ack-escalated', 'ack-escalated', 'ack-unanswered'])
  assert.deepEqual(
    [(await shown())?.state, (await shown())?.rung, (await shown())?.reached],
    ['unanswered', 'neighbour', true],
  )
})

test('who asked in vain is told so, wherever they are, and sees when somebody is tried next', async () => {
  const { w, shown } = await asked()
  await using _ = w
  await w.settle()
  await waitFor(w, 61)
  const { unanswered } = must(await w.desk.call(e.listAcknowledgements))
  assert.deepEqual(
    unanswered.map(({ ack }) => [ack?.state, ack?.nextAt]),
    [['unanswered', '2026-01-05T01:05:00.000Z']],
  )
  await w.test.cell.sequence()
  const told = await w.test.cell.deps.db.sql<{ body: { personId: string } }>(
    `select body from platform.oplog where kind = 'room-ack-unanswered'`,
  )
  assert.deepEqual(
    told.map(({ body }) => body.personId),
    [w.desk.id],
  )
  assert.equal((await shown())?.mine, false)
})

test('calls end when the policy ends, two hours after the deadline; the message can be acknowledged all the same', async () => {
  const { w, steps, shown, lines, neighbour, acknowledge } = await asked()
  await using _ = w
  await w.settle()
  await waitFor(w, 150)
  assert.deepEqual([(await shown())?.state, (await shown())?.nextAt], ['exhausted', null])
  assert.equal((await lines()).at(-1), 'ack-exhausted')
  const made = (await steps()).length
  await waitFor(w, 30)
  assert.equal((await steps()).length, made)
  assert.equal(Date.parse((await steps()).at(-1)?.at ?? '') <= Date.parse('2026-01-05T02:15:00Z'), true)
  assert.equal(must(await acknowledge(neighbour)).ack?.state, 'acknowledged')
})

test('an acknowledgement ends the pursuit, and says who and when', async () => {
  const { w, hospital, steps, acknowledge } = await asked()
  await using _ = w
  await w.settle()
  await waitFor(w, 6)
  const acked = must(await acknowledge(hospital.desk))
  assert.deepEqual(
    [acked.ack?.state, acked.ack?.acknowledgedBy, acked.ack?.acknowledgedAt],
    ['acknowledged', 'H-001 병상', '2026-01-05T00:06:00.000Z'],
  )
  await waitFor(w, 60)
  assert.equal((await steps()).length, 2)
})

test('nobody acknowledges for another: not the author, not a bystander, not who was not asked yet', async () => {
  const { w, second, lead, acknowledge } = await asked()
  await using _ = w
  await w.settle()
  assert.equal(refusedAs(await acknowledge(w.desk)), 'not-allowed')
  assert.equal(refusedAs(await acknowledge(w.transport)), 'not-found')
  assert.equal(refusedAs(await acknowledge(second)), 'not-allowed')
  await waitFor(w, 16)
  assert.equal(must(await second.call(e.listAcknowledgements)).messages.length, 1)
  assert.equal(must(await lead.call(e.listAcknowledgements)).messages.length, 0)
  assert.equal(must(await acknowledge(second)).ack?.acknowledgedBy, '둘째 당직')
})

test('what was said by phone is written down with who said it', async () => {
  const { w, acknowledge } = await asked()
  await using _ = w
  await w.settle()
  assert.equal(refusedAs(await acknowledge(w.desk, { channel: 'phone' })), 'invalid-input')
  const acked = must(await acknowledge(w.desk, { channel: 'phone', heardFrom: 'H-001 수간호사' }))
  assert.equal(acked.ack?.state, 'acknowledged')
  const [row] = await w.test.cell.deps.db.sql(`select channel, heard_from from rooms.ack`)
  assert.deepEqual(row, { channel: 'phone', heard_from: 'H-001 수간호사' })
})

test('the second on call hears of it also outside the room, and reads what is asked', async () => {
  const { w, neighbour, acknowledge } = await asked()
  await using _ = w
  await w.settle()
  await waitFor(w, 46)
  const { messages } = must(await neighbour.call(e.listAcknowledgements))
  assert.deepEqual(
    messages.map(({ ack }) => [ack?.rung, ack?.mine]),
    [['neighbour', true]],
  )
  assert.equal(must(await acknowledge(neighbour)).ack?.acknowledgedBy, '상황실 당직')
})

const minuteOf = (at: string): number => (Date.parse(at) - Date.parse('2026-01-05T00:00:00Z')) / MINUTE

/** Takes everybody of these ranks off the hospital's roster. */
const takeOff = async ({ hospital }: Awaited<ReturnType<typeof asked>>, ranks: readonly string[]) => {
  const query = { placeKind: 'hospital', placeId: hospital.id } as never
  const { shifts } = must(await hospital.desk.call(r.getRoster, { query }))
  for (const { id, version, rank } of shifts)
    if (ranks.includes(rank))
      must(await hospital.desk.call(r.cancelShift, { params: { id }, body: { version, why: '시험' } }))
}

test('a rung without anybody costs no time and is on record; who is reached first gets the time before the deadline', async () => {
  const asking = await asked()
  const { w, steps } = asking
  await using _ = w
  await takeOff(asking, ['on_call', 'second'])
  await w.settle()
  await waitFor(w, 16)
  assert.deepEqual(
    (await steps()).map(
      ({ at, rung, channel, outcome }) => `${minuteOf(at)} ${rung} ${outcome === 'nobody' ? 'nobody' : channel}`,
    ),
    [
      '0 on_call nobody',
      '0 second nobody',
      '0 desk_lead push',
      '5 desk_lead sms',
      '10 desk_lead voice',
      '15 neighbour push',
    ],
  )
})

test('with nobody on call anywhere the asker is told at once; the rosters are looked at again, and who comes on duty is asked', async () => {
  const asking = await asked()
  const { w, steps, lines, shown, hospital, place, acknowledge } = asking
  await using _ = w
  await takeOff(asking, ['on_call', 'second', 'lead'])
  await w.test.cell.deps.db.sql(`update rosters.shift set state = 'cancelled' where place_kind = 'desk'`)
  await w.settle()
  assert.deepEqual(await lines(), ['room-opened', 'ack-unreached'])
  assert.deepEqual(
    [(await shown())?.state, (await shown())?.reached, (await shown())?.nextAt],
    ['unanswered', false, '2026-01-05T00:05:00.000Z'],
  )
  assert.deepEqual(
    (await steps()).map(({ rung, outcome }) => `${rung} ${outcome}`),
    ['on_call', 'second', 'desk_lead', 'neighbour'].map((rung) => `${rung} nobody`),
  )
  const late = await w.test.person({ role: 'hospital_desk', facilityId: hospital.id, name: '늦은 당직' })
  must(
    await hospital.desk.call(r.addShift, {
      body: {
        ...{ place, duty: 'bed_desk', personId: late.id, name: late.name },
        ...{ startsAt: inMinutes(w, 7), endsAt: inMinutes(w, 600) },
      },
    }),
  )
  await waitFor(w, 20)
  const reached = (await steps()).filter(({ outcome }) => outcome !== 'nobody')
  assert.deepEqual(
    reached.map(({ at, rung, channel, name }) => `${minuteOf(at)} ${rung} ${channel} ${name}`),
    ['10 on_call push 늦은 당직', '15 on_call sms 늦은 당직', '20 on_call voice 늦은 당직'],
  )
  assert.equal(must(await acknowledge(late)).ack?.acknowledgedBy, '늦은 당직')
})

test('a message that is taken back is pursued no more', async () => {
  const { w, sent, steps, acknowledge, hospital } = await asked()
  await using _ = w
  await w.settle()
  must(await w.desk.call(e.retractMessage, { params: { id: sent.id }, body: { id: newId() } }))
  await waitFor(w, 40)
  assert.equal((await steps()).length, 1)
  assert.equal(refusedAs(await acknowledge(hospital.desk)), 'wrong-state')
})

test('a deadline lies a minute to a day ahead', async () => {
  const { w, roomId } = await asked('anybody')
  await using _ = w
  for (const by of ['2026-01-05T00:00:30Z', '2026-01-04T00:00:00Z', '2026-01-07T00:00:00Z']) {
    const body: NewMessage = { id: newId(), body: { kind: 'text', text: '급합니다' }, needsAck: { by } }
    assert.equal(refusedAs(await w.desk.call(e.postMessage, { params: { id: roomId }, body })), 'invalid-input')
  }
})

test('the pursuit goes on after a restart, late but not all at once', async () => {
  const { w, steps } = await asked()
  await using _ = w
  await w.settle()
  const { config, db } = w.test.cell.deps
  const connection = { connectionString: w.test.database.url }
  assert.ok(db)
  w.test.clock.advance(40 * MINUTE)
  await using next = await startCell(config, {
    log: makeLogger('silent', undefined),
    connection,
    listen: false,
    background: false,
    clock: w.test.clock,
  })
  for (let at = 0; at < 5; at += 1) {
    await next.timers.runDue(w.test.clock.now())
    w.test.clock.advance(MINUTE)
  }
  const late = (await steps()).map(
    ({ at, rung, channel }) => `${(Date.parse(at) - Date.parse('2026-01-05T00:00:00Z')) / MINUTE} ${rung} ${channel}`,
  )
  assert.deepEqual(late, [
    '0 on_call push',
    '40 on_call sms',
    '41 on_call voice',
    '42 second push',
    '43 second sms',
    '44 second voice',
  ])
})
