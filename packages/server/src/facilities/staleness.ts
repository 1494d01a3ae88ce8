import type { BedClass, Freshness } from '@dure/contract'

/** Minutes after which a figure is doubted, and after which it no longer moves a patient. */
export type StalenessLimits = { readonly staleMin: number; readonly expiredMin: number }

/**
 * How long a figure of a class may be believed. The faster a class turns over and the sicker its patients, the shorter.
 * @see docs/sources/facilities.md#staleness for the argument behind every row
 */
export const STALENESS: Readonly<Record<BedClass, StalenessLimits>> = {
  ED_NEG: { staleMin: 15, expiredMin: 60 },
  ED_ISO: { staleMin: 15, expiredMin: 60 },
  CRITICAL: { staleMin: 30, expiredMin: 120 },
  SEMI_CRITICAL: { staleMin: 30, expiredMin: 120 },
  ICU_ID: { staleMin: 30, expiredMin: 120 },
  ICU_ID_NEG: { staleMin: 30, expiredMin: 120 },
  ICU_NEG: { staleMin: 30, expiredMin: 120 },
  ICU_GENERAL: { staleMin: 30, expiredMin: 120 },
  PED_NEG: { staleMin: 60, expiredMin: 240 },
  PED_ISO: { staleMin: 60, expiredMin: 240 },
  DELIVERY: { staleMin: 60, expiredMin: 240 },
  MODERATE: { staleMin: 120, expiredMin: 480 },
  WARD_NEG: { staleMin: 120, expiredMin: 480 },
  COHORT: { staleMin: 120, expiredMin: 480 },
  PSYCH_LOCKED: { staleMin: 240, expiredMin: 720 },
  WARD_GENERAL: { staleMin: 240, expiredMin: 720 },
}

/** Hours after which an acceptance answer or an equipment flag of the emergency centre counts as unknown. */
export const NEMC_ANSWER_USABLE_H = 24

/** Minutes after which a stop that names no end is doubted: it stands, and the hospital is asked whether it is still so. */
export const STOP_DOUBTED_MIN = 240

/** Days for which a hospital's word may be given at most; what lasts longer is a matter for the licence. */
export const WORD_LONGEST_DAYS = 31

/** A source whose clock runs ahead by no more than this is taken to mean now. */
export const CLOCK_TOLERANCE_MIN = 5

const MS_PER_MIN = 60_000

/** Age in whole minutes; a time a moment ahead of ours counts as 0. */
export const ageMinutes = (asOf: Date, now: Date): number =>
  Math.max(0, Math.floor((now.getTime() - asOf.getTime()) / MS_PER_MIN))

/** @param asOf null = the age is not known: `unknown`, never `fresh` */
export const freshnessOf = (bedClass: BedClass, asOf: Date | null, now: Date): Freshness => {
  if (asOf === null) return 'unknown'
  if (asOf.getTime() - now.getTime() > CLOCK_TOLERANCE_MIN * MS_PER_MIN) return 'unknown'
  const { staleMin, expiredMin } = STALENESS[bedClass]
  const age = ageMinutes(asOf, now)
  if (age > expiredMin) return 'expired'
  return age > staleMin ? 'stale' : 'fresh'
}

/** Whether a patient may be sent on this figure without a call. */
export const usableToPlace = (freshness: Freshness): boolean => freshness === 'fresh' || freshness === 'stale'

export const answerUsableUntil = (asOf: Date): Date => new Date(asOf.getTime() + NEMC_ANSWER_USABLE_H * 60 * MS_PER_MIN)
