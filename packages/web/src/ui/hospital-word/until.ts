/** Until when a hospital's word stands, as people choose it at three in the morning. */
export const UNTIL_CHOICES = ['hours2', 'hours6', 'morning', 'hours24', 'open', 'other'] as const
export type UntilChoice = (typeof UNTIL_CHOICES)[number]

const HOUR_MS = 3_600_000
const SEOUL_MS = 9 * HOUR_MS
const DAY_MS = 24 * HOUR_MS

/** The next 06:00 in Korea (UTC+9 all year). */
export const nextMorning = (nowMs: number): number => {
  const midnight = Math.floor((nowMs + SEOUL_MS) / DAY_MS) * DAY_MS - SEOUL_MS
  const today = midnight + 6 * HOUR_MS
  return today > nowMs ? today : today + DAY_MS
}

/** @param typed `2022-10-15T15:33` as typed in Korea, for `other`. undefined = not a time; null = until the hospital says otherwise */
export const untilOf = (choice: UntilChoice, typed: string, nowMs: number): string | null | undefined => {
  const at = (ms: number) => new Date(ms).toISOString()
  switch (choice) {
    case 'hours2':
      return at(nowMs + 2 * HOUR_MS)
    case 'hours6':
      return at(nowMs + 6 * HOUR_MS)
    case 'hours24':
      return at(nowMs + DAY_MS)
    case 'morning':
      return at(nextMorning(nowMs))
    case 'open':
      return null
    case 'other': {
      const ms = Date.parse(`${typed}:00+09:00`)
      return Number.isNaN(ms) ? undefined : at(ms)
    }
  }
}
