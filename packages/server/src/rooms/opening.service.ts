import { type BodyOf, ok, type RoomParty, type roomEndpoints } from '@dure/contract'
import type { Tx } from '../platform/db.ts'
import type { Person } from '../platform/person.ts'
import { isLive, type Key, keysOf, personKey } from './keys.ts'
import { writeLine } from './messages.service.ts'
import { firstUnknown, keysOfParties } from './parties.service.ts'
import { mayManage, noSuchRoom, type RoomResult, type Rooms, refuse } from './rooms.service.ts'
import {
  addReaders,
  closeRoomRow,
  endReaders,
  insertRoom,
  keepRoom,
  lockRoom,
  type RoomRow,
  readersOf,
  tellChange,
  windowsOf,
} from './rooms.sql.ts'

type Opening = BodyOf<typeof roomEndpoints.openRoom>

/** A room for some people, roles, hospitals and desks. The id is made by whoever opens it: sent twice it is opened once. */
export const openRoom = (
  rooms: Rooms,
  person: Person,
  { id, title, purpose, parties }: Opening,
  now: Date,
): Promise<RoomResult<string, 'conflict' | 'invalid-input'>> =>
  rooms.db.tx(async (tx) => {
    const refused = await refusedParties(rooms, tx, parties, '/body/parties')
    if (refused !== null) return refused
    const room = {
      ...{ id, kind: 'ad_hoc' as const, region: rooms.region, title, purpose },
      ...{ requestId: null, facilityId: null, openedBy: person.id },
    }
    if (!(await insertRoom(tx, room, now))) {
      const known = await lockRoom(tx, id)
      return known?.kind === 'ad_hoc' && known.opened_by === person.id && known.title === title
        ? ok(id)
        : refuse('conflict', 'another room has this id', '/body/id')
    }
    await keepRoom(tx, id, person.id)
    const keys = [...new Set([personKey(person.id), ...keysOfParties(parties)])]
    const wanted = keys.map((key) => ({ key, whole: true }))
    await addReaders(tx, id, wanted, false, now)
    await tellChange(tx, id, now)
    await writeLine(rooms, tx, id, 'room-opened', { by: person.name, purpose }, now)
    return ok(id)
  })

const refusedParties = async (rooms: Rooms, tx: Tx, parties: readonly RoomParty[], pointer: string) => {
  const at = await firstUnknown(rooms, tx, parties)
  if (at < 0) return null
  const what = parties[at]?.kind === 'person' ? 'no such person' : 'no such hospital'
  return refuse('invalid-input', what, `${pointer}/${at}`)
}

type Change = BodyOf<typeof roomEndpoints.changeMembers>
type Changed = RoomResult<undefined, 'not-found' | 'not-allowed' | 'invalid-input' | 'wrong-state'>

/** Takes in and out beside those who follow from the request or the desk. Who is taken in reads from now on. */
export const changeMembers = async (
  rooms: Rooms,
  person: Person,
  roomId: string,
  { add, remove }: Change,
  now: Date,
): Promise<Changed> =>
  rooms.db.tx(async (tx) => {
    const room = await lockRoom(tx, roomId)
    const windows = room === undefined ? [] : await windowsOf(tx, roomId, keysOf(person))
    if (room === undefined || !isLive(windows)) return noSuchRoom
    const own = personKey(person.id)
    const going = keysOfParties(remove)
    const onlyLeaves = add.length === 0 && going.every((key) => key === own)
    if (!mayManage(room, person) && !onlyLeaves) return refuse('not-allowed', 'others decide who is in this room')
    if (isClosed(room) && add.length > 0) return refuse('wrong-state', 'the room is closed', '/body/add')
    const refused = await refusedParties(rooms, tx, add, '/body/add')
    if (refused !== null) return refused
    const wanted = keysOfParties(add).map((key) => ({ key, whole: false }))
    const came = wanted.length === 0 ? 0 : await addReaders(tx, roomId, wanted, false, now)
    const left = going.length === 0 ? 0 : await endReaders(tx, room, going, now)
    if (came + left === 0) return ok(undefined)
    await keepOn(tx, room, going)
    await tellChange(tx, roomId, now)
    const line = onlyLeaves ? 'member-left' : 'members-changed'
    // Counted as they were named: a hospital is two keys and one guest.
    const data = { by: person.name, came: came === 0 ? 0 : add.length, left: left === 0 ? 0 : remove.length }
    await writeLine(rooms, tx, roomId, line, data, now)
    return ok(undefined)
  })

/** Whoever looked after the room has left it: the person who has been there longest does from now on. */
const keepOn = async (tx: Tx, room: RoomRow, going: readonly Key[]): Promise<void> => {
  if (room.kept_by === null || !going.includes(personKey(room.kept_by))) return
  const left = (await readersOf(tx, room.id)).filter(({ until }) => until === null).map(({ key }) => key)
  const next = left.find((key) => key.startsWith('person:'))
  await keepRoom(tx, room.id, next === undefined ? null : next.slice('person:'.length))
}

export const isClosed = ({ kind, closed_at }: Pick<RoomRow, 'kind' | 'closed_at'>): boolean =>
  kind === 'ad_hoc' && closed_at !== null

/** Ends a room that was opened for a purpose. Sent twice it is closed once. */
export const closeRoom = async (
  rooms: Rooms,
  person: Person,
  roomId: string,
  now: Date,
): Promise<RoomResult<undefined, 'not-found' | 'not-allowed' | 'wrong-state'>> =>
  rooms.db.tx(async (tx) => {
    const room = await lockRoom(tx, roomId)
    const windows = room === undefined ? [] : await windowsOf(tx, roomId, keysOf(person))
    if (room === undefined || !isLive(windows)) return noSuchRoom
    if (room.kind !== 'ad_hoc') return refuse('wrong-state', 'this room ends with what it is about')
    if (!mayManage(room, person)) return refuse('not-allowed', 'the room is closed by who looks after it')
    if (room.region !== rooms.region) return refuse('not-allowed', 'the room is closed in the region that opened it')
    if (room.closed_at !== null) return ok(undefined)
    await closeRoomRow(tx, roomId, now)
    // After the room is closed: the line tells the cells that read along.
    await writeLine(rooms, tx, roomId, 'room-closed', { by: person.name }, now)
    await tellChange(tx, roomId, now)
    return ok(undefined)
  })
