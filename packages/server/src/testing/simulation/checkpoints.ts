import type { CellId } from '../../exchange/log-record.ts'
import { type Cell, commit, writes } from './cell.ts'
import { type Copy, type Fault, lastOf } from './copies.ts'
import { digestOf, keptUpTo } from './snapshots.ts'
import type { Watcher } from './watcher.ts'

/** Records between two checkpoints of a log. */
const EVERY = 10

/** The writer vouches for what its log is up to its last number. */
export const makeCheckpoint = (cell: Cell, origin: CellId, copy: Copy, fault: Fault, watcher: Watcher): void => {
  if (!writes(cell, origin) || copy.records.length < EVERY) return
  if (copy.records.slice(-EVERY).some(({ kind }) => kind === 'checkpoint-made')) return
  const last = lastOf(copy)
  if (last === undefined || copy.outbox.some(({ op }) => op.kind === 'checkpoint-made')) return
  const digest = digestOf(keptUpTo(copy, last.seq, fault))
  commit(cell, origin, { kind: 'checkpoint-made', upto: last.seq, epoch: last.epoch, digest }, watcher)
}
