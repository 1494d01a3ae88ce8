import type { CellId } from '../../exchange/log-record.ts'
import type { RegionOp, RegionState } from './region-state.ts'

/** Sees everything that happens anywhere, which no cell does, and says when a promise was broken. */
export interface Watcher {
  committed(origin: CellId, writer: CellId, state: RegionState, op: RegionOp): void
  alarm(origin: CellId, reader: CellId, what: string): void
  /** A copy of a log began with a snapshot. */
  beganWithSnapshot(origin: CellId, reader: CellId): void
}

/** The request an ask was made for: asks are named after it. */
export const requestOfAsk = (askId: string): string => askId.split('/')[0] ?? askId

interface Promised {
  readonly requestId: string
  readonly epoch: number
}

export interface Oracle extends Watcher {
  readonly violations: string[]
  readonly counts: { promises: number; acrossEpochs: number; crossRegion: number; lapses: number; epochs: number }
  /** How many copies began with a snapshot: of another region's log, of the own one. */
  readonly begun: { others: number; own: number }
  /** Requests whose making was acknowledged to a person. */
  readonly acknowledged: Map<CellId, Set<string>>
  violate(what: string): void
}

export const newOracle = (): Oracle => {
  const promised = new Map<string, Promised[]>()
  const violations: string[] = []
  const counts = { promises: 0, acrossEpochs: 0, crossRegion: 0, lapses: 0, epochs: 0 }
  const acknowledged = new Map<CellId, Set<string>>()
  const violate = (what: string) => {
    if (violations.length < 20) violations.push(what)
  }
  const promise = (slotId: string, requestId: string, epoch: number) => {
    const others = (promised.get(slotId) ?? []).filter((one) => one.requestId !== requestId)
    for (const other of others) {
      if (other.epoch === epoch)
        violate(`slot ${slotId} promised to ${other.requestId} and ${requestId} in epoch ${epoch}`)
      else counts.acrossEpochs += 1
    }
    promised.set(slotId, [...others, { requestId, epoch }])
    counts.promises += 1
  }
  const release = (slotId: string | null | undefined, requestId?: string) => {
    if (slotId === null || slotId === undefined) return
    promised.set(
      slotId,
      requestId === undefined ? [] : (promised.get(slotId) ?? []).filter((one) => one.requestId !== requestId),
    )
  }
  const begun = { others: 0, own: 0 }
  return {
    violations,
    counts,
    begun,
    acknowledged,
    violate,
    beganWithSnapshot: (origin, reader) => {
      if (origin === reader) begun.own += 1
      else begun.others += 1
    },
    alarm: (origin, reader, what) => violate(`${what} in the log of ${origin} seen by ${reader}`),
    committed: (origin, _writer, state, op) => {
      switch (op.kind) {
        case 'epoch-opened':
          counts.epochs += 1
          return
        case 'slot-held':
          promise(op.slotId, op.requestId, state.epoch)
          return
        case 'slot-written':
          if (op.requestId === null) release(op.slotId)
          else promise(op.slotId, op.requestId, 1)
          return
        case 'hold-granted':
        case 'hold-confirmed':
          if (op.kind === 'hold-confirmed') counts.crossRegion += 1
          promise(op.slotId, requestOfAsk(op.askId), state.epoch)
          return
        case 'slot-freed':
          release(op.slotId)
          return
        case 'hold-released':
        case 'hold-lapsed': {
          counts.lapses += op.kind === 'hold-lapsed' ? 1 : 0
          const grant = state.grants.get(op.askId)
          const over = grant !== undefined && grant.state !== 'granted' && grant.state !== 'confirmed'
          if (over) release(grant.slotId, requestOfAsk(op.askId))
          return
        }
        case 'request-made': {
          const made = acknowledged.get(origin) ?? new Set()
          acknowledged.set(origin, made.add(op.requestId))
          return
        }
        default:
      }
    },
  }
}
