import { type Mention, type MessageView, type newMessage, ok } from '@dure/contract'
import type { z } from 'zod'
import { canonicalJson, sha256 } from '../platform/canonical.ts'
import type { Queries, Tx } from '../platform/db.ts'
import { appendOp } from '../platform/oplog.ts'
import type { Person } from '../platform/person.ts'
import { onCallRows } from '../rosters/index.ts'
import { planAck } from './ack-plan.service.ts'
import { shareMessage } from './federation.service.ts'
import { gramsOf } from './grams.ts'
import { formatHlc, parseHlc, tick } from './hlc.ts'
import { type Key, keysOf } from './keys.ts'
import { toMessageView } from './message-views.ts'
import {
  attachFiles,
  besideMessages,
  insertMessage,
  messageById,
  type NewMessageRow,
  ownFiles,
  readableMessage,
  writerSight,
} from './messages.sql.ts'
import { insertPlainMessage } from './plain-message.sql.ts'
import { noSuchRoom, type RoomResult, type Rooms, refuse } from './rooms.service.ts'
import { lockRoom, type RoomRow } from './rooms.sql.ts'
import type { MessageRow } from './rows.ts'

/** Who writes: a person of the cell, or a guest of one room. */
export interface Author {
  readonly id: string
  readonly name: string
  /** Name of their hospital or desk. */
  readonly place: string | null
  readonly guest: boolean
  readonly keys: readonly Key[]
}

export const authorOf = async (rooms: Rooms, person: Person): Promise<Author> => ({
  id: person.id,
  name: person.name,
  place:
    person.facilityId === null ? null : ((await rooms.directory.current()).byId.get(person.facilityId)?.name ?? null),
  guest: false,
  keys: keysOf(person),
})

export type MessageInput = z.output<typeof newMessage>
type Written = RoomResult<MessageView, 'not-found' | 'not-allowed' | 'conflict' | 'wrong-state' | 'invalid-input'>

/** Writes one message: once, however often it is sent, and in the order of the room. */
export const writeMessage = async (
  rooms: Rooms,
  author: Author,
  roomId: string,
  input: MessageInput,
  now: Date,
): Promise<Written> => {
  const row = isPlain(input, now) ? await writePlain(rooms, author, roomId, input, now) : undefined
  return row === undefined
    ? writeInRoom(rooms, author, roomId, input, now)
    : ok(toMessageView(row, NOTHING_BESIDE, { personId: author.id }))
}

/** Nothing but words: most of what is written. */
const isPlain = ({ body, mentions, replyTo, needsAck, writtenAt }: MessageInput, now: Date): boolean =>
  body.kind !== 'files' && mentions.length === 0 && replyTo === null && needsAck === null && !liesAhead(writtenAt, now)

const writePlain = (rooms: Rooms, author: Author, roomId: string, input: MessageInput, now: Date) => {
  const digest = digestOf(roomId, author.id, input)
  const message = { ...unstamped(author, roomId, input, now), digest, cell: rooms.region }
  return insertPlainMessage(rooms.db, message, author.keys, { roomId, digest: digest.toString('base64url') })
}

/** What of a message does not depend on its room's state. */
const unstamped = (author: Author, roomId: string, input: MessageInput, now: Date) => ({
  id: input.id,
  room_id: roomId,
  at: now,
  author_id: author.id,
  author_name: author.name,
  author_place: author.place,
  guest: author.guest,
  kind: input.body.kind,
  body: storedBody(input),
  written_at: input.writtenAt === null ? null : new Date(input.writtenAt),
  grams: gramsOf(textOf(input)),
})

const writeInRoom = (rooms: Rooms, author: Author, roomId: string, input: MessageInput, now: Date): Promise<Written> =>
  rooms.db.tx(async (tx) => {
    const room = await lockRoom(tx, roomId)
    const sight = await writerSight(tx, roomId, author.keys, input.id)
    if (room === undefined || !sight.reads) return noSuchRoom
    const digest = digestOf(roomId, author.id, input)
    const known = sight.known ? await messageById(tx, input.id) : undefined
    if (known !== undefined) return repeated(tx, known, digest, author)
    if (!sight.live) return refuse('wrong-state', 'you do not read this room any more', '/params/id')
    if (room.kind === 'ad_hoc' && room.closed_at !== null)
      return refuse('wrong-state', 'the room is closed', '/params/id')
    const refused = await refusedInput(tx, room, author, input, now)
    if (refused !== null) return refused
    const mentions = await resolveMentions(tx, input.mentions, now)
    if (!mentions.ok) return mentions
    const row = await append(rooms, tx, room, {
      ...unstamped(author, roomId, input, now),
      mentions: mentions.value,
      reply_to: input.replyTo,
      target_id: null,
      digest,
    })
    if (row === undefined) return refuse('conflict', 'this id was used in another room', '/body/id')
    if (input.body.kind === 'files') await attachFiles(tx, row.id, input.body.fileIds)
    await noteMentions(tx, row)
    if (input.needsAck !== null) await planAck(rooms, tx, row, input.needsAck, now)
    await shareMessage(rooms, tx, room, row, input.needsAck !== null)
    // What stands beside a text without files and deadline is nothing: no need to look.
    const plain = input.body.kind !== 'files' && input.needsAck === null
    return ok(plain ? toMessageView(row, NOTHING_BESIDE, { personId: author.id }) : await viewOne(tx, row, author.id))
  })

const NOTHING_BESIDE = { files: new Map(), retractions: new Map(), acks: new Map() }

type Unstamped = Omit<NewMessageRow, 'hlc' | 'cell'>

/** Stamps and stores a message of this cell, and tells screens. The room is locked. */
const append = async (rooms: Rooms, tx: Tx, room: RoomRow, message: Unstamped): Promise<MessageRow | undefined> => {
  const last = room.hlc === null ? undefined : parseHlc(room.hlc)
  const hlc = formatHlc(tick(last, message.at.getTime(), rooms.region))
  const row = await insertMessage(tx, { ...message, hlc, cell: rooms.region })
  return row
}

/** What the program itself says in a room. The room is locked by this. */
export const writeLine = async (
  rooms: Rooms,
  tx: Tx,
  roomId: string,
  line: string,
  data: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<void> => {
  const room = await lockRoom(tx, roomId)
  if (room === undefined) return
  const id = rooms.ids.next()
  const body = { line, data }
  const row = await append(rooms, tx, room, {
    id,
    room_id: roomId,
    at: now,
    author_id: null,
    author_name: 'Dure',
    author_place: null,
    guest: false,
    kind: 'line',
    body,
    mentions: [],
    reply_to: null,
    target_id: null,
    written_at: null,
    digest: sha256(canonicalJson({ id, roomId, body })),
    grams: [],
  })
  if (row !== undefined) await shareMessage(rooms, tx, room, row)
}

const digestOf = (roomId: string, authorId: string, { id: _, ...content }: MessageInput): Buffer =>
  sha256(canonicalJson({ roomId, authorId, ...content }))

/** The same message again gets the same answer; another one under its id is refused. */
const repeated = async (tx: Queries, known: MessageRow, digest: Buffer, author: Author): Promise<Written> =>
  known.author_id === author.id && digest.equals(known.digest)
    ? ok(await viewOne(tx, known, author.id))
    : refuse('conflict', 'another message has this id', '/body/id')

export const viewOne = async (db: Queries, row: MessageRow, personId: string): Promise<MessageView> =>
  toMessageView(row, await besideMessages(db, [row]), { personId })

const storedBody = ({ body }: MessageInput): Readonly<Record<string, unknown>> => {
  switch (body.kind) {
    case 'text':
      return { text: body.text }
    case 'quick':
      return { reply: body.reply }
    case 'files':
      return { text: body.text }
  }
}

const textOf = ({ body }: MessageInput): string => (body.kind === 'quick' ? '' : (body.text ?? ''))

/** Later than this ahead of the server's clock a text was not typed. */
const CLOCK_TOLERANCE_MS = 5 * 60_000
const liesAhead = (writtenAt: string | null, now: Date): boolean =>
  writtenAt !== null && Date.parse(writtenAt) > now.getTime() + CLOCK_TOLERANCE_MS

const refusedInput = async (tx: Tx, room: RoomRow, author: Author, input: MessageInput, now: Date) => {
  const { body, replyTo, writtenAt, needsAck } = input
  if (liesAhead(writtenAt, now)) return refuse('invalid-input', 'lies in the future', '/body/writtenAt')
  if (replyTo !== null) {
    const target = await readableMessage(tx, replyTo, author.keys)
    if (target?.room_id !== room.id) return refuse('invalid-input', 'no such message in this room', '/body/replyTo')
  }
  if (body.kind === 'files') {
    const files = await ownFiles(tx, room.id, author.id, body.fileIds)
    if (files.length !== new Set(body.fileIds).size || files.length !== body.fileIds.length)
      return refuse('invalid-input', 'not files you brought to this room', '/body/body/fileIds')
  }
  if (needsAck !== null && author.guest) return refuse('not-allowed', 'a guest cannot ask for this', '/body/needsAck')
  return needsAck === null ? null : refusedDeadline(needsAck.by, now)
}

const refusedDeadline = (by: string, now: Date) => {
  const aheadMs = Date.parse(by) - now.getTime()
  return aheadMs >= ACK_AHEAD_MS.least && aheadMs <= ACK_AHEAD_MS.most
    ? null
    : refuse('invalid-input', 'a deadline lies from one minute to a day ahead', '/body/needsAck/by')
}
const ACK_AHEAD_MS = { least: 60_000, most: 24 * 3_600_000 }

// ---------------------------------------------------------------- mentions

/** Looked up when the message is written: who was on call then stays on record. */
const resolveMentions = async (
  db: Queries,
  mentions: readonly Mention[],
  now: Date,
): Promise<RoomResult<MessageView['mentions'], 'invalid-input'>> => {
  const resolved: MessageView['mentions'] = []
  for (const [at, mention] of mentions.entries()) {
    const people = await peopleOf(db, mention, now)
    if (people === undefined) return refuse('invalid-input', 'no such person', `/body/mentions/${at}`)
    resolved.push({ mention, people })
  }
  return ok(resolved)
}

const peopleOf = async (db: Queries, mention: Mention, now: Date) => {
  if (mention.kind === 'duty') {
    const rows = await onCallRows(db, mention.place, mention.duty, now, 'on_call')
    return rows.map((row) => ({ personId: row.person_id, name: row.name, phone: row.phone }))
  }
  const [found] = await db.sql<{ name: string }>(
    `select name from platform.person where id = $1 and disabled_at is null`,
    [mention.personId],
  )
  return found === undefined ? undefined : [{ personId: mention.personId, name: found.name, phone: null }]
}

const noteMentions = async (tx: Tx, row: MessageRow): Promise<void> => {
  const people = new Set(row.mentions.flatMap((one) => one.people.flatMap(({ personId }) => personId ?? [])))
  if (people.size === 0) return
  await tx.sql(
    `insert into rooms.mention (message_id, person_id, room_id, number) select $1, p, $2, $3 from unnest($4::text[]) p`,
    [row.id, row.room_id, row.number, [...people]],
  )
}

// ---------------------------------------------------------------- taking back

/** The message stays where it is, marked; a retraction is a message of its own, so it merges like one. */
export const retract = (
  rooms: Rooms,
  author: Author,
  messageId: string,
  retractionId: string,
  now: Date,
): Promise<RoomResult<MessageView, 'not-found' | 'not-allowed' | 'conflict'>> =>
  rooms.db.tx(async (tx) => {
    const target = await readableMessage(tx, messageId, author.keys)
    if (target === undefined || target.kind === 'retraction')
      return refuse('not-found', 'no such message', '/params/id')
    if (target.author_id !== author.id) return refuse('not-allowed', 'a message is taken back by who wrote it')
    const room = await lockRoom(tx, target.room_id)
    if (room === undefined) return noSuchRoom
    const beside = await besideMessages(tx, [target])
    if (beside.retractions.has(messageId)) return ok(toMessageView(target, beside, { personId: author.id }))
    const row = await append(rooms, tx, room, {
      id: retractionId,
      room_id: room.id,
      at: now,
      author_id: author.id,
      author_name: author.name,
      author_place: author.place,
      guest: author.guest,
      kind: 'retraction',
      body: {},
      mentions: [],
      reply_to: null,
      target_id: messageId,
      written_at: null,
      digest: sha256(canonicalJson({ roomId: room.id, authorId: author.id, target: messageId })),
      grams: [],
    })
    if (row === undefined) return refuse('conflict', 'another message has this id', '/body/id')
    await tx.sql(
      `update rooms.ack_ask set state = 'retracted', next_at = null where message_id = $1 and state <> 'acknowledged'`,
      [messageId],
    )
    await shareMessage(rooms, tx, room, row)
    await tellMessageChanged(tx, room.id, messageId, 'retracted', now)
    return ok(await viewOne(tx, target, author.id))
  })

export const tellMessageChanged = (
  tx: Tx,
  roomId: string,
  messageId: string,
  what: 'retracted' | 'ack',
  now: Date,
): Promise<void> =>
  appendOp(tx, {
    kind: 'room-message-changed',
    subject: messageId,
    body: { roomId, messageId, what },
    audience: {},
    at: now,
  })
