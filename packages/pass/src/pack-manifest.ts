import { concat, equalBytes, utf8 } from './bytes.ts'
import { type CborMap, type CborValue, decodeCbor } from './cbor.ts'
import { encodeCbor } from './cbor-encode.ts'
import type { CryptoBackend, PrivateKey } from './crypto.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'

/**
 * The signed head of a policy pack: its number, the hash of the one before, when it was made, the hashes of its parts, and
 * the root keys that must sign the next one. A few hundred bytes, so a year of heads can travel with a pack as proof
 * that it follows from the one a door holds.
 */
export type Manifest = {
  readonly number: number
  /** SHA-256 of the previous head; 32 zero bytes in the first. */
  readonly previous: Uint8Array
  /** Milliseconds since 1970, whole seconds. */
  readonly issuedAt: number
  /** Ages in milliseconds from which answers say that the pack is old. */
  readonly softAgeMs: number
  readonly hardAgeMs: number
  readonly roots: RootSet
  /** SHA-256 of each section by its name. */
  readonly sections: ReadonlyMap<string, Uint8Array>
}

/** `threshold` of these keys must sign. Points are compressed P-256. */
export type RootSet = { readonly threshold: number; readonly keys: readonly RootKey[] }
export type RootKey = { readonly kid: string; readonly point: Uint8Array }
export type RootSigner = { readonly kid: string; readonly key: PrivateKey }

export type SignedManifest = {
  readonly manifest: Manifest
  readonly bytes: Uint8Array
  readonly signatures: ReadonlyMap<string, Uint8Array>
}

export const HASH_BYTES = 32
const DOMAIN = utf8('dure/pack/1')
const MAX_ROOTS = 16
const MAX_SECTIONS = 64
const MAX_MANIFEST_BYTES = 16_384
const POINT_BYTES = 33

/** Signs with every given root; the caller gives as many as the threshold asks. */
export const signManifest = async (
  crypto: CryptoBackend,
  manifest: Manifest,
  signers: readonly RootSigner[],
): Promise<Checked<SignedManifest>> => {
  const bytes = encodeManifest(manifest)
  const signatures = new Map<string, Uint8Array>()
  for (const { kid, key } of signers) {
    const signature = await crypto.sign('ES256', key, concat(DOMAIN, bytes))
    if (!signature.ok) return signature
    signatures.set(kid, signature.value)
  }
  return ok({ manifest, bytes, signatures })
}

const encodeManifest = (manifest: Manifest): Uint8Array =>
  encodeCbor(
    {
      v: 1,
      n: manifest.number,
      p: manifest.previous,
      t: manifest.issuedAt / 1_000,
      a: [manifest.softAgeMs / 1_000, manifest.hardAgeMs / 1_000],
      r: [manifest.roots.threshold, manifest.roots.keys.map(({ kid, point }) => [kid, point])],
      s: manifest.sections,
    },
    { sortKeys: true },
  )

/** The CBOR form in which a signed head is kept: `[head, {kid: signature}]`. */
export const signedManifestItem = ({ bytes, signatures }: SignedManifest) => [bytes, signatures] as const

/** Structure only; signatures are not checked. Refuses `pack-malformed`. */
export const readSignedManifest = (item: CborValue): Checked<SignedManifest> => {
  const [bytes, signatures] = Array.isArray(item) ? (item as readonly CborValue[]) : []
  if (!(bytes instanceof Uint8Array) || !isBytesByText(signatures, MAX_ROOTS)) return refuse('pack-malformed', 'head')
  const items = decodeCbor(bytes, { canonical: true, maxDepth: 6, maxItems: 512, maxBytes: MAX_MANIFEST_BYTES })
  if (!items.ok) return refuse('pack-malformed', items.error.code)
  const manifest = readManifest(items.value)
  return manifest === undefined ? refuse('pack-malformed', 'head') : ok({ manifest, bytes, signatures })
}

const isBytesByText = (value: CborValue, most: number): value is ReadonlyMap<string, Uint8Array> =>
  value instanceof Map &&
  value.size <= most &&
  [...value].every(([key, bytes]) => typeof key === 'string' && bytes instanceof Uint8Array)

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

const readManifest = (value: CborValue): Manifest | undefined => {
  if (!(value instanceof Map)) return undefined
  const map = value as CborMap
  const [n, p, t, a, s] = ['n', 'p', 't', 'a', 's'].map((key) => map.get(key))
  const roots = readRoots(map.get('r'))
  const [soft, hard] = Array.isArray(a) ? (a as readonly CborValue[]) : []
  if (map.get('v') !== 1 || !isCount(n) || !isCount(t) || !isCount(soft) || !isCount(hard)) return undefined
  if (!(p instanceof Uint8Array) || p.length !== HASH_BYTES || roots === undefined) return undefined
  if (!isBytesByText(s, MAX_SECTIONS) || [...s.values()].some((hash) => hash.length !== HASH_BYTES)) return undefined
  return {
    number: n,
    previous: p,
    issuedAt: t * 1_000,
    softAgeMs: soft * 1_000,
    hardAgeMs: hard * 1_000,
    roots,
    sections: s,
  }
}

const readRoots = (value: CborValue): RootSet | undefined => {
  const [threshold, list] = Array.isArray(value) ? (value as readonly CborValue[]) : []
  if (!isCount(threshold) || !Array.isArray(list) || list.length > MAX_ROOTS) return undefined
  const keys: RootKey[] = []
  for (const item of list as readonly CborValue[]) {
    const [kid, point] = Array.isArray(item) ? (item as readonly CborValue[]) : []
    if (typeof kid !== 'string' || !(point instanceof Uint8Array) || point.length !== POINT_BYTES) return undefined
    keys.push({ kid, point })
  }
  const isDistinct = new Set(keys.map((key) => key.kid)).size === keys.length
  return isDistinct && threshold >= 1 && threshold <= keys.length ? { threshold, keys } : undefined
}

/** True if at least `threshold` different keys of the set have signed. A key listed twice under two names counts once. */
export const isSignedByRoots = async (
  crypto: CryptoBackend,
  signed: SignedManifest,
  roots: RootSet,
): Promise<boolean> => {
  const counted: Uint8Array[] = []
  for (const { kid, point } of roots.keys) {
    const signature = signed.signatures.get(kid)
    if (signature === undefined || counted.some((other) => equalBytes(other, point))) continue
    const key = await crypto.importKey({ form: 'raw', curve: 'P-256', point })
    if (key.ok && (await crypto.verify('ES256', key.value, concat(DOMAIN, signed.bytes), signature)))
      counted.push(point)
    if (counted.length >= roots.threshold) return true
  }
  return false
}

export const equalRoots = (a: RootSet, b: RootSet): boolean =>
  a.threshold === b.threshold &&
  a.keys.length === b.keys.length &&
  a.keys.every(({ kid, point }, i) => kid === b.keys[i]?.kid && equalBytes(point, b.keys[i].point))

/** What names a pack: the hash of its head. */
export const manifestHash = async (crypto: CryptoBackend, signed: SignedManifest): Promise<Uint8Array> =>
  crypto.digest('SHA-256', signed.bytes)
