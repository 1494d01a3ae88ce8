import type {
  BedClass,
  DeclineReason,
  IsolationNeed,
  Need,
  OxygenSupport,
  Pathogen,
  RegionMode,
  Sex,
  SlotIsolation,
  Stability,
  Urgency,
} from '@dure/contract'
import type { AskFirst, WhyNot } from './candidate-reasons.ts'
import type { DriveTimes, RoadPlace } from './drive-time.ts'
import type { RankingConfig, Term } from './ranking-config.ts'
import type { Snapshot } from './ranking-snapshot.ts'

export type { AcceptanceRecord, RankHospital, RankSlot } from './ranking-entities.ts'

export interface PastDecline {
  readonly hospitalId: string
  readonly reason: DeclineReason
  readonly atMs: number
}

export interface RankRequest {
  readonly id: string
  /** Where the patient is; `sidoCode` is the region that asks. */
  readonly origin: RoadPlace
  readonly originHospitalId: string | null
  readonly requestedClass: BedClass
  readonly isolationNeed: IsolationNeed
  readonly pathogen: Pathogen | null
  readonly needs: readonly Need[]
  readonly oxygen: OxygenSupport
  readonly ageYears: number
  readonly sex: Sex
  readonly urgency: Urgency
  readonly stability: Stability
  readonly outOfRegionConsent: boolean
  /** Regions asked at the present level of escalation, the own one included. */
  readonly regionsAsked: readonly string[]
  /** Hospitals with an open offer. */
  readonly openOfferHospitalIds: readonly string[]
  readonly declines: readonly PastDecline[]
  /** A phone call for this request said that the bed is there, however old the report. */
  readonly phoneVerifiedHospitalIds: readonly string[]
  /** What calls for this request said about its needs. */
  readonly settledNeeds?: readonly {
    readonly hospitalId: string
    readonly met: readonly Need[]
    readonly unmet: readonly Need[]
  }[]
  /** The patient's own dialysis, oncology or obstetric unit. */
  readonly continuityHospitalIds: readonly string[]
}

export interface RankingInput {
  readonly request: RankRequest
  readonly snapshot: Snapshot
  /** In the order of `snapshot.hospitals`. */
  readonly driveTimes: DriveTimes
  readonly nowMs: number
  readonly mode: RegionMode
  readonly config: RankingConfig
  /** How many of each list are wanted; all by default. The totals are of all. */
  readonly limits?: { readonly candidates?: number; readonly whyNot?: number }
}

/** One number of the score, smaller is better. */
export interface TermValue {
  readonly term: Term
  /** What it is, in its unit. */
  readonly value: number
  readonly unit: 's' | 'milli' | 'level' | 'count'
  /** What is compared: the value in steps coarse enough that the next term has a say. */
  readonly step: number
}

export interface RankedCandidate {
  /** From 1. */
  readonly rank: number
  readonly hospitalId: string
  readonly slotId: string
  readonly bedClass: BedClass
  readonly isolation: SlotIsolation
  /** Free places of this hospital that fit. */
  readonly freeFitting: number
  readonly driveSeconds: number
  readonly driveFromServer: boolean
  readonly asOfMs: number
  readonly stale: boolean
  readonly askFirst: readonly AskFirst[]
  readonly unknownNeeds: readonly Need[]
  /** In the order in which they are compared. */
  readonly terms: readonly TermValue[]
}

export interface ExcludedHospital {
  readonly hospitalId: string
  /** `null` = no road. */
  readonly driveSeconds: number | null
  readonly reasons: readonly WhyNot[]
  readonly missingNeeds: readonly Need[]
  readonly unknownNeeds: readonly Need[]
}

export interface Ranking {
  readonly candidates: readonly RankedCandidate[]
  readonly candidatesTotal: number
  /** Those that fail the fewest filters first, then the nearer. */
  readonly whyNot: readonly ExcludedHospital[]
  readonly whyNotTotal: number
  readonly driveFallback: DriveTimes['fallback']
}
