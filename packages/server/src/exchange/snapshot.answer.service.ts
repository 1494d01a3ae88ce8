import { ANSWER_CHARS, type AnswerParts, type Sink } from './answer.service.ts'
import { newestEpoch } from './branch.ts'
import { type ServedCheckpoint, servedCheckpoints } from './checkpoint.sql.ts'
import { lineAt, type RecordLine } from './lines.sql.ts'
import { branchOf, findLogs, type LogRow, planned } from './log.sql.ts'
import type { CellId } from './log-record.ts'
import { snapshotLines } from './snapshot.sql.ts'
import { pieceLine, piecesLines, snapshotLine } from './snapshot-lines.ts'
import { endLine, headLine, signedLine } from './wire.ts'

/** Which snapshot is asked for. */
export interface SnapshotAsk {
  readonly origin: CellId
  /** Number of the checkpoint's record: the one a part of which is there already. Absent: the newest. */
  readonly checkpoint: number | undefined
  /** The first piece that is wanted; 0 with everything that comes before the pieces. */
  readonly piece: number
  /** Nothing is wanted that does not go beyond this number. */
  readonly above: number
}

export interface SnapshotAnswering {
  /** Writes pieces, about {@link ANSWER_CHARS} of them; `false`, and nothing written, when there is no such snapshot here. */
  send(ask: SnapshotAsk, sink: Sink, limitChars?: number): Promise<boolean>
}

export const makeSnapshotAnswering = ({ db: database, self, asOf, raiseMark }: AnswerParts): SnapshotAnswering => {
  const db = planned(database)

  const send: SnapshotAnswering['send'] = async (wanted, sink, limitChars = ANSWER_CHARS) => {
    const { origin, checkpoint, piece, above } = wanted
    const [row] = await findLogs(db, [origin])
    const served = await servedCheckpoints(db, origin)
    const one = checkpoint === undefined ? served[0] : served.find(({ seq }) => seq === checkpoint)
    if (row === undefined || row.stoppedAt !== null || one === undefined) return false
    if (one.upto <= above || piece >= one.pieces.length) return false
    if (row.openings.at(-1)?.writer === self)
      await raiseMark(origin, { epoch: newestEpoch(branchOf(row)), seq: row.head?.seq ?? 0 })
    if (piece === 0) {
      const manifest = await manifestOf(row, one)
      if (manifest === undefined) return false
      await sink.write(manifest)
    }
    await sendPieces(one, piece, sink, limitChars)
    return true
  }

  const signedAt = async (origin: CellId, seq: number): Promise<Signed | undefined> => {
    const line = await lineAt(db, origin, seq)
    return line === undefined || line.signature === null ? undefined : { ...line, signature: line.signature }
  }

  const manifestOf = async (row: LogRow, { seq, upto, pieces }: ServedCheckpoint): Promise<string | undefined> => {
    const { origin } = row
    const checkpoint = await signedAt(origin, seq)
    const newest = await signedAt(origin, row.openings.at(-1)?.seq ?? 0)
    if (checkpoint === undefined || newest === undefined) return undefined
    const known = origin === self ? new Date() : asOf(origin)
    let text = snapshotLine(origin, checkpoint.line, checkpoint.signature)
    text += headLine({ origin, end: row.head?.seq ?? 0, base: row.base, asOf: known }, newest)
    text += piecesLines(pieces)
    for (const opening of row.openings) {
      if (opening.seq > upto) continue
      const line = await signedAt(origin, opening.seq)
      if (line === undefined) return undefined
      text += `${line.line}\n${signedLine(origin, opening.seq, line.signature)}`
    }
    return text
  }

  const sendPieces = async (
    { origin, upto, pieces }: ServedCheckpoint,
    from: number,
    sink: Sink,
    limit: number,
  ): Promise<void> => {
    const read = (at: number) => snapshotLines(db, origin, upto, pieces[at - 1]?.[0] ?? 0, pieces[at]?.[0] ?? 0)
    let chars = 0
    for (let at = from; at < pieces.length; at += 1) {
      if (chars >= limit) return sink.write(endLine(true))
      const text = pieceLine(at) + (await read(at))
      chars += text.length
      await sink.write(text)
    }
    await sink.write(endLine(false))
  }

  return { send }
}

interface Signed extends RecordLine {
  readonly signature: string
}

/** Absent when it is none. */
export const readSnapshotAsk = (query: URLSearchParams): SnapshotAsk | undefined => {
  const origin = query.get('log') ?? ''
  const checkpoint = query.get('checkpoint')
  const piece = query.get('piece') ?? '0'
  const above = query.get('above') ?? '0'
  if (!/^\d{2}$/.test(origin) || !/^\d{1,9}$/.test(piece) || !/^\d{1,15}$/.test(above)) return undefined
  if (checkpoint !== null && !/^[1-9]\d{0,14}$/.test(checkpoint)) return undefined
  const which = checkpoint === null ? undefined : Number(checkpoint)
  return { origin, checkpoint: which, piece: Number(piece), above: Number(above) }
}

export const writeSnapshotAsk = ({ origin, checkpoint, piece, above }: SnapshotAsk): string =>
  `log=${origin}${checkpoint === undefined ? '' : `&checkpoint=${checkpoint}`}&piece=${piece}&above=${above}`
