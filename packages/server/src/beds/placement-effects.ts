import type { RequestState, Urgency } from '@dure/contract'
import { TERMINAL_REQUEST_STATES } from '@dure/contract'
import { type EscalationLevel, noBedStep } from './placement-escalation.ts'
import type { RequestEvent } from './placement-table.ts'
import { SERVICE_TARGETS_MS, type ServiceTarget } from './placement-times.ts'

export type RequestTimer = ServiceTarget | 'no_bed_step'
export const REQUEST_TIMERS: readonly RequestTimer[] = ['first_ack', 'first_offer', 'hold', 'confirm', 'no_bed_step']

/** What a fired timer does. `tell` warns the desk and the next on call; the others are events by `system`. */
export const ON_TIMER: Record<RequestTimer, 'tell' | 'escalate' | 'no_bed_step'> = {
  first_ack: 'tell',
  first_offer: 'tell',
  hold: 'tell',
  confirm: 'escalate',
  no_bed_step: 'no_bed_step',
}

export const NOTIFY_TARGETS = [
  'requester',
  'placement_desk',
  'neighbour_desk',
  'national_desk',
  'asked_hospitals',
  'holding_hospital',
  'transport',
] as const
export type NotifyTarget = (typeof NOTIFY_TARGETS)[number]

/** What has to be done along with a change of state, as data: the service does it, the tables decide it. */
export type RequestEffect =
  | { readonly kind: 'release_hold'; readonly because: RequestEvent }
  | { readonly kind: 'confirm_hold' }
  | { readonly kind: 'occupy_hold' }
  | { readonly kind: 'withdraw_open_offers'; readonly because: RequestEvent }
  | { readonly kind: 'reveal_identity_to_holder' }
  | { readonly kind: 'hide_identity_from_holder' }
  | { readonly kind: 'schedule_timer'; readonly timer: RequestTimer; readonly dueAtMs: number }
  | { readonly kind: 'cancel_timers'; readonly timers: readonly RequestTimer[] }
  | { readonly kind: 'search_again' }
  | { readonly kind: 'notify'; readonly who: readonly NotifyTarget[]; readonly about: RequestEvent }
  | { readonly kind: 'append_op'; readonly op: `request-${RequestEvent}` }

/** States in which a bed is kept for this patient. `admitted` keeps none: the bed is then occupied, no longer held. */
export const HOLDING_STATES: readonly RequestState[] = [
  'held',
  'confirmed',
  'transport_arranged',
  'in_transit',
  'arrived',
]

/** States in which a hospital may still be asked. Everywhere else open offers are withdrawn. */
export const OFFERING_STATES: readonly RequestState[] = ['offered', 'escalated']

const TARGETS_MET: Partial<Record<RequestEvent, readonly RequestTimer[]>> = {
  ask_info: ['first_ack'],
  triage: ['first_ack'],
  offer_sent: ['first_ack', 'first_offer'],
  hold_granted: ['first_ack', 'first_offer', 'hold'],
  confirm: ['first_ack', 'first_offer', 'hold', 'confirm'],
  place_outside: ['first_ack', 'first_offer', 'hold', 'confirm'],
  put_on_hold: ['first_ack', 'first_offer', 'hold', 'confirm'],
}

/** After these the ranking is run at once: the patient kept their place in the queue and must not wait for a click. */
const SEARCHED_AGAIN: readonly RequestEvent[] = ['hold_lost', 'divert', 'retry', 'escalate']

/** Who hears of each event; of a closing one everybody hears. */
const TOLD: Record<RequestEvent, readonly NotifyTarget[]> = {
  submit: ['placement_desk'],
  ask_info: ['requester'],
  give_info: ['placement_desk'],
  triage: ['requester'],
  start_matching: ['requester'],
  offer_sent: ['asked_hospitals', 'requester'],
  offers_exhausted: ['placement_desk'],
  hold_granted: ['requester', 'placement_desk', 'asked_hospitals', 'holding_hospital'],
  hold_lost: ['requester', 'placement_desk', 'transport'],
  confirm: ['requester', 'placement_desk', 'holding_hospital', 'transport'],
  arrange_transport: ['requester', 'holding_hospital', 'transport'],
  depart: ['placement_desk', 'holding_hospital'],
  arrive: ['requester', 'placement_desk', 'holding_hospital'],
  admit: NOTIFY_TARGETS,
  put_on_hold: ['requester', 'placement_desk', 'holding_hospital', 'transport'],
  resume: ['requester', 'placement_desk'],
  escalate: ['requester', 'placement_desk', 'neighbour_desk', 'national_desk'],
  declare_no_bed: ['requester', 'placement_desk'],
  retry: ['placement_desk'],
  divert: ['requester', 'placement_desk', 'holding_hospital', 'transport'],
  return_to_origin: ['requester', 'placement_desk', 'holding_hospital'],
  place_outside: ['requester', 'placement_desk', 'asked_hospitals', 'transport'],
  step_down: NOTIFY_TARGETS,
  cancel: NOTIFY_TARGETS,
  record_death: NOTIFY_TARGETS,
  merge: NOTIFY_TARGETS,
  enter_in_error: NOTIFY_TARGETS,
}

export interface EffectInput {
  readonly event: RequestEvent
  readonly from: RequestState
  readonly to: RequestState
  readonly level: EscalationLevel
  readonly retriesAtLevel: number
  readonly queueSinceMs: number | null
  readonly facts: {
    readonly nowMs: number
    readonly urgency: Urgency
    readonly openOffers: number
    readonly hold: object | null
    readonly details: { readonly retryInMinutes?: number }
  }
}

/** Everything a change of state brings with it, in the order in which it is to be done. */
export const requestEffects = (input: EffectInput): readonly RequestEffect[] => [
  ...holdEffects(input),
  ...offerEffects(input),
  ...timerEffects(input),
  ...(SEARCHED_AGAIN.includes(input.event) ? [{ kind: 'search_again' } as const] : []),
  { kind: 'notify', who: TOLD[input.event], about: input.event },
  { kind: 'append_op', op: `request-${input.event}` },
]

const holdEffects = ({ event, to, facts }: EffectInput): readonly RequestEffect[] => {
  if (facts.hold === null) return []
  if (event === 'hold_granted') return [{ kind: 'reveal_identity_to_holder' }]
  if (event === 'confirm') return [{ kind: 'confirm_hold' }]
  if (to === 'admitted') return [{ kind: 'occupy_hold' }]
  if (HOLDING_STATES.includes(to)) return []
  return [{ kind: 'release_hold', because: event }, { kind: 'hide_identity_from_holder' }]
}

const offerEffects = ({ event, to, facts }: EffectInput): readonly RequestEffect[] =>
  facts.openOffers > 0 && !OFFERING_STATES.includes(to) ? [{ kind: 'withdraw_open_offers', because: event }] : []

const timerEffects = (input: EffectInput): readonly RequestEffect[] => {
  const { event, from, to, level, retriesAtLevel, facts } = input
  if ((TERMINAL_REQUEST_STATES as readonly RequestState[]).includes(to)) {
    return [{ kind: 'cancel_timers', timers: REQUEST_TIMERS }]
  }
  if (event === 'submit') return serviceTimers(facts.nowMs)
  if (to === 'no_bed') {
    const { retryInMinutes } = facts.details
    const afterMs =
      retryInMinutes === undefined ? noBedStep(level, retriesAtLevel, facts.urgency).afterMs : retryInMinutes * 60_000
    return [{ kind: 'schedule_timer', timer: 'no_bed_step', dueAtMs: facts.nowMs + afterMs }]
  }
  const met = [...(TARGETS_MET[event] ?? []), ...(from === 'no_bed' ? (['no_bed_step'] as const) : [])]
  return met.length > 0 ? [{ kind: 'cancel_timers', timers: met }] : []
}

const serviceTimers = (nowMs: number): readonly RequestEffect[] =>
  (Object.keys(SERVICE_TARGETS_MS) as ServiceTarget[]).map((timer) => ({
    kind: 'schedule_timer',
    timer,
    dueAtMs: nowMs + SERVICE_TARGETS_MS[timer],
  }))
