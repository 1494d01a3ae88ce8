import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testCell } from '../testing/cell.ts'
import { answerAt } from './answers.ts'
import { makeDirectory } from './directory.service.ts'
import { saveCapabilities, saveHospitals } from './import.sql.ts'
import { parseHospitalId } from './types.ts'

const id = parseHospitalId('PHMA1')
assert(id !== undefined)
const none = {
  sigunguCode: null,
  phone: null,
  licensedBeds: null,
  inpatientRooms: null,
  medicalStaff: null,
  sourceUpdatedOn: null,
}
const hospital = {
  ...none,
  id,
  name: '두레병원',
  type: '병원',
  kind: 'hospital',
  sidoCode: '28',
  address: '인천',
  lat: 37.4,
  lon: 126.7,
  departments: [],
} as const

test('the copy in memory changes with the directory and only then', async () => {
  await using test = await testCell()
  const { deps } = test.cell
  const directory = makeDirectory(deps)
  const empty = await directory.current()
  assert.equal(empty.hospitals.length, 0)
  assert.equal(await directory.current(), empty)
  await deps.db.tx((tx) => saveHospitals(tx, [hospital], 'register', test.clock.now()))
  const filled = await directory.current()
  assert.equal(filled.byId.get(id)?.name, '두레병원')
  assert.notEqual(filled.version, empty.version)
  assert.equal(empty.hospitals.length, 0)
})

test('a change made elsewhere reaches a directory that listens', async () => {
  await using test = await testCell()
  const { deps } = test.cell
  const directory = makeDirectory(deps)
  await directory.begin()
  try {
    await deps.db.tx((tx) => saveHospitals(tx, [hospital], 'register', test.clock.now()))
    const deadline = performance.now() + 10_000
    while ((await directory.current()).hospitals.length === 0) {
      assert(performance.now() < deadline, 'no news within ten seconds')
      await new Promise(setImmediate)
    }
  } finally {
    await directory.end()
  }
})

test('what the hospital says goes before the centre, the centre before the register, and an old or doubtful answer is none', async () => {
  await using test = await testCell()
  const { deps } = test.cell
  const now = test.clock.now()
  const fact = (code: string, answer: string, flags: string[] = []) => ({
    hospitalId: id,
    code,
    answer,
    raw: null,
    flags,
    asOf: null,
  })
  const old = new Date(now.getTime() - 25 * 3_600_000)
  await deps.db.tx(async (tx) => {
    await saveHospitals(tx, [hospital], 'register', now)
    await saveCapabilities(tx, 'register', [fact('obstetrics', 'yes'), fact('psychiatry', 'yes')], old)
    await saveCapabilities(tx, 'nemc', [fact('eq_ecmo', 'yes')], old)
    await saveCapabilities(
      tx,
      'nemc',
      [fact('eq_ct', 'yes', ['clock_ahead']), fact('ty_24', 'no'), fact('ty_25', 'unknown')],
      now,
    )
    await saveCapabilities(tx, 'hospital', [fact('psychiatry', 'no'), fact('ty_24', 'yes')], old)
  })
  const [loaded] = (await makeDirectory(deps).current()).hospitals
  assert(loaded !== undefined)
  const told = ['obstetrics', 'psychiatry', 'eq_ecmo', 'eq_ct', 'ty_24', 'ty_25', 'trauma'] as const
  assert.deepEqual(
    told.map((code) => answerAt(loaded, code, now)),
    ['yes', 'no', 'unknown', 'unknown', 'yes', 'unknown', 'unknown'],
  )
})
