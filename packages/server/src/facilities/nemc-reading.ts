import type { BedClass, Capability, CapabilityAnswer, FigureFlag, ReadingKind } from '@dure/contract'
import { CLOCK_TOLERANCE_MIN } from './staleness.ts'

/**
 * Raw values of the National Emergency Medical Center's real-time responses, read as what they mean.
 * 0 and unknown are never merged: every count is one of known · not_entered · unusable.
 * @see docs/sources/facilities.md#nemc-values
 */

/** Field of free beds, and the field of their total where the response has one. */
export type BedField = { readonly bedClass: BedClass; readonly field: string; readonly totalField?: string }

export const BED_FIELDS: readonly BedField[] = [
  { bedClass: 'CRITICAL', field: 'hv24', totalField: 'hvs56' },
  { bedClass: 'SEMI_CRITICAL', field: 'hv25', totalField: 'hvs57' },
  { bedClass: 'MODERATE', field: 'hv26', totalField: 'hvs58' },
  { bedClass: 'COHORT', field: 'hv27', totalField: 'hvs59' },
  { bedClass: 'ICU_ID', field: 'hv22', totalField: 'hvs54' },
  { bedClass: 'ICU_ID_NEG', field: 'hv23', totalField: 'hvs55' },
  { bedClass: 'ICU_NEG', field: 'hv35' },
  { bedClass: 'ICU_GENERAL', field: 'hvicc' },
  { bedClass: 'WARD_NEG', field: 'hv41' },
  { bedClass: 'WARD_GENERAL', field: 'hvgc' },
  { bedClass: 'ED_NEG', field: 'hv29' },
  { bedClass: 'ED_ISO', field: 'hv30' },
  { bedClass: 'PED_NEG', field: 'hv15' },
  { bedClass: 'PED_ISO', field: 'hv16' },
  { bedClass: 'PSYCH_LOCKED', field: 'hv40' },
  { bedClass: 'DELIVERY', field: 'hv42' },
]

export const EQUIPMENT_FIELDS: Readonly<Record<string, Capability>> = {
  hvventiayn: 'eq_ventilator',
  hvventisoayn: 'eq_ventilator_preterm',
  hvcrrtayn: 'eq_crrt',
  hvecmoayn: 'eq_ecmo',
  hvincuayn: 'eq_incubator',
  hvctayn: 'eq_ct',
  hvmriayn: 'eq_mri',
  hvangioayn: 'eq_angiography',
  hvoxyayn: 'eq_hyperbaric',
}

/** MKioskTy1 … 28 → ty_01 … ty_28. */
export const ACCEPTANCE_FIELDS: Readonly<Record<string, Capability>> = Object.fromEntries(
  Array.from({ length: 28 }, (_, index) => [
    `MKioskTy${index + 1}`,
    `ty_${String(index + 1).padStart(2, '0')}` as Capability,
  ]),
)

/** Beyond these a count is a slip of the keyboard, whatever its total says. */
export const PLAUSIBLE_COUNT = { least: -1_000, most: 10_000 } as const

export type CountReading = {
  readonly reading: ReadingKind
  /** Set exactly when `reading` is known. Below zero: that many patients over capacity. */
  readonly available: number | null
  /** null = not known; then a count above its total cannot be noticed. */
  readonly total: number | null
  readonly raw: string | null
  readonly flags: readonly FigureFlag[]
}

export type AnswerReading = {
  readonly answer: CapabilityAnswer
  /** As given: N and N1 both say no, and their difference is not documented. */
  readonly raw: string | null
  readonly flags: readonly FigureFlag[]
}

/** `asOf` null = the age is not known. */
export type TimeReading = {
  readonly asOf: Date | null
  readonly raw: string | null
  readonly flags: readonly FigureFlag[]
}

/** Fields of one item by name, untrimmed. A field that stands twice or has children is not here but in `unreadable`. */
export type NemcItem = {
  readonly hpid: string
  readonly fields: ReadonlyMap<string, string>
  readonly unreadable: ReadonlySet<string>
}

export type BedItemReading = {
  readonly hpid: string
  readonly name: string | null
  readonly erPhone: string | null
  readonly time: TimeReading
  readonly counts: readonly (CountReading & { readonly bedClass: BedClass; readonly field: string })[]
  readonly equipment: readonly (AnswerReading & { readonly code: Capability; readonly field: string })[]
}

export type AcceptanceItemReading = {
  readonly hpid: string
  readonly name: string | null
  readonly answers: readonly (AnswerReading & { readonly code: Capability; readonly field: string })[]
}

export const readBedItem = (item: NemcItem, now: Date): BedItemReading => ({
  hpid: item.hpid,
  name: textOf(item, 'dutyName'),
  erPhone: textOf(item, 'dutyTel3'),
  time: readEntryTime(item.fields.get('hvidate'), now),
  counts: BED_FIELDS.map((bed) => ({ bedClass: bed.bedClass, field: bed.field, ...countOf(item, bed) })),
  equipment: answersOf(item, EQUIPMENT_FIELDS),
})

export const readAcceptanceItem = (item: NemcItem): AcceptanceItemReading => ({
  hpid: item.hpid,
  name: textOf(item, 'dutyName'),
  answers: answersOf(item, ACCEPTANCE_FIELDS),
})

/**
 * @param raw the free beds as given; undefined = the field is missing
 * @param total the total as given; 'no_such_field' where the response has none for this class
 */
export const readCount = (raw: string | undefined, total: string | undefined | 'no_such_field'): CountReading => {
  const given = total === 'no_such_field' ? { total: null, flags: [] } : readTotal(total)
  const text = raw?.trim() ?? ''
  const unknown = (reading: 'not_entered' | 'unusable', ...flags: FigureFlag[]): CountReading => ({
    reading,
    available: null,
    total: given.total,
    raw: raw ?? null,
    flags: [...flags, ...given.flags],
  })
  if (text === '') return unknown('not_entered')
  const count = parseInteger(text)
  if (count === undefined) return unknown('unusable', 'not_a_number')
  if (count === -1) return unknown('not_entered')
  if (given.total !== null && count > given.total) return unknown('unusable', 'count_above_total')
  if (count < PLAUSIBLE_COUNT.least || count > PLAUSIBLE_COUNT.most) return unknown('unusable', 'implausible')
  return {
    reading: 'known',
    available: count,
    total: given.total,
    raw: raw ?? null,
    flags: count < 0 ? ['over_capacity', ...given.flags] : given.flags,
  }
}

const readTotal = (raw: string | undefined): { total: number | null; flags: readonly FigureFlag[] } => {
  const text = raw?.trim() ?? ''
  if (text === '' || text === '-1') return { total: null, flags: ['total_not_entered'] }
  const total = parseInteger(text)
  if (total === undefined || total < 0 || total > PLAUSIBLE_COUNT.most)
    return { total: null, flags: ['total_unusable'] }
  return { total, flags: [] }
}

const parseInteger = (text: string): number | undefined => (/^-?[0-9]{1,9}$/.test(text) ? Number(text) : undefined)

const ANSWERS: Readonly<Record<string, CapabilityAnswer>> = {
  Y: 'yes',
  N: 'no',
  N1: 'no',
  불가능: 'no',
  정보미제공: 'unknown',
}

/** Trimmed before reading. A word nobody described is unknown and flagged, never no. */
export const readAnswer = (raw: string | undefined): AnswerReading => {
  const text = raw?.trim().toUpperCase() ?? ''
  if (text === '') return { answer: 'unknown', raw: raw ?? null, flags: [] }
  const answer = Object.hasOwn(ANSWERS, text) ? ANSWERS[text] : undefined
  return answer === undefined
    ? { answer: 'unknown', raw: raw ?? null, flags: ['unknown_answer'] }
    : { answer, raw: raw ?? null, flags: [] }
}

const KST_OFFSET = '+09:00'
const ENTRY_TIME = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})$/

/** `hvidate`, YYYYMMDDHHMMSS in Korean time. Ahead of us = a clock error: the age is unknown, never "0 minutes". */
export const readEntryTime = (raw: string | undefined, now: Date): TimeReading => {
  const parts = ENTRY_TIME.exec(raw?.trim() ?? '')
  const unreadable: TimeReading = { asOf: null, raw: raw ?? null, flags: ['clock_unreadable'] }
  if (parts === null) return unreadable
  const [, year, month, day, hour, minute, second] = parts
  const asOf = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${KST_OFFSET}`)
  if (!isThatDay(asOf, Number(month), Number(day))) return unreadable
  const ahead = asOf.getTime() - now.getTime() > CLOCK_TOLERANCE_MIN * 60_000
  return ahead ? { asOf: null, raw: raw ?? null, flags: ['clock_ahead'] } : { asOf, raw: raw ?? null, flags: [] }
}

/** 30 February parses to a day in March; that is not what was entered. */
const isThatDay = (at: Date, month: number, day: number): boolean => {
  if (Number.isNaN(at.getTime())) return false
  const local = new Date(at.getTime() + 9 * 3_600_000)
  return local.getUTCMonth() + 1 === month && local.getUTCDate() === day
}

const countOf = (item: NemcItem, bed: BedField): CountReading => {
  const totalOf = (): string | undefined | 'no_such_field' => {
    if (bed.totalField === undefined) return 'no_such_field'
    return item.unreadable.has(bed.totalField) ? UNREADABLE : item.fields.get(bed.totalField)
  }
  return readCount(item.unreadable.has(bed.field) ? UNREADABLE : item.fields.get(bed.field), totalOf())
}

/** Stands for a field that was given twice or with children: not missing, and not a value. */
const UNREADABLE = '(unreadable)'

const answersOf = (item: NemcItem, fields: Readonly<Record<string, Capability>>) =>
  Object.entries(fields).map(([field, code]) => ({
    code,
    field,
    ...readAnswer(item.unreadable.has(field) ? UNREADABLE : item.fields.get(field)),
  }))

const textOf = (item: NemcItem, field: string): string | null => {
  const text = item.fields.get(field)?.trim().slice(0, 200) ?? ''
  return text === '' ? null : text
}
