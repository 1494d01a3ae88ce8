import type { Db } from '../platform/db.ts'
import { isPiece, judgeManifest, type SignedOpening } from './checkpoint.ts'
import type { Directory } from './directory.ts'
import { planned } from './log.sql.ts'
import type { CellId } from './log-record.ts'
import { openedBody } from './opening.ts'
import { baseRecords, findBase } from './snapshot.sql.ts'
import { recompute } from './wire.ts'

/** What is known of a log before the record at which its chain is followed. */
export interface Start {
  readonly after: { readonly seq: number; readonly hash: string }
  readonly from: number
  readonly vouched: number
  readonly epoch: number
  readonly writer: CellId
  readonly signatures: number
  readonly openings: number
  readonly fault: { readonly seq: number; readonly what: string } | null
}

/**
 * Reads the snapshot a copy began with again: every hash, every piece, who was allowed to open each epoch, and the writer's signature
 * on the checkpoint. `undefined`: the copy began with record 1. What lies before the snapshot's end and is not of it is not looked at.
 */
export const verifySnapshot = async (db: Db, directory: Directory, origin: CellId): Promise<Start | undefined> => {
  const reads = planned(db)
  const base = await findBase(reads, origin)
  if (base === undefined) return undefined
  const openings: SignedOpening[] = []
  let last = { seq: 0, hash: '' }
  let vouched = 0
  const broken = (seq: number, what: string): Start => ({
    ...{ after: last, from: base.seq, vouched, epoch: 0, writer: origin, signatures: 0, openings: openings.length },
    fault: { seq, what },
  })
  for (const [at, [to]] of base.pieces.entries()) {
    const records = await baseRecords(reads, origin, base.pieces[at - 1]?.[0] ?? 0, to)
    const recomputed = records.map(({ record }) => recompute(record))
    if (
      !isPiece(
        base.pieces,
        at,
        origin,
        records.map(({ record }) => record),
        recomputed,
      )
    )
      return broken(to, 'piece-does-not-fit')
    for (const [index, { record, signature }] of records.entries())
      if (openedBody(record) !== undefined && signature !== null)
        openings.push({ record, recomputed: recomputed[index] ?? '', signature })
    const end = records.at(-1)?.record
    if (end !== undefined) last = { seq: end.seq, hash: end.hash }
    vouched += records.length
  }
  const manifest = { ...base, origin, checkpointRecomputed: recompute(base.checkpoint), openings }
  // By itself: a copy that has nothing yet, and follows the branch the snapshot is of.
  const shape = openings.map(({ record }) => ({ epoch: record.epoch, seq: record.seq }))
  const judged = judgeManifest(
    manifest,
    { branch: { openings: [], end: 0 }, followed: shape, written: false },
    directory,
  )
  if (!judged.ok) return broken(base.seq, judged.why)
  if (judged.body.hash !== last.hash || judged.body.upto !== last.seq) return broken(base.seq, 'pieces-do-not-fit')
  const newest = judged.openings.at(-1)
  return {
    ...{ after: last, from: base.seq, vouched, epoch: newest?.epoch ?? 0, writer: newest?.writer ?? origin },
    ...{ signatures: openings.length + 1, openings: openings.length, fault: null },
  }
}
