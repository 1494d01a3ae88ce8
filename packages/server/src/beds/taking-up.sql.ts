import type { RequestState } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'
import type { CrossingKind } from './crossing-ops.ts'

/** What a cell decided and could not tell, beside what its log says. Everything here is about the own region. */

/** `lostAt`: since when nothing of the own log got a number. */
export interface Lost {
  readonly sido: string
  readonly behind: number
  readonly lostAt: Date
}

/** An op of this kind was set aside and is not in the log that came back, or stood in the branch that was given up. */
const unheard = (kind: string, of: string): string => `(
  exists (select from exchange.orphan u
           where u.origin = $1 and u.given_up_at >= $2 and u.kind = '${kind}' and u.body ->> 'id' = ${of})
  or exists (select from exchange.set_aside u
              where u.origin = $1 and u.set_aside_at >= $2 and u.found_seq is null
                and u.kind = '${kind}' and u.body ->> 'id' = ${of}))`

const LIVE = `('granted', 'confirmed', 'occupied')`

export interface DisputedHold {
  readonly id: string
  readonly slot_id: string
  readonly request_id: string | null
  readonly ask_id: string | null
  readonly state: string
  readonly fencing: string
  readonly standing_slot: string | null
  readonly standing_fencing: string | null
  readonly standing_for: string | null
}

/**
 * Own live promises that the log contradicts: it never knew them and promised the bed, or took another for the patient; or a neighbour
 * knew them and ended them. One that it never knew, on a bed that is nobody else's there, is no contradiction.
 */
export const disputedHolds = (db: Queries, { sido, behind }: Lost): Promise<DisputedHold[]> =>
  db.sql<DisputedHold>(
    `select h.id, h.slot_id, h.request_id, h.ask_id, h.state, h.fencing, live.slot_id as standing_slot,
            live.fencing as standing_fencing, coalesce(live.request_id, live.ask_id) as standing_for
       from beds.hold h
       join beds.slot s on s.id = h.slot_id and s.sido is null
       left join beds.told_hold k on k.id = h.id and k.sido = $1
       left join lateral (
         select o.slot_id, o.fencing, o.request_id, o.ask_id
           from beds.told_hold o
          where o.sido = $1 and o.changed_seq > $2 and o.state in ${LIVE} and o.id <> h.id
            and (o.slot_id = h.slot_id or o.request_id = h.request_id or o.ask_id = h.ask_id)
          order by o.slot_id = h.slot_id desc, o.fencing desc
          limit 1) live on true
      where h.state in ${LIVE}
        and case
              when k.id is null then live.slot_id is not null
              else k.state not in ${LIVE} and exists (
                select from exchange.log l, jsonb_array_elements(l.openings) e
                 where l.origin = $1 and (e ->> 'epoch')::bigint = k.epoch and e ->> 'writer' <> $1)
            end
      order by h.id`,
    [sido, behind],
  )

/**
 * What the log says and what only this cell knew must fit beside each other: labels of a hospital, codes of open requests, numbers of
 * a bed's promises, one promise for an ask. What only this cell knew gives way.
 */
export const makeRoom = async (tx: Tx, { sido, behind }: Lost): Promise<void> => {
  await tx.sql(
    `update beds.slot s set label = left(s.label, 26) || ' ' || right(s.id, 13)
       from beds.told_slot t
      where t.sido = $1 and t.changed_seq > $2 and t.hospital_id = s.hospital_id
        and (s.id = t.id and s.label <> t.label or s.id <> t.id and s.label = t.label)`,
    [sido, behind],
  )
  await tx.sql(
    `with clash as (
       select r.id, row_number() over (order by r.id) as nth
         from beds.request r
         join beds.told_request t on t.sido = $1 and t.changed_seq > $2 and t.code = r.code and t.id <> r.id and t.closed_at is null
        where r.sido = $1 and r.closed_at is null
          and not exists (select from beds.told_request own where own.id = r.id and own.closed_at is not null)
     ), free as (
       select c.code, row_number() over (order by c.code) as nth
         from (select lpad(n::text, 4, '0') as code from generate_series(0, 9999) n) c
        where not exists (select from beds.request r where r.sido = $1 and r.code = c.code)
          and not exists (select from beds.told_request t where t.sido = $1 and t.code = c.code)
     )
     update beds.request r set code = f.code from clash c join free f on f.nth = c.nth where r.id = c.id`,
    [sido, behind],
  )
  await tx.sql(
    `update beds.hold h set id = t.id
       from beds.told_hold t
      where t.sido = $1 and t.changed_seq > $2 and t.ask_id = h.ask_id and t.id <> h.id`,
    [sido, behind],
  )
  await tx.sql(
    `with clash as (
       select h.id, h.slot_id, greatest(s.fencing, max(o.fencing)) + row_number() over (partition by h.slot_id order by h.id) as fencing
         from beds.hold h
         join beds.slot s on s.id = h.slot_id
         join beds.told_hold t on t.slot_id = h.slot_id and t.fencing = h.fencing and t.id <> h.id
         join beds.told_hold o on o.slot_id = h.slot_id
        where t.sido = $1 and t.changed_seq > $2
        group by h.id, h.slot_id, s.fencing
     ), raised as (
       update beds.slot s set fencing = c.fencing
         from (select slot_id, max(fencing) as fencing from clash group by slot_id) c
        where c.slot_id = s.id and s.fencing < c.fencing
     )
     update beds.hold h set fencing = c.fencing from clash c where c.id = h.id`,
    [sido, behind],
  )
}

/** A bed is held by a promise. After promises were ended by what the log says, their beds are nobody's. */
export const freeUnheld = async (tx: Tx, now: Date): Promise<void> => {
  await tx.sql(
    `update beds.slot s set state = 'available', version = s.version + 1, changed_at = $1
      where s.sido is null and s.state = 'held'
        and not exists (select from beds.hold h where h.slot_id = s.id and h.state in ${LIVE})`,
    [now],
  )
}

export interface UnheardHold {
  readonly id: string
  readonly slot_id: string
  readonly fencing: string
  readonly slot_fencing: string
  readonly request_id: string | null
  readonly ask_id: string | null
}

/** Live promises of which nobody else heard in their present state. */
export const unheardHolds = (db: Queries, { sido, lostAt }: Lost): Promise<UnheardHold[]> =>
  db.sql<UnheardHold>(
    `select h.id, h.slot_id, h.fencing, s.fencing as slot_fencing, h.request_id, h.ask_id
       from beds.hold h
       join beds.slot s on s.id = h.slot_id
      where s.sido is null
        and h.state in ('granted', 'confirmed')
        and ${unheard('hold-stated', 'h.id')}
      order by h.id`,
    [sido, lostAt],
  )

/** Promises and requests that are over here, while what ended them was never heard: others take them for live. */
export interface EndedUnheard {
  readonly holds: readonly string[]
  readonly requests: readonly string[]
}

export const endedUnheard = async (db: Queries, { sido, lostAt }: Lost): Promise<EndedUnheard> => {
  const idsOf = async (text: string) => (await db.sql<{ id: string }>(text, [sido, lostAt])).map(({ id }) => id)
  return {
    holds: await idsOf(
      `select h.id
         from beds.hold h
         join beds.slot s on s.id = h.slot_id and s.sido is null
        where h.state not in ${LIVE}
          and (${unheard('hold-stated', 'h.id')}
               or exists (select from beds.told_hold t where t.id = h.id and t.sido = $1 and t.state in ${LIVE}))
        order by h.id`,
    ),
    requests: await idsOf(
      `select r.id
         from beds.request r
        where r.sido = $1 and r.closed_at is not null
          and (${unheard('request-stated', 'r.id')}
               or exists (select from beds.told_request t where t.id = r.id and t.sido = $1 and t.closed_at is null))
        order by r.id`,
    ),
  }
}

/** Says once more how they stand: over. */
export const restateEnded = async (tx: Tx, { holds, requests }: EndedUnheard): Promise<void> => {
  await tx.sql(`update beds.hold set state = state where id = any ($1)`, [holds])
  await tx.sql(`update beds.request set version = version where id = any ($1)`, [requests])
}

export const renumberHold = async (tx: Tx, hold: UnheardHold, fencing: number, now: Date): Promise<void> => {
  await tx.sql(`update beds.hold set fencing = $2 where id = $1`, [hold.id, fencing])
  await tx.sql(`update beds.grant set fencing = $2 where ask_id = $1`, [hold.ask_id, fencing])
  await tx.sql(
    `update beds.slot set fencing = $2, state = 'held', blocked_reason = null, opens_in_hours = null,
            version = version + 1, changed_at = $3 where id = $1`,
    [hold.slot_id, fencing, now],
  )
}

/** Requests that were changed here without anybody hearing of it. */
export const unheardRequests = async (
  db: Queries,
  { sido, lostAt }: Lost,
): Promise<ReadonlyMap<string, RequestState>> =>
  new Map(
    (
      await db.sql<{ id: string; state: RequestState }>(
        `select r.id, r.state from beds.request r where r.sido = $1 and ${unheard('request-stated', 'r.id')} order by r.id`,
        [sido, lostAt],
      )
    ).map(({ id, state }) => [id, state]),
  )

export interface UnsaidOp {
  readonly id: string
  readonly kind: CrossingKind
  readonly body: unknown
}

/** What was said to other regions and got no number, in the order in which it was said. */
export const unsaidOps = (db: Queries, { sido, lostAt }: Lost, kinds: readonly string[]): Promise<UnsaidOp[]> =>
  db.sql<UnsaidOp>(
    `select a.id, a.kind, a.body
       from exchange.set_aside a
      where a.origin = $1 and a.set_aside_at >= $2 and a.found_seq is null and a.settled_at is null and a.kind = any($3)
      order by a.id`,
    [sido, lostAt, kinds],
  )

export const settleSetAside = async (tx: Tx, id: string, now: Date): Promise<void> => {
  await tx.sql(`update exchange.set_aside set settled_at = $2 where id = $1`, [id, now])
}

/** Open promises and when they run out. */
export const grantedHolds = (db: Queries, sido: string | null): Promise<{ id: string; expires_at: Date }[]> =>
  db.sql(
    `select h.id, h.expires_at
       from beds.hold h
       join beds.slot s on s.id = h.slot_id
      where s.sido is not distinct from $1 and h.state = 'granted' and h.request_id is not null
      order by h.id`,
    [sido],
  )

/** Own beds kept for patients of other regions of whom the hospital does not know who they are, with what their region sealed. */
export const grantsWithoutPatient = (db: Queries, sido: string): Promise<{ ask_id: string; sealed: string }[]> =>
  db.sql(
    `with wanted as (
       select g.ask_id, g.asker
         from beds.grant g
        where g.sido = $1 and g.state = 'confirmed'
          and not exists (select from beds.grant_patient p where p.ask_id = g.ask_id)
     ), said as (
       -- One pass over the logs, whatever the number of promises.
       select distinct on (l.subject) l.subject as ask_id, l.body ->> 'sealed' as sealed
         from platform.oplog l
         join wanted w on w.ask_id = l.subject and w.asker = l.origin
        where l.kind = 'hold-accepted'
        order by l.subject, l.seq desc
     )
     select s.ask_id, s.sealed from said s where s.sealed is not null order by s.ask_id`,
    [sido],
  )

/** The hospitals of this region are said anew: what was said last is in the log and not in these tables. */
export const forgetSaid = async (tx: Tx, sido: string): Promise<void> => {
  await tx.sql(`delete from beds.hospital_said where sido = $1`, [sido])
}
