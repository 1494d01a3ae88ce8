import { type CborLimits, type CborMap, CborTag, type CborValue, decodeCbor } from './cbor.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'

/** Claims of a CBOR Web Token (RFC 8392). Instants in milliseconds since 1970. */
export type Cwt = {
  readonly claims: CborMap
  readonly issuer?: string
  readonly expiresAt?: number
  readonly notBefore?: number
  readonly issuedAt?: number
}

/** `status`: draft-ietf-oauth-status-list, registered by IANA for CWT. */
export const CLAIM = { issuer: 1, expiresAt: 4, notBefore: 5, issuedAt: 6, status: 65_535, hcert: -260 } as const

export const readCwt = (payload: Uint8Array, limits?: CborLimits): Checked<Cwt> => {
  const decoded = decodeCbor(payload, limits)
  if (!decoded.ok) return decoded
  if (!(decoded.value instanceof Map)) return refuse('cwt-malformed', 'claims')
  const claims = decoded.value as CborMap
  const issuer = claims.get(CLAIM.issuer) ?? undefined
  const expiresAt = numericDate(claims.get(CLAIM.expiresAt))
  const notBefore = numericDate(claims.get(CLAIM.notBefore))
  const issuedAt = numericDate(claims.get(CLAIM.issuedAt))
  if (issuer !== undefined && typeof issuer !== 'string') return refuse('cwt-malformed', 'iss')
  if (expiresAt === null || notBefore === null || issuedAt === null) return refuse('cwt-malformed', 'NumericDate')
  return ok({
    claims,
    ...(issuer !== undefined && { issuer }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(notBefore !== undefined && { notBefore }),
    ...(issuedAt !== undefined && { issuedAt }),
  })
}

/** Seconds, whole or not; the tag for an epoch time must be left out (RFC 8392 §2) but is met. `null`: malformed. */
const numericDate = (value: CborValue): number | undefined | null => {
  const seconds = value instanceof CborTag && value.tag === 1 ? value.value : value
  if (seconds === undefined || seconds === null) return undefined
  return typeof seconds === 'number' && Number.isFinite(seconds) ? seconds * 1000 : null
}
