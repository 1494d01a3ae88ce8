import type { Queries } from './db.ts'
import type { Deps } from './deps.ts'
import type { CellIdentity } from './oplog.key.ts'
import { OPLOG_CHANNEL } from './oplog.ts'
import { FIRST_HASH, opHash, signHash } from './oplog-chain.ts'

/** Ops moved by one transaction, and vouched for by one signature. */
export const BATCH = 500
/** Two-key advisory lock: this program, and which duty. One sequencer per database, whatever number of server processes. */
const LOCK = [7_382, 1]

interface OutboxRow {
  id: string
  kind: string
  at: Date
  subject: string
  body: unknown
  audience: unknown
}

/**
 * Moves committed ops from the outbox to the oplog: numbers without gaps, in commit order as far as it can be seen (an op
 * that commits after another was read gets a higher number), each chained to the one before, the last of a batch signed.
 * A reader that has seen number n has seen everything up to n. Gives how many were moved.
 */
export const sequence = (db: Deps['db'], cell: CellIdentity): Promise<number> =>
  db.tx(async (tx) => {
    // Waits rather than gives up: who holds the lock may have read the outbox before our commit.
    await tx.sql(`select pg_advisory_xact_lock($1, $2)`, LOCK)
    const rows = await tx.sql<OutboxRow>(
      `delete from platform.outbox
        where id in (select id from platform.outbox order by id limit $1)
       returning id, kind, at, subject, body, audience`,
      [BATCH],
    )
    if (rows.length === 0) return 0
    // `returning` promises no order.
    rows.sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1))
    await append(tx, cell, rows)
    await tx.sql(`select pg_notify('${OPLOG_CHANNEL}', '')`)
    return rows.length
  })

const append = async (tx: Queries, cell: CellIdentity, rows: readonly OutboxRow[]): Promise<void> => {
  const [last] = await tx.sql<{ seq: string; hash: Buffer }>(
    `select seq, hash from platform.oplog where origin = $1 order by seq desc limit 1`,
    [cell.region],
  )
  let seq = BigInt(last?.seq ?? 0)
  let previous: Buffer = last?.hash ?? FIRST_HASH
  const ops = rows.map((row) => {
    seq += 1n
    const { id: _, ...said } = row
    const op = { origin: cell.region, epoch: cell.epoch, seq: `${seq}`, ...said }
    const prevHash = previous
    previous = opHash(prevHash, op)
    return { ...op, prevHash, hash: previous }
  })
  await tx.sql(
    `insert into platform.oplog (origin, epoch, seq, kind, at, subject, body, audience, prev_hash, hash, signature)
     select $1, $2, o.seq, o.kind, o.at, o.subject, o.body, o.audience, o.prev_hash, o.hash,
            case when o.seq = $11 then $12::bytea end
       from unnest($3::bigint[], $4::text[], $5::timestamptz[], $6::text[], $7::jsonb[], $8::jsonb[], $9::bytea[], $10::bytea[])
            as o (seq, kind, at, subject, body, audience, prev_hash, hash)`,
    [
      cell.region,
      cell.epoch,
      ops.map((op) => op.seq),
      ops.map((op) => op.kind),
      ops.map((op) => op.at),
      ops.map((op) => op.subject),
      ops.map((op) => JSON.stringify(op.body)),
      ops.map((op) => JSON.stringify(op.audience)),
      ops.map((op) => op.prevHash),
      ops.map((op) => op.hash),
      `${seq}`,
      signHash(cell.key, previous),
    ],
  )
}

/** Age in seconds of the oldest op without a number; 0 when there is none. */
export const sequencerLagS = async (db: Queries, now: Date): Promise<number> => {
  const [row] = await db.sql<{ oldest: Date | null }>(`select min(at) as oldest from platform.outbox`)
  return row?.oldest == null ? 0 : Math.max(0, (now.getTime() - row.oldest.getTime()) / 1000)
}
