import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { capabilitiesOfDepartments } from './departments.ts'
import { type CsvRow, kindOf, missingColumns, REQUIRED_COLUMNS, readHospitalRow } from './hospital-row.ts'

const row = (changes: CsvRow = {}): CsvRow => ({
  id: 'PHMA000000000000000000001',
  name: '두레병원',
  type: '종합병원',
  sido_code: '28',
  sigungu_code: '28200',
  address: '인천광역시 남동구 두레로 1',
  phone: '032-000-0000',
  lat: '37.45',
  lon: '126.70',
  beds: '100',
  inpatient_rooms: '',
  medical_staff: '0',
  departments: '내과;흉부외과;내과',
  source_updated_on: '2022-11-02',
  register: 'current',
  duplicate_of: '',
  ...changes,
})
const refusal = (changes: CsvRow) => {
  const reading = readHospitalRow(row(changes))
  return reading.ok ? 'taken' : `${reading.error.column}:${reading.error.why}`
}
const hospital = (changes: CsvRow) => {
  const reading = readHospitalRow(row(changes))
  assert(reading.ok && reading.value.kind === 'hospital')
  return reading.value
}

test('an empty cell is not known, and a 0 is 0', () => {
  const { hospital: taken } = hospital({ beds: '' })
  assert.equal(taken.licensedBeds, null)
  assert.equal(taken.inpatientRooms, null)
  assert.equal(taken.medicalStaff, 0)
  assert.deepEqual(taken.departments, ['내과', '흉부외과'])
})

test('a row of the old register or a double is left out without being a fault', () => {
  assert.deepEqual(readHospitalRow(row({ register: 'legacy' })), {
    ok: true,
    value: { kind: 'left_out', why: 'legacy_register' },
  })
  assert.deepEqual(readHospitalRow(row({ duplicate_of: 'PHMA1' })), {
    ok: true,
    value: { kind: 'left_out', why: 'duplicate' },
  })
})

test('a refusal names the cell and why', () => {
  assert.equal(refusal({ id: '' }), 'id:missing')
  assert.equal(refusal({ id: "x'; drop" }), 'id:malformed')
  assert.equal(refusal({ name: '' }), 'name:missing')
  assert.equal(refusal({ name: 'a\u0000b' }), 'name:malformed')
  assert.equal(refusal({ address: 'x'.repeat(301) }), 'address:too_long')
  assert.equal(refusal({ sido_code: '42' }), 'sido_code:unknown_province')
  assert.equal(refusal({ lat: '' }), 'lat:not_a_number')
  assert.equal(refusal({ lat: '126.7', lon: '37.4' }), 'lat:outside_korea')
  assert.equal(refusal({ beds: '-1' }), 'beds:not_a_number')
  assert.equal(refusal({ beds: '약 100' }), 'beds:not_a_number')
  assert.equal(refusal({ source_updated_on: '2022-02-30' }), 'source_updated_on:not_a_date')
  assert.equal(refusal({ register: '?' }), 'register:unknown_register')
})

test('a telephone number or district that cannot be right costs the cell and not the hospital', () => {
  const taken = hospital({ phone: '----99-', sigungu_code: '11110' })
  assert.equal(taken.hospital.phone, null)
  assert.equal(taken.hospital.sigunguCode, null)
  assert.deepEqual(
    taken.notes.map(({ column }) => column),
    ['sigungu_code', 'phone'],
  )
})

test('the words of the register have a code each, and a new word is kept as other', () => {
  assert.equal(kindOf('요양병원(정신병원)'), 'psychiatric')
  assert.equal(kindOf('요양병원(노인병원)'), 'long_term_care')
  assert.equal(kindOf('우주병원'), 'other')
})

test('a department makes an ability known, and its absence proves nothing', () => {
  assert.deepEqual(capabilitiesOfDepartments(['흉부외과', '심장혈관흉부외과', '산부인과']), [
    'thoracic_surgery',
    'cardiac_surgery',
    'obstetrics',
  ])
  assert.deepEqual(capabilitiesOfDepartments(['내과']), [])
})

test('a file without a needed column is not a register', () => {
  assert.deepEqual(missingColumns(REQUIRED_COLUMNS.filter((one) => one !== 'beds')), ['beds'])
})

test('no cell makes the reader throw or a hospital without its essentials', () => {
  const column = fc.constantFrom(...REQUIRED_COLUMNS)
  fc.assert(
    fc.property(fc.dictionary(column, fc.string({ unit: 'binary' })), (changes) => {
      const reading = readHospitalRow(row(changes))
      if (!reading.ok || reading.value.kind === 'left_out') return
      const taken = reading.value.hospital
      assert(taken.name !== '' && taken.address !== '' && Number.isFinite(taken.lat) && Number.isFinite(taken.lon))
    }),
  )
})
