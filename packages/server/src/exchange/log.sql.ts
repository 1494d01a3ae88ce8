import type { Db, Queries } from '../platform/db.ts'
import type { Branch, Following, Opening } from './branch.ts'
import type { CellId, LogHead, LogRecord } from './log-record.ts'
import type { KnownOpening } from './opening.ts'

/** Reads whose plan is made anew each time, for logs that grow from nothing to millions under a running process. */
export const planned = ({ pool }: Pick<Db, 'pool'>): Reads => ({
  sql: async <R extends object>(text: string, values: readonly unknown[] = []) =>
    (await pool.query<R>(text, [...values])).rows,
})
export type Reads = Pick<Queries, 'sql'>

/** A log as far as this cell has it. */
export interface LogRow {
  readonly origin: CellId
  /** Of the records that are here. */
  readonly openings: readonly KnownOpening[]
  readonly following: Following
  readonly head: LogHead | null
  readonly stoppedAt: Date | null
  readonly stoppedWhy: string | null
  /** This cell numbers ops of it. */
  readonly written: boolean
  /** Kinds of which earlier records wait to be applied. */
  readonly waiting: readonly string[]
  /** The copy began with a snapshot: what is at or below this number is here only as far as that had it. 0: the copy is whole. */
  readonly base: number
}

interface RawRow {
  origin: string
  openings: KnownOpening[]
  followed: Opening[]
  doubts: number
  stopped_at: Date | null
  stopped_why: string | null
  written: boolean
  waiting: string[]
  base: number
  epoch: number | null
  seq: number | null
  hash: string | null
}

const SELECT = `
  select l.origin, l.openings, l.followed, l.doubts, l.stopped_at, l.stopped_why,
         exists (select from platform.writing w where w.origin = l.origin) as written,
         array(select u.kind from exchange.unapplied u where u.origin = l.origin) as waiting,
         coalesce((select b.seq from exchange.base b where b.origin = l.origin), 0)::float8 as base,
         h.epoch::float8 as epoch, h.seq::float8 as seq, encode(h.hash, 'hex') as hash
    from exchange.log l
    left join lateral (
      select o.epoch, o.seq, o.hash from platform.oplog o where o.origin = l.origin order by o.seq desc limit 1
    ) h on true`

const toRow = (raw: RawRow): LogRow => ({
  origin: raw.origin,
  openings: raw.openings,
  following: { openings: raw.followed, doubts: raw.doubts },
  head:
    raw.epoch === null || raw.seq === null || raw.hash === null
      ? null
      : { epoch: raw.epoch, seq: raw.seq, hash: raw.hash },
  stoppedAt: raw.stopped_at,
  stoppedWhy: raw.stopped_why,
  written: raw.written,
  waiting: raw.waiting,
  base: raw.base,
})

export const emptyLog = (origin: CellId): LogRow => ({
  origin,
  openings: [],
  following: { openings: [], doubts: 0 },
  head: null,
  stoppedAt: null,
  stoppedWhy: null,
  written: false,
  waiting: [],
  base: 0,
})

export const branchOf = ({ openings, head }: Pick<LogRow, 'openings' | 'head'>): Branch => ({
  openings: openings.map(({ epoch, seq }) => ({ epoch, seq })),
  end: head?.seq ?? 0,
})

export const listLogs = async (db: Reads): Promise<LogRow[]> =>
  (await db.sql<RawRow>(`${SELECT} order by l.origin`)).map(toRow)

export const findLogs = async (db: Reads, origins: readonly CellId[]): Promise<LogRow[]> =>
  (await db.sql<RawRow>(`${SELECT} where l.origin = any($1) order by l.origin`, [origins])).map(toRow)

/**
 * How a transaction begins that takes others' records. Its commit does not wait for the disk: copies are asked for again when a crash
 * takes the last of them, and what this cell itself decides on their ground is committed later, and with it all that was before.
 * And its plans are made for the tables as they are: one that was made while a log was empty reads all of it to find its end.
 */
export const BEGIN_COPY = 'set local synchronous_commit = off; set local plan_cache_mode = force_custom_plan'

/** The log's row, made if need be and locked until the transaction ends: one taker at a time. */
export const lockLog = async (tx: Queries, origin: CellId): Promise<LogRow> => {
  const [row] = await tx.sql<RawRow>(`${SELECT} where l.origin = $1 for update of l`, [origin])
  if (row !== undefined) return toRow(row)
  await tx.sql(`insert into exchange.log (origin) values ($1) on conflict do nothing`, [origin])
  const [made] = await tx.sql<RawRow>(`${SELECT} where l.origin = $1 for update of l`, [origin])
  if (made === undefined) throw new Error(`The log of ${origin} has no row`)
  return toRow(made)
}

export const saveBranch = async (
  tx: Queries,
  origin: CellId,
  openings: readonly KnownOpening[],
  following: Following,
): Promise<void> => {
  await tx.sql(`update exchange.log set openings = $2, followed = $3, doubts = $4 where origin = $1`, [
    origin,
    JSON.stringify(openings),
    JSON.stringify(following.openings),
    following.doubts,
  ])
}

/** Hashes of the records with these numbers, as far as they are here. */
export const hashesBetween = async (
  tx: Queries,
  origin: CellId,
  from: number,
  to: number,
): Promise<ReadonlyMap<number, string>> => {
  const rows = await tx.sql<{ seq: number; hash: string }>(
    `select seq::float8 as seq, encode(hash, 'hex') as hash
       from platform.oplog
      where origin = $1 and seq between $2 and $3`,
    [origin, from, to],
  )
  return new Map(rows.map(({ seq, hash }) => [seq, hash]))
}

export interface RawRecord {
  origin: string
  epoch: number
  seq: number
  kind: string
  at: Date
  subject: string
  body: Readonly<Record<string, unknown>>
  extra: Readonly<Record<string, unknown>> | null
  prev_hash: string
  hash: string
}

export const RECORD = `origin, epoch::float8 as epoch, seq::float8 as seq, kind, at, subject, body, extra,
  encode(prev_hash, 'hex') as prev_hash, encode(hash, 'hex') as hash`

export const toRecord = ({ at, extra, prev_hash, ...said }: RawRecord): LogRecord => {
  const { hash, ...rest } = said
  return { ...extra, ...rest, at: at.toISOString(), prevHash: prev_hash, hash }
}

/** Records with their signatures, in order. `kind` absent: of every kind. */
export const recordsAfter = async (
  db: Queries,
  origin: CellId,
  after: number,
  limit: number,
  kinds?: readonly string[],
): Promise<(LogRecord & { readonly signature?: never })[]> => {
  const rows = await db.sql<RawRecord>(
    `select ${RECORD}
       from platform.oplog
      where origin = $1 and seq > $2 and ($4::text[] is null or kind = any($4))
      order by oplog.seq
      limit $3`,
    [origin, after, limit, kinds ?? null],
  )
  return rows.map(toRecord)
}

/** Records of `platform.oplog o` by a condition of the caller's, in order. */
export const recordsWhere = async (
  db: Queries,
  where: string,
  values: readonly unknown[],
  limit: number,
): Promise<LogRecord[]> =>
  (
    await db.sql<RawRecord>(
      `select ${RECORD} from platform.oplog o where ${where} order by o.seq limit ${limit}`,
      values,
    )
  ).map(toRecord)

export interface SignedRecord {
  readonly record: LogRecord
  readonly signature: Buffer | null
}

export const signedRecordsAfter = async (
  db: Reads,
  origin: CellId,
  after: number,
  limit: number,
): Promise<SignedRecord[]> => {
  const rows = await db.sql<RawRecord & { signature: Buffer | null }>(
    `select ${RECORD}, signature from platform.oplog where origin = $1 and seq > $2 and seq <= $3 order by oplog.seq`,
    [origin, after, after + limit],
  )
  return rows.map(({ signature, ...row }) => ({ record: toRecord(row), signature }))
}

/** Moves everything behind `shared` aside and gives it, oldest first. */
export const giveUpAfter = async (
  tx: Queries,
  origin: CellId,
  shared: number,
  forEpoch: number,
  now: Date,
): Promise<LogRecord[]> => {
  const rows = await tx.sql<RawRecord>(`select ${RECORD} from exchange.give_up($1, $2, $3, $4)`, [
    origin,
    shared,
    forEpoch,
    now,
  ])
  return rows.map(toRecord).sort((one, other) => one.seq - other.seq)
}

/** Ops that wait for a number they will not get are kept for people and slices to look at. */
export const setAsideUnnumbered = async (tx: Queries, origin: CellId, why: string, now: Date): Promise<number> => {
  const rows = await tx.sql(
    `with gone as (delete from platform.outbox where origin = $1 returning *)
     insert into exchange.set_aside (origin, kind, at, subject, body, audience, set_aside_at, why)
     select origin, kind, at, subject, body, audience, $3, $2 from gone order by id
     returning id`,
    [origin, why, now],
  )
  return rows.length
}

export const raiseAlarm = async (
  tx: Queries,
  origin: CellId,
  what: string,
  detail: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<void> => {
  await tx.sql(`insert into exchange.alarm (at, origin, what, detail) values ($1, $2, $3, $4)`, [
    now,
    origin,
    what,
    JSON.stringify(detail),
  ])
}

export interface AlarmRow {
  readonly id: string
  readonly at: Date
  readonly origin: CellId
  readonly what: string
  readonly detail: unknown
}

export const openAlarms = (db: Queries): Promise<AlarmRow[]> =>
  db.sql<AlarmRow>(
    `select id, at, origin, what, detail from exchange.alarm where cleared_at is null order by id limit 200`,
  )
