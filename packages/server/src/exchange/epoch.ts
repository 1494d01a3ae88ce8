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
 * Fencing numbers carry the epoch in front. A cell that was restored, or that stands in, never gives a number at or below one
 * that may have been given before, although it does not know them.
 */
const FENCING_PER_EPOCH = 2 ** 32
export const fencingFloor = (epoch: number): number => epoch * FENCING_PER_EPOCH
export const nextFencing = (epoch: number, last: number): number => Math.max(fencingFloor(epoch), last) + 1
