/**
 * How fast an ambulance or a car gets through, as data.
 * @see docs/sources/beds.md#drive-time for the source or the argument behind every row
 */

export type RoadArea = 'metropolitan' | 'province'
export type RoadPeriod = 'night' | 'morning_peak' | 'day' | 'evening_peak'

/** Road distance over straight-line distance, in thousandths. */
export const DETOUR_MILLI = 1_417

/** The first kilometres of the straight line are driven on streets, the rest on trunk roads. */
export const STREET_PART_M = 5_000

/** km/h outside the peaks. */
export const SPEED_KMH: Record<RoadArea, { readonly street: number; readonly trunk: number }> = {
  metropolitan: { street: 24, trunk: 53 },
  province: { street: 35, trunk: 75 },
}

/** Speed in a period over the speed of the day, in thousandths. */
export const PERIOD_MILLI: Record<RoadArea, Record<RoadPeriod, number>> = {
  metropolitan: { night: 1_250, morning_peak: 969, day: 1_000, evening_peak: 817 },
  province: { night: 1_100, morning_peak: 969, day: 1_000, evening_peak: 900 },
}

/** From this hour of local time (UTC+9) on; weekends know no peaks. */
export const PERIODS_WEEKDAY: readonly { readonly fromHour: number; readonly period: RoadPeriod }[] = [
  { fromHour: 22, period: 'night' },
  { fromHour: 19, period: 'day' },
  { fromHour: 17, period: 'evening_peak' },
  { fromHour: 9, period: 'day' },
  { fromHour: 7, period: 'morning_peak' },
  { fromHour: 6, period: 'day' },
  { fromHour: 0, period: 'night' },
]

/** Seoul, the six metropolitan cities and Gyeonggi, which is driven like the city it surrounds. */
export const METROPOLITAN_SIDO: readonly string[] = ['11', '26', '27', '28', '29', '30', '31', '41']

/** Regions and districts that no road joins to the rest: 제주특별자치도, 울릉군, 옹진군 (its bridged islands err on the safe side). */
export const ISLAND_SIDO: readonly string[] = ['50']
export const ISLAND_SIGUNGU: readonly string[] = ['47940', '28720']
