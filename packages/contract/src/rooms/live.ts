import { z } from 'zod'
import { id, instant } from './fields.ts'
import { messageView } from './messages.ts'
import { ACK_RUNGS } from './vocabulary.ts'

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
  /** Nobody has acknowledged what this person asked. */
  z.object({ kind: z.literal('ack-unanswered'), roomId: id, messageId: id }),
])
export type RoomEvent = z.infer<typeof roomEvent>
