import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { byId, clientId, id, instant, page, problems, text } from './fields.ts'
import { messageView } from './messages.ts'
import { timelinePage } from './timeline.ts'
import { ROOM_LIMITS } from './vocabulary.ts'

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

export const guestEndpoints = {
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
