import {
  ASK_TTL_MS,
  type Ask,
  answerAcceptance,
  answerAsk,
  CLOCK_SKEW_MS,
  expireAsk,
  expireGrant,
  OPEN_ASK_STATES,
  takeConfirmation,
  takeGrant,
} from '../../beds/crossing.ts'
import { HOLD_TTL_MS } from '../../beds/placement-times.ts'
import { nextFencing } from '../../exchange/epoch.ts'
import type { CellId } from '../../exchange/log-record.ts'
import { type Cell, commit, copyOf, writes } from './cell.ts'
import type { Fault } from './copies.ts'
import { atomically } from './crash.ts'
import type { Random } from './random.ts'
import type { RegionOp, RegionState } from './region-state.ts'
import { requestOfAsk, type Watcher } from './watcher.ts'

/** What a cell does by itself for a region it writes. Every answer is a function of the two logs, so nothing depends on having seen a message. */
export interface Duty {
  readonly cell: Cell
  readonly origin: CellId
  readonly everyone: readonly CellId[]
  readonly nowMs: number
  readonly random: Random
  readonly fault: Fault
  readonly watcher: Watcher
}

export const doDuties = (duty: Duty): void => {
  if (duty.cell.durable.redo.size > 0) together(duty, redo)
  answerAsks(duty)
  followAsks(duty)
  endGrants(duty)
  place(duty)
}

const stateOf = ({ cell, origin }: Duty, region = origin): RegionState => copyOf(cell, region).state
const say = ({ cell, origin, watcher }: Duty, op: RegionOp): void => commit(cell, origin, op, watcher)

/** In one transaction. */
const together = (duty: Duty, work: (duty: Duty) => void): void =>
  atomically(duty.cell, duty.watcher, (watcher) => work({ ...duty, watcher }))

/** A slot that is free on its hospital's word of this epoch. */
const freeSlot = (state: RegionState): { readonly slotId: string; readonly fencing: number } | null => {
  for (const [slotId, slot] of state.slots) {
    if (slot.holder === null && slot.vouchedIn === state.epoch)
      return { slotId, fencing: nextFencing(state.epoch, slot.fencing) }
  }
  return null
}

// ------------------------------------------------------------------------------------------------ own requests

const place = (duty: Duty) => {
  const state = stateOf(duty)
  for (const [requestId, request] of state.requests) {
    if (request.state !== 'waiting') continue
    if (duty.fault === 'last-write-wins') {
      writeAnywhere(duty, requestId)
      continue
    }
    const free = freeSlot(state)
    if (free !== null && !hasAcceptedAsk(state, requestId)) holdOwn(duty, requestId, free)
    else if (!hasOpenAsk(state, requestId) && duty.random.chance(0.3)) askElsewhere(duty, requestId)
  }
}

const holdOwn = (duty: Duty, requestId: string, free: { readonly slotId: string; readonly fencing: number }) =>
  together(duty, (one) => holdAndGiveUpAsks(one, requestId, free))

const holdAndGiveUpAsks = (
  duty: Duty,
  requestId: string,
  free: { readonly slotId: string; readonly fencing: number },
) => {
  say(duty, { kind: 'slot-held', requestId, ...free })
  for (const ask of stateOf(duty).asks.values()) {
    const open = ask.requestId === requestId && ask.state === 'asked'
    if (open) say(duty, { kind: 'hold-given-up', askId: ask.askId, why: 'placed-elsewhere' })
  }
}

const asksOf = (state: RegionState, requestId: string): Ask[] =>
  [...state.asks.values()].filter((ask) => ask.requestId === requestId)
const hasOpenAsk = (state: RegionState, requestId: string) =>
  asksOf(state, requestId).some((ask) => OPEN_ASK_STATES.includes(ask.state))
const hasAcceptedAsk = (state: RegionState, requestId: string) =>
  asksOf(state, requestId).some((ask) => ask.state === 'accepted' || ask.state === 'confirmed')

/** At most two regions are asked at once; a request accepts one. */
const askElsewhere = (duty: Duty, requestId: string) => {
  const others = duty.everyone.filter((id) => id !== duty.origin)
  const asked = new Set([duty.random.pick(others), duty.random.pick(others)])
  for (const owner of asked) {
    const askId = `${requestId}/${duty.cell.id}-${duty.cell.durable.nextId}`
    const expiresAtMs = duty.nowMs + ASK_TTL_MS
    say(duty, { kind: 'hold-asked', askId, requestId, owner, expiresAtMs, atMs: duty.nowMs })
  }
}

/** The baseline that must fail: whoever sees a slot free writes into it, the later writing wins. */
const writeAnywhere = (duty: Duty, requestId: string) => {
  const newest = new Map<string, { requestId: string | null; atMs: number }>()
  for (const { records, outbox } of duty.cell.durable.copies.values()) {
    for (const op of [...records.map(({ body }) => (body as { op: RegionOp }).op), ...outbox.map((one) => one.op)]) {
      if (op.kind === 'slot-written' && op.atMs >= (newest.get(op.slotId)?.atMs ?? 0)) newest.set(op.slotId, op)
    }
  }
  for (const { state } of duty.cell.durable.copies.values()) {
    for (const slotId of state.slots.keys()) {
      if ((newest.get(slotId)?.requestId ?? null) !== null) continue
      say(duty, { kind: 'slot-written', slotId, requestId, atMs: duty.nowMs })
      stateOf(duty).requests.set(requestId, { state: 'placed', slotId, askId: null })
      return
    }
  }
}

// ------------------------------------------------------------------------------------------------ asker

const followAsks = (duty: Duty) => {
  const state = stateOf(duty)
  for (const ask of state.asks.values()) {
    if (!OPEN_ASK_STATES.includes(ask.state)) continue
    const owner = stateOf(duty, ask.owner)
    const grant = owner.grants.get(ask.askId)
    const lapsed = owner.lapses.get(ask.askId) ?? -1
    if (ask.state === 'asked') followAsked(duty, ask, grant)
    else if (lapsed >= (ask.fencing ?? 0)) say(duty, { kind: 'ask-lapsed', askId: ask.askId })
    else if (grant?.state === 'confirmed' && grant.slotId !== null && grant.fencing !== null) {
      const after = takeConfirmation(ask, { slotId: grant.slotId, fencing: grant.fencing })
      const changed = after.state !== ask.state || after.fencing !== ask.fencing
      if (changed) say(duty, { kind: 'ask-confirmed', askId: ask.askId, slotId: grant.slotId, fencing: grant.fencing })
    }
  }
}

const followAsked = (duty: Duty, ask: Ask, grant: ReturnType<RegionState['grants']['get']>) => {
  if (grant?.state === 'granted' && grant.slotId !== null && grant.fencing !== null) {
    const state = stateOf(duty)
    const wanted = state.requests.get(ask.requestId)?.state === 'waiting' && !hasAcceptedAsk(state, ask.requestId)
    const { op } = takeGrant(ask, { slotId: grant.slotId, fencing: grant.fencing }, wanted)
    if (op !== null) say(duty, op)
  } else if (grant?.state === 'refused') say(duty, { kind: 'ask-refused', askId: ask.askId })
  else if (grant !== undefined && grant.state !== 'granted') say(duty, { kind: 'ask-lapsed', askId: ask.askId })
  else {
    const { op } = expireAsk(ask, duty.nowMs)
    if (op !== null) say(duty, op)
  }
}

// ------------------------------------------------------------------------------------------------ owner

const answerAsks = (duty: Duty) => {
  for (const asker of duty.everyone) {
    if (asker === duty.origin) continue
    for (const ask of stateOf(duty, asker).asks.values()) {
      if (ask.owner === duty.origin) answerOne(duty, asker, ask)
    }
  }
}

const answerOne = (duty: Duty, asker: CellId, ask: Ask) => {
  const state = stateOf(duty)
  const grant = state.grants.get(ask.askId)
  const { askId } = ask
  if (ask.state === 'asked') {
    if (grant !== undefined) return
    const { op } = answerAsk(
      { askId, asker, expiresAtMs: ask.expiresAtMs },
      grant,
      freeSlot(state),
      duty.nowMs,
      HOLD_TTL_MS,
    )
    if (op?.kind === 'hold-granted' || op?.kind === 'hold-refused') say(duty, { ...op, asker })
    return
  }
  if (!OPEN_ASK_STATES.includes(ask.state)) {
    if (grant?.state === 'granted' || grant?.state === 'confirmed') say(duty, { kind: 'hold-released', askId })
    return
  }
  if (grant?.state === 'confirmed' || ask.slotId === null || ask.fencing === null) return
  if ((state.lapses.get(askId) ?? -1) >= ask.fencing) return
  const accepted = { askId, asker, slotId: ask.slotId, fencing: ask.fencing }
  const { op } = answerAcceptance(accepted, grant, restorable(state, ask), duty.nowMs)
  if (op?.kind === 'hold-confirmed') say(duty, { ...op, asker })
  else if (op?.kind === 'hold-lapsed') say(duty, op)
}

/** The slot a forgotten promise named: free, or the hospital itself says it is kept for this patient. */
const restorable = (state: RegionState, ask: Ask): number | null => {
  const slot = state.slots.get(ask.slotId ?? '')
  if (slot === undefined || slot.vouchedIn !== state.epoch) return null
  return slot.holder === null || slot.holder === ask.requestId
    ? nextFencing(state.epoch, Math.max(slot.fencing, ask.fencing ?? 0))
    : null
}

const endGrants = (duty: Duty) => {
  const state = stateOf(duty)
  for (const grant of state.grants.values()) {
    const { op } = expireGrant(grant, duty.nowMs)
    if (op?.kind === 'hold-lapsed') say(duty, op)
    else if (grant.state === 'confirmed' && isForgotten(duty, grant.asker, grant.askId, grant.untilMs)) {
      say(duty, { kind: 'hold-released', askId: grant.askId })
    }
  }
}

/** The asker's log no longer has the ask, and has had time to put it there again. */
const isForgotten = (duty: Duty, asker: CellId, askId: string, sinceMs: number) =>
  !stateOf(duty, asker).asks.has(askId) && duty.nowMs > sinceMs + HOLD_TTL_MS + CLOCK_SKEW_MS

// ------------------------------------------------------------------------------------------------ after a fork

/** Decides anew what a given-up branch had decided. A bed that meanwhile became another's is not promised again: the request waits. */
const redo = (duty: Duty) => {
  const { redo: kept } = duty.cell.durable
  for (const [origin, ops] of kept) {
    if (origin === duty.origin) {
      kept.delete(origin)
      for (const op of ops) redoOne(duty, op)
    } else if (!writes(duty.cell, origin) && duty.origin === duty.cell.id) {
      kept.delete(origin)
      say(duty, { kind: 'orphans-returned', origin, ops })
    }
  }
}

const redoOne = (duty: Duty, op: RegionOp) => {
  const state = stateOf(duty)
  switch (op.kind) {
    case 'request-made':
      if (!state.requests.has(op.requestId)) say(duty, op)
      return
    case 'request-closed':
      if ((state.requests.get(op.requestId)?.state ?? 'closed') !== 'closed') closeRequest(duty, op.requestId)
      else if (!state.requests.has(op.requestId)) say(duty, op)
      return
    case 'slot-held': {
      const slot = state.slots.get(op.slotId)
      const mine = slot?.vouchedIn === state.epoch && (slot.holder === null || slot.holder === op.requestId)
      const waiting = state.requests.get(op.requestId)?.state === 'waiting' && !hasAcceptedAsk(state, op.requestId)
      if (slot !== undefined && mine && waiting) {
        say(duty, { ...op, fencing: nextFencing(state.epoch, Math.max(slot.fencing, op.fencing)) })
      }
      return
    }
    case 'hold-asked':
      if (!state.asks.has(op.askId) && state.requests.get(op.requestId)?.state === 'waiting') say(duty, op)
      return
    case 'hold-accepted':
      if (state.asks.get(op.askId)?.state === 'asked' && !hasAcceptedAsk(state, requestOfAsk(op.askId))) say(duty, op)
      return
    case 'hold-given-up':
      if (OPEN_ASK_STATES.includes(state.asks.get(op.askId)?.state ?? 'refused')) say(duty, op)
      return
    default:
  }
}

/** The patient needs it no more: at home, cancelled or died. What was held is free. */
export const closeRequest = (duty: Duty, requestId: string): void =>
  together(duty, (one) => closeAndGiveUp(one, requestId))

const closeAndGiveUp = (duty: Duty, requestId: string): void => {
  const state = stateOf(duty)
  const request = state.requests.get(requestId)
  if (request === undefined || request.state === 'closed') return
  if (duty.fault === 'last-write-wins' && request.slotId !== null) {
    say(duty, { kind: 'slot-written', slotId: request.slotId, requestId: null, atMs: duty.nowMs })
  }
  for (const ask of asksOf(state, requestId)) {
    if (OPEN_ASK_STATES.includes(ask.state))
      say(duty, { kind: 'hold-given-up', askId: ask.askId, why: 'request-closed' })
  }
  const slot = request.slotId === null || request.askId !== null ? undefined : state.slots.get(request.slotId)
  if (slot?.holder === requestId && request.slotId !== null) say(duty, { kind: 'slot-freed', slotId: request.slotId })
  say(duty, { kind: 'request-closed', requestId })
}

/** The hospital says what is true of a slot: free, or kept for a patient it was told of. */
export const vouch = (duty: Duty, slotId: string, holder: string | null): void => {
  const state = stateOf(duty)
  const slot = state.slots.get(slotId)
  if (slot !== undefined && slot.vouchedIn === state.epoch) return
  const told = slot?.holder ?? holder
  say(duty, { kind: 'slot-vouched', slotId, holder: told })
}
