import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { ROLES, type Role } from '@dure/contract'
import { z } from 'zod'
import { canonicalJson } from '../platform/canonical.ts'
import { err, ok, type Result } from '../platform/result.ts'

/**
 * The staff credential: the nation's key signs the region's, the region's the facility's, the facility's the staff member's, and that
 * names a key which never leaves one device. Whoever holds the nation's public key checks all of it without asking anybody.
 *
 * A link is `base64url(canonical JSON).base64url(Ed25519 signature)`; a credential is its three links, region first, joined by `~`.
 * Keys are 32 raw bytes in base64url, the device's a point on P-256, times whole seconds since 1970.
 */

/** Roles that count at another cell. What is answered for at home (sponsor, lead, admin) stays at home. */
export const CREDENTIAL_ROLES = [
  'requester',
  'hospital_desk',
  'placement_desk',
  'transport',
] as const satisfies readonly Role[]

const key = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
const id = z.string().min(1).max(64)
const sido = z.string().regex(/^[0-9]{2}$/)
const seconds = z.int().min(0).max(99_999_999_999)
const common = { v: z.literal(1), id, region: sido, from: seconds, until: seconds }

const regionLink = z.strictObject({ ...common, kind: z.literal('region'), key })
const facilityLink = z.strictObject({
  ...common,
  kind: z.literal('facility'),
  /** null: the regional desk. */
  facility: id.nullable(),
  name: z.string().max(120),
  key,
})
const staffLink = z.strictObject({
  ...common,
  kind: z.literal('staff'),
  facility: id.nullable(),
  person: id,
  name: z.string().min(1).max(80),
  roles: z.array(z.enum(ROLES)).min(1).max(ROLES.length),
  device: z.strictObject({ x: key, y: key }),
})
const revocationLink = z.strictObject({
  v: z.literal(1),
  kind: z.literal('revocations'),
  /** `00`: the nation's list, of region keys. */
  region: sido,
  /** Rises with every list of the region: an older one never replaces a newer. */
  number: z.int().min(1),
  at: seconds,
  /** Ids of facility keys and credentials; of region keys in the nation's. */
  ids: z.array(id).max(20_000),
})

export type RegionLink = z.infer<typeof regionLink>
export type FacilityLink = z.infer<typeof facilityLink>
export type StaffLink = z.infer<typeof staffLink>
export type Revocations = z.infer<typeof revocationLink>
type Link = RegionLink | FacilityLink | StaffLink | Revocations

const DOMAIN = 'dure-credential-v1\n'
const bytesOf = (encoded: string): Buffer => Buffer.from(DOMAIN + encoded)

export const signLink = (link: Link, by: KeyObject): string => {
  const encoded = Buffer.from(canonicalJson(link)).toString('base64url')
  return `${encoded}.${sign(null, bytesOf(encoded), by).toString('base64url')}`
}

/** An Ed25519 public key from its 32 bytes. */
export const publicKeyOf = (raw: string): KeyObject =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw }, format: 'jwk' })

export const rawPublicKey = (privateKey: KeyObject): string =>
  String(createPublicKey(privateKey).export({ format: 'jwk' }).x)

export const privateKeyOf = (pkcs8: Buffer): KeyObject => createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })

/** The content, unproved, and the check that proves it. */
const readLink = <T>(
  text: string,
  shape: z.ZodType<T>,
): { content: T; signedBy: (raw: string) => boolean } | undefined => {
  const [encoded, signature, more] = text.split('.')
  if (encoded === undefined || signature === undefined || more !== undefined) return undefined
  const content = parsed(encoded, shape)
  if (content === undefined) return undefined
  const signatureBytes = Buffer.from(signature, 'base64url')
  return {
    content,
    signedBy: (raw) => signatureBytes.length === 64 && verify(null, bytesOf(encoded), publicKeyOf(raw), signatureBytes),
  }
}

const parsed = <T>(encoded: string, shape: z.ZodType<T>): T | undefined => {
  try {
    const result = shape.safeParse(JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8')))
    return result.success ? result.data : undefined
  } catch {
    return undefined
  }
}

export type ChainFault =
  | 'malformed'
  | 'unknown-nation'
  | 'bad-signature'
  | 'not-yet-valid'
  | 'expired'
  | 'outlives-its-issuer'
  | 'other-region'
  | 'other-facility'
  | 'role-not-for-elsewhere'
  | 'revoked'

export interface Trust {
  /** National public keys this cell believes. */
  readonly nation: readonly string[]
  /** The newest list of each region this cell has, `00` the nation's. */
  readonly revocations: ReadonlyMap<string, Revocations>
  /** How far clocks may differ. */
  readonly skewS: number
}

export interface Verified {
  readonly region: RegionLink
  readonly facility: FacilityLink
  readonly staff: StaffLink
  /** When the issuing region last said what is revoked, as far as this cell knows; null: it never heard. */
  readonly revocationsAt: number | null
}

/** Clocks of two hospitals' computers. */
export const SKEW_S = 120

/** Checks a credential against what this cell has in its hands. No network, no clock of its own. */
export const verifyCredential = (text: string, trust: Trust, nowS: number): Result<Verified, ChainFault> => {
  const parts = text.split('~')
  if (parts.length !== 3) return err('malformed')
  const [region, facility, staff] = [
    readLink(parts[0] ?? '', regionLink),
    readLink(parts[1] ?? '', facilityLink),
    readLink(parts[2] ?? '', staffLink),
  ]
  if (region === undefined || facility === undefined || staff === undefined) return err('malformed')
  if (!trust.nation.some((raw) => region.signedBy(raw))) return err('unknown-nation')
  if (!facility.signedBy(region.content.key) || !staff.signedBy(facility.content.key)) return err('bad-signature')
  const links = { region: region.content, facility: facility.content, staff: staff.content }
  const fault = times(links, nowS, trust.skewS) ?? places(links) ?? revoked(links, trust)
  if (fault !== undefined) return err(fault)
  return ok({ ...links, revocationsAt: trust.revocations.get(links.region.region)?.at ?? null })
}

type Links = Pick<Verified, 'region' | 'facility' | 'staff'>

const times = ({ region, facility, staff }: Links, nowS: number, skewS: number): ChainFault | undefined => {
  for (const link of [region, facility, staff]) {
    if (link.from > nowS + skewS) return 'not-yet-valid'
    if (link.until <= nowS - skewS) return 'expired'
  }
  return facility.until > region.until || staff.until > facility.until ? 'outlives-its-issuer' : undefined
}

const places = ({ region, facility, staff }: Links): ChainFault | undefined => {
  if (facility.region !== region.region || staff.region !== region.region) return 'other-region'
  if (staff.facility !== facility.facility) return 'other-facility'
  const elsewhere: readonly Role[] = CREDENTIAL_ROLES
  if (staff.roles.some((role) => !elsewhere.includes(role))) return 'role-not-for-elsewhere'
  // A hospital's key cannot make people of the regional desk, nor the desk's key people of a hospital.
  const regional: readonly Role[] = ['placement_desk']
  const hospital: readonly Role[] = ['hospital_desk']
  const wrong = staff.facility === null ? hospital : regional
  return staff.roles.some((role) => wrong.includes(role)) ? 'role-not-for-elsewhere' : undefined
}

const revoked = ({ region, facility, staff }: Links, { revocations }: Trust): ChainFault | undefined => {
  const national = revocations.get('00')?.ids ?? []
  const regional = revocations.get(region.region)?.ids ?? []
  return national.includes(region.id) || regional.includes(facility.id) || regional.includes(staff.id)
    ? 'revoked'
    : undefined
}

// ---------------------------------------------------------------- the key that never leaves the device

/** What a device signs: bound to the cell that asked, so that an answer for one cell is worth nothing at another. */
export const proofText = (cell: string, challenge: string): Buffer =>
  Buffer.from(`dure-sign-in-v1\n${cell}\n${challenge}`)

/** ECDSA P-256 over SHA-256, r and s as 64 bytes: what WebCrypto gives. */
export const provesPossession = (
  device: { readonly x: string; readonly y: string },
  cell: string,
  challenge: string,
  signature: string,
): boolean => {
  try {
    const publicKey = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: device.x, y: device.y }, format: 'jwk' })
    const given = Buffer.from(signature, 'base64url')
    return (
      given.length === 64 &&
      verify('sha256', proofText(cell, challenge), { key: publicKey, dsaEncoding: 'ieee-p1363' }, given)
    )
  } catch {
    // Not a point of the curve.
    return false
  }
}

/** Is it a point of the curve at all? */
export const isDeviceKey = (device: { readonly x: string; readonly y: string }): boolean => {
  try {
    createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: device.x, y: device.y }, format: 'jwk' })
    return true
  } catch {
    return false
  }
}

// ---------------------------------------------------------------- revocation lists

export type ListFault =
  | 'malformed'
  | 'unknown-nation'
  | 'bad-signature'
  | 'other-region'
  | 'revoked'
  | 'from-the-future'

/** `region link~list`, or for the nation's own list the list alone, signed by the national key. */
export const verifyRevocations = (text: string, trust: Trust, nowS: number): Result<Revocations, ListFault> => {
  const parts = text.split('~')
  const list = readLink(parts.at(-1) ?? '', revocationLink)
  if (list === undefined || parts.length > 2) return err('malformed')
  if (list.content.at > nowS + trust.skewS) return err('from-the-future')
  if (parts.length === 1) {
    if (list.content.region !== '00') return err('other-region')
    return trust.nation.some((raw) => list.signedBy(raw)) ? ok(list.content) : err('unknown-nation')
  }
  const region = readLink(parts[0] ?? '', regionLink)
  if (region === undefined) return err('malformed')
  if (!trust.nation.some((raw) => region.signedBy(raw))) return err('unknown-nation')
  if (region.content.region !== list.content.region) return err('other-region')
  if ((trust.revocations.get('00')?.ids ?? []).includes(region.content.id)) return err('revoked')
  return list.signedBy(region.content.key) ? ok(list.content) : err('bad-signature')
}

/** A region key as the national key has signed it; undefined when it is none of `nation`'s. */
export const readRegionLink = (text: string, nation: readonly string[]): RegionLink | undefined => {
  const link = readLink(text, regionLink)
  return link !== undefined && nation.some((raw) => link.signedBy(raw)) ? link.content : undefined
}
