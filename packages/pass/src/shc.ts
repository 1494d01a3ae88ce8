import { fromUtf8 } from './bytes.ts'
import type { CryptoBackend, Jwk, PublicKey } from './crypto.ts'
import { inflateRaw } from './inflate.ts'
import { isJsonObject, type Json, type JsonObject, parseJson } from './json.ts'
import { decodeJws, type Jws } from './jws.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'
import { joinShcCodes, SHC_PREFIX } from './shc-qr.ts'

/** SMART Health Cards (spec.smarthealth.cards): a FHIR bundle in a deflated, ES256-signed JWS. */
export type Shc = {
  readonly jws: Jws
  readonly issuer: string
  /** Milliseconds since 1970. */
  readonly notBefore?: number
  readonly expiresAt?: number
  readonly types: readonly string[]
  readonly fhirBundle: JsonObject
  /** Revocation id, `vc.rid`. */
  readonly rid?: string
  readonly payload: JsonObject
}

const HEALTH_CARD = 'https://smarthealth.cards#health-card'
const MOST_INFLATED_BYTES = 1_048_576

/**
 * Reads a card from a compact JWS, from one numeric QR text, or from the texts of several codes in any order. Checks
 * neither signature nor time.
 */
export const decodeShc = (scanned: string | readonly string[]): Checked<Shc> => {
  const jws = compactJws(scanned)
  if (!jws.ok) return jws
  const decoded = decodeJws(jws.value)
  return decoded.ok ? readCard(decoded.value) : decoded
}

const compactJws = (scanned: string | readonly string[]): Checked<string> => {
  if (typeof scanned !== 'string') return joinShcCodes(scanned)
  return scanned.slice(0, SHC_PREFIX.length).toLowerCase() === SHC_PREFIX ? joinShcCodes([scanned]) : ok(scanned)
}

const readCard = (jws: Jws): Checked<Shc> => {
  if (jws.alg !== 'ES256') return refuse('alg-unknown')
  if (jws.header.zip !== 'DEF') return refuse('jws-malformed', 'zip')
  const inflated = inflateRaw(jws.payload, MOST_INFLATED_BYTES)
  if (!inflated.ok) return inflated
  const text = fromUtf8(inflated.value)
  if (text === undefined) return refuse('utf8-malformed')
  const payload = parseJson(text)
  return isJsonObject(payload) ? readPayload(jws, payload) : refuse('json-malformed')
}

const readPayload = (jws: Jws, payload: JsonObject): Checked<Shc> => {
  const { iss, nbf, exp, vc } = payload
  if (typeof iss !== 'string') return refuse('shc-malformed', 'iss')
  if (typeof nbf !== 'number') return refuse('shc-malformed', 'nbf')
  if (exp !== undefined && typeof exp !== 'number') return refuse('shc-malformed', 'exp')
  const subject = isJsonObject(vc) ? vc.credentialSubject : undefined
  const bundle = isJsonObject(subject) ? subject.fhirBundle : undefined
  const types = isJsonObject(vc) ? typesOf(vc.type) : []
  if (!isJsonObject(vc) || !isJsonObject(bundle) || !types.includes(HEALTH_CARD)) return refuse('vc-malformed')
  if (isJsonObject(subject) && typeof subject.fhirVersion !== 'string') return refuse('vc-malformed', 'fhirVersion')
  const { rid } = vc
  if (rid !== undefined && typeof rid !== 'string') return refuse('vc-malformed', 'rid')
  return ok({
    jws,
    issuer: iss,
    notBefore: nbf * 1000,
    ...(exp !== undefined && { expiresAt: exp * 1000 }),
    types,
    fhirBundle: bundle,
    ...(rid !== undefined && { rid }),
    payload,
  })
}

const typesOf = (types: Json | undefined): readonly string[] =>
  Array.isArray(types) ? types.filter((type) => typeof type === 'string') : []

/** A key of an issuer's set. Without kid it is tried for every card, without issuer for every issuer. */
export type ShcKey = { readonly kid?: string; readonly issuer?: string; readonly publicKey: PublicKey }

/** Imports the P-256 signing keys of a JWK set; keys of other kinds are passed over, as RFC 7517 §5 asks. */
export const readJwks = async (crypto: CryptoBackend, jwks: Json, issuer?: string): Promise<Checked<ShcKey[]>> => {
  const list = isJsonObject(jwks) ? jwks.keys : undefined
  if (!Array.isArray(list)) return refuse('key-malformed', 'keys')
  const keys: ShcKey[] = []
  for (const jwk of list) {
    if (!isJsonObject(jwk)) continue
    const key = await crypto.importKey({ form: 'jwk', jwk: jwk as Jwk })
    if (!key.ok) continue
    const { kid } = jwk
    keys.push({
      publicKey: key.value,
      ...(typeof kid === 'string' && { kid }),
      ...(issuer !== undefined && { issuer }),
    })
  }
  return ok(keys)
}

export type ShcCheck = {
  readonly keys: readonly ShcKey[]
  /** Milliseconds since 1970. */
  readonly at: number
  readonly skewMs?: number
}

export type VerifiedShc = Shc & { readonly key: ShcKey }

/** Verifies a card: key known, signature, then its dates. */
export const verifyShc = async (
  crypto: CryptoBackend,
  card: string | readonly string[] | Shc,
  check: ShcCheck,
): Promise<Checked<VerifiedShc>> => {
  const decoded = typeof card === 'string' || isTexts(card) ? decodeShc(card) : ok(card)
  if (!decoded.ok) return decoded
  const shc = decoded.value
  const candidates = check.keys.filter((key) => mayHaveSigned(key, shc))
  if (candidates.length === 0) return refuse('key-unknown')
  for (const key of candidates) {
    const { alg, signed, signature } = shc.jws
    if (await crypto.verify(alg, key.publicKey, signed, signature)) return inTime({ ...shc, key }, check)
  }
  return refuse('signature-invalid')
}

const isTexts = (card: readonly string[] | Shc): card is readonly string[] => Array.isArray(card)

const mayHaveSigned = (key: ShcKey, { jws, issuer }: Shc): boolean =>
  key.publicKey.family === 'P-256' &&
  (key.kid === undefined || jws.kid === undefined || key.kid === jws.kid) &&
  (key.issuer === undefined || key.issuer === issuer)

const inTime = (shc: VerifiedShc, { at, skewMs = 0 }: ShcCheck): Checked<VerifiedShc> => {
  if (shc.notBefore !== undefined && at < shc.notBefore - skewMs) return refuse('not-yet-valid')
  return shc.expiresAt !== undefined && at > shc.expiresAt + skewMs ? refuse('expired') : ok(shc)
}

/** The cards of a `.smart-health-card` file, as compact JWS. */
export const readShcFile = (text: string): Checked<readonly string[]> => {
  const file = parseJson(text)
  const cards = isJsonObject(file) ? file.verifiableCredential : undefined
  if (!Array.isArray(cards) || cards.length === 0) return refuse('shc-malformed', 'verifiableCredential')
  const texts = cards.filter((card) => typeof card === 'string')
  return texts.length === cards.length ? ok(texts) : refuse('shc-malformed', 'verifiableCredential')
}
