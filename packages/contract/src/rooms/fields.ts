import { z } from 'zod'

/** Members that several shapes of the rooms have. */
export const id = z.string().min(1).max(64)
/** Made by whoever writes: a ULID or a UUID. Sent twice, it is kept once. */
export const clientId = z.string().regex(/^[0-9A-Za-z][0-9A-Za-z-]{19,39}$/)
export const instant = z.string().max(40)
export const instantInput = z.iso.datetime({ offset: true }).max(40)
export const byId = z.object({ id })
export const text = (max: number) => z.string().trim().min(1).max(max)
/** Place in a timeline: `hlc~id`. Sorts as text. */
const timelineKey = z.string().regex(/^[0-9]{13}-[0-9a-f]{4}-[0-9]{2}~[0-9A-Za-z:-]{1,64}$/)

/** Where to begin in a timeline, and how much of it. */
export const page = z.strictObject({
  before: timelineKey.optional(),
  after: timelineKey.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

export const problems = ['not-found', 'not-allowed', 'conflict', 'wrong-state'] as const
