import type { Role } from '@dure/contract'
import { err, ok, type Result } from '../platform/result.ts'
import type { EscalationLevel } from './placement-escalation.ts'
import type { RequestEvent } from './placement-table.ts'
import { type BedRefusal, refusal } from './refusals.ts'

/** What a person is to this one request. `system` is a timer or the consequence of another decision. */
export const ACTORS = [
  'requester',
  'placement_desk',
  'neighbour_desk',
  'national_desk',
  'asked_hospital',
  'holding_hospital',
  'transport',
  'system',
] as const
export type Actor = (typeof ACTORS)[number]

const DESKS = ['placement_desk', 'neighbour_desk', 'national_desk'] as const

/** Who may do each event. A desk types what it was told by phone, so it may do what the hospital it spoke with may do. */
export const REQUEST_EVENT_ACTORS: Record<RequestEvent, readonly Actor[]> = {
  submit: ['requester', 'placement_desk'],
  ask_info: DESKS,
  give_info: ['requester', 'placement_desk'],
  triage: DESKS,
  start_matching: [...DESKS, 'system'],
  offer_sent: [...DESKS, 'system'],
  offers_exhausted: [...DESKS, 'system'],
  hold_granted: [...DESKS, 'asked_hospital', 'system'],
  hold_lost: [...DESKS, 'holding_hospital', 'system'],
  confirm: ['requester', ...DESKS],
  arrange_transport: ['requester', 'placement_desk', 'transport'],
  depart: ['requester', 'placement_desk', 'transport'],
  arrive: ['placement_desk', 'holding_hospital', 'transport'],
  admit: ['placement_desk', 'holding_hospital'],
  put_on_hold: ['requester', 'placement_desk'],
  resume: ['requester', 'placement_desk'],
  escalate: [...DESKS, 'system'],
  declare_no_bed: [...DESKS, 'system'],
  retry: [...DESKS, 'system'],
  divert: [...DESKS, 'holding_hospital', 'transport'],
  return_to_origin: ['requester', 'placement_desk', 'transport'],
  place_outside: ['requester', ...DESKS],
  step_down: ['requester', 'placement_desk'],
  cancel: ['requester', 'placement_desk'],
  record_death: ['requester', 'placement_desk', 'holding_hospital', 'transport'],
  merge: [...DESKS, 'system'],
  enter_in_error: ['requester', 'placement_desk'],
}

/** The person as far as relations go; `sido` is the region of the person's desk. */
export interface Person {
  readonly roles: readonly Role[]
  readonly sido: string
  readonly facilityId: string | null
}

/** The request as far as relations go. `neighbours` are the regions of its shared zone (권역). */
export interface RequestRelations {
  readonly sido: string
  readonly originFacilityId: string | null
  readonly neighbours: readonly string[]
  readonly level: EscalationLevel
  readonly askedFacilityIds: readonly string[]
  readonly holdingFacilityId: string | null
}

/** All this person is to this request; empty for a bystander. The order is that of {@link ACTORS}. */
export const actorsOf = (person: Person, request: RequestRelations): readonly Actor[] => {
  const has = (role: Role) => person.roles.includes(role)
  const isDesk = has('placement_desk')
  const own = person.facilityId
  const is: Record<Exclude<Actor, 'system'>, boolean> = {
    requester: has('requester') && own !== null && own === request.originFacilityId,
    placement_desk: isDesk && person.sido === request.sido,
    neighbour_desk: isDesk && request.level !== 'region' && request.neighbours.includes(person.sido),
    national_desk: has('national_desk') && request.level === 'national',
    asked_hospital: has('hospital_desk') && own !== null && request.askedFacilityIds.includes(own),
    holding_hospital: has('hospital_desk') && own !== null && own === request.holdingFacilityId,
    transport: has('transport') && (person.sido === request.sido || request.neighbours.includes(person.sido)),
  }
  return ACTORS.filter((actor) => actor !== 'system' && is[actor])
}

/** Picks, of all a person is to the request, what lets them do the event. */
export const actorFor = (person: Person, request: RequestRelations, event: RequestEvent): Result<Actor, BedRefusal> => {
  const actors = actorsOf(person, request)
  const fitting = actors.find((actor) => REQUEST_EVENT_ACTORS[event].includes(actor))
  if (fitting !== undefined) return ok(fitting)
  if (actors.length > 0) return err(refusal('role-not-allowed', `${actors.join(', ')} may not ${event}`))
  const escalatable = person.roles.includes('national_desk') || person.roles.includes('placement_desk')
  return err(
    escalatable
      ? refusal('level-not-reached', `the request is at level ${request.level}, which does not reach your desk`)
      : refusal('not-your-request', 'you have no part in this request'),
  )
}
