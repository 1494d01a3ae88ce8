import type { AckRung, Duty, Mention, Rank, RosterPlace } from '@dure/contract'
import { neighboursOf } from '../beds/index.ts'
import type { Tx } from '../platform/db.ts'
import { onCallRows } from '../rosters/index.ts'
import type { Rooms } from './rooms.service.ts'
import type { RoomRow } from './rooms.sql.ts'

/** Somebody who stands on a rung; without an account a telephone reaches them. */
export interface Standing {
  readonly personId: string | null
  readonly name: string
  readonly phone: string | null
}

interface Post {
  readonly place: RosterPlace
  readonly duty: Duty
}

const RANK: Record<Exclude<AckRung, 'neighbour'>, Rank> = { on_call: 'on_call', second: 'second', desk_lead: 'lead' }

/**
 * Who stands on a rung of the ladder behind what a message asks for, by the rosters of this moment.
 * @param elsewhere regions whose desks their own cells reach
 */
export const standingOn = async (
  rooms: Rooms,
  tx: Tx,
  room: RoomRow,
  target: Mention | null,
  rung: AckRung,
  now: Date,
  elsewhere: readonly string[] = [],
): Promise<readonly Standing[]> => {
  if (rung === 'on_call' && target?.kind === 'person') return personOf(tx, target.personId)
  const post = await postOf(rooms, tx, room, target)
  if (rung === 'neighbour') return neighbours(rooms, tx, post, now, elsewhere)
  return onPost(tx, post, RANK[rung], now)
}

const onPost = async (tx: Tx, { place, duty }: Post, rank: Rank, now: Date): Promise<readonly Standing[]> =>
  (await onCallRows(tx, place, duty, now, rank)).map((row) => ({
    personId: row.person_id,
    name: row.name,
    phone: row.phone,
  }))

const personOf = async (tx: Tx, id: string): Promise<readonly Standing[]> =>
  (
    await tx.sql<{ id: string; name: string; phone: string | null }>(
      // The telephone of whoever is on call this moment is on the roster; others have none here.
      `select p.id, p.name,
              (select s.phone from rosters.shift s
                where s.person_id = p.id and s.state = 'planned' and s.phone is not null
                order by s.ends_at desc limit 1) as phone
         from platform.person p
        where p.id = $1
          and p.disabled_at is null`,
      [id],
    )
  ).map((row) => ({ personId: row.id, name: row.name, phone: row.phone }))

/** Behind a person stands their own desk; behind nobody named, the desk whose room it is. */
const postOf = async (rooms: Rooms, tx: Tx, room: RoomRow, target: Mention | null): Promise<Post> => {
  if (target?.kind === 'duty') return { place: target.place, duty: target.duty }
  if (target?.kind === 'person') {
    const [person] = await tx.sql<{ facility_id: string | null; region: string; roles: string[] }>(
      `select facility_id, region, roles from platform.person where id = $1`,
      [target.personId],
    )
    if (person !== undefined && person.facility_id !== null) return hospitalPost(person.facility_id)
    if (person?.roles.includes('national_desk') === true) return NATIONAL_POST
    return deskPost(person?.region ?? rooms.region)
  }
  if (room.kind === 'hospital_desk' && room.facility_id !== null) return hospitalPost(room.facility_id)
  return room.kind === 'national_desk' ? NATIONAL_POST : deskPost(rooms.region)
}

const hospitalPost = (id: string): Post => ({ place: { kind: 'hospital', id }, duty: 'bed_desk' })
const deskPost = (region: string): Post => ({ place: { kind: 'desk', id: region }, duty: 'placement' })
const NATIONAL_POST: Post = { place: { kind: 'desk', id: '00' }, duty: 'national_desk' }

/** Beside a hospital stands its region's desk; beside a desk, the desks of its zone and the national one. */
const neighbours = async (
  rooms: Rooms,
  tx: Tx,
  { place }: Post,
  now: Date,
  elsewhere: readonly string[],
): Promise<readonly Standing[]> => {
  if (place.kind === 'hospital') return onPost(tx, deskPost(rooms.region), 'on_call', now)
  const all: Standing[] = []
  for (const region of besideDesk(place.id))
    if (!elsewhere.includes(region)) all.push(...(await onPost(tx, postOfRegion(region), 'on_call', now)))
  return all
}

const NATION = NATIONAL_POST.place.id
const postOfRegion = (region: string): Post => (region === NATION ? NATIONAL_POST : deskPost(region))
const besideDesk = (region: string): readonly string[] => [...neighboursOf(region), NATION]

/**
 * Regions whose cells are asked for their desk: beside the desk that is asked for, and that desk itself, whose roster is in its own
 * cell. None for a hospital, beside which its region's desk stands.
 */
export const regionsBeside = async (
  rooms: Rooms,
  tx: Tx,
  room: RoomRow,
  target: Mention | null,
): Promise<readonly string[]> => {
  const { place } = await postOf(rooms, tx, room, target)
  if (place.kind === 'hospital') return []
  return [...new Set([place.id, ...besideDesk(place.id)])].filter((region) => region !== rooms.region)
}

/** May this region be asked for its desk: by a neighbour, or because the desk asked for is its own or its neighbour's? */
export const isBeside = (region: string, origin: string, target: Mention | null): boolean => {
  const desk = target?.kind === 'duty' && target.place.kind === 'desk' ? [target.place.id] : []
  return [origin, ...desk].some((one) => one === region || besideDesk(one).includes(region))
}

/** Whoever is on call at the desk of this region; failing that the second, then the lead. */
export const standingAtDesk = async (tx: Tx, region: string, now: Date): Promise<readonly Standing[]> => {
  for (const rank of ['on_call', 'second', 'lead'] as const) {
    const people = await onPost(tx, postOfRegion(region), rank, now)
    if (people.length > 0) return people
  }
  return []
}
