import { z } from 'zod'
import { id, instant } from './bed-parts.ts'
import { requestInput, severityView } from './bed-patients.ts'
import { askView } from './cells.ts'
import * as v from './vocabulary.ts'

/** A request with its offers and its hold, as a person may see it. */

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
  /** When it was made from the log, without what does not travel there: telephone number, complaint, notes, who the patient is. */
  regainedAt: instant.nullable(),
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
