import type { DeclineReason, OfferState, RegionMode, Severity, Urgency } from '@dure/contract'
import { err, ok, type Result } from '../platform/result.ts'
import { OFFER_TTL_MS, PARALLEL_OFFERS, PARALLEL_OFFERS_IMMEDIATE } from './placement-times.ts'
import { type BedRefusal, refusal } from './refusals.ts'

export const OFFER_EVENTS = [
  'deliver',
  'see',
  'acknowledge',
  'accept',
  'accept_with_conditions',
  'deem_accepted',
  'decline',
  'expire',
  'withdraw',
] as const
export type OfferEvent = (typeof OFFER_EVENTS)[number]

/** `asking_desk` sent the offer, and types the answer when it came by phone or SMS. */
export const OFFER_ACTORS = ['asked_hospital', 'asking_desk', 'system'] as const
export type OfferActor = (typeof OFFER_ACTORS)[number]

/**
 * State, event → next state; `null` means refused. Receipts may arrive in any order and never lead back;
 * an answer is final, and so is its absence.
 */
export const OFFER_TRANSITIONS: Record<OfferState, Record<OfferEvent, OfferState | null>> = {
  sent: {
    deliver: 'delivered',
    see: 'seen',
    acknowledge: 'acked',
    accept: 'accepted',
    accept_with_conditions: 'accepted_with_conditions',
    deem_accepted: 'accepted',
    decline: 'declined',
    expire: 'expired',
    withdraw: 'withdrawn',
  },
  delivered: {
    deliver: 'delivered',
    see: 'seen',
    acknowledge: 'acked',
    accept: 'accepted',
    accept_with_conditions: 'accepted_with_conditions',
    deem_accepted: 'accepted',
    decline: 'declined',
    expire: 'expired',
    withdraw: 'withdrawn',
  },
  seen: {
    deliver: 'seen',
    see: 'seen',
    acknowledge: 'acked',
    accept: 'accepted',
    accept_with_conditions: 'accepted_with_conditions',
    deem_accepted: 'accepted',
    decline: 'declined',
    expire: 'expired',
    withdraw: 'withdrawn',
  },
  acked: {
    deliver: 'acked',
    see: 'acked',
    acknowledge: 'acked',
    accept: 'accepted',
    accept_with_conditions: 'accepted_with_conditions',
    deem_accepted: 'accepted',
    decline: 'declined',
    expire: 'expired',
    withdraw: 'withdrawn',
  },
  accepted: {
    deliver: null,
    see: null,
    acknowledge: null,
    accept: null,
    accept_with_conditions: null,
    deem_accepted: null,
    decline: null,
    expire: null,
    withdraw: null,
  },
  accepted_with_conditions: {
    deliver: null,
    see: null,
    acknowledge: null,
    accept: null,
    accept_with_conditions: null,
    deem_accepted: null,
    decline: null,
    expire: null,
    withdraw: null,
  },
  declined: {
    deliver: null,
    see: null,
    acknowledge: null,
    accept: null,
    accept_with_conditions: null,
    deem_accepted: null,
    decline: null,
    expire: null,
    withdraw: null,
  },
  expired: {
    deliver: null,
    see: null,
    acknowledge: null,
    accept: null,
    accept_with_conditions: null,
    deem_accepted: null,
    decline: null,
    expire: null,
    withdraw: null,
  },
  withdrawn: {
    deliver: null,
    see: null,
    acknowledge: null,
    accept: null,
    accept_with_conditions: null,
    deem_accepted: null,
    decline: null,
    expire: null,
    withdraw: null,
  },
}

export const OFFER_EVENT_ACTORS: Record<OfferEvent, readonly OfferActor[]> = {
  deliver: ['system'],
  see: ['asked_hospital', 'system'],
  acknowledge: ['asked_hospital', 'asking_desk'],
  accept: ['asked_hospital', 'asking_desk'],
  accept_with_conditions: ['asked_hospital', 'asking_desk'],
  deem_accepted: ['system'],
  decline: ['asked_hospital', 'asking_desk'],
  expire: ['system'],
  withdraw: ['asking_desk', 'system'],
}

export const OPEN_OFFER_STATES = ['sent', 'delivered', 'seen', 'acked'] as const satisfies readonly OfferState[]
export const isOpenOffer = (state: OfferState): boolean => (OPEN_OFFER_STATES as readonly OfferState[]).includes(state)

export interface OfferFacts {
  readonly nowMs: number
  readonly expiresAtMs: number
  /** War mode: the offer is a designation (우선수용). It is refused with a written reason or stands when its time is over. */
  readonly designation: boolean
  readonly conditions?: string
  readonly declineReason?: DeclineReason
  /** Free text beside the reason. */
  readonly declineNote?: string
}

/** What the service does along with the new state, in this order. */
export type OfferEffect =
  | { readonly kind: 'grant_hold'; readonly conditionsOpen: boolean }
  | { readonly kind: 'offer_next' }
  | { readonly kind: 'distrust_report' }
  | { readonly kind: 'cancel_expiry' }

export interface OfferDecision {
  readonly event: OfferEvent
  readonly actor: OfferActor
  readonly from: OfferState
  readonly to: OfferState
  readonly effects: readonly OfferEffect[]
}

/**
 * Decides one event of an offer. An acceptance that finds no free slot is rolled back by the service and the offer
 * withdrawn: only an acceptance that gets a hold wins.
 */
export const decideOffer = (
  state: OfferState,
  event: OfferEvent,
  actor: OfferActor,
  facts: OfferFacts,
): Result<OfferDecision, BedRefusal> => {
  if (!OFFER_EVENT_ACTORS[event].includes(actor)) {
    return err(refusal('role-not-allowed', `${actor} may not ${event} an offer`))
  }
  const to = OFFER_TRANSITIONS[state][event]
  if (to === null) return err(refusal('not-possible-now', `the offer is ${state}`))
  const refused = refusedByFacts(event, facts)
  return refused === null ? ok({ event, actor, from: state, to, effects: offerEffects(to, facts) }) : err(refused)
}

const refusedByFacts = (event: OfferEvent, facts: OfferFacts): BedRefusal | null => {
  const over = facts.expiresAtMs <= facts.nowMs
  const blank = (text: string | undefined) => (text ?? '').trim() === ''
  switch (event) {
    case 'accept':
      return over ? refusal('offer-expired', 'the time to answer this offer is over') : null
    case 'accept_with_conditions':
      if (over) return refusal('offer-expired', 'the time to answer this offer is over')
      return blank(facts.conditions) ? refusal('detail-missing', 'name the conditions', '/conditions') : null
    case 'decline':
      if (facts.declineReason === undefined) return refusal('detail-missing', 'name a reason', '/declineReason')
      return (facts.designation || facts.declineReason === 'other') && blank(facts.declineNote)
        ? refusal('designation-needs-reason', 'write the reason in words', '/declineNote')
        : null
    case 'deem_accepted':
      if (!facts.designation) return refusal('not-possible-now', 'only a designation stands without an answer')
      return over ? null : refusal('offer-not-due', 'the time to answer this offer is not over')
    case 'expire':
      if (facts.designation) return refusal('not-possible-now', 'a designation stands when its time is over')
      return over ? null : refusal('offer-not-due', 'the time to answer this offer is not over')
    default:
      return null
  }
}

const offerEffects = (to: OfferState, facts: OfferFacts): readonly OfferEffect[] => {
  switch (to) {
    case 'accepted':
      return [{ kind: 'cancel_expiry' }, { kind: 'grant_hold', conditionsOpen: false }]
    case 'accepted_with_conditions':
      return [{ kind: 'cancel_expiry' }, { kind: 'grant_hold', conditionsOpen: true }]
    case 'declined':
      return [
        { kind: 'cancel_expiry' },
        ...(facts.declineReason === 'data_wrong' ? [{ kind: 'distrust_report' } as const] : []),
        { kind: 'offer_next' },
      ]
    case 'expired':
      return [{ kind: 'offer_next' }]
    case 'withdrawn':
      return [{ kind: 'cancel_expiry' }]
    default:
      return []
  }
}

export interface OfferPolicy {
  /** Offers open at the same time. */
  readonly parallel: number
  readonly ttlMs: number
  readonly designation: boolean
}

/** Severe: three in parallel. Others: one after another, each with its time. War mode: designations. */
export const offerPolicy = (severity: Severity, urgency: Urgency, mode: RegionMode): OfferPolicy => ({
  parallel: Math.max(PARALLEL_OFFERS[severity], urgency === 'immediate' ? PARALLEL_OFFERS_IMMEDIATE : 1),
  ttlMs: OFFER_TTL_MS[urgency],
  designation: mode === 'war',
})

/**
 * The hospitals to ask now: the best ranked that were not asked before, so many that `parallel` offers are open.
 * @param ranked best first
 */
export const nextOffers = (
  policy: OfferPolicy,
  ranked: readonly string[],
  asked: ReadonlySet<string>,
  open: number,
): readonly string[] => ranked.filter((id) => !asked.has(id)).slice(0, Math.max(0, policy.parallel - open))
