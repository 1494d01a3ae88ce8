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
export const schedule = async (tx: Tx, timer: Timer, now: Date): Promise<void> => {
  await tx.sql(
    `insert into platform.timer (id, kind, subject, due_at, payload, created_at) values ($1, $2, $3, $4, $5, $6)`,
    [timer.id, timer.kind, timer.subject, timer.dueAt, JSON.stringify(timer.payload), now],
  )
  tx.signal('timer')
}

/** Cancels the open timers of a subject, of one kind or of all; gives how many. */
export const cancel = async (tx: Tx, subject: string, kind?: string): Promise<number> => {
  const rows = await tx.sql(
    `delete from platform.timer
      where subject = $1
        and done_at is null
        and ($2::text is null or kind = $2)
      returning id`,
    [subject, kind ?? null],
  )
  return rows.length
}
