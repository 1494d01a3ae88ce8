import { z } from 'zod'
import { byId, id, instant, placing, shortText } from './bed-parts.ts'
import { endpoint } from './endpoint.ts'
import { bedCountView } from './facilities.ts'
import * as v from './vocabulary.ts'

/** Who could take a patient, and why the others cannot. */

/** What a call settled: the bed is there (`bed`), all figures are true (`figures`), or a need is met or not (`need:ecmo`). */
export const phoneSettled = z.object({
  what: z.string(),
  answer: z.enum(['yes', 'no']),
  by: z.string(),
  heardFrom: z.string(),
  channel: z.enum(v.CHANNELS),
  at: instant,
})
export type PhoneSettled = z.infer<typeof phoneSettled>

/** A number of the score, smaller is better, in the order in which they are compared. */
export const candidateTerm = z.object({ term: z.string(), value: z.number(), unit: z.string() })

export const candidate = z.object({
  rank: z.int(),
  hospitalId: id,
  hospitalName: z.string(),
  phone: z.string().nullable(),
  sido: z.string(),
  slotId: id,
  slotLabel: z.string(),
  bedClass: z.enum(v.BED_CLASSES),
  isolation: z.enum(v.SLOT_ISOLATIONS),
  freeFitting: z.int(),
  driveMinutes: z.number(),
  driveSource: z.enum(['model', 'osrm']),
  asOf: instant,
  freshness: z.enum(['fresh', 'stale']),
  /** Of a hospital of another region: when its cell was last heard of; what is shown may have changed since. null for our own. */
  heardAt: instant.nullable().optional(),
  /** Things a phone call should settle first, by reason code. */
  askFirst: z.array(z.string()),
  /** What a call has settled, and who said so when. */
  settled: z.array(phoneSettled),
  terms: z.array(candidateTerm),
})
export type Candidate = z.infer<typeof candidate>

export const excluded = z.object({
  hospitalId: id,
  hospitalName: z.string(),
  phone: z.string().nullable(),
  driveMinutes: z.number().nullable(),
  /** Every filter that failed, by reason code. */
  reasons: z.array(z.string()),
  /**
   * Of a hospital that keeps no beds here: what a source says is free of the class asked for. A reason to telephone, never a bed to
   * place in.
   */
  reported: bedCountView.nullable(),
  settled: z.array(phoneSettled),
})

export const candidates = z.object({
  requestId: id,
  at: instant,
  candidates: z.array(candidate),
  candidatesTotal: z.int(),
  /** Of those that are no candidate. With the candidates these are all hospitals. */
  whyNot: z.array(excluded),
  whyNotTotal: z.int(),
  /** How many are asked at once: three for severe, one otherwise. */
  parallel: z.int(),
})

export const candidateEndpoints = {
  listCandidates: endpoint({
    id: 'listCandidates',
    method: 'GET',
    path: '/api/requests/:id/candidates',
    summary: 'Ranked hospitals with the terms of each, and for the others why not',
    auth: 'session',
    params: byId,
    query: z.object({
      limit: z.coerce.number().int().min(1).max(100).default(20),
      whyNot: z.coerce.number().int().min(0).max(5_000).default(50),
      /** Only hospitals whose name has this in it; a rank is that among all, the totals are of those named so. */
      hospital: z.string().trim().min(1).max(60).optional(),
    }),
    response: { status: 200, schema: candidates },
    problems: placing,
  }),
  settleByPhone: endpoint({
    id: 'settleByPhone',
    method: 'POST',
    path: '/api/requests/:id/phone-checks',
    summary:
      'Write down what a hospital said by phone for this patient: that the bed is there, that a need is met or not',
    auth: 'session',
    params: byId,
    body: z.strictObject({
      hospitalId: id,
      bed: z.literal(true).optional(),
      needs: z
        .array(z.strictObject({ need: z.enum(v.NEEDS), answer: z.enum(['yes', 'no']) }))
        .max(20)
        .optional(),
      channel: z.enum(['phone', 'sms']).default('phone'),
      heardFrom: shortText(80),
    }),
    response: { status: 201, schema: z.object({ hospitalId: id, settled: z.array(phoneSettled) }) },
    problems: placing,
  }),
  suggestAssignment: endpoint({
    id: 'suggestAssignment',
    method: 'GET',
    path: '/api/assignment',
    summary: 'A suggestion for the whole queue at once; people confirm',
    auth: 'session',
    response: {
      status: 200,
      schema: z.object({
        at: instant,
        pairs: z.array(
          z.object({ requestId: id, code: z.string(), hospitalId: id, hospitalName: z.string(), slotId: id }),
        ),
        /** Looked at, and nothing fits. */
        unplaced: z.array(id),
        /** Not looked at this time: more are waiting than one suggestion takes, most pressing first. */
        later: z.array(id),
      }),
    },
    problems: [],
  }),
} as const
