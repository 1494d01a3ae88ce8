import type { Opening } from './branch.ts'
import { EPOCH_OPENED, type LogRecord, type LogView } from './log-record.ts'

/**
 * What a reader does with a record it was given.
 * - `apply`: it is the next one. `have`: we have it. `wait`: something before it is missing. `other-branch`: not of the log we follow.
 * - `fork`: two different records claim one place of one epoch. Nothing more of this origin is taken until people have looked.
 * - `refuse`: not what it says it is.
 */
export type Intake =
  | { readonly take: 'apply' | 'have' | 'wait' | 'other-branch' }
  | { readonly take: 'fork'; readonly seq: number }
  | { readonly take: 'refuse'; readonly why: 'hash-does-not-fit' }

/** Hash the first record of a log points at. */
export const GENESIS_HASH = '0'.repeat(64)

/**
 * Decides on one record. The caller has verified the batch's signature, has cut its copy back to what it shares with the branch it
 * follows (branch.ts), and passes the record's recomputed hash. Applying only `have + 1` makes delivery idempotent and the order of
 * arrival irrelevant: a record is taken once, in its place, or not at all.
 * @param followed openings of the newest branch we know of; our copy is a beginning of it
 */
export const decideIntake = (
  view: LogView,
  followed: readonly Opening[],
  record: LogRecord,
  recomputedHash: string,
): Intake => {
  if (recomputedHash !== record.hash) return { take: 'refuse', why: 'hash-does-not-fit' }
  if (!isOfBranch(followed, record)) return { take: 'other-branch' }
  const head = view.head ?? { seq: 0, hash: GENESIS_HASH }
  if (record.seq > head.seq + 1) return { take: 'wait' }
  if (record.seq === head.seq + 1) {
    return record.prevHash === head.hash ? { take: 'apply' } : { take: 'fork', seq: head.seq }
  }
  const ours = record.seq === head.seq ? head.hash : view.hashAt(record.seq)
  return ours === undefined || ours === record.hash ? { take: 'have' } : { take: 'fork', seq: record.seq }
}

/** Its epoch is the one the branch is in at this place, and it opens that epoch if and only if it stands where the branch opens it. */
const isOfBranch = (followed: readonly Opening[], { epoch, seq, kind }: LogRecord): boolean => {
  const current = followed.findLast((opening) => opening.seq <= seq)
  return current?.epoch === epoch && (current.seq === seq) === (kind === EPOCH_OPENED)
}
