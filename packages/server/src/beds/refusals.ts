import type { ProblemCode } from '@dure/contract'

/**
 * Every way a bed decision may be refused, and the problem (RFC 9457) it is answered with.
 * A code without a row does not compile.
 */
export const BED_REFUSALS = {
  'not-possible-now': 'wrong-state',
  'request-closed': 'wrong-state',
  'role-not-allowed': 'not-allowed',
  'not-your-request': 'not-allowed',
  'level-not-reached': 'not-allowed',
  'detail-missing': 'invalid-input',
  'value-implausible': 'invalid-input',
  'already-at-top-level': 'wrong-state',
  'offers-still-open': 'conflict',
  'no-live-hold': 'conflict',
  'hold-expired': 'conflict',
  'owner-not-heard': 'conflict',
  'hold-not-due': 'conflict',
  'hold-extensions-spent': 'wrong-state',
  'fencing-too-old': 'conflict',
  'offer-expired': 'conflict',
  'offer-not-due': 'conflict',
  'conditions-not-agreed': 'conflict',
  'designation-needs-reason': 'invalid-input',
  'slot-taken': 'slot-taken',
  'slot-not-yours': 'not-allowed',
  'share-change-needs-both': 'not-allowed',
} as const satisfies Record<string, ProblemCode>

export type BedRefusalCode = keyof typeof BED_REFUSALS

/** A refusal a person can act on. `pointer` is a JSON pointer into the event's details, e.g. `/interimCarePlan`. */
export interface BedRefusal {
  readonly code: BedRefusalCode
  readonly reason: string
  readonly pointer?: string
}

export const refusal = (code: BedRefusalCode, reason: string, pointer?: string): BedRefusal =>
  pointer === undefined ? { code, reason } : { code, reason, pointer }
