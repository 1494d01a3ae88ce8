import { deflateSync } from 'fflate'
import { toBase64Url, utf8 } from './bytes.ts'
import type { CryptoBackend, Jwk, PrivateKey } from './crypto.ts'
import type { JsonObject } from './json.ts'
import { createJws } from './jws.ts'
import type { Checked } from './refusals.ts'
import { ok } from './result.ts'
import { toShcCodes } from './shc-qr.ts'

/** What a new card says. Instants in milliseconds since 1970. */
export type ShcInput = {
  /** The issuer's URL; its keys stand at `<issuer>/.well-known/jwks.json`. */
  readonly issuer: string
  readonly kid: string
  readonly issuedAt: number
  readonly expiresAt?: number
  readonly types?: readonly string[]
  readonly fhirVersion?: string
  readonly fhirBundle: JsonObject
  readonly rid?: string
}

export type ExportedShc = {
  readonly jws: string
  /** Texts of the QR codes: one, or chunks. */
  readonly codes: readonly string[]
  /** Content of a `.smart-health-card` file. */
  readonly file: string
}

const DEFAULT_TYPES = ['https://smarthealth.cards#health-card', 'https://smarthealth.cards#immunization']

/** Issues a SMART Health Card with a P-256 key. */
export const createShc = async (
  crypto: CryptoBackend,
  key: PrivateKey,
  input: ShcInput,
): Promise<Checked<ExportedShc>> => {
  const payload = {
    iss: input.issuer,
    nbf: Math.floor(input.issuedAt / 1000),
    ...(input.expiresAt !== undefined && { exp: Math.floor(input.expiresAt / 1000) }),
    vc: {
      type: input.types ?? DEFAULT_TYPES,
      credentialSubject: { fhirVersion: input.fhirVersion ?? '4.0.1', fhirBundle: input.fhirBundle },
      ...(input.rid !== undefined && { rid: input.rid }),
    },
  }
  const compressed = deflateSync(utf8(JSON.stringify(payload)), { level: 9 })
  const jws = await createJws(crypto, key, { zip: 'DEF', alg: 'ES256', kid: input.kid }, compressed)
  return jws.ok ? ok(exported(jws.value)) : jws
}

const exported = (jws: string): ExportedShc => ({
  jws,
  codes: toShcCodes(jws),
  file: JSON.stringify({ verifiableCredential: [jws] }),
})

/** The kid of a key in a card's header: its thumbprint (RFC 7638, SHA-256, base64url). */
export const jwkThumbprint = async (crypto: CryptoBackend, { crv, kty, x, y }: Jwk): Promise<string> =>
  toBase64Url(await crypto.digest('SHA-256', utf8(JSON.stringify({ crv, kty, x, y }))))
