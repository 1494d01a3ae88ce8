import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type { Db } from '../platform/db.ts'
import { type Answering, makeAnswering, type Sink } from './answer.service.ts'
import { newestEpoch } from './branch.ts'
import { runTaker, snapshotTaker, type TakenBy, type Taker } from './carried.service.ts'
import { servedCheckpoints } from './checkpoint.sql.ts'
import { branchOf, type LogRow, listLogs, planned } from './log.sql.ts'
import type { CellId } from './log-record.ts'
import type { MarkKeeper } from './mark.service.ts'
import { makeSnapshotAnswering, type SnapshotAnswering } from './snapshot.answer.service.ts'
import { beginsSnapshot } from './snapshot-lines.ts'

/** One file of records is at most about this long before compression: it fits on any stick and in any mail. */
const FILE_CHARS = 32 * 1024 * 1024

export interface Exported {
  /** `snapshot`: of the records up to `to` those that still have an effect, as the log's writer signed it. */
  readonly what: 'records' | 'snapshot'
  readonly origin: CellId
  readonly file: string
  readonly from: number
  readonly to: number
}

export interface Exports {
  readonly files: readonly Exported[]
  /** Copies that begin later and have no snapshot to give yet: their files go on behind `upto`. */
  readonly lacking: readonly { readonly origin: CellId; readonly upto: number }[]
}

/**
 * Writes logs as files to be carried by hand, the same lines as over the network. Together they are the compressed, signed
 * segments of each log; every file can be checked by itself. A copy that begins later gives its snapshot first.
 * @param after number of the last record the other side has, by origin; absent: nothing
 */
export const exportLogs = async (
  db: Db,
  marks: MarkKeeper,
  self: CellId,
  origins: readonly CellId[] | undefined,
  after: ReadonlyMap<CellId, number>,
  folder: string,
): Promise<Exports> => {
  await mkdir(folder, { recursive: true })
  const parts = { db, self, asOf: () => null, raiseMark: marks.raise }
  const answering = makeAnswering(parts)
  const snapshots = makeSnapshotAnswering(parts)
  const rows = (await listLogs(planned(db))).filter(
    ({ origin, head }) => head !== null && (origins?.includes(origin) ?? true),
  )
  const files: Exported[] = []
  const lacking: Exports['lacking'][number][] = []
  for (const row of rows) {
    const { origin, base } = row
    let from = after.get(origin) ?? 0
    const end = row.head?.seq ?? 0
    if (row.openings.at(-1)?.writer === self) await marks.raise(origin, { epoch: newestEpoch(branchOf(row)), seq: end })
    if (from < base) {
      const snapshot = await exportSnapshot(db, snapshots, origin, from, folder)
      if (snapshot === undefined) lacking.push({ origin, upto: base })
      else files.push(snapshot)
      from = snapshot?.to ?? base
    }
    while (from < end) {
      const file = join(folder, `dure-${origin}-${numbered(from + 1)}.ndjson.gz`)
      const to = await exportOne(answering, { row, start: from }, file)
      files.push({ what: 'records', origin, file, from: from + 1, to })
      if (to <= from) break
      from = to
    }
  }
  return { files, lacking }
}

const numbered = (seq: number): string => String(seq).padStart(10, '0')

/** Whole in one file: a part of one could not be checked by itself. Its name comes before those of the records that follow. */
const exportSnapshot = async (
  db: Db,
  snapshots: SnapshotAnswering,
  origin: CellId,
  above: number,
  folder: string,
): Promise<Exported | undefined> => {
  const [newest] = await servedCheckpoints(planned(db), origin)
  if (newest === undefined) return undefined
  const { seq: checkpoint, upto: to } = newest
  const file = join(folder, `dure-${origin}-${numbered(to)}-snapshot.ndjson.gz`)
  const wanted = { origin, checkpoint, piece: 0, above }
  const given = await writeFileOf(file, (sink) => snapshots.send(wanted, sink, Number.POSITIVE_INFINITY))
  if (given) return { what: 'snapshot', origin, file, from: 1, to }
  await rm(file)
  return undefined
}

const exportOne = async (
  answering: Answering,
  part: { readonly row: LogRow; readonly start: number },
  file: string,
): Promise<number> => {
  let to = part.start
  await writeFileOf(file, ({ write }) =>
    answering.send(
      [part],
      {
        write: (text) => {
          for (const match of text.matchAll(/^\{"signed":"\d\d","seq":(\d+)/gm)) to = Math.max(to, Number(match[1]))
          return write(text)
        },
      },
      FILE_CHARS,
    ),
  )
  return to
}

/** What `send` writes, compressed, in a file. */
const writeFileOf = async <R>(file: string, send: (sink: Sink) => Promise<R>): Promise<R> => {
  const gzip = createGzip()
  const written = pipeline(gzip, createWriteStream(file))
  const write = async (text: string): Promise<void> => {
    if (!gzip.write(text)) await new Promise<void>((resolve) => gzip.once('drain', () => resolve()))
  }
  const sent = await send({ write })
  gzip.end()
  await written
  return sent
}

export interface Imported {
  readonly took: number
  /** The file ended where it said it would. */
  readonly whole: boolean
  readonly fault: string | null
}

/** Takes a carried file: the same readers, the same checks and the same order as over the network. */
export const importFile = async (file: string, by: TakenBy): Promise<Imported> => {
  const source = createReadStream(file)
  const unpacked = file.endsWith('.gz') ? source.pipe(createGunzip()) : source
  source.on('error', (error) => unpacked.destroy(error))
  let taker: Taker | undefined
  const ended = (fault: string | null): Imported => {
    const { took, whole } = taker?.taken() ?? { took: 0, whole: false }
    return fault === null && !whole
      ? { took, whole, fault: 'cut-off' }
      : { took, whole: whole && fault === null, fault }
  }
  try {
    for await (const line of createInterface({ input: unpacked, crlfDelay: Number.POSITIVE_INFINITY })) {
      taker ??= beginsSnapshot(line) ? snapshotTaker(by) : runTaker(by)
      const fault = await taker.line(line)
      if (fault !== null) return ended(fault)
    }
  } catch (error) {
    return ended((await taker?.rest()) ?? (error instanceof Error ? error.message : 'unreadable'))
  }
  return ended((await taker?.rest()) ?? null)
}
