import { NOTICE_CHANNELS } from '@dure/contract'
import { z } from 'zod'

/** One try of a desk by its own cell, as the cell that asked is told of it: without anybody's telephone. */
export const tries = z.object({
  messageId: z.string(),
  step: z.int().nonnegative(),
  at: z.iso.datetime(),
  channel: z.enum(NOTICE_CHANNELS),
  people: z.array(
    z.object({
      personId: z.string().nullable(),
      name: z.string(),
      outcome: z.enum(['told', 'queued', 'no_driver', 'no_address', 'nobody']),
    }),
  ),
})
export type Tries = z.infer<typeof tries>
