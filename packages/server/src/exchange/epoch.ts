import type { CellId } from './log-record.ts'

/** Why an epoch was opened. */
export const EPOCH_REASONS = ['founded', 'restored', 'promoted', 'stood-in', 'returned'] as const
export type EpochReason = (typeof EPOCH_REASONS)[number]

/** Body of the record that opens an epoch. */
export interface EpochOpening {
  /** The cell that writes this origin's log from here on: the origin itself, or the neighbour that stands in. */
  readonly writer: CellId
  readonly reason: EpochReason
  /** Operators who signed it; standing in needs two different ones. */
  readonly approvedBy: readonly string[]
}

/** Operators who must sign before a neighbour writes for a lost region. */
export const STAND_IN_APPROVALS = 2

export type EpochRefusal = 'not-higher' | 'approvals-missing' | 'writer-is-not-the-origin'

/** Why this opening may not follow epoch `current`; `null` if it may. */
export const epochRefusal = (
  origin: CellId,
  current: number,
  next: number,
  opening: EpochOpening,
): EpochRefusal | null => {
  if (next <= current) return 'not-higher'
  if (opening.reason === 'stood-in') {
    return new Set(opening.approvedBy).size >= STAND_IN_APPROVALS ? null : 'approvals-missing'
  }
  return opening.writer === origin ? null : 'writer-is-not-the-origin'
}

/** May this cell still write this origin's log? A cell that sees a higher epoch of its own log writes no more until it has reconciled. */
export const mayWrite = (self: CellId, newest: { readonly epoch: number; readonly writer: CellId }, ownEpoch: number) =>
  newest.epoch === ownEpoch && newest.writer === self

/**
 * The number of a new epoch: the instant of opening, then the writer, so that two cells that open one without knowing of each other,
 * and one cell that opens one twice from two backups, still choose different numbers, and everybody agrees which is higher.
 * Fits a double exactly until the year 4821.
 */
export const nextEpoch = (current: number, openedAtMs: number, writer: CellId): number =>
  Math.max(current + 1, openedAtMs * 100 + Number(writer))

/**
 * Fencing numbers begin at the epoch's. A cell that was restored, or that stands in, never gives a number at or below one that was
 * given before it opened its epoch, although it may not know them: a slot is not held more than a hundred times in a millisecond.
 */
export const nextFencing = (epoch: number, last: number): number => Math.max(epoch, last) + 1
