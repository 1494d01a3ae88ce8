import type { AddressInfo } from 'node:net'
import { type Beds, openRequestsOf } from '../beds/index.ts'
import type { Directory } from '../facilities/index.ts'
import type { EventHub } from '../platform/events.ts'
import type { Http } from '../platform/http.ts'
import type { Rosters } from '../rosters/index.ts'
import { openAcksOf } from './acks.service.ts'
import { followAsksBeside } from './beside-asks.service.ts'
import { registerBesideTimer } from './beside-pursuit.service.ts'
import { followAcks } from './federated-acks.service.ts'
import { followMessages } from './federation.service.ts'
import { makeFileStore } from './file-store.service.ts'
import { registerFiles } from './files.routes.ts'
import { makeGuests } from './guests.service.ts'
import { registerLive } from './live.routes.ts'
import { makeLive } from './live.service.ts'
import { authorOf } from './messages.service.ts'
import { inAppNotifier, makeNotifiers } from './notifier.service.ts'
import { registerAckTimer } from './pursuit.service.ts'
import { watchReach } from './reach.service.ts'
import { takeRegained } from './regained.service.ts'
import { registerRoomRoutes } from './rooms.routes.ts'
import { followRequest, type RoomExchange, type Rooms } from './rooms.service.ts'

/** The only door of the room slice for other slices. */
export type { Notice, NoticeOutcome, Notifier, Notifiers } from './notifier.service.ts'
export type { RoomExchange, Rooms } from './rooms.service.ts'
export { type DemoWorld, seedRooms } from './seed.service.ts'

export interface RoomNeeds {
  readonly beds: Beds
  readonly rosters: Rosters
  readonly directory: Directory
  readonly hub: EventHub
  /** Absent: a cell alone. */
  readonly exchange?: RoomExchange | undefined
}

/**
 * Serves the rooms: routes, files, live events, the pursuit of acknowledgements. The rooms of requests follow the beds from here on,
 * in the beds' own transactions. Call it once, before the cell starts serving.
 */
export const registerRooms = (http: Http, { beds, rosters, directory, hub, exchange }: RoomNeeds): Rooms => {
  const { deps } = http
  const { db, clock, ids, log, config } = deps
  const live = makeLive(db, hub, log)
  const rooms: Rooms = {
    db,
    clock,
    ids,
    log,
    config,
    region: config.region,
    beds,
    rosters,
    directory,
    files: makeFileStore(config.filesDir),
    notifiers: makeNotifiers(),
    exchange,
    isOnline: (personId) => live.isOnline(personId),
  }
  rooms.notifiers.add(inAppNotifier(rooms))
  beds.followers?.push(followRequest(rooms))
  handOverWhatIsOpen(rooms)
  const guests = makeGuests(rooms, () => config.publicUrl ?? addressOf(http))
  registerRoomRoutes(http, rooms, guests)
  registerFiles(http, rooms, guests)
  registerLive(http, live, guests)
  registerAckTimer(deps, rooms)
  registerBesideTimer(deps, rooms)
  followMessages(rooms)
  followAcks(rooms)
  followAsksBeside(rooms)
  takeRegained(rooms)
  watchReach(deps, rooms)
  deps.onReady(() => live.begin())
  deps.onClose(() => live.end())
  return rooms
}

/** What people type while nobody has said what the cell is called. */
const addressOf = ({ fastify, deps: { config } }: Http): string => {
  const address = fastify.server.address() as AddressInfo | string | null
  const port = typeof address === 'object' && address !== null ? address.port : config.port
  return `http://${config.host === '0.0.0.0' ? 'localhost' : config.host}:${port}`
}

/** Whoever goes off duty hands on the open requests and what they still have to acknowledge. */
const handOverWhatIsOpen = (rooms: Rooms): void => {
  rooms.rosters.openLists.push(async (person) => {
    const requests = await openRequestsOf(rooms.beds, person)
    const acks = await openAcksOf(rooms, await authorOf(rooms, person))
    return [
      ...requests.map((row) => ({
        kind: 'request' as const,
        id: row.id,
        code: row.code,
        state: row.state,
        since: row.waitingSince,
        text: row.complaint,
      })),
      ...acks.map((row) => ({
        kind: 'acknowledgement' as const,
        id: row.id,
        code: null,
        state: null,
        since: row.at.toISOString(),
        text: String(row.body.text ?? '').slice(0, 200),
      })),
    ]
  })
}
