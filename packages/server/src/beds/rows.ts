import type {
  BedClass,
  BlockedReason,
  Channel,
  DeclineReason,
  HoldState,
  IsolationNeed,
  Need,
  OfferState,
  OriginType,
  OxygenSupport,
  Pathogen,
  RequestInput,
  RequestState,
  Role,
  RoomSex,
  Severity,
  Sex,
  SlotIsolation,
  SlotShare,
  SlotState,
  Stability,
  Urgency,
} from '@dure/contract'
import type { ResumeState } from './placement.ts'
import type { EscalationLevel } from './placement-escalation.ts'

/** A row of `beds.slot`. */
export interface SlotRow {
  readonly id: string
  readonly hospital_id: string
  readonly label: string
  readonly bed_class: BedClass
  readonly isolation: SlotIsolation
  readonly share: SlotShare
  readonly state: SlotState
  readonly blocked_reason: BlockedReason | null
  readonly opens_in_hours: number | null
  readonly room_sex: RoomSex
  readonly min_age_years: number | null
  readonly max_age_years: number | null
  readonly cohort_pathogen: Pathogen | null
  readonly as_of: Date
  readonly source: Channel
  /** Somebody said that the figure is wrong; it counts until `as_of` is newer. */
  readonly doubted_at: Date | null
  /** int8 */
  readonly fencing: string
  readonly version: number
}

/** A row of `beds.request`. Who the patient is stands elsewhere. */
export interface RequestRow {
  readonly id: string
  readonly sido: string
  readonly code: string
  readonly state: RequestState
  readonly state_since: Date
  readonly resume_state: ResumeState | null
  readonly created_at: Date
  readonly waiting_since: Date
  readonly deadline_at: Date | null
  readonly version: number
  readonly created_by: string
  readonly created_by_name: string
  readonly created_by_role: Role
  readonly owner_hospital_id: string | null
  readonly origin_type: OriginType
  readonly origin_hospital_id: string | null
  readonly origin_lat: number | null
  readonly origin_lon: number | null
  readonly callback_phone: string
  readonly age_years: number
  readonly sex: Sex
  readonly complaint: string
  readonly isolation_need: IsolationNeed
  readonly oxygen: OxygenSupport
  readonly requested_class: BedClass
  readonly needs: Need[]
  readonly pathogen: Pathogen | null
  readonly urgency: Urgency
  readonly stability: Stability
  readonly out_of_region_consent: boolean
  readonly details: Partial<RequestInput>
  readonly pseudonym: string
  readonly severity_suggested: Severity | null
  readonly severity_score: 'mews' | 'news2' | null
  readonly severity_points: number | null
  readonly severity_parts: Record<string, number>
  readonly severity_missing: string[]
  readonly judged_class: Severity | null
  readonly judged_by: string | null
  readonly judged_by_name: string | null
  readonly judged_at: Date | null
  readonly severity: Severity | null
  readonly deteriorating: boolean
  readonly offer_round: number
  readonly no_bed_interim_plan: string | null
  readonly no_bed_retry_at: Date | null
  readonly no_bed_escalation: string | null
  readonly level: EscalationLevel
  readonly retries_at_level: number
  readonly conditions_open: boolean
  readonly outside_name: string | null
  readonly outside_phone: string | null
  readonly merged_into: string | null
  readonly submitted_at: Date | null
  readonly first_offer_at: Date | null
  readonly first_hold_at: Date | null
  readonly confirmed_at: Date | null
  readonly closed_at: Date | null
  readonly closed_reason: string | null
  /** Made from a log, without what does not travel, and not completed since. */
  readonly regained_at: Date | null
}

export interface QueueRow extends RequestRow {
  readonly open_offers: number
  readonly holding_hospital_id: string | null
}

export interface EventRow {
  readonly id: string
  readonly at: Date
  readonly kind: string
  readonly from_state: RequestState | null
  readonly to_state: RequestState | null
  readonly by_name: string
  readonly by_hospital: string | null
  readonly channel: Channel
  readonly heard_from: string | null
  readonly data: Record<string, unknown>
}

/** A row of `beds.offer`. */
export interface OfferRow {
  readonly id: string
  readonly request_id: string
  readonly hospital_id: string
  readonly round: number
  readonly rank: number
  readonly state: OfferState
  readonly designated: boolean
  readonly bed_class: BedClass
  readonly sent_at: Date
  readonly expires_at: Date
  readonly answered_at: Date | null
  readonly answered_by: string | null
  readonly answered_by_name: string | null
  readonly decline_reason: DeclineReason | null
  readonly decline_note: string | null
  readonly conditions: string | null
  readonly channel: Channel
  readonly heard_from: string | null
  readonly version: number
}

/** What a hospital did with the offers of one class in one quarter of the day. */
export interface AcceptanceRow {
  readonly hospital_id: string
  readonly bed_class: BedClass
  readonly quarter: number
  readonly offers: number
  readonly accepted: number
  /** Sum over the accepted offers. */
  readonly seconds_to_accept: number
}

/** The promise a request has: a row of `beds.hold`, or a bed another region gave. Changed only by who holds the lock of its request. */
export interface HoldRow {
  readonly id: string
  readonly request_id: string
  readonly slot_id: string
  readonly hospital_id: string
  readonly offer_id: string | null
  readonly state: HoldState
  readonly granted_at: Date
  readonly expires_at: Date | null
  readonly extensions: number
  /** int8 */
  readonly fencing: string
  readonly conditions: string | null
  readonly confirmed_at: Date | null
  readonly occupied_at: Date | null
  readonly ended_at: Date | null
  readonly end_reason: string | null
  /** Set when another region gave the bed: the hold is that ask, and its owner's cell keeps the slot. */
  readonly ask_id: string | null
}

/** The one row a statement with `returning` gives; anything else is a bug of ours. */
export const first = <R>(rows: readonly R[]): R => {
  const [row] = rows
  if (row === undefined) throw new Error('A statement that gives one row gave none')
  return row
}
