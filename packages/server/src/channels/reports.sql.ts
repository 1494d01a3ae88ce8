import type { Queries, Tx } from '../platform/db.ts'

/** A report about a message whose name is not written down yet. */
export const keepEarlyReport = async (
  tx: Tx,
  carrier: string,
  ref: string,
  status: 'delivered' | 'failed',
  now: Date,
): Promise<void> => {
  await tx.sql(
    `insert into channels.early_report (carrier, ref, status, at)
     values ($1, $2, $3, $4)
     on conflict (carrier, ref) do update set status = excluded.status, at = excluded.at`,
    [carrier, ref, status, now],
  )
}

export const takeEarlyReport = async (tx: Tx, carrier: string, ref: string): Promise<'delivered' | 'failed' | null> =>
  (
    await tx.sql<{ status: 'delivered' | 'failed' }>(
      `delete from channels.early_report where carrier = $1 and ref = $2 returning status`,
      [carrier, ref],
    )
  )[0]?.status ?? null

export const sweepEarlyReports = async (db: Queries, before: Date): Promise<void> => {
  await db.sql(`delete from channels.early_report where at < $1`, [before])
}
