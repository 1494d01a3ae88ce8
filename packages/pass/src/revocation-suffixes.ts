import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'
import { ByteReader, ByteWriter } from './revocation-codec.ts'

/**
 * Suffix lists: revocations of certificates somebody else issued, known to us only by a hash. The first bytes of the
 * hash choose a bucket, the next ones are kept in it, sorted; the rest is dropped. 10 M entries take 30.3 MB.
 *
 * Never a false negative: every revoked hash is found. False positives: `count / 2^(8 × (prefix + suffix bytes))`.
 * Two hashes that share all kept bytes stand in the list twice, so that restoring one leaves the other revoked.
 */
export type SuffixList = {
  readonly number: number
  readonly prefixBytes: 1 | 2
  readonly suffixBytes: number
  /** Position of the first entry of each bucket, and the total at the end: `256^prefixBytes + 1` numbers. */
  readonly starts: Uint32Array
  /** `suffixBytes` for each entry, big-endian, rising within a bucket. */
  readonly suffixes: Uint8Array
}

/** Keys are the kept bytes of a hash as one big-endian number below 2^48, rising. */
export type SuffixDelta = {
  readonly from: number
  readonly to: number
  readonly keyBytes: number
  readonly add: Float64Array
  readonly remove: Float64Array
}

/** At most one good certificate in 100,000 is refused by mistake. @see docs/sources/pass.md#revocation */
export const MAX_FALSE_POSITIVE = 1e-5
export const SUFFIX_MAX_COUNT = 40_000_000
const MAX_KEY_BYTES = 6
const LIST_MAGIC = 0xf1
const DELTA_MAGIC = 0xf2

/**
 * A list from whole hashes, `stride` bytes each in one run. The shape follows from the count: just enough bytes are
 * kept to stay under `maxFalsePositive`, with room for a tenth more entries by deltas when `spare` is 1.1.
 */
export const buildSuffixList = (
  number: number,
  hashes: Uint8Array,
  stride: number,
  options: { readonly maxFalsePositive?: number; readonly spare?: number; readonly keyBytes?: number } = {},
): SuffixList => {
  const count = hashes.length / stride
  if (!Number.isInteger(count) || count > SUFFIX_MAX_COUNT) throw new RangeError(`${count} hashes`)
  const keyBytes =
    options.keyBytes ?? keyBytesFor(count * (options.spare ?? 1), options.maxFalsePositive ?? MAX_FALSE_POSITIVE)
  if (keyBytes > stride) throw new RangeError(`hashes of ${stride} bytes are too short for ${keyBytes}`)
  const keys = new Float64Array(count)
  for (let i = 0; i < count; i++) keys[i] = keyOf(hashes, i * stride, keyBytes)
  return listOfKeys(number, keys.sort(), keyBytes)
}

/** Bytes of a hash to keep so that `count / 256^bytes` stays within the limit. */
export const keyBytesFor = (count: number, maxFalsePositive: number): number => {
  let bytes = 2
  while (bytes < MAX_KEY_BYTES && count / 256 ** bytes > maxFalsePositive) bytes++
  return bytes
}

/** Chance that a hash that is not revoked is found all the same. */
export const falsePositiveRate = (list: SuffixList): number =>
  countOf(list) / 256 ** (list.prefixBytes + list.suffixBytes)

export const countOf = (list: SuffixList): number => list.starts[list.starts.length - 1] as number

const keyOf = (bytes: Uint8Array, at: number, keyBytes: number): number => {
  let key = 0
  for (let i = 0; i < keyBytes; i++) key = key * 256 + (bytes[at + i] as number)
  return key
}

const shapeOf = (keyBytes: number): { prefixBytes: 1 | 2; suffixBytes: number } =>
  keyBytes >= 5 ? { prefixBytes: 2, suffixBytes: keyBytes - 2 } : { prefixBytes: 1, suffixBytes: keyBytes - 1 }

const listOfKeys = (number: number, keys: Float64Array, keyBytes: number): SuffixList => {
  const { prefixBytes, suffixBytes } = shapeOf(keyBytes)
  const starts = new Uint32Array(256 ** prefixBytes + 1)
  const suffixes = new Uint8Array(keys.length * suffixBytes)
  const scale = 256 ** suffixBytes
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number
    const bucket = Math.floor(key / scale)
    starts[bucket + 1] = (starts[bucket + 1] as number) + 1
    writeSuffix(suffixes, i * suffixBytes, key % scale, suffixBytes)
  }
  for (let i = 1; i < starts.length; i++) starts[i] = (starts[i] as number) + (starts[i - 1] as number)
  return { number, prefixBytes, suffixBytes, starts, suffixes }
}

const writeSuffix = (to: Uint8Array, at: number, suffix: number, length: number): void => {
  let left = suffix
  for (let i = length - 1; i >= 0; i--) {
    to[at + i] = left % 256
    left = Math.floor(left / 256)
  }
}

/** True if the hash is revoked (or, once in 100,000, looks as if). `hash` has at least 6 bytes; a shorter one is not in any list. */
export const isSuffixRevoked = (list: SuffixList, hash: Uint8Array): boolean => {
  const keyBytes = list.prefixBytes + list.suffixBytes
  if (hash.length < keyBytes) return false
  const suffix = keyOf(hash.subarray(list.prefixBytes), 0, list.suffixBytes)
  const bucket = keyOf(hash, 0, list.prefixBytes)
  const at = firstNotBelow(list, bucket, suffix)
  return (
    at < (list.starts[bucket + 1] as number) && keyOf(list.suffixes, at * list.suffixBytes, list.suffixBytes) === suffix
  )
}

const firstNotBelow = (list: SuffixList, bucket: number, suffix: number): number => {
  let low = list.starts[bucket] as number
  let high = list.starts[bucket + 1] as number
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keyOf(list.suffixes, middle * list.suffixBytes, list.suffixBytes) < suffix) low = middle + 1
    else high = middle
  }
  return low
}

export const encodeSuffixList = (list: SuffixList): Uint8Array => {
  const writer = new ByteWriter()
    .varint(LIST_MAGIC)
    .varint(list.number)
    .varint(list.prefixBytes)
    .varint(list.suffixBytes)
  for (let i = 1; i < list.starts.length; i++)
    writer.varint((list.starts[i] as number) - (list.starts[i - 1] as number))
  return writer.bytes(list.suffixes).done()
}

/** Views the given bytes, does not copy them. Refuses a list whose buckets are not in order: a search in it would miss. */
export const decodeSuffixList = (bytes: Uint8Array): Checked<SuffixList> => {
  const reader = new ByteReader(bytes)
  const magic = reader.varint()
  const number = reader.varint()
  const prefixBytes = reader.varint(2)
  const suffixBytes = reader.varint(MAX_KEY_BYTES - 1)
  if (magic !== LIST_MAGIC || reader.failed || (prefixBytes !== 1 && prefixBytes !== 2) || suffixBytes < 1)
    return refuse('revocation-malformed', 'suffix list head')
  const shape = shapeOf(prefixBytes + suffixBytes)
  if (shape.prefixBytes !== prefixBytes) return refuse('revocation-malformed', 'suffix list shape')
  const starts = new Uint32Array(256 ** prefixBytes + 1)
  for (let i = 1; i < starts.length && !reader.failed; i++)
    starts[i] = (starts[i - 1] as number) + reader.varint(SUFFIX_MAX_COUNT - (starts[i - 1] as number))
  const suffixes = reader.bytes((starts[starts.length - 1] as number) * suffixBytes)
  const list: SuffixList = { number, prefixBytes, suffixBytes, starts, suffixes }
  const whole = reader.finish(list)
  return whole.ok && !isSorted(list) ? refuse('revocation-malformed', 'suffix list order') : whole
}

const isSorted = (list: SuffixList): boolean => {
  for (let bucket = 0; bucket + 1 < list.starts.length; bucket++) {
    let last = -1
    for (let i = list.starts[bucket] as number; i < (list.starts[bucket + 1] as number); i++) {
      const suffix = keyOf(list.suffixes, i * list.suffixBytes, list.suffixBytes)
      if (suffix < last) return false
      last = suffix
    }
  }
  return true
}

/** A delta from whole hashes; what is both added and removed cancels out. */
export const buildSuffixDelta = (
  step: { readonly from: number; readonly to: number; readonly keyBytes: number },
  added: readonly Uint8Array[],
  removed: readonly Uint8Array[],
): SuffixDelta => {
  const net = new Map<number, number>()
  const count = (hash: Uint8Array, by: number) => {
    const key = keyOf(hash, 0, step.keyBytes)
    net.set(key, (net.get(key) ?? 0) + by)
  }
  for (const hash of added) count(hash, 1)
  for (const hash of removed) count(hash, -1)
  const repeated = (sign: number) =>
    Float64Array.from([...net].flatMap(([key, by]) => Array<number>(Math.max(0, by * sign)).fill(key))).sort()
  return { ...step, add: repeated(1), remove: repeated(-1) }
}

/**
 * The list after the delta; the given list is not changed. `delta-gap` when the delta starts at another number,
 * `delta-mismatch` when it takes out what is not there: then list and delta are not of one chain.
 */
export const applySuffixDelta = (list: SuffixList, delta: SuffixDelta): Checked<SuffixList> => {
  if (delta.from !== list.number) return refuse('delta-gap', `have ${list.number}, delta starts at ${delta.from}`)
  const keyBytes = list.prefixBytes + list.suffixBytes
  if (delta.keyBytes !== keyBytes) return refuse('delta-mismatch', 'key length')
  const total = countOf(list) + delta.add.length - delta.remove.length
  if (total < 0 || total > SUFFIX_MAX_COUNT) return refuse('delta-mismatch', 'count')
  return merge(list, delta, total)
}

/** Copies the runs between changed keys as they are, so the cost is one copy of the list and the changes. */
const merge = (list: SuffixList, delta: SuffixDelta, total: number): Checked<SuffixList> => {
  const { suffixBytes } = list
  const scale = 256 ** suffixBytes
  const suffixes = new Uint8Array(total * suffixBytes)
  const shift = new Int32Array(list.starts.length)
  let read = 0
  let written = 0
  const copyUpTo = (entry: number): boolean => {
    if ((written + entry - read) * suffixBytes > suffixes.length) return false
    suffixes.set(list.suffixes.subarray(read * suffixBytes, entry * suffixBytes), written * suffixBytes)
    written += entry - read
    read = entry
    return true
  }
  let added = 0
  let removed = 0
  while (added < delta.add.length || removed < delta.remove.length) {
    const isAdd = (delta.add[added] ?? Infinity) <= (delta.remove[removed] ?? Infinity)
    const key = (isAdd ? delta.add[added++] : delta.remove[removed++]) as number
    const bucket = Math.floor(key / scale)
    const at = Math.max(read, firstNotBelow(list, bucket, key % scale))
    if (!copyUpTo(at)) return refuse('delta-mismatch', 'count')
    if (isAdd) {
      if (written >= total) return refuse('delta-mismatch', 'count')
      writeSuffix(suffixes, written++ * suffixBytes, key % scale, suffixBytes)
    } else {
      const isThere =
        at < (list.starts[bucket + 1] as number) && keyOf(list.suffixes, at * suffixBytes, suffixBytes) === key % scale
      if (!isThere) return refuse('delta-mismatch', 'takes out what is not there')
      read = at + 1
    }
    shift[bucket + 1] = (shift[bucket + 1] as number) + (isAdd ? 1 : -1)
  }
  if (!copyUpTo(countOf(list)) || written !== total) return refuse('delta-mismatch', 'count')
  const starts = new Uint32Array(list.starts.length)
  for (let i = 1, moved = 0; i < starts.length; i++) {
    moved += shift[i] as number
    starts[i] = (list.starts[i] as number) + moved
  }
  return ok({ ...list, number: delta.to, starts, suffixes })
}

export const encodeSuffixDelta = (delta: SuffixDelta): Uint8Array =>
  new ByteWriter()
    .varint(DELTA_MAGIC)
    .varint(delta.from)
    .varint(delta.to)
    .varint(delta.keyBytes)
    .rising(delta.add)
    .rising(delta.remove)
    .done()

export const decodeSuffixDelta = (bytes: Uint8Array): Checked<SuffixDelta> => {
  const reader = new ByteReader(bytes)
  const magic = reader.varint()
  const from = reader.varint()
  const to = reader.varint()
  const keyBytes = reader.varint(MAX_KEY_BYTES)
  if (magic !== DELTA_MAGIC || to <= from || keyBytes < 2) return refuse('revocation-malformed', 'suffix delta head')
  const max = 256 ** keyBytes - 1
  return reader.finish({ from, to, keyBytes, add: reader.rising(max), remove: reader.rising(max) })
}
