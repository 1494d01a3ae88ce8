import type { Queries, Tx } from '../platform/db.ts'
import { OPLOG_CHANNEL } from '../platform/oplog.ts'
import type { Piece } from './checkpoint.ts'
import { forgetFold } from './kept.sql.ts'
import { LINE } from './lines.sql.ts'
import { type RawRecord, RECORD, type Reads, type SignedRecord, toRecord } from './log.sql.ts'
import type { CellId, LogRecord } from './log-record.ts'
import { extraOf } from './wire.ts'

/** The records of the snapshot at `upto` with numbers above `after`, up to `to`, as they travel: a line each, with its end. */
export const snapshotLines = async (
  db: Reads,
  origin: CellId,
  upto: number,
  after: number,
  to: number,
): Promise<string> => {
  const [piece] = await db.sql<{ text: string | null }>(
    `select string_agg(concat(${LINE}, E'\n'), '' order by o.seq) as text
       from platform.oplog o
      where o.origin = $1
        and o.seq > $3
        and o.seq <= $4
        and (o.seq = $2
             or exists (select from exchange.kept k
                         where k.origin = $1 and k.seq = o.seq and (k.gone_at is null or k.gone_at > $2)))`,
    [origin, upto, after, to],
  )
  return piece?.text ?? ''
}

// ---------------------------------------------------------------- on its way

interface Vouched {
  readonly checkpoint: LogRecord
  readonly signature: Buffer
  readonly pieces: readonly Piece[]
  readonly takenFrom: CellId
}

export interface Arriving extends Vouched {
  readonly openings: readonly { readonly record: LogRecord; readonly signature: string }[]
  /** How many pieces are here, from the first. */
  readonly here: number
}

export const arrivingOf = async (db: Reads, origin: CellId): Promise<Arriving | undefined> =>
  (
    await db.sql<Arriving>(
      `select a.checkpoint, a.signature, a.pieces, a.openings, a.taken_from as "takenFrom",
              (select count(*) from exchange.arriving_piece p where p.origin = a.origin)::float8 as here
         from exchange.arriving a
        where a.origin = $1`,
      [origin],
    )
  )[0]

export const beginArriving = async (
  tx: Queries,
  origin: CellId,
  { checkpoint, signature, pieces, openings, takenFrom }: Omit<Arriving, 'here'>,
  now: Date,
): Promise<void> => {
  await dropArriving(tx, origin)
  await tx.sql(
    `insert into exchange.arriving (origin, checkpoint, signature, pieces, openings, taken_from, begun_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [origin, JSON.stringify(checkpoint), signature, JSON.stringify(pieces), JSON.stringify(openings), takenFrom, now],
  )
}

export const dropArriving = async (tx: Queries, origin: CellId): Promise<void> => {
  await tx.sql(`delete from exchange.arriving where origin = $1`, [origin])
}

export const savePiece = async (
  tx: Queries,
  origin: CellId,
  piece: number,
  lines: readonly string[],
): Promise<void> => {
  await tx.sql(
    `insert into exchange.arriving_piece (origin, piece, lines) values ($1, $2, $3) on conflict do nothing`,
    [origin, piece, lines.join('\n')],
  )
}

export const pieceLines = async (tx: Queries, origin: CellId, piece: number): Promise<readonly string[]> => {
  const [row] = await tx.sql<{ lines: string }>(
    `select lines from exchange.arriving_piece where origin = $1 and piece = $2`,
    [origin, piece],
  )
  return row === undefined ? [] : row.lines.split('\n')
}

// ---------------------------------------------------------------- taken

/** Puts records of a snapshot into the copy, at their places, and tells every process. `signatures`: by number, of openings. */
export const insertScattered = async (
  tx: Tx,
  origin: CellId,
  records: readonly LogRecord[],
  signatures: ReadonlyMap<number, Buffer>,
): Promise<void> => {
  await tx.sql(
    `with put as (
       insert into platform.oplog
              (origin, epoch, seq, kind, at, subject, body, extra, audience, prev_hash, hash, signature)
       select $1, o.epoch, o.seq, o.kind, o.at, o.subject, o.body, o.extra, '{}',
              decode(o.prev_hash, 'hex'), decode(o.hash, 'hex'), decode(o.signature, 'hex')
         from unnest($2::bigint[], $3::bigint[], $4::text[], $5::timestamptz[], $6::text[], $7::jsonb[], $8::jsonb[],
                     $9::text[], $10::text[], $11::text[])
              as o (epoch, seq, kind, at, subject, body, extra, prev_hash, hash, signature)
     )
     select pg_notify('${OPLOG_CHANNEL}', $1)`,
    [
      origin,
      records.map(({ epoch }) => epoch),
      records.map(({ seq }) => seq),
      records.map(({ kind }) => kind),
      records.map(({ at }) => at),
      records.map(({ subject }) => subject),
      records.map(({ body }) => JSON.stringify(body)),
      records.map(extraOf),
      records.map(({ prevHash }) => prevHash),
      records.map(({ hash }) => hash),
      records.map(({ seq }) => signatures.get(seq)?.toString('hex') ?? null),
    ],
  )
}

export interface Base extends Vouched {
  readonly seq: number
  readonly rules: string
}

/** From here on the copy is whole behind `seq` only. `numbers` of everything the snapshot had come by {@link addBaseRecords}. */
export const saveBase = async (tx: Queries, origin: CellId, base: Base, now: Date): Promise<void> => {
  await forgetBase(tx, origin)
  await tx.sql(
    `insert into exchange.base (origin, seq, rules, checkpoint, signature, pieces, taken_at, taken_from)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      origin,
      base.seq,
      base.rules,
      JSON.stringify(base.checkpoint),
      base.signature,
      JSON.stringify(base.pieces),
      now,
      base.takenFrom,
    ],
  )
}

export const addBaseRecords = async (tx: Queries, origin: CellId, seqs: readonly number[]): Promise<void> => {
  await tx.sql(`insert into exchange.base_record (origin, seq) select $1, unnest($2::bigint[])`, [origin, seqs])
}

/** Everything that says where the copy begins. */
const forgetBase = async (tx: Queries, origin: CellId): Promise<void> => {
  await tx.sql(`delete from exchange.base where origin = $1`, [origin])
  await tx.sql(`delete from exchange.base_record where origin = $1`, [origin])
  await forgetCheckpoints(tx, origin)
}

/** A copy was cut back: its records are sorted anew, and its checkpoints come again with what is kept and what follows. */
export const forgetCheckpoints = async (tx: Queries, origin: CellId): Promise<void> => {
  await forgetFold(tx, origin)
  await tx.sql(`delete from exchange.checkpoint where origin = $1`, [origin])
}

/**
 * All of a copy was given up because it was cut back behind its base. What is at or below `common` is on the branch that is followed
 * and comes again: it is no orphan.
 */
export const letGoOfBase = async (tx: Queries, origin: CellId, common: number, forEpoch: number): Promise<void> => {
  await forgetBase(tx, origin)
  await tx.sql(`delete from exchange.orphan where origin = $1 and seq <= $2 and given_up_for = $3`, [
    origin,
    common,
    forEpoch,
  ])
}

export const findBase = async (db: Reads, origin: CellId): Promise<(Base & { readonly takenAt: Date }) | undefined> =>
  (
    await db.sql<Base & { readonly takenAt: Date }>(
      `select seq::float8 as seq, rules, checkpoint, signature, pieces, taken_from as "takenFrom", taken_at as "takenAt"
         from exchange.base
        where origin = $1`,
      [origin],
    )
  )[0]

/** Records of the snapshot a copy began with, with numbers above `after`, up to `to`. */
export const baseRecords = async (db: Reads, origin: CellId, after: number, to: number): Promise<SignedRecord[]> => {
  const rows = await db.sql<RawRecord & { signature: Buffer | null }>(
    `select ${RECORD}, signature
       from platform.oplog
      where origin = $1
        and oplog.seq > $2
        and oplog.seq <= $3
        and exists (select from exchange.base_record b where b.origin = $1 and b.seq = oplog.seq)
      order by oplog.seq`,
    [origin, after, to],
  )
  return rows.map(({ signature, ...row }) => ({ record: toRecord(row), signature }))
}
