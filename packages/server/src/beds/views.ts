import type {
  HoldView,
  OfferView,
  RequestInput,
  RequestRow as RequestRowView,
  RequestView,
  SlotView,
} from '@dure/contract'
import { REQUEST_ACTS, type Role } from '@dure/contract'
import { freshnessOf } from '../facilities/index.ts'
import type { Person } from '../platform/person.ts'
import { ageBand } from './age-band.ts'
import { isOpenOffer } from './offers.ts'
import { isTerminal, possibleEvents } from './placement.ts'
import { HOLD_EXTENSIONS_MAX } from './placement-times.ts'
import { actorsIn, mayIdentify, type Placement, reaches, type Sight, sightOf } from './relations.ts'
import type { HoldRow, OfferRow, QueueRow, RequestRow, SlotRow } from './rows.ts'

/** Names of hospitals by id; an unknown id is shown as itself. */
export interface Names {
  name(id: string): string
  phone(id: string): string | null
  /** What an asked hospital now says against itself; absent: not looked for. */
  warnings?(hospitalId: string, request: RequestRow, bedClass: OfferRow['bed_class']): readonly string[]
}

const iso = (at: Date): string => at.toISOString()
const isoOrNull = (at: Date | null): string | null => at?.toISOString() ?? null

export const slotFreshness = (slot: SlotRow, now: Date): 'fresh' | 'stale' | 'expired' => {
  if (slot.doubted_at !== null) return 'expired'
  const freshness = freshnessOf(slot.bed_class, slot.as_of, now)
  return freshness === 'unknown' ? 'expired' : freshness
}

export const toSlotView = (slot: SlotRow, now: Date, requestCode: string | null): SlotView => ({
  id: slot.id,
  hospitalId: slot.hospital_id,
  label: slot.label,
  bedClass: slot.bed_class,
  isolation: slot.isolation,
  share: slot.share,
  state: slot.state,
  blockedReason: slot.blocked_reason,
  roomSex: slot.room_sex,
  minAgeYears: slot.min_age_years,
  maxAgeYears: slot.max_age_years,
  cohortPathogen: slot.cohort_pathogen,
  opensInHours: slot.opens_in_hours,
  asOf: iso(slot.as_of),
  source: slot.source,
  freshness: slotFreshness(slot, now),
  version: slot.version,
  requestCode,
})

export const toOfferView = (offer: OfferRow, request: RequestRow, names: Names): OfferView => ({
  id: offer.id,
  requestId: offer.request_id,
  requestCode: request.code,
  hospitalId: offer.hospital_id,
  hospitalName: names.name(offer.hospital_id),
  hospitalPhone: names.phone(offer.hospital_id),
  state: offer.state,
  sentAt: iso(offer.sent_at),
  expiresAt: iso(offer.expires_at),
  answeredAt: isoOrNull(offer.answered_at),
  answeredBy: offer.answered_by_name,
  declineReason: offer.decline_reason,
  declineNote: offer.decline_note,
  conditions: offer.conditions,
  channel: offer.channel,
  heardFrom: offer.heard_from,
  version: offer.version,
  designated: offer.designated,
  warnings: isOpenOffer(offer.state) ? [...(names.warnings?.(offer.hospital_id, request, offer.bed_class) ?? [])] : [],
})

export const toHoldView = (hold: HoldRow, slot: Pick<SlotRow, 'label' | 'bed_class'>, names: Names): HoldView => ({
  id: hold.id,
  requestId: hold.request_id,
  slotId: hold.slot_id,
  hospitalId: hold.hospital_id,
  hospitalName: names.name(hold.hospital_id),
  slotLabel: slot.label,
  bedClass: slot.bed_class,
  state: hold.state,
  grantedAt: iso(hold.granted_at),
  expiresAt: isoOrNull(hold.expires_at),
  extensionsLeft: Math.max(0, HOLD_EXTENSIONS_MAX - hold.extensions),
  fencing: hold.fencing,
  conditions: hold.conditions,
})

/** What a hospital that was only asked may not read: who and where the patient is, and free text that may name them. */
const NOT_FOR_THE_ASKED: readonly (keyof RequestInput)[] = [
  'ageYears',
  'ageMonths',
  'callbackPhone',
  'guardianPhone',
  'originAddress',
  'originLat',
  'originLon',
  'note',
]

const detailsFor = (row: RequestRow, sight: Sight, facilityId: string | null): Partial<RequestInput> => {
  if (sight === 'treats') return row.details
  const hidden: ReadonlySet<string> = new Set([
    ...NOT_FOR_THE_ASKED,
    // The patient's own unit may know that it is asked for its own patient; the others may not know whose patient it is.
    ...(row.details.continuityHospitalId === facilityId ? [] : ['continuityHospitalId']),
  ])
  return Object.fromEntries(Object.entries(row.details).filter(([name]) => !hidden.has(name)))
}

const patientOf = (row: RequestRow) => ({ pseudonym: row.pseudonym, ageBand: ageBand(row.age_years), sex: row.sex })

export interface RequestExtras {
  readonly slot: Pick<SlotRow, 'label' | 'bed_class'> | null
  readonly identityKnown: boolean
  readonly sameAs: readonly { readonly id: string; readonly code: string }[]
}

/** The request as this person may see it. The caller has checked that they may see it at all. */
export const toRequestView = (
  person: Person,
  placement: Placement,
  names: Names,
  extras: RequestExtras,
): RequestView => {
  const { row, hold } = placement
  const sight = sightOf(person, placement)
  const treats = sight === 'treats'
  const offers = treats ? placement.offers : placement.offers.filter((one) => one.hospital_id === person.facilityId)
  const { created_by_role: role } = row
  return {
    ...headOf(row),
    sido: row.sido,
    createdAt: iso(row.created_at),
    createdBy: {
      name: row.created_by_name,
      role: role as Role,
      hospitalName: row.owner_hospital_id === null ? null : names.name(row.owner_hospital_id),
    },
    originHospitalName: row.origin_hospital_id === null ? null : names.name(row.origin_hospital_id),
    continuityHospitalName: continuityOf(detailsFor(row, sight, person.facilityId), names),
    details: detailsFor(row, sight, person.facilityId),
    stability: row.stability,
    severity: severityOf(row),
    offers: offers.map((offer) => toOfferView(offer, row, names)),
    hold: treats && hold !== null && extras.slot !== null ? toHoldView(hold, extras.slot, names) : null,
    noBed: treats ? noBedOf(row) : null,
    outside: treats && row.outside_name !== null ? { name: row.outside_name, phone: row.outside_phone ?? '' } : null,
    mergedInto: treats ? row.merged_into : null,
    allowed: allowedTo(person, placement),
    identityKnown: treats && extras.identityKnown,
    level: row.level,
    conditionsOpen: row.conditions_open,
    sameAs: treats ? [...extras.sameAs] : [],
    regainedAt: treats ? isoOrNull(row.regained_at) : null,
  }
}

const continuityOf = ({ continuityHospitalId: id }: Partial<RequestInput>, names: Names): string | null =>
  typeof id === 'string' ? names.name(id) : null

const headOf = (row: RequestRow) => ({
  id: row.id,
  code: row.code,
  state: row.state,
  stateSince: iso(row.state_since),
  waitingSince: iso(row.waiting_since),
  deadlineAt: isoOrNull(row.deadline_at),
  version: row.version,
  patient: patientOf(row),
  urgency: row.urgency,
})

const severityOf = (row: RequestRow): RequestView['severity'] => ({
  suggested: row.severity_suggested,
  score: row.severity_score,
  points: row.severity_points,
  parts: row.severity_parts,
  missing: row.severity_missing,
  judged:
    row.judged_class === null || row.judged_at === null
      ? null
      : { class: row.judged_class, by: row.judged_by_name ?? '', at: iso(row.judged_at) },
  effective: row.severity,
})

const noBedOf = (row: RequestRow): RequestView['noBed'] =>
  row.state === 'no_bed' && row.no_bed_interim_plan !== null && row.no_bed_retry_at !== null
    ? {
        interimPlan: row.no_bed_interim_plan,
        retryAt: iso(row.no_bed_retry_at),
        escalation: row.no_bed_escalation ?? 'retry',
      }
    : null

export const toQueueRowView = (row: QueueRow, names: Names): RequestRowView => ({
  ...headOf(row),
  originHospitalName: row.origin_hospital_id === null ? null : names.name(row.origin_hospital_id),
  complaint: row.complaint,
  severity: row.severity,
  requestedClass: row.requested_class,
  isolationNeed: row.isolation_need,
  needs: row.needs,
  oxygen: row.oxygen,
  openOffers: row.open_offers,
  deteriorating: row.deteriorating,
  hospitalName: row.holding_hospital_id === null ? row.outside_name : names.name(row.holding_hospital_id),
})

// ---------------------------------------------------------------- what may be done next

/** Details may be added or corrected until the patient has arrived. */
export const EDITABLE: ReadonlySet<string> = new Set([
  'draft',
  'submitted',
  'needs_info',
  'triaged',
  'matching',
  'offered',
  'held',
  'confirmed',
  'transport_arranged',
  'in_transit',
  'on_hold',
  'escalated',
  'no_bed',
  'diverted',
])

const ASKABLE: readonly string[] = ['triaged', 'matching', 'offered', 'escalated', 'diverted']

/** Acts of the state table, and beside them what has routes of its own. */
export const allowedTo = (person: Person, placement: Placement): string[] => {
  const { row, hold, offers } = placement
  const actors = actorsIn(person, placement)
  const events = new Set<string>(actors.flatMap((actor) => possibleEvents(row.state, actor)))
  const acts: string[] = REQUEST_ACTS.filter((act) => events.has(act))
  const desk = actors.some((actor) => ['placement_desk', 'neighbour_desk', 'national_desk'].includes(actor))
  if (desk && ASKABLE.includes(row.state)) acts.push('send_offers')
  if (mayEdit(person, placement)) acts.push('edit')
  if (
    hold?.state === 'granted' &&
    hold.ask_id === null &&
    hold.extensions < HOLD_EXTENSIONS_MAX &&
    mayExtend(person, placement)
  )
    acts.push('extend_hold')
  if (mayIdentify(person, placement)) acts.push('see_identity')
  if (mayRecordIdentity(person, placement)) acts.push('set_identity')
  if (answers(person, offers)) acts.push('answer_offer')
  if (desk && !isTerminal(row.state)) acts.push('settle_by_phone')
  if (row.state === 'admitted' && actors.some((one) => one === 'holding_hospital' || one === 'placement_desk'))
    acts.push('follow_up')
  return acts
}

const answers = (person: Person, offers: readonly OfferRow[]): boolean =>
  person.roles.includes('hospital_desk') &&
  offers.some((offer) => isOpenOffer(offer.state) && offer.hospital_id === person.facilityId)

export const mayEdit = (person: Person, placement: Placement): boolean =>
  EDITABLE.has(placement.row.state) && reaches(person, placement, 'edit')

export const mayExtend = (person: Person, placement: Placement): boolean => reaches(person, placement, 'extend')

/** The desk may write down what it is told by phone; reading it again is not its business. */
export const mayRecordIdentity = (person: Person, placement: Placement): boolean =>
  EDITABLE.has(placement.row.state) && reaches(person, placement, 'record_identity')
