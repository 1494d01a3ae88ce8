import type { Tx } from './db.ts'

/** Something to be done at a time, whatever restarts lie between. */
export interface Timer {
  readonly id: string
  /** Names the handler. */
  readonly kind: string
  /** Id of the thing it is about; `cancel` goes by it. */
  readonly subject: string
  readonly dueAt: Date
  readonly payload: Readonly<Record<string, unknown>>
}

/**
 * Runs in a transaction of its own, in which the timer is marked done. It may run late, and it may find that its occasion
 * is gone: it looks at the state, and does nothing then. What it throws is rolled back and tried again later.
 */
export type TimerHandler = (tx: Tx, timer: Timer, now: Date) => Promise<void>

/** Plans a timer in the caller's transaction. `id` is a new ULID. */
export const schedule = (tx: Tx, timer: Timer, now: Date): Promise<void> => scheduleAll(tx, [timer], now)

const SOON_MS = 1_000

/** Plans some timers at once. */
export const scheduleAll = async (tx: Tx, timers: readonly Timer[], now: Date): Promise<void> => {
  if (timers.length === 0) return
  const rows = timers.map(({ dueAt, ...timer }) => ({ ...timer, due_at: dueAt }))
  await tx.sql(
    `insert into platform.timer (id, kind, subject, due_at, payload, created_at)
     select id, kind, subject, due_at, payload, $2
       from jsonb_to_recordset($1::jsonb) as t(id text, kind text, subject text, due_at timestamptz, payload jsonb)`,
    [JSON.stringify(rows), now],
  )
  // The runner looks by itself every half second: it is woken for what cannot wait for that.
  if (timers.some(({ dueAt }) => dueAt.getTime() - now.getTime() < SOON_MS)) tx.signal('timer')
}

/**
 * Cancels the open timers of a subject or of several, of some kinds or of all; gives how many. One that is running this moment is left:
 * whoever cancels may hold what its handler waits for, and the handler looks at the state and then does nothing.
 */
export const cancel = async (
  tx: Tx,
  subjects: string | readonly string[],
  kinds?: string | readonly string[],
): Promise<number> => {
  const rows = await tx.sql(
    `with open as (
       select id
         from platform.timer
        where subject = any($1)
          and done_at is null
          and ($2::text[] is null or kind = any($2))
          for update skip locked
     )
     delete from platform.timer t
      using open
      where t.id = open.id
     returning t.id`,
    [listOf(subjects), kinds === undefined ? null : listOf(kinds)],
  )
  return rows.length
}

const listOf = (one: string | readonly string[]): readonly string[] => (typeof one === 'string' ? [one] : one)
