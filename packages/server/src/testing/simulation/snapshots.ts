import type { Opening } from '../../exchange/branch.ts'
import type { LogRecord } from '../../exchange/log-record.ts'
import { keptOf } from '../../exchange/superseding.ts'
import { allOf, type Base, type Copy, type Fault, openingsOf, quickHash } from './copies.ts'
import type { RegionOp } from './region-state.ts'

/** Snapshots of simulated logs: which records they leave out the product's own rules say. */

export interface Snapshot {
  /** The record by which the writer vouches for it. */
  readonly checkpoint: LogRecord
  readonly base: Base
}

/** Beside the copy, by the checkpoint: asked for again and again while readers come. */
const made = new WeakMap<LogRecord, Base>()

/** The newest snapshot of this copy that goes beyond a number; checked against what its writer signed. */
export const snapshotOf = (copy: Copy, above: number, fault: Fault, differs: () => void): Snapshot | null => {
  const checkpoint = copy.records.findLast(({ kind }) => kind === 'checkpoint-made')
  const op = checkpoint === undefined ? undefined : (checkpoint.body as { readonly op: RegionOp }).op
  if (checkpoint === undefined || op?.kind !== 'checkpoint-made' || op.upto <= above) return null
  const known = made.get(checkpoint)
  if (known !== undefined) return { checkpoint, base: known }
  // Made by whoever wrote what it stands for, and not across an epoch.
  if (op.epoch !== checkpoint.epoch || op.upto < (copy.base?.upto ?? 0)) return null
  const kept = keptUpTo(copy, op.upto, fault)
  if (digestOf(kept) !== op.digest) {
    differs()
    return null
  }
  const openings = openingsOf(copy).filter(({ seq }: Opening) => seq <= op.upto)
  const base = { upto: op.upto, openings, kept }
  made.set(checkpoint, base)
  return { checkpoint, base }
}

export const digestOf = (records: readonly LogRecord[]): string => quickHash(records.map(({ hash }) => hash).join())

export const keptUpTo = (copy: Copy, upto: number, fault: Fault): readonly LogRecord[] => {
  const records = allOf(copy).filter(({ seq }) => seq <= upto)
  const kept = keptOf(records.map(asProduct), new Date(0)).map(({ record }) => record)
  return fault === 'snapshot-of-too-little'
    ? kept.filter(({ kind }, index) => kind !== 'slot-held' || index === kept.length - 1)
    : kept
}

/** What a hospital says of a slot is its whole state, as in the product; of all else every record counts. */
const asProduct = (record: LogRecord) => {
  const { op } = record.body as { readonly op: RegionOp }
  return op.kind === 'slot-vouched'
    ? { record, kind: 'slot-stated', subject: op.slotId, body: {}, at: record.at }
    : { record, kind: record.kind, subject: record.subject, body: {}, at: record.at }
}
