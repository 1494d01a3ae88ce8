import { z } from 'zod'
import { askView } from './cells.ts'
import { endpoint } from './endpoint.ts'
import * as v from './vocabulary.ts'

/** Shapes of the bed slice: slots, capacity, requests, offers, holds. Instants are ISO 8601 in UTC; durations carry their unit. */

const id = z.string().min(1).max(64)
const instant = z.string().max(40)
/** An instant somebody types or a machine sends: it has to be one. */
const instantInput = z.iso.datetime({ offset: true }).max(40)
const phone = z
  .string()
  .trim()
  .regex(/^[0-9+][0-9 -]{2,19}$/)
const shortText = (max: number) => z.string().trim().min(1).max(max)
const byId = z.object({ id })

// ---------------------------------------------------------------- slots and capacity

export const slotView = z.object({
  id,
  hospitalId: id,
  label: z.string(),
  bedClass: z.enum(v.BED_CLASSES),
  isolation: z.enum(v.SLOT_ISOLATIONS),
  share: z.enum(v.SLOT_SHARES),
  state: z.enum(v.SLOT_STATES),
  blockedReason: z.enum(v.BLOCKED_REASONS).nullable(),
  roomSex: z.enum(v.ROOM_SEXES),
  minAgeYears: z.int().nullable(),
  maxAgeYears: z.int().nullable(),
  cohortPathogen: z.enum(v.PATHOGENS).nullable(),
  /** Hours until a surge bed could be opened; null for other states. */
  opensInHours: z.number().nullable(),
  /** When somebody last said that this is true, and through which channel. */
  asOf: instant,
  source: z.enum(v.CHANNELS),
  /** fresh · stale (ranks lower, ask "still true?") · expired (not placed upon). */
  freshness: z.enum(['fresh', 'stale', 'expired']),
  /** Rises with every change; send it back so that two people do not overwrite each other. */
  version: z.int(),
  /** Code of the request that holds or occupies the slot, for those who may know. */
  requestCode: z.string().nullable(),
})
export type SlotView = z.infer<typeof slotView>

export const slotInput = z.strictObject({
  label: shortText(40),
  bedClass: z.enum(v.BED_CLASSES),
  isolation: z.enum(v.SLOT_ISOLATIONS),
  share: z.enum(v.SLOT_SHARES),
  roomSex: z.enum(v.ROOM_SEXES).default('any'),
  minAgeYears: z.int().min(0).max(130).nullable().default(null),
  maxAgeYears: z.int().min(0).max(130).nullable().default(null),
  cohortPathogen: z.enum(v.PATHOGENS).nullable().default(null),
})

/** Changes a hospital makes to a slot by hand. Holding and occupying are done by placing only. */
export const slotChange = z.discriminatedUnion('change', [
  z.strictObject({ change: z.literal('open'), version: z.int() }),
  z.strictObject({ change: z.literal('start_cleaning'), version: z.int() }),
  z.strictObject({ change: z.literal('block'), reason: z.enum(v.BLOCKED_REASONS), version: z.int() }),
  z.strictObject({ change: z.literal('close'), version: z.int() }),
  z.strictObject({ change: z.literal('plan_surge'), opensInHours: z.number().min(0).max(72), version: z.int() }),
  /** The patient of an occupied slot has left. */
  z.strictObject({ change: z.literal('discharge'), version: z.int() }),
  /** The hospital has put a patient of its own there (not through placing). */
  z.strictObject({ change: z.literal('occupy_own'), version: z.int() }),
  /** A transfer of the right to place: `agreedWith` names who of the other side (region or hospital) agreed to it. */
  z.strictObject({
    change: z.literal('set_share'),
    share: z.enum(v.SLOT_SHARES),
    agreedWith: shortText(80).optional(),
    version: z.int(),
  }),
])
export type SlotChange = z.infer<typeof slotChange>

export const capacityReport = z.strictObject({
  bedClass: z.enum(v.BED_CLASSES),
  staffedTotal: z.int().min(0).max(10_000).nullable(),
  /** May be negative: patients over capacity. null = not known, which is never 0. */
  available: z.int().min(-1_000).max(10_000).nullable(),
  surge: z.int().min(0).max(1_000).nullable().default(null),
  expectedDischarges24h: z.int().min(0).max(1_000).nullable().default(null),
  asOf: instantInput,
  channel: z.enum(v.CHANNELS).default('web'),
  heardFrom: z.string().trim().max(80).nullable().default(null),
})
export const capacityView = capacityReport.extend({
  hospitalId: id,
  reporter: z.string().nullable(),
  receivedAt: instant,
  freshness: z.enum(['fresh', 'stale', 'expired', 'unknown']),
  flags: z.array(z.string()),
})

// ---------------------------------------------------------------- patient and request

export const vitals = z.strictObject({
  pulse: z.int().min(0).max(300).optional(),
  systolicBp: z.int().min(0).max(300).optional(),
  respiratoryRate: z.int().min(0).max(80).optional(),
  /** °C */
  temperature: z.number().min(25).max(45).optional(),
  consciousness: z.enum(v.CONSCIOUSNESS).optional(),
  /** % */
  spo2: z.int().min(30).max(100).optional(),
  takenAt: instantInput.optional(),
})
export type Vitals = z.infer<typeof vitals>

/** The eight fields without which nobody can be asked for a bed. Everything else may follow. */
export const requestEssentials = z.strictObject({
  originType: z.enum(v.ORIGIN_TYPES),
  callbackPhone: phone,
  ageYears: z.int().min(0).max(130),
  sex: z.enum(v.SEXES),
  complaint: shortText(300),
  isolationNeed: z.enum(v.ISOLATION_NEEDS),
  oxygen: z.enum(v.OXYGEN_SUPPORTS),
  requestedClass: z.enum(v.BED_CLASSES),
})

/** What follows progressively; each may be added or corrected until the patient has arrived. */
export const requestDetails = z.strictObject({
  originHospitalId: id.nullable().optional(),
  originAddress: z.string().trim().max(200).optional(),
  originLat: z.number().min(33).max(39).optional(),
  originLon: z.number().min(124).max(132).optional(),
  guardianPhone: phone.optional(),
  ageMonths: z.int().min(0).max(36).optional(),
  weightKg: z.number().min(0.3).max(400).optional(),
  language: z.string().trim().max(20).optional(),
  pathogen: z.enum(v.PATHOGENS).optional(),
  testedOn: z.iso.date().optional(),
  onsetOn: z.iso.date().optional(),
  isolationUntil: z.iso.date().optional(),
  oxygenFlowLpm: z.number().min(0).max(80).optional(),
  fio2Percent: z.int().min(21).max(100).optional(),
  vasopressors: z.boolean().optional(),
  vitals: vitals.optional(),
  needs: z.array(z.enum(v.NEEDS)).max(20).optional(),
  pregnancyWeeks: z.int().min(1).max(45).optional(),
  comorbidities: z.array(shortText(60)).max(20).optional(),
  allergies: z.array(shortText(60)).max(20).optional(),
  codeStatus: z.enum(['full', 'no_cpr', 'comfort_only']).optional(),
  urgency: z.enum(v.URGENCIES).optional(),
  stability: z.enum(v.STABILITIES).optional(),
  transport: z.enum(v.TRANSPORTS).optional(),
  outOfRegionConsent: z.boolean().optional(),
  reason: z.enum(v.REQUEST_REASONS).optional(),
  /** The hospital whose dialysis, oncology or obstetric unit knows the patient; of equals it comes first. */
  continuityHospitalId: id.nullable().optional(),
  note: z.string().trim().max(2_000).optional(),
})
export const requestInput = requestEssentials.extend(requestDetails.shape)
export type RequestInput = z.infer<typeof requestInput>

/** Who the patient is. Kept apart from the request; seen by the requester and, once it has accepted, by the holding hospital. */
export const patientIdentity = z.strictObject({
  name: shortText(60),
  birthDate: z.iso.date(),
  phone: phone.optional(),
  guardianName: z.string().trim().max(60).optional(),
  guardianPhone: phone.optional(),
  address: z.string().trim().max(200).optional(),
  /** Resident registration number or alien number; stored only as a keyed hash, to find the same patient asked for twice. */
  residentNumber: z
    .string()
    .regex(/^[0-9]{6}-?[0-9]{7}$/)
    .optional(),
})

export const severityView = z.object({
  suggested: z.enum(v.SEVERITIES).nullable(),
  score: z.enum(['mews', 'news2']).nullable(),
  points: z.int().nullable(),
  /** Points by vital sign, so that a doctor sees why. */
  parts: z.record(z.string(), z.int()),
  missing: z.array(z.string()),
  judged: z.object({ class: z.enum(v.SEVERITIES), by: z.string(), at: instant }).nullable(),
  /** What counts: the clinician's class if there is one, else the suggestion. */
  effective: z.enum(v.SEVERITIES).nullable(),
})

export const holdView = z.object({
  id,
  requestId: id,
  slotId: id,
  hospitalId: id,
  hospitalName: z.string(),
  slotLabel: z.string(),
  bedClass: z.enum(v.BED_CLASSES),
  state: z.enum(v.HOLD_STATES),
  grantedAt: instant,
  expiresAt: instant.nullable(),
  extensionsLeft: z.int(),
  /** Rises with every hold on the slot; a lower number is an old promise. */
  fencing: z.string(),
  /** What the hospital asked for when it accepted with conditions. */
  conditions: z.string().nullable(),
})
export type HoldView = z.infer<typeof holdView>

export const offerView = z.object({
  id,
  requestId: id,
  requestCode: z.string(),
  hospitalId: id,
  hospitalName: z.string(),
  hospitalPhone: z.string().nullable(),
  state: z.enum(v.OFFER_STATES),
  sentAt: instant,
  expiresAt: instant,
  answeredAt: instant.nullable(),
  answeredBy: z.string().nullable(),
  declineReason: z.enum(v.DECLINE_REASONS).nullable(),
  declineNote: z.string().nullable(),
  conditions: z.string().nullable(),
  channel: z.enum(v.CHANNELS),
  heardFrom: z.string().nullable(),
  version: z.int(),
  /** War mode: the hospital is designated. It refuses in writing, or the designation stands when its time is over. */
  designated: z.boolean(),
  /** What the hospital said since it was asked that speaks against it, by reason code (`hospital-diverted`, `missing:ecmo`). */
  warnings: z.array(z.string()),
})
export type OfferView = z.infer<typeof offerView>

export const requestView = z.object({
  id,
  /** Four digits, spoken on the phone and used in SMS; unique among the region's open requests. */
  code: z.string(),
  state: z.enum(v.REQUEST_STATES),
  stateSince: instant,
  createdAt: instant,
  /** Waiting is counted from here, through every detour. */
  waitingSince: instant,
  deadlineAt: instant.nullable(),
  version: z.int(),
  sido: z.string(),
  createdBy: z.object({ name: z.string(), role: z.enum(v.ROLES), hospitalName: z.string().nullable() }),
  originHospitalName: z.string().nullable(),
  /** The patient's own unit, by name; for those who may know. */
  continuityHospitalName: z.string().nullable(),
  patient: z.object({ pseudonym: z.string(), ageBand: z.string(), sex: z.enum(v.SEXES) }),
  /** Exact age and details are there for those who treat; asked hospitals see the age band only. */
  details: requestInput.partial(),
  urgency: z.enum(v.URGENCIES),
  stability: z.enum(v.STABILITIES),
  severity: severityView,
  offers: z.array(offerView),
  hold: holdView.nullable(),
  noBed: z.object({ interimPlan: z.string(), retryAt: instant, escalation: z.string() }).nullable(),
  outside: z.object({ name: z.string(), phone: z.string() }).nullable(),
  mergedInto: z.string().nullable(),
  /** What the person asking may do next, so that a screen shows no button that would be refused. */
  allowed: z.array(z.string()),
  identityKnown: z.boolean(),
  /** Who looks for the bed: the own region, the regions of its zone, the whole country. */
  level: z.enum(['region', 'neighbours', 'national']),
  /** The accepting hospital named conditions that nobody has agreed to yet. */
  conditionsOpen: z.boolean(),
  /** Other open requests for the same patient; merge them. Empty for those who may not know. */
  sameAs: z.array(z.object({ id, code: z.string() })),
  /** Other regions that were asked, oldest first; empty for those who may not know. */
  asks: z.array(askView).optional(),
})
export type RequestView = z.infer<typeof requestView>

/** One row of a queue. */
export const requestRow = requestView
  .pick({
    id: true,
    code: true,
    state: true,
    stateSince: true,
    waitingSince: true,
    deadlineAt: true,
    version: true,
    patient: true,
    urgency: true,
    originHospitalName: true,
  })
  .extend({
    complaint: z.string(),
    severity: z.enum(v.SEVERITIES).nullable(),
    requestedClass: z.enum(v.BED_CLASSES),
    isolationNeed: z.enum(v.ISOLATION_NEEDS),
    needs: z.array(z.enum(v.NEEDS)),
    oxygen: z.enum(v.OXYGEN_SUPPORTS),
    openOffers: z.int(),
    deteriorating: z.boolean(),
    hospitalName: z.string().nullable(),
  })
export type RequestRow = z.infer<typeof requestRow>

/** What a person can do to a request; the state table decides whether now and by whom. */
export const requestAct = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('submit') }),
  z.strictObject({ event: z.literal('ask_info'), question: shortText(500) }),
  z.strictObject({ event: z.literal('give_info'), answer: shortText(1_000) }),
  z.strictObject({
    event: z.literal('triage'),
    severity: z.enum(v.SEVERITIES),
    urgency: z.enum(v.URGENCIES),
    requestedClass: z.enum(v.BED_CLASSES).optional(),
    stability: z.enum(v.STABILITIES).optional(),
  }),
  z.strictObject({ event: z.literal('start_matching') }),
  /** Conditions named by the accepting hospital have to be agreed to before the bed is confirmed. */
  z.strictObject({ event: z.literal('confirm'), agreeToConditions: z.boolean().optional() }),
  z.strictObject({
    event: z.literal('arrange_transport'),
    transport: z.enum(v.TRANSPORTS),
    etaMinutes: z.int().min(0).max(1_440).optional(),
    crew: z.string().trim().max(80).optional(),
  }),
  z.strictObject({ event: z.literal('depart'), etaMinutes: z.int().min(0).max(1_440).optional() }),
  z.strictObject({ event: z.literal('arrive') }),
  z.strictObject({ event: z.literal('admit') }),
  z.strictObject({ event: z.literal('put_on_hold'), why: shortText(300) }),
  z.strictObject({ event: z.literal('resume') }),
  z.strictObject({ event: z.literal('escalate'), to: z.enum(['neighbours', 'national']), why: shortText(300) }),
  z.strictObject({
    event: z.literal('declare_no_bed'),
    interimPlan: shortText(1_000),
    retryInMinutes: z.int().min(5).max(240),
  }),
  z.strictObject({ event: z.literal('retry') }),
  z.strictObject({ event: z.literal('divert'), why: shortText(300) }),
  z.strictObject({ event: z.literal('place_outside'), hospitalName: shortText(100), phone, why: shortText(300) }),
  z.strictObject({
    event: z.literal('step_down'),
    to: z.enum(['home', 'community_treatment_centre', 'long_term_care']),
    why: shortText(300),
  }),
  z.strictObject({ event: z.literal('return_to_origin'), why: shortText(300) }),
  z.strictObject({ event: z.literal('record_death'), at: instantInput }),
  z.strictObject({
    event: z.literal('cancel'),
    reason: z.enum(v.CANCEL_REASONS),
    note: z.string().trim().max(300).optional(),
  }),
  z.strictObject({ event: z.literal('merge'), into: id }),
  z.strictObject({ event: z.literal('enter_in_error'), why: shortText(300) }),
])
export type RequestAct = z.infer<typeof requestAct>
export const REQUEST_ACTS = requestAct.options.map((option) => option.shape.event.value)

/** Every act says through which channel it came, and for a call who said it. */
const acted = z.strictObject({
  act: requestAct,
  version: z.int(),
  channel: z.enum(v.CHANNELS).default('web'),
  heardFrom: z.string().trim().max(80).optional(),
})

export const offerAct = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('see') }),
  z.strictObject({ event: z.literal('acknowledge') }),
  /** Without a slot the best fitting free one is taken. */
  z.strictObject({ event: z.literal('accept'), slotId: id.optional() }),
  z.strictObject({ event: z.literal('accept_with_conditions'), conditions: shortText(500), slotId: id.optional() }),
  z.strictObject({
    event: z.literal('decline'),
    reason: z.enum(v.DECLINE_REASONS),
    note: z.string().trim().max(500).optional(),
  }),
  z.strictObject({ event: z.literal('withdraw'), why: z.string().trim().max(300).optional() }),
])
export type OfferAct = z.infer<typeof offerAct>

// ---------------------------------------------------------------- candidates

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
  settled: z.array(phoneSettled),
})
export const candidates = z.object({
  requestId: id,
  at: instant,
  candidates: z.array(candidate),
  whyNot: z.array(excluded),
  whyNotTotal: z.int(),
  /** How many are asked at once: three for severe, one otherwise. */
  parallel: z.int(),
})

// ---------------------------------------------------------------- board and timeline

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

// ---------------------------------------------------------------- endpoints

/** The ways in which placing may refuse; input that is not valid comes beside them on every route. */
const placing = [
  'not-found',
  'not-allowed',
  'wrong-state',
  'conflict',
  'slot-taken',
  'already-placed',
  'no-candidate',
] as const

export const bedEndpoints = {
  listSlots: endpoint({
    id: 'listSlots',
    method: 'GET',
    path: '/api/hospitals/:id/slots',
    summary: 'Bed places of a hospital',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: z.object({ slots: z.array(slotView) }) },
    problems: placing,
  }),
  addSlot: endpoint({
    id: 'addSlot',
    method: 'POST',
    path: '/api/hospitals/:id/slots',
    summary: 'Add a staffed bed',
    auth: 'session',
    params: byId,
    body: slotInput,
    response: { status: 201, schema: slotView },
    problems: placing,
  }),
  changeSlot: endpoint({
    id: 'changeSlot',
    method: 'POST',
    path: '/api/slots/:id/changes',
    summary: 'Open, block, clean, close or re-assign a bed',
    auth: 'session',
    params: byId,
    body: slotChange,
    response: { status: 200, schema: slotView },
    problems: placing,
  }),
  stillTrue: endpoint({
    id: 'stillTrue',
    method: 'POST',
    path: '/api/hospitals/:id/still-true',
    summary: 'One tap: what is shown of these beds is still true',
    auth: 'session',
    params: byId,
    body: z.strictObject({
      bedClass: z.enum(v.BED_CLASSES).optional(),
      channel: z.enum(v.CHANNELS).default('web'),
      heardFrom: z.string().trim().max(80).optional(),
    }),
    response: { status: 200, schema: z.object({ confirmed: z.int(), asOf: instant }) },
    problems: placing,
  }),
  listCapacity: endpoint({
    id: 'listCapacity',
    method: 'GET',
    path: '/api/hospitals/:id/capacity',
    summary: 'Latest capacity figures by class, with age and source',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: z.object({ reports: z.array(capacityView) }) },
    problems: placing,
  }),
  reportCapacity: endpoint({
    id: 'reportCapacity',
    method: 'POST',
    path: '/api/hospitals/:id/capacity',
    summary: 'Report capacity of a class',
    auth: 'session',
    params: byId,
    body: capacityReport,
    response: { status: 201, schema: capacityView },
    problems: placing,
  }),
  suggestSeverity: endpoint({
    id: 'suggestSeverity',
    method: 'POST',
    path: '/api/severity',
    summary: 'Early-warning score and suggested severity for vital signs',
    auth: 'session',
    body: z.strictObject({ vitals, oxygen: z.enum(v.OXYGEN_SUPPORTS), ageYears: z.int().min(0).max(130).optional() }),
    response: { status: 200, schema: severityView },
    problems: [],
  }),
  createRequest: endpoint({
    id: 'createRequest',
    method: 'POST',
    path: '/api/requests',
    summary: 'Ask for a bed',
    auth: 'session',
    /** A draft is seen by nobody but its maker until it is submitted. */
    body: requestInput.extend({ asDraft: z.boolean().optional() }),
    response: { status: 201, schema: requestView },
    problems: placing,
  }),
  listRequests: endpoint({
    id: 'listRequests',
    method: 'GET',
    path: '/api/requests',
    summary: 'The queue, in the order in which it should be worked',
    auth: 'session',
    query: z.object({
      scope: z.enum(['open', 'mine', 'closed']).default('open'),
      limit: z.coerce.number().int().min(1).max(500).default(200),
    }),
    response: { status: 200, schema: z.object({ requests: z.array(requestRow), at: instant }) },
    problems: [],
  }),
  getRequest: endpoint({
    id: 'getRequest',
    method: 'GET',
    path: '/api/requests/:id',
    summary: 'A request as the person asking may see it; the id may be the four-digit code',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: requestView },
    problems: placing,
  }),
  editRequest: endpoint({
    id: 'editRequest',
    method: 'PATCH',
    path: '/api/requests/:id',
    summary: 'Add or correct details',
    auth: 'session',
    params: byId,
    body: z.strictObject({ version: z.int(), details: requestInput.partial() }),
    response: { status: 200, schema: requestView },
    problems: placing,
  }),
  actOnRequest: endpoint({
    id: 'actOnRequest',
    method: 'POST',
    path: '/api/requests/:id/acts',
    summary: 'Move a request along its states',
    auth: 'session',
    params: byId,
    body: acted,
    response: { status: 200, schema: requestView },
    problems: placing,
  }),
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
  setIdentity: endpoint({
    id: 'setIdentity',
    method: 'PUT',
    path: '/api/requests/:id/identity',
    summary: 'Record who the patient is',
    auth: 'session',
    params: byId,
    body: patientIdentity,
    response: { status: 200, schema: z.object({ identityKnown: z.literal(true), sameAs: z.array(id) }) },
    problems: placing,
  }),
  getIdentity: endpoint({
    id: 'getIdentity',
    method: 'GET',
    path: '/api/requests/:id/identity',
    summary: 'Who the patient is, for the requester and the hospital that holds a bed; every look is logged',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: patientIdentity.omit({ residentNumber: true }) },
    problems: placing,
  }),
  listCandidates: endpoint({
    id: 'listCandidates',
    method: 'GET',
    path: '/api/requests/:id/candidates',
    summary: 'Ranked hospitals with the terms of each, and for the others why not',
    auth: 'session',
    params: byId,
    query: z.object({
      limit: z.coerce.number().int().min(1).max(100).default(20),
      whyNot: z.coerce.number().int().min(0).max(500).default(50),
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
  draftFollowUp: endpoint({
    id: 'draftFollowUp',
    method: 'POST',
    path: '/api/requests/:id/follow-up',
    summary:
      'Draft the request that follows an admission: to a lower class of care, or back to where the patient came from',
    auth: 'session',
    params: byId,
    body: z.strictObject({
      reason: z.enum(['step_down', 'repatriation']),
      /** Without it the number the directory has of the admitting hospital. */
      callbackPhone: phone.optional(),
    }),
    response: { status: 201, schema: requestView },
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
        unplaced: z.array(id),
      }),
    },
    problems: [],
  }),
  sendOffers: endpoint({
    id: 'sendOffers',
    method: 'POST',
    path: '/api/requests/:id/offers',
    summary: 'Ask hospitals for this patient; without a list the best candidates are asked',
    auth: 'session',
    params: byId,
    body: z.strictObject({ hospitalIds: z.array(id).max(3).optional(), version: z.int() }),
    response: { status: 201, schema: requestView },
    problems: placing,
  }),
  listOffers: endpoint({
    id: 'listOffers',
    method: 'GET',
    path: '/api/offers',
    summary: 'Offers this hospital has to answer, most urgent first',
    auth: 'session',
    query: z.object({ scope: z.enum(['open', 'recent']).default('open') }),
    response: {
      status: 200,
      schema: z.object({ at: instant, offers: z.array(offerView.extend({ request: requestRow })) }),
    },
    problems: [],
  }),
  actOnOffer: endpoint({
    id: 'actOnOffer',
    method: 'POST',
    path: '/api/offers/:id/acts',
    summary: 'See, acknowledge, accept, decline or withdraw an offer',
    auth: 'session',
    params: byId,
    body: z.strictObject({
      act: offerAct,
      channel: z.enum(v.CHANNELS).default('web'),
      heardFrom: z.string().trim().max(80).optional(),
    }),
    response: { status: 200, schema: z.object({ offer: offerView, hold: holdView.nullable() }) },
    problems: placing,
  }),
  extendHold: endpoint({
    id: 'extendHold',
    method: 'POST',
    path: '/api/holds/:id/extensions',
    summary: 'Keep the bed 30 minutes longer, at most twice',
    auth: 'session',
    params: byId,
    response: { status: 200, schema: holdView },
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
  identityAccess: endpoint({
    id: 'identityAccess',
    method: 'GET',
    path: '/api/requests/:id/identity/looks',
    summary: 'Who looked at who the patient is, and who was refused',
    auth: 'session',
    params: byId,
    response: {
      status: 200,
      schema: z.object({
        looks: z.array(
          z.object({
            at: instant,
            act: z.enum(['recorded', 'seen', 'refused']),
            by: z.string(),
            hospitalId: id.nullable(),
          }),
        ),
      }),
    },
    problems: placing,
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
