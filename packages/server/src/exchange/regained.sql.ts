import type { Queries } from '../platform/db.ts'
import { recordsWhere } from './log.sql.ts'
import { type CellId, EPOCH_OPENED, type LogRecord } from './log-record.ts'
import { CHECKPOINT_MADE } from './superseding.ts'

/** Where the tables of this database end in the own log. */
export interface Lived {
  readonly livedTo: number
  /** When the right to write was lost; `null` while it is not. */
  readonly lostAt: Date | null
}

export const livedOf = async (db: Queries): Promise<Lived & { readonly writes: boolean }> => {
  const [row] = await db.sql<{ lived_to: number; lost_at: Date | null; writes: boolean }>(
    `select c.lived_to::float8 as lived_to, c.lost_at, exists (select from platform.writing w where w.own) as writes
       from platform.cell c`,
  )
  return { livedTo: row?.lived_to ?? 0, lostAt: row?.lost_at ?? null, writes: row?.writes ?? false }
}

/** The right to write the own log was lost: what is behind its end now will not have been decided in these tables. */
export const noteLost = async (tx: Queries, self: CellId, now: Date): Promise<void> => {
  await tx.sql(
    `update platform.cell c
        set lost_at = $2,
            lived_to = coalesce((select o.seq from platform.oplog o where o.origin = $1 order by o.seq desc limit 1), 0)`,
    [self, now],
  )
}

/** Where each log that is written here ends. */
export const writtenEnds = async (db: Queries) =>
  (
    await db.sql<{ origin: CellId; epoch: number; seq: number }>(
      `select w.origin, h.epoch::float8 as epoch, h.seq::float8 as seq
         from platform.writing w
        cross join lateral (
          select o.epoch, o.seq from platform.oplog o where o.origin = w.origin order by o.seq desc limit 1) h`,
    )
  ).map(({ origin, epoch, seq }) => ({ origin, end: { epoch, seq } }))

/** The own log was cut back to here: what stood behind it is not of this log. */
export const noteShared = async (tx: Queries, shared: number): Promise<void> => {
  await tx.sql(`update platform.cell set lived_to = least(lived_to, $1)`, [shared])
}

/**
 * Ops that were set aside and are in the log that came back: they got their numbers in the life that was lost. Each is found once,
 * the same op said twice twice.
 */
export const findSetAside = async (tx: Queries, origin: CellId, { livedTo, lostAt }: Lived): Promise<number> =>
  (
    await tx.sql(
      `with aside as (
         select a.id, a.kind, a.subject, a.body, row_number() over (partition by a.kind, a.subject, a.body order by a.id) as nth
           from exchange.set_aside a
          where a.origin = $1 and a.set_aside_at >= $3 and a.found_seq is null
       ), said as (
         select o.seq, o.kind, o.subject, o.body, row_number() over (partition by o.kind, o.subject, o.body order by o.seq) as nth
           from platform.oplog o
          where o.origin = $1 and o.seq > $2
            and exists (select from aside a where a.kind = o.kind and a.subject = o.subject)
       )
       update exchange.set_aside a
          set found_seq = s.seq
         from aside n
         join said s on s.kind = n.kind and s.subject = n.subject and s.body = n.body and s.nth = n.nth
        where a.id = n.id
       returning a.id`,
      [origin, livedTo, lostAt ?? new Date(0)],
    )
  ).length

const REGAINED = `o.origin = $1 and o.seq > $2 and o.kind not in ('${EPOCH_OPENED}', '${CHECKPOINT_MADE}')
  and not exists (select from exchange.set_aside a where a.origin = o.origin and a.found_seq = o.seq)`

export const isRegained = async (db: Queries, origin: CellId, livedTo: number): Promise<boolean> =>
  (await db.sql(`select from platform.oplog o where ${REGAINED} limit 1`, [origin, livedTo])).length > 0

const PAGE = 500

/** Records of the log behind `livedTo` that these tables did not decide, oldest first. */
export const regainedRecords = (
  db: Queries,
  origin: CellId,
  livedTo: number,
  kinds: readonly string[],
): AsyncGenerator<LogRecord> => paged(db, `${REGAINED} and o.kind = any($3)`, origin, livedTo, kinds)

/** All records of these kinds, oldest first. */
export const saidRecords = (db: Queries, origin: CellId, kinds: readonly string[]): AsyncGenerator<LogRecord> =>
  paged(db, `o.origin = $1 and o.seq > $2 and o.kind = any($3)`, origin, 0, kinds)

async function* paged(
  db: Queries,
  where: string,
  origin: CellId,
  behind: number,
  kinds: readonly string[],
): AsyncGenerator<LogRecord> {
  for (let after = behind; ; ) {
    const page = await recordsWhere(db, where, [origin, after, kinds], PAGE)
    yield* page
    if (page.length < PAGE) return
    after = page.at(-1)?.seq ?? after
  }
}
