import type { RequestState, RoomKind } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'
import { appendOp } from '../platform/oplog.ts'
import type { Key, Wanted, Window } from './keys.ts'

export interface RoomRow {
  readonly id: string
  readonly kind: RoomKind
  readonly region: string
  readonly title: string
  readonly request_id: string | null
  readonly facility_id: string | null
  readonly opened_at: Date
  readonly opened_by: string | null
  readonly closed_at: Date | null
  readonly purpose: string | null
  /** Looks after an ad hoc room; null = everybody who reads it. */
  readonly kept_by: string | null
  readonly head: string
  readonly access: string
  readonly hlc: string | null
  readonly last_at: Date
}

const ROOM = `r.id, r.kind, r.region, r.title, r.request_id, r.facility_id, r.opened_at, r.opened_by, r.closed_at, r.purpose,
  r.kept_by, r.head, r.access, r.hlc, r.last_at`

export interface NewRoom {
  readonly id: string
  readonly kind: RoomKind
  readonly region: string
  readonly title: string
  readonly purpose?: string | null | undefined
  readonly requestId: string | null
  readonly facilityId: string | null
  readonly openedBy: string | null
}

/** False when there is such a room already. */
export const insertRoom = async (tx: Tx, room: NewRoom, now: Date): Promise<boolean> =>
  (
    await tx.sql(
      `insert into rooms.room (id, kind, region, title, request_id, facility_id, opened_at, opened_by, last_at, purpose)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $7, $9)
           on conflict do nothing
       returning id`,
      [
        ...[room.id, room.kind, room.region, room.title, room.requestId, room.facilityId, now, room.openedBy],
        room.purpose ?? null,
      ],
    )
  ).length > 0

/** Who looks after an ad hoc room from now on. The room is locked. */
export const keepRoom = async (tx: Tx, id: string, personId: string | null): Promise<void> => {
  await tx.sql(`update rooms.room set kept_by = $2 where id = $1`, [id, personId])
}

export const closeRoomRow = async (tx: Tx, id: string, now: Date): Promise<void> => {
  await tx.sql(`update rooms.room set closed_at = $2 where id = $1 and closed_at is null`, [id, now])
}

export const roomById = async (db: Queries, id: string): Promise<RoomRow | undefined> =>
  (await db.sql<RoomRow>(`select ${ROOM} from rooms.room r where r.id = $1`, [id]))[0]

export const roomOfRequest = async (db: Queries, requestId: string): Promise<RoomRow | undefined> =>
  (await db.sql<RoomRow>(`select ${ROOM} from rooms.room r where r.request_id = $1`, [requestId]))[0]

/** Whoever writes or changes readers holds this lock: numbers have no gaps, and a message is read by who read when it was written. */
export const lockRoom = async (tx: Tx, id: string): Promise<RoomRow | undefined> =>
  (await tx.sql<RoomRow>(`select ${ROOM} from rooms.room r where r.id = $1 for update`, [id]))[0]

export interface ReaderRow {
  readonly key: Key
  readonly after: string
  readonly until: string | null
  readonly by_rule: boolean
}

export const readersOf = (db: Queries, roomId: string): Promise<ReaderRow[]> =>
  db.sql<ReaderRow>(`select key, after, until, by_rule from rooms.reader where room_id = $1 order by id`, [roomId])

/** Keys of desks that read along now: who of other regions has to be told. Few, however many people a room has. */
export const deskKeysOf = async (db: Queries, roomId: string): Promise<Key[]> =>
  (
    await db.sql<{ key: Key }>(
      `select key from rooms.reader where room_id = $1 and until is null and key like 'role:%' order by key`,
      [roomId],
    )
  ).map(({ key }) => key)

export const toWindow = ({ after, until }: Pick<ReaderRow, 'after' | 'until'>): Window => ({
  after: Number(after),
  until: until === null ? null : Number(until),
})

/** What the holder of these keys reads of a room; empty = nothing at all. */
export const windowsOf = async (db: Queries, roomId: string, keys: readonly Key[]): Promise<Window[]> =>
  (
    await db.sql<ReaderRow>(
      `select key, after, until, by_rule from rooms.reader where room_id = $1 and key = any($2) order by id`,
      [roomId, keys],
    )
  ).map(toWindow)

/**
 * Opens the room of a request if it is not there, and makes its readers by rule exactly these. One statement for the usual case, in
 * which nothing changes: it runs with every step of every request.
 */
export const setReaders = async (
  tx: Tx,
  room: NewRoom,
  wanted: readonly Wanted[],
  closed: boolean,
  now: Date,
): Promise<void> => {
  const keys = wanted.map(({ key }) => key)
  const whole = wanted.map((one) => one.whole)
  const [found] = await tx.sql<{ id: string; closed: boolean; same: boolean }>(
    `select r.id, r.closed_at is not null as closed,
            not exists (
              select
                -- This room's alone, before they are compared: the same hospital reads other rooms too.
                from (select key, after, by_rule from rooms.reader where room_id = r.id and until is null) o
                full join unnest($2::text[], $3::boolean[]) as w (key, whole) on w.key = o.key
               where o.key is null
                  or (o.by_rule and (w.key is null or (w.whole and o.after > 0)))) as same
       from rooms.room r
      where r.request_id = $1`,
    [room.requestId, keys, whole],
  )
  if (found === undefined) {
    if (!(await insertRoom(tx, room, now))) throw new Error(`Two rooms for request ${room.requestId}`)
    await addReaders(tx, room.id, wanted, true, now)
    return tellChange(tx, room.id, now)
  }
  if (found.closed !== closed)
    await tx.sql(`update rooms.room set closed_at = $2 where id = $1`, [found.id, closed ? now : null])
  if (found.same) return
  const locked = await lockRoom(tx, found.id)
  if (locked === undefined) return
  await tx.sql(
    `update rooms.reader o
        set until = greatest(o.after, $4), ended_at = $5
      where o.room_id = $1
        and o.until is null
        and o.by_rule
        and not exists (select from unnest($2::text[], $3::boolean[]) as w (key, whole)
                         where w.key = o.key and (not w.whole or o.after = 0))`,
    [found.id, keys, whole, locked.head, now],
  )
  await addReaders(tx, found.id, wanted, true, now)
  await tellChange(tx, found.id, now)
}

/** Raises the access number and tells screens. The room is locked or new. */
export const tellChange = async (tx: Tx, roomId: string, now: Date): Promise<void> => {
  await tx.sql(`update rooms.room set access = access + 1 where id = $1`, [roomId])
  await appendOp(tx, { kind: 'room-access-changed', subject: roomId, body: { roomId }, audience: {}, at: now })
}

/** Adds readers who are not there; `whole` reads from the beginning, others from now on. The room is locked or new. */
export const addReaders = async (
  tx: Tx,
  roomId: string,
  wanted: readonly Wanted[],
  byRule: boolean,
  now: Date,
): Promise<number> =>
  (
    await tx.sql(
      `insert into rooms.reader (room_id, key, after, by_rule, since)
       select r.id, w.key, case when w.whole then 0 else r.head end, $4, $5
         from rooms.room r, unnest($2::text[], $3::boolean[]) as w (key, whole)
        where r.id = $1
           on conflict (room_id, key) where until is null do nothing
       returning key`,
      [roomId, wanted.map(({ key }) => key), wanted.map((one) => one.whole), byRule, now],
    )
  ).length

/** Ends what was added by hand; what follows from the request stays. The room is locked. */
export const endReaders = async (tx: Tx, room: RoomRow, keys: readonly Key[], now: Date): Promise<number> =>
  (
    await tx.sql(
      `update rooms.reader
          set until = greatest(after, $3), ended_at = $4
        where room_id = $1
          and key = any($2)
          and until is null
          and not by_rule
       returning key`,
      [room.id, keys, room.head, now],
    )
  ).length

export interface ListedRoom extends RoomRow {
  readonly live: boolean
  /** Was taken in as a person. */
  readonly personal: boolean
  readonly top: string
  readonly seen: string
  readonly unread: string
  readonly mentioned: string
  readonly last_text: string | null
  readonly request_code: string | null
  readonly request_state: RequestState | null
  readonly out_of_reach: readonly { readonly region: string; readonly since: string }[]
}

/** Rooms somebody reads or has read, with what is new in them for this person. */
export const listRooms = (
  db: Queries,
  personId: string,
  keys: readonly Key[],
  ask: {
    readonly kind?: RoomKind | undefined
    readonly closed: boolean
    readonly limit: number
    readonly roomId?: string
  },
): Promise<ListedRoom[]> =>
  db.sql<ListedRoom>(
    `with mine as (
       select o.room_id,
              bool_or(o.until is null) as live,
              bool_or(o.until is null and not o.by_rule and o.key = 'person:' || $1) as personal,
              -- The windows of one person: what is read of the room.
              array_agg(int8range(o.after, o.until, '(]')) as windows
         from rooms.reader o
        where o.key = any($2)
          and ($6::text is null or o.room_id = $6)
        group by o.room_id
     ), chosen as (
       select ${ROOM}, m.live, m.personal, m.windows
         from mine m
         join rooms.room r on r.id = m.room_id
        where ($3::text is null or r.kind = $3)
          and ($4 or r.closed_at is null)
          and ($4 or m.live)
        order by r.last_at desc, r.id
        limit $5
     )
     select c.id, c.kind, c.region, c.title, c.request_id, c.facility_id, c.opened_at, c.opened_by, c.closed_at, c.purpose,
            c.kept_by, c.head, c.access, c.hlc, c.last_at, c.live, c.personal,
            coalesce(last.number, 0) as top,
            seen.upto as seen,
            case when last.number is null then 0
                 else (select count(*) from rooms.message x
                        where x.room_id = c.id and x.number > seen.upto and x.number <= last.number
                          and x.author_id is distinct from $1 and x.kind <> 'retraction'
                          and exists (select from unnest(c.windows) w where w @> x.number)) end as unread,
            (select count(*) from rooms.mention n
              where n.person_id = $1 and n.room_id = c.id and n.number > seen.upto) as mentioned,
            last.preview as last_text,
            q.code as request_code,
            q.state as request_state,
            coalesce((select jsonb_agg(jsonb_build_object('region', h.region, 'since', h.since) order by h.since)
                        from rooms.reach h
                       where h.until is null
                         and exists (select from rooms.reader k
                                      where k.room_id = c.id and k.until is null
                                        and k.key like 'role:%' and split_part(k.key, ':', 3) in (h.region, '*'))),
                     '[]') as out_of_reach
       from chosen c
       left join rooms.request_head q on q.id = c.request_id
       cross join lateral (select coalesce(max(p.upto), 0) as upto
                             from rooms.receipt p
                            where p.room_id = c.id and p.person_id = $1 and p.what = 'seen') seen
       left join lateral (select l.number, coalesce(l.body ->> 'text', l.body ->> 'reply') as preview
                            from rooms.message l
                           where l.room_id = c.id
                             and l.number <= c.head
                             and l.kind <> 'retraction'
                             and exists (select from unnest(c.windows) w where w @> l.number)
                           order by l.number desc
                           limit 1) last on true
      order by c.last_at desc, c.id`,
    [personId, keys, ask.kind ?? null, ask.closed, ask.limit, ask.roomId ?? null],
  )
