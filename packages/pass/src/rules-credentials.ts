import { DAY_MS } from './calendar.ts'
import { dateTimeInstant, isInteger, isRecord } from './certlogic-values.ts'
import type { CredentialKind, RuleSet } from './rules-model.ts'
import { seoulDateToInstant, toSeoulIso } from './seoul-time.ts'
import { HOUR_MS, hasClass, STRIP_CLASSES, type StripClaims, type StripClass } from './strip.ts'
import { DCC_CODES } from './value-sets.ts'

/**
 * What a holder shows, reduced to what rules may ask. Dates are `YYYY-MM-DD` of the Seoul calendar, instants RFC 3339
 * texts or (strips) milliseconds. A day strip carries no health data, so none can be asked of it.
 */
export type Credential =
  | {
      readonly kind: 'vaccination'
      /** Code of the DCC value set `vaccines-covid-19-names`. */
      readonly product: string
      /** Which dose it was, and of how many: DCC `dn` and `sd`. */
      readonly dose: number
      readonly of: number
      readonly date: string
    }
  | {
      readonly kind: 'recovery'
      readonly diagnosedOn: string
      /** End of isolation, when the issuer knows it. */
      readonly releasedOn?: string
    }
  | {
      readonly kind: 'test'
      readonly method: 'pcr' | 'rapid'
      readonly result: 'negative' | 'positive'
      /** When the result was told. */
      readonly resultAt: string
    }
  | { readonly kind: 'exemption'; readonly from?: string; readonly until?: string }
  | {
      readonly kind: 'strip'
      readonly classes: readonly StripClass[]
      readonly validFrom: number
      readonly validUntil: number
    }

/** More credentials than one person can sensibly hold; beyond it a question is refused. */
export const MAX_CREDENTIALS = 32

/** Facts as rules see them, by kind. Calendar dates have become Seoul midnights. */
export type Facts = {
  readonly byKind: { readonly [K in CredentialKind]: readonly FactRecord[] }
  /** Something shown could not be read as a credential: then "no" must become "unknown". */
  readonly unreadable: boolean
  readonly shown: number
}
export type FactRecord = { readonly [name: string]: unknown }

type Dose = {
  readonly product: string
  readonly dose: number
  readonly of: number
  /** `YYYY-MM-DD`; such texts compare like dates. */
  readonly date: string
  readonly primaryDoses: number | null
}

const isDate = (date: unknown): date is string => typeof date === 'string' && seoulDateToInstant(date) !== undefined
const midnight = (date: string): string => `${date}T00:00:00+09:00`
const nextMidnight = (date: string): string => toSeoulIso((seoulDateToInstant(date) ?? 0) + DAY_MS)

const isCount = (value: unknown): value is number => isInteger(value) && value >= 1 && value <= 99

const readDose = (raw: FactRecord, products: RuleSet['products']): Dose | undefined => {
  const { product, dose, of, date } = raw
  if (!isDate(date) || typeof product !== 'string' || !isCount(dose) || !isCount(of)) return undefined
  const known = Object.hasOwn(products, product) ? products[product] : undefined
  return { product, dose, of, date, primaryDoses: known?.primaryDoses ?? null }
}

const isComplete = (dose: Dose): boolean => dose.primaryDoses !== null && dose.dose >= dose.primaryDoses

/**
 * A booster is a dose beyond the series as certified (2/1), beyond the product's series (3/3), or with a higher number than
 * an earlier dose of the same wallet that already completed one. More credentials can only turn a dose into a booster.
 */
const isBooster = (dose: Dose, all: readonly Dose[]): boolean =>
  (dose.primaryDoses !== null && dose.dose > dose.primaryDoses) ||
  dose.dose > dose.of ||
  all.some((other) => isComplete(other) && other.dose < dose.dose && other.date < dose.date)

const doseFacts = (dose: Dose, all: readonly Dose[]): FactRecord => ({
  product: dose.product,
  dose: dose.dose,
  of: dose.of,
  date: midnight(dose.date),
  complete: isComplete(dose),
  booster: isBooster(dose, all),
})

const recoveryFacts = (raw: FactRecord): FactRecord | undefined => {
  const { diagnosedOn, releasedOn } = raw
  if (!isDate(diagnosedOn) || !(releasedOn === undefined || isDate(releasedOn))) return undefined
  return { diagnosedOn: midnight(diagnosedOn), releasedOn: releasedOn === undefined ? null : midnight(releasedOn) }
}

const testFacts = (raw: FactRecord): FactRecord | undefined => {
  const { method, result, resultAt } = raw
  if (method !== 'pcr' && method !== 'rapid') return undefined
  if (result !== 'negative' && result !== 'positive') return undefined
  if (typeof resultAt !== 'string' || resultAt.length <= 10 || dateTimeInstant(resultAt) === undefined) return undefined
  return { method, result, resultAt }
}

/** `until` is a whole day: it ends at 24:00. */
const exemptionFacts = (raw: FactRecord): FactRecord | undefined => {
  const { from, until } = raw
  if (!(from === undefined || isDate(from)) || !(until === undefined || isDate(until))) return undefined
  return { from: from === undefined ? null : midnight(from), until: until === undefined ? null : nextMidnight(until) }
}

/** Years 1970 to 9999: what the date-time forms can write. */
const isInstant = (value: unknown): value is number => isInteger(value) && value >= 0 && value < 253_402_300_800_000

const stripFacts = (raw: FactRecord): FactRecord | undefined => {
  const { classes, validFrom, validUntil } = raw
  if (!isInstant(validFrom) || !isInstant(validUntil) || !Array.isArray(classes)) return undefined
  const iso = (at: number): string => new Date(at).toISOString()
  return { classes, validFrom: iso(validFrom), validUntil: iso(validUntil) }
}

const READERS = { recovery: recoveryFacts, test: testFacts, exemption: exemptionFacts, strip: stripFacts } as const

/** Never throws: anything that is not a credential only sets `unreadable`. */
export const factsOf = (credentials: readonly unknown[], products: RuleSet['products']): Facts => {
  const byKind: { [K in CredentialKind]: FactRecord[] } = {
    vaccination: [],
    recovery: [],
    test: [],
    exemption: [],
    strip: [],
  }
  const doses: Dose[] = []
  let unreadable = false
  for (const raw of credentials) {
    if (!isRecord(raw)) unreadable = true
    else if (raw.kind === 'vaccination') {
      const dose = readDose(raw, products)
      if (dose === undefined) unreadable = true
      else doses.push(dose)
    } else if (typeof raw.kind === 'string' && Object.hasOwn(READERS, raw.kind)) {
      const kind = raw.kind as keyof typeof READERS
      const fact = READERS[kind](raw)
      if (fact === undefined) unreadable = true
      else byKind[kind].push(fact)
    } else unreadable = true
  }
  byKind.vaccination = doses.map((dose) => doseFacts(dose, doses))
  return { byKind, unreadable, shown: credentials.length }
}

/** What a verified day strip says: its classes and its hours. */
export const credentialOfStrip = (claims: StripClaims): Credential => ({
  kind: 'strip',
  classes: (Object.keys(STRIP_CLASSES) as StripClass[]).filter((name) => hasClass(claims, name)),
  validFrom: claims.fromHour * HOUR_MS,
  validUntil: (claims.fromHour + claims.hours) * HOUR_MS,
})

const entriesOf = (payload: Record<string, unknown>, group: string): Record<string, unknown>[] => {
  const entries = payload[group]
  if (!Array.isArray(entries)) return []
  return entries.filter(isRecord).filter((entry) => entry.tg === undefined || entry.tg === DCC_CODES.covid19)
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
/** DCC dates of early certificates carry a time; the rules ask for the day. */
const day = (value: unknown): string => text(value).slice(0, 10)
const count = (value: unknown): number => (isInteger(value) ? value : 0)

const METHODS: { readonly [code: string]: 'pcr' | 'rapid' } = {
  [DCC_CODES.testNaat]: 'pcr',
  [DCC_CODES.testRapid]: 'rapid',
}

const testOf = (entry: Record<string, unknown>): Credential[] => {
  const method = METHODS[text(entry.tt)]
  if (method === undefined) return []
  const result = entry.tr === DCC_CODES.notDetected ? 'negative' : 'positive'
  // A DCC knows only when the sample was taken, which is never later than the result: the holder's window can only shrink.
  return [{ kind: 'test', method, result, resultAt: text(entry.sc) }]
}

const exemptionOf = ({ df, du }: Record<string, unknown>): Credential => ({
  kind: 'exemption',
  ...(df === undefined || df === null ? {} : { from: day(df) }),
  ...(du === undefined || du === null ? {} : { until: day(du) }),
})

/**
 * The credentials of a verified DCC payload (`{v?, t?, r?, x?, …}`): vaccinations, tests, recoveries and the exemption
 * extension, for COVID-19 only. Give all certificates of one person together: rules may need two of them.
 * An entry whose content cannot be read becomes a credential that rules answer with `credential-unreadable`.
 */
export const credentialsOfDcc = (payload: unknown): readonly Credential[] => {
  if (!isRecord(payload)) return []
  const vaccinations = entriesOf(payload, 'v').map(
    (v): Credential => ({
      kind: 'vaccination',
      product: text(v.mp),
      dose: count(v.dn),
      of: count(v.sd),
      date: day(v.dt),
    }),
  )
  const recoveries = entriesOf(payload, 'r').map((r): Credential => ({ kind: 'recovery', diagnosedOn: day(r.fr) }))
  const exemptions = ['x', 've', 'e'].flatMap((group) => entriesOf(payload, group)).map(exemptionOf)
  return [...vaccinations, ...entriesOf(payload, 't').flatMap(testOf), ...recoveries, ...exemptions]
}
