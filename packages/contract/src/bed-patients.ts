import { z } from 'zod'
import { byId, id, instant, instantInput, phone, placing, shortText } from './bed-parts.ts'
import { endpoint } from './endpoint.ts'
import * as v from './vocabulary.ts'

/** What is asked for a patient: eight essentials, the rest progressively, and who it is. */

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

export const patientEndpoints = {
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
} as const
