import { err, ok, type Refusal, type Result, type RoomKind, type RoomView } from '@dure/contract'
import { type Beds, type FollowedRequest, requestForRoom } from '../beds/index.ts'
import type { Directory } from '../facilities/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Config } from '../platform/config.ts'
import type { Db, Tx } from '../platform/db.ts'
import type { Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import type { Person } from '../platform/person.ts'
import type { Rosters } from '../rosters/index.ts'
import type { FileStore } from './file-store.service.ts'
import { formatHlc } from './hlc.ts'
import { type Key, keysOf, readersOfDesk, readersOfRequest, regionOfKey, type Wanted } from './keys.ts'
import type { Notifiers } from './notifier.service.ts'
import type { RoomStanding } from './reach.ts'
import {
  addReaders,
  insertRoom,
  type ListedRoom,
  listRooms,
  type RoomRow,
  roomOfRequest,
  setReaders,
  tellChange,
} from './rooms.sql.ts'

/** What the slice stands on. */
export interface Rooms {
  readonly db: Db
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly config: Config
  /** Region code of this cell. */
  readonly region: string
  readonly beds: Beds
  readonly rosters: Rosters
  readonly directory: Directory
  readonly files: FileStore
  readonly notifiers: Notifiers
  /** What this cell has with the others; undefined for a cell alone. */
  readonly exchange: RoomExchange | undefined
  /** Is a screen of this person connected to this process? */
  isOnline(personId: string): boolean
}

/** What rooms need of the exchange between cells: a part of its port. */
export interface RoomExchange {
  onRecord(kind: string, handler: (tx: Tx, record: RoomRecord, now: Date) => Promise<void>): void
  readonly cells: readonly string[]
  onOpened(handler: (tx: Tx, opened: RoomsOpened, now: Date) => Promise<void>): void
  /** null while the key of one of the cells is not known here. */
  seal(to: string | readonly string[], text: string): Promise<string | null>
  open(sealed: string): Promise<string | null>
  standings(): Promise<readonly RoomStanding[]>
}

/** An epoch of a log that this cell writes from now on, with what of it these tables do not know. */
export interface RoomsOpened {
  readonly origin: string
  readonly reason: string
  readonly isRegained: boolean
  afterwards(step: () => Promise<void>): void
  regained(kinds: readonly string[]): AsyncIterable<RoomRecord>
}

export interface RoomRecord {
  readonly origin: string
  readonly kind: string
  readonly subject: string
  readonly body: unknown
}

export type RoomProblem =
  | 'invalid-input'
  | 'not-found'
  | 'not-allowed'
  | 'conflict'
  | 'wrong-state'
  | 'unsupported-media'
  | 'too-large'
  | 'link-spent'
  | 'sign-in-needed'
  | 'too-many-requests'
export type RoomResult<T, P extends RoomProblem = RoomProblem> = Result<T, Refusal<P>>

export const refuse = <P extends RoomProblem>(code: P, detail: string, pointer?: string) =>
  err({ code, detail, ...(pointer === undefined ? {} : { pointer }) })

/** One answer for a room that is not there and for one that is nobody's business: ids tell nothing. */
export const noSuchRoom = refuse('not-found', 'no such room among yours', '/params/id')

// ---------------------------------------------------------------- the room of a request

/** Opens the room with the request, and lets its readers follow: in the transaction that changes the request. */
export const followRequest =
  (rooms: Pick<Rooms, 'ids'>) =>
  async (tx: Tx, request: FollowedRequest, now: Date): Promise<void> => {
    const room = {
      id: rooms.ids.next(),
      kind: 'request' as const,
      region: request.sido,
      title: `병상 요청 ${request.code}`,
      requestId: request.id,
      facilityId: null,
      openedBy: request.createdBy,
    }
    await setReaders(tx, room, readersOfRequest(request), request.closed, now)
  }

// ---------------------------------------------------------------- rooms of desks

export const NATIONAL_ROOM = 'national'

/** Rooms of desks are there once somebody of the desk looks: opening one twice is opening it once. */
export const openDeskRooms = async (rooms: Rooms, person: Person): Promise<void> => {
  const open = async (kind: RoomKind, id: string, region: string, title: string, facilityId: string | null) =>
    rooms.db.tx(async (tx) => {
      const now = rooms.clock.now()
      const room = { id, kind, region, title, requestId: null, facilityId, openedBy: null }
      if (!(await insertRoom(tx, room, now))) return
      const readers = readersOfDesk(kind, region, facilityId).map((key): Wanted => ({ key, whole: true }))
      await addReaders(tx, id, readers, true, now)
      await tellChange(tx, id, now)
    })
  const { region, facilityId } = person
  if (person.roles.some((role) => role === 'placement_desk' || role === 'transport') && region === rooms.region)
    await open('region_desk', `region-${region}`, region, '권역 상황실', null)
  if (person.roles.some((role) => role === 'placement_desk' || role === 'national_desk'))
    await open('national_desk', NATIONAL_ROOM, '00', '전국 상황실', null)
  if (facilityId !== null && person.roles.some((role) => role === 'hospital_desk' || role === 'requester')) {
    const hospital = (await rooms.directory.current()).byId.get(facilityId)
    if (hospital !== undefined)
      await open(
        'hospital_desk',
        `hospital-${facilityId}`.slice(0, 64),
        rooms.region,
        `${hospital.name} 병상실`.slice(0, 80),
        facilityId,
      )
  }
}

// ---------------------------------------------------------------- looking

const PREVIEW_CHARS = 80

const toRoomView = (row: ListedRoom, person: Person, state: RoomView['request']): RoomView => ({
  id: row.id,
  kind: row.kind,
  title: row.title,
  purpose: row.purpose,
  region: row.region,
  facilityId: row.facility_id,
  request: state,
  head: Number(row.top),
  seen: Number(row.seen),
  unread: Number(row.unread),
  mentioned: Number(row.mentioned),
  lastAt: row.last_at.toISOString(),
  lastText: row.last_text?.slice(0, PREVIEW_CHARS) ?? null,
  live: row.live,
  closedAt: row.closed_at?.toISOString() ?? null,
  mayWrite: row.live && (row.kind !== 'ad_hoc' || row.closed_at === null),
  mayManage: row.live && mayManage(row, person),
  mayLeave: row.personal,
  outOfReach: row.out_of_reach.map(({ region, since }) => ({ region, since: new Date(since).toISOString() })),
})

/** Who takes people in and out, and invites: the desk of a request's room, who looks after an ad hoc room, the desk whose room it is. */
export const mayManage = (
  room: Pick<RoomRow, 'kind' | 'opened_by' | 'kept_by' | 'facility_id' | 'region'>,
  person: Person,
): boolean => {
  switch (room.kind) {
    case 'ad_hoc':
      // A copy of another region's room is looked after there.
      return room.region === person.region && (room.kept_by === null || room.kept_by === person.id)
    case 'request':
      return person.roles.includes('placement_desk') || room.opened_by === person.id
    case 'hospital_desk':
      return person.roles.includes('hospital_desk') && person.facilityId === room.facility_id
    case 'region_desk':
      return person.roles.includes('placement_desk') && person.region === room.region
    case 'national_desk':
      return person.roles.includes('national_desk')
  }
}

export interface ListAsk {
  readonly kind?: RoomKind | undefined
  readonly closed: boolean
  readonly limit: number
  readonly roomId?: string
}

export const roomsOf = async (rooms: Rooms, person: Person, ask: ListAsk): Promise<RoomView[]> => {
  const rows = await listRooms(rooms.db, person.id, keysOf(person), ask)
  return rows.map((row) =>
    toRoomView(
      row,
      person,
      row.request_id === null || row.request_code === null || row.request_state === null
        ? null
        : { id: row.request_id, code: row.request_code, state: row.request_state },
    ),
  )
}

export const roomFor = async (
  rooms: Rooms,
  person: Person,
  roomId: string,
): Promise<RoomResult<RoomView, 'not-found'>> => {
  const [view] = await roomsOf(rooms, person, { closed: true, limit: 1, roomId })
  return view === undefined ? noSuchRoom : ok(view)
}

/** By the request's id or its spoken code; who may not see the request learns nothing of its room. */
export const roomForRequest = async (rooms: Rooms, person: Person, idOrCode: string) => {
  const request = await requestForRoom(rooms.beds, person, idOrCode)
  if (!request.ok) return noSuchRoom
  const room = await roomOfRequest(rooms.db, request.value.view.id)
  return room === undefined ? noSuchRoom : roomFor(rooms, person, room.id)
}

/** Cells that have to hear what is written: those whose desks read along. */
export const cellsOf = (rooms: Rooms, keys: readonly Key[]): readonly string[] => {
  const { exchange, region } = rooms
  if (exchange === undefined) return []
  const regions = new Set(keys.flatMap((key) => regionOfKey(key) ?? []))
  return exchange.cells.filter((cell) => cell !== region && (regions.has(cell) || regions.has('*')))
}

/** Sorts behind everything of a moment: where a line without a stamp stands. */
export const stampAt = (at: Date, cell: string): string => formatHlc({ ms: at.getTime(), count: 0, cell })
