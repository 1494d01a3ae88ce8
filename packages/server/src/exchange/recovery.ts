import type { CellId } from './log-record.ts'

/** Tries in vain after which a neighbour is not waited for. */
const VAIN_TRIES = 2

/** Whom a restored cell has heard about its own log. */
export interface Recovery {
  reset(): void
  heard(peer: CellId): void
  unreachable(peer: CellId): void
  /** May the cell go on? When every neighbour was heard or tried in vain, and at least one was heard. */
  isDone(peers: readonly CellId[]): boolean
}

export const makeRecovery = (): Recovery => {
  const told = new Set<CellId>()
  const vain = new Map<CellId, number>()
  return {
    reset: () => {
      told.clear()
      vain.clear()
    },
    heard: (peer) => void told.add(peer),
    unreachable: (peer) => void vain.set(peer, (vain.get(peer) ?? 0) + 1),
    isDone: (peers) => {
      const settled = peers.every((peer) => told.has(peer) || (vain.get(peer) ?? 0) >= VAIN_TRIES)
      return settled && peers.some((peer) => told.has(peer))
    },
  }
}
