import { ok, ROOM_LIMITS } from '@dure/contract'
import type { Queries } from '../platform/db.ts'
import type { Person } from '../platform/person.ts'
import { isLive, keysOf, reads } from './keys.ts'
import { partiesOfRoom } from './parties.service.ts'
import { noSuchRoom, type Rooms } from './rooms.service.ts'
import { readersOf, toWindow, windowsOf } from './rooms.sql.ts'

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

/** Who reads along now, and whom the room names. */
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
    parties: await partiesOfRoom(rooms, roomId),
  })
}
