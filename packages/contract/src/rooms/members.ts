import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { REQUEST_STATES, SIDO_CODES } from '../vocabulary.ts'
import { byId, clientId, id, instant, problems, text } from './fields.ts'
import { PARTY_ROLES, ROOM_KINDS, ROOM_LIMITS } from './vocabulary.ts'

export const roomView = z.object({
  id,
  kind: z.enum(ROOM_KINDS),
  title: z.string(),
  /** What a room that people opened themselves is for. */
  purpose: z.string().nullable(),
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
  /** null = open. Nobody writes to an ad hoc room that was closed; what was said stays readable. */
  closedAt: instant.nullable(),
  mayWrite: z.boolean(),
  /** Takes people in and out, and invites; closes an ad hoc room. */
  mayManage: z.boolean(),
  /** Was taken in as a person, and may go. */
  mayLeave: z.boolean(),
  /** Regions of this room that cannot be heard now. */
  outOfReach: z.array(z.object({ region: z.string(), since: instant })),
})
export type RoomView = z.infer<typeof roomView>

const NATION = '00'

/** Whom a room names: a person, everybody of a role in a region, a hospital, a desk. Who joins a role or a desk later reads along too. */
export const roomParty = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('person'), personId: id }),
  z.strictObject({ kind: z.literal('role'), role: z.enum(PARTY_ROLES), region: z.enum(SIDO_CODES) }),
  /** Its bed desk and its requesters. */
  z.strictObject({ kind: z.literal('hospital'), hospitalId: id }),
  /** The placement desk of a region; `00` = the national desk. */
  z.strictObject({ kind: z.literal('desk'), region: z.enum([...SIDO_CODES, NATION]) }),
])
export type RoomParty = z.infer<typeof roomParty>

export const partyView = z.object({
  party: roomParty,
  /** Of a person or a hospital; roles and desks are named by whoever shows them. */
  name: z.string().nullable(),
  /** A person's hospital. */
  place: z.string().nullable(),
  roles: z.array(z.string()),
  /** Follows from what the room is about, and is not taken out by hand. */
  byRule: z.boolean(),
})
export type PartyView = z.infer<typeof partyView>

const parties = z.array(roomParty).max(ROOM_LIMITS.partiesPerChange)
export const memberView = z.object({
  personId: id.nullable(),
  name: z.string(),
  place: z.string().nullable(),
  roles: z.array(z.string()),
  guest: z.boolean(),
  online: z.boolean(),
})
const membership = z.object({
  members: z.array(memberView),
  /** Whom the room names: what the members follow from. */
  parties: z.array(partyView),
})

export const memberEndpoints = {
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
      purpose: text(ROOM_LIMITS.purposeChars).nullable().default(null),
      parties: parties.default([]),
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
  roomMembers: endpoint({
    id: 'roomMembers',
    method: 'GET',
    path: '/api/rooms/:id/members',
    summary: 'Who reads along now',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: membership },
    problems,
  }),
  changeMembers: endpoint({
    id: 'changeMembers',
    method: 'POST',
    path: '/api/rooms/:id/members',
    summary: 'Add people to a room or take them out; a request room takes people in beside those of the request',
    auth: 'session',
    params: byId,
    body: z.strictObject({ add: parties.default([]), remove: parties.default([]) }),
    response: { status: 200, schema: membership },
    problems,
  }),
  closeRoom: endpoint({
    id: 'closeRoom',
    method: 'POST',
    path: '/api/rooms/:id/close',
    summary: 'Close a room that was opened for a purpose: nobody writes any more, what was said stays readable',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: roomView },
    problems,
  }),
  findParties: endpoint({
    id: 'findParties',
    method: 'GET',
    path: '/api/room-parties',
    summary: 'People and hospitals of this region by name, to be taken into a room',
    auth: 'session',
    query: z.strictObject({ q: z.string().trim().min(1).max(40) }),
    response: { status: 200, schema: z.object({ parties: z.array(partyView) }) },
    problems: [],
  }),
} as const
