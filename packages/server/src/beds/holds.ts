import type { HoldState } from '@dure/contract'
import { err, ok, type Result } from '../platform/result.ts'
import { HOLD_EXTENSIONS_MAX, HOLD_TTL_MS } from './placement-times.ts'
import { type BedRefusal, refusal } from './refusals.ts'

export const HOLD_EVENTS = ['confirm', 'extend', 'occupy', 'release', 'expire'] as const
export type HoldEvent = (typeof HOLD_EVENTS)[number]

export const HOLD_ACTORS = ['holding_hospital', 'asking_desk', 'requester', 'system'] as const
export type HoldActor = (typeof HOLD_ACTORS)[number]

/** State, event → next state; `null` means refused. A confirmed hold has no end by time, only by decision. */
export const HOLD_TRANSITIONS: Record<HoldState, Record<HoldEvent, HoldState | null>> = {
  granted: { confirm: 'confirmed', extend: 'granted', occupy: 'occupied', release: 'released', expire: 'expired' },
  confirmed: { confirm: 'confirmed', extend: null, occupy: 'occupied', release: 'released', expire: null },
  occupied: { confirm: null, extend: null, occupy: 'occupied', release: 'released', expire: null },
  released: { confirm: null, extend: null, occupy: null, release: 'released', expire: null },
  expired: { confirm: null, extend: null, occupy: null, release: 'expired', expire: 'expired' },
}

export const HOLD_EVENT_ACTORS: Record<HoldEvent, readonly HoldActor[]> = {
  confirm: ['asking_desk', 'requester', 'system'],
  extend: ['asking_desk', 'requester', 'holding_hospital'],
  occupy: ['holding_hospital', 'asking_desk', 'system'],
  release: ['holding_hospital', 'asking_desk', 'system'],
  expire: ['system'],
}

/** States in which the slot is nobody else's. The database keeps at most one of them per slot. */
export const LIVE_HOLD_STATES = ['granted', 'confirmed', 'occupied'] as const satisfies readonly HoldState[]
export const isLiveHold = (state: HoldState): boolean => (LIVE_HOLD_STATES as readonly HoldState[]).includes(state)

export interface Hold {
  readonly state: HoldState
  readonly slotId: string
  readonly requestId: string
  /** Rises with every hold of the slot and is never used again. Whoever has seen a higher one refuses a lower one. */
  readonly fencing: number
  readonly expiresAtMs: number
  readonly extensions: number
}

/** @param lastFencing the highest fencing number this slot ever gave, 0 if none */
export const grantHold = (slotId: string, requestId: string, lastFencing: number, nowMs: number): Hold => ({
  state: 'granted',
  slotId,
  requestId,
  fencing: lastFencing + 1,
  expiresAtMs: nowMs + HOLD_TTL_MS,
  extensions: 0,
})

/** @param fencing the number the caller believes in; a late message of an older hold must not touch the present one */
export const decideHold = (
  hold: Hold,
  event: HoldEvent,
  actor: HoldActor,
  fencing: number,
  nowMs: number,
): Result<Hold, BedRefusal> => {
  if (!HOLD_EVENT_ACTORS[event].includes(actor))
    return err(refusal('role-not-allowed', `${actor} may not ${event} a hold`))
  if (fencing !== hold.fencing) {
    return err(refusal('fencing-too-old', `the hold has number ${hold.fencing}, not ${fencing}`))
  }
  const to = HOLD_TRANSITIONS[hold.state][event]
  if (to === null) return err(refusal('not-possible-now', `the hold is ${hold.state}`))
  const refused = hold.state === 'granted' ? refusedWhileGranted(hold, event, nowMs) : null
  if (refused !== null) return err(refused)
  return ok(event === 'extend' ? extended(hold) : { ...hold, state: to })
}

const refusedWhileGranted = (hold: Hold, event: HoldEvent, nowMs: number): BedRefusal | null => {
  const over = hold.expiresAtMs <= nowMs
  switch (event) {
    case 'expire':
      return over ? null : refusal('hold-not-due', 'the hold has not run out')
    case 'confirm':
    case 'occupy':
      return over ? refusal('hold-expired', 'the hold has run out') : null
    case 'extend':
      if (over) return refusal('hold-expired', 'the hold has run out')
      return hold.extensions >= HOLD_EXTENSIONS_MAX
        ? refusal('hold-extensions-spent', `a hold is extended ${HOLD_EXTENSIONS_MAX} times at most`)
        : null
    default:
      return null
  }
}

/** Counted from the old end, so that an early extension loses nothing. */
const extended = (hold: Hold): Hold => ({
  ...hold,
  expiresAtMs: hold.expiresAtMs + HOLD_TTL_MS,
  extensions: hold.extensions + 1,
})
