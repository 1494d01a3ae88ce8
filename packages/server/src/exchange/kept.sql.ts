import type { Queries } from '../platform/db.ts'
import type { Reads } from './log.sql.ts'
import type { CellId } from './log-record.ts'
import { SUPERSEDING } from './superseding.ts'

/**
 * Which records of a log still have an effect, worked out page by page behind the log (`exchange.kept`), and kept for as long as a
 * checkpoint is served that had them. The same as `keptOf` (superseding.ts) says at once.
 */

const KINDS = Object.keys(SUPERSEDING)
const HOW = Object.values(SUPERSEDING).map(({ how }) => how)
const BY = Object.values(SUPERSEDING).map((rule) => ('by' in rule ? rule.by : null))

export interface Fold {
  readonly rules: string
  readonly upto: number
}

/** The position, locked: one process sorts a log at a time. `undefined`: another one does. */
export const lockFold = async (tx: Queries, origin: CellId, rules: string): Promise<Fold | undefined> => {
  await tx.sql(`insert into exchange.fold (origin, rules, upto) values ($1, $2, 0) on conflict do nothing`, [
    origin,
    rules,
  ])
  const [row] = await tx.sql<{ rules: string; upto: number }>(
    `select rules, upto::float8 as upto from exchange.fold where origin = $1 for update skip locked`,
    [origin],
  )
  return row
}

export const setFold = async (tx: Queries, origin: CellId, { rules, upto }: Fold): Promise<void> => {
  await tx.sql(`update exchange.fold set rules = $2, upto = $3 where origin = $1`, [origin, rules, upto])
}

/** Forgets what was worked out about a log: it was cut back, or begins elsewhere now, or the rules changed. */
export const forgetFold = async (tx: Queries, origin: CellId): Promise<void> => {
  await tx.sql(`delete from exchange.fold where origin = $1`, [origin])
  await tx.sql(`delete from exchange.kept where origin = $1`, [origin])
  await tx.sql(`update exchange.checkpoint set state = 'claimed', pieces = null where origin = $1`, [origin])
}

/**
 * Sorts the records behind `after` up to `upto`. Of a copy that began with a snapshot, what is at or below its base counts only as far
 * as the snapshot had it.
 */
export const foldPage = async (tx: Queries, origin: CellId, after: number, upto: number): Promise<void> => {
  await tx.sql(
    `with page as materialized (
       select o.seq, o.hash, r.how,
              case when r.how = 'aged' then o.at end as aging_from,
              case r.by when 'subject' then o.kind || ':' || o.subject
                        when 'id' then case jsonb_typeof(o.body -> 'id')
                             when 'string' then o.kind || ':' || (o.body ->> 'id') end end as key
         from platform.oplog o
         left join unnest($4::text[], $5::text[], $6::text[]) as r (kind, how, by) on r.kind = o.kind
        where o.origin = $1
          and o.seq > $2
          and o.seq <= $3
          and r.how is distinct from 'here'
          and (o.seq > coalesce((select b.seq from exchange.base b where b.origin = $1), 0)
               or exists (select from exchange.base_record b where b.origin = $1 and b.seq = o.seq))
     ), placed as (
       select p.*,
              lead(p.seq) over of_key as next_seq,
              row_number() over of_key = 1 as leads
         from page p
       window of_key as (partition by coalesce(p.key, p.seq::text) order by p.seq)
     ), sorted as (
       select p.*,
              p.how = 'ends' and p.key is not null and p.leads
              -- Where anything of the key is, its first is, and that one is never gone: so the index of what is not gone answers.
              and not exists (
                select from exchange.kept k where k.origin = $1 and k.key = p.key and k.gone_at is null
              ) as first
         from placed p
     ), superseded as (
       -- Looked up key by key and row by row, whatever the planner thinks of a table that grew from nothing: each page costs the same.
       update exchange.kept k
          set gone_at = o.gone_at
         from (select s.seq as gone_at, of_key.at
                 from sorted s
                cross join lateral (
                  select k.ctid as at
                    from exchange.kept k
                   where k.origin = $1 and k.key = s.key and k.gone_at is null and not k.first
                  offset 0
                ) of_key
                where s.leads and s.key is not null) o
        where k.ctid = o.at
     )
     insert into exchange.kept (origin, seq, key, first, aging_from, gone_at, hash)
     select $1, s.seq, s.key, coalesce(s.first, false), s.aging_from,
            case when s.key is not null and not coalesce(s.first, false) then s.next_seq end, s.hash
       from sorted s`,
    [origin, after, upto, KINDS, HOW, BY],
  )
}

/** What ended by age is in no snapshot from this number on. */
export const ageKept = async (tx: Queries, origin: CellId, upto: number, agedBefore: Date): Promise<void> => {
  await tx.sql(
    `update exchange.kept set gone_at = $2 where origin = $1 and gone_at is null and aging_from < $3 and seq <= $2`,
    [origin, upto, agedBefore],
  )
}

/** Drops what no checkpoint from this number on has. */
export const dropGone = async (tx: Queries, origin: CellId, upto: number): Promise<void> => {
  await tx.sql(`delete from exchange.kept where origin = $1 and gone_at <= $2`, [origin, upto])
}

/** The records of the snapshot at a number, behind one of them. */
const AT = `(
  select k.seq, k.hash
    from exchange.kept k
   where k.origin = $1 and k.seq > $3 and k.seq <= $2 and (k.gone_at is null or k.gone_at > $2)
   union
  select o.seq, o.hash from platform.oplog o where o.origin = $1 and o.seq = $2 and o.seq > $3
)`

export interface KeptHash {
  readonly seq: number
  readonly hash: Buffer
}

/** Numbers and hashes of the snapshot at `upto`, in order, behind `after`. */
export const keptHashes = (
  db: Reads,
  origin: CellId,
  upto: number,
  after: number,
  limit: number,
): Promise<KeptHash[]> =>
  db.sql<KeptHash>(`select s.seq::float8 as seq, s.hash from ${AT} s order by s.seq limit $4`, [
    origin,
    upto,
    after,
    limit,
  ])
