import { compareBytes, concat, fromUtf8, toHex } from './bytes.ts'
import { type Checked, type RefusalCode, refuse } from './refusals.ts'
import { ok } from './result.ts'

/**
 * CBOR (RFC 8949), as much of it as certificates use, strict and bounded.
 * Integers are `number` where exact, else `bigint`; maps are `Map` with integer or text keys only.
 */
export type CborValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | undefined
  | Uint8Array
  | readonly CborValue[]
  | CborMap
  | CborTag
  | CborSimple
export type CborKey = number | bigint | string
export type CborMap = ReadonlyMap<CborKey, CborValue>

export class CborTag {
  readonly tag: number | bigint
  readonly value: CborValue
  constructor(tag: number | bigint, value: CborValue) {
    this.tag = tag
    this.value = value
  }
}

/** A simple value other than false, true, null and undefined. */
export class CborSimple {
  readonly simple: number
  constructor(simple: number) {
    this.simple = simple
  }
}

export type CborLimits = {
  /** Nesting of arrays, maps and tags. */
  readonly maxDepth?: number
  /** Items in the whole text, keys and values counted singly. */
  readonly maxItems?: number
  /** Length of the input in bytes. */
  readonly maxBytes?: number
  /** RFC 8949 §4.2.1: shortest heads, no indefinite lengths, keys in bytewise order of their encoding. */
  readonly canonical?: boolean
  /** Byte strings are views of the input, which must then not be changed (default: copies). */
  readonly borrow?: boolean
}

const DEFAULT_DEPTH = 24
const DEFAULT_ITEMS = 8_192
const DEFAULT_BYTES = 65_536

/** Decodes exactly one item that fills `bytes`. Never throws. */
export const decodeCbor = (bytes: Uint8Array, limits: CborLimits = {}): Checked<CborValue> => {
  if (bytes.length > (limits.maxBytes ?? DEFAULT_BYTES)) return refuse('cbor-too-large')
  const reader = new Reader(bytes, limits)
  try {
    const value = reader.item(limits.maxDepth ?? DEFAULT_DEPTH)
    return reader.at === bytes.length ? ok(value) : refuse('cbor-trailing', `at byte ${reader.at}`)
  } catch (stop) {
    if (stop instanceof Stop) return refuse(stop.code, `at byte ${reader.at}`)
    throw stop
  }
}

/** Carries a refusal up the recursion; not an `Error`, so no stack is recorded for hostile input. */
class Stop {
  readonly code: RefusalCode
  constructor(code: RefusalCode) {
    this.code = code
  }
}

const BREAK_INFO = 31
/** The least number that needs 1, 2, 4 or 8 bytes after the head. */
const LEAST_OF_SIZE: readonly number[] = [24, 0x100, 0x1_0000, 0x1_0000_0000]
/** Length of an indefinite string's parts together is bounded by the input; the number of parts by `maxItems`. */
const isBreak = (byte: number | undefined): boolean => byte === 0xff

class Reader {
  at = 0
  readonly bytes: Uint8Array
  readonly canonical: boolean
  readonly borrow: boolean
  itemsLeft: number

  constructor(bytes: Uint8Array, limits: CborLimits) {
    this.bytes = bytes
    this.canonical = limits.canonical ?? false
    this.borrow = limits.borrow ?? false
    this.itemsLeft = limits.maxItems ?? DEFAULT_ITEMS
  }

  item(depth: number): CborValue {
    this.count()
    const head = this.byte()
    const info = head & 31
    switch (head >> 5) {
      case 0:
        return this.argument(info)
      case 1:
        return negative(this.argument(info))
      case 2:
        return info === BREAK_INFO ? concat(...this.parts(2)) : this.byteString(this.length(info))
      case 3:
        return info === BREAK_INFO ? this.textParts() : this.text(this.length(info))
      case 4:
        return this.array(info, this.inner(depth))
      case 5:
        return this.map(info, this.inner(depth))
      case 6:
        return this.tagged(this.argument(info), this.inner(depth))
      default:
        return this.simple(info)
    }
  }

  count(): void {
    if (this.itemsLeft-- <= 0) throw new Stop('cbor-too-large')
  }

  inner(depth: number): number {
    if (depth <= 0) throw new Stop('cbor-too-deep')
    return depth - 1
  }

  byte(): number {
    const byte = this.bytes[this.at]
    if (byte === undefined) throw new Stop('cbor-truncated')
    this.at += 1
    return byte
  }

  /** The number in the head: below 24 in place, else in 1, 2, 4 or 8 bytes. */
  argument(info: number): number | bigint {
    if (info < 24) return info
    if (info > 27) throw new Stop('cbor-malformed')
    const size = 1 << (info - 24)
    if (this.bytes.length - this.at < size) throw new Stop('cbor-truncated')
    const value = this.unsigned(size)
    this.at += size
    if (this.canonical && value < (LEAST_OF_SIZE[info - 24] as number)) throw new Stop('cbor-not-canonical')
    return value
  }

  unsigned(size: number): number | bigint {
    const { bytes, at } = this
    if (size === 1) return bytes[at] as number
    if (size === 2) return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
    const high = uint32(bytes, at)
    if (size === 4) return high
    const low = uint32(bytes, at + 4)
    return high > 0x1f_ffff ? (BigInt(high) << 32n) | BigInt(low) : high * 0x1_0000_0000 + low
  }

  /** A length or count: each unit takes at least one byte, so more than is left is refused before anything is made. */
  length(info: number): number {
    const length = this.argument(info)
    if (length > this.bytes.length - this.at) throw new Stop('cbor-truncated')
    return Number(length)
  }

  slice(length: number): Uint8Array {
    const from = this.at
    this.at += length
    return this.bytes.subarray(from, this.at)
  }

  byteString(length: number): Uint8Array {
    const view = this.slice(length)
    return this.borrow ? view : view.slice()
  }

  text(length: number): string {
    const from = this.at
    this.at += length
    return fromUtf8(this.bytes, from, this.at) ?? malformedText()
  }

  /** Each part must be well-formed on its own (RFC 8949 §3.2.3). */
  textParts(): string {
    return this.parts(3)
      .map((part) => fromUtf8(part) ?? malformedText())
      .join('')
  }

  /** The definite parts of an indefinite string of the given major type. */
  parts(major: number): Uint8Array[] {
    this.indefinite()
    const parts: Uint8Array[] = []
    for (;;) {
      const head = this.byte()
      if (isBreak(head)) return parts
      this.count()
      if (head >> 5 !== major || (head & 31) === BREAK_INFO) throw new Stop('cbor-malformed')
      parts.push(this.slice(this.length(head & 31)))
    }
  }

  indefinite(): void {
    if (this.canonical) throw new Stop('cbor-not-canonical')
  }

  array(info: number, depth: number): CborValue[] {
    const values: CborValue[] = []
    if (info === BREAK_INFO) {
      this.indefinite()
      while (!isBreak(this.bytes[this.at])) values.push(this.item(depth))
      this.at += 1
      return values
    }
    for (let left = this.length(info); left > 0; left--) values.push(this.item(depth))
    return values
  }

  map(info: number, depth: number): CborMap {
    const entries = new Map<CborKey, CborValue>()
    if (info === BREAK_INFO) {
      this.indefinite()
      while (!isBreak(this.bytes[this.at])) this.entry(entries, depth)
      this.at += 1
      return entries
    }
    let before = -1
    for (let left = this.length(info); left > 0; left--) {
      const keyAt = this.at
      const keyEnd = this.entry(entries, depth)
      if (this.canonical && before >= 0) this.ordered(before, keyAt, keyEnd)
      before = keyAt
    }
    return entries
  }

  /** Reads a key and its value; gives the position after the key. */
  entry(entries: Map<CborKey, CborValue>, depth: number): number {
    const major = (this.bytes[this.at] ?? 0xff) >> 5
    if (major > 1 && major !== 3) throw new Stop(this.at < this.bytes.length ? 'cbor-key-type' : 'cbor-truncated')
    const key = this.item(depth) as CborKey
    const keyEnd = this.at
    const before = entries.size
    entries.set(key, this.item(depth))
    if (entries.size === before) throw new Stop('cbor-duplicate-key')
    return keyEnd
  }

  /** Bytewise order of encoded keys; an encoding never begins another, so comparing over the longer one is safe. */
  ordered(before: number, keyAt: number, keyEnd: number): void {
    const key = this.bytes.subarray(keyAt, keyEnd)
    if (compareBytes(this.bytes.subarray(before, before + key.length), key) >= 0) throw new Stop('cbor-not-canonical')
  }

  tagged(tag: number | bigint, depth: number): CborValue {
    const value = this.item(depth)
    if (tag !== 2 && tag !== 3) return new CborTag(tag, value)
    if (!(value instanceof Uint8Array) || value.length > BIGNUM_BYTES) throw new Stop('cbor-malformed')
    return this.bignum(tag, value)
  }

  bignum(tag: number, bytes: Uint8Array): bigint {
    if (this.canonical && (bytes.length <= 8 || bytes[0] === 0)) throw new Stop('cbor-not-canonical')
    const magnitude = bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`)
    return tag === 2 ? magnitude : -1n - magnitude
  }

  simple(info: number): CborValue {
    if (info === 20) return false
    if (info === 21) return true
    if (info === 22) return null
    if (info === 23) return undefined
    if (info < 20) return new CborSimple(info)
    if (info === 24) return this.simpleByte()
    if (info > 27) throw new Stop('cbor-malformed')
    return this.float(1 << (info - 24))
  }

  simpleByte(): CborSimple {
    const simple = this.byte()
    if (simple < 32) throw new Stop('cbor-malformed')
    return new CborSimple(simple)
  }

  float(size: number): number {
    if (this.bytes.length - this.at < size) throw new Stop('cbor-truncated')
    const from = this.at
    this.at += size
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + from, size)
    if (size === 8) return view.getFloat64(0)
    return size === 4 ? view.getFloat32(0) : half(view.getUint16(0))
  }
}

const uint32 = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)) >>>
  0

const BIGNUM_BYTES = 64

const negative = (argument: number | bigint): number | bigint => {
  if (typeof argument === 'number' && argument < Number.MAX_SAFE_INTEGER) return -1 - argument
  return -1n - BigInt(argument)
}

const malformedText = (): never => {
  throw new Stop('utf8-malformed')
}

const half = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
