import { decodeBase45, encodeBase45 } from './base45.ts'
import { concat, equalBytes, utf8 } from './bytes.ts'
import type { CryptoBackend, PrivateKey, PublicKey } from './crypto.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'
import { isStripSignedBy, readStrip, type Strip, stripInterval } from './strip.ts'

/**
 * Proofs: the holder's device signs its strip again and again, so that a copied picture is worth nothing.
 *
 * `time` carries the instant of signing and is good for a minute around it. `challenge` answers the 8 random bytes a door
 * shows; no clock is trusted and a picture made elsewhere is useless. `bare` is a strip alone (printed, or a wallet that
 * cannot sign): genuine, but nobody's device has vouched for it.
 *
 * Text: `KR1:` and base45 of `kind (1 byte) ‖ [seconds since 1970 (4)] ‖ [challenge (8)] ‖ [signature (64)] ‖ strip`.
 * The signature (ES256, device key) covers `"dure/proof/1" ‖ kind ‖ seconds ‖ [challenge] ‖ strip`. At most 366
 * characters: a version 11 code, 61 × 61 modules at level M.
 *
 * @see docs/sources/pass.md#proof
 */
export type Proof =
  | { readonly kind: 'bare'; readonly strip: Strip }
  | { readonly kind: 'time'; readonly strip: Strip; readonly madeAt: number; readonly signature: Uint8Array }
  | {
      readonly kind: 'challenge'
      readonly strip: Strip
      readonly madeAt: number
      readonly challenge: Uint8Array
      readonly signature: Uint8Array
    }

export const PROOF_PREFIX = 'KR1:'
export const CHALLENGE_BYTES = 8
/** What a version 11 code holds at level M, alphanumeric. @see docs/sources/pass.md#qr */
export const PROOF_MAX_CHARS = 366

/** How far the clocks of phone and door may differ, and how old a proof may be, in milliseconds. */
export type ProofPolicy = {
  readonly maxAgeMs: number
  readonly maxAheadMs: number
  /** Slack at both ends of a strip. */
  readonly stripSkewMs: number
  /** Accept a strip that ended less than this ago (issuer down); the answer says so. 0 = never. */
  readonly staleStripMs: number
}
/** @see docs/sources/pass.md#proof */
export const PROOF_POLICY: ProofPolicy = { maxAgeMs: 60_000, maxAheadMs: 60_000, stripSkewMs: 60_000, staleStripMs: 0 }
/** For a door device whose clock is known to be right. @see docs/sources/pass.md#proof */
export const SYNCED_PROOF_POLICY: ProofPolicy = { ...PROOF_POLICY, maxAgeMs: 20_000, maxAheadMs: 20_000 }

const KINDS = { bare: 0, time: 1, challenge: 2 } as const
const DOMAIN = utf8('dure/proof/1')
const SIGNATURE_BYTES = 64
const TIME_BYTES = 4

/** The text of a strip without a proof. */
export const bareText = (strip: Uint8Array): string =>
  PROOF_PREFIX + encodeBase45(concat(Uint8Array.of(KINDS.bare), strip))

/**
 * The text to show at a door: one signature by the device key.
 * @param at milliseconds since 1970, by the phone's clock
 * @param challenge the door's 8 bytes, when it has shown them
 */
export const makeProof = async (
  crypto: CryptoBackend,
  strip: Uint8Array,
  deviceKey: PrivateKey,
  at: number,
  challenge?: Uint8Array,
): Promise<Checked<string>> => {
  if (challenge && challenge.length !== CHALLENGE_BYTES) throw new RangeError('a challenge has 8 bytes')
  const head = proofHead(at, challenge)
  const signature = await crypto.sign('ES256', deviceKey, concat(DOMAIN, head, strip))
  return signature.ok ? ok(PROOF_PREFIX + encodeBase45(concat(head, signature.value, strip))) : signature
}

const proofHead = (at: number, challenge: Uint8Array | undefined): Uint8Array => {
  const head = new Uint8Array(1 + TIME_BYTES + (challenge?.length ?? 0))
  head[0] = challenge ? KINDS.challenge : KINDS.time
  new DataView(head.buffer).setUint32(1, Math.floor(at / 1_000))
  if (challenge) head.set(challenge, 1 + TIME_BYTES)
  return head
}

/** Reads the structure of a `KR1:` text; no signature is checked. Bounded: nothing longer than 366 characters is looked at. */
export const readProof = (text: string): Checked<Proof> => {
  if (!text.startsWith(PROOF_PREFIX)) return refuse('format-unknown')
  if (text.length > PROOF_MAX_CHARS) return refuse('proof-malformed', 'too long')
  const bytes = decodeBase45(text.slice(PROOF_PREFIX.length))
  if (!bytes.ok) return bytes
  const kind = bytes.value[0]
  if (kind === KINDS.bare) return readBare(bytes.value)
  if (kind === KINDS.time) return readSigned(bytes.value, 0)
  return kind === KINDS.challenge ? readSigned(bytes.value, CHALLENGE_BYTES) : refuse('proof-malformed', 'kind')
}

const readBare = (bytes: Uint8Array): Checked<Proof> => {
  const strip = readStrip(bytes.subarray(1))
  return strip.ok ? ok({ kind: 'bare', strip: strip.value }) : strip
}

const readSigned = (bytes: Uint8Array, challengeBytes: number): Checked<Proof> => {
  const headEnd = 1 + TIME_BYTES + challengeBytes
  const stripAt = headEnd + SIGNATURE_BYTES
  if (bytes.length < stripAt) return refuse('proof-malformed', 'length')
  const strip = readStrip(bytes.subarray(stripAt))
  if (!strip.ok) return strip
  const common = {
    strip: strip.value,
    madeAt: new DataView(bytes.buffer, bytes.byteOffset).getUint32(1) * 1_000,
    signature: bytes.subarray(headEnd, stripAt),
  }
  const challenge = bytes.subarray(1 + TIME_BYTES, headEnd)
  return ok(challengeBytes === 0 ? { kind: 'time', ...common } : { kind: 'challenge', challenge, ...common })
}

/** A note does not change the verdict; it tells the door to look twice (amber). */
export type ProofNote = 'strip-stale'

/** How a proof is judged. `challenges`: those the door has shown lately; if given, only an answer to one of them will do. */
export type ProofCheck = {
  readonly at: number
  readonly policy?: ProofPolicy
  readonly challenges?: readonly Uint8Array[]
  /** All keys of the strip's kid; any of them may have signed. */
  readonly issuerKeys: readonly PublicKey[]
}

/**
 * Judges strip and proof. The order is from cheap to dear, so a flood of rubbish costs a door nothing: time of the strip,
 * kind, age or challenge, known issuer, and only then the two signatures, both at once.
 *
 * Refuses `strip-not-yet-valid`, `strip-expired`, `proof-missing`, `challenge-required`, `challenge-mismatch`,
 * `proof-stale`, `proof-early`, `key-unknown`, `signature-invalid`, `proof-invalid`.
 */
export const verifyProof = async (
  crypto: CryptoBackend,
  proof: Proof,
  check: ProofCheck,
): Promise<Checked<readonly ProofNote[]>> => {
  const policy = check.policy ?? PROOF_POLICY
  const notes = checkStripTime(proof.strip, check.at, policy)
  if (!notes.ok) return notes
  if (proof.kind === 'bare') return refuse('proof-missing')
  const fresh = check.challenges ? checkChallenge(proof, check.challenges) : checkAge(proof.madeAt, check.at, policy)
  if (!fresh.ok) return fresh
  if (check.issuerKeys.length === 0) return refuse('key-unknown')
  const [issued, held] = await Promise.all([isIssued(crypto, proof.strip, check.issuerKeys), isHeld(crypto, proof)])
  if (!issued) return refuse('signature-invalid')
  return held ? notes : refuse('proof-invalid')
}

/** The strip's own time and signature, for a strip shown without proof: printed, or kept by a wallet. */
export const verifyStrip = async (
  crypto: CryptoBackend,
  strip: Strip,
  check: Omit<ProofCheck, 'challenges'>,
): Promise<Checked<readonly ProofNote[]>> => {
  const notes = checkStripTime(strip, check.at, check.policy ?? PROOF_POLICY)
  if (!notes.ok) return notes
  if (check.issuerKeys.length === 0) return refuse('key-unknown')
  return (await isIssued(crypto, strip, check.issuerKeys)) ? notes : refuse('signature-invalid')
}

const checkStripTime = (strip: Strip, at: number, policy: ProofPolicy): Checked<readonly ProofNote[]> => {
  const { from, until } = stripInterval(strip.claims)
  if (at < from - policy.stripSkewMs) return refuse('strip-not-yet-valid')
  if (at < until + policy.stripSkewMs) return ok([])
  return at < until + policy.staleStripMs ? ok(['strip-stale']) : refuse('strip-expired')
}

const checkChallenge = (proof: Proof, shown: readonly Uint8Array[]): Checked<null> => {
  if (proof.kind !== 'challenge') return refuse('challenge-required')
  return shown.some((one) => equalBytes(one, proof.challenge)) ? ok(null) : refuse('challenge-mismatch')
}

const checkAge = (madeAt: number, at: number, policy: ProofPolicy): Checked<null> => {
  if (at - madeAt > policy.maxAgeMs) return refuse('proof-stale')
  return madeAt - at > policy.maxAheadMs ? refuse('proof-early') : ok(null)
}

const isIssued = async (crypto: CryptoBackend, strip: Strip, keys: readonly PublicKey[]): Promise<boolean> => {
  for (const key of keys) if (await isStripSignedBy(crypto, strip, key)) return true
  return false
}

const isHeld = async (crypto: CryptoBackend, proof: Exclude<Proof, { kind: 'bare' }>): Promise<boolean> => {
  const head = proofHead(proof.madeAt, proof.kind === 'challenge' ? proof.challenge : undefined)
  const signed = concat(DOMAIN, head, proof.strip.bytes)
  const material = { form: 'raw', curve: 'P-256', point: proof.strip.claims.deviceKey } as const
  if (crypto.verifyOnce) return crypto.verifyOnce('ES256', material, signed, proof.signature)
  const key = await crypto.importKey(material)
  return key.ok && crypto.verify('ES256', key.value, signed, proof.signature)
}
