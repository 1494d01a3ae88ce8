import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { SIDO_CODES } from './vocabulary.ts'

/** Who is on call: by place, duty and time. Instants are ISO 8601 in UTC; days are days of Seoul (UTC+9, no summer time). */

/** What somebody can be on call for. The first five are desk duties, the rest specialties of a hospital. */
export const DUTIES = [
  'bed_desk',
  'placement',
  'transport_desk',
  'national_desk',
  'infection_control',
  'emergency',
  'intensive_care',
  'infectious_disease',
  'respiratory',
  'thoracic_surgery',
  'neurosurgery',
  'general_surgery',
  'orthopaedics',
  'cardiology',
  'neurology',
  'nephrology',
  'obstetrics',
  'paediatrics',
  'neonatology',
  'psychiatry',
  'anaesthesiology',
  'radiology',
] as const
export type Duty = (typeof DUTIES)[number]

/** On call, the second behind, and who leads the desk: the order in which an unanswered call climbs. */
export const RANKS = ['on_call', 'second', 'lead'] as const
export type Rank = (typeof RANKS)[number]

export const SWAP_STATES = ['proposed', 'agreed', 'refused', 'withdrawn', 'overtaken'] as const
export const SHIFT_STATES = ['planned', 'cancelled'] as const

const id = z.string().min(1).max(64)
const instant = z.string().max(40)
const instantInput = z.iso.datetime({ offset: true }).max(40)
const byId = z.object({ id })
const text = (max: number) => z.string().trim().min(1).max(max)
const phone = z
  .string()
  .trim()
  .regex(/^[0-9+][0-9 -]{2,19}$/)

/** A hospital by its id, or a desk by its region: `{kind:'desk', id:'28'}` is the placement desk of Incheon. */
export const rosterPlace = z.strictObject({ kind: z.enum(['hospital', 'desk']), id })
export type RosterPlace = z.infer<typeof rosterPlace>

export const onCallEntry = z.object({
  shiftId: id,
  rank: z.enum(RANKS),
  /** null: on call without an account here; the telephone reaches them. */
  personId: id.nullable(),
  name: z.string(),
  phone: z.string().nullable(),
  startsAt: instant,
  endsAt: instant,
})
export type OnCallEntry = z.infer<typeof onCallEntry>

/** What to do when nobody is on call: in the order to be tried. */
export const onCallAdvice = z.object({
  advice: z.enum([
    'next_shift',
    'second',
    'desk_lead',
    'bed_desk',
    'hospital_phone',
    'placement_desk',
    'other_hospital',
  ]),
  name: z.string(),
  phone: z.string().nullable(),
  /** For `next_shift`: when it begins. */
  from: instant.nullable(),
})

export const onCallAnswer = z.object({
  place: rosterPlace,
  placeName: z.string(),
  duty: z.enum(DUTIES),
  at: instant,
  /** By rank; empty = nobody is on call, and `advice` says what to do. It is never filled with a guess. */
  onCall: z.array(onCallEntry),
  /** `none`: nobody; `no_roster`: this place keeps no roster for this duty here. */
  gap: z.enum(['none', 'no_roster']).nullable(),
  advice: z.array(onCallAdvice),
})
export type OnCallAnswer = z.infer<typeof onCallAnswer>

export const shiftView = z.object({
  id,
  place: rosterPlace,
  duty: z.enum(DUTIES),
  rank: z.enum(RANKS),
  personId: id.nullable(),
  name: z.string(),
  phone: z.string().nullable(),
  startsAt: instant,
  endsAt: instant,
  state: z.enum(SHIFT_STATES),
  version: z.int(),
  /** What the person asking may do with it. */
  allowed: z.array(z.enum(['cancel', 'propose_swap', 'hand_over'])),
})
export type ShiftView = z.infer<typeof shiftView>

const stretch = z.object({ duty: z.enum(DUTIES), rank: z.enum(RANKS), from: instant, to: instant })
export const rosterWarning = stretch.extend({
  place: rosterPlace,
  placeName: z.string(),
  warning: z.enum(['gap', 'overlap', 'same_person_twice']),
  /** Day of Seoul on which it begins, and the holiday's name if it is one. */
  day: z.iso.date(),
  holiday: z.string().nullable(),
})
export type RosterWarning = z.infer<typeof rosterWarning>

export const rosterView = z.object({
  place: rosterPlace,
  placeName: z.string(),
  from: instant,
  to: instant,
  shifts: z.array(shiftView),
  warnings: z.array(rosterWarning),
  /** Days of Seoul in the window that are not ordinary working days. */
  days: z.array(
    z.object({ day: z.iso.date(), kind: z.enum(['saturday', 'sunday', 'holiday']), name: z.string().nullable() }),
  ),
  mayEdit: z.boolean(),
})

export const swapView = z.object({
  id,
  state: z.enum(SWAP_STATES),
  gives: shiftView,
  /** The shift taken in return; null = it is only taken over. */
  takes: shiftView.nullable(),
  fromPersonId: id,
  fromName: z.string(),
  toPersonId: id,
  toName: z.string(),
  proposedAt: instant,
  proposedBy: z.string(),
  fromAgreedAt: instant.nullable(),
  toAgreedAt: instant.nullable(),
  note: z.string().nullable(),
  /** The person asking still has to say yes or no. */
  mine: z.boolean(),
})
export type SwapView = z.infer<typeof swapView>

export const handoverItem = z.object({
  kind: z.enum(['request', 'acknowledgement', 'note']),
  /** Id of the request or of the message. */
  id: id.nullable(),
  code: z.string().nullable(),
  state: z.string().nullable(),
  since: instant.nullable(),
  text: z.string(),
})
export const handoverView = z.object({
  id,
  place: rosterPlace,
  duty: z.enum(DUTIES),
  fromName: z.string(),
  fromPersonId: id,
  toName: z.string().nullable(),
  toPersonId: id.nullable(),
  at: instant,
  /** Made from what was open then; it is not changed afterwards. */
  items: z.array(handoverItem),
  note: z.string().nullable(),
  acknowledgedAt: instant.nullable(),
  acknowledgedBy: z.string().nullable(),
  mine: z.boolean(),
})
export type HandoverView = z.infer<typeof handoverView>

const placeQuery = { placeKind: z.enum(['hospital', 'desk']), placeId: id }
const problems = ['not-found', 'not-allowed', 'conflict', 'wrong-state'] as const

export const rosterEndpoints = {
  onCall: endpoint({
    id: 'onCall',
    method: 'GET',
    path: '/api/rosters/on-call',
    summary: 'Who is on call for a duty at a place, now or at a time',
    auth: 'session',
    query: z.strictObject({ ...placeQuery, duty: z.enum(DUTIES), at: instantInput.optional() }),
    response: { status: 200, schema: onCallAnswer },
    problems,
  }),
  getRoster: endpoint({
    id: 'getRoster',
    method: 'GET',
    path: '/api/rosters',
    summary: 'Shifts of a place with gaps, overlaps and holidays',
    auth: 'session',
    query: z.strictObject({
      ...placeQuery,
      from: instantInput.optional(),
      days: z.coerce.number().int().min(1).max(31).default(7),
    }),
    response: { status: 200, schema: rosterView },
    problems,
  }),
  addShift: endpoint({
    id: 'addShift',
    method: 'POST',
    path: '/api/rosters/shifts',
    summary: 'Put somebody on call',
    auth: 'session',
    body: z.strictObject({
      place: rosterPlace,
      duty: z.enum(DUTIES),
      rank: z.enum(RANKS).default('on_call'),
      personId: id.nullable().default(null),
      name: text(80),
      phone: phone.nullable().default(null),
      startsAt: instantInput,
      endsAt: instantInput,
    }),
    response: { status: 201, schema: shiftView },
    problems,
  }),
  cancelShift: endpoint({
    id: 'cancelShift',
    method: 'POST',
    path: '/api/rosters/shifts/:id/cancel',
    summary: 'Take a shift off the roster',
    auth: 'session',
    params: byId,
    body: z.strictObject({ version: z.int(), why: text(200) }),
    response: { status: 200, schema: shiftView },
    problems,
  }),
  rosterWarnings: endpoint({
    id: 'rosterWarnings',
    method: 'GET',
    path: '/api/rosters/warnings',
    summary: 'Gaps and overlaps of the next 72 hours at the places the person asking looks after',
    auth: 'session',
    response: { status: 200, schema: z.object({ at: instant, hours: z.int(), warnings: z.array(rosterWarning) }) },
    problems,
  }),
  proposeSwap: endpoint({
    id: 'proposeSwap',
    method: 'POST',
    path: '/api/rosters/swaps',
    summary: 'Propose that somebody takes a shift over, or that two shifts change hands',
    auth: 'session',
    body: z.strictObject({
      givesShiftId: id,
      takesShiftId: id.nullable().default(null),
      /** Needed without `takesShiftId`: who takes over. */
      toPersonId: id.nullable().default(null),
      note: text(200).nullable().default(null),
    }),
    response: { status: 201, schema: swapView },
    problems,
  }),
  answerSwap: endpoint({
    id: 'answerSwap',
    method: 'POST',
    path: '/api/rosters/swaps/:id/answer',
    summary: 'Agree to a swap, refuse it, or withdraw it; it is done when both have agreed',
    auth: 'session',
    params: byId,
    body: z.strictObject({ answer: z.enum(['agree', 'refuse', 'withdraw']) }),
    response: { status: 200, schema: swapView },
    problems,
  }),
  listSwaps: endpoint({
    id: 'listSwaps',
    method: 'GET',
    path: '/api/rosters/swaps',
    summary: 'Swaps the person asking has part in',
    auth: 'session',
    response: { status: 200, schema: z.object({ swaps: z.array(swapView) }) },
    problems,
  }),
  handOver: endpoint({
    id: 'handOver',
    method: 'POST',
    path: '/api/rosters/handovers',
    summary: 'Hand over: what is open is listed, the next has to acknowledge it',
    auth: 'session',
    body: z.strictObject({
      shiftId: id,
      /** Who takes over; absent: who is on call next. */
      toPersonId: id.nullable().default(null),
      note: text(1_000).nullable().default(null),
    }),
    response: { status: 201, schema: handoverView },
    problems,
  }),
  listHandovers: endpoint({
    id: 'listHandovers',
    method: 'GET',
    path: '/api/rosters/handovers',
    summary: 'Handovers to and from the person asking, newest first',
    auth: 'session',
    response: { status: 200, schema: z.object({ handovers: z.array(handoverView) }) },
    problems,
  }),
  acknowledgeHandover: endpoint({
    id: 'acknowledgeHandover',
    method: 'POST',
    path: '/api/rosters/handovers/:id/acknowledge',
    summary: 'Take over what was handed over',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: handoverView },
    problems,
  }),
  holidays: endpoint({
    id: 'holidays',
    method: 'GET',
    path: '/api/holidays',
    summary: 'Public holidays of a year (관공서의 공휴일)',
    auth: 'session',
    query: z.strictObject({ year: z.coerce.number().int().min(2018).max(2100) }),
    response: {
      status: 200,
      schema: z.object({
        year: z.int(),
        /** false: the gazette's list for this year is not in this program; nothing is guessed. */
        known: z.boolean(),
        days: z.array(z.object({ day: z.iso.date(), names: z.array(z.string()) })),
      }),
    },
    problems,
  }),
} as const

/** Regions a desk may belong to. */
export const DESK_IDS = SIDO_CODES
