/**
 * The values of CertLogic: truthiness, integers, data access, date-times, certificate identifiers.
 * @see CertLogic specification 1.3.3, "Values" and "Operations"; docs/sources/rules.md#certlogic
 */
export const CERTLOGIC_VERSION = '1.3.3'

export const TIME_UNITS = ['year', 'month', 'day', 'hour'] as const
export type TimeUnit = (typeof TIME_UNITS)[number]

export const isTimeUnit = (value: unknown): value is TimeUnit =>
  typeof value === 'string' && (TIME_UNITS as readonly string[]).includes(value)

export const isInteger = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value)

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)

const hasKey = (value: object): boolean => {
  for (const key in value) if (Object.hasOwn(value, key)) return true
  return false
}

/**
 * true = truthy, false = falsy, undefined = neither (date-times, fractions, NaN). The two notions are disjoint and
 * narrower than JavaScript's: see the specification, "Truthy and falsy values".
 */
export const truth = (value: unknown): boolean | undefined => {
  if (typeof value === 'boolean') return value
  if (value === null) return false
  if (typeof value === 'string') return value !== ''
  if (typeof value === 'number') return Number.isInteger(value) ? value !== 0 : undefined
  if (Array.isArray(value)) return value.length > 0
  return isRecord(value) ? hasKey(value) : undefined
}

const INDEX = /^\d+$/

const step = (value: unknown, fragment: string): unknown => {
  if (Array.isArray(value)) return INDEX.test(fragment) ? (value[Number(fragment)] ?? null) : null
  if (isRecord(value) && Object.hasOwn(value, fragment)) return value[fragment] ?? null
  return null
}

/** The value at `fragments` inside `data`; null where there is none. Only own properties are seen. */
export const access = (data: unknown, fragments: readonly string[]): unknown => {
  let value = data
  for (const fragment of fragments) {
    if (value === null) return null
    value = step(value, fragment)
  }
  return value ?? null
}

const PARTIAL_DATE = /^(\d{4})(?:-(\d{2}))?$/
const FULL_DATE = /^(\d{4})-(\d{2})-(\d{2})$/
const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:Z|([+-])(\d{1,2})(?::?(\d{2}))?)?$/

/** Longest date-time text that is read: 19 characters, an offset, and more decimals than anyone needs. */
const MAX_DATE_TEXT = 64

const utcDate = (year: number, month: number, day: number): number | undefined => {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined
}

/** `YYYY`, `YYYY-MM` → the last day consistent with it; `YYYY-MM-DD` → that day. 00:00 UTC, in milliseconds. */
export const dateOfBirthInstant = (text: string): number | undefined => {
  if (text.length > MAX_DATE_TEXT) return undefined
  const full = FULL_DATE.exec(text)
  if (full !== null) return utcDate(Number(full[1]), Number(full[2]), Number(full[3]))
  const partial = PARTIAL_DATE.exec(text)
  if (partial === null) return undefined
  const month = partial[2] === undefined ? 12 : Number(partial[2])
  if (month < 1 || month > 12) return undefined
  const last = new Date(0)
  last.setUTCFullYear(Number(partial[1]), month, 0)
  return last.getTime()
}

const milliseconds = (decimals: string | undefined): number =>
  decimals === undefined ? 0 : Number(decimals.slice(0, 3).padEnd(3, '0'))

const offsetMs = (sign: string | undefined, hours: string | undefined, minutes: string | undefined): number => {
  if (sign === undefined || hours === undefined) return 0
  const size = (Number(hours) * 60 + Number(minutes ?? '0')) * 60_000
  return sign === '-' ? -size : size
}

/**
 * Any of the 19 date and date-time forms of the specification → milliseconds since the epoch; undefined if it is none of
 * them or not on the calendar (the specification leaves that undefined; we refuse it). 24:00:00 and second 60 are refused.
 */
export const dateTimeInstant = (text: string): number | undefined => {
  if (text.length <= 10) return dateOfBirthInstant(text)
  if (text.length > MAX_DATE_TEXT) return undefined
  const match = DATE_TIME.exec(text)
  if (match === null) return undefined
  const day = utcDate(Number(match[1]), Number(match[2]), Number(match[3]))
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6])]
  if (day === undefined || hour > 23 || minute > 59 || second > 59) return undefined
  if (Number(match[9] ?? '0') > 23 || Number(match[10] ?? '0') > 59) return undefined
  const time = ((hour * 60 + minute) * 60 + second) * 1000 + milliseconds(match[7])
  return day + time - offsetMs(match[8], match[9], match[10])
}

/** Adds in UTC exactly as ECMAScript's setUTC… methods do: 2020-02-29 + 1 year = 2021-03-01. NaN past the range of dates. */
export const plusTime = (instant: number, amount: number, unit: TimeUnit): number => {
  if (unit === 'hour') return new Date(instant + amount * 3_600_000).getTime()
  if (unit === 'day') return new Date(instant + amount * 86_400_000).getTime()
  const date = new Date(instant)
  if (unit === 'month') return date.setUTCMonth(date.getUTCMonth() + amount)
  return date.setUTCFullYear(date.getUTCFullYear() + amount)
}

const UCI_PREFIX = 'URN:UVCI:'

/** The fragment of a certificate identifier at `index`, without the optional prefix; null where there is none. */
export const uciFragment = (uci: string, index: number): string | null => {
  const body = uci.startsWith(UCI_PREFIX) ? uci.slice(UCI_PREFIX.length) : uci
  return body.split(/[/#:]/)[index] ?? null
}
