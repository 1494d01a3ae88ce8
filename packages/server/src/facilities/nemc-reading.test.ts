import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readNemcDocument } from './nemc-document.ts'
import {
  type AcceptanceItemReading,
  type BedItemReading,
  readAcceptanceItem,
  readAnswer,
  readBedItem,
  readCount,
  readEntryTime,
} from './nemc-reading.ts'
import {
  checkRow,
  FIXTURE_CLOCK,
  GOOD_FILES,
  NEMC_PRESENT,
  nemcFile,
  readTable,
  type Seen,
} from './nemc-table.testing.ts'

const readFixtures = (): Seen => {
  const beds = new Map<string, BedItemReading>()
  const acceptance = new Map<string, AcceptanceItemReading>()
  for (const name of GOOD_FILES) {
    const document = readNemcDocument(nemcFile(name))
    assert(document.ok)
    for (const item of document.value.items) {
      if (document.value.operation === 'beds') beds.set(item.hpid, readBedItem(item, FIXTURE_CLOCK))
      else acceptance.set(item.hpid, readAcceptanceItem(item))
    }
  }
  return {
    count: (hpid, bedClass) => {
      const item = beds.get(hpid)
      const count = item?.counts.find((one) => one.bedClass === bedClass)
      return item && count && { ...count, asOf: item.time.asOf, flags: [...count.flags, ...item.time.flags] }
    },
    answer: (hpid, code) =>
      [...(beds.get(hpid)?.equipment ?? []), ...(acceptance.get(hpid)?.answers ?? [])].find((one) => one.code === code),
  }
}

if (NEMC_PRESENT) {
  const table = readTable()
  const seen = readFixtures()
  test('the table of dirty cases was found whole', () => assert.equal(table.length, 39))
  for (const row of table) {
    test(`${row.hpid} ${row.operation} ${row.fields.slice(0, 2).join(', ')} '${row.raw}': ${row.expected}`, () =>
      checkRow(row, seen))
  }
} else console.log('39 cases not present (../shared absent)')

test('-1 is not entered and -2 is two patients too many', () => {
  assert.equal(readCount('-1', '8').reading, 'not_entered')
  assert.deepEqual(readCount('-2', '8'), {
    reading: 'known',
    available: -2,
    total: 8,
    raw: '-2',
    flags: ['over_capacity'],
  })
})

test('a count above its total is unusable and is not capped', () => {
  assert.equal(readCount('9', '8').reading, 'unusable')
  assert.equal(readCount('8', '8').available, 8)
  assert.equal(readCount('9', undefined).available, 9)
  assert.deepEqual(readCount('9', 'Y').flags, ['total_unusable'])
})

test('no word, sign or blank turns an unknown count into a number', () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.constantFrom('Y', 'N', '', ' ', '1.5', '1e3', '0x10', '１', '+3', '--2', 'NaN', '- 1'),
  )
  fc.assert(
    fc.property(hostile, hostile, (raw, total) => {
      const reading = readCount(raw, total)
      assert.equal(reading.reading === 'known', reading.available !== null)
      if (reading.available !== null) assert.equal(reading.available, Number(raw.trim()))
      if (reading.available !== null && reading.total !== null) assert(reading.available <= reading.total)
      if (reading.available === 0) assert.match(raw.trim(), /^-?0+$/)
    }),
  )
})

test('every whole number but -1 within reason is itself', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1_000, max: 10_000 }), (count) => {
      const reading = readCount(String(count), 'no_such_field')
      assert.equal(reading.available, count === -1 ? null : count)
    }),
  )
})

test('an answer is trimmed before it is read, and a word nobody described is unknown and flagged', () => {
  assert.equal(readAnswer('Y ').answer, 'yes')
  assert.equal(readAnswer(' y').answer, 'yes')
  assert.equal(readAnswer('N1').answer, 'no')
  assert.equal(readAnswer('불가능').answer, 'no')
  assert.equal(readAnswer('정보미제공').answer, 'unknown')
  assert.deepEqual(readAnswer('정보미제공').flags, [])
  assert.deepEqual(readAnswer(undefined), { answer: 'unknown', raw: null, flags: [] })
  for (const raw of ['1', 'constructor', 'YES', '가능']) assert.deepEqual(readAnswer(raw).flags, ['unknown_answer'])
})

test('an entry time is Korean time; ahead of us, unreal or missing, the age is unknown', () => {
  assert.equal(readEntryTime('20221015175500', FIXTURE_CLOCK).asOf?.toISOString(), '2022-10-15T08:55:00.000Z')
  assert.deepEqual(readEntryTime('20221015180501', FIXTURE_CLOCK).flags, ['clock_ahead'])
  assert.deepEqual(readEntryTime('20221015180500', FIXTURE_CLOCK).flags, [])
  for (const raw of [undefined, '', '20220230120000', '20221015240000', '2022101517550', '20221015175560', 'now'])
    assert.deepEqual(readEntryTime(raw, FIXTURE_CLOCK), { asOf: null, raw: raw ?? null, flags: ['clock_unreadable'] })
})
