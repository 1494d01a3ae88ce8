import { compareBytes, utf8 } from './bytes.ts'
import { type CborKey, CborSimple, CborTag, type CborValue } from './cbor.ts'

/** What may be encoded: everything `decodeCbor` gives, and plain objects as maps with text keys. */
export type CborInput = CborValue | readonly CborInput[] | ReadonlyMap<CborKey, CborInput> | CborObject
export type CborObject = { readonly [key: string]: CborInput }

/** Bytes that are one CBOR item already; written as they stand (to sign once and embed). */
export class CborRaw {
  readonly bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

export type CborEncodeOptions = {
  /** Keys in bytewise order of their encoding (RFC 8949 §4.2.1); else in the order given. */
  readonly sortKeys?: boolean
}

/**
 * Encodes with shortest heads and definite lengths. An integral `number` becomes an integer, any other a float of
 * 32 bits where that keeps its value, else of 64. An object's `undefined` members are left out.
 * Throws on what cannot be CBOR (a function, a symbol): that is a bug of the caller, never outside input.
 */
export const encodeCbor = (value: CborInput | CborRaw, options: CborEncodeOptions = {}): Uint8Array => {
  const writer = new Writer(options.sortKeys ?? false)
  writer.item(value)
  return writer.out.slice(0, writer.at)
}

const FIRST_BYTES = 512

class Writer {
  out = new Uint8Array(FIRST_BYTES)
  view = new DataView(this.out.buffer)
  at = 0
  readonly sortKeys: boolean

  constructor(sortKeys: boolean) {
    this.sortKeys = sortKeys
  }

  room(length: number): void {
    if (this.at + length <= this.out.length) return
    const larger = new Uint8Array(Math.max(this.out.length * 2, this.at + length))
    larger.set(this.out)
    this.out = larger
    this.view = new DataView(larger.buffer)
  }

  item(value: CborInput | CborRaw): void {
    if (typeof value === 'string') this.text(value)
    else if (typeof value === 'number') this.number(value)
    else if (typeof value === 'bigint') this.integer(value)
    else if (value === false) this.head(7, 20)
    else if (value === true) this.head(7, 21)
    else if (value === null) this.head(7, 22)
    else if (value === undefined) this.head(7, 23)
    else if (value instanceof Uint8Array) this.string(2, value)
    else if (value instanceof Map) this.map([...(value as ReadonlyMap<CborKey, CborInput>)])
    else if (Array.isArray(value)) this.array(value)
    else this.object(value as CborTag | CborSimple | CborRaw | CborObject)
  }

  object(value: CborTag | CborSimple | CborRaw | CborObject): void {
    if (value instanceof CborRaw) this.bytes(value.bytes)
    else if (value instanceof CborSimple) this.head(7, value.simple)
    else if (value instanceof CborTag) {
      this.head(6, value.tag)
      this.item(value.value)
    } else if (typeof value === 'object') {
      this.map(Object.entries(value).filter(([, member]) => member !== undefined))
    } else throw new TypeError(`not CBOR: ${typeof value}`)
  }

  head(major: number, argument: number | bigint): void {
    this.room(9)
    const top = major << 5
    if (argument < 24) this.out[this.at++] = top | Number(argument)
    else if (argument < 0x100) {
      this.out[this.at++] = top | 24
      this.out[this.at++] = Number(argument)
    } else if (argument < 0x1_0000) {
      this.out[this.at++] = top | 25
      this.view.setUint16(this.at, Number(argument))
      this.at += 2
    } else if (argument < 0x1_0000_0000) {
      this.out[this.at++] = top | 26
      this.view.setUint32(this.at, Number(argument))
      this.at += 4
    } else {
      this.out[this.at++] = top | 27
      this.view.setBigUint64(this.at, BigInt(argument))
      this.at += 8
    }
  }

  bytes(bytes: Uint8Array): void {
    this.room(bytes.length)
    this.out.set(bytes, this.at)
    this.at += bytes.length
  }

  string(major: number, bytes: Uint8Array): void {
    this.head(major, bytes.length)
    this.bytes(bytes)
  }

  /** Short text of the basic plane is written in place; the encoder's allocation would cost more than the text. */
  text(text: string): void {
    const length = text.length <= SHORT_TEXT ? shortLength(text) : -1
    if (length < 0) {
      this.string(3, utf8(text))
      return
    }
    this.head(3, length)
    this.room(length)
    this.at = writeShort(this.out, this.at, text)
  }

  number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0))
      this.head(value < 0 ? 1 : 0, value < 0 ? -1 - value : value)
    else this.float(value)
  }

  integer(value: bigint): void {
    const magnitude = value < 0n ? -1n - value : value
    if (magnitude < 1n << 64n) this.head(value < 0n ? 1 : 0, magnitude)
    else {
      this.head(6, value < 0n ? 3 : 2)
      this.string(2, magnitudeBytes(magnitude))
    }
  }

  float(value: number): void {
    this.room(9)
    if (Math.fround(value) === value || Number.isNaN(value)) {
      this.out[this.at] = 0xfa
      this.view.setFloat32(this.at + 1, value)
      this.at += 5
    } else {
      this.out[this.at] = 0xfb
      this.view.setFloat64(this.at + 1, value)
      this.at += 9
    }
  }

  array(values: readonly CborInput[]): void {
    this.head(4, values.length)
    for (const value of values) this.item(value)
  }

  map(entries: readonly (readonly [CborKey, CborInput])[]): void {
    this.head(5, entries.length)
    for (const [key, value] of this.sortKeys ? sorted(entries) : entries) {
      this.item(key)
      this.item(value)
    }
  }
}

const SHORT_TEXT = 96

/** UTF-8 length, or −1 for text with surrogates, which `TextEncoder` must judge. */
const shortLength = (text: string): number => {
  let length = text.length
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x80) continue
    if (code >= 0xd800 && code <= 0xdfff) return -1
    length += code < 0x800 ? 1 : 2
  }
  return length
}

const writeShort = (out: Uint8Array, from: number, text: string): number => {
  let at = from
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x80) out[at++] = code
    else {
      if (code < 0x800) out[at++] = 0xc0 | (code >> 6)
      else {
        out[at++] = 0xe0 | (code >> 12)
        out[at++] = 0x80 | ((code >> 6) & 0x3f)
      }
      out[at++] = 0x80 | (code & 0x3f)
    }
  }
  return at
}

const magnitudeBytes = (magnitude: bigint): Uint8Array => {
  const hex = magnitude.toString(16)
  const even = hex.length % 2 ? `0${hex}` : hex
  return Uint8Array.from(even.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

const sorted = (entries: readonly (readonly [CborKey, CborInput])[]): readonly (readonly [CborKey, CborInput])[] =>
  entries
    .map((entry) => ({ entry, key: encodeCbor(entry[0]) }))
    .sort((a, b) => compareBytes(a.key, b.key))
    .map(({ entry }) => entry)
