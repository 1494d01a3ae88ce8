import { z } from 'zod'
import { id, instant } from './fields.ts'
import { ACK_RUNGS, ACK_STATES, NOTICE_CHANNELS } from './vocabulary.ts'

export const ackView = z.object({
  state: z.enum(ACK_STATES),
  dueAt: instant,
  /** Who is asked now; climbs. */
  rung: z.enum(ACK_RUNGS),
  /** false: until now nobody stood on any rung, so nobody was told. */
  reached: z.boolean(),
  /** When somebody is tried next; null = nobody will be. */
  nextAt: instant.nullable(),
  acknowledgedAt: instant.nullable(),
  acknowledgedBy: z.string().nullable(),
  /** The person asking is among those who can acknowledge it. */
  mine: z.boolean(),
})
export type AckView = z.infer<typeof ackView>

/** One try to reach somebody for an acknowledgement. */
export const ackStepView = z.object({
  at: instant,
  step: z.int(),
  rung: z.enum(ACK_RUNGS),
  channel: z.enum(NOTICE_CHANNELS),
  personId: id.nullable(),
  name: z.string(),
  /** `told` on a connected screen · `queued` with a carrier · `no_driver` · `no_address` · `nobody` on this rung. */
  outcome: z.enum(['told', 'queued', 'no_driver', 'no_address', 'nobody']),
  /** Region whose own cell made this try; null = the cell that asks. Cells of earlier versions do not say. */
  region: z.string().nullable().default(null),
})
