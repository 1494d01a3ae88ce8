import { concat, utf8 } from './bytes.ts'
import { type CborValue, decodeCbor } from './cbor.ts'
import { encodeCbor } from './cbor-encode.ts'
import type { CryptoBackend, Jwk, PrivateKey, PublicKey } from './crypto.ts'
import { readKeyNumbers, toPoint } from './keys.ts'
import { MASKED_NAME_MAX_BYTES } from './masked-name.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'

/**
 * Day strips (`KR1`): what a holder shows at a door for one day. Signed by the issuer, bound to the key of the holder's
 * device, without any health data: classes of entitlement say what the strip is good for, never why.
 *
 * A strip is `kid (4 bytes) ‖ issuer's signature (64) ‖ claims`; claims are the canonical CBOR array
 * `[version, first hour, hours, classes, pid, masked name, birth, device key]`. The signature (ES256) covers
 * `"dure/strip/1" ‖ kid ‖ claims`. All instants of the API are milliseconds since 1970; the strip counts whole hours.
 *
 * @see docs/sources/pass.md#strip
 */
export type StripClaims = {
  /** Hours since 1970 at which the strip begins. */
  readonly fromHour: number
  /** How many hours it lasts, 1 to 48. */
  readonly hours: number
  /** Sum of `STRIP_CLASSES` bits. */
  readonly classes: number
  /** 6 bytes, the same for all strips of one person and day, different every day: for the door's replay memory only. */
  readonly pid: Uint8Array
  /** From `maskName`. */
  readonly name: string
  /** Month and day of birth for the comparison with an identity card; the year is not told. */
  readonly birth?: BirthDay
  /** P-256 point, compressed, 33 bytes: the only key that can make proofs over this strip. */
  readonly deviceKey: Uint8Array
}

export type BirthDay = { readonly month: number; readonly day: number }

export type Strip = {
  /** First 4 bytes of the issuer's key id. */
  readonly kid: Uint8Array
  readonly signature: Uint8Array
  readonly claims: StripClaims
  /** The claims as signed. */
  readonly claimBytes: Uint8Array
  /** The whole strip: what a proof covers. */
  readonly bytes: Uint8Array
}

export type StripIssuer = { readonly kid: Uint8Array; readonly key: PrivateKey }

/**
 * What a strip is good for. Rules name the classes they accept, so a rule can change without a new strip.
 * `ordinary`: where vaccination, recovery, exemption or a negative test is asked. `strict`: where a test is not enough.
 * `minor`: the holder is below the age from which passes are asked; `exempt`: admitted by an exemption from the pass.
 */
export const STRIP_CLASSES = { ordinary: 1, strict: 2, minor: 4, exempt: 8 } as const
export type StripClass = keyof typeof STRIP_CLASSES

export const classBits = (classes: Iterable<StripClass>): number => {
  let bits = 0
  for (const name of classes) bits |= STRIP_CLASSES[name]
  return bits
}
export const hasClass = (claims: StripClaims, name: StripClass): boolean => (claims.classes & STRIP_CLASSES[name]) !== 0

export const STRIP_VERSION = 1
export const STRIP_KID_BYTES = 4
export const PID_BYTES = 6
export const SIGNATURE_BYTES = 64
export const DEVICE_KEY_BYTES = 33
export const MAX_STRIP_HOURS = 48
export const HOUR_MS = 3_600_000
const MAX_CLASSES = 0xff
const HEAD_BYTES = STRIP_KID_BYTES + SIGNATURE_BYTES
const MAX_CLAIM_BYTES = 128
const DOMAIN = utf8('dure/strip/1')

/** Issues one strip: one signature. Throws when the claims break their bounds (the issuer's bug, never a holder's). */
export const issueStrip = async (
  crypto: CryptoBackend,
  claims: StripClaims,
  issuer: StripIssuer,
): Promise<Checked<Uint8Array>> => {
  const claimBytes = encodeClaims(claims)
  const kid = issuer.kid.subarray(0, STRIP_KID_BYTES)
  const signature = await crypto.sign('ES256', issuer.key, concat(DOMAIN, kid, claimBytes))
  return signature.ok ? ok(concat(kid, signature.value, claimBytes)) : signature
}

const encodeClaims = (claims: StripClaims): Uint8Array => {
  const fault = claimsFault(claims)
  if (fault !== undefined) throw new RangeError(`strip claims: ${fault}`)
  const { fromHour, hours, classes, pid, name, birth, deviceKey } = claims
  return encodeCbor([
    STRIP_VERSION,
    fromHour,
    hours,
    classes,
    pid,
    name,
    birth ? birth.month * 100 + birth.day : 0,
    deviceKey,
  ])
}

const isWithin = (value: unknown, least: number, most: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most

const claimsFault = (claims: StripClaims): string | undefined => {
  if (!isWithin(claims.fromHour, 0, 0xffff_ffff)) return 'fromHour'
  if (!isWithin(claims.hours, 1, MAX_STRIP_HOURS)) return 'hours'
  if (!isWithin(claims.classes, 1, MAX_CLASSES)) return 'classes'
  if (claims.pid.length !== PID_BYTES) return 'pid'
  if (utf8(claims.name).length > MASKED_NAME_MAX_BYTES) return 'name'
  if (claims.birth && !isDate(claims.birth)) return 'birth'
  return isCompressedPoint(claims.deviceKey) ? undefined : 'deviceKey'
}

const DAYS_OF_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const isDate = ({ month, day }: BirthDay): boolean =>
  isWithin(month, 1, 12) && isWithin(day, 1, DAYS_OF_MONTH[month - 1] ?? 0)

const isCompressedPoint = (point: Uint8Array): boolean =>
  point.length === DEVICE_KEY_BYTES && (point[0] === 2 || point[0] === 3)

/** The device key of a strip from a public JWK; undefined unless it is a P-256 key. */
export const deviceKeyOf = (jwk: Jwk): Uint8Array | undefined => {
  const key = readKeyNumbers({ form: 'jwk', jwk })
  if (!key.ok || key.value.kty !== 'EC' || key.value.curve !== 'P-256') return undefined
  const odd = ((key.value.y.at(-1) ?? 0) & 1) === 1
  return toPoint({ kty: 'EC-compressed', curve: 'P-256', x: key.value.x, odd })
}

/** Reads a strip's structure; its signature is not checked. Refuses `strip-malformed` and `strip-version`. */
export const readStrip = (bytes: Uint8Array): Checked<Strip> => {
  if (bytes.length <= HEAD_BYTES || bytes.length > HEAD_BYTES + MAX_CLAIM_BYTES)
    return refuse('strip-malformed', 'length')
  const claimBytes = bytes.subarray(HEAD_BYTES)
  const items = decodeCbor(claimBytes, { canonical: true, maxDepth: 2, maxItems: 16 })
  if (!items.ok) return refuse('strip-malformed', items.error.detail)
  const claims = readClaims(items.value)
  if (!claims.ok) return claims
  const kid = bytes.subarray(0, STRIP_KID_BYTES)
  return ok({ kid, signature: bytes.subarray(STRIP_KID_BYTES, HEAD_BYTES), claims: claims.value, claimBytes, bytes })
}

const readClaims = (items: CborValue): Checked<StripClaims> => {
  if (!Array.isArray(items)) return refuse('strip-malformed', 'claims')
  const [version, fromHour, hours, classes, pid, name, birth, deviceKey] = items as readonly CborValue[]
  if (version !== STRIP_VERSION)
    return refuse(isWithin(version, 0, 0xffff) ? 'strip-version' : 'strip-malformed', 'version')
  const typed =
    items.length === 8 && pid instanceof Uint8Array && typeof name === 'string' && deviceKey instanceof Uint8Array
  if (!typed || !isWithin(birth, 0, 1231)) return refuse('strip-malformed', 'claims')
  const claims = {
    fromHour: fromHour as number,
    hours: hours as number,
    classes: classes as number,
    pid,
    name,
    ...(birth !== 0 && { birth: { month: Math.floor(birth / 100), day: birth % 100 } }),
    deviceKey,
  }
  const fault = claimsFault(claims)
  return fault === undefined ? ok(claims) : refuse('strip-malformed', fault)
}

/** True if the issuer's key signed this strip. */
export const isStripSignedBy = (crypto: CryptoBackend, strip: Strip, key: PublicKey): boolean | Promise<boolean> =>
  crypto.verify('ES256', key, concat(DOMAIN, strip.kid, strip.claimBytes), strip.signature)

/** Milliseconds since 1970: the first instant of the strip and the first one after it. */
export const stripInterval = (claims: StripClaims): { readonly from: number; readonly until: number } => ({
  from: claims.fromHour * HOUR_MS,
  until: (claims.fromHour + claims.hours) * HOUR_MS,
})

/** The date of birth as shown to the door, `MM-DD`. */
export const birthText = (birth: BirthDay | undefined): string | undefined =>
  birth && `${String(birth.month).padStart(2, '0')}-${String(birth.day).padStart(2, '0')}`
