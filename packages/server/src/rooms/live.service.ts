import type { Socket } from 'node:net'
import { setImmediate as othersFirst } from 'node:timers/promises'
import type { RoomEvent } from '@dure/contract'
import type { Queries } from '../platform/db.ts'
import type { EventHub, LiveOp } from '../platform/events.ts'
import type { Logger } from '../platform/logger.ts'
import { beat, type Frame, FrameRing, frameOf, LAST_CHUNK, opening } from './frames.ts'
import { type Key, personKey, reads, type Window } from './keys.ts'
import { toMessageView } from './message-views.ts'
import { besideNew, messagesByIds } from './messages.sql.ts'
import { type ReaderRow, toWindow } from './rooms.sql.ts'
import type { Beside, MessageRow } from './rows.ts'

/**
 * Tells screens what happens in their rooms. One reader per process follows the cell's log; an event is encoded once and written to
 * every connection whose keys read the room. Connections are found by key, so a message costs what it has listeners.
 */
export interface Live {
  /** Takes over a socket whose response headers are sent. `after`: what the screen has; undefined = from now on. */
  join(screen: Screen, after: bigint | undefined): Promise<void>
  isOnline(personId: string): boolean
  count(): number
  /** Begins to follow the log; ends with the returned function. */
  begin(): Promise<void>
  end(): void
}

export interface Screen {
  readonly keys: readonly Key[]
  readonly socket: Socket
  /** Still allowed to hear? Asked once a minute; undefined keys end the connection. */
  readonly check: () => Promise<boolean>
}

interface Connection extends Screen {
  readonly pending: Buffer[]
  /** Number of the newest frame it was given: a room that is read by two keys is heard once. */
  given: Frame | undefined
  checkAt: number
}

/** Events kept for those who come back; at 200 a second the time of a restart, several times over. */
const REMEMBERED = 4_000
/** A connection that does not take this much is cut: it comes back with its Last-Event-ID. */
const BACKLOG_BYTES = 256 * 1024
const LOOK_MS = 1_000
const BEAT_EVERY_MS = 20_000
const CHECK_EVERY_MS = 60_000
const BEAT_SLICES = 20
const ROOMS_REMEMBERED = 10_000
/** About five milliseconds. */
const WRITES_IN_ONE_GO = 200

interface KnownRoom {
  readonly access: bigint
  readonly readers: readonly { readonly key: Key; readonly window: Window }[]
  /** Who reads now, made once for all events until somebody comes or goes. */
  readonly open: ReadonlySet<Key>
}

export const makeLive = (db: Queries, hub: EventHub, log: Logger): Live => {
  const byKey = new Map<Key, Set<Connection>>()
  const all = new Set<Connection>()
  const stop = new AbortController()
  const know = makeRoomMemory(db)
  let ring = new FrameRing(0n, REMEMBERED)
  let cursor: bigint | undefined
  let beginning: Promise<void> | undefined
  let beating: NodeJS.Timeout | undefined

  const begin = (): Promise<void> => {
    beginning ??= (async () => {
      const head = await hub.head()
      const since = head > BigInt(REMEMBERED) ? head - BigInt(REMEMBERED) : 0n
      ring = new FrameRing(since, REMEMBERED)
      cursor = since
      // What was just before a restart: screens come back for it all at once.
      while (cursor < head) {
        const ops = await hub.after(cursor)
        if (ops.length === 0) break
        ring.add(await framesOf(db, know, ops))
        cursor = ops.at(-1)?.seq ?? cursor
      }
      cursor = cursor > head ? cursor : head
      void follow()
      beating = setInterval(() => beatSlice(), BEAT_EVERY_MS / BEAT_SLICES)
      beating.unref()
    })()
    return beginning
  }

  const follow = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const wakes = hub.wakes()
      try {
        const ops = await hub.after(cursor ?? 0n)
        if (ops.length > 0) {
          const frames = await framesOf(db, know, ops)
          cursor = ops.at(-1)?.seq ?? cursor
          ring.add(frames)
          await deliver(frames)
          continue
        }
      } catch (error) {
        if (stop.signal.aborted) return
        log.warn({ err: error }, 'room-events-interrupted')
        know.forget()
      }
      await hub.nextWake(wakes, LOOK_MS, stop.signal)
    }
  }

  /**
   * First to everybody's list, then each list in one write. A write costs the kernel some twenty microseconds: between some hundred
   * of them whoever waits for an answer of this process gets a turn, so a bed never waits for a busy room.
   */
  const deliver = async (frames: readonly Frame[]): Promise<void> => {
    const touched = new Set<Connection>()
    for (const frame of frames) {
      for (const key of frame.keys) {
        for (const connection of byKey.get(key) ?? []) {
          if (connection.given === frame) continue
          connection.given = frame
          connection.pending.push(frame.bytes)
          touched.add(connection)
        }
      }
    }
    let writes = 0
    for (const connection of touched) {
      flush(connection)
      writes += 1
      if (writes % WRITES_IN_ONE_GO === 0) await othersFirst()
    }
  }

  const flush = (connection: Connection): void => {
    const { socket, pending } = connection
    const [first] = pending
    if (first === undefined) return
    if (pending.length === 1) socket.write(first)
    else {
      socket.cork()
      for (const bytes of pending) socket.write(bytes)
      socket.uncork()
    }
    pending.length = 0
    if (socket.writableLength > BACKLOG_BYTES) socket.destroy()
  }

  const join = async (screen: Screen, after: bigint | undefined): Promise<void> => {
    await begin()
    // From here to the end nothing waits: no event can fall between what is replayed and what is heard.
    const now = cursor ?? 0n
    const known = after === undefined || (after <= now && ring.covers(after))
    const connection: Connection = {
      ...screen,
      pending: [],
      given: undefined,
      checkAt: performance.now() + CHECK_EVERY_MS,
    }
    connection.pending.push(opening(known ? (after ?? now) : now, known))
    if (known && after !== undefined)
      for (const frame of ring.after(after, screen.keys)) connection.pending.push(frame.bytes)
    all.add(connection)
    for (const key of screen.keys) {
      const listeners = byKey.get(key)
      if (listeners === undefined) byKey.set(key, new Set([connection]))
      else listeners.add(connection)
    }
    screen.socket.once('close', () => part(connection))
    if (screen.socket.destroyed) part(connection)
    else flush(connection)
  }

  const part = (connection: Connection): void => {
    all.delete(connection)
    for (const key of connection.keys) {
      const listeners = byKey.get(key)
      listeners?.delete(connection)
      if (listeners?.size === 0) byKey.delete(key)
    }
  }

  /** A twentieth of the connections every second: a beat, and once a minute the question whether the session still lasts. */
  let slice = 0
  const beatSlice = (): void => {
    slice = (slice + 1) % BEAT_SLICES
    const bytes = beat(cursor ?? 0n)
    const now = performance.now()
    let at = 0
    for (const connection of all) {
      at += 1
      if (at % BEAT_SLICES !== slice) continue
      // What it has not been written yet comes before the beat, whose number says that it has it.
      flush(connection)
      connection.socket.write(bytes)
      if (now < connection.checkAt) continue
      connection.checkAt = now + CHECK_EVERY_MS
      void connection.check().then(
        (stays) => stays || connection.socket.end(LAST_CHUNK),
        // A database that is away signs nobody out.
        () => undefined,
      )
    }
  }

  return {
    join,
    begin,
    isOnline: (personId) => byKey.has(personKey(personId)),
    count: () => all.size,
    end: () => {
      stop.abort()
      clearInterval(beating)
      for (const { socket } of all) socket.end(LAST_CHUNK)
    },
  }
}

// ---------------------------------------------------------------- ops to events

interface RoomMemory {
  /** Makes sure that these rooms are known, each at least as new as its number says; one query for all that are not. */
  learn(wanted: ReadonlyMap<string, bigint>): Promise<void>
  of(roomId: string): KnownRoom
  changed(roomId: string): void
  forget(): void
}

const NOBODY: KnownRoom = { access: -1n, readers: [], open: new Set() }

const makeRoomMemory = (db: Queries): RoomMemory => {
  const rooms = new Map<string, KnownRoom>()
  return {
    learn: async (wanted) => {
      const missing = [...wanted].filter(([id, access]) => (rooms.get(id)?.access ?? -1n) < access).map(([id]) => id)
      for (const [id, room] of await loadRooms(db, missing)) {
        rooms.delete(id)
        rooms.set(id, room)
      }
      for (const id of rooms.keys()) {
        if (rooms.size <= ROOMS_REMEMBERED) break
        if (!wanted.has(id)) rooms.delete(id)
      }
    },
    of: (roomId) => rooms.get(roomId) ?? NOBODY,
    changed: (roomId) => void rooms.delete(roomId),
    forget: () => rooms.clear(),
  }
}

interface LoadedReader extends Pick<ReaderRow, 'key' | 'after' | 'until'> {
  readonly room_id: string
  readonly access: string
}

/** Rooms and readers by one statement: a number is never newer than the readers beside it. */
const loadRooms = async (db: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, KnownRoom>> => {
  if (ids.length === 0) return new Map()
  const rows = await db.sql<LoadedReader>(
    `select r.id as room_id, r.access, o.key, o.after, o.until
       from rooms.room r
       join rooms.reader o on o.room_id = r.id
      where r.id = any($1)`,
    [ids],
  )
  const byRoom = Map.groupBy(rows, ({ room_id }) => room_id)
  return new Map([...byRoom].map(([id, own]) => [id, toKnown(own)]))
}

const toKnown = (rows: readonly LoadedReader[]): KnownRoom => {
  const readers = rows.map((row) => ({ key: row.key, window: toWindow(row) }))
  const open = new Set(readers.filter(({ window }) => window.until === null).map(({ key }) => key))
  return { access: BigInt(rows[0]?.access ?? -1), readers, open }
}

/** Who may read a message: exactly those who read the room when it was written. */
const listenersOf = (room: KnownRoom, row: MessageRow): ReadonlySet<Key> => {
  if (BigInt(row.access) === room.access) return room.open
  const number = Number(row.number)
  return new Set(room.readers.filter(({ window }) => reads([window], number)).map(({ key }) => key))
}

const textOf = (body: unknown, name: string): string => {
  const value = (body as Readonly<Record<string, unknown>> | null)?.[name]
  return typeof value === 'string' ? value : ''
}

const isMessage = ({ kind }: LiveOp): boolean => kind === 'message-written' || kind === 'room-message-taken'
const asksForAck = ({ body }: LiveOp): boolean => (body as { asks?: unknown } | null)?.asks === true
const isOfRequest = ({ kind, body }: LiveOp): boolean =>
  (kind.startsWith('request-') || kind.startsWith('offer-')) && textOf(body, 'requestId') !== ''

/** What some ops mean to screens, in their order: three statements at most for all of them, however many there are. */
const framesOf = async (db: Queries, know: RoomMemory, ops: readonly LiveOp[]): Promise<Frame[]> => {
  const written = ops.filter(isMessage)
  const [rows, requests] = await Promise.all([
    messagesByIds(
      db,
      written.map(({ subject }) => subject),
    ),
    roomsOfRequests(db, [...new Set(ops.filter(isOfRequest).map(({ body }) => textOf(body, 'requestId')))]),
  ])
  const messages = new Map(rows.map((row) => [row.id, row]))
  for (const op of ops) if (op.kind === 'room-access-changed') know.changed(textOf(op.body, 'roomId'))
  const [beside] = await Promise.all([
    besideNew(db, rows, new Set(written.filter(asksForAck).map(({ subject }) => subject))),
    know.learn(roomsIn(ops, rows, requests)),
  ])
  const told = new Set<string>()
  return ops.flatMap((op) => {
    const row = isMessage(op) ? messages.get(op.subject) : undefined
    if (row !== undefined) return messageFrame(know, op, row, beside)
    const made = otherFrame(know, op, requests)
    if (made === undefined) return []
    // Many steps of one request in one batch are one reason to look again.
    const same = JSON.stringify(made.event)
    if (made.event.kind === 'room-changed' && told.has(same)) return []
    told.add(same)
    return [frameOf(op.seq, made.keys, made.event)]
  })
}

/** Every room these ops speak of; for a message, with the readers it was written under. */
const roomsIn = (
  ops: readonly LiveOp[],
  rows: readonly MessageRow[],
  requests: ReadonlyMap<string, string>,
): ReadonlyMap<string, bigint> => {
  const wanted = new Map<string, bigint>()
  const want = (id: string, access: bigint) => {
    const known = wanted.get(id)
    if (id !== '' && (known === undefined || known < access)) wanted.set(id, access)
  }
  for (const { kind, body } of ops) if (kind.startsWith('room-')) want(textOf(body, 'roomId'), 0n)
  for (const id of requests.values()) want(id, 0n)
  for (const { room_id, access } of rows) want(room_id, BigInt(access))
  return wanted
}

const messageFrame = (know: RoomMemory, op: LiveOp, row: MessageRow, beside: Beside): Frame[] => {
  if (row.kind === 'retraction') return []
  const message = toMessageView(row, beside, null)
  return [frameOf(op.seq, listenersOf(know.of(row.room_id), row), { kind: 'message', roomId: row.room_id, message })]
}

interface Told {
  readonly keys: ReadonlySet<Key>
  readonly event: RoomEvent
}

const otherFrame = (know: RoomMemory, op: LiveOp, requests: ReadonlyMap<string, string>): Told | undefined => {
  const { kind, body, subject } = op
  const ofRequest = isOfRequest(op) ? requests.get(textOf(body, 'requestId')) : undefined
  if (ofRequest !== undefined)
    return { keys: know.of(ofRequest).open, event: { kind: 'room-changed', roomId: ofRequest, what: 'request' } }
  const roomId = textOf(body, 'roomId')
  switch (kind) {
    case 'room-access-changed': {
      // Also to those who have just stopped reading: their screen has to know.
      const keys = new Set(know.of(roomId).readers.map(({ key }) => key))
      return { keys, event: { kind: 'room-changed', roomId, what: 'members' } }
    }
    case 'room-reach-changed':
      return { keys: know.of(roomId).open, event: { kind: 'room-changed', roomId, what: 'reach' } }
    case 'room-message-changed': {
      const what = textOf(body, 'what') === 'retracted' ? 'retracted' : 'ack'
      const event = { kind: 'message-changed', roomId, messageId: textOf(body, 'messageId'), what } as const
      return { keys: know.of(roomId).open, event }
    }
    case 'room-ack-wanted': {
      const [dueAt, rung] = [textOf(body, 'dueAt'), textOf(body, 'rung')]
      const event = { kind: 'ack-wanted', roomId, messageId: subject, dueAt, rung } as RoomEvent
      return { keys: new Set([personKey(textOf(body, 'personId'))]), event }
    }
    case 'room-ack-unanswered':
      return {
        keys: new Set([personKey(textOf(body, 'personId'))]),
        event: { kind: 'ack-unanswered', roomId, messageId: subject },
      }
    default:
      return undefined
  }
}

const roomsOfRequests = async (db: Queries, requestIds: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  if (requestIds.length === 0) return new Map()
  const rows = await db.sql<{ id: string; request_id: string }>(
    `select id, request_id from rooms.room where request_id = any($1)`,
    [requestIds],
  )
  return new Map(rows.map(({ id, request_id }) => [request_id, id]))
}
