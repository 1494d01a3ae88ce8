import { DAY_MS, leadingDate } from './calendar.ts'

/**
 * Korean civil time. Korea has kept UTC+9 without daylight saving since 1988-10-09, so a fixed offset is exact for every
 * instant this library judges, and no time zone database has to be shipped.
 * All instants are milliseconds since 1970-01-01T00:00:00Z.
 * @see docs/sources/rules.md#seoul-time
 */
export const SEOUL = 'Asia/Seoul'
export const SEOUL_OFFSET_MS = 9 * 3_600_000

/** The first instant of the Seoul day that contains `at`. */
export const startOfSeoulDay = (at: number): number =>
  Math.floor((at + SEOUL_OFFSET_MS) / DAY_MS) * DAY_MS - SEOUL_OFFSET_MS

/**
 * 24:00 of the Seoul day that contains `at`: the first instant that no longer belongs to it.
 * 00:00 belongs to the day it opens, so its end is 24 hours later.
 */
export const endOfSeoulDay = (at: number): number => startOfSeoulDay(at) + DAY_MS

/** `YYYY-MM-DD` → 00:00 of that date in Seoul; undefined for anything that is not a date of the calendar. */
export const seoulDateToInstant = (date: string): number | undefined => {
  const utc = date.length === 10 ? leadingDate(date) : undefined
  return utc === undefined ? undefined : utc - SEOUL_OFFSET_MS
}

/** The calendar date in Seoul at `at`, `YYYY-MM-DD`. */
export const seoulDate = (at: number): string => new Date(at + SEOUL_OFFSET_MS).toISOString().slice(0, 10)

/** `2021-12-06T00:00:00+09:00`: how instants are written in rule sets, so that a reader sees the local law's own time. */
export const toSeoulIso = (at: number): string => `${new Date(at + SEOUL_OFFSET_MS).toISOString().slice(0, 19)}+09:00`
