import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { REQUEST_STATES } from '../vocabulary.ts'
import { byId, clientId, id, instant, problems, text } from './fields.ts'
import { ROOM_KINDS, ROOM_LIMITS } from './vocabulary.ts'

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
} as const
