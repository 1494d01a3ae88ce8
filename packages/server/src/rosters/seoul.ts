/** Days as Seoul counts them: UTC+9 all year round, without summer time since 1988. */
export const SEOUL_OFFSET_MS = 9 * 3_600_000
export const DAY_MS = 86_400_000

/** `2026-01-05` */
export type Day = string

export const seoulDay = (ms: number): Day => new Date(ms + SEOUL_OFFSET_MS).toISOString().slice(0, 10)

/** The instant at which a day begins in Seoul. */
export const startOfDay = (day: Day): number => Date.parse(`${day}T00:00:00Z`) - SEOUL_OFFSET_MS

export const nextDay = (day: Day): Day => seoulDay(startOfDay(day) + DAY_MS)

/** The days that have a part between the two instants, in order. */
export const daysBetween = (fromMs: number, toMs: number): Day[] => {
  const days: Day[] = []
  for (let day = seoulDay(fromMs); startOfDay(day) < toMs; day = nextDay(day)) days.push(day)
  return days
}

export type DayKind = 'working_day' | 'saturday' | 'sunday' | 'holiday'

/** @param holidays names by day, of the years the days lie in */
export const kindOfDay = (day: Day, holidays: ReadonlyMap<Day, readonly string[]>): DayKind => {
  if (holidays.has(day)) return 'holiday'
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay()
  return weekday === 0 ? 'sunday' : weekday === 6 ? 'saturday' : 'working_day'
}
