import type { Queries, Tx } from '../platform/db.ts'
import type { SourceName, SourceState } from './stated.ts'

export type SourceCounts = { readonly items: number; readonly refused: number; readonly flagged: number }

/** In the transaction of the import: the success is recorded with its figures or not at all. */
export const recordSuccess = async (tx: Tx, source: SourceName, counts: SourceCounts, now: Date): Promise<void> => {
  await tx.sql(
    `insert into facilities.source_state (key, kind, sido_code, operation, last_attempt_at, last_success_at, items, refused, flagged)
     values ($1, $2, $3, $4, $5, $5, $6, $7, $8)
     on conflict (key) do update
        set last_attempt_at = excluded.last_attempt_at, last_success_at = excluded.last_success_at,
            last_error_code = null, last_error_detail = null, failures_in_row = 0,
            items = excluded.items, refused = excluded.refused, flagged = excluded.flagged`,
    [source.key, source.kind, source.sidoCode, source.operation, now, counts.items, counts.refused, counts.flagged],
  )
}

/** The last success and its counts stay: that is what is still shown. Gives the failures in a row. */
export const recordFailure = async (
  db: Queries,
  source: SourceName,
  error: { readonly code: string; readonly detail: string },
  now: Date,
): Promise<number> => {
  const [row] = await db.sql<{ failures: number }>(
    `insert into facilities.source_state as s
            (key, kind, sido_code, operation, last_attempt_at, last_error_code, last_error_detail, failures_in_row)
     values ($1, $2, $3, $4, $5, $6, $7, 1)
     on conflict (key) do update
        set last_attempt_at = excluded.last_attempt_at, last_error_code = excluded.last_error_code,
            last_error_detail = excluded.last_error_detail, failures_in_row = s.failures_in_row + 1
     returning failures_in_row as failures`,
    [source.key, source.kind, source.sidoCode, source.operation, now, error.code, textOf(error.detail)],
  )
  return row?.failures ?? 1
}

/** What a stranger's error says, as PostgreSQL can keep it. */
const textOf = (detail: string): string => detail.slice(0, 300).replaceAll('\0', '').toWellFormed()

/**
 * Takes the right to poll a source until the lease ends. Several processes of a cell, and one that restarts, ask once.
 * `nextTryAt` says when to look again if it is not ours.
 */
export const claimPoll = async (
  db: Queries,
  source: SourceName,
  now: Date,
  leaseMs: number,
): Promise<{ readonly mine: true } | { readonly mine: false; readonly nextTryAt: Date }> => {
  const until = new Date(now.getTime() + leaseMs)
  const claimed = await db.sql(
    `insert into facilities.source_state as s (key, kind, sido_code, operation, next_try_at)
     values ($1, $2, $3, $4, $6)
     on conflict (key) do update
        set next_try_at = excluded.next_try_at
      where s.next_try_at is null or s.next_try_at <= $5
     returning key`,
    [source.key, source.kind, source.sidoCode, source.operation, now, until],
  )
  if (claimed.length > 0) return { mine: true }
  const [row] = await db.sql<{ nextTryAt: Date | null }>(
    'select next_try_at as "nextTryAt" from facilities.source_state where key = $1',
    [source.key],
  )
  return { mine: false, nextTryAt: row?.nextTryAt ?? until }
}

export const recordNextTry = async (db: Queries, key: string, nextTryAt: Date): Promise<void> => {
  await db.sql('update facilities.source_state set next_try_at = $2 where key = $1', [key, nextTryAt])
}

export const listSourceStates = async (db: Queries): Promise<readonly SourceState[]> =>
  db.sql(
    `select key, kind, sido_code as "sidoCode", operation, last_attempt_at as "lastAttemptAt",
            last_success_at as "lastSuccessAt", last_error_code as "lastErrorCode",
            last_error_detail as "lastErrorDetail", failures_in_row as "failuresInRow", next_try_at as "nextTryAt",
            items, refused, flagged
       from facilities.source_state
      order by key`,
  )
