import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { byId, id, instant } from './people-parts.ts'

/** Break-glass, and who saw whom. */

/** Why somebody looks who has no part in the request. */
export const BREAK_GLASS_REASONS = ['life_at_risk', 'patient_arrived_here', 'handover_failed', 'other'] as const
export type BreakGlassReason = (typeof BREAK_GLASS_REASONS)[number]

export const REVIEW_VERDICTS = ['accepted', 'objected'] as const

export const BreakGlassView = z
  .object({
    id,
    at: instant,
    until: instant,
    requestId: id,
    requestCode: z.string(),
    personId: id,
    personName: z.string(),
    facilityId: id.nullable(),
    facilityName: z.string().nullable(),
    reason: z.enum(BREAK_GLASS_REASONS),
    note: z.string(),
    /** How often the patient was looked at through this access. */
    looks: z.int(),
    review: z.object({ at: instant, by: z.string(), verdict: z.enum(REVIEW_VERDICTS), note: z.string() }).nullable(),
    mayReview: z.boolean(),
  })
  .meta({ id: 'BreakGlass' })
export type BreakGlassView = z.infer<typeof BreakGlassView>

export const ACCESS_OUTCOMES = ['given', 'refused'] as const

export const AccessRow = z
  .object({
    n: z.string(),
    at: instant,
    personId: id,
    personName: z.string(),
    roles: z.array(z.string()),
    facilityId: id.nullable(),
    facilityName: z.string().nullable(),
    address: z.string(),
    sessionKind: z.string(),
    /** The route that was used, `getIdentity`. */
    route: z.string(),
    subject: z.string(),
    requestCode: z.string().nullable(),
    outcome: z.enum(ACCESS_OUTCOMES),
    /** Set when only a break-glass access made it possible. */
    breakGlassId: id.nullable(),
  })
  .meta({ id: 'AccessRow' })
export type AccessRow = z.infer<typeof AccessRow>

export const accessEndpoints = {
  openBreakGlass: endpoint({
    id: 'openBreakGlass',
    method: 'POST',
    path: '/api/break-glass',
    summary: 'See a patient without having a part in the request: for a while, with a reason, and others are told',
    auth: 'session',
    body: z.strictObject({
      /** Id, or the four-digit code of an open request of this region. */
      request: id,
      reason: z.enum(BREAK_GLASS_REASONS),
      note: z.string().trim().min(4).max(300),
    }),
    response: { status: 201, schema: BreakGlassView },
    problems: ['too-many-requests'],
  }),
  listBreakGlass: endpoint({
    id: 'listBreakGlass',
    method: 'GET',
    path: '/api/break-glass',
    summary: 'Break-glass accesses: all for those who review them, else the own',
    auth: 'session',
    query: z.object({ scope: z.enum(['to_review', 'all']).default('all') }),
    response: { status: 200, schema: z.object({ accesses: z.array(BreakGlassView) }) },
    problems: [],
  }),
  reviewBreakGlass: endpoint({
    id: 'reviewBreakGlass',
    method: 'POST',
    path: '/api/break-glass/:id/review',
    summary: 'Accept a break-glass access, or object; once, and never one’s own',
    auth: 'session',
    params: byId,
    body: z.strictObject({ verdict: z.enum(REVIEW_VERDICTS), note: z.string().trim().min(4).max(300) }),
    response: { status: 200, schema: BreakGlassView },
    problems: ['wrong-state'],
  }),
  readAccessLog: endpoint({
    id: 'readAccessLog',
    method: 'GET',
    path: '/api/access-log',
    summary: 'Who saw whom: by person (name or id) or by request (code or id), newest first',
    auth: 'session',
    query: z.object({
      person: z.string().trim().min(1).max(64).optional(),
      request: z.string().trim().min(1).max(64).optional(),
      before: z
        .string()
        .regex(/^[0-9]{1,18}$/)
        .optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    response: { status: 200, schema: z.object({ rows: z.array(AccessRow), next: z.string().nullable() }) },
    problems: [],
  }),
} as const
