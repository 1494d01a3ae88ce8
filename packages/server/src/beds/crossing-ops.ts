import {
  BED_CLASSES,
  ISOLATION_NEEDS,
  NEEDS,
  OXYGEN_SUPPORTS,
  PATHOGENS,
  SEVERITIES,
  SEXES,
  STABILITIES,
  URGENCIES,
} from '@dure/contract'
import { z } from 'zod'

/**
 * What regions say to each other about one bed: bodies of the ops of `crossing.ts`. A member that is not known here is kept in the
 * log and passed on; it does not stop a reader.
 */

const sido = z.string().regex(/^[0-9]{2}$/)
const id = z.string().min(1).max(64)
const fencing = z.int().positive()

/** What has to fit. Nothing of it says who the patient is. */
export const askNeed = z.object({
  code: z.string(),
  requestedClass: z.enum(BED_CLASSES),
  isolationNeed: z.enum(ISOLATION_NEEDS),
  pathogen: z.enum(PATHOGENS).nullable(),
  needs: z.array(z.enum(NEEDS)),
  oxygen: z.enum(OXYGEN_SUPPORTS),
  ageYears: z.int(),
  sex: z.enum(SEXES),
  urgency: z.enum(URGENCIES),
  stability: z.enum(STABILITIES),
  severity: z.enum(SEVERITIES).nullable(),
  originHospitalId: id.nullable(),
  /** To a hundredth of a degree, about a kilometre: enough for a drive time. */
  originLat: z.number().nullable(),
  originLon: z.number().nullable(),
})
export type AskNeed = z.infer<typeof askNeed>

const ofAsk = z.object({ askId: id })
const promise = ofAsk.extend({ slotId: id, hospitalId: id, fencing })

export const CROSSING_BODIES = {
  // of the asker
  'hold-asked': ofAsk.extend({
    requestId: id,
    owner: sido,
    hospitalId: id.nullable(),
    expiresAtMs: z.number(),
    need: askNeed,
  }),
  'hold-accepted': promise.extend({ sealed: z.string().nullable() }),
  'hold-given-up': ofAsk.extend({ why: z.string() }),
  'ask-refused': ofAsk,
  'ask-lapsed': ofAsk,
  'ask-confirmed': promise,
  // of the owner
  'hold-granted': promise.extend({ asker: sido, untilMs: z.number() }),
  'hold-refused': ofAsk.extend({ asker: sido, why: z.string() }),
  'hold-confirmed': promise.extend({ asker: sido }),
  'hold-lapsed': ofAsk.extend({ asker: sido, fencing, why: z.string() }),
  'hold-released': ofAsk,
  /** The patient lies in the bed: the hospital's word, which closes the request at the asker's. */
  'hold-occupied': ofAsk,
} as const

export type CrossingKind = keyof typeof CROSSING_BODIES
export const CROSSING_KINDS = Object.keys(CROSSING_BODIES) as readonly CrossingKind[]
export type CrossingBody<K extends CrossingKind> = z.infer<(typeof CROSSING_BODIES)[K]>
export type CrossingOp = {
  readonly [K in CrossingKind]: { readonly kind: K; readonly body: CrossingBody<K> }
}[CrossingKind]

/** @throws on a body that is not of its kind: the log stops there until people have looked */
export const parseCrossing = (kind: CrossingKind, body: unknown): CrossingOp =>
  ({ kind, body: CROSSING_BODIES[kind].parse(body) }) as CrossingOp
