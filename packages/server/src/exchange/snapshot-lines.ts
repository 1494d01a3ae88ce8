import { type Manifest, PIECE_RECORDS, type Piece, type SignedOpening } from './checkpoint.ts'
import type { CellId, LogRecord } from './log-record.ts'
import { type LogHeadLine, type Members, parseLine, readLine, readRecord, recompute } from './wire.ts'

/**
 * How a snapshot travels, over the network and in files: one JSON object a line.
 *
 *     {"snapshot":"28","checkpoint":{…a record…},"signature":"…"}     what its writer signed
 *     {"log":"28",…}                                                  the log's newest opening, as before records (wire.ts)
 *     {"pieces":[[812,"…"],[1930,"…"]]}                               the last number and the digest of each piece
 *     {…an opening…} {"signed":"28",…}                                each epoch's opening up to the checkpoint, with its signature
 *     {"piece":0} {…records…} {"piece":1} …                           the records
 *     {"end":true,"more":false}
 *
 * An answer to "from piece 7 on" begins with that piece. A piece counts once the line behind it has come and its digest fits.
 */
export type SnapshotStep =
  | { readonly type: 'head'; readonly head: LogHeadLine }
  | { readonly type: 'manifest'; readonly manifest: Manifest }
  | { readonly type: 'piece'; readonly piece: ArrivedPiece }
  | { readonly type: 'end'; readonly more: boolean }

export interface ArrivedPiece {
  readonly at: number
  readonly records: readonly LogRecord[]
  /** Hash of each, computed here. */
  readonly recomputed: readonly string[]
  /** As they came. */
  readonly lines: readonly string[]
}

export type SnapshotFault = 'not-a-line' | 'out-of-place' | 'too-large' | 'after-the-end'

/** Pieces of one snapshot, and of one line that names them. */
const MAX_PIECES = 20_000
const PIECES_A_LINE = 1_000
const MAX_OPENINGS = 200

/** Does a file with this first line carry a snapshot? */
export const beginsSnapshot = (line: string): boolean => line.startsWith('{"snapshot":')

export const snapshotLine = (origin: CellId, checkpoint: string, signature: string): string =>
  `{"snapshot":"${origin}","checkpoint":${checkpoint},"signature":"${signature}"}\n`

export const piecesLines = (pieces: readonly Piece[]): string => {
  let text = ''
  for (let at = 0; at < pieces.length; at += PIECES_A_LINE)
    text += `{"pieces":${JSON.stringify(pieces.slice(at, at + PIECES_A_LINE))}}\n`
  return text
}

export const pieceLine = (at: number): string => `{"piece":${at}}\n`

/** Makes steps from lines. */
export const makeSnapshotReader = () => {
  let begun: Omit<Manifest, 'pieces' | 'openings'> | undefined
  let given = false
  let ended = false
  const pieces: Piece[] = []
  const openings: SignedOpening[] = []
  let opening: Omit<SignedOpening, 'signature'> | undefined
  let piece: { at: number; records: LogRecord[]; recomputed: string[]; lines: string[] } | undefined

  const closePiece = (): SnapshotStep[] => {
    const closed = piece
    piece = undefined
    return closed === undefined ? [] : [{ type: 'piece', piece: closed }]
  }
  const closeManifest = (): SnapshotStep[] => {
    if (begun === undefined || given) return []
    given = true
    return [{ type: 'manifest', manifest: { ...begun, pieces, openings } }]
  }

  const begin = (value: Members): readonly SnapshotStep[] | SnapshotFault => {
    if (begun !== undefined || piece !== undefined) return 'out-of-place'
    const { snapshot: origin, checkpoint: raw, signature } = value
    const checkpoint = typeof raw === 'object' && raw !== null ? readRecord(raw as Members) : undefined
    if (typeof origin !== 'string' || checkpoint === undefined || !isSignature(signature)) return 'not-a-line'
    const checkpointRecomputed = recompute(checkpoint)
    begun = { origin, checkpoint, checkpointRecomputed, signature: Buffer.from(signature, 'hex') }
    return []
  }

  const addPieces = ({ pieces: more }: Members): readonly SnapshotStep[] | SnapshotFault => {
    if (begun === undefined || given) return 'out-of-place'
    if (!Array.isArray(more) || !more.every(isPlaceAndDigest)) return 'not-a-line'
    if (pieces.length + more.length > MAX_PIECES) return 'too-large'
    pieces.push(...more)
    return []
  }

  const beginPiece = ({ piece: at }: Members): readonly SnapshotStep[] | SnapshotFault => {
    if (!Number.isSafeInteger(at) || (at as number) < 0 || opening !== undefined) return 'not-a-line'
    const steps = [...closeManifest(), ...closePiece()]
    piece = { at: at as number, records: [], recomputed: [], lines: [] }
    return steps
  }

  const common = (line: string): readonly SnapshotStep[] | SnapshotFault => {
    const read = readLine(line)
    switch (read?.type) {
      case undefined:
        return 'not-a-line'
      case 'log':
        return begun === undefined || given ? 'out-of-place' : [{ type: 'head', head: read.head }]
      case 'record':
        if (piece !== undefined) {
          if (piece.records.length >= PIECE_RECORDS) return 'too-large'
          piece.records.push(read.record)
          piece.recomputed.push(read.recomputed)
          piece.lines.push(line)
          return []
        }
        if (begun === undefined || opening !== undefined) return 'out-of-place'
        opening = { record: read.record, recomputed: read.recomputed }
        return []
      case 'signed':
        if (opening?.record.seq !== read.seq || openings.length >= MAX_OPENINGS) return 'out-of-place'
        openings.push({ ...opening, signature: read.signature })
        opening = undefined
        return []
      case 'end':
        ended = true
        return [...closeManifest(), ...closePiece(), { type: 'end', more: read.more }]
    }
  }

  return (line: string): readonly SnapshotStep[] | SnapshotFault => {
    if (ended) return 'after-the-end'
    if (beginsSnapshot(line)) return own(line, begin)
    if (line.startsWith('{"pieces":')) return own(line, addPieces)
    if (line.startsWith('{"piece":')) return own(line, beginPiece)
    return common(line)
  }
}

const own = (
  line: string,
  take: (value: Members) => readonly SnapshotStep[] | SnapshotFault,
): readonly SnapshotStep[] | SnapshotFault => {
  const value = parseLine(line)
  return value === undefined ? 'not-a-line' : take(value)
}

const isSignature = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{128}$/.test(value)

const isPlaceAndDigest = (value: unknown): value is Piece =>
  Array.isArray(value) &&
  value.length === 2 &&
  Number.isSafeInteger(value[0]) &&
  typeof value[1] === 'string' &&
  /^[0-9a-f]{64}$/.test(value[1])
