import { setTimeout as wait } from 'node:timers/promises'
import type { Db } from '../platform/db.ts'
import { commonEnd, newestEpoch } from './branch.ts'
import { lineAt, pageAfter, type RecordLine } from './lines.sql.ts'
import { branchOf, findLogs, type LogRow, planned } from './log.sql.ts'
import type { CellId } from './log-record.ts'
import type { Mark } from './mark.service.ts'
import type { Have, Vector } from './vector.ts'
import { endLine, headLine } from './wire.ts'

/** Characters of one answer before compression, about. Whole signed batches only, so one batch may go beyond it. */
export const ANSWER_CHARS = 8 * 1024 * 1024
/** Records of one page, at first and at most, and about how many characters. */
const FIRST_PAGE = 50
const PAGE = 1_000
const PAGE_CHARS = 512 * 1024

/** Tells who waits for a log that it has grown. */
export interface Wakes {
  wake(origin: CellId | undefined): void
  /** Resolves when one of these logs grows after the call, or after `ms`, or when told to stop. */
  next(origins: readonly CellId[], ms: number, stop: AbortSignal): Promise<void>
}

/** Woken by origin: a busy log does not wake those who wait for another. */
export const makeWakes = (): Wakes => {
  const sleepers = new Map<CellId, Set<() => void>>()
  const wakeOne = (origin: CellId) => {
    for (const wake of [...(sleepers.get(origin) ?? [])]) wake()
  }
  return {
    wake: (origin) => {
      if (origin !== undefined) wakeOne(origin)
      else for (const one of sleepers.keys()) wakeOne(one)
    },
    next: (origins, ms, stop) =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer)
          stop.removeEventListener('abort', done)
          for (const origin of origins) sleepers.get(origin)?.delete(done)
          resolve()
        }
        const timer = setTimeout(done, ms)
        for (const origin of origins) {
          const of = sleepers.get(origin) ?? new Set()
          sleepers.set(origin, of.add(done))
        }
        if (stop.aborted) done()
        else stop.addEventListener('abort', done)
      }),
  }
}

export interface AnswerParts {
  readonly db: Db
  readonly self: CellId
  /** When this cell last knew another's log to be whole. */
  readonly asOf: (origin: CellId) => Date | null
  /** Called before records of a log written here are shown to anyone. */
  readonly raiseMark: (origin: CellId, mark: Mark) => Promise<void>
}

/** What goes to a reader; `write` waits for a slow one. */
export interface Sink {
  write(text: string): Promise<void>
}

interface Part {
  readonly row: LogRow
  readonly start: number
}

/** End of a term that asks for newer branches only: the reader writes this log itself. */
export const NOTHING_BUT_NEWER = Number.MAX_SAFE_INTEGER

export interface Answering {
  /** The asked logs as they are now, and what of them the reader lacks. */
  look(vector: Vector): Promise<Looked>
  /** Writes what is lacking, at most about {@link ANSWER_CHARS}. */
  send(parts: readonly Part[], sink: Sink, limitChars?: number): Promise<void>
  /** At the end of a wait: which branch is here, and as of when it is known. */
  sendNothingNew(vector: Vector, rows: readonly LogRow[], sink: Sink): Promise<void>
}

export interface Looked {
  readonly rows: readonly LogRow[]
  readonly parts: readonly Part[]
}

export const makeAnswering = ({ db: database, self, asOf, raiseMark }: AnswerParts): Answering => {
  const db = planned(database)
  const heads = new Map<CellId, { readonly epoch: number; readonly line: RecordLine | undefined }>()
  const openingLine = async ({ origin, openings }: LogRow): Promise<RecordLine | undefined> => {
    const opening = openings.at(-1)
    const known = heads.get(origin)
    if (opening === undefined || known?.epoch === opening.epoch) return known?.line
    const line = await lineAt(db, origin, opening.seq)
    // An epoch of a log is opened once, by one record.
    if (line !== undefined) heads.set(origin, { epoch: opening.epoch, line })
    return line
  }

  const headOf = async (row: LogRow): Promise<string> => {
    const line = await openingLine(row)
    if (line === undefined || line.signature === null) return ''
    const known = row.origin === self ? new Date() : asOf(row.origin)
    const head = { origin: row.origin, end: row.head?.seq ?? 0, base: row.base, asOf: known }
    return headLine(head, { line: line.line, signature: line.signature })
  }

  const look: Answering['look'] = async (vector) => {
    const rows = await findLogs(db, [...vector.keys()])
    const parts = rows.flatMap((row) => {
      const have = vector.get(row.origin)
      const start = have === undefined ? undefined : startFor(row, have)
      return start === undefined ? [] : [{ row, start }]
    })
    for (const { row } of parts)
      if (row.openings.at(-1)?.writer === self)
        await raiseMark(row.origin, { epoch: newestEpoch(branchOf(row)), seq: row.head?.seq ?? 0 })
    return { rows, parts }
  }

  const send: Answering['send'] = async (parts, sink, limitChars = ANSWER_CHARS) => {
    let left = limitChars
    for (const { row, start } of parts) {
      if (left <= 0) return sink.write(endLine(true))
      await sink.write(await headOf(row))
      // Its head says so: the reader has to begin with a snapshot, or to ask somebody who has everything.
      if (start < row.base) continue
      const sent = await sendRecords(row, start, left, sink)
      left -= sent.chars
      if (sent.cut) return sink.write(endLine(true))
    }
    await sink.write(endLine(false))
  }

  /** Up to where the log went when it was looked at: what comes later is the next answer's. */
  const sendRecords = async (
    { origin, head }: LogRow,
    start: number,
    limit: number,
    sink: Sink,
  ): Promise<{ readonly chars: number; readonly cut: boolean }> => {
    const end = head?.seq ?? 0
    let chars = 0
    let count = FIRST_PAGE
    const page = (after: number) =>
      after < end ? pageAfter(db, origin, after, end, count) : Promise.resolve(undefined)
    for (let next = page(start); ; ) {
      const now = await next
      if (now === undefined) return { chars, cut: false }
      chars += now.text.length
      const cut = chars >= limit
      // Long records make short pages: what is held here at a time stays of one size.
      const room = Math.min(PAGE_CHARS, limit - chars)
      count = Math.max(1, Math.min(PAGE, Math.round((count * room) / now.text.length)))
      // The database reads on while this page is compressed and sent.
      if (!cut) next = page(now.last)
      next.catch(() => undefined)
      await sink.write(now.text)
      if (cut) return { chars, cut }
    }
  }

  const sendNothingNew: Answering['sendNothingNew'] = async (vector, rows, sink) => {
    for (const row of rows) if (vector.get(row.origin)?.end !== NOTHING_BUT_NEWER) await sink.write(await headOf(row))
    await sink.write(endLine(false))
  }

  return { look, send, sendNothingNew }
}

/** After which record to begin, or `undefined` if the reader lacks nothing of this log, or knows a newer branch than ours. */
const startFor = (row: LogRow, have: Have): number | undefined => {
  const ours = branchOf(row)
  const newest = newestEpoch(ours)
  if (newest === 0 || newest < have.followedEpoch) return undefined
  const shared = commonEnd(ours, have)
  if (newest > have.followedEpoch) return shared
  return shared < ours.end && have.end !== NOTHING_BUT_NEWER ? shared : undefined
}

/** The longest a question may wait, in seconds. */
export const MAX_WAIT_S = 30
/**
 * Answers one question: at once when something is lacking, else as soon as it is, else when the wait is over.
 * @param alive called every {@link BEAT_MS} while nothing is sent, so that the reader can tell a silent link from a quiet log
 */
export const answer = async (
  answering: Answering,
  wakes: Wakes,
  vector: Vector,
  waitS: number,
  sink: Sink,
  alive: () => void,
  stop: AbortSignal,
): Promise<void> => {
  const until = performance.now() + Math.min(waitS, MAX_WAIT_S) * 1_000
  const origins = [...vector.keys()]
  const beat = setInterval(alive, BEAT_MS)
  try {
    for (;;) {
      const leftMs = until - performance.now()
      const woken = new AbortController()
      // Asked for before looking, so that nothing falls in between.
      const next = wakes.next(origins, Math.max(0, leftMs), AbortSignal.any([stop, woken.signal]))
      const { rows, parts } = await answering.look(vector)
      if (parts.length > 0 || leftMs <= 0 || stop.aborted) {
        woken.abort()
        await next
        if (stop.aborted) return
        clearInterval(beat)
        if (parts.length > 0) await answering.send(parts, sink)
        else await answering.sendNothingNew(vector, rows, sink)
        return
      }
      await next
      // Writers in one burst become one answer.
      await wait(0)
    }
  } finally {
    clearInterval(beat)
  }
}
export const BEAT_MS = 1_500
