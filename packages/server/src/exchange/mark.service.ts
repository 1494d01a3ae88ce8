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

/** What is remembered of a log outside the database. */
export interface Remembered extends Mark {
  /** How far it had been numbered, written down about once a second: told to its own people, though perhaps to no other cell. */
  readonly numbered?: Mark | undefined
}
export type Marks = ReadonlyMap<CellId, Remembered>

const MarkLine = z.object({ epoch: z.int().min(0), seq: z.int().min(0) })
const MarkFile = z.record(z.string().regex(/^\d{2}$/), MarkLine.extend({ numbered: MarkLine.optional() }))
const NOTHING: Mark = { epoch: 0, seq: 0 }

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
  /** Where the log ends now. A promise its own people were told is remembered by this also when no other cell could be reached. */
  noteNumbered(origin: CellId, end: Mark): Promise<void>
}

const isBelow = (have: Mark, mark: Mark): boolean => have.seq < mark.seq || have.epoch < mark.epoch

/**
 * Has this database forgotten something that was shown to others, or numbered? A log that was cut back for a newer epoch is shorter
 * than the one that was numbered before, so only its own epoch's end counts.
 */
export const isBehind = (have: Mark, known: Remembered | undefined): boolean =>
  known !== undefined && (isBelow(have, known) || isBeforeEnd(have, known.numbered ?? NOTHING))

const isBeforeEnd = (have: Mark, end: Mark): boolean =>
  have.epoch < end.epoch || (have.epoch === end.epoch && have.seq < end.seq)

/** Records that were numbered or shown and that nobody had to give back. */
export const goneFrom = (have: Mark, known: Remembered | undefined): number =>
  Math.max(
    0,
    (known?.seq ?? 0) - have.seq,
    isBeforeEnd(have, known?.numbered ?? NOTHING) ? (known?.numbered?.seq ?? 0) - have.seq : 0,
  )

/** Who remembers: the running cell, or an export by hand, which may run beside it. */
const KEEPERS = ['cell', 'export'] as const
export type Keeper = (typeof KEEPERS)[number]

export const markFile = (dataDir: string, keeper: Keeper = 'cell'): string =>
  join(dataDir, keeper === 'cell' ? 'oplog.mark' : `oplog.mark.${keeper}`)

/** A file for each keeper: two processes that wrote one would undo what the other raised. What is remembered is the higher of both. */
export const makeMarkKeeper = (dataDir: string, keeper: Keeper = 'cell'): MarkKeeper => {
  const file = markFile(dataDir, keeper)
  let marks: Map<CellId, Remembered> | undefined
  let writing: Promise<void> = Promise.resolve()
  let written: Marks = new Map()

  const read = async (): Promise<Marks> => {
    marks ??= higherOf(await Promise.all(KEEPERS.map((one) => readMarks(markFile(dataDir, one)))))
    return marks
  }

  const raise = async (origin: CellId, mark: Mark): Promise<void> => {
    await read()
    const known = marks?.get(origin)
    if (isBelow(known ?? NOTHING, mark)) marks?.set(origin, higher(known, mark))
    while (isBelow(written.get(origin) ?? NOTHING, mark)) await write()
  }

  const noteNumbered: MarkKeeper['noteNumbered'] = async (origin, end) => {
    await read()
    const known = marks?.get(origin) ?? NOTHING
    if (!isBeforeEnd((known as Remembered).numbered ?? NOTHING, end)) return
    marks?.set(origin, { ...known, numbered: end })
    await write()
  }

  /** Several who wait are served by one write. */
  const write = (): Promise<void> => {
    const turn = writing.then(async () => {
      const now = new Map(marks)
      if (sameMarks(now, written)) return
      await mkdir(dirname(file), { recursive: true })
      const made = `${file}.${process.pid}.new`
      await writeFile(made, JSON.stringify(Object.fromEntries(now)), { mode: 0o600 })
      await rename(made, file)
      written = now
    })
    writing = turn.catch(() => undefined)
    return turn
  }

  return { read, raise, noteNumbered }
}

const readMarks = async (file: string): Promise<[CellId, Remembered][]> =>
  existsSync(file) ? Object.entries(MarkFile.parse(JSON.parse(await readFile(file, 'utf8')))) : []

const higherOf = (files: readonly (readonly [CellId, Remembered][])[]): Map<CellId, Remembered> => {
  const marks = new Map<CellId, Remembered>()
  for (const [origin, mark] of files.flat()) marks.set(origin, higher(marks.get(origin), mark))
  return marks
}

const higher = (known: Remembered | undefined, mark: Remembered): Remembered => {
  const [one, other] = [known?.numbered, mark.numbered]
  const numbered = one === undefined || (other !== undefined && isBeforeEnd(one, other)) ? other : one
  return {
    epoch: Math.max(known?.epoch ?? 0, mark.epoch),
    seq: Math.max(known?.seq ?? 0, mark.seq),
    ...(numbered === undefined ? {} : { numbered }),
  }
}

const sameMarks = (one: Marks, other: Marks): boolean =>
  one.size === other.size &&
  [...one].every(([origin, mark]) => JSON.stringify(other.get(origin)) === JSON.stringify(mark))
