import type { Sentence } from './refusals.ts'
import type { Credential } from './rules-credentials.ts'
import type { Answer, ReasonCode } from './rules-reasons.ts'

/** Who stands at the door. Give `ageBand` or `bornOn`; with neither, only answers that hold for every age are given. */
export type Holder = {
  /** `YYYY`, `YYYY-MM` or `YYYY-MM-DD` */
  readonly bornOn?: string
  /** A band of the rule set, where it is known without a birth date. */
  readonly ageBand?: string
  readonly credentials: readonly Credential[]
}

export type Party = {
  /** Other members of the party who have no pass. */
  readonly othersWithoutPass?: number
  /** The party lives together or cares for one of its members: limits of gatherings do not apply. */
  readonly household?: boolean
}

export type Situation = {
  readonly facilityType: string
  /** Two-digit region code. */
  readonly sido: string
  /** Five-digit code; needed only where rules go that deep. */
  readonly sigungu?: string
  /** Persons entering together, the holder among them. */
  readonly partySize?: number
  readonly party?: Party
  readonly holder: Holder
}

export type Question = Situation & {
  /** Instant of entry, milliseconds since 1970. */
  readonly at: number
}

export type Verdict = {
  readonly answer: Answer
  /** Stable; a row of `REASONS`. */
  readonly code: ReasonCode
  /** Rule, suspension or limit that decided; null where none did. */
  readonly ruleId: string | null
  readonly legalBasis: string | null
  /** Condition that was satisfied. For the holder's own screen, never for the door. */
  readonly conditionId?: string
  /** Instant until which the answer's grace or credential lasts; absent without an end. */
  readonly until?: number
  readonly holder: Sentence
  readonly door: Sentence
  readonly ruleSet: { readonly id: string; readonly version: number }
}
