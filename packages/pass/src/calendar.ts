/**
 * Dates of the Gregorian calendar as numbers, without `Date` objects: rules are judged at doors, thousands of times an hour.
 */
export const DAY_MS = 86_400_000

const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

/** `month` 1–12. */
export const daysInMonth = (year: number, month: number): number =>
  month === 2 && isLeap(year) ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0)

/**
 * Days from 1970-01-01 to a date. Years are counted from March, so that a leap day is the last day of its year; 153 days are
 * five months of alternating length, 146,097 days the 400 years after which the calendar repeats.
 */
const dayNumber = (year: number, month: number, day: number): number => {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** 00:00 UTC of a date in milliseconds since 1970; undefined if the calendar has no such date. */
export const utcMidnight = (year: number, month: number, day: number): number | undefined =>
  month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
    ? dayNumber(year, month, day) * DAY_MS
    : undefined

/** The number written by `count` decimal digits of `text` from `at`; -1 if one of them is not a digit. */
export const digits = (text: string, at: number, count: number): number => {
  let value = 0
  for (let index = at; index < at + count; index += 1) {
    const digit = text.charCodeAt(index) - 48
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  return value
}

/** `YYYY-MM-DD` at the start of `text` → 00:00 UTC of it; undefined if there is none. */
export const leadingDate = (text: string): number | undefined => {
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2)]
  if (year < 0 || month < 0 || day < 0 || text[4] !== '-' || text[7] !== '-') return undefined
  return utcMidnight(year, month, day)
}
