import { fromUtf8, toBase64Url, toHex, utf8 } from './bytes.ts'
import { type CborValue, decodeCbor } from './cbor.ts'
import { encodeCbor } from './cbor-encode.ts'
import { ALGS, type CryptoBackend } from './crypto.ts'
import { CLAIM } from './cwt.ts'
import type { Hc1 } from './hc1.ts'
import { isJsonObject, parseJson } from './json.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'
import {
  applyStatusDelta,
  decodeStatusBits,
  decodeStatusDelta,
  isStatusRevoked,
  type StatusBits,
} from './revocation-bits.ts'
import { applyRidDelta, isRidRevoked, type RidList, readRidDelta, readRidList } from './revocation-rids.ts'
import {
  applySuffixDelta,
  decodeSuffixDelta,
  decodeSuffixList,
  isSuffixRevoked,
  type SuffixList,
} from './revocation-suffixes.ts'

/**
 * All revocation lists a door holds, and how a policy pack brings them up to date. A list goes by kind and id:
 * `status` by the name written in our certificates, `suffix` by the foreign key's kid (base64url), `rid` by the SMART
 * Health Card key's kid, `strip` (one list, id empty) by the `pid`s of strips withdrawn within their 28 days.
 */
export type ListKind = 'status' | 'suffix' | 'rid' | 'strip'

export type Revocations = {
  readonly status: ReadonlyMap<string, StatusBits>
  readonly suffix: ReadonlyMap<string, SuffixList>
  readonly rid: ReadonlyMap<string, RidList>
  readonly strip: ReadonlyMap<string, SuffixList>
  /** `kind:id` of the lists a pack has announced and which are not held, or not at their newest. */
  readonly behind: ReadonlySet<string>
}

export const NO_REVOCATIONS: Revocations = {
  status: new Map(),
  suffix: new Map(),
  rid: new Map(),
  strip: new Map(),
  behind: new Set(),
}

/** `unchecked`: a list that could name it is not at hand, or is older than its issuer's newest. */
export type RevocationState = 'clear' | 'revoked' | 'unchecked'

/** Hashes by which EU lists name a certificate: of the id, of country and id, of the signature; 16 bytes each. */
const FOREIGN_HASH_BYTES = 16

const stateOf = (held: Revocations, kind: ListKind, id: string, isRevoked: boolean): RevocationState => {
  if (isRevoked) return 'revoked'
  return held.behind.has(`${kind}:${id}`) ? 'unchecked' : 'clear'
}

/** Is this certificate revoked, by its status index or by the list of its signer's key? */
export const hc1Revocation = async (crypto: CryptoBackend, held: Revocations, hc1: Hc1): Promise<RevocationState> => {
  const own = statusRevocation(held, hc1)
  const kid = hc1.message.kid ? toBase64Url(hc1.message.kid) : ''
  const list = held.suffix.get(kid)
  const hashes = list ? await foreignHashes(crypto, hc1) : []
  const foreign = stateOf(held, 'suffix', kid, list !== undefined && hashes.some((hash) => isSuffixRevoked(list, hash)))
  if (own === 'revoked' || foreign === 'revoked') return 'revoked'
  return own === 'clear' ? foreign : own
}

/** A certificate that names a status list which is not held cannot be said to be clear. */
const statusRevocation = (held: Revocations, { cwt }: Hc1): RevocationState => {
  const status = cwt.claims.get(CLAIM.status)
  if (status === undefined) return 'clear'
  const entry = status instanceof Map ? (status as ReadonlyMap<string, CborValue>).get('status_list') : undefined
  const [uri, index] = entry instanceof Map ? [entry.get('uri'), entry.get('idx')] : []
  const list = typeof uri === 'string' ? held.status.get(uri) : undefined
  if (typeof uri !== 'string' || typeof index !== 'number' || list === undefined) return 'unchecked'
  return stateOf(held, 'status', uri, isStatusRevoked(list, index))
}

/** For ECDSA only the first half of the signature is hashed: its second half can be negated by anybody. */
export const foreignHashes = async (crypto: CryptoBackend, hc1: Hc1): Promise<readonly Uint8Array[]> => {
  const { signature, alg } = hc1.message
  const fixed = ALGS[alg].scheme === 'ECDSA' ? signature.subarray(0, signature.length / 2) : signature
  const ids = ['v', 't', 'r', 'x'].flatMap((kind) => entriesOf(hc1.certificate[kind]))
  const texts = ids.flatMap(({ ci, co }) =>
    typeof ci === 'string' ? [ci, `${typeof co === 'string' ? co : ''}${ci}`] : [],
  )
  const hashed = [fixed, ...texts.map(utf8)].map((bytes) => crypto.digest('SHA-256', bytes))
  return (await Promise.all(hashed)).map((hash) => hash.subarray(0, FOREIGN_HASH_BYTES))
}

const entriesOf = (group: unknown) => (Array.isArray(group) ? group.filter(isJsonObject) : [])

export const shcRevocation = (
  held: Revocations,
  kid: string | undefined,
  rid: string | undefined,
  notBefore: number,
): RevocationState => {
  const list = held.rid.get(kid ?? '')
  const isRevoked = list !== undefined && rid !== undefined && isRidRevoked(list, rid, notBefore / 1_000)
  return stateOf(held, 'rid', kid ?? '', isRevoked)
}

export const stripRevocation = (held: Revocations, pid: Uint8Array): RevocationState => {
  const list = held.strip.get('')
  return stateOf(held, 'strip', '', list !== undefined && isSuffixRevoked(list, pid))
}

/** What a pack says of one list: its newest number, how to get there, and the hash of the whole list for newcomers. */
export type ListNews = {
  readonly kind: ListKind
  readonly id: string
  readonly number: number
  readonly deltas: readonly Uint8Array[]
  /** The whole list at `number`, for lists small enough to travel in the pack. */
  readonly whole?: Uint8Array
  /** SHA-256 of the whole list at `number`, which a host serves beside the pack. */
  readonly wholeHash?: Uint8Array
}

const MAX_LISTS = 5_000
const MAX_NEWS_BYTES = 48 * 1024 * 1024
const KINDS: readonly unknown[] = ['status', 'suffix', 'rid', 'strip'] satisfies ListKind[]

export const encodeNews = (news: readonly ListNews[]): Uint8Array =>
  encodeCbor(
    news.map(({ kind, id, number, deltas, whole, wholeHash }) => [
      kind,
      id,
      number,
      deltas,
      whole ?? null,
      wholeHash ?? null,
    ]),
  )

export const decodeNews = (bytes: Uint8Array): Checked<readonly ListNews[]> => {
  const items = decodeCbor(bytes, { maxBytes: MAX_NEWS_BYTES, maxDepth: 4, maxItems: 200_000 })
  if (!items.ok || !Array.isArray(items.value) || items.value.length > MAX_LISTS)
    return refuse('revocation-malformed', 'news')
  const news = (items.value as readonly CborValue[]).map(readNews)
  return news.every((one) => one !== undefined) ? ok(news) : refuse('revocation-malformed', 'news entry')
}

const readNews = (item: CborValue): ListNews | undefined => {
  const [kind, id, number, deltas, whole, wholeHash] = Array.isArray(item) ? (item as readonly CborValue[]) : []
  const isBytesOrNull = (value: CborValue) => value === null || value instanceof Uint8Array
  if (!KINDS.includes(kind) || typeof id !== 'string' || typeof number !== 'number' || !Array.isArray(deltas))
    return undefined
  if (!deltas.every((delta) => delta instanceof Uint8Array) || !isBytesOrNull(whole) || !isBytesOrNull(wholeHash))
    return undefined
  return {
    kind: kind as ListKind,
    id,
    number,
    deltas,
    ...(whole instanceof Uint8Array && { whole }),
    ...(wholeHash instanceof Uint8Array && { wholeHash }),
  }
}

/** A whole list to be fetched: its SHA-256 in hex names the file. */
export type MissingList = {
  readonly kind: ListKind
  readonly id: string
  readonly number: number
  readonly wholeHash?: string
}
export type RevocationUpdate = { readonly revocations: Revocations; readonly missing: readonly MissingList[] }

/**
 * The lists after a pack's news. Deltas that fit are applied; a list that cannot be brought up to date by them is kept as
 * it is, marked as behind and named in `missing`. Give the fetched file to `addWholeList`.
 */
export const updateRevocations = (held: Revocations, news: readonly ListNews[]): RevocationUpdate => {
  const next = {
    status: new Map(held.status),
    suffix: new Map(held.suffix),
    rid: new Map(held.rid),
    strip: new Map(held.strip),
  }
  const missing: MissingList[] = []
  for (const one of news) {
    const list = bringUp(KIND_OPERATIONS[one.kind] as Operations<unknown>, next[one.kind].get(one.id), one)
    if (list !== undefined) (next[one.kind] as Map<string, unknown>).set(one.id, list)
    const isCurrent = list !== undefined && numberOf(list) >= one.number
    if (!isCurrent)
      missing.push({
        kind: one.kind,
        id: one.id,
        number: one.number,
        ...(one.wholeHash && { wholeHash: toHex(one.wholeHash) }),
      })
  }
  return { revocations: { ...next, behind: new Set(missing.map(({ kind, id }) => `${kind}:${id}`)) }, missing }
}

/** Takes a whole list that a host served, if its hash is the one the pack named. */
export const addWholeList = async (
  crypto: CryptoBackend,
  held: Revocations,
  wanted: MissingList,
  bytes: Uint8Array,
): Promise<Checked<Revocations>> => {
  if (toHex(await crypto.digest('SHA-256', bytes)) !== wanted.wholeHash)
    return refuse('pack-section', 'hash of the list')
  const list = (KIND_OPERATIONS[wanted.kind] as Operations<unknown>).readWhole(bytes)
  if (!list.ok) return list
  if (numberOf(list.value) !== wanted.number) return refuse('delta-mismatch', 'number')
  const behind = new Set(held.behind)
  behind.delete(`${wanted.kind}:${wanted.id}`)
  return ok({ ...held, [wanted.kind]: new Map<string, unknown>(held[wanted.kind]).set(wanted.id, list.value), behind })
}

type Operations<L> = {
  readonly readWhole: (bytes: Uint8Array) => Checked<L>
  /** The list after one delta; a delta that starts elsewhere is refused. */
  readonly advance: (list: L, delta: Uint8Array) => Checked<L>
}

const suffixOperations: Operations<SuffixList> = {
  readWhole: decodeSuffixList,
  advance: (list, bytes) => {
    const delta = decodeSuffixDelta(bytes)
    return delta.ok ? applySuffixDelta(list, delta.value) : delta
  },
}

const json = (bytes: Uint8Array): unknown => parseJson(fromUtf8(bytes) ?? '')

const KIND_OPERATIONS = {
  suffix: suffixOperations,
  strip: suffixOperations,
  status: {
    readWhole: decodeStatusBits,
    advance: (list, bytes) => {
      const delta = decodeStatusDelta(bytes)
      return delta.ok ? applyStatusDelta(list, delta.value) : delta
    },
  } satisfies Operations<StatusBits>,
  rid: {
    readWhole: (bytes) => readRidList(json(bytes)),
    advance: (list, bytes) => {
      const delta = readRidDelta(json(bytes))
      return delta.ok ? applyRidDelta(list, delta.value) : delta
    },
  } satisfies Operations<RidList>,
} as const

const numberOf = (list: unknown): number => {
  const { number, ctr } = list as { number?: number; ctr?: number }
  return number ?? ctr ?? -1
}

/** Deltas first, the whole list in the pack else, what was held when neither fits. Never to a lower number. */
const bringUp = (operations: Operations<unknown>, held: unknown, news: ListNews): unknown => {
  let list = held
  if (list !== undefined)
    for (const bytes of news.deltas) {
      if (numberOf(list) >= news.number) break
      const next = operations.advance(list, bytes)
      if (next.ok) list = next.value
    }
  if (list !== undefined && numberOf(list) >= news.number) return list
  const whole = news.whole ? operations.readWhole(news.whole) : undefined
  return whole?.ok && numberOf(whole.value) === news.number ? whole.value : list
}
