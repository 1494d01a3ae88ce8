import { type Checked, type RefusalCode, refuse } from './refusals.ts'
import { ok } from './result.ts'

/**
 * Inflate (RFC 1951) and zlib (RFC 1950), bounded and strict: the output never grows past the caller's limit, nothing
 * may follow the stream, the checksum must match, and the unused bits before a byte boundary must be zero, as every
 * encoder writes them, so that a changed bit there is seen.
 */
const FAST_BITS = 9
const MAX_BITS = 15
const END_OF_BLOCK = 256

/** Raw deflate that fills `input` exactly. Output longer than `maxBytes` is refused. */
export const inflateRaw = (input: Uint8Array, maxBytes: number): Checked<Uint8Array> => {
  const stream = new Stream(input, 0, maxBytes)
  const fault = run(stream)
  if (fault) return refuse(fault)
  return stream.at === input.length ? ok(stream.result()) : refuse('deflate-malformed', 'trailing bytes')
}

/** zlib: two bytes of header, raw deflate, Adler-32. */
export const inflateZlib = (input: Uint8Array, maxBytes: number): Checked<Uint8Array> => {
  const [method = 0, flags = 0] = input
  const wellFormed = (method & 15) === 8 && method >> 4 <= 7 && ((method << 8) | flags) % 31 === 0 && !(flags & 32)
  if (!wellFormed) return refuse('deflate-malformed', 'zlib header')
  const stream = new Stream(input, 2, maxBytes)
  const fault = run(stream)
  if (fault) return refuse(fault)
  const at = stream.at
  if (at + 4 !== input.length) return refuse('deflate-malformed', 'length')
  const bytes = stream.result()
  return sumAt(input, at) === adler32(bytes) ? ok(bytes) : refuse('deflate-malformed', 'checksum')
}

const sumAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) * 0x100_0000 +
  (((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))

/** Adler-32 (RFC 1950 §9). */
export const adler32 = (bytes: Uint8Array): number => {
  let a = 1
  let b = 0
  for (let at = 0; at < bytes.length; ) {
    // 3,800 additions stay far below 2^31 before the remainder is taken.
    const end = Math.min(at + 3_800, bytes.length)
    for (; at < end; at++) {
      a += bytes[at] as number
      b += a
    }
    a %= 65_521
    b %= 65_521
  }
  return ((b << 16) | a) >>> 0
}

/** Carries a refusal out of the loops; not an `Error`, so hostile input costs no stack trace. */
class Stop {
  readonly code: RefusalCode
  constructor(code: RefusalCode) {
    this.code = code
  }
}
const malformed = new Stop('deflate-malformed')
const tooLarge = new Stop('deflate-too-large')

const run = (stream: Stream): RefusalCode | undefined => {
  try {
    while (!block(stream));
    stream.align()
    return undefined
  } catch (stop) {
    if (stop instanceof Stop) return stop.code
    throw stop
  }
}

const EMPTY = new Uint8Array(0)

class Stream {
  readonly input: Uint8Array
  readonly maxBytes: number
  out: Uint8Array
  at: number
  length = 0
  held = 0
  heldBits = 0

  constructor(input: Uint8Array, at: number, maxBytes: number) {
    this.input = input
    this.at = at
    this.maxBytes = maxBytes
    this.out = EMPTY
  }

  result(): Uint8Array {
    return this.out.subarray(0, this.length)
  }

  bits(count: number): number {
    while (this.heldBits < count) {
      const byte = this.input[this.at]
      if (byte === undefined) throw malformed
      this.at += 1
      this.held |= byte << this.heldBits
      this.heldBits += 8
    }
    const value = this.held & ((1 << count) - 1)
    this.held >>>= count
    this.heldBits -= count
    return value
  }

  /** Gives whole bytes back and demands that the bits left over in the last one are zero. */
  align(): void {
    this.at -= this.heldBits >> 3
    const left = this.heldBits & 7
    if (this.held & ((1 << left) - 1)) throw malformed
    this.held = 0
    this.heldBits = 0
  }

  append(bytes: Uint8Array): void {
    this.room(bytes.length)
    this.out.set(bytes, this.length)
    this.length += bytes.length
  }

  /** A stream of one stored block needs no copy: its output is a view of the input. */
  borrow(bytes: Uint8Array): void {
    if (bytes.length > this.maxBytes) throw tooLarge
    this.out = bytes
    this.length = bytes.length
  }

  room(count: number): void {
    const needed = this.length + count
    if (needed <= this.out.length) return
    if (needed > this.maxBytes) throw tooLarge
    // One and a half times the input is enough for a certificate, which hardly compresses.
    const first = this.input.length + (this.input.length >> 1)
    const larger = new Uint8Array(Math.min(this.maxBytes, Math.max(needed, first, this.out.length * 2)))
    larger.set(this.out.subarray(0, this.length))
    this.out = larger
  }

  symbol(tree: Tree): number {
    while (this.heldBits < MAX_BITS && this.at < this.input.length) {
      this.held |= (this.input[this.at++] as number) << this.heldBits
      this.heldBits += 8
    }
    const fast = tree.fast[this.held & ((1 << FAST_BITS) - 1)] as number
    const length = fast & 15
    if (length === 0 || length > this.heldBits) return this.slowSymbol(tree)
    this.held >>>= length
    this.heldBits -= length
    return fast >> 4
  }

  /** Canonical decoding bit by bit, for codes longer than the fast table and for the end of the input. */
  slowSymbol(tree: Tree): number {
    let code = 0
    let first = 0
    let index = 0
    for (let length = 1; length <= MAX_BITS; length++) {
      code |= this.bits(1)
      const count = tree.counts[length] as number
      if (code - count < first) return tree.symbols[index + (code - first)] as number
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    throw malformed
  }
}

type Tree = { readonly counts: Uint16Array; readonly symbols: Uint16Array; readonly fast: Uint16Array }

/** Decodes one block; true after the last one. */
const block = (stream: Stream): boolean => {
  const last = stream.bits(1) === 1
  const kind = stream.bits(2)
  if (kind === 0) stored(stream, last)
  else if (kind === 1) codes(stream, fixed().lengths, fixed().distances)
  else if (kind === 2) dynamic(stream)
  else throw malformed
  return last
}

const stored = (stream: Stream, last: boolean): void => {
  stream.align()
  const { input } = stream
  const length = (input[stream.at] ?? 0) | ((input[stream.at + 1] ?? 0) << 8)
  const inverse = (input[stream.at + 2] ?? 0) | ((input[stream.at + 3] ?? 0) << 8)
  const from = stream.at + 4
  if (length !== (~inverse & 0xffff) || from + length > input.length) throw malformed
  const bytes = input.subarray(from, from + length)
  if (last && stream.length === 0) stream.borrow(bytes)
  else stream.append(bytes)
  stream.at = from + length
}

// Length and distance codes, RFC 1951 §3.2.5.
const LENGTH_BASE = Uint16Array.of(
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  13,
  15,
  17,
  19,
  23,
  27,
  31,
  35,
  43,
  51,
  59,
  67,
  83,
  99,
  115,
  131,
  163,
  195,
  227,
  258,
)
const LENGTH_EXTRA = Uint8Array.of(
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  1,
  1,
  1,
  1,
  2,
  2,
  2,
  2,
  3,
  3,
  3,
  3,
  4,
  4,
  4,
  4,
  5,
  5,
  5,
  5,
  0,
)
const DISTANCE_BASE = Uint16Array.of(
  1,
  2,
  3,
  4,
  5,
  7,
  9,
  13,
  17,
  25,
  33,
  49,
  65,
  97,
  129,
  193,
  257,
  385,
  513,
  769,
  1025,
  1537,
  2049,
  3073,
  4097,
  6145,
  8193,
  12289,
  16385,
  24577,
)
const DISTANCE_EXTRA = Uint8Array.of(
  0,
  0,
  0,
  0,
  1,
  1,
  2,
  2,
  3,
  3,
  4,
  4,
  5,
  5,
  6,
  6,
  7,
  7,
  8,
  8,
  9,
  9,
  10,
  10,
  11,
  11,
  12,
  12,
  13,
  13,
)

const codes = (stream: Stream, lengths: Tree, distances: Tree): void => {
  for (;;) {
    const symbol = stream.symbol(lengths)
    if (symbol === END_OF_BLOCK) return
    if (symbol < END_OF_BLOCK) {
      if (stream.length === stream.out.length) stream.room(1)
      stream.out[stream.length++] = symbol
    } else copy(stream, symbol - 257, distances)
  }
}

const copy = (stream: Stream, code: number, distances: Tree): void => {
  const base = LENGTH_BASE[code]
  if (base === undefined) throw malformed
  const length = base + stream.bits(LENGTH_EXTRA[code] as number)
  const distanceCode = stream.symbol(distances)
  const distanceBase = DISTANCE_BASE[distanceCode]
  if (distanceBase === undefined) throw malformed
  const distance = distanceBase + stream.bits(DISTANCE_EXTRA[distanceCode] as number)
  if (distance > stream.length) throw malformed
  stream.room(length)
  const { out } = stream
  for (let end = stream.length + length; stream.length < end; stream.length++) {
    out[stream.length] = out[stream.length - distance] as number
  }
}

const CODE_LENGTH_ORDER = Uint8Array.of(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)

const dynamic = (stream: Stream): void => {
  const literals = stream.bits(5) + 257
  const distances = stream.bits(5) + 1
  const codeLengths = stream.bits(4) + 4
  if (literals > 286 || distances > 30) throw malformed
  const lengths = new Uint8Array(19)
  for (let i = 0; i < codeLengths; i++) lengths[CODE_LENGTH_ORDER[i] as number] = stream.bits(3)
  const all = readLengths(stream, tree(lengths, false), literals + distances)
  if (all[END_OF_BLOCK] === 0) throw malformed
  codes(stream, tree(all.subarray(0, literals), true), tree(all.subarray(literals), true))
}

const readLengths = (stream: Stream, code: Tree, total: number): Uint8Array => {
  const lengths = new Uint8Array(total)
  for (let at = 0; at < total; ) {
    const symbol = stream.symbol(code)
    if (symbol < 16) {
      lengths[at++] = symbol
      continue
    }
    if (symbol === 16 && at === 0) throw malformed
    const value = symbol === 16 ? (lengths[at - 1] as number) : 0
    const repeat = symbol === 16 ? 3 + stream.bits(2) : symbol === 17 ? 3 + stream.bits(3) : 11 + stream.bits(7)
    if (at + repeat > total) throw malformed
    lengths.fill(value, at, at + repeat)
    at += repeat
  }
  return lengths
}

/** Canonical code from its lengths. Over-full sets are refused; a set with gaps only where it holds at most one code. */
const tree = (lengths: Uint8Array, mayBeSingle: boolean): Tree => {
  const counts = new Uint16Array(MAX_BITS + 1)
  for (const length of lengths) counts[length] = (counts[length] as number) + 1
  const used = lengths.length - (counts[0] as number)
  counts[0] = 0
  let left = 1
  for (let length = 1; length <= MAX_BITS; length++) left = left * 2 - (counts[length] as number)
  const single = mayBeSingle && used <= 1 && (used === 0 || counts[1] === 1)
  if (overfull(counts) || (left > 0 && !single)) throw malformed
  const symbols = new Uint16Array(lengths.length)
  const fast = new Uint16Array(1 << FAST_BITS)
  fill(lengths, counts, symbols, fast)
  return { counts, symbols, fast }
}

const overfull = (counts: Uint16Array): boolean => {
  let left = 1
  for (let length = 1; length <= MAX_BITS; length++) {
    left = left * 2 - (counts[length] as number)
    if (left < 0) return true
  }
  return false
}

const fill = (lengths: Uint8Array, counts: Uint16Array, symbols: Uint16Array, fast: Uint16Array): void => {
  const offsets = new Uint16Array(MAX_BITS + 2)
  const next = new Uint16Array(MAX_BITS + 2)
  for (let length = 1; length <= MAX_BITS; length++) {
    offsets[length + 1] = (offsets[length] as number) + (counts[length] as number)
    next[length + 1] = ((next[length] as number) + (counts[length] as number)) << 1
  }
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol] as number
    if (length === 0) continue
    symbols[offsets[length] as number] = symbol
    offsets[length] = (offsets[length] as number) + 1
    const code = next[length] as number
    next[length] = code + 1
    if (length > FAST_BITS) continue
    for (let i = reversed(code, length); i < fast.length; i += 1 << length) fast[i] = (symbol << 4) | length
  }
}

const reversed = (code: number, length: number): number => {
  let result = 0
  for (let i = 0; i < length; i++) result |= ((code >> i) & 1) << (length - 1 - i)
  return result
}

let fixedTrees: { readonly lengths: Tree; readonly distances: Tree } | undefined
const fixed = () => {
  if (fixedTrees) return fixedTrees
  const lengths = new Uint8Array(288).fill(8)
  lengths.fill(9, 144, 256)
  lengths.fill(7, 256, 280)
  fixedTrees = { lengths: tree(lengths, false), distances: tree(new Uint8Array(32).fill(5), false) }
  return fixedTrees
}

/**
 * zlib with stored blocks. A signed certificate is half signature and codes and hardly compresses (352 bytes deflate to
 * 363, field/pass.md §5.2), while setting up a compressor costs more than signing.
 */
export const storeZlib = (bytes: Uint8Array): Uint8Array => {
  const blocks = Math.max(1, Math.ceil(bytes.length / 0xffff))
  const out = new Uint8Array(2 + blocks * 5 + bytes.length + 4)
  out[0] = 0x78
  out[1] = 0x01
  let at = 2
  for (let i = 0; i < blocks; i++) {
    const part = bytes.subarray(i * 0xffff, (i + 1) * 0xffff)
    const { length } = part
    out[at] = i === blocks - 1 ? 1 : 0
    out[at + 1] = length
    out[at + 2] = length >> 8
    out[at + 3] = ~length
    out[at + 4] = ~length >> 8
    out.set(part, at + 5)
    at += 5 + length
  }
  new DataView(out.buffer).setUint32(at, adler32(bytes))
  return out
}
