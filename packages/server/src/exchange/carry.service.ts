import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type { Db } from '../platform/db.ts'
import { type Answering, makeAnswering } from './answer.service.ts'
import { newestEpoch } from './branch.ts'
import type { Intake, Taken } from './intake.service.ts'
import { branchOf, listLogs, planned } from './log.sql.ts'
import type { CellId } from './log-record.ts'
import type { MarkKeeper } from './mark.service.ts'
import { makeRunReader, type Step } from './runs.ts'
import { MAX_LINE_CHARS, readLine } from './wire.ts'

/** One file carries at most about this much before compression: it fits on any stick and in any mail. */
const FILE_CHARS = 32 * 1024 * 1024

export interface Exported {
  readonly origin: CellId
  readonly file: string
  readonly from: number
  readonly to: number
}

/**
 * Writes logs as files to be carried by hand, the same lines as over the network. Together they are the compressed, signed
 * segments of each log; every file can be checked by itself.
 * @param after number of the last record the other side has, by origin; absent: nothing
 */
export const exportLogs = async (
  db: Db,
  marks: MarkKeeper,
  self: CellId,
  origins: readonly CellId[] | undefined,
  after: ReadonlyMap<CellId, number>,
  folder: string,
): Promise<readonly Exported[]> => {
  await mkdir(folder, { recursive: true })
  const answering = makeAnswering({ db, self, asOf: () => null, raiseMark: marks.raise })
  const rows = (await listLogs(planned(db))).filter(
    ({ origin, head }) => head !== null && (origins?.includes(origin) ?? true),
  )
  const files: Exported[] = []
  for (const row of rows) {
    let from = after.get(row.origin) ?? 0
    const end = row.head?.seq ?? 0
    if (row.openings.at(-1)?.writer === self)
      await marks.raise(row.origin, { epoch: newestEpoch(branchOf(row)), seq: end })
    while (from < end) {
      const name = `dure-${row.origin}-${String(from + 1).padStart(10, '0')}.ndjson.gz`
      const to = await exportOne(answering, { row, start: from }, join(folder, name))
      files.push({ origin: row.origin, file: join(folder, name), from: from + 1, to })
      if (to <= from) break
      from = to
    }
  }
  return files
}

type Part = Awaited<ReturnType<Answering['look']>>['parts'][number]

const exportOne = async (answering: Answering, part: Part, file: string): Promise<number> => {
  const gzip = createGzip()
  const written = pipeline(gzip, createWriteStream(file))
  let to = part.start
  const sink = {
    write: async (text: string) => {
      for (const match of text.matchAll(/^\{"signed":"\d\d","seq":(\d+)/gm)) to = Math.max(to, Number(match[1]))
      if (!gzip.write(text)) await new Promise<void>((resolve) => gzip.once('drain', () => resolve()))
    },
  }
  await answering.send([part], sink, FILE_CHARS)
  gzip.end()
  await written
  return to
}

export interface Imported {
  readonly took: number
  /** The file ended where it said it would. */
  readonly whole: boolean
  readonly fault: string | null
}

/** Takes a carried file: the same reader, the same checks and the same order as over the network. */
export const importFile = async (file: string, intake: Intake): Promise<Imported> => {
  const reader = makeRunReader()
  let count = 0
  let whole = false
  const takeSteps = async (steps: readonly Step[]): Promise<string | null> => {
    for (const step of steps) {
      if (step.type === 'end') whole = true
      const taken: Taken | undefined =
        step.type === 'head'
          ? await intake.header(step.head)
          : step.type === 'run'
            ? await intake.run(step.run)
            : undefined
      count += taken?.took ?? 0
      if (taken?.refused !== undefined) return taken.refused
      if (taken?.stopped !== undefined) return `stopped: ${taken.stopped}`
    }
    return null
  }
  const source = createReadStream(file)
  const unpacked = file.endsWith('.gz') ? source.pipe(createGunzip()) : source
  source.on('error', (error) => unpacked.destroy(error))
  try {
    for await (const line of createInterface({ input: unpacked, crlfDelay: Number.POSITIVE_INFINITY })) {
      const read = line.length > MAX_LINE_CHARS ? undefined : readLine(line)
      const steps = read === undefined ? 'not-a-line' : reader.take(read)
      const fault = typeof steps === 'string' ? steps : await takeSteps(steps)
      if (fault !== null) return { took: count, whole: false, fault }
    }
  } catch (error) {
    const fault = (await takeSteps(reader.rest())) ?? (error instanceof Error ? error.message : 'unreadable')
    return { took: count, whole: false, fault }
  }
  const fault = await takeSteps(reader.rest())
  return { took: count, whole, fault: fault ?? (whole ? null : 'cut-off') }
}
