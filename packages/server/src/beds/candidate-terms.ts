import { BED_CLASSES, type BedClass, SLOT_ISOLATIONS } from '@dure/contract'
import { CARE_LEVEL, ISOLATION_LEVEL, ISOLATION_NEED_LEVEL, isolationNeedOf } from './candidate-classes.ts'
import type { Criteria } from './candidate-filters.ts'
import type { RankingConfig, Term } from './ranking-config.ts'
import { CLASSES, GROUP_OF_CLASS, GROUPS, QUARTERS } from './ranking-dimensions.ts'
import { LEASE, SHARE_DUTY, type Snapshot, STATE_SURGE } from './ranking-snapshot.ts'
import type { RankRequest } from './ranking-types.ts'

/** How many steps of care and of isolation a slot gives beyond the request, by class and isolation number. */
export const overFitLevels = (request: RankRequest): { readonly care: Int8Array; readonly isolation: Int8Array } => {
  const need = isolationNeedOf(request.requestedClass, request.isolationNeed)
  return {
    care: Int8Array.from(BED_CLASSES, (slot: BedClass) =>
      Math.max(0, CARE_LEVEL[slot] - CARE_LEVEL[request.requestedClass]),
    ),
    isolation: Int8Array.from(SLOT_ISOLATIONS, (slot) =>
      Math.max(0, ISOLATION_LEVEL[slot] - ISOLATION_NEED_LEVEL[need]),
    ),
  }
}

/** Even where every bed of a class is free, taking too much costs something. */
const LEAST_PRICE_MILLI = 100

/** Price of care not needed: levels wasted × (share of the class's staffed beds in the region that is taken). */
export const overFitMilli = (
  s: Snapshot,
  levels: { readonly care: Int8Array; readonly isolation: Int8Array },
  slot: number,
  hospital: number,
): number => {
  const bedClass = s.slotClass[slot] ?? 0
  const wasted = (levels.care[bedClass] ?? 0) + (levels.isolation[s.slotIsolation[slot] ?? 0] ?? 0)
  if (wasted === 0) return 0
  const region = (s.sido[hospital] ?? 0) * CLASSES + bedClass
  const staffed = s.regionStaffed[region] ?? 0
  const taken = staffed - (s.regionFree[region] ?? 0)
  const scarcity = staffed === 0 ? 1_000 : Math.floor((1_000 * taken) / staffed)
  return wasted * (LEAST_PRICE_MILLI + scarcity)
}

/** Occupied share after this placement, in thousandths, and what it costs: nothing to 850, convex to 950, steep beyond. */
export const occupancyMilli = (s: Snapshot, slot: number, hospital: number): number => {
  const group = hospital * GROUPS + (GROUP_OF_CLASS[s.slotClass[slot] ?? 0] ?? 0)
  const opened = s.slotState[slot] === STATE_SURGE ? 1 : 0
  const staffed = Math.max(1, (s.staffed[group] ?? 0) + opened)
  return Math.floor((1_000 * ((s.busy[group] ?? 0) + 1)) / staffed)
}

/** @see docs/sources/beds.md#occupancy */
export const OCCUPANCY_CONVEX_FROM_MILLI = 850
export const OCCUPANCY_STEEP_FROM_MILLI = 950
const CONVEX_DIVISOR = 20
const STEEP_SLOPE = 50

export const occupancyCost = (milli: number): number => {
  if (milli <= OCCUPANCY_CONVEX_FROM_MILLI) return 0
  const convex = (upTo: number) => Math.floor((upTo - OCCUPANCY_CONVEX_FROM_MILLI) ** 2 / CONVEX_DIVISOR)
  return milli <= OCCUPANCY_STEEP_FROM_MILLI
    ? convex(milli)
    : convex(OCCUPANCY_STEEP_FROM_MILLI) + (milli - OCCUPANCY_STEEP_FROM_MILLI) * STEEP_SLOPE
}

/** 0 = fresh; 1–4 = quarters of the way from stale to expired; 4 also for what only a phone call keeps alive. */
export const freshnessLevel = (c: Criteria, s: Snapshot, slot: number): number => {
  const bedClass = s.slotClass[slot] ?? 0
  const stale = c.staleMin[bedClass] ?? 0
  const expired = c.expiredMin[bedClass] ?? 0
  const overdue = c.nowMin - (s.slotAsOfMin[slot] ?? 0) - stale
  if (overdue <= 0) return 0
  return Math.min(4, 1 + Math.floor((4 * overdue) / Math.max(1, expired - stale + 1)))
}

/** Placements per staffed bed, those of the last 24 h counting twice, in thousandths. */
export const fairnessMilli = (s: Snapshot, hospital: number): number => {
  const view = s.hospitals[hospital]
  if (view === undefined) return 0
  let staffed = 0
  for (let group = 0; group < GROUPS; group++) staffed += s.staffed[hospital * GROUPS + group] ?? 0
  // The 72 hours hold the 24: counted once more, a day's placements weigh double.
  return Math.floor((1_000 * (view.placements24h + view.placements72h)) / Math.max(1, staffed))
}

export const isCrossRegion = (c: Criteria, s: Snapshot, slot: number, hospital: number): boolean =>
  s.sido[hospital] !== c.ownRegion && s.slotLease[slot] !== LEASE.to_us

/**
 * What of a hospital's fitting slots is taken: the one that opens first, wastes least, is best known and is not kept
 * for emergencies; the lower id after that. Regions before everything.
 */
export const slotPreference = (
  c: Criteria,
  s: Snapshot,
  levels: ReturnType<typeof overFitLevels>,
  slot: number,
  hospital: number,
): number => {
  const cross = isCrossRegion(c, s, slot, hospital) ? 1 : 0
  const surgeH = s.slotState[slot] === STATE_SURGE ? 1 + (s.slotOpensInH[slot] ?? 0) : 0
  const duty = s.slotShare[slot] === SHARE_DUTY ? 1 : 0
  const overFit = overFitMilli(s, levels, slot, hospital)
  return (((cross * 100 + surgeH) * 10_000 + overFit) * 8 + freshnessLevel(c, s, slot)) * 2 + duty
}

/** Seconds to treatment: drive, waiting for the answer, and opening the bed where it is a surge bed. */
export const timeToTreatmentS = (
  s: Snapshot,
  slot: number,
  hospital: number,
  driveS: number,
  quarter: number,
): number => {
  const group = GROUP_OF_CLASS[s.slotClass[slot] ?? 0] ?? 0
  const waitS = s.waitS[(hospital * GROUPS + group) * QUARTERS + quarter] ?? 0
  const opensS = s.slotState[slot] === STATE_SURGE ? (s.slotOpensInH[slot] ?? 0) * 3_600 : 0
  return driveS + waitS + opensS
}

export const TERM_UNITS: Record<Term, 's' | 'milli' | 'level' | 'count'> = {
  cross_region: 'level',
  ask_first: 'level',
  time_to_treatment: 's',
  over_fit: 'milli',
  occupancy: 'milli',
  freshness: 'level',
  fairness: 'milli',
  continuity: 'level',
  duty_reserve: 'level',
  tie_seconds: 's',
}

/** The value of a term as it is compared. */
export const stepOf = (term: Term, value: number, request: RankRequest, config: RankingConfig): number => {
  switch (term) {
    case 'time_to_treatment':
      return Math.floor(value / config.timeStepS[request.urgency])
    case 'over_fit':
      return Math.ceil(value / config.overFitStep)
    case 'occupancy':
      return Math.ceil(occupancyCost(value) / config.occupancyStep)
    case 'fairness':
      return Math.floor(value / config.fairnessStep)
    default:
      return value
  }
}
