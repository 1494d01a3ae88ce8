import type { BlockedReason, SlotShare, SlotState } from '@dure/contract'
import { err, ok, type Result } from '../platform/result.ts'
import { type BedRefusal, refusal } from './refusals.ts'

export const SLOT_EVENTS = [
  'hold',
  'release',
  'occupy',
  'occupy_own',
  'discharge',
  'start_cleaning',
  'open',
  'block',
  'plan_surge',
  'close',
] as const
export type SlotEvent = (typeof SLOT_EVENTS)[number]

/** `own_hospital`: the bed's own desk. `region_desk`: the placement desk of the bed's region. */
export const SLOT_ACTORS = ['own_hospital', 'region_desk', 'system'] as const
export type SlotActor = (typeof SLOT_ACTORS)[number]

/**
 * State, event → next state; `null` means refused. `hold`, `release` and `occupy` are consequences of placing and are
 * done by the system only; `discharge` leads to cleaning, so that nobody is promised a bed that is not made.
 */
export const SLOT_TRANSITIONS: Record<SlotState, Record<SlotEvent, SlotState | null>> = {
  available: {
    hold: 'held',
    release: null,
    occupy: null,
    occupy_own: 'occupied',
    discharge: null,
    start_cleaning: 'cleaning',
    open: null,
    block: 'blocked',
    plan_surge: 'surge',
    close: 'closed',
  },
  held: {
    hold: null,
    release: 'available',
    occupy: 'occupied',
    occupy_own: null,
    discharge: null,
    start_cleaning: null,
    open: null,
    block: 'blocked',
    plan_surge: null,
    close: null,
  },
  occupied: {
    hold: null,
    release: null,
    occupy: null,
    occupy_own: null,
    discharge: 'cleaning',
    start_cleaning: null,
    open: null,
    block: null,
    plan_surge: null,
    close: null,
  },
  cleaning: {
    hold: null,
    release: null,
    occupy: null,
    occupy_own: null,
    discharge: null,
    start_cleaning: 'cleaning',
    open: 'available',
    block: 'blocked',
    plan_surge: null,
    close: 'closed',
  },
  blocked: {
    hold: null,
    release: null,
    occupy: null,
    occupy_own: null,
    discharge: null,
    start_cleaning: 'cleaning',
    open: 'available',
    block: 'blocked',
    plan_surge: 'surge',
    close: 'closed',
  },
  surge: {
    hold: null,
    release: null,
    occupy: null,
    occupy_own: null,
    discharge: null,
    start_cleaning: null,
    open: 'available',
    block: 'blocked',
    plan_surge: 'surge',
    close: 'closed',
  },
  closed: {
    hold: null,
    release: null,
    occupy: null,
    occupy_own: null,
    discharge: null,
    start_cleaning: 'cleaning',
    open: 'available',
    block: 'blocked',
    plan_surge: 'surge',
    close: 'closed',
  },
}

export const SLOT_EVENT_ACTORS: Record<SlotEvent, readonly SlotActor[]> = {
  hold: ['system'],
  release: ['system'],
  occupy: ['system'],
  occupy_own: ['own_hospital'],
  discharge: ['own_hospital', 'system'],
  start_cleaning: ['own_hospital'],
  open: ['own_hospital', 'region_desk'],
  block: ['own_hospital'],
  plan_surge: ['own_hospital', 'region_desk'],
  close: ['own_hospital'],
}

/** A slot; each state has only its own fields. */
export type SlotStatus =
  | { readonly state: Exclude<SlotState, 'blocked' | 'surge'> }
  | { readonly state: 'blocked'; readonly reason: BlockedReason }
  /** Closed now, can be opened within so many hours of the order. */
  | { readonly state: 'surge'; readonly opensInHours: number }

export interface SlotDetails {
  readonly blockedReason?: BlockedReason
  readonly opensInHours?: number
}

/** `lose_hold`: the held bed broke; the request loses its hold (`hold_lost`) in the same transaction. */
export type SlotEffect = { readonly kind: 'lose_hold' }

export interface SlotDecision {
  readonly event: SlotEvent
  readonly from: SlotState
  readonly status: SlotStatus
  readonly effects: readonly SlotEffect[]
}

export const decideSlot = (
  state: SlotState,
  event: SlotEvent,
  actor: SlotActor,
  details: SlotDetails = {},
): Result<SlotDecision, BedRefusal> => {
  if (!SLOT_EVENT_ACTORS[event].includes(actor))
    return err(refusal('role-not-allowed', `${actor} may not ${event} a slot`))
  if (actor === 'region_desk' && event === 'open' && state !== 'surge')
    return err(refusal('role-not-allowed', 'the region opens surge beds only; this bed is its hospital’s to open'))
  const to = SLOT_TRANSITIONS[state][event]
  if (to === null) {
    return err(
      event === 'hold'
        ? refusal('slot-taken', `the slot is ${state}`)
        : refusal('not-possible-now', `the slot is ${state}`),
    )
  }
  const status = statusOf(to, details)
  if (!status.ok) return status
  return ok({
    event,
    from: state,
    status: status.value,
    effects: state === 'held' && event === 'block' ? [{ kind: 'lose_hold' }] : [],
  })
}

const statusOf = (state: SlotState, details: SlotDetails): Result<SlotStatus, BedRefusal> => {
  if (state === 'blocked') {
    return details.blockedReason === undefined
      ? err(refusal('detail-missing', 'say why the bed is blocked', '/blockedReason'))
      : ok({ state, reason: details.blockedReason })
  }
  if (state === 'surge') {
    return details.opensInHours === undefined || details.opensInHours < 0
      ? err(refusal('detail-missing', 'say in how many hours the bed can be opened', '/opensInHours'))
      : ok({ state, opensInHours: details.opensInHours })
  }
  return ok({ state })
}

/** Slot states from which a share may change hands: a bed that is promised or used keeps its share until it is free. */
const SHARE_MOVABLE: readonly SlotState[] = ['available', 'cleaning', 'blocked', 'surge', 'closed']

/**
 * own use ↔ placeable ↔ duty reserve is a transfer of the right to place: the hospital and the region both agree,
 * or nothing changes.
 */
export const decideShareChange = (
  state: SlotState,
  from: SlotShare,
  to: SlotShare,
  agreed: { readonly hospital: boolean; readonly region: boolean },
): Result<SlotShare, BedRefusal> => {
  if (from === to) return ok(to)
  if (!SHARE_MOVABLE.includes(state)) return err(refusal('not-possible-now', `the slot is ${state}`))
  if (!agreed.hospital || !agreed.region) {
    return err(refusal('share-change-needs-both', 'hospital and region both have to agree'))
  }
  return ok(to)
}
