/**
 * A bed in another region, asked for and answered by ops alone. Cells never call each other: every step is an entry in the oplog of
 * the cell that decides it, so it works through relays and survives restarts on either side.
 *
 *     asker                         owner (cell of the hospital)
 *     hold-asked            →
 *                           ←       hold-granted | hold-refused
 *     hold-accepted         →
 *                           ←       hold-confirmed | hold-lapsed
 *     hold-given-up         →       (at any time: the slot is free again)
 *
 * Why three steps and not two: the owner's grant has an end, and the owner alone knows whether it was reached before the acceptance
 * came. So the patient is sent only once the owner's `hold-confirmed` has been seen. Why nothing leaks: a grant ends by the owner's
 * own clock, an ask by the asker's; neither needs the other to be reachable. Why no second slot: an ask id is granted once, and a
 * request accepts one grant and gives up the others.
 */

/** Longest time an ask may stay open, and how far two cells' clocks are taken to differ. Own choice: docs/sources/beds.md. */
export const ASK_TTL_MS = 15 * 60_000
export const CLOCK_SKEW_MS = 60_000

export const ASK_STATES = ['asked', 'accepted', 'confirmed', 'refused', 'lapsed', 'given_up'] as const
export type AskState = (typeof ASK_STATES)[number]
/** What the asker's request counts as taken or possibly taken. */
export const OPEN_ASK_STATES: readonly AskState[] = ['asked', 'accepted', 'confirmed']

export interface Ask {
  readonly askId: string
  readonly requestId: string
  readonly owner: string
  readonly state: AskState
  /** By the asker's clock. */
  readonly expiresAtMs: number
  readonly slotId: string | null
  readonly fencing: number | null
}

export const GRANT_STATES = ['granted', 'confirmed', 'refused', 'released', 'expired'] as const
export type GrantState = (typeof GRANT_STATES)[number]
/** The slot is nobody else's. */
export const LIVE_GRANT_STATES: readonly GrantState[] = ['granted', 'confirmed']

export interface Grant {
  readonly askId: string
  readonly asker: string
  readonly state: GrantState
  readonly slotId: string | null
  readonly fencing: number | null
  /** By the owner's clock. */
  readonly untilMs: number
}

export type AskerOp =
  | { readonly kind: 'hold-accepted'; readonly askId: string; readonly slotId: string; readonly fencing: number }
  | { readonly kind: 'hold-given-up'; readonly askId: string; readonly why: GiveUpReason }
export type OwnerOp =
  | {
      readonly kind: 'hold-granted'
      readonly askId: string
      readonly slotId: string
      readonly fencing: number
      readonly untilMs: number
    }
  | { readonly kind: 'hold-refused'; readonly askId: string; readonly why: RefuseReason }
  | { readonly kind: 'hold-confirmed'; readonly askId: string; readonly slotId: string; readonly fencing: number }
  | { readonly kind: 'hold-lapsed'; readonly askId: string; readonly fencing: number; readonly why: LapseReason }

export type GiveUpReason = 'no-answer' | 'placed-elsewhere' | 'request-closed'
export type RefuseReason = 'nothing-free' | 'too-late'
export type LapseReason = 'ran-out' | 'taken-back' | 'not-known-here'

/** A side's new row and what it says to the other; `op: null` says nothing. */
export interface Step<Row, Op> {
  readonly row: Row
  readonly op: Op | null
}

// ------------------------------------------------------------------------------------------------ owner

export interface Asked {
  readonly askId: string
  readonly asker: string
  readonly expiresAtMs: number
}

/** @param free the slot the owner would take now and its next fencing number; `null` if nothing fits */
export const answerAsk = (
  asked: Asked,
  known: Grant | undefined,
  free: { readonly slotId: string; readonly fencing: number } | null,
  nowMs: number,
  holdTtlMs: number,
): Step<Grant, OwnerOp> => {
  if (known !== undefined) return { row: known, op: null }
  const row = { askId: asked.askId, asker: asked.asker }
  if (nowMs > asked.expiresAtMs + CLOCK_SKEW_MS) return refused(row, 'too-late', nowMs)
  if (free === null) return refused(row, 'nothing-free', nowMs)
  const untilMs = nowMs + holdTtlMs
  return {
    row: { ...row, state: 'granted', slotId: free.slotId, fencing: free.fencing, untilMs },
    op: { kind: 'hold-granted', askId: asked.askId, slotId: free.slotId, fencing: free.fencing, untilMs },
  }
}

const refused = (row: { askId: string; asker: string }, why: RefuseReason, nowMs: number): Step<Grant, OwnerOp> => ({
  row: { ...row, state: 'refused', slotId: null, fencing: null, untilMs: nowMs },
  op: { kind: 'hold-refused', askId: row.askId, why },
})

/**
 * The asker took the grant. Whether it was in time is decided here, by the owner's clock, and nowhere else.
 * A cell that came back from an old backup may not know its own grant any more; the asker's acceptance names slot and number, so the
 * promise is taken up again, with a new number, if the slot is still free.
 * @param restored the next fencing number of the slot named by the acceptance, if that slot is free; else `null`
 */
export const answerAcceptance = (
  accepted: { readonly askId: string; readonly asker: string; readonly slotId: string; readonly fencing: number },
  grant: Grant | undefined,
  restored: number | null,
  nowMs: number,
): Step<Grant | undefined, OwnerOp> => {
  const { askId, asker, slotId, fencing } = accepted
  if (grant === undefined && restored !== null) {
    const row: Grant = { askId, asker, state: 'confirmed', slotId, fencing: restored, untilMs: nowMs }
    return { row, op: { kind: 'hold-confirmed', askId, slotId, fencing: restored } }
  }
  if (grant?.state === 'confirmed' && grant.slotId === slotId && grant.fencing !== null) {
    return { row: grant, op: { kind: 'hold-confirmed', askId, slotId, fencing: grant.fencing } }
  }
  if (grant?.state !== 'granted' || grant.fencing !== fencing) {
    return {
      row: grant,
      op: { kind: 'hold-lapsed', askId, fencing, why: grant === undefined ? 'not-known-here' : 'ran-out' },
    }
  }
  if (nowMs >= grant.untilMs) {
    return { row: { ...grant, state: 'expired' }, op: { kind: 'hold-lapsed', askId, fencing, why: 'ran-out' } }
  }
  return { row: { ...grant, state: 'confirmed' }, op: { kind: 'hold-confirmed', askId, slotId, fencing } }
}

/** The asker needs it no more: the slot is free, whatever the grant had become. */
export const answerGivingUp = (grant: Grant): Grant =>
  LIVE_GRANT_STATES.includes(grant.state) ? { ...grant, state: 'released' } : grant

/** The owner's own timer. A confirmed hold has no end by time. */
export const expireGrant = (grant: Grant, nowMs: number): Step<Grant, OwnerOp> =>
  grant.state === 'granted' && grant.fencing !== null && nowMs >= grant.untilMs
    ? {
        row: { ...grant, state: 'expired' },
        op: { kind: 'hold-lapsed', askId: grant.askId, fencing: grant.fencing, why: 'ran-out' },
      }
    : { row: grant, op: null }

// ------------------------------------------------------------------------------------------------ asker

export const openAsk = (askId: string, requestId: string, owner: string, nowMs: number): Ask => ({
  askId,
  requestId,
  owner,
  state: 'asked',
  expiresAtMs: nowMs + ASK_TTL_MS,
  slotId: null,
  fencing: null,
})

/** @param wanted false when the request is closed or has taken another bed meanwhile */
export const takeGrant = (
  ask: Ask,
  granted: { readonly slotId: string; readonly fencing: number },
  wanted: boolean,
): Step<Ask, AskerOp> => {
  if (ask.state !== 'asked') return { row: ask, op: null }
  if (!wanted) return giveUp(ask, 'placed-elsewhere')
  return {
    row: { ...ask, state: 'accepted', slotId: granted.slotId, fencing: granted.fencing },
    op: { kind: 'hold-accepted', askId: ask.askId, slotId: granted.slotId, fencing: granted.fencing },
  }
}

export const takeRefusal = (ask: Ask): Ask => (ask.state === 'asked' ? { ...ask, state: 'refused' } : ask)

/**
 * From here on the patient may be sent. After a restore the owner confirms the same slot again under a higher number;
 * a lower one is an older promise and changes nothing.
 */
export const takeConfirmation = (ask: Ask, confirmed: { readonly slotId: string; readonly fencing: number }): Ask =>
  (ask.state === 'accepted' || ask.state === 'confirmed') &&
  ask.slotId === confirmed.slotId &&
  confirmed.fencing >= (ask.fencing ?? 0)
    ? { ...ask, state: 'confirmed', fencing: confirmed.fencing }
    : ask

/** The owner no longer has it: the request goes back to matching. A lapse of an older number is of an older promise. */
export const takeLapse = (ask: Ask, fencing: number): Ask =>
  (ask.state === 'accepted' || ask.state === 'confirmed') && ask.fencing === fencing ? { ...ask, state: 'lapsed' } : ask

export const giveUp = (ask: Ask, why: GiveUpReason): Step<Ask, AskerOp> =>
  OPEN_ASK_STATES.includes(ask.state)
    ? { row: { ...ask, state: 'given_up' }, op: { kind: 'hold-given-up', askId: ask.askId, why } }
    : { row: ask, op: null }

/** The asker's own timer: no answer in time. An acceptance waits for the owner's word, since the owner may have confirmed it. */
export const expireAsk = (ask: Ask, nowMs: number): Step<Ask, AskerOp> =>
  ask.state === 'asked' && nowMs >= ask.expiresAtMs + CLOCK_SKEW_MS ? giveUp(ask, 'no-answer') : { row: ask, op: null }
