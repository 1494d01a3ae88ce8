import { z } from 'zod'
import type { Tx } from '../platform/db.ts'
import { appendOp } from '../platform/oplog.ts'
import { cancel } from '../platform/timers.ts'
import { ACK_TIMERS } from './ack-plan.service.ts'
import { pursuingCells } from './ack-regions.sql.ts'
import { gramsOf } from './grams.ts'
import { formatHlc, observe, parseHlc } from './hlc.ts'
import { type Key, readersOfDesk, regionOfKey } from './keys.ts'
import { insertMessage } from './messages.sql.ts'
import { cellsOf, type RoomExchange, type RoomRecord, type Rooms } from './rooms.service.ts'
import {
  addReaders,
  closeRoomRow,
  deskKeysOf,
  endReaders,
  insertRoom,
  lockRoom,
  type RoomRow,
  readersOf,
  tellChange,
} from './rooms.sql.ts'
import type { MessageRow } from './rows.ts'

/**
 * Rooms that people of several regions read. A message is written by its author's cell and told to the cells whose desks read
 * along; each takes it as it is. Merging is a union: the same message again changes nothing, and order is its own stamp's.
 *
 * What travels is sealed to the cells that may read it. Everybody else's copy of the log shows that something was written, and its
 * digest, by which nobody can deny it later.
 */
const parcel = z.object({
  room: z.object({
    id: z.string(),
    kind: z.enum(['request', 'region_desk', 'national_desk', 'ad_hoc', 'hospital_desk']),
    region: z.string(),
    title: z.string(),
    purpose: z.string().max(300).nullable().optional(),
    requestId: z.string().nullable(),
    facilityId: z.string().nullable(),
    closed: z.boolean(),
  }),
  /** Desks of all regions that read along, as the author's cell has them. */
  keys: z.array(z.string()),
  message: z.object({
    id: z.string(),
    hlc: z.string(),
    at: z.iso.datetime(),
    writtenAt: z.iso.datetime().nullable(),
    authorId: z.string().nullable(),
    authorName: z.string(),
    authorPlace: z.string().nullable(),
    guest: z.boolean(),
    kind: z.enum(['text', 'quick', 'files', 'line', 'retraction']),
    body: z.record(z.string(), z.unknown()),
    mentions: z.array(z.unknown()),
    replyTo: z.string().nullable(),
    targetId: z.string().nullable(),
    digest: z.string(),
    /** It asks for an acknowledgement: the author's cell pursues it, everybody who reads it may give it. */
    ack: z.object({ askedAt: z.iso.datetime(), dueAt: z.iso.datetime(), target: z.unknown() }).nullable(),
  }),
})
type Parcel = z.infer<typeof parcel>

/** One envelope, sealed to the cells it names: its length hardly grows with them. */
export const sealedToCells = z.object({ sealed: z.string(), cells: z.array(z.string()) })
type SealedToCells = z.infer<typeof sealedToCells>
const written = z.object({ roomId: z.string(), digest: z.string(), ...sealedToCells.partial().shape })

/** Says in the log that a message was written; with its content, sealed, for the cells that read along. The room is locked. */
export const shareMessage = async (
  rooms: Rooms,
  tx: Tx,
  room: RoomRow,
  row: MessageRow,
  asks = false,
): Promise<void> => {
  const digest = row.digest.toString('base64url')
  const sealed = await sealedFor(rooms, tx, room, row)
  await appendOp(tx, {
    kind: 'message-written',
    subject: row.id,
    body: { roomId: room.id, digest, ...(asks ? { asks } : {}), ...sealed },
    audience: {},
    at: row.at,
  })
}

const sealedFor = async (rooms: Rooms, tx: Tx, room: RoomRow, row: MessageRow): Promise<SealedToCells | undefined> => {
  const { exchange } = rooms
  if (exchange === undefined || exchange.cells.length < 2) return undefined
  const keys = await deskKeysOf(tx, room.id)
  // What is taken back is pursued no more, also where nobody reads the room.
  const pursuing = row.target_id === null ? [] : await pursuingCells(tx, row.target_id)
  const cells = [...new Set([...cellsOf(rooms, keys), ...pursuing.filter((cell) => cell !== rooms.region)])]
  if (cells.length === 0) return undefined
  return sealAll(rooms, exchange, cells, row.id, await parcelText(tx, room, row))
}

/** A message with its room, as other cells are told of it. */
export const parcelText = async (tx: Tx, room: RoomRow, row: MessageRow): Promise<string> =>
  JSON.stringify(toParcel(room, row, await deskKeysOf(tx, room.id), await askOf(tx, row.id)))

/**
 * For the cells that read along and for this one: what others hold of it is what it gets back after a restore. A cell whose key is not
 * known here is left out, and that is noted: it cannot be told.
 */
export const sealAll = async (
  rooms: Rooms,
  exchange: RoomExchange,
  others: readonly string[],
  messageId: string,
  text: string,
): Promise<SealedToCells | undefined> => {
  const all = [...others, rooms.region]
  const whole = await exchange.seal(all, text)
  if (whole !== null) return { sealed: whole, cells: all }
  const known: string[] = []
  for (const cell of all) {
    if ((await exchange.seal(cell, '')) !== null) known.push(cell)
    else rooms.log.warn({ cell, message: messageId }, 'message-not-shared-key-unknown')
  }
  const sealed = known.length === 0 ? null : await exchange.seal(known, text)
  return sealed === null ? undefined : { sealed, cells: known }
}

export const mineOf = (
  said: { readonly sealed?: string | undefined; readonly cells?: readonly string[] | undefined } | undefined,
  region: string,
): string | undefined => (said?.cells?.includes(region) === true ? said.sealed : undefined)

interface AskRow {
  readonly asked_at: Date
  readonly due_at: Date
  readonly target: unknown
}

const askOf = async (tx: Tx, messageId: string): Promise<AskRow | undefined> =>
  (await tx.sql<AskRow>(`select asked_at, due_at, target from rooms.ack_ask where message_id = $1`, [messageId]))[0]

const toParcel = (room: RoomRow, row: MessageRow, keys: Key[], ask: AskRow | undefined): Parcel => ({
  room: {
    id: room.id,
    kind: room.kind,
    region: room.region,
    title: room.title,
    purpose: room.purpose,
    requestId: room.request_id,
    facilityId: room.facility_id,
    closed: room.closed_at !== null,
  },
  keys,
  message: {
    id: row.id,
    hlc: row.hlc,
    at: row.at.toISOString(),
    writtenAt: row.written_at?.toISOString() ?? null,
    authorId: row.author_id,
    authorName: row.author_name,
    authorPlace: row.author_place,
    guest: row.guest,
    kind: row.kind,
    // Files stay with the cell that has them; others read that there are some.
    body: row.kind === 'files' ? { ...row.body, elsewhere: row.cell } : { ...row.body },
    mentions: [...row.mentions],
    replyTo: row.reply_to,
    targetId: row.target_id,
    digest: row.digest.toString('base64url'),
    ack:
      ask === undefined
        ? null
        : { askedAt: ask.asked_at.toISOString(), dueAt: ask.due_at.toISOString(), target: ask.target },
  },
})

/** Takes what other cells' people wrote. A record that is not for this cell, or not what it says, changes nothing. */
export const followMessages = (rooms: Rooms): void => {
  rooms.exchange?.onRecord('message-written', (tx, record, now) => takeMessage(rooms, tx, record, now))
}

export const takeMessage = async (rooms: Rooms, tx: Tx, record: RoomRecord, now: Date): Promise<void> => {
  if (record.origin !== rooms.region) await takeWritten(rooms, tx, record, now)
}

/** Also what this cell wrote itself and has forgotten (`regained.service`). */
export const takeWritten = async (
  rooms: Rooms,
  tx: Tx,
  record: RoomRecord,
  now: Date,
): Promise<Parcel['message'] | undefined> => {
  const said = written.safeParse(record.body)
  const mine = mineOf(said.data, rooms.region)
  if (said.data === undefined || mine === undefined) return undefined
  const opened = await openParcel(rooms, mine)
  if (opened === undefined || !isTrue(opened, record, said.data)) {
    rooms.log.warn({ origin: record.origin, message: record.subject }, 'message-from-elsewhere-refused')
    return undefined
  }
  await takeParcel(rooms, tx, opened, record.origin, now)
  return opened.message
}

const openParcel = async (rooms: Rooms, sealed: string): Promise<Parcel | undefined> => {
  try {
    return parcel.parse(JSON.parse((await rooms.exchange?.open(sealed)) ?? ''))
  } catch {
    return undefined
  }
}

/** A cell speaks for its own people and with its own stamps only. */
const isTrue = ({ message, room }: Parcel, record: RoomRecord, said: z.infer<typeof written>): boolean =>
  message.id === record.subject &&
  room.id === said.roomId &&
  message.digest === said.digest &&
  parseHlc(message.hlc)?.cell === record.origin

const takeParcel = async (
  rooms: Rooms,
  tx: Tx,
  { room, keys, message }: Parcel,
  origin: string,
  now: Date,
): Promise<void> => {
  const { closed, ...described } = room
  const isNew = await insertRoom(tx, { ...described, openedBy: null }, now)
  const locked = await lockRoom(tx, room.id)
  if (locked === undefined || locked.kind !== room.kind) return
  await takeReaders(rooms, tx, locked, keys, isNew, now)
  if (closed && room.kind === 'ad_hoc' && room.region === origin) await closeRoomRow(tx, room.id, now)
  const seen = parseHlc(message.hlc)
  const last = locked.hlc === null ? undefined : parseHlc(locked.hlc)
  // A stamp from a clock far ahead orders its own message only: ours does not run after it.
  const next = seen === undefined ? last : observe(last, seen, now.getTime())
  const row = await insertMessage(tx, {
    id: message.id,
    room_id: room.id,
    hlc: message.hlc,
    cell: origin,
    author_id: message.authorId,
    author_name: message.authorName.slice(0, 80),
    author_place: message.authorPlace,
    guest: message.guest,
    kind: message.kind,
    body: message.body,
    mentions: message.mentions as MessageRow['mentions'],
    reply_to: message.replyTo,
    target_id: message.targetId,
    at: new Date(message.at),
    written_at: message.writtenAt === null ? null : new Date(message.writtenAt),
    digest: Buffer.from(message.digest, 'base64url'),
    grams: gramsOf(String(message.body.text ?? '')),
  })
  if (row === undefined) return
  if (message.ack !== null) await takeAsk(tx, row, message.ack)
  if (message.targetId !== null) await endTakenBack(tx, message.targetId, origin)
  await tx.sql(`update rooms.room set hlc = $2 where id = $1`, [room.id, next === undefined ? null : formatHlc(next)])
  await appendOp(tx, {
    kind: message.kind === 'retraction' ? 'room-message-changed' : 'room-message-taken',
    subject: message.id,
    body:
      message.kind === 'retraction'
        ? { roomId: room.id, messageId: message.targetId, what: 'retracted' }
        : { roomId: room.id, messageId: message.id, ...(message.ack === null ? {} : { asks: true }) },
    audience: {},
    at: now,
  })
}

/** A retraction may have come before what it takes back. */
const takeAsk = async (tx: Tx, row: MessageRow, ask: NonNullable<Parcel['message']['ack']>): Promise<void> => {
  await tx.sql(
    `insert into rooms.ack_ask (message_id, room_id, asked_at, due_at, target, state)
     values ($1, $2, $3, $4, $5::jsonb,
             case when exists (select from rooms.message m where m.target_id = $1 and m.cell = $6) then 'retracted' else 'open' end)
         on conflict do nothing`,
    [
      ...[row.id, row.room_id, new Date(ask.askedAt), new Date(ask.dueAt)],
      ...[ask.target === null ? null : JSON.stringify(ask.target), row.cell],
    ],
  )
}

const endTakenBack = async (tx: Tx, messageId: string, origin: string): Promise<void> => {
  const ended = await tx.sql(
    `update rooms.ack_ask k
        set state = 'retracted', next_at = null
       from rooms.message m
      where k.message_id = $1
        and m.id = k.message_id
        and m.cell = $2
        and k.state <> 'acknowledged'
     returning k.message_id`,
    [messageId, origin],
  )
  if (ended.length > 0) await cancel(tx, messageId, ACK_TIMERS)
}

/** Desks read along as the room's own cell says; a room of ours keeps its own readers. */
const takeReaders = async (
  rooms: Rooms,
  tx: Tx,
  room: RoomRow,
  keys: readonly Key[],
  isNew: boolean,
  now: Date,
): Promise<void> => {
  if (room.region === rooms.region) return isNew ? openAgain(tx, room, keys, now) : undefined
  const open = (await readersOf(tx, room.id)).filter(({ until }) => until === null).map(({ key }) => key)
  const gone = open.filter((key) => regionOfKey(key) !== undefined && !keys.includes(key))
  const came = keys.filter((key) => !open.includes(key))
  if (gone.length > 0) await endReaders(tx, room, gone, now)
  if (came.length > 0) {
    const wanted = came.map((key) => ({ key, whole: isNew }))
    await addReaders(tx, room.id, wanted, false, now)
  }
  if (gone.length > 0 || came.length > 0) await tellChange(tx, room.id, now)
}

/** A room of ours that these tables have forgotten: its desks read it again; who was added by hand is not in the log. */
const openAgain = async (tx: Tx, room: RoomRow, keys: readonly Key[], now: Date): Promise<void> => {
  const own = readersOfDesk(room.kind, room.region, room.facility_id)
  const wanted = [...new Set([...own, ...keys])].map((key) => ({ key, whole: true }))
  await addReaders(tx, room.id, wanted, room.kind !== 'ad_hoc', now)
  await tellChange(tx, room.id, now)
}
