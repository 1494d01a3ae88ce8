import type { BedClass, Capability, CapabilityAnswer } from '@dure/contract'
import { modelDriveTimes } from './drive-time.ts'
import { DEFAULT_RANKING_CONFIG } from './ranking-config.ts'
import { prepare } from './ranking-snapshot.ts'
import type { AcceptanceRecord, RankHospital, RankingInput, RankRequest, RankSlot } from './ranking-types.ts'

/** Builders for tests and measurements: they name what matters and fill in the rest. 2 November 2022, 12:00 in Korea. */
export const NOON_MS = Date.UTC(2022, 10, 2, 3, 0, 0)
export const MINUTE_MS = 60_000

/** A place so many kilometres north of the origin, in Incheon. */
export const north = (km: number) => ({ lat: 37.45 + km / 111.195, lon: 126.7 })

export const knows = (answers: Partial<Record<Capability, CapabilityAnswer>>): RankHospital['capabilities'] =>
  new Map(Object.entries(answers) as [Capability, CapabilityAnswer][])

export const hospital = (id: string, rest: Partial<RankHospital> = {}): RankHospital => ({
  id,
  open: true,
  diverted: false,
  position: north(5),
  sidoCode: '28',
  sigunguCode: null,
  capabilities: new Map(),
  placements24h: 0,
  placements72h: 0,
  ...rest,
})

export const slot = (id: string, hospitalId: string, rest: Partial<RankSlot> = {}): RankSlot => ({
  id,
  hospitalId,
  bedClass: 'MODERATE',
  isolation: 'none',
  share: 'placeable',
  state: 'available',
  roomSex: 'any',
  minAgeYears: null,
  maxAgeYears: null,
  cohortPathogen: null,
  opensInHours: null,
  asOfMs: NOON_MS - 5 * MINUTE_MS,
  source: 'web',
  ...rest,
})

/** So many available slots of a class in a hospital. */
export const slots = (
  hospitalId: string,
  count: number,
  bedClass: BedClass,
  rest: Partial<RankSlot> = {},
): RankSlot[] =>
  Array.from({ length: count }, (_, at) => slot(`${hospitalId}-${bedClass}-${at}`, hospitalId, { bedClass, ...rest }))

export const request = (rest: Partial<RankRequest> = {}): RankRequest => ({
  id: 'request-1',
  origin: { position: north(0), sidoCode: '28', sigunguCode: null },
  originHospitalId: null,
  requestedClass: 'MODERATE',
  isolationNeed: 'none',
  pathogen: null,
  needs: [],
  oxygen: 'room_air',
  ageYears: 60,
  sex: 'female',
  urgency: 'within_4h',
  stability: 'stable',
  outOfRegionConsent: false,
  regionsAsked: [],
  openOfferHospitalIds: [],
  declines: [],
  phoneVerifiedHospitalIds: [],
  continuityHospitalIds: [],
  ...rest,
})

export interface Scene {
  readonly hospitals: readonly RankHospital[]
  readonly slots: readonly RankSlot[]
  readonly request?: Partial<RankRequest>
  readonly history?: readonly AcceptanceRecord[]
  readonly mode?: RankingInput['mode']
  readonly nowMs?: number
  readonly config?: Partial<RankingInput['config']>
}

export const scene = (given: Scene): RankingInput => {
  const config = { ...DEFAULT_RANKING_CONFIG, ...given.config }
  const snapshot = prepare(given.hospitals, given.slots, given.history ?? [], config)
  const asked = request(given.request)
  const nowMs = given.nowMs ?? NOON_MS
  return {
    request: asked,
    snapshot,
    driveTimes: modelDriveTimes(asked.origin, snapshot.road, nowMs),
    nowMs,
    mode: given.mode ?? 'peace',
    config,
  }
}
