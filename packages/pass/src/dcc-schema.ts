import { isJsonObject, type Json, type JsonObject } from './json.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'

/**
 * EU DCC schema 1.0.0 to 1.3.x by hand: a table in place of a 10 kB JSON schema and its engine.
 * Source: DCC.combined-schema.json 1.3.3 (docs/sources/pass.md). Where the versions differ the tolerant one is taken; as
 * in the published schema, codes are texts: which codes exist is a question of value sets and rules.
 * `null` and an empty group count as absent, because issuers write both.
 */

/** v: vaccination, t: test, r: recovery, x: exemption. */
export type DccKind = 'v' | 't' | 'r' | 'x'

type Check = (value: Json) => boolean
type Field = readonly [name: string, check: Check, required?: boolean]

const LONGEST_TEXT = 80
const text: Check = (value) =>
  typeof value === 'string' && (value.length <= LONGEST_TEXT || [...value].length <= LONGEST_TEXT)
const matching =
  (pattern: RegExp): Check =>
  (value) =>
    text(value) && pattern.test(value as string)
const code: Check = (value) => typeof value === 'string'
const machineReadable = matching(/^[A-Z<]*$/)
const country = matching(/[A-Z]{1,10}/)
const birth = matching(/^((19|20)\d\d(-\d\d){0,2})?$/)
/** The pattern of schema 1.0.0 was not anchored, and issuers wrote a time behind the day. */
const birth100 = matching(/^((19|20)\d\d(-\d\d){0,2}(T[\d:.]+Z?)?)?$/)
/** 1.0.0 issuers wrote dates with a time behind; the format is an annotation in every version. */
const DATE = /^(\d{4})-(\d\d)-(\d\d)(T.*)?$/
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?\s?(Z|[+-]\d\d(:?\d\d)?)?$/i
const date: Check = (value) => matching(DATE)(value) && isDay(value as string)
const dateTime: Check = (value) => matching(DATE_TIME)(value) && isDay(value as string)
const dose: Check = (value) => Number.isInteger(value) && (value as number) >= 1

const isDay = (value: string): boolean => {
  const year = Number(value.slice(0, 4))
  const month = Number(value.slice(5, 7))
  const day = Number(value.slice(8, 10))
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = month === 2 ? (leap ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return month >= 1 && month <= 12 && day >= 1 && day <= days
}

const required = true
const ISSUED: readonly Field[] = [
  ['tg', code, required],
  ['co', country, required],
  ['is', text, required],
  ['ci', text, required],
]
const VACCINATION: readonly Field[] = [
  ...ISSUED,
  ['vp', code, required],
  ['mp', code, required],
  ['ma', code, required],
  ['dn', dose, required],
  ['sd', dose, required],
  ['dt', date, required],
]
const TEST: readonly Field[] = [
  ...ISSUED,
  ['tt', code, required],
  ['sc', dateTime, required],
  ['tr', code, required],
  ['nm', text],
  ['ma', code],
  ['tc', text],
]
const RECOVERY: readonly Field[] = [...ISSUED, ['fr', date, required], ['df', date, required], ['du', date, required]]
/** The exemption extension: no medical reason is carried, by design (docs/sources/pass.md). */
const EXEMPTION: readonly Field[] = [...ISSUED, ['df', date], ['du', date]]

/** Group member → its kind and fields. Austria writes exemptions under `ve`, Italy under `e`; ours stand under `x`. */
const GROUPS: Readonly<Record<string, readonly [DccKind, readonly Field[]]>> = {
  v: ['v', VACCINATION],
  t: ['t', TEST],
  r: ['r', RECOVERY],
  x: ['x', EXEMPTION],
  ve: ['x', EXEMPTION],
  e: ['x', EXEMPTION],
}

const NAME: readonly Field[] = [
  ['fn', text],
  ['fnt', machineReadable],
  ['gn', text],
  ['gnt', machineReadable],
]

export type DccEntry = { readonly kind: DccKind; readonly entry: JsonObject }

/** Checks a certificate and gives its kind and its one entry. Refuses `schema-invalid` with the member's path. */
export const checkDcc = (certificate: Json): Checked<DccEntry> => {
  if (!isJsonObject(certificate)) return invalid('')
  const ver = certificate.ver ?? null
  if (!matching(/^1\.\d+\.\d+$/)(ver)) return invalid('ver')
  if (!(ver === '1.0.0' ? birth100 : birth)(certificate.dob ?? null)) return invalid('dob')
  const { nam } = certificate
  const nameFault = isJsonObject(nam) ? faultIn(nam, NAME) : ''
  if (nameFault !== undefined) return invalid(`nam.${nameFault}`)
  if (isJsonObject(nam) && nam.fnt == null && nam.gnt == null) return invalid('nam.fnt')
  return oneEntry(certificate)
}

const invalid = (path: string) => refuse('schema-invalid', path)

const oneEntry = (certificate: JsonObject): Checked<DccEntry> => {
  const present = Object.keys(GROUPS).filter((name) => !isAbsent(certificate[name]))
  const [name] = present
  const group = name === undefined ? undefined : GROUPS[name]
  if (name === undefined || !group || present.length > 1) return invalid(present.join())
  const entries = certificate[name]
  const entry = Array.isArray(entries) && entries.length === 1 ? (entries[0] as Json) : undefined
  if (!isJsonObject(entry)) return invalid(name)
  const fault = faultIn(entry, group[1])
  return fault === undefined ? ok({ kind: group[0], entry }) : invalid(`${name}.0.${fault}`)
}

const isAbsent = (group: Json | undefined): boolean => group == null || (Array.isArray(group) && group.length === 0)

const faultIn = (object: JsonObject, fields: readonly Field[]): string | undefined => {
  for (const [name, check, isRequired] of fields) {
    const value = object[name] ?? null
    if (value === null ? isRequired : !check(value)) return name
  }
  return undefined
}
