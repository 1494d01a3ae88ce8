import type { CellId } from './log-record.ts'

/** Tries in vain after which a neighbour is not waited for. */
const VAIN_TRIES = 2

/** Whom a restored cell has heard about its own log. */
export interface Recovery {
  reset(): void
  heard(peer: CellId): void
  unreachable(peer: CellId): void
  /** It has our log only from a later place on: it can tell all of it once we are there, or as a snapshot. */
  beginsLater(peer: CellId): void
  /** Was everybody heard or tried in vain, but for those who have no whole log of ours? */
  lacksWholeLog(peers: readonly CellId[]): boolean
  /** May the cell go on? When every neighbour was heard or tried in vain, and at least one was heard. */
  isDone(peers: readonly CellId[]): boolean
}

export const makeRecovery = (): Recovery => {
  const told = new Set<CellId>()
  const vain = new Map<CellId, number>()
  const later = new Set<CellId>()
  const isSettled = (peer: CellId) => told.has(peer) || (vain.get(peer) ?? 0) >= VAIN_TRIES
  return {
    reset: () => {
      told.clear()
      vain.clear()
      later.clear()
    },
    heard: (peer) => {
      told.add(peer)
      later.delete(peer)
    },
    beginsLater: (peer) => void later.add(peer),
    lacksWholeLog: (peers) => later.size > 0 && peers.every((peer) => later.has(peer) || isSettled(peer)),
    unreachable: (peer) => void vain.set(peer, (vain.get(peer) ?? 0) + 1),
    isDone: (peers) => {
      return peers.every(isSettled) && peers.some((peer) => told.has(peer))
    },
  }
}
