import type { BedClass } from '@dure/contract'
import { answerAt, type RankedHospital, stoppedAt } from '../facilities/index.ts'
import { allNeeds, NEED_CAPABILITIES } from './candidate-needs.ts'
import type { WhyNot } from './candidate-reasons.ts'
import type { RequestRow } from './rows.ts'

/** `missing:<need>` names the need beside the reason. */
export type OfferWarning =
  | Extract<WhyNot, 'hospital-diverted' | 'class-diverted' | 'capability-missing'>
  | `missing:${string}`

/** What an asked hospital now says of itself that would have kept it from being asked. Unknown is no warning: it was asked to know. */
export const warningsOf = (
  hospital: Pick<RankedHospital, 'capabilities' | 'stops'> | undefined,
  request: Pick<RequestRow, 'needs' | 'oxygen'>,
  bedClass: BedClass,
  now: Date,
): readonly OfferWarning[] => {
  if (hospital === undefined) return []
  const { whole, byClass } = stoppedAt(hospital, now)
  const missing = allNeeds(request.needs, request.oxygen).filter((need) =>
    NEED_CAPABILITIES[need].some((anyOf) => anyOf.every((code) => answerAt(hospital, code, now) === 'no')),
  )
  return [
    ...(whole === null ? [] : (['hospital-diverted'] as const)),
    ...(byClass.has(bedClass) ? (['class-diverted'] as const) : []),
    ...(missing.length === 0 ? [] : (['capability-missing'] as const)),
    ...missing.map((need) => `missing:${need}` as const),
  ]
}
