import { type BedClass, type RequestInput, type RequestReason, requestInput } from '@dure/contract'
import type { RequestRow } from './rows.ts'

/** The request that follows an admission, as a draft: what is still true of the patient is carried over, the rest is left open. */

export type FollowUpReason = Extract<RequestReason, 'step_down' | 'repatriation'>

/**
 * The next lower care. Classes without one of their kind stay: a child is not stepped down into an adult ward by a program.
 * @see docs/sources/beds.md#follow-up
 */
export const STEP_DOWN_CLASS: Record<BedClass, BedClass> = {
  CRITICAL: 'SEMI_CRITICAL',
  SEMI_CRITICAL: 'MODERATE',
  MODERATE: 'WARD_GENERAL',
  COHORT: 'WARD_GENERAL',
  ICU_ID: 'MODERATE',
  ICU_ID_NEG: 'WARD_NEG',
  ICU_NEG: 'WARD_NEG',
  ICU_GENERAL: 'WARD_GENERAL',
  WARD_NEG: 'WARD_GENERAL',
  WARD_GENERAL: 'WARD_GENERAL',
  ED_NEG: 'WARD_NEG',
  ED_ISO: 'WARD_GENERAL',
  PED_NEG: 'PED_NEG',
  PED_ISO: 'PED_ISO',
  PSYCH_LOCKED: 'PSYCH_LOCKED',
  DELIVERY: 'WARD_GENERAL',
}

/** What an admission does not change. Vital signs, urgency and transport are of another day and are asked anew. */
const CARRIED = [
  'ageYears',
  'ageMonths',
  'sex',
  'weightKg',
  'language',
  'complaint',
  'isolationNeed',
  'isolationUntil',
  'pathogen',
  'testedOn',
  'onsetOn',
  'oxygen',
  'needs',
  'pregnancyWeeks',
  'comorbidities',
  'allergies',
  'codeStatus',
  'guardianPhone',
  'outOfRegionConsent',
  'continuityHospitalId',
] as const satisfies readonly (keyof RequestInput)[]

export const followUpOf = (
  from: Pick<RequestRow, 'details' | 'requested_class' | 'origin_hospital_id' | 'owner_hospital_id'>,
  reason: FollowUpReason,
  admitted: { readonly hospitalId: string; readonly callbackPhone: string },
): RequestInput => {
  const carried = Object.fromEntries(
    CARRIED.flatMap((name) => (from.details[name] === undefined ? [] : [[name, from.details[name]]])),
  )
  const home = from.origin_hospital_id ?? from.owner_hospital_id
  return requestInput.parse({
    ...carried,
    originType: 'ward',
    originHospitalId: admitted.hospitalId,
    callbackPhone: admitted.callbackPhone,
    requestedClass: reason === 'step_down' ? STEP_DOWN_CLASS[from.requested_class] : from.requested_class,
    urgency: 'within_24h',
    reason,
    // Back to where the patient came from: of equals that hospital comes first.
    ...(reason === 'repatriation' && home !== null ? { continuityHospitalId: home } : {}),
  })
}
