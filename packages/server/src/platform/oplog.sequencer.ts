import type { Queries } from './db.ts'
import type { Deps } from './deps.ts'
import type { CellIdentity } from './oplog.key.ts'
import { OPLOG_CHANNEL } from './oplog.ts'
import { FIRST_HASH, recordHash, signHash } from './oplog-chain.ts'

/** Ops moved by one transaction. */
export const BATCH = 500
/** A signature stands at the latest after this many characters of bodies: readers take whole signed batches. */
export const BATCH_CHARS = 256 * 1024
/** Two-key advisory lock: this program, and which duty. One sequencer per database, whatever number of server processes. */
const LOCK = [7_382, 1]

/** Who numbers ops, or opens an epoch, of a log that this cell writes holds this until its transaction ends. */
export const lockWriting = async (tx: Queries): Promise<void> => {
  // Waits rather than gives up: who holds the lock may have read the outbox before our commit. The plans of this transaction are made
  // for the log as it is: one that was made while it was empty reads all of it to find its end.
  await tx.sql(`select pg_advisory_xact_lock($1, $2), set_config('plan_cache_mode', 'force_custom_plan', true)`, LOCK)
}

/**
 * PostgreSQL's timeline, which rises with every promotion and every restore to a point in time. Taken from the WAL's file
 * name, as the control file speaks of the last checkpoint only.
 */
export const TIMELINE_SQL = `(select substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))`

interface OutboxRow {
  id: string
  origin: string
  epoch: number
  kind: string
  at: Date
  subject: string
  body: Readonly<Record<string, unknown>>
  audience: unknown
}

/** What waits for its number. */
export type Unnumbered = Omit<OutboxRow, 'id' | 'origin' | 'epoch'>

/**
 * Moves committed ops from the outbox to the oplog: numbers without gaps, in commit order as far as it can be seen (an op
 * that commits after another was read gets a higher number), each chained to the one before, the last of a batch signed.
 * A reader that has seen number n has seen everything up to n. Gives how many were moved.
 *
 * Ops of a log that this cell may not write (any more), or since whose epoch PostgreSQL was promoted, stay where they are.
 */
export const sequence = (db: Deps['db'], cell: CellIdentity): Promise<number> =>
  db.tx(async (tx) => {
    await lockWriting(tx)
    const rows = await tx.sql<OutboxRow>(
      `delete from platform.outbox o
        using platform.writing w
        where w.origin = o.origin
          and o.id = any (array(
            select n.id
              from platform.outbox n
             where n.origin in (select m.origin from platform.writing m where m.timeline = ${TIMELINE_SQL})
             order by n.id
             limit $1
          ))
       returning o.id, o.origin, w.epoch::float8 as epoch, o.kind, o.at, o.subject, o.body, o.audience`,
      [BATCH],
    )
    if (rows.length === 0) return 0
    // `returning` promises no order.
    rows.sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1))
    for (const [origin, ops] of Map.groupBy(rows, (row) => row.origin))
      await appendNumbered(tx, cell, origin, ops[0]?.epoch ?? 0, ops)
    return rows.length
  })

/**
 * Numbers ops at the end of a log, in the caller's transaction; the caller holds {@link lockWriting}.
 * Gives the number of the last.
 */
export const appendNumbered = async (
  tx: Queries,
  cell: Pick<CellIdentity, 'key'>,
  origin: string,
  epoch: number,
  ops: readonly Unnumbered[],
): Promise<number> => {
  const [last] = await tx.sql<{ seq: number; hash: string }>(
    `select seq::float8 as seq, encode(hash, 'hex') as hash from platform.oplog where origin = $1 order by oplog.seq desc limit 1`,
    [origin],
  )
  const first = (last?.seq ?? 0) + 1
  const records = chained(origin, epoch, ops, first, last?.hash ?? FIRST_HASH)
  await tx.sql(
    `with put as (
       insert into platform.oplog (origin, epoch, seq, kind, at, subject, body, audience, prev_hash, hash, signature)
       select $1, $2, $3::bigint + o.place - 1, o.kind, o.at, o.subject, o.body, o.audience,
              decode(o.prev_hash, 'hex'), decode(o.hash, 'hex'), decode(o.signature, 'hex')
         from unnest($4::text[], $5::timestamptz[], $6::text[], $7::jsonb[], $8::jsonb[], $9::text[], $10::text[], $11::text[])
              with ordinality as o (kind, at, subject, body, audience, prev_hash, hash, signature, place)
     )
     select pg_notify('${OPLOG_CHANNEL}', $1)`,
    [
      origin,
      epoch,
      first,
      records.map((record) => record.kind),
      records.map((record) => record.at),
      records.map((record) => record.subject),
      records.map((record) => record.bodyText),
      ops.map((op) => JSON.stringify(op.audience)),
      records.map((record) => record.prevHash),
      records.map((record) => record.hash),
      signatures(cell, records),
    ],
  )
  return first + ops.length - 1
}

interface Prepared {
  readonly kind: string
  readonly at: string
  readonly subject: string
  readonly bodyText: string
  readonly prevHash: string
  readonly hash: string
}

const chained = (
  origin: string,
  epoch: number,
  ops: readonly Unnumbered[],
  first: number,
  after: string,
): readonly Prepared[] => {
  let prevHash = after
  return ops.map(({ kind, at, subject, body }, index) => {
    const said = { origin, epoch, seq: first + index, kind, at: at.toISOString(), subject, body, prevHash }
    const hash = recordHash(said)
    prevHash = hash
    return { kind, at: said.at, subject, bodyText: JSON.stringify(body), prevHash: said.prevHash, hash }
  })
}

/** In hex, at the last record and wherever the bodies since the last signature grow long. */
const signatures = ({ key }: Pick<CellIdentity, 'key'>, records: readonly Prepared[]): (string | null)[] => {
  let chars = 0
  return records.map(({ bodyText, hash }, index) => {
    chars += bodyText.length
    if (index < records.length - 1 && chars < BATCH_CHARS) return null
    chars = 0
    return signHash(key, hash).toString('hex')
  })
}

/** Age in seconds of the oldest op without a number; 0 when there is none. */
export const sequencerLagS = async (db: Queries, now: Date): Promise<number> => {
  const [row] = await db.sql<{ oldest: Date | null }>(`select min(at) as oldest from platform.outbox`)
  return row?.oldest == null ? 0 : Math.max(0, (now.getTime() - row.oldest.getTime()) / 1000)
}
