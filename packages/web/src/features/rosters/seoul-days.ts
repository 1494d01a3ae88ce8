/** Days of Seoul (UTC+9, no summer time) and the instants they begin with. */
const OFFSET_MS = 9 * 3_600_000
export const DAY_MS = 86_400_000

/** `2022-10-15` in Seoul. */
export const seoulDay = (ms: number): string => new Date(ms + OFFSET_MS).toISOString().slice(0, 10)

/** The instant at which the day of Seoul begins that holds `ms`. */
export const startOfSeoulDay = (ms: number): number => Math.floor((ms + OFFSET_MS) / DAY_MS) * DAY_MS - OFFSET_MS

/** The seven days from the one that holds `ms`. */
export const weekFrom = (
  ms: number,
): readonly { readonly day: string; readonly from: number; readonly to: number }[] => {
  const first = startOfSeoulDay(ms)
  return [0, 1, 2, 3, 4, 5, 6].map((index) => {
    const from = first + index * DAY_MS
    return { day: seoulDay(from), from, to: from + DAY_MS }
  })
}

/** `2022-10-15T18:00` typed in Korea, as an instant; null if it is none. */
export const seoulInstant = (local: string): string | null => {
  const at = new Date(`${local}:00+09:00`)
  return Number.isNaN(at.getTime()) ? null : at.toISOString()
}
