import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { BED_CLASSES, CAPABILITIES, CAPABILITY_ANSWERS, CHANNELS, SIDO_CODES } from './vocabulary.ts'

/**
 * general = 종합병원, hospital = 병원, long_term_care = 요양병원, psychiatric = 정신병원, korean_medicine = 한방병원,
 * dental = 치과병원.
 */
export const HOSPITAL_KINDS = [
  'general',
  'hospital',
  'long_term_care',
  'psychiatric',
  'korean_medicine',
  'dental',
  'other',
] as const
export type HospitalKind = (typeof HOSPITAL_KINDS)[number]

/** missing = was in its source's earlier file and is not in the newest one. */
export const HOSPITAL_STATES = ['open', 'missing', 'closed'] as const
export type HospitalState = (typeof HOSPITAL_STATES)[number]

/** How a raw bed figure was read. `not_entered` and `unusable` are both unknown, for different reasons. */
export const READING_KINDS = ['known', 'not_entered', 'unusable'] as const
export type ReadingKind = (typeof READING_KINDS)[number]

export const FIGURE_FLAGS = [
  'over_capacity',
  'count_above_total',
  'not_a_number',
  'implausible',
  'total_unusable',
  'total_not_entered',
  'clock_ahead',
  'clock_unreadable',
  'unknown_answer',
] as const
export type FigureFlag = (typeof FIGURE_FLAGS)[number]

/**
 * fresh: use it. stale: use it last and ask whether it is still true. expired: show it with its age, do not place on it.
 * unknown: the age itself is not known.
 */
export const FRESHNESS = ['fresh', 'stale', 'expired', 'unknown'] as const
export type Freshness = (typeof FRESHNESS)[number]

/**
 * Why a hospital takes no patients (수용 중단): staff, no bed left, equipment, an overcrowded emergency room, an infection in the
 * house, the building (fire, power, water).
 */
export const STOP_REASONS = ['staff', 'beds', 'equipment', 'crowded_er', 'infection', 'building', 'other'] as const
export type StopReason = (typeof STOP_REASONS)[number]

/** Shapes of the hospital directory. Instants are ISO 8601 in UTC; every figure comes with its source and its age. */

const instant = z.string().max(40)
const hospitalId = z.string().min(3).max(40)

export const positionView = z.object({ lat: z.number(), lon: z.number() })

/** Where a statement comes from and how far it may be believed now. */
export const provenance = z.object({
  source: z.enum(['register', 'nemc', 'hospital', 'demo']),
  /** When the source says it was true; null = it does not say, or its clock is wrong. */
  asOf: instant.nullable(),
  receivedAt: instant,
  /** null = the age is not known, which is not 0. */
  ageMin: z.int().nullable(),
  freshness: z.enum(FRESHNESS),
})

export const capabilityView = z.object({
  code: z.enum(CAPABILITIES),
  answer: z.enum(CAPABILITY_ANSWERS),
  raw: z.string().nullable(),
  flags: z.array(z.string()),
  /** The hospital's own word, and until when it stands; then what other sources say counts again. null = until it says otherwise. */
  until: instant.nullable(),
  ...provenance.shape,
})
export type CapabilityView = z.infer<typeof capabilityView>

export const bedCountView = z.object({
  bedClass: z.enum(BED_CLASSES),
  reading: z.enum(READING_KINDS),
  /** Set exactly when `reading` is `known`. Below zero: that many patients over capacity. */
  available: z.int().nullable(),
  total: z.int().nullable(),
  raw: z.string().nullable(),
  flags: z.array(z.string()),
  ...provenance.shape,
})
export type BedCountView = z.infer<typeof bedCountView>

/** Patients are not taken, on the hospital's own word: at all, or in one class of beds. */
export const stopView = z.object({
  /** null = the hospital as a whole. */
  bedClass: z.enum(BED_CLASSES).nullable(),
  reason: z.enum(STOP_REASONS),
  note: z.string().nullable(),
  since: instant,
  /** When it is expected to end, and ends by itself; null = until the hospital says so. */
  until: instant.nullable(),
  ageMin: z.int(),
  /** stale = without an end and old: ask whether it is still so. */
  freshness: z.enum(['fresh', 'stale']),
  /** null = of another region, whose log does not carry who said it and how. */
  by: z.string().nullable(),
  channel: z.enum(CHANNELS).nullable(),
  heardFrom: z.string().nullable(),
})
export type StopView = z.infer<typeof stopView>

export const hospitalRow = z.object({
  id: hospitalId,
  hpid: z.string().nullable(),
  name: z.string(),
  kind: z.enum(HOSPITAL_KINDS),
  /** The register's own word: 종합병원, 요양병원(정신병원) … */
  type: z.string(),
  sidoCode: z.string(),
  sigunguCode: z.string().nullable(),
  address: z.string(),
  phone: z.string().nullable(),
  erPhone: z.string().nullable(),
  position: positionView,
  /** Great-circle metres from the asked point; null when none was asked for. */
  distanceM: z.int().nullable(),
  /** Licensed beds; null = not known, which is not 0. */
  licensedBeds: z.int().nullable(),
  state: z.enum(HOSPITAL_STATES),
  source: z.enum(['register', 'demo', 'hospital']),
  /** By which region's log we know it, and when that region said so; null = from our own tables. */
  told: z.object({ by: z.string(), at: instant }).nullable(),
  /** Where it takes nobody now, the hospital as a whole first; empty = it takes patients. */
  stops: z.array(stopView),
})
export type HospitalRow = z.infer<typeof hospitalRow>

export const hospitalView = hospitalRow.omit({ distanceM: true }).extend({
  inpatientRooms: z.int().nullable(),
  medicalStaff: z.int().nullable(),
  departments: z.array(z.string()),
  /** When the register last changed this hospital (YYYY-MM-DD), and when we read that. */
  sourceUpdatedOn: z.string().nullable(),
  importedAt: instant,
  missingSince: instant.nullable(),
  capabilities: z.array(capabilityView),
  bedCounts: z.array(bedCountView),
})
export type HospitalView = z.infer<typeof hospitalView>

export const regionView = z.object({
  code: z.enum(SIDO_CODES),
  iso: z.string(),
  nameKo: z.string(),
  shortKo: z.string(),
  nameEn: z.string(),
  seat: positionView,
  population: z.int(),
})
export type RegionView = z.infer<typeof regionView>

export const SOURCE_KINDS = ['register', 'nemc_file', 'nemc_poll', 'demo'] as const

/** What we listen to. A silent source keeps its last good figures, and this says how old they are. */
export const sourceView = z.object({
  key: z.string(),
  kind: z.enum(SOURCE_KINDS),
  sidoCode: z.string().nullable(),
  operation: z.string().nullable(),
  lastAttemptAt: instant.nullable(),
  lastSuccessAt: instant.nullable(),
  /** Minutes since the last success; null = never. */
  ageMin: z.int().nullable(),
  /** silent = the last success is older than `silentAfterMin`, or there was none. */
  silent: z.boolean(),
  silentAfterMin: z.int().nullable(),
  errorCode: z.string().nullable(),
  errorDetail: z.string().nullable(),
  failuresInRow: z.int(),
  nextTryAt: instant.nullable(),
  items: z.int().nullable(),
  refused: z.int().nullable(),
  flagged: z.int().nullable(),
})
export type SourceView = z.infer<typeof sourceView>

/** An instant somebody types or a machine sends: it has to be one. */
const instantInput = z.iso.datetime({ offset: true }).max(40)
const note = z.string().trim().min(1).max(300)
const classes = z.array(z.enum(BED_CLASSES)).min(1).max(BED_CLASSES.length)

/** What a hospital says of itself. `until`: how long its word stands; null = until it says otherwise. */
export const hospitalStatement = z.discriminatedUnion('say', [
  /** `unknown` is a word too: whatever others say, ask first. */
  z.strictObject({
    say: z.literal('capability'),
    code: z.enum(CAPABILITIES),
    answer: z.enum(CAPABILITY_ANSWERS),
    until: instantInput.nullable().default(null),
    note: note.optional(),
  }),
  /** Takes the own word back: what other sources say counts again. */
  z.strictObject({ say: z.literal('capability_withdrawn'), code: z.enum(CAPABILITIES) }),
  /** Patients are not taken; without classes in the hospital as a whole. */
  z.strictObject({
    say: z.literal('stop'),
    bedClasses: classes.nullable().default(null),
    reason: z.enum(STOP_REASONS),
    until: instantInput.nullable().default(null),
    note: note.optional(),
  }),
  /** Patients are taken again; without classes everywhere. */
  z.strictObject({ say: z.literal('resume'), bedClasses: classes.nullable().default(null) }),
])
export type HospitalStatement = z.infer<typeof hospitalStatement>

/** One entry of the record of what a hospital said; nothing in it is ever changed. */
export const statementView = z.object({
  id: z.string(),
  at: instant,
  said: z.enum(['capability', 'capability_withdrawn', 'stop', 'resume']),
  code: z.enum(CAPABILITIES).nullable(),
  answer: z.enum(CAPABILITY_ANSWERS).nullable(),
  bedClass: z.enum(BED_CLASSES).nullable(),
  reason: z.enum(STOP_REASONS).nullable(),
  note: z.string().nullable(),
  until: instant.nullable(),
  by: z.string(),
  channel: z.enum(CHANNELS),
  heardFrom: z.string().nullable(),
})
export type StatementView = z.infer<typeof statementView>

/** What of a hospital's own word stands now. */
export const ownWord = z.object({ at: instant, stops: z.array(stopView), capabilities: z.array(capabilityView) })
export type OwnWord = z.infer<typeof ownWord>

/** An opaque place in a list; send it back as it came. */
const cursor = z.string().max(400).optional()

const hospitalQuery = z.object({
  /** Part of the name. */
  q: z.string().trim().min(1).max(60).optional(),
  sido: z.enum(SIDO_CODES).optional(),
  kind: z.enum(HOSPITAL_KINDS).optional(),
  state: z.enum(HOSPITAL_STATES).default('open'),
  /** Both or neither: then the nearest come first. */
  lat: z.coerce.number().min(32).max(40).optional(),
  lon: z.coerce.number().min(123).max(133).optional(),
  withinKm: z.coerce.number().min(0.1).max(700).optional(),
  /** Hospitals that said yes to this. */
  capability: z.enum(CAPABILITIES).optional(),
  /** Hospitals of which a figure for this class is known, be it 0. */
  bedClass: z.enum(BED_CLASSES).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor,
})

const byHospital = z.object({ id: hospitalId })

export const facilityEndpoints = {
  listHospitals: endpoint({
    id: 'listHospitals',
    method: 'GET',
    path: '/api/hospitals',
    summary: 'Find hospitals by name, region, distance, ability or bed class',
    auth: 'session',
    query: hospitalQuery,
    response: {
      status: 200,
      schema: z.object({ hospitals: z.array(hospitalRow), nextCursor: z.string().nullable() }),
    },
    problems: ['invalid-input'],
  }),
  getHospital: endpoint({
    id: 'getHospital',
    method: 'GET',
    path: '/api/hospitals/:id',
    summary: 'A hospital with the source and age of everything known about it',
    auth: 'session',
    params: byHospital,
    response: { status: 200, schema: hospitalView },
    problems: ['not-found'],
  }),
  listBedCountHistory: endpoint({
    id: 'listBedCountHistory',
    method: 'GET',
    path: '/api/hospitals/:id/bed-counts',
    summary: 'What the emergency centre reported for a bed class, newest first',
    auth: 'session',
    params: byHospital,
    query: z.object({
      bedClass: z.enum(BED_CLASSES).optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
      cursor,
    }),
    response: {
      status: 200,
      schema: z.object({ counts: z.array(bedCountView), nextCursor: z.string().nullable() }),
    },
    problems: ['not-found', 'invalid-input'],
  }),
  stateHospital: endpoint({
    id: 'stateHospital',
    method: 'POST',
    path: '/api/hospitals/:id/statements',
    summary:
      "The hospital's own word: what it can do until when, and where it takes no patients; a desk types what it heard",
    auth: 'session',
    params: byHospital,
    body: z.strictObject({
      statement: hospitalStatement,
      channel: z.enum(CHANNELS).default('web'),
      heardFrom: z.string().trim().max(80).optional(),
    }),
    response: { status: 201, schema: ownWord },
    problems: ['not-found', 'not-allowed', 'wrong-state'],
  }),
  listStatements: endpoint({
    id: 'listStatements',
    method: 'GET',
    path: '/api/hospitals/:id/statements',
    summary: 'What the hospital said of itself, newest first',
    auth: 'session',
    params: byHospital,
    query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50), cursor }),
    response: {
      status: 200,
      schema: z.object({ statements: z.array(statementView), nextCursor: z.string().nullable() }),
    },
    problems: ['not-found', 'invalid-input'],
  }),
  listRegions: endpoint({
    id: 'listRegions',
    method: 'GET',
    path: '/api/regions',
    summary: 'The 17 provinces',
    auth: 'public',
    response: { status: 200, schema: z.object({ regions: z.array(regionView) }) },
    problems: [],
  }),
  listSources: endpoint({
    id: 'listSources',
    method: 'GET',
    path: '/api/sources',
    summary: 'Every outside source: last success, last error, age and next attempt',
    auth: 'session',
    response: { status: 200, schema: z.object({ at: instant, sources: z.array(sourceView) }) },
    problems: [],
  }),
} as const
