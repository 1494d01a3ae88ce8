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

/** The last success and its counts stay: that is what is still shown. */
export const recordFailure = async (
  db: Queries,
  source: SourceName,
  error: { readonly code: string; readonly detail: string },
  now: Date,
): Promise<void> => {
  await db.sql(
    `insert into facilities.source_state as s
            (key, kind, sido_code, operation, last_attempt_at, last_error_code, last_error_detail, failures_in_row)
     values ($1, $2, $3, $4, $5, $6, $7, 1)
     on conflict (key) do update
        set last_attempt_at = excluded.last_attempt_at, last_error_code = excluded.last_error_code,
            last_error_detail = excluded.last_error_detail, failures_in_row = s.failures_in_row + 1`,
    [source.key, source.kind, source.sidoCode, source.operation, now, error.code, error.detail.slice(0, 300)],
  )
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
