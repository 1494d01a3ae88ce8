import type { KeyObject } from 'node:crypto'
import type { Queries } from './db.ts'
import type { Deps } from './deps.ts'
import type { CellIdentity } from './oplog.key.ts'
import { type PutRecord, putRecords } from './oplog.put.ts'
import { chainText, FIRST_HASH, recordHash, signHash } from './oplog-chain.ts'

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
  /** As text: what is hashed is parsed once and stored as it was hashed. */
  body: string
  audience: string
  /** Where the log ends. */
  seq: number | null
  hash: string | null
}

/** What waits for its number. */
export interface Unnumbered {
  readonly kind: string
  readonly at: Date
  readonly subject: string
  readonly body: Readonly<Record<string, unknown>>
  /** JSON. */
  readonly audience: string
}

/** Where a log ends. */
export interface LogEnd {
  readonly seq: number
  /** Lower-case hex. */
  readonly hash: string
}
/** Of a log without records. */
export const NO_END: LogEnd = { seq: 0, hash: FIRST_HASH }

/**
 * Sent with the begin. The statements of this transaction are planned once per connection, and by index whatever a table holds at that
 * moment: a plan that was made while the log was empty would read all of it to find its end, and planning anew costs more than doing.
 */
const BEGIN_SEQUENCING = `
  set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off; set local enable_sort = off;
  select pg_advisory_xact_lock(${LOCK.join(', ')})`

/**
 * Moves committed ops from the outbox to the oplog: numbers without gaps, in commit order as far as it can be seen (an op
 * that commits after another was read gets a higher number), each chained to the one before, the last of a batch signed.
 * A reader that has seen number n has seen everything up to n. Gives how many were moved.
 *
 * Ops of a log that this cell may not write (any more), or since whose epoch PostgreSQL was promoted, stay where they are.
 */
export const sequence = (db: Deps['db'], cell: CellIdentity): Promise<number> =>
  db.tx(
    async (tx) => {
      const rows = await tx.sql<OutboxRow>(
        `with w as materialized (
           select m.origin, m.epoch, h.seq, h.hash
             from platform.writing m
             left join lateral (
               select o.seq, o.hash from platform.oplog o where o.origin = m.origin order by o.seq desc limit 1
             ) h on true
         )
         delete from platform.outbox o
          using w
          where w.origin = o.origin
            and o.id = any (array(
              select n.id
                from platform.outbox n
               where n.origin in (select m.origin from platform.writing m where m.timeline = ${TIMELINE_SQL})
               order by n.id
               limit $1
            ))
         returning o.id, o.origin, w.epoch::float8 as epoch, o.kind, o.at, o.subject, o.body::text as body,
                   o.audience::text as audience, w.seq::float8 as seq, encode(w.hash, 'hex') as hash`,
        [BATCH],
      )
      // `returning` promises no order.
      rows.sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1))
      for (const [origin, ops] of Map.groupBy(rows, (row) => row.origin)) {
        const [{ epoch, seq, hash } = { epoch: 0, seq: null, hash: null }] = ops
        const end = seq === null || hash === null ? NO_END : { seq, hash }
        const parsed = ops.map((op) => ({ ...op, body: JSON.parse(op.body) as Unnumbered['body'] }))
        await appendNumbered(tx, cell, origin, epoch, end, parsed)
      }
      return rows.length
    },
    { begin: BEGIN_SEQUENCING },
  )

/**
 * Numbers ops behind the end of a log, in the caller's transaction; the caller holds {@link lockWriting}.
 * Gives the number of the last.
 */
export const appendNumbered = async (
  tx: Queries,
  { key }: Pick<CellIdentity, 'key'>,
  origin: string,
  epoch: number,
  end: LogEnd,
  ops: readonly Unnumbered[],
): Promise<number> => {
  const records = chained(origin, epoch, end, ops)
  await putRecords(tx, origin, epoch, end.seq + 1, signed(key, records))
  return end.seq + ops.length
}

const chained = (origin: string, epoch: number, end: LogEnd, ops: readonly Unnumbered[]): readonly PutRecord[] => {
  let prevHash = end.hash
  return ops.map(({ kind, at, subject, body, audience }, index) => {
    const said = { origin, epoch, seq: end.seq + 1 + index, kind, at: at.toISOString(), subject, body, prevHash }
    const text = chainText(body)
    const hash = recordHash(said, text)
    prevHash = hash
    return { kind, at: said.at, subject, body: text, audience, prevHash: said.prevHash, hash }
  })
}

/** Signed at the last record and wherever the bodies since the last signature grow long. */
const signed = (key: KeyObject, records: readonly PutRecord[]): readonly PutRecord[] => {
  let chars = 0
  return records.map((record, index) => {
    chars += record.body.length
    if (index < records.length - 1 && chars < BATCH_CHARS) return record
    chars = 0
    return { ...record, signature: signHash(key, record.hash) }
  })
}

/** Does any op wait for its number? */
export const isAnyUnnumbered = async (db: Queries): Promise<boolean> =>
  (await db.sql(`select from platform.outbox limit 1`)).length > 0

/** Age in seconds of the oldest op without a number; 0 when there is none. */
export const sequencerLagS = async (db: Queries, now: Date): Promise<number> => {
  const [row] = await db.sql<{ oldest: Date | null }>(`select min(at) as oldest from platform.outbox`)
  return row?.oldest == null ? 0 : Math.max(0, (now.getTime() - row.oldest.getTime()) / 1000)
}
