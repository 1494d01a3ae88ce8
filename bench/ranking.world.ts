import {
  BED_CLASSES,
  CAPABILITIES,
  type Capability,
  type CapabilityAnswer,
  ISOLATION_NEEDS,
  NEEDS,
  OXYGEN_SUPPORTS,
  SIDO_CODES,
  STABILITIES,
  URGENCIES,
} from '@dure/contract'
import type {
  AcceptanceRecord,
  RankHospital,
  RankRequest,
  RankSlot,
} from '../packages/server/src/beds/ranking-types.ts'

/** A made-up country of the right size: the same one for every run. */
export interface World {
  readonly hospitals: readonly RankHospital[]
  readonly slots: readonly RankSlot[]
  readonly history: readonly AcceptanceRecord[]
  readonly requests: readonly RankRequest[]
}

/** Thursday 3 November 2022, 18:30 in Korea: the evening peak. */
export const BENCH_NOW_MS = Date.UTC(2022, 10, 3, 9, 30)

/** Rough middle of each region, and its share of the hospitals in thousandths (by population). */
const REGIONS: Record<string, readonly [lat: number, lon: number, share: number]> = {
  '11': [37.55, 126.99, 190],
  '26': [35.18, 129.05, 70],
  '27': [35.83, 128.57, 50],
  '28': [37.48, 126.65, 60],
  '29': [35.16, 126.85, 35],
  '30': [36.35, 127.38, 35],
  '31': [35.54, 129.31, 25],
  '36': [36.56, 127.26, 10],
  '41': [37.4, 127.1, 250],
  '51': [37.8, 128.2, 35],
  '43': [36.8, 127.7, 35],
  '44': [36.5, 126.8, 45],
  '52': [35.7, 127.1, 40],
  '46': [34.9, 126.9, 40],
  '47': [36.3, 128.8, 55],
  '48': [35.4, 128.2, 65],
  '50': [33.4, 126.55, 15],
}

export const makeWorld = (hospitalCount: number, slotCount: number, requestCount: number): World => {
  const chance = mulberry32(20221015)
  const hospitals = Array.from({ length: hospitalCount }, (_, at) => makeHospital(at, chance))
  return {
    hospitals,
    slots: Array.from({ length: slotCount }, (_, at) => makeSlot(at, pick(hospitals, chance), chance)),
    history: hospitals.flatMap(({ id }) => makeHistory(id, chance)),
    requests: Array.from({ length: requestCount }, (_, at) => makeRequest(at, chance)),
  }
}

type Chance = () => number

const makeHospital = (at: number, chance: Chance): RankHospital => {
  const sidoCode = pickRegion(chance)
  return {
    id: `HOSPITAL-${String(at).padStart(6, '0')}`,
    open: chance() > 0.01,
    diverted: chance() < 0.02,
    position: near(sidoCode, chance),
    sidoCode,
    sigunguCode: null,
    capabilities: new Map<Capability, CapabilityAnswer>(
      CAPABILITIES.flatMap((capability): [Capability, CapabilityAnswer][] => {
        const answer = chance()
        return answer < 0.35 ? [[capability, 'yes']] : answer < 0.6 ? [[capability, 'no']] : []
      }),
    ),
    placements24h: Math.floor(chance() * 4),
    placements72h: Math.floor(chance() * 9),
  }
}

const CLASS_WEIGHTS = [4, 6, 20, 6, 2, 2, 4, 10, 6, 26, 3, 4, 2, 3, 3, 3]

const makeSlot = (at: number, hospital: RankHospital, chance: Chance): RankSlot => {
  const bedClass = weighted(BED_CLASSES, CLASS_WEIGHTS, chance)
  const state = weighted(
    ['available', 'held', 'occupied', 'cleaning', 'blocked', 'surge', 'closed'] as const,
    [24, 3, 60, 3, 5, 3, 2],
    chance,
  )
  const isolation = bedClass.endsWith('_NEG')
    ? 'negative_pressure'
    : weighted(['none', 'single_room', 'negative_pressure', 'cohort'] as const, [50, 20, 20, 10], chance)
  return {
    id: `SLOT-${String(at).padStart(8, '0')}`,
    hospitalId: hospital.id,
    bedClass,
    isolation,
    share: weighted(['own_use', 'placeable', 'duty_reserve'] as const, [35, 60, 5], chance),
    state,
    roomSex: weighted(['any', 'female', 'male'] as const, [70, 15, 15], chance),
    minAgeYears: chance() < 0.2 ? 15 : null,
    maxAgeYears: null,
    cohortPathogen: isolation === 'cohort' ? 'covid19' : null,
    opensInHours: state === 'surge' ? 1 + Math.floor(chance() * 12) : null,
    asOfMs: BENCH_NOW_MS - Math.floor(chance() ** 2 * 600) * 60_000,
    source: 'web',
  }
}

const makeHistory = (hospitalId: string, chance: Chance): AcceptanceRecord[] =>
  Array.from({ length: Math.floor(chance() * 5) }, () => {
    const offers = 1 + Math.floor(chance() * 12)
    const accepted = Math.floor(chance() * (offers + 1))
    return {
      hospitalId,
      bedClass: weighted(BED_CLASSES, CLASS_WEIGHTS, chance),
      quarter: Math.floor(chance() * 4),
      offers,
      accepted,
      secondsToAccept: accepted * (120 + Math.floor(chance() * 900)),
    }
  })

/** Half of the requests stay in their region, a third ask the neighbours, the rest the country. */
const makeRequest = (at: number, chance: Chance): RankRequest => {
  const sidoCode = pickRegion(chance)
  const level = chance()
  return {
    id: `REQUEST-${String(at).padStart(6, '0')}`,
    origin: { position: near(sidoCode, chance), sidoCode, sigunguCode: null },
    originHospitalId: null,
    requestedClass: weighted(BED_CLASSES, CLASS_WEIGHTS, chance),
    isolationNeed: weighted(ISOLATION_NEEDS, [40, 20, 30, 10], chance),
    pathogen: chance() < 0.6 ? 'covid19' : null,
    needs: NEEDS.filter(() => chance() < 0.06),
    oxygen: weighted(OXYGEN_SUPPORTS, [35, 25, 12, 12, 5, 10, 1], chance),
    ageYears: Math.floor(chance() * 95),
    sex: chance() < 0.5 ? 'female' : 'male',
    urgency: pick(URGENCIES, chance),
    stability: pick(STABILITIES, chance),
    outOfRegionConsent: level > 0.4,
    regionsAsked: level < 0.5 ? [] : level < 0.85 ? ['11', '28', '41'] : SIDO_CODES,
    openOfferHospitalIds: [],
    declines: [],
    phoneVerifiedHospitalIds: [],
    continuityHospitalIds: [],
  }
}

const pickRegion = (chance: Chance): string => {
  const codes = Object.keys(REGIONS)
  return weighted(
    codes,
    codes.map((code) => REGIONS[code]?.[2] ?? 0),
    chance,
  )
}

const near = (sidoCode: string, chance: Chance) => {
  const [lat, lon] = REGIONS[sidoCode] ?? [36.5, 127.5]
  return { lat: lat + (chance() + chance() - 1) * 0.4, lon: lon + (chance() + chance() - 1) * 0.4 }
}

const pick = <T>(items: readonly T[], chance: Chance): T => weighted(items, [], chance)

/** Without weights all are equally likely. */
const weighted = <T>(items: readonly T[], weights: readonly number[], chance: Chance): T => {
  const weightOf = (at: number) => weights[at] ?? (weights.length === 0 ? 1 : 0)
  let rest = chance() * items.reduce((sum, _, at) => sum + weightOf(at), 0)
  for (const [at, item] of items.entries()) {
    rest -= weightOf(at)
    if (rest < 0) return item
  }
  throw new Error('nothing to choose from')
}

/** A small deterministic generator in [0, 1). */
const mulberry32 = (seed: number): Chance => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
