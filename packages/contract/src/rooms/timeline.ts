import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { CHANNELS } from '../vocabulary.ts'
import { byId, id, instant, page, problems } from './fields.ts'
import { messageView } from './messages.ts'
import { CARD_KINDS } from './vocabulary.ts'

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

export const timelinePage = z.object({
  items: z.array(timelineItem),
  /** There is more beyond the end asked for. */
  more: z.boolean(),
})

export const timelineEndpoints = {
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
} as const
