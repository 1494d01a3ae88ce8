import {
  BED_CLASSES,
  CHANNELS,
  PATHOGENS,
  REQUEST_STATES,
  ROOM_SEXES,
  SLOT_ISOLATIONS,
  SLOT_SHARES,
  SLOT_STATES,
  STOP_REASONS,
} from '@dure/contract'
import { z } from 'zod'

/** What the tables of a region say of themselves in its log (triggers of 0011-crossing.sql). Instants as PostgreSQL writes them. */

const id = z.string().min(1).max(64)
const instant = z.coerce.date()

export const slotStated = z.object({
  id,
  hospitalId: id,
  label: z.string(),
  bedClass: z.enum(BED_CLASSES),
  isolation: z.enum(SLOT_ISOLATIONS),
  share: z.enum(SLOT_SHARES),
  state: z.enum(SLOT_STATES),
  blockedReason: z.string().nullable(),
  opensInHours: z.number().nullable(),
  roomSex: z.enum(ROOM_SEXES),
  minAgeYears: z.int().nullable(),
  maxAgeYears: z.int().nullable(),
  cohortPathogen: z.enum(PATHOGENS).nullable(),
  asOf: instant,
  source: z.enum(CHANNELS),
  doubtedAt: instant.nullable(),
  fencing: z.int(),
  version: z.int(),
  takenOver: z.boolean().default(false),
})

export const holdStated = z.object({
  id,
  requestId: id.nullable(),
  askId: id.nullable(),
  slotId: id,
  hospitalId: id,
  state: z.enum(['granted', 'confirmed', 'occupied', 'released', 'expired']),
  fencing: z.int(),
  grantedAt: instant,
  expiresAt: instant.nullable(),
})

/** The members that are columns of the projection; the rest is kept as it came. */
export const requestStated = z.looseObject({
  id,
  code: z.string(),
  state: z.enum(REQUEST_STATES),
  waitingSince: instant,
  confirmedAt: instant.nullable(),
  closedAt: instant.nullable(),
})

export const patientKeyed = z.object({ requestId: id, hash: z.string().regex(/^[0-9a-f]{64}$/) })

export const hospitalStated = z.object({
  id,
  hpid: z.string().nullable(),
  name: z.string(),
  kind: z.string(),
  sidoCode: z.string(),
  sigunguCode: z.string().nullable(),
  lat: z.number(),
  lon: z.number(),
  phone: z.string().nullable(),
  erPhone: z.string().nullable(),
  licensedBeds: z.int().nullable(),
  state: z.string(),
  source: z.string(),
  /** Code → answer, with the last instant at which it may be used, if it ages; who gave it is absent in what older cells say. */
  answers: z.record(
    z.string(),
    z.object({ answer: z.string(), source: z.string().optional(), usableUntil: z.string().nullable() }),
  ),
  /** Where it takes nobody; absent in what older cells say. */
  stops: z
    .array(
      z.object({
        bedClass: z.enum(BED_CLASSES).nullable(),
        reason: z.enum(STOP_REASONS),
        since: z.string(),
        until: z.string().nullable(),
      }),
    )
    .default([]),
})
export type HospitalStated = z.infer<typeof hospitalStated>
