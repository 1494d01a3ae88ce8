import type { Db, Tx } from './db.ts'
import type { Logger } from './logger.ts'
import type { Timer, TimerHandler } from './timers.ts'

/** A timer whose handler failed is tried again after 5 s, 10 s, 20 s … at most this long. */
const LONGEST_RETRY_MS = 15 * 60_000
const FIRST_RETRY_MS = 5_000

export interface TimerRunner {
  /** Runs every timer that is due at `now`, earliest first, each in its own transaction. Gives how many ran well. */
  runDue(now: Date): Promise<number>
  /** When the next one is due, or undefined. */
  nextDue(): Promise<Date | undefined>
}

interface TimerRow {
  id: string
  kind: string
  subject: string
  due_at: Date
  payload: Record<string, unknown>
  attempts: number
}

/** Runs in every server process: `skip locked` shares the timers out, and a timer is done in the handler's own transaction. */
export const makeTimerRunner = (db: Db, handlers: ReadonlyMap<string, TimerHandler>, log: Logger): TimerRunner => {
  const kinds = () => [...handlers.keys()]
  const nextDue = async () => {
    const [row] = await db.sql<{ due_at: Date | null }>(
      `select min(due_at) as due_at from platform.timer where done_at is null and kind = any($1)`,
      [kinds()],
    )
    return row?.due_at ?? undefined
  }
  const runDue = async (now: Date): Promise<number> => {
    // A transaction that finds nothing costs three times the look.
    const next = await nextDue()
    if (next === undefined || next > now) return 0
    let ran = 0
    for (;;) {
      const outcome = await runOne(db, handlers, kinds(), now)
      if (outcome === undefined) return ran
      if (outcome.error === undefined) ran += 1
      else {
        log.error({ err: outcome.error, kind: outcome.row.kind, timer: outcome.row.id }, 'timer-failed')
        await postpone(db, outcome.row, outcome.error, now)
      }
    }
  }
  return { runDue, nextDue }
}

type Outcome = { readonly row: TimerRow; readonly error?: unknown }

const runOne = async (
  db: Db,
  handlers: ReadonlyMap<string, TimerHandler>,
  kinds: readonly string[],
  now: Date,
): Promise<Outcome | undefined> => {
  let row: TimerRow | undefined
  try {
    return await db.tx(async (tx) => {
      row = await claim(tx, kinds, now)
      if (row === undefined) return undefined
      await handlers.get(row.kind)?.(tx, toTimer(row), now)
      return { row }
    })
  } catch (error) {
    if (row === undefined) throw error
    return { row, error }
  }
}

const claim = async (tx: Tx, kinds: readonly string[], now: Date): Promise<TimerRow | undefined> => {
  const rows = await tx.sql<TimerRow>(
    `update platform.timer
        set done_at = $1
      where id = (
        select id
          from platform.timer
         where done_at is null
           and due_at <= $1
           and kind = any($2)
         order by due_at, id
         limit 1
           for update skip locked  -- another process runs it
      )
     returning id, kind, subject, due_at, payload, attempts`,
    [now, kinds],
  )
  return rows[0]
}

const toTimer = (row: TimerRow): Timer => ({
  id: row.id,
  kind: row.kind,
  subject: row.subject,
  dueAt: row.due_at,
  payload: row.payload,
})

const postpone = async (db: Db, row: TimerRow, error: unknown, now: Date): Promise<void> => {
  const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** row.attempts)
  await db.sql(
    `update platform.timer set due_at = $2, attempts = attempts + 1, last_error = $3 where id = $1 and done_at is null`,
    [row.id, new Date(now.getTime() + delay), error instanceof Error ? error.name : 'unknown'],
  )
}

/** Timers done this long ago are forgotten. */
const KEPT_DAYS = 30

export const sweepTimers = async (db: Db, now: Date): Promise<void> => {
  await db.sql(`delete from platform.timer where done_at < $1`, [new Date(now.getTime() - KEPT_DAYS * 86_400_000)])
}
