import { z } from 'zod'
import { byId, id, instant, placing, shortText } from './bed-parts.ts'
import { endpoint } from './endpoint.ts'
import * as v from './vocabulary.ts'

/** What happened, what waits, and how long it takes. */

export const timelineEntry = z.object({
  seq: z.string(),
  at: instant,
  kind: z.string(),
  by: z.string(),
  channel: z.enum(v.CHANNELS),
  heardFrom: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
})

export const board = z.object({
  at: instant,
  sido: z.string(),
  mode: z.enum(v.REGION_MODES),
  waiting: z.int(),
  /** The longest waiting request; the figure that a mean hides. */
  oldest: z.object({ requestId: id, code: z.string(), waitingSince: instant }).nullable(),
  /** Minutes from submission to confirmed over the last 24 h; null = nothing confirmed yet. */
  toConfirmed: z.object({ p50Min: z.number().nullable(), p95Min: z.number().nullable(), count: z.int() }),
  byState: z.record(z.string(), z.int()),
  byClass: z.array(
    z.object({
      bedClass: z.enum(v.BED_CLASSES),
      staffed: z.int(),
      free: z.int(),
      held: z.int(),
      occupied: z.int(),
      other: z.int(),
      stale: z.int(),
    }),
  ),
})

const spread = z.object({ p50Min: z.number().nullable(), p95Min: z.number().nullable(), count: z.int() })

/** What the region's record says of itself. A mean is not among the figures: it hid one patient's twenty hours. */
export const figures = z.object({
  at: instant,
  sido: z.string(),
  windowHours: z.int(),
  waiting: z.int(),
  oldest: z.object({ requestId: id, code: z.string(), waitingSince: instant }).nullable(),
  /** Waits by requested class; minutes from the first submission. */
  byClass: z.array(
    z.object({ bedClass: z.enum(v.BED_CLASSES), waiting: z.int(), toHold: spread, toConfirmed: spread }),
  ),
  bySeverity: z.array(z.object({ severity: z.enum(v.SEVERITIES), waiting: z.int(), toConfirmed: spread })),
  offers: z.object({
    sent: z.int(),
    accepted: z.int(),
    declined: z.int(),
    expired: z.int(),
    withdrawn: z.int(),
    toAnswer: spread,
  }),
  declines: z.array(z.object({ reason: z.enum(v.DECLINE_REASONS), count: z.int() })),
  holds: z.object({ granted: z.int(), confirmed: z.int(), expired: z.int(), released: z.int() }),
  noBed: z.int(),
  /** Of the slots that placing may use: how many figures are doubted or too old to use. */
  stale: z.object({ slots: z.int(), stale: z.int(), expired: z.int(), share: z.number() }),
})
export type Figures = z.infer<typeof figures>

export const boardEndpoints = {
  timeline: endpoint({
    id: 'timeline',
    method: 'GET',
    path: '/api/requests/:id/timeline',
    summary: 'What happened, by whom, through which channel',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: z.object({ entries: z.array(timelineEntry) }) },
    problems: placing,
  }),
  board: endpoint({
    id: 'board',
    method: 'GET',
    path: '/api/board',
    summary: 'Waiting, oldest, times and free beds of the region',
    auth: 'session',
    response: { status: 200, schema: board },
    problems: [],
  }),
  figures: endpoint({
    id: 'figures',
    method: 'GET',
    path: '/api/figures',
    summary: 'Oldest waiting, times at p50 and p95 by class, declines by reason, expired holds, share of stale figures',
    auth: 'session',
    query: z.object({ hours: z.coerce.number().int().min(1).max(336).default(24) }),
    response: { status: 200, schema: figures },
    problems: [],
  }),
  setMode: endpoint({
    id: 'setMode',
    method: 'PUT',
    path: '/api/mode',
    summary: 'Peace or war mode of the region',
    auth: 'session',
    body: z.strictObject({ mode: z.enum(v.REGION_MODES), why: shortText(300) }),
    response: { status: 200, schema: z.object({ mode: z.enum(v.REGION_MODES), since: instant }) },
    problems: placing,
  }),
} as const
