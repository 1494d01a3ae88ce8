import { createHash } from 'node:crypto'
import { z } from 'zod'
import { sha256 } from '../platform/canonical.ts'
import { type Branch, commonEnd, type Opening } from './branch.ts'
import type { Directory } from './directory.ts'
import type { CellId, LogRecord } from './log-record.ts'
import { isSignedBy, type KnownOpening, openedBody, openingRefusal } from './opening.ts'
import { CHECKPOINT_MADE } from './superseding.ts'

/**
 * A snapshot travels in pieces, each checked by itself: the number of its last record, and SHA-256 over the hashes of its records, in
 * order. A record's own hash covers all it says, so nothing in a piece can be changed, left out, added or moved.
 */
export type Piece = readonly [to: number, digest: string]

/** Records of one piece. Own choice: docs/sources/exchange.md. */
export const PIECE_RECORDS = 500

/** Body of the record by which a log's writer vouches for a snapshot. It is numbered alone, so that it has a signature of its own. */
const CheckpointBody = z.object({
  /** Number, epoch and hash of the last record that the snapshot stands for. */
  upto: z.int().positive(),
  epoch: z.int().positive(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** By which rules records were left out. */
  rules: z.string().min(1).max(64),
  /** What ends by age and was said before this was left out. Never earlier than in the checkpoint before. */
  agedBefore: z.iso.datetime(),
  /** How many records the snapshot has, in how many pieces, and SHA-256 over the pieces. */
  records: z.int().positive(),
  pieces: z.int().positive(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
})
export type CheckpointBody = z.infer<typeof CheckpointBody>

export const checkpointBody = ({ kind, epoch, seq, body }: LogRecord): CheckpointBody | undefined => {
  if (kind !== CHECKPOINT_MADE) return undefined
  const read = CheckpointBody.safeParse(body)
  // Made by whoever wrote what it stands for: a new epoch makes its own, later.
  return read.success && read.data.upto < seq && read.data.epoch === epoch ? read.data : undefined
}

const HASH_BYTES = 32

export const digestOf = (hashes: readonly string[]): string =>
  sha256(Buffer.from(hashes.join(''), 'hex')).toString('hex')

/** Over all pieces: what the writer signs. */
export const piecesDigest = (pieces: readonly Piece[]): string =>
  sha256('dure snapshot 1\n', pieces.map(([to, digest]) => `${to}:${digest}\n`).join('')).toString('hex')

/** Cuts the hashes of a snapshot, given in order, into pieces. */
export const makePieceCutter = () => {
  const pieces: Piece[] = []
  let hash = createHash('sha256')
  let inPiece = 0
  let records = 0
  let last = 0
  const cut = () => {
    pieces.push([last, hash.digest('hex')])
    hash = createHash('sha256')
    inPiece = 0
  }
  return {
    take: (seq: number, recordHash: Uint8Array): void => {
      if (recordHash.length !== HASH_BYTES) throw new Error(`Record ${seq} has no hash`)
      hash.update(recordHash)
      last = seq
      inPiece += 1
      records += 1
      if (inPiece === PIECE_RECORDS) cut()
    },
    end: (): { readonly pieces: readonly Piece[]; readonly records: number } => {
      if (inPiece > 0) cut()
      return { pieces, records }
    },
  }
}

/** Why a snapshot is not taken. Everything refused is counted by this name. */
export type SnapshotRefusal =
  | 'hash-does-not-fit'
  | 'not-a-checkpoint'
  | 'not-signed'
  | 'opening-refused'
  | 'pieces-do-not-fit'
  | 'snapshot-not-newer'
  | 'snapshot-of-another-branch'
  | 'snapshot-changed'
  | 'written-here'

/** What comes before the pieces of a snapshot. */
export interface Manifest {
  readonly origin: CellId
  readonly checkpoint: LogRecord
  readonly checkpointRecomputed: string
  readonly signature: Buffer
  readonly pieces: readonly Piece[]
  /** Openings of the epochs up to it, signed one by one: who may sign the checkpoint follows from them. */
  readonly openings: readonly SignedOpening[]
}
export interface SignedOpening {
  readonly record: LogRecord
  readonly recomputed: string
  readonly signature: Buffer
}

/** A copy as far as deciding on a snapshot needs it. */
export interface SnapshotView {
  readonly branch: Branch
  /** Openings of the newest branch known. */
  readonly followed: readonly Opening[]
  readonly written: boolean
}

export type Judged =
  | { readonly ok: true; readonly body: CheckpointBody; readonly openings: readonly KnownOpening[] }
  | { readonly ok: false; readonly why: SnapshotRefusal }
const no = (why: SnapshotRefusal): Judged => ({ ok: false, why })

/**
 * May this snapshot be begun with? Only if whoever wrote the log then signed it, if it is of the branch that is followed, and if it
 * goes beyond what is here. An old one, a forged one and one of a branch that was given up are refused alike.
 */
export const judgeManifest = (manifest: Manifest, view: SnapshotView, directory: Directory): Judged => {
  const { checkpoint, signature, pieces } = manifest
  if (manifest.checkpointRecomputed !== checkpoint.hash || checkpoint.origin !== manifest.origin)
    return no('hash-does-not-fit')
  const body = checkpointBody(checkpoint)
  if (body === undefined) return no('not-a-checkpoint')
  const openings = judgeOpenings(manifest, body, directory)
  if (openings === undefined) return no('opening-refused')
  const writer = openings.at(-1)?.writer
  if (writer === undefined || !isSignedBy(directory, writer, checkpoint, signature)) return no('not-signed')
  if (!fitTogether(pieces, body)) return no('pieces-do-not-fit')
  if (view.written) return no('written-here')
  if (body.upto <= view.branch.end) return no('snapshot-not-newer')
  const theirs = { openings: openings.map(({ epoch, seq }) => ({ epoch, seq })), end: checkpoint.seq }
  return isOfBranch(theirs, view) ? { ok: true, body, openings } : no('snapshot-of-another-branch')
}

/** Is a log of this shape, up to the checkpoint, of the branch that is followed, and does it go on from what is here? */
export const isOfBranch = (theirs: Branch, { branch, followed }: Pick<SnapshotView, 'branch' | 'followed'>): boolean =>
  commonEnd(theirs, { openings: followed, end: Number.MAX_SAFE_INTEGER }) === theirs.end &&
  commonEnd(theirs, branch) === branch.end

const fitTogether = (pieces: readonly Piece[], { upto, records, digest, pieces: count }: CheckpointBody): boolean =>
  pieces.length === count &&
  count === Math.ceil(records / PIECE_RECORDS) &&
  pieces.every(([to], index) => to > (pieces[index - 1]?.[0] ?? 0)) &&
  pieces.at(-1)?.[0] === upto &&
  piecesDigest(pieces) === digest

/** Each opening by itself, and all together the shape that the last of them states. */
const judgeOpenings = (
  { origin, openings }: Manifest,
  { epoch, upto }: CheckpointBody,
  directory: Directory,
): readonly KnownOpening[] | undefined => {
  const known: KnownOpening[] = []
  for (const { record, recomputed, signature } of openings) {
    const body = openedBody(record)
    if (body === undefined || record.origin !== origin || recomputed !== record.hash || record.seq > upto)
      return undefined
    if (openingRefusal(record, signature, known.at(-1)?.epoch ?? 0, directory) !== null) return undefined
    known.push({ epoch: record.epoch, seq: record.seq, writer: body.writer, reason: body.reason })
    const shape = body.openings
    if (shape.length !== known.length) return undefined
    if (shape.some((one, at) => one.epoch !== known[at]?.epoch || one.seq !== known[at]?.seq)) return undefined
  }
  return known.at(-1)?.epoch === epoch ? known : undefined
}

/** Is this the piece that stands at this place? */
export const isPiece = (
  pieces: readonly Piece[],
  at: number,
  origin: CellId,
  records: readonly LogRecord[],
  recomputed: readonly string[],
): boolean => {
  const piece = pieces[at]
  const after = pieces[at - 1]?.[0] ?? 0
  return (
    piece !== undefined &&
    records.length > 0 &&
    records.every((record, index) => {
      const before = records[index - 1]?.seq ?? after
      return record.origin === origin && record.hash === recomputed[index] && record.seq > before
    }) &&
    records.at(-1)?.seq === piece[0] &&
    digestOf(recomputed) === piece[1]
  )
}
