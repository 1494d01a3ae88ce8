import { type BodyOf, ok, ROOM_LIMITS, type roomEndpoints } from '@dure/contract'
import type { Queries } from '../platform/db.ts'
import type { Person } from '../platform/person.ts'
import { facilityKeys, isLive, keysOf, personKey, reads } from './keys.ts'
import { writeLine } from './messages.service.ts'
import { mayManage, noSuchRoom, type RoomResult, type Rooms, refuse } from './rooms.service.ts'
import {
  addReaders,
  endReaders,
  insertRoom,
  lockRoom,
  readersOf,
  tellChange,
  toWindow,
  windowsOf,
} from './rooms.sql.ts'

export interface RoomPerson {
  readonly id: string
  readonly name: string
  readonly place: string | null
  readonly roles: readonly string[]
  readonly guest: boolean
}

interface PersonRow {
  readonly id: string
  readonly name: string
  readonly roles: string[]
  readonly region: string
  readonly facility_id: string | null
}

/** Everybody who reads a room now, or who could read the message of this number when it was written. Guests come last. */
export const peopleOfRoom = async (rooms: Rooms, roomId: string, number?: number): Promise<RoomPerson[]> => {
  const rows = await readersOf(rooms.db, roomId)
  const readers = rows.filter((row) => (number === undefined ? row.until === null : reads([toWindow(row)], number)))
  const keys = new Set(readers.map(({ key }) => key))
  const { byId } = await rooms.directory.current()
  const people = await candidates(rooms.db, [...keys])
  const inside = people.filter((row) =>
    keysOf({ id: row.id, roles: row.roles, region: row.region, facilityId: row.facility_id }).some((key) =>
      keys.has(key),
    ),
  )
  const guests = await guestsOf(rooms.db, roomId, [...keys])
  return [
    ...inside.map(({ id, name, roles, facility_id }) => ({
      id,
      name,
      roles,
      place: facility_id === null ? null : (byId.get(facility_id)?.name ?? null),
      guest: false,
    })),
    ...guests.map(({ id, name }) => ({ id, name, roles: [], place: null, guest: true })),
  ]
}

/** Who might hold one of the keys; exactly who does is decided by the same function as everywhere. */
const candidates = (db: Queries, keys: readonly string[]): Promise<PersonRow[]> => {
  const part = (kind: string, at: number) =>
    keys.filter((key) => key.startsWith(`${kind}:`)).map((key) => key.split(':')[at] ?? '')
  return db.sql<PersonRow>(
    `select p.id, p.name, p.roles, p.region, p.facility_id
       from platform.person p
      where p.disabled_at is null
        and (p.id = any($1) or p.roles && $2::text[] or p.facility_id = any($3))
      order by p.name, p.id
      limit ${ROOM_LIMITS.membersPerRoom}`,
    [part('person', 1), part('role', 1), part('facility', 1)],
  )
}

const guestsOf = (db: Queries, roomId: string, keys: readonly string[]) =>
  db.sql<{ id: string; name: string }>(
    `select i.id, i.guest_name as name from rooms.invitation i
      where i.room_id = $1 and i.guest_name is not null and 'guest:' || i.id = any($2) order by i.used_at, i.id`,
    [roomId, keys],
  )

export const membersFor = async (rooms: Rooms, person: Person, roomId: string) => {
  const windows = await windowsOf(rooms.db, roomId, keysOf(person))
  if (!isLive(windows)) return noSuchRoom
  const people = await peopleOfRoom(rooms, roomId)
  return ok({
    members: people.map(({ id, name, place, roles, guest }) => ({
      personId: id,
      name,
      place,
      roles: [...roles],
      guest,
      online: rooms.isOnline(id),
    })),
  })
}

type Opening = BodyOf<typeof roomEndpoints.openRoom>

/** A room for some people and hospitals. The id is made by whoever opens it: sent twice it is opened once. */
export const openRoom = (
  rooms: Rooms,
  person: Person,
  { id, title, personIds, facilityIds }: Opening,
  now: Date,
): Promise<RoomResult<string, 'conflict' | 'invalid-input'>> =>
  rooms.db.tx(async (tx) => {
    const missing = await unknownPerson(tx, personIds)
    if (missing >= 0) return refuse('invalid-input', 'no such person', `/body/personIds/${missing}`)
    const { byId } = await rooms.directory.current()
    const nowhere = facilityIds.findIndex((one) => !byId.has(one))
    if (nowhere >= 0) return refuse('invalid-input', 'no such hospital', `/body/facilityIds/${nowhere}`)
    const room = {
      id,
      kind: 'ad_hoc' as const,
      region: rooms.region,
      title,
      requestId: null,
      facilityId: null,
      openedBy: person.id,
    }
    if (!(await insertRoom(tx, room, now))) {
      const known = await lockRoom(tx, id)
      return known?.kind === 'ad_hoc' && known.opened_by === person.id && known.title === title
        ? ok(id)
        : refuse('conflict', 'another room has this id', '/body/id')
    }
    const keys = [...new Set([person.id, ...personIds].map(personKey)), ...new Set(facilityIds.flatMap(facilityKeys))]
    await addReaders(
      tx,
      id,
      keys.map((key) => ({ key, whole: true })),
      false,
      now,
    )
    await tellChange(tx, id, now)
    return ok(id)
  })

const unknownPerson = async (db: Queries, ids: readonly string[]): Promise<number> => {
  const rows = await db.sql<{ id: string }>(
    `select id from platform.person where id = any($1) and disabled_at is null`,
    [ids],
  )
  const known = new Set(rows.map(({ id }) => id))
  return ids.findIndex((id) => !known.has(id))
}

type Change = BodyOf<typeof roomEndpoints.changeMembers>

/** People beside those who follow from the request or the desk. Who is taken in reads from now on. */
export const changeMembers = async (
  rooms: Rooms,
  person: Person,
  roomId: string,
  { add, remove }: Change,
  now: Date,
): Promise<RoomResult<undefined, 'not-found' | 'not-allowed' | 'invalid-input'>> =>
  rooms.db.tx(async (tx) => {
    const room = await lockRoom(tx, roomId)
    const windows = room === undefined ? [] : await windowsOf(tx, roomId, keysOf(person))
    if (room === undefined || !isLive(windows)) return noSuchRoom
    const onlyLeaves = add.length === 0 && remove.every((id) => id === person.id)
    if (!mayManage(room, person) && !onlyLeaves) return refuse('not-allowed', 'others decide who is in this room')
    const missing = await unknownPerson(tx, add)
    if (missing >= 0) return refuse('invalid-input', 'no such person', `/body/add/${missing}`)
    const came = await addReaders(
      tx,
      roomId,
      [...new Set(add)].map((id) => ({ key: personKey(id), whole: false })),
      false,
      now,
    )
    const left = await endReaders(tx, room, remove.map(personKey), now)
    if (came + left === 0) return ok(undefined)
    await tellChange(tx, roomId, now)
    await writeLine(rooms, tx, roomId, 'members-changed', { by: person.name, came, left }, now)
    return ok(undefined)
  })
