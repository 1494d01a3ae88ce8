import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { CellId } from './log-record.ts'

/** How far a log had been shown to anybody outside: a record at or below this may be known elsewhere. */
export interface Mark {
  readonly epoch: number
  readonly seq: number
}
export type Marks = ReadonlyMap<CellId, Mark>

const MarkFile = z.record(z.string().regex(/^\d{2}$/), z.object({ epoch: z.int().min(0), seq: z.int().min(0) }))

/**
 * Kept in the data folder, outside the database: a database that was restored from a backup, or that lost its last moments, is behind
 * it, and then gives no number before a higher epoch is open. It is raised before a record is shown to anyone, so a database that is
 * not behind it has lost nothing that anybody saw. No fsync: what it guards against is a restore, minutes or days later; and a file
 * that is behind the database, after a power cut, only makes the check weaker for the records of its last seconds.
 */
export interface MarkKeeper {
  read(): Promise<Marks>
  /** Resolves when the file says at least this. */
  raise(origin: CellId, mark: Mark): Promise<void>
}

export const isBehind = (have: Mark, mark: Mark | undefined): boolean =>
  mark !== undefined && (have.seq < mark.seq || have.epoch < mark.epoch)

export const markFile = (dataDir: string): string => join(dataDir, 'oplog.mark')

/** One data folder belongs to one server process. */
export const makeMarkKeeper = (dataDir: string): MarkKeeper => {
  const file = markFile(dataDir)
  let marks: Map<CellId, Mark> | undefined
  let writing: Promise<void> = Promise.resolve()
  let written: Marks = new Map()

  const read = async (): Promise<Marks> => {
    marks ??= existsSync(file)
      ? new Map(Object.entries(MarkFile.parse(JSON.parse(await readFile(file, 'utf8')))))
      : new Map()
    return marks
  }

  const raise = async (origin: CellId, mark: Mark): Promise<void> => {
    await read()
    const known = marks?.get(origin)
    if (isBehind(known ?? { epoch: 0, seq: 0 }, mark))
      marks?.set(origin, {
        epoch: Math.max(known?.epoch ?? 0, mark.epoch),
        seq: Math.max(known?.seq ?? 0, mark.seq),
      })
    while (isBehind(written.get(origin) ?? { epoch: 0, seq: 0 }, mark)) await write()
  }

  /** Several who wait are served by one write. */
  const write = (): Promise<void> => {
    const turn = writing.then(async () => {
      const now = new Map(marks)
      if (sameMarks(now, written)) return
      await mkdir(dirname(file), { recursive: true })
      await writeFile(`${file}.new`, JSON.stringify(Object.fromEntries(now)), { mode: 0o600 })
      await rename(`${file}.new`, file)
      written = now
    })
    writing = turn.catch(() => undefined)
    return turn
  }

  return { read, raise }
}

const sameMarks = (one: Marks, other: Marks): boolean =>
  one.size === other.size &&
  [...one].every(([origin, { epoch, seq }]) => other.get(origin)?.epoch === epoch && other.get(origin)?.seq === seq)
