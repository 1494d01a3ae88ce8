import { concat, utf8 } from './bytes.ts'
import { type CborKey, type CborLimits, type CborMap, CborTag, type CborValue, decodeCbor } from './cbor.ts'
import { encodeCbor } from './cbor-encode.ts'
import {
  ALGS,
  type Alg,
  type CryptoBackend,
  fits,
  type MaybePromise,
  type PrivateKey,
  type PublicKey,
} from './crypto.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'

/** COSE_Sign1 (RFC 9052 §4.2). */
export type Sign1 = {
  readonly protectedHeader: CborMap
  /** The protected header as it is signed: an empty map counts as the empty byte string (RFC 9052 §4.4). */
  readonly protectedBytes: Uint8Array
  readonly unprotectedHeader: CborMap
  readonly payload: Uint8Array
  readonly signature: Uint8Array
  /** Protected header first, else unprotected. */
  readonly alg: Alg
  readonly kid?: Uint8Array
}

const LABEL = { alg: 1, critical: 2, contentType: 3, kid: 4 } as const
const TAG_SIGN1 = 18
const TAG_CWT = 61
const EMPTY: Uint8Array = new Uint8Array(0)
const EMPTY_MAP: CborMap = new Map()

const ALG_BY_NUMBER: ReadonlyMap<CborValue, Alg> = /* @__PURE__ */ new Map(
  (Object.keys(ALGS) as Alg[]).map((alg) => [ALGS[alg].cose, alg]),
)

/**
 * Decodes an untagged or tagged (18) COSE_Sign1, also inside the CWT tag (61), with attached payload. Refuses unknown
 * algorithms and critical headers; checks no signature. The parts are views of `bytes`, which must not be changed.
 */
export const decodeSign1 = (bytes: Uint8Array, limits?: CborLimits): Checked<Sign1> => {
  const decoded = decodeCbor(bytes, { ...limits, borrow: true })
  if (!decoded.ok) return decoded
  const message = untag(untag(decoded.value, TAG_CWT), TAG_SIGN1)
  if (!Array.isArray(message) || message.length !== 4) return refuse('cose-malformed')
  const [protectedPart, unprotectedHeader, payload, signature] = message as readonly CborValue[]
  const wellFormed =
    protectedPart instanceof Uint8Array &&
    unprotectedHeader instanceof Map &&
    payload instanceof Uint8Array &&
    signature instanceof Uint8Array
  if (!wellFormed) return refuse('cose-malformed')
  const protectedHeader = protectedPart.length === 0 ? ok(EMPTY_MAP) : decodeHeader(protectedPart)
  if (!protectedHeader.ok) return protectedHeader
  const protectedBytes = protectedHeader.value.size === 0 ? EMPTY : protectedPart
  return withHeaders({
    protectedHeader: protectedHeader.value,
    protectedBytes,
    unprotectedHeader: unprotectedHeader as CborMap,
    payload,
    signature,
  })
}

const untag = (value: CborValue, tag: number): CborValue =>
  value instanceof CborTag && value.tag === tag ? value.value : value

const decodeHeader = (bytes: Uint8Array): Checked<CborMap> => {
  const header = decodeCbor(bytes, { maxDepth: 8, maxItems: 256 })
  if (!header.ok) return header
  return header.value instanceof Map ? ok(header.value as CborMap) : refuse('cose-header-malformed', 'protected')
}

const withHeaders = (message: Omit<Sign1, 'alg' | 'kid'>): Checked<Sign1> => {
  const { protectedHeader, unprotectedHeader } = message
  if (!understood(protectedHeader)) return refuse('cose-critical-header')
  const number = protectedHeader.get(LABEL.alg) ?? unprotectedHeader.get(LABEL.alg)
  if (number === undefined) return refuse('cose-header-malformed', 'alg')
  const alg = ALG_BY_NUMBER.get(number)
  if (alg === undefined) return refuse('alg-unknown')
  const kid = protectedHeader.get(LABEL.kid) ?? unprotectedHeader.get(LABEL.kid)
  if (kid === undefined) return ok({ ...message, alg })
  return kid instanceof Uint8Array ? ok({ ...message, alg, kid }) : refuse('cose-header-malformed', 'kid')
}

/** Headers listed as critical must be known (RFC 9052 §3.1). */
const understood = (header: CborMap): boolean => {
  const critical = header.get(LABEL.critical)
  if (critical === undefined) return true
  const known: readonly CborKey[] = Object.values(LABEL)
  return Array.isArray(critical) && critical.length > 0 && critical.every((label) => known.includes(label as CborKey))
}

const CONTEXT = /* @__PURE__ */ concat(Uint8Array.of(0x84, 0x6a), /* @__PURE__ */ utf8('Signature1'))

/** Sig_structure (RFC 9052 §4.4): what is signed. */
export const sigStructure = (protectedBytes: Uint8Array, payload: Uint8Array, externalAad = EMPTY): Uint8Array => {
  const out = new Uint8Array(CONTEXT.length + 15 + protectedBytes.length + externalAad.length + payload.length)
  out.set(CONTEXT)
  let at = CONTEXT.length
  for (const part of [protectedBytes, externalAad, payload]) {
    at = byteStringHead(out, at, part.length)
    out.set(part, at)
    at += part.length
  }
  return out.subarray(0, at)
}

const byteStringHead = (out: Uint8Array, at: number, length: number): number => {
  if (length < 24) {
    out[at] = 0x40 | length
    return at + 1
  }
  if (length < 0x100) {
    out[at] = 0x58
    out[at + 1] = length
    return at + 2
  }
  const wide = length > 0xffff
  out[at] = wide ? 0x5a : 0x59
  let next = at + 1
  for (let shift = wide ? 24 : 8; shift >= 0; shift -= 8) out[next++] = length >>> shift
  return next
}

/** Whether `key` made the signature. False for a key of another kind than the header's algorithm. */
export const verifySign1 = (
  crypto: CryptoBackend,
  message: Sign1,
  key: PublicKey,
  externalAad = EMPTY,
): MaybePromise<boolean> => {
  if (!fits(message.alg, key.family)) return false
  const signed = sigStructure(message.protectedBytes, message.payload, externalAad)
  return crypto.verify(message.alg, key, signed, message.signature)
}

export type Sign1Input = {
  readonly alg: Alg
  readonly payload: Uint8Array
  readonly kid?: Uint8Array
  /** Where the kid goes; protected unless a reader needs otherwise. */
  readonly kidIn?: 'protected' | 'unprotected'
  readonly externalAad?: Uint8Array
  /** Tag 18 in front (default true). */
  readonly tagged?: boolean
}

/** Signs and encodes. */
export const createSign1 = async (
  crypto: CryptoBackend,
  key: PrivateKey,
  input: Sign1Input,
): Promise<Checked<Uint8Array>> => {
  const { alg, kid, payload } = input
  const inProtected = kid && input.kidIn !== 'unprotected'
  const header = new Map<CborKey, CborValue>([[LABEL.alg, ALGS[alg].cose]])
  if (inProtected) header.set(LABEL.kid, kid)
  const protectedBytes = encodeCbor(header)
  const unprotectedBytes = kid && !inProtected ? encodeCbor(new Map([[LABEL.kid, kid]])) : Uint8Array.of(0xa0)
  const signature = await crypto.sign(alg, key, sigStructure(protectedBytes, payload, input.externalAad))
  if (!signature.ok) return signature
  const head = input.tagged === false ? Uint8Array.of(0x84) : Uint8Array.of(0xd2, 0x84)
  return ok(assemble(head, protectedBytes, unprotectedBytes, payload, signature.value))
}

const assemble = (
  head: Uint8Array,
  protectedBytes: Uint8Array,
  unprotectedBytes: Uint8Array,
  payload: Uint8Array,
  signature: Uint8Array,
): Uint8Array => {
  const size = protectedBytes.length + unprotectedBytes.length + payload.length + signature.length
  const out = new Uint8Array(head.length + size + 15)
  out.set(head)
  let at = append(out, head.length, protectedBytes)
  out.set(unprotectedBytes, at)
  at = append(out, at + unprotectedBytes.length, payload)
  return out.slice(0, append(out, at, signature))
}

const append = (out: Uint8Array, at: number, bytes: Uint8Array): number => {
  const from = byteStringHead(out, at, bytes.length)
  out.set(bytes, from)
  return from + bytes.length
}
