import { z } from 'zod'
import type { Tx } from '../platform/db.ts'
import { appendOp } from '../platform/oplog.ts'
import { gramsOf } from './grams.ts'
import { formatHlc, observe, parseHlc } from './hlc.ts'
import { type Key, regionOfKey } from './keys.ts'
import { insertMessage } from './messages.sql.ts'
import { cellsOf, type RoomRecord, type Rooms } from './rooms.service.ts'
import { addReaders, endReaders, insertRoom, lockRoom, type RoomRow, readersOf, tellChange } from './rooms.sql.ts'
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
  }),
})
type Parcel = z.infer<typeof parcel>

const written = z.object({ roomId: z.string(), digest: z.string(), to: z.record(z.string(), z.string()).optional() })

/** Says in the log that a message was written; with its content, sealed, for the cells that read along. The room is locked. */
export const shareMessage = async (rooms: Rooms, tx: Tx, room: RoomRow, row: MessageRow): Promise<void> => {
  const digest = row.digest.toString('base64url')
  const to = await sealedFor(rooms, tx, room, row)
  await appendOp(tx, {
    kind: 'message-written',
    subject: row.id,
    body: { roomId: room.id, digest, ...(to === undefined ? {} : { to }) },
    audience: {},
    at: row.at,
  })
}

const sealedFor = async (
  rooms: Rooms,
  tx: Tx,
  room: RoomRow,
  row: MessageRow,
): Promise<Record<string, string> | undefined> => {
  const { exchange } = rooms
  if (exchange === undefined) return undefined
  const keys = (await readersOf(tx, room.id)).filter(({ until }) => until === null).map(({ key }) => key)
  const cells = cellsOf(rooms, keys)
  if (cells.length === 0) return undefined
  const sealed = cells.map(async (cell) => {
    const text = JSON.stringify(toParcel(room, row, desksOf(keys)))
    return [cell, await exchange.seal(cell, text)] as const
  })
  const known = (await Promise.all(sealed)).flatMap(([cell, text]) => {
    if (text !== null) return [[cell, text] as const]
    rooms.log.warn({ cell, message: row.id }, 'message-not-shared-key-unknown')
    return []
  })
  return Object.fromEntries(known)
}

/** The desks that read along, of every region: who answers from there tells them too. People and hospitals stay with their cell. */
const desksOf = (keys: readonly Key[]): Key[] => keys.filter((key) => regionOfKey(key) !== undefined)

const toParcel = (room: RoomRow, row: MessageRow, keys: Key[]): Parcel => ({
  room: {
    id: room.id,
    kind: room.kind,
    region: room.region,
    title: room.title,
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
  },
})

/** Takes what other cells' people wrote. A record that is not for this cell, or not what it says, changes nothing. */
export const followMessages = (rooms: Rooms): void => {
  rooms.exchange?.onRecord('message-written', (tx, record, now) => takeMessage(rooms, tx, record, now))
}

export const takeMessage = async (rooms: Rooms, tx: Tx, record: RoomRecord, now: Date): Promise<void> => {
  const said = written.safeParse(record.body)
  const mine = said.data?.to?.[rooms.region]
  if (said.data === undefined || mine === undefined || record.origin === rooms.region) return
  const opened = await openParcel(rooms, mine)
  if (opened === undefined || !isTrue(opened, record, said.data)) {
    rooms.log.warn({ origin: record.origin, message: record.subject }, 'message-from-elsewhere-refused')
    return
  }
  await takeParcel(rooms, tx, opened, record.origin, now)
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
  const { closed: _, ...described } = room
  const isNew = await insertRoom(tx, { ...described, openedBy: null }, now)
  const locked = await lockRoom(tx, room.id)
  if (locked === undefined || locked.kind !== room.kind) return
  await takeReaders(rooms, tx, locked, keys, isNew, now)
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
  await tx.sql(`update rooms.room set hlc = $2 where id = $1`, [room.id, next === undefined ? null : formatHlc(next)])
  await appendOp(tx, {
    kind: message.kind === 'retraction' ? 'room-message-changed' : 'room-message-taken',
    subject: message.id,
    body:
      message.kind === 'retraction'
        ? { roomId: room.id, messageId: message.targetId, what: 'retracted' }
        : { roomId: room.id, messageId: message.id },
    audience: {},
    at: now,
  })
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
  if (room.region === rooms.region) return
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
