import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import type { BedClass, Capability } from '@dure/contract'
import { ACCEPTANCE_FIELDS, BED_FIELDS, EQUIPMENT_FIELDS } from './nemc-reading.ts'
import { ageMinutes, freshnessOf, usableToPlace } from './staleness.ts'

/** The hand-made responses and the table that says how each dirty case is to be read. */
export const NEMC_FOLDER = new URL('../../../../../shared/data/nemc/', import.meta.url)
export const NEMC_PRESENT = existsSync(NEMC_FOLDER)
export const FIXTURE_CLOCK = new Date('2022-10-15T18:00:00+09:00')
export const nemcFile = (name: string): Uint8Array => readFileSync(new URL(name, NEMC_FOLDER))
export const GOOD_FILES = ['11', '28', '41'].flatMap((sido) => [
  `getEmrrmRltmUsefulSckbdInfoInqire-${sido}.xml`,
  `getSrsillDissAceptncPosblInfoInqire-${sido}.xml`,
])

export type TableRow = {
  readonly hpid: string
  readonly operation: 'beds' | 'acceptance'
  readonly fields: readonly string[]
  readonly raw: string
  readonly expected: string
}

/** What was read, wherever it is kept now: in memory after reading, or in the database after an import. */
export type SeenCount = {
  readonly reading: string
  readonly available: number | null
  readonly total: number | null
  readonly flags: readonly string[]
  readonly asOf: Date | null
}
export type SeenAnswer = { readonly answer: string; readonly raw: string | null }
export type Seen = {
  count(hpid: string, bedClass: BedClass): SeenCount | undefined
  answer(hpid: string, code: Capability): SeenAnswer | undefined
}

export const readTable = (): readonly TableRow[] =>
  new TextDecoder()
    .decode(nemcFile('README.md'))
    .split('\n')
    .filter((line) => /^\| A99/.test(line))
    .map((line) => {
      const [, hpid = '', , operation = '', field = '', raw = '', , expected = ''] = line
        .split('|')
        .map((cell) => cell.trim())
      assert(operation === 'beds' || operation === 'acceptance')
      return { hpid, operation, fields: fieldsOf(field), raw: raw.replaceAll('`', ''), expected }
    })

const fieldsOf = (cell: string): readonly string[] =>
  cell === 'MKioskTy1..28' ? Object.keys(ACCEPTANCE_FIELDS) : cell.split(',').map((one) => one.trim())

/** Checks one row of the table. A wording it does not know is a failure, not a pass. */
export const checkRow = (row: TableRow, seen: Seen): void => {
  if (row.fields[0] === '(whole item)') checkAbsent(row, seen)
  else if (row.fields[0] === 'hvidate') checkTime(row, seen)
  else for (const field of row.fields) checkField(row, field, seen)
}

const checkAbsent = ({ hpid, operation, expected }: TableRow, seen: Seen): void => {
  const counts = BED_FIELDS.map(({ bedClass }) => seen.count(hpid, bedClass))
  const answers = Object.values(ACCEPTANCE_FIELDS).map((code) => seen.answer(hpid, code))
  const [absent, present] = operation === 'acceptance' ? [answers, counts] : [counts, answers]
  assert.match(expected, operation === 'acceptance' ? /every acceptance unknown/ : /every bed count unknown/)
  assert(absent.every((one) => one === undefined))
  assert(present.some((one) => one !== undefined))
}

const checkTime = ({ hpid, expected }: TableRow, seen: Seen): void => {
  for (const { bedClass } of BED_FIELDS) {
    const count = seen.count(hpid, bedClass)
    assert(count !== undefined)
    assert.equal(usableToPlace(freshnessOf(bedClass, count.asOf, FIXTURE_CLOCK)), false)
    if (expected.startsWith('clock error')) {
      assert.equal(count.asOf, null)
      assert(count.flags.includes('clock_ahead'))
    } else {
      assert.match(expected, /^values kept with their age/)
      assert(count.asOf !== null)
      assert.equal(ageMinutes(count.asOf, FIXTURE_CLOCK), 3 * 24 * 60 + 5)
    }
  }
  assert.equal(seen.count(hpid, 'CRITICAL')?.reading, 'known')
}

const checkField = (row: TableRow, field: string, seen: Seen): void => {
  const code = EQUIPMENT_FIELDS[field] ?? ACCEPTANCE_FIELDS[field]
  if (code === undefined) checkBed(row, field, seen)
  else checkAnswer(row, seen.answer(row.hpid, code))
}

const checkBed = (row: TableRow, field: string, seen: Seen): void => {
  const bed = BED_FIELDS.find((one) => one.field === field || one.totalField === field)
  assert(bed !== undefined, field)
  const count = seen.count(row.hpid, bed.bedClass)
  assert(count !== undefined)
  checkCount(row, count)
}

const checkAnswer = ({ expected, raw }: TableRow, seen: SeenAnswer | undefined): void => {
  const wanted: Record<string, string> = { Y: 'yes', N: 'no', no: 'no', unknown: 'unknown' }
  const first = expected.split(/[\s,(]/)[0] ?? ''
  assert(Object.hasOwn(wanted, first), expected)
  assert(seen !== undefined)
  assert.equal(seen.answer, wanted[first])
  assert.equal(seen.raw?.trim(), raw.trim())
}

const checkCount = ({ expected, raw }: TableRow, count: SeenCount): void => {
  if (expected.startsWith('unknown (not entered)')) {
    assert.equal(count.reading, 'not_entered')
    assert.equal(count.available, null)
    if (expected.includes('stays known')) assert(count.total !== null)
  } else if (expected.startsWith('real value')) {
    assert.equal(count.reading, 'known')
    assert.equal(count.available, -Number(/(\d+) patients/.exec(expected)?.[1]))
    assert.equal(count.available, Number(raw))
    assert(count.flags.includes('over_capacity'))
  } else if (/^known: (0 free|full)/.test(expected)) {
    assert.equal(count.reading, 'known')
    assert.equal(count.available, 0)
  } else if (expected.startsWith('input error')) {
    assert.equal(count.reading, 'unusable')
    assert.equal(count.available, null)
    assert(count.flags.includes('count_above_total'))
  } else if (expected.startsWith('unusable number')) {
    assert.equal(count.reading, 'unusable')
    assert.equal(count.available, null)
    assert(count.flags.includes('not_a_number'))
  } else {
    assert.match(expected, /stays usable; its total is unknown/)
    assert.equal(count.reading, 'known')
    assert.equal(count.total, null)
    assert(count.flags.includes('total_not_entered'))
  }
}
