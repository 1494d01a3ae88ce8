import { z } from 'zod'

/** Parts of the shapes of the bed slice. Instants are ISO 8601 in UTC; durations carry their unit. */

export const id = z.string().min(1).max(64)

export const instant = z.string().max(40)

/** An instant somebody types or a machine sends: it has to be one. */
export const instantInput = z.iso.datetime({ offset: true }).max(40)

export const phone = z
  .string()
  .trim()
  .regex(/^[0-9+][0-9 -]{2,19}$/)

export const shortText = (max: number) => z.string().trim().min(1).max(max)

export const byId = z.object({ id })

/** The ways in which placing may refuse; input that is not valid comes beside them on every route. */
export const placing = [
  'not-found',
  'not-allowed',
  'wrong-state',
  'conflict',
  'slot-taken',
  'already-placed',
  'no-candidate',
] as const
