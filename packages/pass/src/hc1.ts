import { decodeBase45, encodeBase45 } from './base45.ts'
import type { CborLimits, CborMap } from './cbor.ts'
import { type CborInput, encodeCbor } from './cbor-encode.ts'
import { createSign1, decodeSign1, type Sign1, verifySign1 } from './cose.ts'
import { type Alg, type CryptoBackend, fits, type PrivateKey } from './crypto.ts'
import { CLAIM, type Cwt, readCwt } from './cwt.ts'
import { checkDcc, type DccKind } from './dcc-schema.ts'
import { inflateZlib, storeZlib } from './inflate.ts'
import { cborToJson, isJsonObject, type Json, type JsonObject } from './json.ts'
import type { FindKeys, VerificationKey } from './keyring.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'

/**
 * EU Digital COVID Certificate / WHO certificates as the text of a QR code: `HC1:` + base45(zlib(COSE_Sign1(CWT))).
 * @see docs/sources/pass.md#hc1
 */
export const HC1_PREFIX = 'HC1:'
/** A QR code of version 40 holds 4,296 such characters; twice that is never a certificate. */
const MOST_CHARACTERS = 8_592
const MOST_INFLATED_BYTES = 32_768
const LIMITS: CborLimits = { maxBytes: MOST_INFLATED_BYTES, maxDepth: 16, maxItems: 2_048 }

export type Hc1 = {
  readonly message: Sign1
  readonly cwt: Cwt
  /** The certificate, as JSON. */
  readonly certificate: JsonObject
}

/** The compressed bytes behind the prefix. */
export const unwrapHc1 = (text: string): Checked<Uint8Array> => {
  if (!text.startsWith(HC1_PREFIX)) return refuse('format-unknown')
  return text.length > MOST_CHARACTERS ? refuse('too-large') : decodeBase45(text, HC1_PREFIX.length)
}

export const inflateHc1 = (compressed: Uint8Array): Checked<Uint8Array> => inflateZlib(compressed, MOST_INFLATED_BYTES)

/** Reads the text down to the certificate, judging neither signature, time nor schema. */
export const decodeHc1 = (text: string): Checked<Hc1> => {
  const compressed = unwrapHc1(text)
  if (!compressed.ok) return compressed
  const bytes = inflateHc1(compressed.value)
  return bytes.ok ? decodeHcert(bytes.value) : bytes
}

/** The same from the COSE message on. */
export const decodeHcert = (bytes: Uint8Array): Checked<Hc1> => {
  const message = decodeSign1(bytes, LIMITS)
  if (!message.ok) return message
  const cwt = readCwt(message.value.payload, LIMITS)
  if (!cwt.ok) return cwt
  const certificate = hcertOf(cwt.value.claims)
  return certificate === undefined
    ? refuse('hcert-missing')
    : ok({ message: message.value, cwt: cwt.value, certificate })
}

/** Claim −260, member 1. */
const hcertOf = (claims: CborMap): JsonObject | undefined => {
  const hcert = claims.get(CLAIM.hcert)
  const certificate = hcert instanceof Map ? cborToJson((hcert as CborMap).get(1)) : undefined
  return isJsonObject(certificate) ? certificate : undefined
}

export type Hc1Check = {
  readonly keys: FindKeys
  /** The instant to judge at, milliseconds since 1970. */
  readonly at: number
  /** How far the clocks of issuer and verifier may differ, milliseconds (default 0). */
  readonly skewMs?: number
}

export type VerifiedHc1 = Hc1 & { readonly kind: DccKind; readonly entry: JsonObject; readonly key: VerificationKey }

/**
 * Verifies an HC1 text or one already decoded. In this order: readable, key known (`key-unknown`), signed by it
 * (`signature-invalid`), content by the schema, kinds the signer may sign, the certificate's dates, the signer's dates.
 * The first that fails is the refusal.
 */
export const verifyHc1 = async (
  crypto: CryptoBackend,
  certificate: string | Hc1,
  check: Hc1Check,
): Promise<Checked<VerifiedHc1>> => {
  const decoded = typeof certificate === 'string' ? decodeHc1(certificate) : ok(certificate)
  if (!decoded.ok) return decoded
  const hc1 = decoded.value
  const signers = await signersOf(crypto, hc1.message, check.keys)
  if (!signers.ok) return signers
  const content = checkDcc(hc1.certificate)
  if (!content.ok) return content
  const { kind, entry } = content.value
  const allowed = signers.value.filter(({ kinds }) => !kinds || kind === 'x' || kinds.includes(kind))
  if (allowed.length === 0) return refuse('key-usage')
  const inTime = checkTimes(hc1.cwt, check)
  if (!inTime.ok) return inTime
  const key = signerInTime(allowed, check)
  return key.ok ? ok({ ...hc1, kind, entry, key: key.value }) : key
}

/** The keys that made the signature: usually one; two when a renewed certificate keeps its key. */
const signersOf = async (
  crypto: CryptoBackend,
  message: Sign1,
  keys: FindKeys,
): Promise<Checked<readonly VerificationKey[]>> => {
  const candidates = keys(message.kid).filter((key) => key.kid || fits(message.alg, key.publicKey.family))
  if (candidates.length === 0) return refuse('key-unknown')
  const signers: VerificationKey[] = []
  for (const key of candidates) {
    const verified = verifySign1(crypto, message, key.publicKey)
    if (typeof verified === 'boolean' ? verified : await verified) signers.push(key)
  }
  return signers.length > 0 ? ok(signers) : refuse('signature-invalid')
}

const signerInTime = (signers: readonly VerificationKey[], { at, skewMs = 0 }: Hc1Check): Checked<VerificationKey> => {
  const started = signers.filter(({ notBefore = at }) => at >= notBefore - skewMs)
  if (started.length === 0) return refuse('key-not-yet-valid')
  const usable = started.find(({ notAfter = at }) => at <= notAfter + skewMs)
  return usable ? ok(usable) : refuse('key-expired')
}

/** The certificate's own dates. It must say when it ends (hcert_spec.md, "Expiration Time"); at that very second it is still good. */
export const checkTimes = (cwt: Cwt, { at, skewMs = 0 }: Pick<Hc1Check, 'at' | 'skewMs'>): Checked<Cwt> => {
  if (cwt.expiresAt === undefined) return refuse('cwt-malformed', 'exp')
  if (cwt.issuedAt !== undefined && at < cwt.issuedAt - skewMs) return refuse('issued-in-future')
  if (cwt.notBefore !== undefined && at < cwt.notBefore - skewMs) return refuse('not-yet-valid')
  return at > cwt.expiresAt + skewMs ? refuse('expired') : ok(cwt)
}

export type Hc1Input = {
  readonly alg: Alg
  /** First 8 bytes of SHA-256 of the signer's certificate. */
  readonly kid: Uint8Array
  readonly certificate: JsonObject
  /** ISO 3166-1 alpha-2. */
  readonly issuer: string
  /** Milliseconds since 1970; written as whole seconds. */
  readonly issuedAt: number
  readonly expiresAt: number
  /** Where its revocation is to be looked up: the name of a status list and the certificate's own bit in it. */
  readonly status?: { readonly list: string; readonly index: number }
}

/** Issues a certificate. Refuses content that breaks the schema (`schema-invalid`). */
export const createHc1 = async (crypto: CryptoBackend, key: PrivateKey, input: Hc1Input): Promise<Checked<string>> => {
  const content = checkDcc(input.certificate)
  if (!content.ok) return content
  const claims = new Map<number, CborInput>([
    [CLAIM.issuer, input.issuer],
    [CLAIM.expiresAt, Math.floor(input.expiresAt / 1000)],
    [CLAIM.issuedAt, Math.floor(input.issuedAt / 1000)],
    [CLAIM.hcert, new Map([[1, input.certificate as Json as CborInput]])],
  ])
  if (input.status) claims.set(CLAIM.status, { status_list: { idx: input.status.index, uri: input.status.list } })
  const message = await createSign1(crypto, key, { alg: input.alg, kid: input.kid, payload: encodeCbor(claims) })
  return message.ok ? ok(HC1_PREFIX + encodeBase45(storeZlib(message.value))) : message
}
