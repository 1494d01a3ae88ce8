import type { Branch, Following, Opening } from '../../exchange/branch.ts'
import { EPOCH_OPENED, type LogRecord } from '../../exchange/log-record.ts'
import type { RegionOp, RegionState } from './region-state.ts'

/** A copy of one region's log with what it folds to. For a region this cell writes, `state` includes what is not numbered yet. */
export interface Copy {
  /** Those behind the base, or all. */
  readonly records: LogRecord[]
  /** The snapshot with which this copy began; null: with the first record. */
  base: Base | null
  /** Openings of the newest branch known; the records are a beginning of it. */
  following: Following
  /** Newest epoch of which we held records that we gave up. Nothing is written in it again: its numbers may be taken. */
  gaveUp: number
  state: RegionState
  /** Decided and committed, waiting for its number. */
  outbox: Pending[]
}
/** Of the records up to a number those that still have an effect; the last one is the one at that number. */
export interface Base {
  readonly upto: number
  readonly openings: readonly Opening[]
  readonly kept: readonly LogRecord[]
}
export interface Pending {
  readonly id: string
  readonly op: RegionOp
}

export type Fault =
  | 'none'
  | 'last-write-wins'
  | 'cursor-on-identity'
  | 'no-epoch'
  | 'snapshot-without-its-tail'
  | 'snapshot-of-too-little'

export const lastOf = ({ records, base }: Copy): LogRecord | undefined => records.at(-1) ?? base?.kept.at(-1)
export const allOf = ({ records, base }: Copy): readonly LogRecord[] =>
  base === null ? records : [...base.kept, ...records]

export const quickHash = (text: string): string => {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    a = Math.imul(a ^ code, 2654435761)
    b = Math.imul(b ^ code, 1597334677)
  }
  return `${(a >>> 0).toString(16).padStart(8, '0')}${(b >>> 0).toString(16).padStart(8, '0')}`
}

/** Worked out once per state of the records: it is asked for with every message. */
const shapes = new WeakMap<readonly LogRecord[], { readonly lastHash: string; readonly branch: Branch }>()
export const branchOf = ({ records, base }: Copy): Branch => {
  const lastHash = `${base?.upto ?? 0}:${records.length}:${records.at(-1)?.hash ?? ''}`
  const known = shapes.get(records)
  if (known?.lastHash === lastHash) return known.branch
  const branch = {
    openings: [
      ...(base?.openings ?? []),
      ...records.flatMap(({ epoch, seq, kind }) => (kind === EPOCH_OPENED ? [{ epoch, seq }] : [])),
    ],
    end: records.reduce((most, { seq }) => Math.max(most, seq), base?.upto ?? 0),
  }
  shapes.set(records, { lastHash, branch })
  return branch
}

export const openingsOf = (copy: Copy): readonly Opening[] => branchOf(copy).openings
