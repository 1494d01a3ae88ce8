import {
  DETOUR_MILLI,
  ISLAND_SIDO,
  ISLAND_SIGUNGU,
  METROPOLITAN_SIDO,
  PERIOD_MILLI,
  PERIODS_WEEKDAY,
  type RoadArea,
  type RoadPeriod,
  SPEED_KMH,
  STREET_PART_M,
} from './drive-time-tables.ts'
import { chordToArcM, type Position, squaredChord, unitVector } from './geo.ts'

/** No road leads there. */
export const NO_ROAD = -1

/** A place to drive from or to. */
export interface RoadPlace {
  readonly position: Position
  readonly sidoCode: string
  readonly sigunguCode: string | null
}

/** Places prepared once for many questions; all columns in the order of `places`. */
export interface RoadIndex {
  readonly places: readonly RoadPlace[]
  readonly x: Float64Array
  readonly y: Float64Array
  readonly z: Float64Array
  readonly metropolitan: Uint8Array
  /** 0 = mainland; equal numbers lie on the same island. */
  readonly island: Uint8Array
}

export type DriveFallback = 'not-configured' | 'timeout' | 'unreachable' | 'bad-answer'

/** Answers in the order of the index. */
export interface DriveTimes {
  /** Whole seconds, or {@link NO_ROAD}. */
  readonly seconds: Int32Array
  /** 1 where a routing server answered, 0 where the model did. */
  readonly fromServer: Uint8Array
  /** Why the model answered where a server was to be asked. */
  readonly fallback: DriveFallback | null
}

/** Anything that knows how long it takes. The model below is always there; a routing server may stand before it. */
export interface DriveTimeSource {
  from(origin: RoadPlace, index: RoadIndex, nowMs: number): Promise<DriveTimes>
}

export const roadIndex = (places: readonly RoadPlace[]): RoadIndex => {
  const n = places.length
  const index = {
    places,
    x: new Float64Array(n),
    y: new Float64Array(n),
    z: new Float64Array(n),
    metropolitan: new Uint8Array(n),
    island: new Uint8Array(n),
  }
  places.forEach((place, at) => {
    const [x, y, z] = unitVector(place.position)
    index.x[at] = x
    index.y[at] = y
    index.z[at] = z
    index.metropolitan[at] = isMetropolitan(place) ? 1 : 0
    index.island[at] = islandOf(place)
  })
  return index
}

/** Great circle × detour ÷ speed by area and hour, in whole seconds. */
export const modelDriveTimes = (origin: RoadPlace, index: RoadIndex, nowMs: number): DriveTimes => {
  const n = index.places.length
  const seconds = new Int32Array(n)
  const [ox, oy, oz] = unitVector(origin.position)
  const period = roadPeriod(nowMs)
  const pace = { metropolitan: paceOf('metropolitan', period), province: paceOf('province', period) }
  const fromCity = isMetropolitan(origin)
  const fromIsland = islandOf(origin)
  const { x, y, z, metropolitan, island } = index
  for (let at = 0; at < n; at++) {
    if (island[at] !== fromIsland) {
      seconds[at] = NO_ROAD
      continue
    }
    const chord = squaredChord((x[at] ?? 0) - ox, (y[at] ?? 0) - oy, (z[at] ?? 0) - oz)
    const { street, trunk } = fromCity || metropolitan[at] === 1 ? pace.metropolitan : pace.province
    seconds[at] = secondsFor(chordToArcM(chord), street, trunk)
  }
  return { seconds, fromServer: new Uint8Array(n), fallback: null }
}

/** The model as a source. */
export const modelSource: DriveTimeSource = {
  from: async (origin, index, nowMs) => modelDriveTimes(origin, index, nowMs),
}

/** Period of the roads at an instant, by Korean local time, which knows no summer time. */
export const roadPeriod = (nowMs: number): RoadPeriod => {
  const localHours = Math.floor(nowMs / 3_600_000) + 9
  const hour = localHours % 24
  // 1 January 1970 was a Thursday.
  const weekday = (Math.floor(localHours / 24) + 4) % 7
  const period = PERIODS_WEEKDAY.find(({ fromHour }) => hour >= fromHour)?.period ?? 'night'
  const weekend = weekday === 0 || weekday === 6
  return weekend && (period === 'morning_peak' || period === 'evening_peak') ? 'day' : period
}

/** Seconds per straight-line metre, times a million, so that the sum is made of whole numbers. */
interface Pace {
  readonly street: number
  readonly trunk: number
}

const paceOf = (area: RoadArea, period: RoadPeriod): Pace => ({
  street: Math.round((DETOUR_MILLI * 3_600_000) / (SPEED_KMH[area].street * PERIOD_MILLI[area][period])),
  trunk: Math.round((DETOUR_MILLI * 3_600_000) / (SPEED_KMH[area].trunk * PERIOD_MILLI[area][period])),
})

const secondsFor = (distanceM: number, street: number, trunk: number): number => {
  const onStreets = distanceM < STREET_PART_M ? distanceM : STREET_PART_M
  return Math.floor((onStreets * street + (distanceM - onStreets) * trunk) / 1_000_000)
}

const isMetropolitan = (place: RoadPlace): boolean => METROPOLITAN_SIDO.includes(place.sidoCode)

const islandOf = ({ sidoCode, sigunguCode }: RoadPlace): number => {
  const region = ISLAND_SIDO.indexOf(sidoCode)
  if (region >= 0) return 1 + region
  const district = sigunguCode === null ? -1 : ISLAND_SIGUNGU.indexOf(sigunguCode)
  return district >= 0 ? 1 + ISLAND_SIDO.length + district : 0
}
