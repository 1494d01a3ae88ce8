import { codeOf, type Db, type Tx } from '../platform/db.ts'
import type { Logger } from '../platform/logger.ts'
import { isFull, isOutage } from '../platform/outage.ts'
import { recordsAfter } from './log.sql.ts'
import type { CellId, LogRecord } from './log-record.ts'
import type { Registry } from './registry.service.ts'

/**
 * Hands taken records to the slices. A kind nobody here knows, or whose handler failed, never stops a log: the records are kept and
 * passed on, and what was not applied waits in exchange.unapplied, in order, until a version that can do it comes.
 */
export interface Applying {
  /** In the transaction that takes the records. `waiting`: kinds of which earlier records are not applied yet. */
  hand(tx: Tx, origin: CellId, records: readonly LogRecord[], waiting: ReadonlySet<string>, now: Date): Promise<void>
  /**
   * Tries what waits; gives how many records were applied. Kinds that nobody tried yet, as after an import or an upgrade, in the order
   * of the log, since one kind says how another goes on; a kind that failed by itself, so that it holds up no other.
   */
  catchUp(now: Date): Promise<number>
}

interface Waiting {
  origin: string
  kind: string
  error: string | null
}

/** Waiting records handed over in one transaction. */
const PAGE = 200

export const makeApplying = (db: Db, registry: Registry, version: string, log: Logger): Applying => {
  const one = async (tx: Tx, record: LogRecord, now: Date): Promise<void> => {
    for (const handler of registry.records.get(record.kind) ?? []) await handler(tx, record, now)
  }

  const hand: Applying['hand'] = async (tx, origin, records, waiting, now) => {
    const ready = records.filter(({ kind }) => !waiting.has(kind) && registry.records.has(kind))
    const failed = await handReady(ready, now)
    const later = records.filter(({ kind }) => waiting.has(kind) || !registry.records.has(kind) || failed.has(kind))
    const firstFailed = new Map<string, string>()
    for (const [kind, { error }] of failed) firstFailed.set(kind, error)
    await putOff(
      tx,
      origin,
      later.filter((record) => record.seq >= (failed.get(record.kind)?.seq ?? 0)),
      firstFailed,
      waiting,
      now,
    )
  }

  /** All at once; only if that fails one by one, so that what can be applied is. */
  const handReady = async (
    records: readonly LogRecord[],
    now: Date,
  ): Promise<ReadonlyMap<string, { readonly seq: number; readonly error: string }>> => {
    const failed = new Map<string, { seq: number; error: string }>()
    if (records.length === 0) return failed
    try {
      await db.tx(async (inner) => {
        for (const record of records) await one(inner, record, now)
      })
      return failed
    } catch (error) {
      if (isLuck(error)) throw error
    }
    for (const record of records) {
      if (failed.has(record.kind)) continue
      try {
        await db.tx((inner) => one(inner, record, now))
      } catch (error) {
        if (isLuck(error)) throw error
        log.error({ err: error, origin: record.origin, seq: record.seq, kind: record.kind }, 'record-not-applied')
        failed.set(record.kind, { seq: record.seq, error: error instanceof Error ? error.name : 'unknown' })
      }
    }
    return failed
  }

  const putOff = async (
    tx: Tx,
    origin: CellId,
    records: readonly LogRecord[],
    errors: ReadonlyMap<string, string>,
    waiting: ReadonlySet<string>,
    now: Date,
  ): Promise<void> => {
    const kinds = [...Map.groupBy(records, ({ kind }) => kind)].filter(([kind]) => !waiting.has(kind))
    if (kinds.length === 0) return
    await tx.sql(
      `insert into exchange.unapplied (origin, kind, first_seq, last_seq, error, version, since)
       select $1, u.kind, u.first_seq, u.last_seq, u.error, $6, $7
         from unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[]) as u (kind, first_seq, last_seq, error)
       on conflict (origin, kind) do update
          set last_seq = excluded.last_seq, error = coalesce(excluded.error, unapplied.error)`,
      [
        origin,
        kinds.map(([kind]) => kind),
        kinds.map(([, of]) => of[0]?.seq ?? 0),
        kinds.map(([, of]) => of.at(-1)?.seq ?? 0),
        kinds.map(([kind]) => errors.get(kind) ?? null),
        version,
        now,
      ],
    )
  }

  const catchUp = async (now: Date): Promise<number> => {
    const rows = await db.sql<Waiting>(
      `select origin, kind, error from exchange.unapplied where kind = any($1) order by origin, first_seq`,
      [[...registry.records.keys()]],
    )
    let applied = 0
    for (const [origin, waiting] of Map.groupBy(rows, (row) => row.origin)) {
      const untried = waiting.flatMap(({ kind, error }) => (error === null ? [kind] : []))
      const inOrder = await catchUpKinds(origin, untried, now)
      applied += inOrder.applied
      const alone = inOrder.failed ? waiting : waiting.filter(({ error }) => error !== null)
      for (const { kind } of alone) applied += (await catchUpKinds(origin, [kind], now)).applied
    }
    return applied
  }

  const catchUpKinds = async (
    origin: CellId,
    kinds: readonly string[],
    now: Date,
  ): Promise<{ readonly applied: number; readonly failed: boolean }> => {
    let applied = 0
    for (let more = kinds.length > 0; more; ) {
      try {
        const done = await catchUpPage(origin, kinds, now)
        applied += done
        more = done === PAGE
      } catch (error) {
        log.error({ err: error, origin, kinds }, 'record-not-applied')
        return { applied, failed: true }
      }
    }
    return { applied, failed: false }
  }

  const catchUpPage = (origin: CellId, kinds: readonly string[], now: Date): Promise<number> =>
    db.tx(async (tx) => {
      // The log's row first, as who takes records holds it: no record comes in while what is before it is applied.
      await tx.sql(`select from exchange.log where origin = $1 for update`, [origin])
      const rows = await tx.sql<{ kind: string; first_seq: number }>(
        `select kind, first_seq::float8 as first_seq
           from exchange.unapplied
          where origin = $1 and kind = any($2)
          order by kind
            for update`,
        [origin, kinds],
      )
      if (rows.length === 0) return 0
      const first = new Map(rows.map((row) => [row.kind, row.first_seq]))
      const records = await recordsAfter(tx, origin, Math.min(...first.values()) - 1, PAGE, [...first.keys()])
      // What came before its kind had to wait has had its effect.
      for (const record of records) if (record.seq >= (first.get(record.kind) ?? 0)) await one(tx, record, now)
      const last = records.at(-1)
      const reached = records.length < PAGE || last === undefined ? undefined : last.seq
      if (reached === undefined)
        await tx.sql(`delete from exchange.unapplied where origin = $1 and kind = any($2)`, [origin, kinds])
      else
        await tx.sql(
          `update exchange.unapplied
              set first_seq = $3
            where origin = $1 and kind = any($2) and first_seq < $3`,
          [origin, kinds, reached + 1],
        )
      return records.length
    })

  return { hand, catchUp }
}

/**
 * Says nothing about the record: a conflict, a database that is away or has no room. All of it is tried again as a whole.
 * A statement that ran out of time may do so every time, and would stop the log.
 */
const isLuck = (error: unknown): boolean => isFull(error) || (isOutage(error) && codeOf(error) !== '57014')
