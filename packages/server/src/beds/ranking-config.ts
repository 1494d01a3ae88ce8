import type { BedClass, DeclineReason, Stability, Urgency } from '@dure/contract'
import { STALENESS } from '../facilities/index.ts'

/** The score's terms (field notes §4.2); `tie_seconds` is the first term unrounded. */
export const TERMS = [
  'cross_region',
  'ask_first',
  'time_to_treatment',
  'over_fit',
  'occupancy',
  'freshness',
  'fairness',
  'continuity',
  'duty_reserve',
  'tie_seconds',
] as const
export type Term = (typeof TERMS)[number]

export interface RankingConfig {
  /** Longest drive, minutes. */
  readonly driveLimitMin: Record<Stability, number>
  readonly staleness: Readonly<Record<BedClass, { readonly staleMin: number; readonly expiredMin: number }>>
  /** Order in which the terms are compared. */
  readonly termOrder: Record<Urgency, readonly Term[]>
  /** Width of a step of `time_to_treatment`, seconds. */
  readonly timeStepS: Record<Urgency, number>
  /** Width of the other steps. */
  readonly overFitStep: number
  readonly occupancyStep: number
  readonly fairnessStep: number
  /** How long a decline keeps a hospital out; `until_new_report` ends with a report made after it. */
  readonly declineStands: Record<DeclineReason, { readonly hours: number } | 'until_new_report' | 'always'>
  /** Prior of acceptance: as if so many offers had been answered like this before. */
  readonly acceptancePrior: { readonly weight: number; readonly acceptMilli: number; readonly secondsToAccept: number }
  /** Hours within which a surge bed must open to be a candidate, in war mode only. */
  readonly surgeWithinHours: Record<Urgency, number>
}

/**
 * Regions come first: another region's bed needs two desks' consent. What a phone call must settle comes after what is
 * known. Then the terms of §4.2; the less urgent, the more a good fit counts against a quick one.
 */
const QUICK_FIRST: readonly Term[] = TERMS
const FIT_FIRST: readonly Term[] = [
  'cross_region',
  'ask_first',
  'over_fit',
  'occupancy',
  'time_to_treatment',
  'freshness',
  'fairness',
  'continuity',
  'duty_reserve',
  'tie_seconds',
]

/** @see docs/sources/beds.md#ranking */
export const DEFAULT_RANKING_CONFIG: RankingConfig = {
  driveLimitMin: { unstable: 30, ventilated: 90, stable: 120 },
  staleness: STALENESS,
  termOrder: {
    immediate: QUICK_FIRST,
    within_1h: QUICK_FIRST,
    within_4h: QUICK_FIRST,
    within_24h: FIT_FIRST,
  },
  timeStepS: { immediate: 300, within_1h: 600, within_4h: 1_200, within_24h: 3_600 },
  overFitStep: 250,
  occupancyStep: 100,
  fairnessStep: 100,
  declineStands: {
    staff: { hours: 4 },
    bed: 'until_new_report',
    equipment: 'always',
    specialty: 'always',
    isolation: 'always',
    data_wrong: 'until_new_report',
    other: { hours: 4 },
  },
  acceptancePrior: { weight: 4, acceptMilli: 812, secondsToAccept: 600 },
  surgeWithinHours: { immediate: 0, within_1h: 1, within_4h: 4, within_24h: 24 },
}
