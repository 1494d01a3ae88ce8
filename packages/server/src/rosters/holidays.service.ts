import { getHolidayPreset } from '@hyunbinseo/holidays-kr'
import { type Day, daysBetween } from './seoul.ts'

/** Names of the public holidays by day. */
export type Holidays = ReadonlyMap<Day, readonly string[]>

/**
 * Public holidays of a year after the official gazette, substitutes and election days included; undefined for a year whose list is
 * not in this program. Nothing is computed: lunar days and substitutes are decided by decree.
 * @see docs/sources/rooms.md#holidays
 */
export const holidaysOfYear = async (year: number): Promise<Holidays | undefined> => {
  try {
    return new Map(Object.entries(await getHolidayPreset(String(year))))
  } catch {
    return undefined
  }
}

/** Of all years a window touches; a year that is not known has none here. */
export const holidaysBetween = async (fromMs: number, toMs: number): Promise<Holidays> => {
  const years = new Set(daysBetween(fromMs, toMs).map((day) => Number(day.slice(0, 4))))
  const lists = await Promise.all([...years].map(holidaysOfYear))
  return new Map(lists.flatMap((list) => [...(list ?? [])]))
}
