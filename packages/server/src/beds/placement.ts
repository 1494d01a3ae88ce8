import { type RequestState, type Severity, TERMINAL_REQUEST_STATES, type Urgency } from '@dure/contract'
import { err, ok, type Result } from '../platform/result.ts'
import { type Actor, REQUEST_EVENT_ACTORS } from './placement-actors.ts'
import { type RequestEffect, requestEffects } from './placement-effects.ts'
import { ESCALATION_LEVELS, type EscalationLevel, NEXT_LEVEL } from './placement-escalation.ts'
import { REQUEST_EVENTS, REQUEST_TRANSITIONS, type RequestEvent } from './placement-table.ts'
import { type BedRefusal, refusal } from './refusals.ts'

/** What an event may bring along. Which of them it must bring: {@link REQUIRED_DETAILS}. */
export interface EventDetails {
  readonly question?: string
  readonly answer?: string
  readonly severity?: Severity
  readonly urgency?: Urgency
  readonly interimPlan?: string
  /** The desk's own time until the next search; the table's otherwise. */
  readonly retryInMinutes?: number
  readonly why?: string
  readonly reason?: string
  readonly hospitalName?: string
  readonly phone?: string
  /** Of `escalate`: a level above the present one; the next one otherwise. Of `step_down`: where the patient goes. */
  readonly to?: string
  readonly into?: string
}
export type DetailKey = Exclude<keyof EventDetails, 'retryInMinutes'>

/** What a decision needs to know of the request besides its state. Times are epoch milliseconds. */
export interface RequestFacts {
  readonly nowMs: number
  readonly urgency: Urgency
  readonly level: EscalationLevel
  readonly retriesAtLevel: number
  readonly openOffers: number
  /** The live hold (granted, confirmed) of this request; `null` without one and for a place outside the network. */
  readonly hold: { readonly expiresAtMs: number; readonly confirmed: boolean; readonly awaitsOwner?: boolean } | null
  /** Set when the accepting hospital named conditions nobody has agreed to yet. */
  readonly conditionsOpen: boolean
  readonly statusSinceMs: number
  /** First submission: the patient's place in the queue counts from here, whatever happens later. */
  readonly queueSinceMs: number | null
  /** Where a request that was put aside goes on; `null` if it never was. */
  readonly resumeState: ResumeState | null
  readonly details: EventDetails
}

export interface Decision {
  readonly event: RequestEvent
  readonly actor: Actor
  readonly from: RequestState
  readonly to: RequestState
  readonly level: EscalationLevel
  readonly retriesAtLevel: number
  readonly statusSinceMs: number
  readonly queueSinceMs: number | null
  readonly resumeState: ResumeState | null
  /** In the order in which they are to be done, in the same transaction as the change of state. */
  readonly effects: readonly RequestEffect[]
}

export const REQUIRED_DETAILS: Record<RequestEvent, readonly DetailKey[]> = {
  submit: [],
  ask_info: ['question'],
  give_info: ['answer'],
  triage: ['severity', 'urgency'],
  start_matching: [],
  offer_sent: [],
  offers_exhausted: [],
  hold_granted: [],
  hold_lost: ['why'],
  confirm: [],
  arrange_transport: [],
  depart: [],
  arrive: [],
  admit: [],
  put_on_hold: ['why'],
  resume: [],
  escalate: [],
  declare_no_bed: ['interimPlan'],
  retry: [],
  divert: ['why'],
  return_to_origin: ['why'],
  place_outside: ['hospitalName', 'phone'],
  step_down: ['to'],
  cancel: ['reason'],
  record_death: [],
  merge: ['into'],
  enter_in_error: ['why'],
}

/** A requester corrects a slip as long as nobody has worked on it; afterwards the desk does. */
const REQUESTER_MAY_WITHDRAW_AS_ERROR: readonly RequestState[] = ['draft', 'submitted', 'needs_info']

/** Where a request put on hold or asked for information may go on. Never later: an old promise is not taken up again. */
export type ResumeState = Extract<RequestState, 'submitted' | 'triaged' | 'matching'>

const PUT_ASIDE: readonly RequestState[] = ['needs_info', 'on_hold']

/** A state that is not here was itself put aside, or ends: the earlier answer stays. */
const RESUMES_AT: Partial<Record<RequestState, ResumeState>> = {
  submitted: 'submitted',
  triaged: 'triaged',
  matching: 'matching',
  offered: 'matching',
  held: 'matching',
  confirmed: 'matching',
  transport_arranged: 'matching',
  escalated: 'matching',
  no_bed: 'matching',
  diverted: 'matching',
}

export const isTerminal = (state: RequestState): boolean =>
  (TERMINAL_REQUEST_STATES as readonly RequestState[]).includes(state)

/** The events open to an actor in a state, in table order; what a screen shows as buttons. */
export const possibleEvents = (state: RequestState, actor: Actor): readonly RequestEvent[] =>
  REQUEST_EVENTS.filter((event) => refusedByTable(state, event, actor) === null)

/** Decides one event. Refuses with a reason; never throws. */
export const decideRequest = (
  state: RequestState,
  event: RequestEvent,
  actor: Actor,
  facts: RequestFacts,
): Result<Decision, BedRefusal> => {
  const to = targetOf(state, event, facts)
  const refused = refusedByTable(state, event, actor) ?? refusedByFacts(event, actor, facts)
  if (to === null || refused !== null) return err(refused ?? refusal('not-possible-now', `${event} in ${state}`))
  const level = levelAfter(event, facts)
  const retriesAtLevel = level === facts.level ? facts.retriesAtLevel + (event === 'retry' ? 1 : 0) : 0
  const queueSinceMs = facts.queueSinceMs ?? (event === 'submit' ? facts.nowMs : null)
  return ok({
    event,
    actor,
    from: state,
    to,
    level,
    retriesAtLevel,
    statusSinceMs: to === state ? facts.statusSinceMs : facts.nowMs,
    queueSinceMs,
    resumeState: PUT_ASIDE.includes(to) ? (RESUMES_AT[state] ?? facts.resumeState) : null,
    effects: requestEffects({ event, from: state, to, level, retriesAtLevel, queueSinceMs, facts }),
  })
}

/** The table's cell; a request that was put aside goes on where it was, which the table cannot know. */
const targetOf = (state: RequestState, event: RequestEvent, { resumeState }: RequestFacts): RequestState | null => {
  const to = REQUEST_TRANSITIONS[state][event]
  return to !== null && (event === 'resume' || event === 'give_info') ? (resumeState ?? to) : to
}

const askedLevel = ({ level, details }: RequestFacts): EscalationLevel | null =>
  details.to === undefined ? NEXT_LEVEL[level] : (ESCALATION_LEVELS.find((known) => known === details.to) ?? null)

const levelAfter = (event: RequestEvent, facts: RequestFacts): EscalationLevel =>
  event === 'escalate' ? (askedLevel(facts) ?? facts.level) : facts.level

const refusedByTable = (state: RequestState, event: RequestEvent, actor: Actor): BedRefusal | null => {
  if (!REQUEST_EVENT_ACTORS[event].includes(actor)) {
    const who = REQUEST_EVENT_ACTORS[event].join(', ')
    return refusal('role-not-allowed', `${actor} may not ${event}; it is for ${who}`)
  }
  if (REQUEST_TRANSITIONS[state][event] === null) {
    return isTerminal(state)
      ? refusal('request-closed', `the request is closed (${state})`)
      : refusal('not-possible-now', `${event} is not possible while the request is ${state}`)
  }
  if (event === 'enter_in_error' && actor === 'requester' && !REQUESTER_MAY_WITHDRAW_AS_ERROR.includes(state)) {
    return refusal('role-not-allowed', `once a request is ${state} the placement desk marks it as entered in error`)
  }
  return null
}

const refusedByFacts = (event: RequestEvent, actor: Actor, facts: RequestFacts): BedRefusal | null => {
  const missing = REQUIRED_DETAILS[event].find((key) => (facts.details[key] ?? '').trim() === '')
  if (missing !== undefined) return refusal('detail-missing', `${event} needs ${missing}`, `/${missing}`)
  switch (event) {
    case 'hold_granted':
      return facts.hold === null ? refusal('no-live-hold', 'no bed is held for this request') : null
    case 'confirm':
      return refusedConfirm(facts)
    case 'offers_exhausted':
      return facts.openOffers > 0 ? refusal('offers-still-open', `${facts.openOffers} offers are still open`) : null
    case 'escalate':
      return refusedEscalate(facts)
    case 'declare_no_bed':
      return actor === 'system' && facts.level === 'region' && facts.retriesAtLevel === 0
        ? refusal('role-not-allowed', 'the first no_bed is said by a person; a timer may only say it again')
        : null
    default:
      return null
  }
}

const refusedEscalate = (facts: RequestFacts): BedRefusal | null => {
  if (NEXT_LEVEL[facts.level] === null) {
    return refusal('already-at-top-level', 'the whole country is already being asked')
  }
  const asked = askedLevel(facts)
  return asked === null || ESCALATION_LEVELS.indexOf(asked) <= ESCALATION_LEVELS.indexOf(facts.level)
    ? refusal('detail-missing', `name a level above ${facts.level}`, '/to')
    : null
}

const refusedConfirm = ({ hold, conditionsOpen, nowMs }: RequestFacts): BedRefusal | null => {
  if (hold === null) return refusal('no-live-hold', 'no bed is held for this request')
  if (hold.awaitsOwner === true)
    return refusal('owner-not-heard', 'the other region has not confirmed its bed yet; it follows by itself')
  if (!hold.confirmed && hold.expiresAtMs <= nowMs) return refusal('hold-expired', 'the hold has run out')
  if (conditionsOpen)
    return refusal('conditions-not-agreed', 'the hospital accepted with conditions: agree to them first')
  return null
}
