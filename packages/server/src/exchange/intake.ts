import { EPOCH_OPENED, type LogRecord, type LogView } from './log-record.ts'

/**
 * What a reader does with a record it was given.
 * - `apply`: it is the next one; `orphans` > 0 says how many records at our end the origin has given up (it came back older).
 * - `have`: we have it. `wait`: something before it is missing. `orphan`: of a branch that was given up.
 * - `fork`: two different records claim one place. Nothing more of this origin is taken until people have looked.
 * - `refuse`: not what it says it is.
 */
export type Intake =
  | { readonly take: 'apply'; readonly orphans: number }
  | { readonly take: 'have' }
  | { readonly take: 'wait' }
  | { readonly take: 'orphan' }
  | { readonly take: 'fork'; readonly seq: number }
  | { readonly take: 'refuse'; readonly why: 'hash-does-not-fit' | 'epoch-was-not-opened' }

/** Hash the first record of a log points at. */
export const GENESIS_HASH = '0'.repeat(64)

/**
 * Decides on one record; the caller has verified the batch's signature and passes the record's recomputed hash.
 * Applying only `have + 1` makes delivery idempotent and order of arrival irrelevant: a record is taken once, in its place, or not at all.
 */
export const decideIntake = (view: LogView, record: LogRecord, recomputedHash: string): Intake => {
  if (recomputedHash !== record.hash) return { take: 'refuse', why: 'hash-does-not-fit' }
  const head = view.head ?? { epoch: 0, seq: 0, hash: GENESIS_HASH }
  if (record.epoch > head.epoch) return intakeOfNewEpoch(view, head, record)
  if (record.seq > head.seq) return record.epoch === head.epoch ? intakeOfNext(head, record) : { take: 'orphan' }
  const ours = view.hashAt(record.seq)
  if (ours === record.hash) return { take: 'have' }
  if (record.epoch < head.epoch) return { take: 'orphan' }
  return ours === undefined ? { take: 'have' } : { take: 'fork', seq: record.seq }
}

const intakeOfNext = (head: { readonly seq: number; readonly hash: string }, record: LogRecord): Intake => {
  if (record.seq !== head.seq + 1) return { take: 'wait' }
  return record.prevHash === head.hash ? { take: 'apply', orphans: 0 } : { take: 'fork', seq: head.seq }
}

/** A higher epoch may begin below our end: the origin was restored, or a neighbour stood in from what it had. */
const intakeOfNewEpoch = (
  view: LogView,
  head: { readonly seq: number; readonly hash: string },
  record: LogRecord,
): Intake => {
  const forkSeq = record.seq - 1
  if (forkSeq > head.seq) return { take: 'wait' }
  if (record.kind !== EPOCH_OPENED) return { take: 'refuse', why: 'epoch-was-not-opened' }
  const ours = forkSeq === 0 ? GENESIS_HASH : forkSeq === head.seq ? head.hash : view.hashAt(forkSeq)
  if (ours !== record.prevHash) return { take: 'fork', seq: forkSeq }
  return { take: 'apply', orphans: head.seq - forkSeq }
}
