import type { reconciliationEntry } from '@dure/contract'
import type { z } from 'zod'
import type { Queries, Tx } from '../platform/db.ts'

export type ReconciliationKind =
  | 'slot-promised-twice'
  | 'request-moved-twice'
  | 'hold-taken-up'
  | 'hold-not-kept'
  | 'request-kept'
  | 'ask-kept'

export interface Reconciled {
  readonly sido: string
  readonly epoch: number
  readonly kind: ReconciliationKind
  readonly subject: string
  readonly givenUp?: number | null
  readonly standing?: number | null
  readonly data: Readonly<Record<string, unknown>>
}

export const noteReconciled = async (tx: Tx, entry: Reconciled, now: Date): Promise<void> => {
  await tx.sql(
    `insert into beds.reconciliation (at, sido, epoch, kind, subject, given_up_fencing, standing_fencing, data)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      now,
      entry.sido,
      entry.epoch,
      entry.kind,
      entry.subject,
      entry.givenUp ?? null,
      entry.standing ?? null,
      JSON.stringify(entry.data),
    ],
  )
}

interface Row {
  readonly at: Date
  readonly sido: string
  readonly epoch: string
  readonly kind: string
  readonly subject: string
  readonly given_up_fencing: string | null
  readonly standing_fencing: string | null
  readonly data: Record<string, unknown>
}

/** The newest first; what happened twice before what was merely taken up. */
export const reconciled = async (db: Queries): Promise<z.input<typeof reconciliationEntry>[]> => {
  const rows = await db.sql<Row>(
    `select r.at, r.sido, r.epoch, r.kind, r.subject, r.given_up_fencing, r.standing_fencing, r.data
       from beds.reconciliation r
      order by r.kind in ('slot-promised-twice', 'request-moved-twice') desc, r.id desc
      limit 1000`,
  )
  return rows.map((row) => ({
    at: row.at.toISOString(),
    sido: row.sido,
    epoch: row.epoch,
    kind: row.kind,
    subject: row.subject,
    givenUpFencing: row.given_up_fencing,
    standingFencing: row.standing_fencing,
    stoppedByFencing:
      row.given_up_fencing === null || row.standing_fencing === null
        ? null
        : BigInt(row.standing_fencing) > BigInt(row.given_up_fencing),
    data: row.data,
  }))
}
