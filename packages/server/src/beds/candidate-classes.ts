import type { BedClass, IsolationNeed, SlotIsolation } from '@dure/contract'

/**
 * Which bed may take whom: a bed may give more care than was asked, never less.
 * @see docs/sources/beds.md#classes
 */

/** Intensity of care; the difference of two classes is how much care is wasted. */
export const CARE_LEVEL: Record<BedClass, number> = {
  WARD_GENERAL: 1,
  COHORT: 1,
  PSYCH_LOCKED: 1,
  MODERATE: 2,
  WARD_NEG: 2,
  PED_ISO: 2,
  PED_NEG: 2,
  ED_ISO: 2,
  ED_NEG: 2,
  DELIVERY: 2,
  SEMI_CRITICAL: 3,
  ICU_GENERAL: 4,
  ICU_ID: 4,
  ICU_NEG: 4,
  ICU_ID_NEG: 4,
  CRITICAL: 4,
}

/** Beds that are counted together when the occupancy of a hospital and its willingness are judged. */
export const CARE_GROUPS = ['ward', 'intermediate', 'intensive'] as const
export const careGroup = (bedClass: BedClass): number => Math.max(0, CARE_LEVEL[bedClass] - 2)

const INTENSIVE_FOR_INFECTED = ['CRITICAL', 'ICU_ID', 'ICU_NEG', 'ICU_ID_NEG'] as const
const WARDS_FOR_INFECTED = ['MODERATE', 'WARD_NEG', 'SEMI_CRITICAL', ...INTENSIVE_FOR_INFECTED] as const

/**
 * Classes that serve a requested class. Children's, psychiatric, delivery and emergency-room places serve their own kind
 * only: another kind of care is not more care.
 */
export const SERVED_BY: Record<BedClass, readonly BedClass[]> = {
  CRITICAL: INTENSIVE_FOR_INFECTED,
  ICU_ID: INTENSIVE_FOR_INFECTED,
  ICU_NEG: INTENSIVE_FOR_INFECTED,
  ICU_ID_NEG: INTENSIVE_FOR_INFECTED,
  ICU_GENERAL: ['ICU_GENERAL', ...INTENSIVE_FOR_INFECTED],
  SEMI_CRITICAL: ['SEMI_CRITICAL', ...INTENSIVE_FOR_INFECTED],
  MODERATE: WARDS_FOR_INFECTED,
  WARD_NEG: WARDS_FOR_INFECTED,
  COHORT: ['COHORT', ...WARDS_FOR_INFECTED],
  WARD_GENERAL: ['WARD_GENERAL', 'ICU_GENERAL', ...WARDS_FOR_INFECTED],
  ED_NEG: ['ED_NEG'],
  ED_ISO: ['ED_ISO', 'ED_NEG'],
  PED_NEG: ['PED_NEG'],
  PED_ISO: ['PED_ISO', 'PED_NEG'],
  PSYCH_LOCKED: ['PSYCH_LOCKED'],
  DELIVERY: ['DELIVERY'],
}

/** A class that means negative pressure asks for it even if the request did not. */
export const CLASS_NEEDS_NEGATIVE: readonly BedClass[] = ['ICU_NEG', 'ICU_ID_NEG', 'WARD_NEG', 'ED_NEG', 'PED_NEG']

export const isolationNeedOf = (bedClass: BedClass, need: IsolationNeed): IsolationNeed =>
  CLASS_NEEDS_NEGATIVE.includes(bedClass) ? 'airborne_negative' : need

/**
 * What a place must offer. A cohort room serves its own pathogen only; for a patient without an infection it is not
 * more care but a danger.
 */
export const ISOLATION_SERVED_BY: Record<IsolationNeed, readonly SlotIsolation[]> = {
  none: ['none', 'single_room', 'negative_pressure'],
  droplet: ['single_room', 'negative_pressure', 'cohort'],
  airborne_negative: ['negative_pressure'],
  cohort: ['cohort', 'single_room', 'negative_pressure'],
}

/** Isolation beyond the need is waste too: negative pressure is the scarcest. */
export const ISOLATION_LEVEL: Record<SlotIsolation, number> = {
  none: 0,
  cohort: 1,
  single_room: 1,
  negative_pressure: 2,
}
export const ISOLATION_NEED_LEVEL: Record<IsolationNeed, number> = {
  none: 0,
  cohort: 1,
  droplet: 1,
  airborne_negative: 2,
}

/** Oldest age of a children's place that names none. */
export const PAEDIATRIC_MAX_AGE_YEARS = 18
export const PAEDIATRIC_CLASSES: readonly BedClass[] = ['PED_ISO', 'PED_NEG']
