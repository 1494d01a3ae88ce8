import { z } from 'zod'
import { byId, id, instant, instantInput, placing, shortText } from './bed-parts.ts'
import { endpoint } from './endpoint.ts'
import * as v from './vocabulary.ts'

/** Bed places and what hospitals report of their capacity. */

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

export const slotEndpoints = {
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
} as const
