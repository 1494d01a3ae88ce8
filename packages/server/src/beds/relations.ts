import { PATIENT_ACCESS, type PatientReach, type PatientRelation } from '@dure/contract'
import type { Person } from '../platform/person.ts'
import { err, ok, type Result } from '../platform/result.ts'
import { isOpenOffer, type OfferActor } from './offers.ts'
import { type Actor, actorFor, actorsOf, REQUEST_EVENT_ACTORS, type RequestRelations } from './placement-actors.ts'
import type { RequestEvent } from './placement-table.ts'
import { type BedRefusal, refusal } from './refusals.ts'
import type { HoldRow, OfferRow, RequestRow, SlotRow } from './rows.ts'
import { neighboursOf } from './zones.ts'

/** A request with everything that a decision about it looks at. */
export interface Placement {
  readonly row: RequestRow
  readonly offers: readonly OfferRow[]
  /** The live hold: granted, confirmed or occupied. */
  readonly hold: HoldRow | null
  /** Other regions that were asked and have not answered; like open offers. */
  readonly openAsks?: number
  /** Other regions that were ever asked, as far as known: 0 = none. */
  readonly asks?: number
  /** The place of `hold`. */
  readonly slot?: Pick<SlotRow, 'label' | 'bed_class'> | null
  /** Whether somebody recorded who the patient is, and other open requests for the same one. */
  readonly identity?: {
    readonly known: boolean
    readonly same: readonly { readonly id: string; readonly code: string }[]
  }
}

const relationsOf = ({ row, offers, hold }: Placement): RequestRelations => ({
  sido: row.sido,
  originFacilityId: row.owner_hospital_id,
  neighbours: neighboursOf(row.sido),
  level: row.level,
  askedFacilityIds: offers.filter((offer) => isOpenOffer(offer.state)).map((offer) => offer.hospital_id),
  holdingFacilityId: hold?.hospital_id ?? null,
})

const relationPerson = (person: Person) => ({
  roles: person.roles,
  sido: person.region,
  facilityId: person.facilityId,
})

/**
 * All this person is to this request. Whoever made it is its requester, also an ambulance crew that works for no hospital
 * and a ward that is otherwise asked for beds.
 */
export const actorsIn = (person: Person, placement: Placement): readonly Actor[] => {
  const actors = actorsOf(relationPerson(person), relationsOf(placement))
  const made = placement.row.created_by === person.id
  return made && !actors.includes('requester') ? ['requester', ...actors] : actors
}

/** Picks, of all the person is to the request, what lets them do the event. */
export const actorToDo = (person: Person, placement: Placement, event: RequestEvent): Result<Actor, BedRefusal> => {
  const fitting = actorsIn(person, placement).find((actor) => REQUEST_EVENT_ACTORS[event].includes(actor))
  return fitting === undefined ? actorFor(relationPerson(person), relationsOf(placement), event) : ok(fitting)
}

/** How much of a request a person may see. `treats`: everything but who the patient is, unless `mayIdentify`. */
export type Sight = 'treats' | 'asked' | 'none'

const TRANSPORT_STATES = ['confirmed', 'transport_arranged', 'in_transit', 'arrived']

export const sightOf = (person: Person, placement: Placement): Sight => {
  if (reaches(person, placement, 'see_all')) return 'treats'
  const crew = actorsIn(person, placement).includes('transport')
  if (crew && TRANSPORT_STATES.includes(placement.row.state)) return 'treats'
  return reaches(person, placement, 'see') ? 'asked' : 'none'
}

/** All this person is to this request, in the words of the permission table. */
export const relationsTo = (person: Person, placement: Placement): readonly PatientRelation[] => {
  const relations: PatientRelation[] = actorsIn(person, placement).filter((actor) => actor !== 'system')
  if (wasAsked(person, placement)) relations.push('asked_before')
  if (person.opened?.some(({ requestId }) => requestId === placement.row.id) === true) relations.push('break_glass')
  if (person.roles.includes('admin')) relations.push('admin')
  return relations.length === 0 ? ['none'] : relations
}

/** Does the permission table let them, for anything they are to this request? */
export const reaches = (person: Person, placement: Placement, reach: PatientReach): boolean =>
  relationsTo(person, placement).some((relation) => PATIENT_ACCESS[reach][relation])

/** A hospital that was asked goes on seeing what it answered, and no more than it saw. */
const wasAsked = (person: Person, { offers }: Placement): boolean =>
  person.roles.includes('hospital_desk') && offers.some((offer) => offer.hospital_id === person.facilityId)

/** Who the patient is: for those who treat, and for a while for whoever broke the glass. */
export const mayIdentify = (person: Person, placement: Placement): boolean => reaches(person, placement, 'see_identity')

/** What the person is to an offer: its own hospital answers it, the desk that sent it types what it heard. */
export const offerActorOf = (person: Person, placement: Placement, offer: OfferRow): Result<OfferActor, BedRefusal> => {
  if (person.roles.includes('hospital_desk') && person.facilityId === offer.hospital_id) return ok('asked_hospital')
  const desks: readonly Actor[] = ['placement_desk', 'neighbour_desk', 'national_desk']
  return actorsIn(person, placement).some((actor) => desks.includes(actor))
    ? ok('asking_desk')
    : err(refusal('not-your-request', 'this offer was made to another hospital'))
}
