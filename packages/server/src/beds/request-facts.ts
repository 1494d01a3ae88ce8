import type { RequestInput, Severity, Stability, Urgency } from '@dure/contract'
import { ok, type Result } from '../platform/result.ts'
import type { BedRefusal } from './refusals.ts'
import type { RequestPatch } from './request-patch.ts'
import { judgeSeverity } from './severity.ts'

/** How soon, when nobody said: by the suggested class. Nothing known = within the hour, until a doctor looks. */
const URGENCY_OF: Record<Severity, Urgency> = {
  critical: 'immediate',
  severe: 'within_1h',
  moderate: 'within_4h',
  mild: 'within_24h',
  asymptomatic: 'within_24h',
}

const defaultUrgency = (severity: Severity | null): Urgency => (severity === null ? 'within_1h' : URGENCY_OF[severity])

const defaultStability = ({ oxygen, vasopressors }: RequestInput): Stability => {
  if (vasopressors === true) return 'unstable'
  return oxygen === 'imv' || oxygen === 'ecmo' || oxygen === 'niv' ? 'ventilated' : 'stable'
}

/** What the request says as columns to filter and rank by, with the severity its vital signs suggest. Refuses what cannot be. */
export const requestFacts = (
  input: RequestInput,
  originHospitalId: string | null,
): Result<RequestPatch, readonly BedRefusal[]> => {
  const judged = judgeSeverity({
    vitals: input.vitals ?? {},
    oxygen: input.oxygen,
    ageYears: input.ageYears,
    pregnant: input.pregnancyWeeks !== undefined,
    vasopressors: input.vasopressors === true,
  })
  if (!judged.ok) return judged
  const { suggested, score, points, parts, missing } = judged.value
  return ok({
    origin_type: input.originType,
    origin_hospital_id: originHospitalId,
    origin_lat: input.originLat ?? null,
    origin_lon: input.originLon ?? null,
    callback_phone: input.callbackPhone,
    age_years: input.ageYears,
    sex: input.sex,
    complaint: input.complaint,
    isolation_need: input.isolationNeed,
    oxygen: input.oxygen,
    requested_class: input.requestedClass,
    needs: [...new Set(input.needs ?? [])],
    pathogen: input.pathogen ?? null,
    urgency: input.urgency ?? defaultUrgency(suggested),
    stability: input.stability ?? defaultStability(input),
    out_of_region_consent: input.outOfRegionConsent ?? false,
    details: input,
    severity_suggested: suggested,
    severity_score: score,
    severity_points: points,
    severity_parts: { ...parts },
    severity_missing: [...missing],
  })
}
