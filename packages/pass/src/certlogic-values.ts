import { daysInMonth, digits, leadingDate, utcMidnight } from './calendar.ts'

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

/** Longest date-time text that is read: 19 characters, an offset, and more decimals than anyone needs. */
const MAX_DATE_TEXT = 64

/** `YYYY`, `YYYY-MM` → the last day consistent with it; `YYYY-MM-DD` → that day. 00:00 UTC, in milliseconds. */
export const dateOfBirthInstant = (text: string): number | undefined => {
  if (text.length === 10) return leadingDate(text)
  const year = digits(text, 0, 4)
  const month = text.length === 4 ? 12 : digits(text, 5, 2)
  const isPartial = text.length === 4 || (text.length === 7 && text[4] === '-')
  return isPartial && year >= 0 ? utcMidnight(year, month, daysInMonth(year, month)) : undefined
}

const TAIL = /^(?:\.(\d+))?(?:Z|([+-])(\d{1,2})(?::?(\d{2}))?)?$/

const milliseconds = (decimals: string | undefined): number =>
  decimals === undefined ? 0 : Number(decimals.slice(0, 3).padEnd(3, '0'))

const offsetMs = (sign: string, hours: number, minutes: number): number | undefined => {
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined
  const size = (hours * 60 + minutes) * 60_000
  return sign === '-' ? -size : size
}

/** What follows the seconds: milliseconds to add, the offset taken off. The two commonest forms need no pattern. */
const tailMs = (tail: string): number | undefined => {
  if (tail === 'Z' || tail === '') return 0
  if (tail === '+09:00') return -32_400_000
  const match = TAIL.exec(tail)
  if (match === null) return undefined
  const offset = match[2] === undefined ? 0 : offsetMs(match[2], Number(match[3]), Number(match[4] ?? '0'))
  return offset === undefined ? undefined : milliseconds(match[1]) - offset
}

const timeMs = (text: string): number | undefined => {
  const [hour, minute, second] = [digits(text, 11, 2), digits(text, 14, 2), digits(text, 17, 2)]
  if (text[10] !== 'T' || text[13] !== ':' || text[16] !== ':') return undefined
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return undefined
  return ((hour * 60 + minute) * 60 + second) * 1000
}

/**
 * Any of the 19 date and date-time forms of the specification → milliseconds since the epoch; undefined if it is none of
 * them or not on the calendar (the specification leaves that undefined; we refuse it). 24:00:00 and second 60 are refused.
 */
export const dateTimeInstant = (text: string): number | undefined => {
  if (text.length <= 10) return dateOfBirthInstant(text)
  if (text.length > MAX_DATE_TEXT) return undefined
  const day = leadingDate(text)
  const time = timeMs(text)
  const tail = tailMs(text.slice(19))
  return day === undefined || time === undefined || tail === undefined ? undefined : day + time + tail
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
