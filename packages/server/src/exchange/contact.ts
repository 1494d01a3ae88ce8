import type { CellId } from './log-record.ts'

/** What this process knows of its links, in memory; written down for all processes every few seconds. */
export interface Contacts {
  alive(peer: CellId, at: Date, monotonicMs: number): void
  failed(peer: CellId, at: Date, why: string): void
  /** What the peer's clock says, now: the two differ. */
  clock(peer: CellId, theirs: Date, at: Date): void
  /** A relay said, by its own clock, as of when it knows this log. */
  relayed(origin: CellId, by: CellId, asOf: Date, at: Date): void
  /** Gave no sign of life for `ms`. */
  isSilent(peer: CellId, monotonicMs: number, ms: number): boolean
  asOf(origin: CellId): Date | null
  rows(): readonly ContactRow[]
}

export interface ContactRow {
  readonly cell: CellId
  readonly directAt: Date | null
  readonly failingSince: Date | null
  readonly lastError: string | null
  readonly knownAsOf: Date | null
  readonly relayedBy: CellId | null
}

interface Known {
  directAt: Date | null
  aliveMs: number
  failingSince: Date | null
  lastError: string | null
  knownAsOf: Date | null
  relayedBy: CellId | null
  /** How far this peer's clock was ahead of ours in its last answers; each was under way for a while, so the most is nearest. */
  aheadMs: readonly number[]
}

/** Answers by which a peer's clock is judged: enough for one that came at once, few enough for a clock that was put right. */
const CLOCK_ANSWERS = 8

/** @param startedMs when watching began: a peer never heard is silent from then on */
export const makeContacts = (startedMs: number): Contacts => {
  const known = new Map<CellId, Known>()
  const of = (cell: CellId): Known => {
    const row = known.get(cell) ?? {
      directAt: null,
      aliveMs: startedMs,
      failingSince: null,
      lastError: null,
      knownAsOf: null,
      relayedBy: null,
      aheadMs: [],
    }
    known.set(cell, row)
    return row
  }
  return {
    alive: (peer, at, monotonicMs) => {
      Object.assign(of(peer), { directAt: at, aliveMs: monotonicMs, failingSince: null, lastError: null })
    },
    failed: (peer, at, why) => {
      const row = of(peer)
      row.failingSince ??= at
      row.lastError = why
    },
    clock: (peer, theirs, at) => {
      const row = of(peer)
      row.aheadMs = [...row.aheadMs, theirs.getTime() - at.getTime()].slice(-CLOCK_ANSWERS)
    },
    relayed: (origin, by, theirs, at) => {
      const row = of(origin)
      const { aheadMs } = of(by)
      const ahead = aheadMs.length === 0 ? 0 : Math.max(...aheadMs)
      const asOf = new Date(Math.min(theirs.getTime() - ahead, at.getTime()))
      if (row.knownAsOf === null || asOf > row.knownAsOf) Object.assign(row, { knownAsOf: asOf, relayedBy: by })
    },
    isSilent: (peer, monotonicMs, ms) => monotonicMs - of(peer).aliveMs > ms,
    asOf: (origin) => {
      const { directAt, knownAsOf } = of(origin)
      if (directAt === null || knownAsOf === null) return directAt ?? knownAsOf
      return directAt > knownAsOf ? directAt : knownAsOf
    },
    rows: () => [...known].map(([cell, { aliveMs: _, aheadMs: __, ...row }]) => ({ cell, ...row })),
  }
}
