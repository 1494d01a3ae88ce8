import { isRecord } from './certlogic-values.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'
import type { VaccineProduct } from './rules-model.ts'

/**
 * Value sets of the EU DCC: `{valueSetId, valueSetDate, valueSetValues: {code: {display, lang, active, system, version}}}`.
 * @see docs/sources/rules.md#value-sets
 */
export type ValueSet = {
  readonly id: string
  /** `YYYY-MM-DD` */
  readonly date: string
  readonly codes: ReadonlyMap<string, { readonly display: string; readonly active: boolean }>
}

/** Most codes one value set may have; the largest published one (countries) has 250. */
export const MAX_VALUE_SET_CODES = 20_000

const DATE = /^\d{4}-\d{2}-\d{2}$/

/** Reads one value set. Refuses `valueset-malformed`. Entries without `active` count as active. */
export const readValueSet = (json: unknown): Checked<ValueSet> => {
  if (!isRecord(json)) return refuse('valueset-malformed', 'not an object')
  const { valueSetId: id, valueSetDate: date, valueSetValues: values } = json
  if (typeof id !== 'string' || id === '') return refuse('valueset-malformed', 'valueSetId')
  if (typeof date !== 'string' || !DATE.test(date)) return refuse('valueset-malformed', 'valueSetDate')
  if (!isRecord(values)) return refuse('valueset-malformed', 'valueSetValues')
  const entries = Object.entries(values)
  if (entries.length > MAX_VALUE_SET_CODES) return refuse('valueset-malformed', 'too many codes')
  const codes = new Map<string, { display: string; active: boolean }>()
  for (const [code, entry] of entries) {
    if (!isRecord(entry) || typeof entry.display !== 'string')
      return refuse('valueset-malformed', `entry ${codes.size}`)
    codes.set(code, { display: entry.display, active: entry.active !== false })
  }
  return ok({ id, date, codes })
}

/** `external.valueSets` of a CertLogic rule: id → codes. Codes no longer active stay in: old certificates carry them. */
export const externalValueSets = (sets: Iterable<ValueSet>): { readonly [id: string]: readonly string[] } =>
  Object.fromEntries([...sets].map((set) => [set.id, [...set.codes.keys()]]))

/**
 * Vaccines that counted in Korea: approved there, or listed for emergency use by the WHO before the pass ended. Codes are those
 * of the DCC value set `vaccines-covid-19-names`. `primaryDoses` is the length of the primary series as Korea counted it.
 * @see docs/sources/rules.md#vaccines
 */
export const KOREA_VACCINES: { readonly [code: string]: VaccineProduct } = {
  'EU/1/20/1528': { name: 'Comirnaty', primaryDoses: 2 },
  'EU/1/20/1507': { name: 'Spikevax', primaryDoses: 2 },
  'EU/1/21/1529': { name: 'Vaxzevria', primaryDoses: 2 },
  'EU/1/20/1525': { name: 'Jcovden (Janssen)', primaryDoses: 1 },
  'EU/1/21/1618': { name: 'Nuvaxovid', primaryDoses: 2 },
  Covishield: { name: 'Covishield', primaryDoses: 2 },
  'BBIBP-CorV': { name: 'BBIBP-CorV (Sinopharm)', primaryDoses: 2 },
  CoronaVac: { name: 'CoronaVac (Sinovac)', primaryDoses: 2 },
  Covaxin: { name: 'Covaxin', primaryDoses: 2 },
  Covovax: { name: 'Covovax', primaryDoses: 2 },
}

/** Codes of the DCC value sets the rules read. @see docs/sources/rules.md#value-sets */
export const DCC_CODES = {
  /** `disease-agent-targeted` */
  covid19: '840539006',
  /** `covid-19-lab-test-type`: nucleic acid amplification */
  testNaat: 'LP6464-4',
  /** `covid-19-lab-test-type`: rapid immunoassay */
  testRapid: 'LP217198-3',
  /** `covid-19-lab-result` */
  notDetected: '260415000',
  detected: '260373001',
} as const
