import { equalBytes } from './bytes.ts'
import { type CborValue, decodeCbor } from './cbor.ts'
import { encodeCbor } from './cbor-encode.ts'
import type { CryptoBackend } from './crypto.ts'
import {
  equalRoots,
  HASH_BYTES,
  isSignedByRoots,
  type Manifest,
  manifestHash,
  type RootSet,
  type RootSigner,
  readSignedManifest,
  type SignedManifest,
  signedManifestItem,
  signManifest,
} from './pack-manifest.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'

/**
 * Policy packs: everything a door needs to judge without a network, in one signed file from any static host, or handed
 * from one verifier to the next. A pack names the one before it by hash, and carries the heads of earlier packs as links,
 * so that a door that was away for weeks still sees an unbroken chain from what it holds to what it is given, across
 * changes of the root keys.
 *
 * File: CBOR `["dure-pack", head, [link, …], {section: bytes}]`. Sections are checked against the hashes in the head.
 */
export type Pack = {
  readonly manifest: Manifest
  /** SHA-256 of the head: what the next pack names as its previous one. */
  readonly hash: Uint8Array
  readonly sections: ReadonlyMap<string, Uint8Array>
  /** The file as read: hand it on as it is. */
  readonly bytes: Uint8Array
}

/** What is trusted before: root keys built into the app, or the pack held. */
export type PackAnchor = { readonly roots: RootSet; readonly number?: number; readonly hash?: Uint8Array }

export const anchorOf = ({ manifest, hash }: Pack): PackAnchor => ({
  roots: manifest.roots,
  number: manifest.number,
  hash,
})

/** @see docs/sources/pass.md#pack */
export const PACK_SOFT_AGE_MS = 3 * 86_400_000
/** @see docs/sources/pass.md#pack */
export const PACK_HARD_AGE_MS = 14 * 86_400_000
const CLOCK_TOLERANCE_MS = 3_600_000
const MAGIC = 'dure-pack'
const MAX_PACK_BYTES = 64 * 1024 * 1024
const MAX_LINKS = 400
const NO_HASH = new Uint8Array(HASH_BYTES)

export type PackDraft = {
  readonly issuedAt: number
  readonly roots: RootSet
  readonly sections: ReadonlyMap<string, Uint8Array>
  readonly softAgeMs?: number
  readonly hardAgeMs?: number
}

/**
 * Makes the pack that follows `previous` (or the first one). Links of the previous file are carried on, newest last.
 * Signers: enough of the previous pack's roots and, where the roots change, enough of the new ones too.
 */
export const buildPack = async (
  crypto: CryptoBackend,
  draft: PackDraft,
  previous: Pack | undefined,
  signers: readonly RootSigner[],
  keepLinks = MAX_LINKS,
): Promise<Checked<Pack>> => {
  const hashes = new Map<string, Uint8Array>()
  for (const [name, bytes] of draft.sections) hashes.set(name, await crypto.digest('SHA-256', bytes))
  const manifest: Manifest = {
    number: (previous?.manifest.number ?? 0) + 1,
    previous: previous?.hash ?? NO_HASH,
    issuedAt: Math.floor(draft.issuedAt / 1_000) * 1_000,
    softAgeMs: draft.softAgeMs ?? PACK_SOFT_AGE_MS,
    hardAgeMs: draft.hardAgeMs ?? PACK_HARD_AGE_MS,
    roots: draft.roots,
    sections: hashes,
  }
  const signed = await signManifest(crypto, manifest, signers)
  if (!signed.ok) return signed
  const links = previous ? linksOf(previous).slice(-keepLinks) : []
  const bytes = encodeCbor([MAGIC, signedManifestItem(signed.value), links, draft.sections])
  return ok({ manifest, hash: await manifestHash(crypto, signed.value), sections: draft.sections, bytes })
}

const linksOf = (pack: Pack): CborValue[] => {
  const file = decodeFile(pack.bytes)
  if (!file.ok) throw new Error('a pack that was opened reads again')
  return [...file.value.linkItems, file.value.headItem]
}

type PackFile = {
  readonly headItem: CborValue
  readonly linkItems: readonly CborValue[]
  readonly sections: ReadonlyMap<string, Uint8Array>
}

const decodeFile = (bytes: Uint8Array): Checked<PackFile> => {
  const items = decodeCbor(bytes, { maxBytes: MAX_PACK_BYTES, maxDepth: 6, maxItems: 32_768 })
  if (!items.ok) return refuse('pack-malformed', items.error.code)
  const [magic, headItem, linkItems, sections] = Array.isArray(items.value) ? (items.value as readonly CborValue[]) : []
  const isWhole =
    magic === MAGIC && Array.isArray(linkItems) && linkItems.length <= MAX_LINKS && sections instanceof Map
  if (!isWhole || ![...sections.values()].every((section) => section instanceof Uint8Array))
    return refuse('pack-malformed')
  return ok({ headItem, linkItems, sections: sections as ReadonlyMap<string, Uint8Array> })
}

/**
 * Reads and checks a pack against what is trusted before. Refuses `pack-malformed`, `pack-section` (a part missing or
 * changed), `pack-signature`, `pack-older` (rolled back), `pack-forked` (same number, other content: report it),
 * `pack-chain` (does not follow), `pack-gap` (heads in between are missing).
 */
export const openPack = async (
  crypto: CryptoBackend,
  bytes: Uint8Array,
  anchor: PackAnchor,
): Promise<Checked<Pack>> => {
  const file = decodeFile(bytes)
  if (!file.ok) return file
  const head = readSignedManifest(file.value.headItem)
  if (!head.ok) return head
  const links: SignedManifest[] = []
  for (const item of file.value.linkItems) {
    const link = readSignedManifest(item)
    if (!link.ok) return link
    links.push(link.value)
  }
  const hash = await manifestHash(crypto, head.value)
  const followed = await follows(crypto, anchor, [...links, head.value], hash)
  if (!followed.ok) return followed
  const { manifest } = head.value
  const whole = await areSectionsWhole(crypto, manifest, file.value.sections)
  return whole ? ok({ manifest, hash, sections: file.value.sections, bytes }) : refuse('pack-section')
}

/** The newer of the held pack and the one offered, by another verifier or by a host; see `openPack` for refusals. */
export const updatePack = async (crypto: CryptoBackend, held: Pack, offered: Uint8Array): Promise<Checked<Pack>> => {
  const opened = await openPack(crypto, offered, anchorOf(held))
  return opened.ok && equalBytes(opened.value.hash, held.hash) ? ok(held) : opened
}

const areSectionsWhole = async (
  crypto: CryptoBackend,
  manifest: Manifest,
  sections: ReadonlyMap<string, Uint8Array>,
): Promise<boolean> => {
  if (sections.size !== manifest.sections.size) return false
  for (const [name, expected] of manifest.sections) {
    const section = sections.get(name)
    if (section === undefined || !equalBytes(await crypto.digest('SHA-256', section), expected)) return false
  }
  return true
}

/** An unbroken chain of heads leads from the anchor to the last of `chain`. */
const follows = async (
  crypto: CryptoBackend,
  anchor: PackAnchor,
  chain: readonly SignedManifest[],
  lastHash: Uint8Array,
): Promise<Checked<null>> => {
  const last = chain.at(-1)?.manifest
  if (last === undefined) return refuse('pack-malformed')
  if (anchor.number === undefined || anchor.hash === undefined) return followsRoots(crypto, anchor.roots, chain)
  if (last.number < anchor.number) return refuse('pack-older', `have ${anchor.number}, offered ${last.number}`)
  if (last.number === anchor.number) return equalBytes(lastHash, anchor.hash) ? ok(null) : refuse('pack-forked')
  const newer = chain.filter(({ manifest }) => manifest.number > (anchor.number ?? 0))
  return walk(crypto, anchor.roots, anchor.number, anchor.hash, newer)
}

/** A first pack: its chain begins at the earliest head that the app's own root keys have signed. */
const followsRoots = async (
  crypto: CryptoBackend,
  roots: RootSet,
  chain: readonly SignedManifest[],
): Promise<Checked<null>> => {
  for (const [i, signed] of chain.entries()) {
    if (!(await isSignedByRoots(crypto, signed, roots))) continue
    const { number, previous } = signed.manifest
    return walk(crypto, roots, number - 1, previous, chain.slice(i))
  }
  return refuse('pack-signature')
}

const walk = async (
  crypto: CryptoBackend,
  roots: RootSet,
  number: number,
  hash: Uint8Array,
  chain: readonly SignedManifest[],
): Promise<Checked<null>> => {
  let held = { roots, number, hash }
  for (const signed of chain) {
    const { manifest } = signed
    if (manifest.number !== held.number + 1) return refuse('pack-gap', `after ${held.number} comes ${manifest.number}`)
    if (!equalBytes(manifest.previous, held.hash)) return refuse('pack-chain', `at ${manifest.number}`)
    if (!(await isSignedByRoots(crypto, signed, held.roots))) return refuse('pack-signature', `at ${manifest.number}`)
    // New roots must sign too: a set whose keys nobody holds would end the chain for ever.
    const isProven = equalRoots(manifest.roots, held.roots) || (await isSignedByRoots(crypto, signed, manifest.roots))
    if (!isProven) return refuse('pack-signature', `new roots at ${manifest.number}`)
    held = { roots: manifest.roots, number: manifest.number, hash: await manifestHash(crypto, signed) }
  }
  return ok(null)
}

/** How old the pack is that an answer rests on. Only a colour: an old pack never turns a guest away. */
export type Freshness = {
  /** `ageing`: update when convenient; `old`: amber; `clock-behind`: this device's clock is before the pack was made. */
  readonly state: 'fresh' | 'ageing' | 'old' | 'clock-behind'
  readonly ageMs: number
  readonly packNumber: number
}

export const freshnessOf = ({ manifest }: Pick<Pack, 'manifest'>, at: number): Freshness => {
  const ageMs = at - manifest.issuedAt
  const grown = ageMs >= manifest.hardAgeMs ? 'old' : ageMs >= manifest.softAgeMs ? 'ageing' : 'fresh'
  return { state: ageMs < -CLOCK_TOLERANCE_MS ? 'clock-behind' : grown, ageMs, packNumber: manifest.number }
}
