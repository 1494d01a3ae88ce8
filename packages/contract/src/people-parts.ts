import { z } from 'zod'
import { ROLES } from './vocabulary.ts'

/** Parts of the shapes of the people slice. */

export const instant = z.iso.datetime()

export const id = z.string().min(1).max(64)

export const byId = z.object({ id })

export const roles = z.array(z.enum(ROLES)).min(1).max(ROLES.length)

export const reason = z.string().trim().min(4).max(300)

/** base64url without padding. */
export const b64 = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[A-Za-z0-9_-]+$/)

/** One-time secrets: 256 bits in base64url. */
export const secret = z.string().min(20).max(100)

export const signingIn = { auth: 'public', priority: 'desk' } as const

export const limited = ['too-many-requests'] as const
