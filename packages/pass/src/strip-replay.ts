import { toHex } from './bytes.ts'

/**
 * The door's short memory of who came in: one `pid` is equal on all devices of a person that day, so the same pass lent
 * to a friend, or shown from two wallets, comes up as "entered 40 s ago". Kept in memory only and forgotten after two hours.
 */
export type ReplayMemory = {
  /** Remembers an entry and gives the time since the last one by the same `pid` in milliseconds, if it is remembered. */
  readonly enter: (pid: Uint8Array, at: number) => number | undefined
  readonly size: () => number
}

/** @see docs/sources/pass.md#proof */
export const REPLAY_MEMORY_MS = 2 * 3_600_000
/** Two hours of one entry a second; the oldest goes first. */
const MAX_ENTRIES = 7_200

export const createReplayMemory = (forgetAfterMs = REPLAY_MEMORY_MS, maxEntries = MAX_ENTRIES): ReplayMemory => {
  const entries = new Map<string, number>()
  const forget = (at: number) => {
    for (const [pid, entered] of entries) {
      if (at - entered < forgetAfterMs && entries.size <= maxEntries) return
      entries.delete(pid)
    }
  }
  return {
    enter: (pid, at) => {
      const key = toHex(pid)
      const last = entries.get(key)
      entries.delete(key)
      entries.set(key, at)
      forget(at)
      return last === undefined || at - last >= forgetAfterMs ? undefined : Math.max(0, at - last)
    },
    size: () => entries.size,
  }
}
