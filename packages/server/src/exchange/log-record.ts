/** Two-digit region code of a cell; `00` is the national one. */
export type CellId = string

/** One numbered entry of a cell's oplog as it travels. Hashes are lower-case hex. */
export interface LogRecord {
  readonly origin: CellId
  readonly epoch: number
  /** Gap-free over the whole life of the origin; a new epoch goes on from the place where it forked. */
  readonly seq: number
  readonly kind: string
  /** ISO 8601, UTC, of the cell that decided. */
  readonly at: string
  readonly subject: string
  readonly body: Readonly<Record<string, unknown>>
  readonly prevHash: string
  readonly hash: string
}

/** Where a copy of a log ends. */
export interface LogHead {
  readonly epoch: number
  readonly seq: number
  readonly hash: string
}

/** A copy of one origin's log, as far as deciding on the next record needs it. */
export interface LogView {
  readonly head: LogHead | null
  /** Hash of the record with this number on the branch we follow; `undefined` if we do not have it (any more). */
  readonly hashAt: (seq: number) => string | undefined
}

/** Kind of the record that opens an epoch. Its number minus one is where the epoch forks from what was before. */
export const EPOCH_OPENED = 'epoch-opened'
