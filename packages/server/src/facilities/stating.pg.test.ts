import assert from 'node:assert/strict'
import { test } from 'node:test'
import { facilityEndpoints as api, type HospitalStatement, type InputOf } from '@dure/contract'
import { hospitalId, must, ORIGIN_ID, refusedAs, world } from '../testing/bed-world.ts'
import type { TestPerson } from '../testing/cell.ts'

const HOUR_MS = 3_600_000
const H1 = hospitalId(0)

type Statement = InputOf<typeof api.stateHospital>['body']['statement']
const say = (person: TestPerson, id: string, statement: Statement, heard: object = {}) =>
  person.call(api.stateHospital, { params: { id }, body: { statement, ...heard } })

test('a hospital speaks for itself, its region’s desk says who it heard, and nobody else speaks for it', async () => {
  await using w = await world({ hospitals: 2, slots: 1 })
  const [first, second] = w.hospitals
  assert(first && second)
  const stop = { say: 'stop', reason: 'staff' } as const
  assert.equal(refusedAs(await say(second.desk, H1, stop)), 'not-allowed')
  assert.equal(refusedAs(await say(w.requester, H1, stop)), 'not-allowed')
  assert.equal(refusedAs(await say(w.desk, H1, stop)), 'invalid-input')
  assert.equal(refusedAs(await say(w.desk, H1, stop, { channel: 'phone' })), 'invalid-input')
  assert.equal(refusedAs(await say(first.desk, 'H-NONE', stop)), 'not-found')
  const elsewhere = await w.test.person({ role: 'placement_desk', region: '11' })
  assert.equal(refusedAs(await say(elsewhere, H1, stop, { channel: 'phone', heardFrom: '원무과' })), 'not-allowed')
  const heard = must(await say(w.desk, H1, stop, { channel: 'phone', heardFrom: '수간호사 한' }))
  assert.deepEqual(
    heard.stops.map(({ bedClass, reason, channel, heardFrom, by }) => [bedClass, reason, channel, heardFrom, by]),
    [[null, 'staff', 'phone', '수간호사 한', '배정반 박']],
  )
  assert.equal(must(await say(first.desk, H1, { say: 'resume' })).stops.length, 0)
})

test('what a hospital says is shown with its age wherever the hospital is shown, and its record only grows', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const [hospital] = w.hospitals
  assert(hospital)
  const until = new Date(w.test.clock.now().getTime() + 6 * HOUR_MS).toISOString()
  must(
    await say(hospital.desk, H1, {
      say: 'stop',
      bedClasses: ['CRITICAL', 'MODERATE'],
      reason: 'infection',
      note: '7층 폐쇄',
    }),
  )
  must(await say(hospital.desk, H1, { say: 'capability', code: 'thoracic_surgery', answer: 'no', until }))
  w.test.clock.advance(5 * HOUR_MS)
  const shown = must(await w.requester.call(api.getHospital, { params: { id: H1 } }))
  assert.deepEqual(
    shown.stops.map(({ bedClass, ageMin, freshness, note }) => [bedClass, ageMin, freshness, note]),
    [
      ['CRITICAL', 300, 'stale', '7층 폐쇄'],
      ['MODERATE', 300, 'stale', '7층 폐쇄'],
    ],
  )
  const own = shown.capabilities.find(({ source }) => source === 'hospital')
  assert.deepEqual(
    [own?.code, own?.answer, own?.until, own?.ageMin, own?.freshness],
    ['thoracic_surgery', 'no', until, 300, 'fresh'],
  )
  const listed = must(await w.requester.call(api.listHospitals, { query: { q: H1 } }))
  assert.deepEqual(
    listed.hospitals.map(({ stops }) => stops.length),
    [2],
  )
  must(await say(hospital.desk, H1, { say: 'resume', bedClasses: ['MODERATE'] }))
  const withdraw = { say: 'capability_withdrawn', code: 'thoracic_surgery' } as const
  must(await say(hospital.desk, H1, withdraw))
  const { db } = w.test.cell.deps
  const version = () => db.sql(`select version from facilities.directory_version`)
  const before = await version()
  assert.equal(refusedAs(await say(hospital.desk, H1, withdraw)), 'wrong-state', 'it said nothing of this any more')
  assert.deepEqual(await version(), before, 'a refusal makes nobody read the directory again')
  const record = must(await w.requester.call(api.listStatements, { params: { id: H1 }, query: {} }))
  assert.deepEqual(
    record.statements.map(({ said, bedClass, code }) => [said, bedClass ?? code]),
    [
      ['capability_withdrawn', 'thoracic_surgery'],
      ['resume', 'MODERATE'],
      ['capability', 'thoracic_surgery'],
      ['stop', 'MODERATE'],
      ['stop', 'CRITICAL'],
    ],
  )
  const page = must(await w.requester.call(api.listStatements, { params: { id: H1 }, query: { limit: '2' } }))
  const rest = { params: { id: H1 }, query: { cursor: page.nextCursor ?? '' } }
  assert.equal(must(await w.requester.call(api.listStatements, rest)).statements.length, 3)
  await assert.rejects(db.sql(`update facilities.statement set note = 'x'`))
  await assert.rejects(db.sql('delete from facilities.statement'))
})

test('a hospital is found by what it can do unless it says otherwise tonight', async () => {
  await using w = await world({ hospitals: 2, slots: 1, capabilities: ['thoracic_surgery'] })
  const [hospital] = w.hospitals
  assert(hospital)
  const able = async () => {
    const found = must(await w.requester.call(api.listHospitals, { query: { capability: 'thoracic_surgery' } }))
    return found.hospitals.map(({ id }) => id).filter((id) => id !== ORIGIN_ID)
  }
  const until = new Date(w.test.clock.now().getTime() + HOUR_MS).toISOString()
  must(await say(hospital.desk, H1, { say: 'capability', code: 'thoracic_surgery', answer: 'unknown', until }))
  assert.deepEqual(await able(), [hospitalId(1)])
  w.test.clock.advance(HOUR_MS)
  assert.deepEqual(await able(), [H1, hospitalId(1)])
})

test('every screen hears of a word at once, and when its time is over', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const [hospital] = w.hospitals
  assert(hospital)
  const { db } = w.test.cell.deps
  const version = async () =>
    (await db.sql<{ version: string }>('select version from facilities.directory_version'))[0]?.version
  const until = new Date(w.test.clock.now().getTime() + HOUR_MS).toISOString()
  must(await say(hospital.desk, H1, { say: 'stop', reason: 'building', until, note: '화재' }))
  must(await say(hospital.desk, H1, { say: 'capability', code: 'trauma', answer: 'no' }))
  w.test.clock.advance(HOUR_MS - 1)
  await w.settle()
  const before = await version()
  w.test.clock.advance(1)
  await w.settle()
  assert.notEqual(await version(), before)
  const ops = await db.sql<{ kind: string; body: Record<string, unknown>; audience: unknown }>(
    `select kind, body, audience from platform.outbox where subject = $1 and audience = '{"all": true}' order by id`,
    [H1],
  )
  assert.deepEqual(
    ops.map(({ kind }) => kind),
    ['intake-stopped', 'capability-said', 'hospital-word-ended'],
  )
  assert.equal(ops[0]?.body.note, undefined)
  const shown = must(await w.requester.call(api.getHospital, { params: { id: H1 } }))
  assert.deepEqual(shown.stops, [])
})

test('of words said at the same time one is the last, and the record says which', async () => {
  await using w = await world({ hospitals: 1, slots: 1 })
  const [hospital] = w.hospitals
  assert(hospital)
  const words: HospitalStatement[] = Array.from({ length: 6 }, (_, at) => ({
    say: 'capability',
    code: 'trauma',
    answer: at % 2 === 0 ? 'yes' : 'no',
    until: null,
  }))
  for (const said of await Promise.all(words.map((word) => say(hospital.desk, H1, word)))) assert(said.ok)
  const record = must(await w.requester.call(api.listStatements, { params: { id: H1 }, query: {} }))
  assert.equal(record.statements.length, 6)
  const shown = must(await w.requester.call(api.getHospital, { params: { id: H1 } }))
  const own = shown.capabilities.find(({ code, source }) => code === 'trauma' && source === 'hospital')
  assert.equal(own?.answer, record.statements[0]?.answer)
})
