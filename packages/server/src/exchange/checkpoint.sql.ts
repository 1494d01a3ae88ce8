import type { Queries } from '../platform/db.ts'
import type { Piece } from './checkpoint.ts'
import type { Reads } from './log.sql.ts'
import type { CellId } from './log-record.ts'

/** Checkpoints of one log whose snapshots are served: a newcomer in the middle of the one before is not sent back to its beginning. */
const SERVED = 2

export const claimCheckpoint = async (tx: Queries, origin: CellId, seq: number, upto: number): Promise<void> => {
  await tx.sql(
    `insert into exchange.checkpoint (origin, seq, upto, state) values ($1, $2, $3, 'claimed') on conflict do nothing`,
    [origin, seq, upto],
  )
}

export interface Claim {
  readonly origin: CellId
  readonly seq: number
  readonly upto: number
}

/** Oldest first within a log. */
export const openClaims = (db: Reads): Promise<Claim[]> =>
  db.sql<Claim>(
    `select origin, seq::float8 as seq, upto::float8 as upto
       from exchange.checkpoint
      where state = 'claimed'
      order by origin, upto, seq`,
  )

/** A log this cell writes, with how far its newest checkpoint goes. */
export interface WrittenLog {
  readonly origin: CellId
  readonly epoch: number
  readonly opened: number
  readonly head: number
  readonly checkpointed: number
}

export const writtenLogs = (db: Reads): Promise<WrittenLog[]> =>
  db.sql<WrittenLog>(
    `select w.origin, w.epoch::float8 as epoch, (l.openings -> -1 ->> 'seq')::float8 as opened, h.seq::float8 as head,
            greatest(coalesce((select max(c.upto) from exchange.checkpoint c where c.origin = w.origin), 0),
                     coalesce((select b.seq from exchange.base b where b.origin = w.origin), 0))::float8 as checkpointed
       from platform.writing w
       join exchange.log l on l.origin = w.origin
      cross join lateral (
        select o.seq from platform.oplog o where o.origin = w.origin order by o.seq desc limit 1
      ) h
      order by w.origin`,
  )

export const setCheckpoint = async (
  tx: Queries,
  { origin, seq, upto }: Claim,
  state: 'good' | 'differs' | 'passed-over',
  pieces: readonly Piece[] | null,
): Promise<void> => {
  await tx.sql(
    `insert into exchange.checkpoint (origin, seq, upto, state, pieces) values ($1, $2, $3, $4, $5)
         on conflict (origin, seq) do update set state = excluded.state, pieces = excluded.pieces`,
    [origin, seq, upto, state, pieces === null ? null : JSON.stringify(pieces)],
  )
}

export interface ServedCheckpoint extends Claim {
  readonly pieces: readonly Piece[]
}

/** Those whose snapshots can be served, newest first. */
export const servedCheckpoints = (db: Reads, origin: CellId): Promise<ServedCheckpoint[]> =>
  db.sql<ServedCheckpoint>(
    `select origin, seq::float8 as seq, upto::float8 as upto, pieces
       from exchange.checkpoint
      where origin = $1 and state = 'good'
      order by checkpoint.seq desc
      limit ${SERVED}`,
    [origin],
  )

/** What the base of a copy says: where whole records begin, and under which rules the ones before were chosen. */
export const baseOf = async (
  db: Reads,
  origin: CellId,
): Promise<{ readonly seq: number; readonly rules: string } | undefined> =>
  (
    await db.sql<{ seq: number; rules: string }>(
      `select seq::float8 as seq, rules from exchange.base where origin = $1`,
      [origin],
    )
  )[0]
