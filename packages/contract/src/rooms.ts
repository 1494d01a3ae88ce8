import { z } from 'zod'
import { CSRF_HEADER } from './client.ts'
import { endpoint } from './endpoint.ts'
import { Problem, toProblem } from './problem.ts'
import { err, ok, type Result } from './result.ts'
import { DUTIES, rosterPlace } from './rosters.ts'
import { CHANNELS, REQUEST_STATES } from './vocabulary.ts'

/**
 * Shapes of the coordination rooms. A room's timeline is the union of what people wrote (messages) and what happened to its request
 * (cards): cards are made from the request's own record whenever it is read and are kept nowhere, so there is one truth.
 *
 * Order is the hybrid logical clock `hlc` (`ms-counter-cell`), then the id: compare `key` as text.
 */

export const ROOM_KINDS = ['request', 'region_desk', 'hospital_desk', 'national_desk', 'ad_hoc'] as const
export type RoomKind = (typeof ROOM_KINDS)[number]

/** Ways a person is reached for an acknowledgement, in the order in which they are tried. */
export const NOTICE_CHANNELS = ['push', 'sms', 'voice'] as const
export type NoticeChannel = (typeof NOTICE_CHANNELS)[number]

/** Rungs an unanswered acknowledgement climbs. */
export const ACK_RUNGS = ['on_call', 'second', 'desk_lead', 'neighbour'] as const
export type AckRung = (typeof ACK_RUNGS)[number]

/** Where an acknowledgement stands. `exhausted`: every rung was tried on every channel. */
export const ACK_STATES = ['open', 'overdue', 'acknowledged', 'exhausted', 'retracted'] as const

/** What a card shows; made from the request's events and offers. */
export const CARD_KINDS = [
  'request',
  'information',
  'triage',
  'offer',
  'answer',
  'decline',
  'hold',
  'hold_lost',
  'confirmed',
  'eta',
  'handover',
  'no_bed',
  'escalation',
  'paused',
  'outside',
  'closed',
  'overdue',
  'note',
] as const
export type CardKind = (typeof CARD_KINDS)[number]

/** Texts one tap sends. The code travels and is stored; the words are looked up by whoever shows it. */
export const QUICK_REPLIES = {
  checking: { ko: '확인 중입니다', en: 'Checking now' },
  call_me: { ko: '전화 주십시오', en: 'Please call me' },
  five_minutes: { ko: '5분 안에 답하겠습니다', en: 'I will answer within 5 minutes' },
  more_information: { ko: '환자 정보가 더 필요합니다', en: 'More about the patient, please' },
  vitals: { ko: '활력징후를 다시 알려 주십시오', en: 'Please send the vital signs again' },
  team_ready: { ko: '받을 준비가 되었습니다', en: 'The team is ready' },
  on_the_way: { ko: '출발했습니다', en: 'On the way' },
  delayed: { ko: '지연되고 있습니다', en: 'Delayed' },
  bed_being_cleaned: { ko: '병상을 정리하고 있습니다', en: 'The bed is being made ready' },
  understood: { ko: '알겠습니다', en: 'Understood' },
  thank_you: { ko: '감사합니다', en: 'Thank you' },
} as const satisfies Record<string, { ko: string; en: string }>
export type QuickReply = keyof typeof QUICK_REPLIES
export const QUICK_REPLY_CODES = Object.keys(QUICK_REPLIES) as [QuickReply, ...QuickReply[]]

export const ROOM_LIMITS = {
  textChars: 4_000,
  titleChars: 80,
  filesPerMessage: 5,
  mentionsPerMessage: 20,
  fileBytes: 10 * 1024 * 1024,
  fileNameChars: 120,
  membersPerRoom: 2_000,
  receiptsPerBatch: 200,
  searchMinChars: 2,
} as const

const id = z.string().min(1).max(64)
/** Made by whoever writes: a ULID or a UUID. Sent twice, it is kept once. */
const clientId = z.string().regex(/^[0-9A-Za-z][0-9A-Za-z-]{19,39}$/)
const instant = z.string().max(40)
const instantInput = z.iso.datetime({ offset: true }).max(40)
const byId = z.object({ id })
const text = (max: number) => z.string().trim().min(1).max(max)
/** Place in a timeline: `hlc~id`. Sorts as text. */
const timelineKey = z.string().regex(/^[0-9]{13}-[0-9a-f]{4}-[0-9]{2}~[0-9A-Za-z:-]{1,64}$/)

// ---------------------------------------------------------------- shapes

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

export const ackView = z.object({
  state: z.enum(ACK_STATES),
  dueAt: instant,
  /** Who is asked now; climbs. */
  rung: z.enum(ACK_RUNGS),
  acknowledgedAt: instant.nullable(),
  acknowledgedBy: z.string().nullable(),
  /** The person asking is among those who can acknowledge it. */
  mine: z.boolean(),
})
export type AckView = z.infer<typeof ackView>

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

/** A button of a card: a real transition of the request through the route it names. */
export const cardAct = z.object({
  act: z.string(),
  endpoint: z.enum(['actOnRequest', 'actOnOffer', 'sendOffers', 'extendHold']),
  /** Path parameter of that route. */
  id,
  /** To be sent back where the route wants it. */
  version: z.int().nullable(),
  /** Members of the act a person has to fill in, e.g. `reason`. */
  needs: z.array(z.string()),
})
export type CardAct = z.infer<typeof cardAct>

export const cardView = z.object({
  type: z.literal('card'),
  key: z.string(),
  id,
  at: instant,
  card: z.enum(CARD_KINDS),
  /** Name of the event in the request's own record. */
  event: z.string(),
  by: z.string(),
  channel: z.enum(CHANNELS),
  heardFrom: z.string().nullable(),
  /** Of the offer or the hold the card is about. */
  hospitalName: z.string().nullable(),
  state: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
  /** What the person asking may do here now; a button that would be refused is not there. */
  acts: z.array(cardAct),
})
export type CardView = z.infer<typeof cardView>

/** A region could not be heard: what its people wrote meanwhile comes later. `until` null: still. */
export const reachView = z.object({
  type: z.literal('reach'),
  key: z.string(),
  id,
  at: instant,
  region: z.string(),
  until: instant.nullable(),
})
export type ReachView = z.infer<typeof reachView>

export const timelineItem = z.discriminatedUnion('type', [messageView, cardView, reachView])
export type TimelineItem = z.infer<typeof timelineItem>

export const roomView = z.object({
  id,
  kind: z.enum(ROOM_KINDS),
  title: z.string(),
  region: z.string(),
  facilityId: id.nullable(),
  request: z.object({ id, code: z.string(), state: z.enum(REQUEST_STATES) }).nullable(),
  /** Number of the newest message this person may read. */
  head: z.int(),
  /** Newest message this person has seen; `head - seen` is unread at most. */
  seen: z.int(),
  unread: z.int(),
  mentioned: z.int(),
  lastAt: instant,
  lastText: z.string().nullable(),
  /** false: what comes from now on is not for this person (the offer was declined or withdrawn). */
  live: z.boolean(),
  mayWrite: z.boolean(),
  mayManage: z.boolean(),
  /** Regions of this room that cannot be heard now. */
  outOfReach: z.array(z.object({ region: z.string(), since: instant })),
})
export type RoomView = z.infer<typeof roomView>

export const memberView = z.object({
  personId: id.nullable(),
  name: z.string(),
  place: z.string().nullable(),
  roles: z.array(z.string()),
  guest: z.boolean(),
  online: z.boolean(),
})

export const invitationView = z.object({
  id,
  createdAt: instant,
  createdBy: z.string(),
  forName: z.string(),
  expiresAt: instant,
  state: z.enum(['open', 'used', 'expired', 'revoked', 'locked']),
  guestName: z.string().nullable(),
  usedAt: instant.nullable(),
})

export const receiptView = z.object({
  personId: id,
  name: z.string(),
  place: z.string().nullable(),
  deliveredAt: instant.nullable(),
  seenAt: instant.nullable(),
  acknowledgedAt: instant.nullable(),
})

/** One try to reach somebody for an acknowledgement. */
export const ackStepView = z.object({
  at: instant,
  step: z.int(),
  rung: z.enum(ACK_RUNGS),
  channel: z.enum(NOTICE_CHANNELS),
  personId: id.nullable(),
  name: z.string(),
  /** `told` on a connected screen · `queued` with a carrier · `no_driver` · `no_address` · `nobody` on this rung. */
  outcome: z.enum(['told', 'queued', 'no_driver', 'no_address', 'nobody']),
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

const page = z.strictObject({
  before: timelineKey.optional(),
  after: timelineKey.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const timelinePage = z.object({
  items: z.array(timelineItem),
  /** There is more beyond the end asked for. */
  more: z.boolean(),
})

const problems = ['not-found', 'not-allowed', 'conflict', 'wrong-state'] as const

// ---------------------------------------------------------------- endpoints

export const roomEndpoints = {
  listRooms: endpoint({
    id: 'listRooms',
    method: 'GET',
    path: '/api/rooms',
    summary: 'Rooms of the person asking, newest talk first',
    auth: 'session',
    query: z.strictObject({
      kind: z.enum(ROOM_KINDS).optional(),
      closed: z.enum(['no', 'yes']).default('no'),
      limit: z.coerce.number().int().min(1).max(200).default(100),
    }),
    response: { status: 200, schema: z.object({ rooms: z.array(roomView), at: instant }) },
    problems,
  }),
  openRoom: endpoint({
    id: 'openRoom',
    method: 'POST',
    path: '/api/rooms',
    summary: 'Open a room for some people',
    auth: 'session',
    body: z.strictObject({
      id: clientId,
      title: text(ROOM_LIMITS.titleChars),
      personIds: z.array(id).max(500).default([]),
      facilityIds: z.array(id).max(50).default([]),
    }),
    response: { status: 201, schema: roomView },
    problems,
  }),
  getRoom: endpoint({
    id: 'getRoom',
    method: 'GET',
    path: '/api/rooms/:id',
    summary: 'A room',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: roomView },
    problems,
  }),
  roomOfRequest: endpoint({
    id: 'roomOfRequest',
    method: 'GET',
    path: '/api/requests/:id/room',
    summary: 'The room of a bed request, by its id or its code',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: roomView },
    problems,
  }),
  roomTimeline: endpoint({
    id: 'roomTimeline',
    method: 'GET',
    path: '/api/rooms/:id/timeline',
    summary: 'Messages, cards and lines of a room in order; the newest page without a cursor',
    auth: 'session',
    params: byId,
    query: page,
    response: { status: 200, schema: timelinePage },
    problems,
  }),
  roomMembers: endpoint({
    id: 'roomMembers',
    method: 'GET',
    path: '/api/rooms/:id/members',
    summary: 'Who reads along now',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: z.object({ members: z.array(memberView) }) },
    problems,
  }),
  changeMembers: endpoint({
    id: 'changeMembers',
    method: 'POST',
    path: '/api/rooms/:id/members',
    summary: 'Add people to a room or take them out; a request room takes people in beside those of the request',
    auth: 'session',
    params: byId,
    body: z.strictObject({ add: z.array(id).max(100).default([]), remove: z.array(id).max(100).default([]) }),
    response: { status: 200, schema: z.object({ members: z.array(memberView) }) },
    problems,
  }),
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
  acknowledge: endpoint({
    id: 'acknowledge',
    method: 'POST',
    path: '/api/messages/:id/acknowledge',
    summary: 'Acknowledge a message that asks for it; a desk that heard it by phone says from whom',
    auth: 'session',
    params: byId,
    body: z.strictObject({ channel: z.enum(CHANNELS).default('web'), heardFrom: text(80).optional() }),
    response: { status: 200, schema: messageView },
    problems,
  }),
  listAcknowledgements: endpoint({
    id: 'listAcknowledgements',
    method: 'GET',
    path: '/api/acknowledgements',
    summary: 'What the person asking still has to acknowledge, most urgent first',
    auth: 'session',
    response: { status: 200, schema: z.object({ messages: z.array(messageView) }) },
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
  inviteGuest: endpoint({
    id: 'inviteGuest',
    method: 'POST',
    path: '/api/rooms/:id/invitations',
    summary: 'Invite somebody without an account into this room: a one-time link, and a code to be said on another way',
    auth: 'session',
    params: byId,
    body: z.strictObject({ forName: text(80), hours: z.int().min(1).max(72).default(8) }),
    response: {
      status: 201,
      schema: z.object({
        invitation: invitationView,
        /** Shown once. The token stands after the hash, so that it is in no server's log. */
        link: z.string(),
        /** Six digits, shown once. */
        code: z.string(),
      }),
    },
    problems: [...problems, 'too-many-requests'],
  }),
  listInvitations: endpoint({
    id: 'listInvitations',
    method: 'GET',
    path: '/api/rooms/:id/invitations',
    summary: 'Invitations of a room and what became of them',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: z.object({ invitations: z.array(invitationView) }) },
    problems,
  }),
  revokeInvitation: endpoint({
    id: 'revokeInvitation',
    method: 'POST',
    path: '/api/room-invitations/:id/revoke',
    summary: 'Take an invitation back; a guest who is in is shown out at once',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: invitationView },
    problems,
  }),
  guestEnter: endpoint({
    id: 'guestEnter',
    method: 'POST',
    path: '/api/guest/enter',
    summary: 'Enter one room by a one-time link and its code',
    auth: 'public',
    priority: 'desk',
    body: z.strictObject({
      token: z.string().min(20).max(100),
      code: z.string().regex(/^[0-9]{6}$/),
      name: text(80),
    }),
    response: {
      status: 200,
      schema: z.object({ room: z.object({ id, title: z.string() }), name: z.string(), until: instant }),
    },
    problems: ['link-spent', 'too-many-requests'],
  }),
  guestRoom: endpoint({
    id: 'guestRoom',
    method: 'GET',
    path: '/api/guest/room',
    summary: 'The one room a guest is in: what was written since they were let in',
    auth: 'public',
    priority: 'desk',
    query: page,
    response: {
      status: 200,
      schema: z.object({
        room: z.object({ id, title: z.string() }),
        name: z.string(),
        until: instant,
        ...timelinePage.shape,
      }),
    },
    problems: ['sign-in-needed'],
  }),
  guestPost: endpoint({
    id: 'guestPost',
    method: 'POST',
    path: '/api/guest/messages',
    summary: 'A guest writes to their room',
    auth: 'public',
    priority: 'desk',
    body: z.strictObject({ id: clientId, text: text(ROOM_LIMITS.textChars) }),
    response: { status: 201, schema: messageView },
    problems: ['sign-in-needed', 'conflict', 'too-many-requests', 'wrong-state'],
  }),
  guestLeave: endpoint({
    id: 'guestLeave',
    method: 'POST',
    path: '/api/guest/leave',
    summary: 'A guest leaves for good',
    auth: 'public',
    priority: 'desk',
    response: { status: 204, schema: z.undefined() },
    problems: ['sign-in-needed'],
  }),
} as const

// ---------------------------------------------------------------- live

/**
 * `GET /api/room-events` (server-sent events; a session or a guest's session). `id` is a number to come back with as Last-Event-ID.
 * `hello` and `reset` come first: after `reset` fetch rooms and timelines anew. Every other event is one of these:
 */
export const ROOM_EVENTS_PATH = '/api/room-events'
export const roomEvent = z.discriminatedUnion('kind', [
  /** Somebody wrote. Everything of the message but what differs by reader (`ack.mine`, `retracted`, mentions' `people`). */
  z.object({ kind: z.literal('message'), roomId: id, message: messageView }),
  /** Something of a message changed: retracted, acknowledged, a step was taken. Fetch what is shown of it. */
  z.object({ kind: z.literal('message-changed'), roomId: id, messageId: id, what: z.enum(['retracted', 'ack']) }),
  /** The request moved, members changed, a region was lost or found: fetch the room and the end of its timeline. */
  z.object({ kind: z.literal('room-changed'), roomId: id, what: z.enum(['request', 'members', 'reach']) }),
  /** This person is asked to acknowledge. */
  z.object({ kind: z.literal('ack-wanted'), roomId: id, messageId: id, dueAt: instant, rung: z.enum(ACK_RUNGS) }),
])
export type RoomEvent = z.infer<typeof roomEvent>

/** Sends a file to a room. Refusals come back as values. */
export const uploadRoomFile = async (
  base: string,
  fetch: typeof globalThis.fetch,
  room: { readonly id: string; readonly name: string },
  file: Blob | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Result<FileView, Problem>> => {
  const url = `${base}/api/rooms/${encodeURIComponent(room.id)}/files?name=${encodeURIComponent(room.name)}`
  const response = await fetch(url, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { ...headers, accept: 'application/json', [CSRF_HEADER]: '1', 'content-type': 'application/octet-stream' },
    body: file,
  })
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok) return ok(fileView.parse(body))
  const problem = Problem.safeParse(body)
  return err(problem.success ? problem.data : toProblem({ code: 'overloaded', detail: `HTTP ${response.status}` }))
}
