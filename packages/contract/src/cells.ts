import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import * as v from './vocabulary.ts'

/** Shapes of what goes on between regions: beds asked for elsewhere, the national overview. Instants are ISO 8601 in UTC. */

const id = z.string().min(1).max(64)
const instant = z.string().max(40)
const sido = z.string().regex(/^[0-9]{2}$/)

// ---------------------------------------------------------------- beds of other regions

export const ASK_STATES = ['asked', 'accepted', 'confirmed', 'refused', 'lapsed', 'given_up'] as const

/** A bed asked for in another region. */
export const askView = z.object({
  id,
  /** The region that was asked. */
  sido,
  /** A hospital that was named; otherwise the owner's cell chooses. */
  hospitalId: z.string().nullable(),
  hospitalName: z.string().nullable(),
  /** asked · accepted (granted there, waiting for the owner's last word) · confirmed (the patient may be sent) · refused · lapsed · given_up */
  state: z.enum(ASK_STATES),
  askedAt: instant,
  /** Without an answer by then it is given up. */
  expiresAt: instant,
  bedClass: z.enum(v.BED_CLASSES).nullable(),
  slotLabel: z.string().nullable(),
  /** Number of the owner's promise; a lower one is an old promise. */
  fencing: z.string().nullable(),
  endedAt: instant.nullable(),
  why: z.string().nullable(),
})
export type AskView = z.infer<typeof askView>

/** A bed of ours promised to another region's patient, for its hospital and the region's desk. */
export const grantView = z.object({
  askId: id,
  sido,
  hospitalId: z.string(),
  hospitalName: z.string(),
  slotId: id,
  slotLabel: z.string(),
  state: z.enum(['granted', 'confirmed', 'refused', 'released', 'expired']),
  /** The patient lies in the bed. */
  occupied: z.boolean(),
  fencing: z.string(),
  grantedAt: instant,
  /** Of a grant that is not confirmed. */
  until: instant.nullable(),
  patient: z
    .object({
      /** The code the asking region speaks of. */
      code: z.string(),
      ageBand: z.string(),
      sex: z.enum(v.SEXES),
      requestedClass: z.enum(v.BED_CLASSES),
      isolationNeed: z.enum(v.ISOLATION_NEEDS),
      oxygen: z.enum(v.OXYGEN_SUPPORTS),
      needs: z.array(z.enum(v.NEEDS)),
      severity: z.enum(v.SEVERITIES).nullable(),
      urgency: z.enum(v.URGENCIES),
    })
    .nullable(),
})
export type GrantView = z.infer<typeof grantView>

// ---------------------------------------------------------------- overview, reconciliation

export const LINKS = ['own', 'connected', 'cut', 'stood_in', 'never'] as const

export const regionOverview = z.object({
  sido,
  nameKo: z.string(),
  nameEn: z.string(),
  /** own · connected · cut (since `contactAt`) · stood_in (another cell writes for it) · never (nothing was ever heard) */
  link: z.enum(LINKS),
  /** The cell that writes this region's log; differs from `sido` while a neighbour stands in. */
  writer: z.string().nullable(),
  /** Last sign of life of its log; null for the own and for one never heard of. */
  contactAt: instant.nullable(),
  /** Newest figure that was told; what is shown is as old as this. */
  toldAt: instant.nullable(),
  waiting: z.int(),
  oldestWaitingSince: instant.nullable(),
  /** Minutes from submission to confirmed over the last 24 h. */
  p50Min: z.number().nullable(),
  p95Min: z.number().nullable(),
  placed24h: z.int(),
  /** `doubted`: said to be free, and not confirmed by their hospital since the region was stood in for or restored; not among `free`. */
  byClass: z.array(z.object({ bedClass: z.enum(v.BED_CLASSES), staffed: z.int(), free: z.int(), doubted: z.int() })),
})
export type RegionOverview = z.infer<typeof regionOverview>

export const overview = z.object({ at: instant, cell: sido, regions: z.array(regionOverview) })
export type Overview = z.infer<typeof overview>

/** One line of what a cell found when it came back, or took a region over. */
export const reconciliationEntry = z.object({
  at: instant,
  sido,
  epoch: z.string(),
  /**
   * slot-promised-twice · request-moved-twice: decided on both branches; the numbers say which stands.
   * hold-taken-up · hold-not-kept · request-kept · ask-kept: what became of what had been decided.
   */
  kind: z.string(),
  subject: z.string(),
  givenUpFencing: z.string().nullable(),
  standingFencing: z.string().nullable(),
  /** The promise that stands has the higher number: a hospital that saw both keeps it. */
  stoppedByFencing: z.boolean().nullable(),
  data: z.record(z.string(), z.unknown()),
})

const problems = [
  'not-found',
  'invalid-input',
  'not-allowed',
  'wrong-state',
  'conflict',
  'slot-taken',
  'already-placed',
  'no-candidate',
] as const

export const cellEndpoints = {
  askRegion: endpoint({
    id: 'askRegion',
    method: 'POST',
    path: '/api/requests/:id/asks',
    summary: 'Ask another region for a bed; nothing is promised until its cell has confirmed',
    auth: 'session',
    params: z.object({ id }),
    body: z.strictObject({ sido, hospitalId: id.optional(), version: z.int() }),
    response: { status: 201, schema: z.object({ ask: askView, asks: z.array(askView) }) },
    problems,
  }),
  listAsks: endpoint({
    id: 'listAsks',
    method: 'GET',
    path: '/api/requests/:id/asks',
    summary: 'Other regions that were asked for this patient, with what they said',
    auth: 'session',
    params: z.object({ id }),
    response: { status: 200, schema: z.object({ asks: z.array(askView) }) },
    problems,
  }),
  giveUpAsk: endpoint({
    id: 'giveUpAsk',
    method: 'DELETE',
    path: '/api/asks/:id',
    summary: 'Take an unanswered question to another region back',
    auth: 'session',
    params: z.object({ id }),
    response: { status: 200, schema: z.object({ asks: z.array(askView) }) },
    problems,
  }),
  listGrants: endpoint({
    id: 'listGrants',
    method: 'GET',
    path: '/api/grants',
    summary: 'Beds promised to other regions’ patients: of the own hospital, or for a desk of the region',
    auth: 'session',
    response: { status: 200, schema: z.object({ at: instant, grants: z.array(grantView) }) },
    problems: [],
  }),
  actOnGrant: endpoint({
    id: 'actOnGrant',
    method: 'POST',
    path: '/api/grants/:id/acts',
    summary: 'The patient of another region has been admitted, or the bed cannot be kept',
    auth: 'session',
    params: z.object({ id }),
    body: z.discriminatedUnion('event', [
      z.strictObject({ event: z.literal('admit') }),
      z.strictObject({ event: z.literal('take_back') }),
    ]),
    response: { status: 200, schema: grantView },
    problems,
  }),
  grantPatient: endpoint({
    id: 'grantPatient',
    method: 'GET',
    path: '/api/grants/:id/patient',
    summary: 'Who the patient of another region is, for the hospital that keeps the bed; every look is logged',
    auth: 'session',
    params: z.object({ id }),
    response: {
      status: 200,
      schema: z.object({
        name: z.string(),
        birthDate: z.string(),
        phone: z.string().optional(),
        guardianName: z.string().optional(),
        guardianPhone: z.string().optional(),
        address: z.string().optional(),
      }),
    },
    problems,
  }),
  overview: endpoint({
    id: 'overview',
    method: 'GET',
    path: '/api/overview',
    summary: 'Every region as this cell knows it: waiting, oldest, times, free beds, and how old that is',
    auth: 'session',
    response: { status: 200, schema: overview },
    problems: [],
  }),
  reconciliation: endpoint({
    id: 'reconciliation',
    method: 'GET',
    path: '/api/reconciliation',
    summary: 'What happened twice while another cell stood in, and what became of it',
    auth: 'session',
    response: { status: 200, schema: z.object({ at: instant, entries: z.array(reconciliationEntry) }) },
    problems: [],
  }),
} as const
