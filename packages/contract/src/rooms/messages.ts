import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { DUTIES, rosterPlace } from '../rosters.ts'
import { ackStepView, ackView } from './ack-views.ts'
import { byId, clientId, id, instant, instantInput, problems, text } from './fields.ts'
import { QUICK_REPLY_CODES, ROOM_LIMITS } from './vocabulary.ts'

/** `@person`, or `@role`: whoever is on call for the duty at the place when the message is written. */
export const mention = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('person'), personId: id }),
  z.strictObject({ kind: z.literal('duty'), place: rosterPlace, duty: z.enum(DUTIES) }),
])
export type Mention = z.infer<typeof mention>

export const mentionView = z.object({
  mention,
  /** Whom it reached; empty for a duty = nobody is on call. */
  people: z.array(z.object({ personId: id.nullable(), name: z.string(), phone: z.string().nullable() })),
})

export const fileView = z.object({
  id,
  name: z.string(),
  /** Decided by the content, never by the name. */
  mediaType: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  /** May stand in an `<img>`; everything else is for downloading. */
  image: z.boolean(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  /** `/api/files/…`; asks for the session, is checked by room, and is never served as a page. */
  url: z.string(),
})
export type FileView = z.infer<typeof fileView>

export const messageView = z.object({
  type: z.literal('message'),
  key: z.string(),
  id,
  roomId: id,
  /** Counts the messages of this room in this cell, without gaps: what receipts name. */
  number: z.int(),
  hlc: z.string(),
  at: instant,
  /** When it was typed, if it waited in an outbox. */
  writtenAt: instant.nullable(),
  /** Cell of the author. */
  cell: z.string(),
  author: z.object({ id: id.nullable(), name: z.string(), place: z.string().nullable(), guest: z.boolean() }),
  body: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('text'), text: z.string() }),
    z.object({ kind: z.literal('quick'), reply: z.string() }),
    z.object({ kind: z.literal('files'), text: z.string().nullable(), files: z.array(fileView) }),
    /** Said by the program: an escalation step, a guest who came in. `data` by `line`. */
    z.object({ kind: z.literal('line'), line: z.string(), data: z.record(z.string(), z.unknown()) }),
  ]),
  mentions: z.array(mentionView),
  replyTo: id.nullable(),
  /** Set when the author took it back: it stays readable and is marked. */
  retracted: z.object({ at: instant, by: z.string() }).nullable(),
  ack: ackView.nullable(),
})
export type MessageView = z.infer<typeof messageView>

export const receiptView = z.object({
  personId: id,
  name: z.string(),
  place: z.string().nullable(),
  deliveredAt: instant.nullable(),
  seenAt: instant.nullable(),
  acknowledgedAt: instant.nullable(),
})

/** What a message asks for: whom, and by when. Without `from` whoever reads the room may acknowledge. */
const needsAck = z.strictObject({ by: instantInput, from: mention.optional() })

export const newMessage = z.strictObject({
  id: clientId,
  body: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('text'), text: text(ROOM_LIMITS.textChars) }),
    z.strictObject({ kind: z.literal('quick'), reply: z.enum(QUICK_REPLY_CODES) }),
    z.strictObject({
      kind: z.literal('files'),
      text: text(ROOM_LIMITS.textChars).nullable().default(null),
      fileIds: z.array(id).min(1).max(ROOM_LIMITS.filesPerMessage),
    }),
  ]),
  mentions: z.array(mention).max(ROOM_LIMITS.mentionsPerMessage).default([]),
  replyTo: id.nullable().default(null),
  writtenAt: instantInput.nullable().default(null),
  needsAck: needsAck.nullable().default(null),
})
export type NewMessage = z.input<typeof newMessage>

export const messageEndpoints = {
  postMessage: endpoint({
    id: 'postMessage',
    method: 'POST',
    path: '/api/rooms/:id/messages',
    summary: 'Write to a room; the id is made by the writer, and sent twice it is kept once',
    auth: 'session',
    params: byId,
    body: newMessage,
    response: { status: 201, schema: messageView },
    problems,
  }),
  retractMessage: endpoint({
    id: 'retractMessage',
    method: 'POST',
    path: '/api/messages/:id/retract',
    summary: 'Take one’s own message back: it stays readable and is marked',
    auth: 'session',
    params: byId,
    body: z.strictObject({ id: clientId }),
    response: { status: 200, schema: messageView },
    problems,
  }),
  sendReceipts: endpoint({
    id: 'sendReceipts',
    method: 'POST',
    path: '/api/receipts',
    summary: 'Delivered and seen, for many rooms at once: everything up to these numbers',
    auth: 'session',
    body: z.strictObject({
      receipts: z
        .array(
          z.strictObject({
            roomId: id,
            delivered: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
            seen: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
          }),
        )
        .min(1)
        .max(ROOM_LIMITS.receiptsPerBatch),
    }),
    response: { status: 200, schema: z.object({ recorded: z.int() }) },
    problems,
  }),
  messageReceipts: endpoint({
    id: 'messageReceipts',
    method: 'GET',
    path: '/api/messages/:id/receipts',
    summary: 'Sent, delivered, seen and acknowledged, person by person; and every step taken to reach somebody',
    auth: 'session',
    params: byId,
    response: {
      status: 200,
      schema: z.object({ sentAt: instant, people: z.array(receiptView), steps: z.array(ackStepView) }),
    },
    problems,
  }),
  searchRooms: endpoint({
    id: 'searchRooms',
    method: 'GET',
    path: '/api/room-search',
    summary: 'Messages with a text in them, in the rooms and the parts of them the person asking may read',
    auth: 'session',
    query: z.strictObject({
      q: z.string().trim().min(ROOM_LIMITS.searchMinChars).max(80),
      roomId: id.optional(),
      limit: z.coerce.number().int().min(1).max(100).default(30),
    }),
    response: { status: 200, schema: z.object({ messages: z.array(messageView), more: z.boolean() }) },
    problems,
  }),
  /** The body is the file itself: see {@link uploadRoomFile}. */
  uploadFile: endpoint({
    id: 'uploadFile',
    method: 'POST',
    path: '/api/rooms/:id/files',
    summary: 'Bring a file (application/octet-stream); it is shown to others once a message names it',
    auth: 'session',
    params: byId,
    query: z.strictObject({ name: text(ROOM_LIMITS.fileNameChars) }),
    body: z.unknown(),
    bodyLimitBytes: ROOM_LIMITS.fileBytes,
    response: { status: 201, schema: fileView },
    problems: [...problems, 'unsupported-media', 'too-large'],
  }),
} as const
