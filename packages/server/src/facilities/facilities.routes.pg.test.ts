import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { facilityEndpoints as api } from '@dure/contract'
import fc from 'fast-check'
import { type TestCell, type TestPerson, testCell } from '../testing/cell.ts'
import { saveBedCounts, saveCapabilities, saveHospitals } from './import.sql.ts'
import { recordFailure, recordSuccess } from './sources.sql.ts'
import { parseHospitalId } from './types.ts'

let cell: TestCell
let someone: TestPerson
const NOW = new Date('2026-01-05T00:00:00Z')
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000)

/** Forty hospitals in a row to the east of Incheon's city hall, 1 km apart; the last is in Seoul. */
const hospitals = Array.from({ length: 40 }, (_, at) => {
  const id = parseHospitalId(`PHMA${String(at).padStart(2, '0')}`)
  assert(id !== undefined)
  return {
    id,
    name: at % 10 === 0 ? `100%두레_${at}병원` : `두레${at}병원`,
    type: '종합병원',
    kind: at % 2 === 0 ? 'general' : 'hospital',
    sidoCode: at === 39 ? '11' : '28',
    sigunguCode: null,
    address: '인천',
    phone: null,
    lat: 37.4563,
    lon: 126.7052 + at * 0.0113,
    licensedBeds: at === 0 ? null : at,
    inpatientRooms: null,
    medicalStaff: null,
    departments: [],
    sourceUpdatedOn: '2025-12-31',
  } as const
})

before(async () => {
  cell = await testCell()
  await settled()
  someone = await cell.person({ role: 'requester' })
  const count = { hospitalId: 'PHMA01', raw: null, flags: [], total: 5, asOf: ago(31) }
  const answer = { hospitalId: 'PHMA01', raw: 'Y', flags: [] }
  await cell.cell.deps.db.tx(async (tx) => {
    await saveHospitals(tx, hospitals, 'register', NOW)
    await saveBedCounts(tx, 'nemc', [{ ...count, bedClass: 'CRITICAL', reading: 'known', available: 3 }], ago(30))
    await saveBedCounts(
      tx,
      'nemc',
      [
        { ...count, bedClass: 'CRITICAL', reading: 'known', available: 0, asOf: ago(1) },
        { ...count, bedClass: 'MODERATE', reading: 'not_entered', available: null, raw: '-1' },
        {
          ...count,
          bedClass: 'ED_NEG',
          reading: 'known',
          available: -2,
          flags: ['over_capacity', 'clock_ahead'],
          asOf: null,
        },
      ],
      NOW,
    )
    await saveCapabilities(tx, 'nemc', [{ ...answer, code: 'ty_16', answer: 'yes', asOf: null }], ago(25 * 60))
    await saveCapabilities(tx, 'nemc', [{ ...answer, code: 'eq_ct', answer: 'yes', asOf: NOW }], NOW)
    await saveCapabilities(tx, 'register', [{ ...answer, code: 'obstetrics', answer: 'yes', asOf: ago(900_000) }], NOW)
    const source = { key: 'nemc-poll:28:beds', kind: 'nemc_poll', sidoCode: '28', operation: 'beds' } as const
    await recordSuccess(tx, source, { items: 8, refused: 0, flagged: 2 }, ago(90))
    await recordFailure(tx, source, { code: 'timeout', detail: 'no whole answer' }, ago(1))
  })
})
after(() => cell[Symbol.asyncDispose]())

/** On a busy machine the start itself counts as overload until the next sample of it. */
const settled = async (): Promise<void> => {
  const deadline = performance.now() + 20_000
  while ((await cell.inject({ method: 'GET', url: '/api/sources' })).statusCode === 503) {
    assert(performance.now() < deadline, 'overloaded for twenty seconds')
    await new Promise(setImmediate)
  }
}

test('signed-in people only, but everyone may know the provinces', async () => {
  for (const path of ['/api/hospitals', '/api/hospitals/PHMA01', '/api/hospitals/PHMA01/bed-counts', '/api/sources'])
    assert.equal((await cell.inject({ method: 'GET', url: path })).statusCode, 401, path)
  const regions = await cell.call(api.listRegions, {})
  assert(regions.ok)
  assert.equal(regions.value.regions.length, 17)
})

test('the nearest come first, page after page, each once and with its distance', async () => {
  const seen: string[] = []
  let cursor: string | undefined
  for (let page = 0; page < 8; page += 1) {
    const query = { lat: '37.4563', lon: '126.7052', limit: '7', ...(cursor === undefined ? {} : { cursor }) }
    const found = await someone.call(api.listHospitals, { query })
    assert(found.ok, JSON.stringify(found))
    for (const { id, distanceM } of found.value.hospitals) {
      assert(Math.abs((distanceM ?? -1) - seen.length * 997) < 60, `${id} ${distanceM}`)
      seen.push(id)
    }
    cursor = found.value.nextCursor ?? undefined
    if (cursor === undefined) break
  }
  assert.deepEqual(
    seen,
    hospitals.map(({ id }) => id),
  )
})

test('a name is looked for as it is written, and pages by name meet no hospital twice', async () => {
  const exact = await someone.call(api.listHospitals, { query: { q: '100%두레_' } })
  assert(exact.ok)
  assert.equal(exact.value.hospitals.length, 4)
  const seen = new Set<string>()
  let cursor: string | undefined
  for (let page = 0; page < 20; page += 1) {
    const found = await someone.call(api.listHospitals, {
      query: { limit: '3', sido: '28', ...(cursor === undefined ? {} : { cursor }) },
    })
    assert(found.ok, JSON.stringify(found))
    for (const { id } of found.value.hospitals) assert(!seen.has(id) && seen.add(id))
    cursor = found.value.nextCursor ?? undefined
    if (cursor === undefined) break
  }
  assert.equal(seen.size, 39)
})

test('hospitals are found by what they can do and report, as long as that is young enough to count', async () => {
  const ids = async (query: object) => {
    const found = await someone.call(api.listHospitals, { query })
    assert(found.ok, JSON.stringify(found))
    return found.value.hospitals.map(({ id }) => id)
  }
  assert.deepEqual(await ids({ capability: 'eq_ct' }), ['PHMA01'])
  assert.deepEqual(await ids({ capability: 'obstetrics' }), ['PHMA01'])
  assert.deepEqual(await ids({ capability: 'ty_16' }), [])
  assert.deepEqual(await ids({ bedClass: 'CRITICAL' }), ['PHMA01'])
  assert.deepEqual(await ids({ bedClass: 'MODERATE' }), [])
  assert.deepEqual(await ids({ lat: '37.4563', lon: '126.7052', withinKm: '1.5' }), ['PHMA00', 'PHMA01'])
})

test('everything known of a hospital comes with its source and its age, and the unknown stays unknown', async () => {
  const found = await someone.call(api.getHospital, { params: { id: 'PHMA01' } })
  assert(found.ok, JSON.stringify(found))
  const { bedCounts, capabilities, sourceUpdatedOn } = found.value
  assert.equal(sourceUpdatedOn, '2025-12-31')
  const told = bedCounts.map(({ bedClass, reading, available, ageMin, freshness }) => [
    bedClass,
    reading,
    available,
    ageMin,
    freshness,
  ])
  assert.deepEqual(told, [
    ['CRITICAL', 'known', 0, 1, 'fresh'],
    ['ED_NEG', 'known', -2, null, 'unknown'],
    ['MODERATE', 'not_entered', null, 31, 'fresh'],
  ])
  assert.deepEqual(
    capabilities.map(({ code, freshness, source }) => [code, freshness, source]),
    [
      ['eq_ct', 'fresh', 'nemc'],
      ['obstetrics', 'fresh', 'register'],
      ['ty_16', 'expired', 'nemc'],
    ],
  )
  const empty = await someone.call(api.getHospital, { params: { id: 'PHMA00' } })
  assert(empty.ok)
  assert.equal(empty.value.licensedBeds, null)
  assert.deepEqual(empty.value.bedCounts, [])
  const nobody = await someone.call(api.getHospital, { params: { id: 'PHMA99' } })
  assert.equal(nobody.ok ? 'ok' : nobody.error.code, 'not-found')
})

test('the history of a figure is told newest first', async () => {
  const first = await someone.call(api.listBedCountHistory, {
    params: { id: 'PHMA01' },
    query: { bedClass: 'CRITICAL', limit: '1' },
  })
  assert(first.ok)
  assert.deepEqual(
    first.value.counts.map(({ available }) => available),
    [0],
  )
  const cursor = first.value.nextCursor
  assert(cursor !== null)
  const second = await someone.call(api.listBedCountHistory, {
    params: { id: 'PHMA01' },
    query: { bedClass: 'CRITICAL', cursor },
  })
  assert(second.ok)
  assert.deepEqual([second.value.counts.map(({ available }) => available), second.value.nextCursor], [[3], null])
})

test('a source that fails keeps its last success, and its age is told', async () => {
  const found = await someone.call(api.listSources, {})
  assert(found.ok, JSON.stringify(found))
  const [source] = found.value.sources
  assert.deepEqual(
    [source?.ageMin, source?.errorCode, source?.failuresInRow, source?.items, source?.flagged],
    [90, 'timeout', 1, 8, 2],
  )
})

test('no query breaks the search: an answer, or a refusal that points at the field', async () => {
  const value = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.constantFrom('28', '37.5', '127', '1e9', '-1', 'null', "' or 1=1 --", '\0', '\ud800', '가', '%', '\\'),
  )
  const name = fc.constantFrom(
    'q',
    'sido',
    'kind',
    'state',
    'lat',
    'lon',
    'withinKm',
    'capability',
    'bedClass',
    'limit',
    'cursor',
  )
  const place = fc
    .tuple(fc.anything(), fc.anything(), fc.anything())
    .map((parts) => Buffer.from(JSON.stringify(parts)).toString('base64url'))
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, fc.oneof(value, place), { maxKeys: 4 }), async (query) => {
      const url = `/api/hospitals?${new URLSearchParams(query)}`
      const answer = await someone.inject({ method: 'GET', url })
      assert([200, 400].includes(answer.statusCode), `${answer.statusCode} ${url}`)
      if (answer.statusCode === 400) assert.match(answer.json().pointer, /^\/query\//)
    }),
    { numRuns: 150 },
  )
})
