import type { Ask, Grant } from '../../beds/crossing.ts'
import { answerGivingUp, openAsk } from '../../beds/crossing.ts'
import type { EpochOpening } from '../../exchange/epoch.ts'
import type { CellId } from '../../exchange/log-record.ts'

/** What a region's log says, folded. Everything a neighbour needs to stand in, and nothing that is not in the log. */
export interface RegionState {
  epoch: number
  writer: CellId
  slots: Map<string, SlotFacts>
  requests: Map<string, RequestFacts>
  asks: Map<string, Ask>
  grants: Map<string, Grant>
  /** Promises the owner does not know (any more), by ask: the number that lapsed. */
  lapses: Map<string, number>
}
export interface SlotFacts {
  /** Whose it is: the request a local hold or the hospital's own word names, or the ask it was granted to. */
  holder: string | null
  fencing: number
  /** Epoch in which the hospital last said what is true of this slot. Nothing is promised on an older word. */
  vouchedIn: number
}
export interface RequestFacts {
  state: 'waiting' | 'placed' | 'closed'
  slotId: string | null
  /** Set when the slot is another region's. */
  askId: string | null
}

export type RegionOp =
  | ({ readonly kind: 'epoch-opened'; readonly epoch: number } & EpochOpening)
  | { readonly kind: 'slot-vouched'; readonly slotId: string; readonly holder: string | null }
  | { readonly kind: 'slot-freed'; readonly slotId: string }
  | { readonly kind: 'slot-held'; readonly slotId: string; readonly requestId: string; readonly fencing: number }
  | { readonly kind: 'request-made'; readonly requestId: string }
  | { readonly kind: 'request-closed'; readonly requestId: string }
  | { readonly kind: 'request-unplaced'; readonly requestId: string; readonly why: string }
  | {
      readonly kind: 'hold-asked'
      readonly askId: string
      readonly requestId: string
      readonly owner: CellId
      readonly expiresAtMs: number
      readonly atMs: number
    }
  | { readonly kind: 'hold-accepted'; readonly askId: string; readonly slotId: string; readonly fencing: number }
  | { readonly kind: 'hold-given-up'; readonly askId: string; readonly why: string }
  | { readonly kind: 'ask-refused'; readonly askId: string }
  | { readonly kind: 'ask-confirmed'; readonly askId: string; readonly slotId: string; readonly fencing: number }
  | { readonly kind: 'ask-lapsed'; readonly askId: string }
  | {
      readonly kind: 'hold-granted'
      readonly askId: string
      readonly asker: CellId
      readonly slotId: string
      readonly fencing: number
      readonly untilMs: number
    }
  | { readonly kind: 'hold-refused'; readonly askId: string; readonly asker: CellId; readonly why: string }
  | {
      readonly kind: 'hold-confirmed'
      readonly askId: string
      readonly asker: CellId
      readonly slotId: string
      readonly fencing: number
    }
  | { readonly kind: 'hold-lapsed'; readonly askId: string; readonly fencing: number; readonly why: string }
  | { readonly kind: 'hold-released'; readonly askId: string }
  /** Records of a branch their origin has given up, handed back to it. */
  | { readonly kind: 'orphans-returned'; readonly origin: CellId; readonly ops: readonly RegionOp[] }
  /** The writer vouches for a snapshot: a digest over the records that still have an effect. */
  | { readonly kind: 'checkpoint-made'; readonly upto: number; readonly epoch: number; readonly digest: string }
  /** Of the baseline that merges by time of writing; no other cell writes or reads it. */
  | { readonly kind: 'slot-written'; readonly slotId: string; readonly requestId: string | null; readonly atMs: number }

export const emptyRegion = (): RegionState => ({
  epoch: 0,
  writer: '',
  slots: new Map(),
  requests: new Map(),
  asks: new Map(),
  grants: new Map(),
  lapses: new Map(),
})

/** Folds one op of the region's own log. Order is the log's; folding is total: an op of an unknown thing changes nothing. */
export const fold = (state: RegionState, op: RegionOp): void => {
  switch (op.kind) {
    case 'epoch-opened':
      state.epoch = op.epoch
      state.writer = op.writer
      return
    case 'slot-vouched':
    case 'slot-freed': {
      const slot = state.slots.get(op.slotId)
      const holder = op.kind === 'slot-vouched' ? op.holder : null
      state.slots.set(op.slotId, {
        holder,
        fencing: slot?.fencing ?? 0,
        vouchedIn: state.epoch,
      })
      return
    }
    case 'slot-held':
      hold(state, op.slotId, op.requestId, op.fencing)
      state.requests.set(op.requestId, { state: 'placed', slotId: op.slotId, askId: null })
      return
    case 'request-made':
      if (!state.requests.has(op.requestId))
        state.requests.set(op.requestId, { state: 'waiting', slotId: null, askId: null })
      return
    case 'request-closed':
      state.requests.set(op.requestId, { state: 'closed', slotId: null, askId: null })
      return
    case 'request-unplaced':
      state.requests.set(op.requestId, { state: 'waiting', slotId: null, askId: null })
      return
    case 'slot-written':
    case 'orphans-returned':
    case 'checkpoint-made':
      return
    default:
      foldCrossing(state, op)
  }
}

type CrossingOp = Extract<RegionOp, { readonly askId: string }>

const foldCrossing = (state: RegionState, op: CrossingOp): void => {
  const ask = state.asks.get(op.askId)
  const grant = state.grants.get(op.askId)
  switch (op.kind) {
    case 'hold-asked':
      if (ask === undefined) {
        state.asks.set(op.askId, { ...openAsk(op.askId, op.requestId, op.owner, op.atMs), expiresAtMs: op.expiresAtMs })
      }
      return
    case 'hold-accepted':
      if (ask !== undefined)
        state.asks.set(op.askId, { ...ask, state: 'accepted', slotId: op.slotId, fencing: op.fencing })
      return
    case 'hold-given-up':
      endAsk(state, ask, 'given_up')
      return
    case 'ask-refused':
      endAsk(state, ask, 'refused')
      return
    case 'ask-lapsed':
      endAsk(state, ask, 'lapsed')
      return
    case 'ask-confirmed':
      if (ask === undefined) return
      state.asks.set(op.askId, { ...ask, state: 'confirmed', slotId: op.slotId, fencing: op.fencing })
      state.requests.set(ask.requestId, { state: 'placed', slotId: op.slotId, askId: op.askId })
      return
    case 'hold-granted':
    case 'hold-confirmed': {
      const confirmed = op.kind === 'hold-confirmed'
      const untilMs = op.kind === 'hold-granted' ? op.untilMs : (grant?.untilMs ?? 0)
      const { askId, asker, slotId, fencing } = op
      state.grants.set(askId, { askId, asker, slotId, fencing, untilMs, state: confirmed ? 'confirmed' : 'granted' })
      hold(state, slotId, askId, fencing)
      return
    }
    case 'hold-refused':
      state.grants.set(op.askId, {
        askId: op.askId,
        asker: op.asker,
        state: 'refused',
        slotId: null,
        fencing: null,
        untilMs: 0,
      })
      return
    case 'hold-lapsed':
      state.lapses.set(op.askId, Math.max(op.fencing, state.lapses.get(op.askId) ?? 0))
      if (grant !== undefined)
        endGrant(state, grant, { ...grant, state: grant.state === 'granted' ? 'expired' : grant.state })
      return
    case 'hold-released':
      if (grant !== undefined) endGrant(state, grant, answerGivingUp(grant))
  }
}

const hold = (state: RegionState, slotId: string, holder: string, fencing: number) => {
  const slot = state.slots.get(slotId)
  state.slots.set(slotId, {
    holder,
    fencing: Math.max(fencing, slot?.fencing ?? 0),
    vouchedIn: slot?.vouchedIn ?? state.epoch,
  })
}

const endAsk = (state: RegionState, ask: Ask | undefined, to: 'given_up' | 'refused' | 'lapsed') => {
  if (ask === undefined) return
  state.asks.set(ask.askId, { ...ask, state: to })
  const request = state.requests.get(ask.requestId)
  if (request?.state === 'placed' && request.askId === ask.askId) {
    state.requests.set(ask.requestId, { state: 'waiting', slotId: null, askId: null })
  }
}

const endGrant = (state: RegionState, before: Grant, after: Grant) => {
  state.grants.set(before.askId, after)
  const slot = before.slotId === null ? undefined : state.slots.get(before.slotId)
  const live = after.state === 'granted' || after.state === 'confirmed'
  if (slot?.holder === before.askId && !live) state.slots.set(before.slotId ?? '', { ...slot, holder: null })
}
