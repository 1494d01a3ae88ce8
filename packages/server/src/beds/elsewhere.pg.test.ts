import assert from 'node:assert/strict'
import { test } from 'node:test'
import { facilityEndpoints as api, type HospitalRow } from '@dure/contract'
import { must, refusedAs } from '../testing/bed-world.ts'
import type { TestPerson } from '../testing/cell.ts'
import { startCells } from '../testing/linked-cells.ts'
import { sayOwnWord as say, settleRegion } from '../testing/regions.ts'

const list = async (person: TestPerson, query: object) =>
  must(await person.call(api.listHospitals, { query: query as never })).hospitals

const all = async (person: TestPerson, query: object): Promise<HospitalRow[]> => {
  const found: HospitalRow[] = []
  let cursor: string | undefined
  do {
    const page = must(await person.call(api.listHospitals, { query: { ...query, limit: 2, cursor } as never }))
    found.push(...page.hospitals)
    cursor = page.nextCursor ?? undefined
    assert(found.length < 50)
  } while (cursor !== undefined)
  return found
}

test('the nation’s cell, which has no hospitals, finds those of all regions as their records tell them, and calls them', async () => {
  await using cells = await startCells(['28', '11', '00'])
  const incheon = await settleRegion(cells.of('28'), { slots: 1 })
  const seoul = await settleRegion(cells.of('11'), { slots: 1 })
  const [id = ''] = incheon.hospitalIds
  const hospital = await incheon.hospitalDesk()
  must(await say(hospital, { say: 'stop', bedClasses: ['CRITICAL'], reason: 'staff', until: null, note: '두 명 결원' }))
  must(await say(hospital, { say: 'capability', code: 'eq_ecmo', answer: 'yes', until: null }))
  await cells.settle()
  const desk = await cells.of('00').person({ role: 'national_desk' })
  const idsAt = async ({ desk }: { readonly desk: TestPerson }, sido: string) =>
    (await all(desk, { sido })).map((one) => one.id)
  const [ofIncheon, ofSeoul] = [await idsAt(incheon, '28'), await idsAt(seoul, '11')]
  const everyId = [...ofIncheon, ...ofSeoul].sort()
  assert(everyId.length >= 4)
  assert.deepEqual((await all(desk, {})).map((one) => one.id).sort(), everyId)
  const near = await all(desk, { lat: 37.45, lon: 126.7 })
  assert.deepEqual(near.map((one) => one.id).sort(), everyId)
  assert.deepEqual(
    near.map(({ distanceM }) => distanceM),
    near.map(({ distanceM }) => distanceM).sort((a, b) => (a ?? 0) - (b ?? 0)),
  )
  assert.deepEqual(await idsAt({ desk }, '11'), ofSeoul)
  assert.deepEqual(await list(desk, { sido: '41' }), [])
  const own = must(await hospital.call(api.getHospital, { params: { id } }))
  const [row] = await list(desk, { q: own.name })
  assert.deepEqual([row?.id, row?.phone, row?.told?.by], [id, own.phone, '28'])
  assert.deepEqual(
    row?.stops.map(({ bedClass, reason, by, note }) => [bedClass, reason, by, note]),
    [['CRITICAL', 'staff', null, null]],
  )
  assert.deepEqual(
    (await list(desk, { capability: 'eq_ecmo' })).map((one) => one.id),
    [id],
  )
  const told = must(await desk.call(api.getHospital, { params: { id } }))
  assert.deepEqual([told.told?.by, told.position, told.erPhone], ['28', own.position, own.erPhone])
  const answers = (of: typeof told) =>
    of.capabilities.map(({ code, answer, source }) => `${code} ${answer} ${source}`).sort()
  assert.deepEqual(answers(told), answers(own))
  assert.equal(own.told, null)
  assert.equal(refusedAs(await desk.call(api.getHospital, { params: { id: 'NOBODY-1' } })), 'not-found')
})

test('a hospital of another region that stands in our register too is found once, with the word its region tells', async () => {
  await using cells = await startCells(['28', '11'])
  const incheon = await settleRegion(cells.of('28'), { slots: 1 })
  await settleRegion(cells.of('11'), { slots: 1 })
  const [id = ''] = incheon.hospitalIds
  const hospital = await incheon.hospitalDesk()
  const rows = await cells
    .of('28')
    .cell.deps.db.sql<{ one: object }>(`select to_jsonb(h) as one from facilities.hospital h where id = $1`, [id])
  const { db } = cells.of('11').cell.deps
  await db.sql(`insert into facilities.hospital select * from jsonb_populate_record(null::facilities.hospital, $1)`, [
    JSON.stringify(rows[0]?.one),
  ])
  await db.sql(
    `insert into facilities.capability (hospital_id, code, source, answer, received_at) values ($1, 'eq_ecmo', 'register', 'yes', now())`,
    [id],
  )
  const desk = await cells.of('11').person({ role: 'placement_desk' })
  must(await say(hospital, { say: 'capability', code: 'eq_ecmo', answer: 'no', until: null }))
  must(await say(hospital, { say: 'stop', bedClasses: null, reason: 'building', until: null }))
  await cells.settle()
  const found = (await all(desk, { sido: '28' })).filter((one) => one.id === id)
  assert.deepEqual(
    found.map(({ told, stops }) => [told, stops.map(({ reason }) => reason)]),
    [[null, ['building']]],
  )
  assert.deepEqual(
    (await list(desk, { capability: 'eq_ecmo' })).filter((one) => one.id === id),
    [],
    'whatever the register says, the hospital itself says no',
  )
  must(await say(hospital, { say: 'capability', code: 'neurosurgery', answer: 'yes', until: null }))
  await cells.settle()
  assert.deepEqual(
    (await list(desk, { capability: 'neurosurgery' })).map((one) => one.id),
    [id],
    'and yes, of which the register knows nothing',
  )
  const shown = must(await desk.call(api.getHospital, { params: { id } }))
  assert.deepEqual(
    shown.capabilities.filter(({ code }) => code === 'eq_ecmo').map(({ source, answer }) => `${source} ${answer}`),
    ['register yes', 'hospital no'],
  )
})
