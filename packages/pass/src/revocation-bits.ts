import { deflateSync } from 'fflate'
import { equalBytes } from './bytes.ts'
import { inflateRaw } from './inflate.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'
import { ByteReader, ByteWriter } from './revocation-codec.ts'

/**
 * Status bits: one bit for each certificate an issuer of ours has given out, at the index written in the certificate.
 * Exact in both directions: no certificate is refused by mistake and none is missed.
 *
 * `number` counts the issuer's changes; a delta leads from one number to a later one and fits nowhere else.
 */
export type StatusBits = { readonly number: number; readonly size: number; readonly bits: Uint8Array }

/** `size` is the number of certificates after the change; indexes rise. */
export type StatusDelta = {
  readonly from: number
  readonly to: number
  readonly size: number
  readonly revoke: ArrayLike<number>
  readonly restore: ArrayLike<number>
}

/** 128 M certificates, 16 MiB of bits: what a decoder will allocate at the most. @see docs/sources/pass.md#revocation */
export const STATUS_MAX_SIZE = 2 ** 27

const BITS_MAGIC = 0xb1
const DELTA_MAGIC = 0xb2

export const buildStatusBits = (number: number, size: number, revoked: Iterable<number>): StatusBits => {
  if (size > STATUS_MAX_SIZE) throw new RangeError(`status list of ${size} is too long`)
  const bits = new Uint8Array(Math.ceil(size / 8))
  for (const index of revoked) {
    if (!Number.isInteger(index) || index < 0 || index >= size)
      throw new RangeError(`index ${index} is not in 0…${size - 1}`)
    setBit(bits, index)
  }
  return { number, size, bits }
}

const setBit = (bits: Uint8Array, index: number): void => {
  bits[index >> 3] = (bits[index >> 3] as number) | (1 << (index & 7))
}
const clearBit = (bits: Uint8Array, index: number): void => {
  bits[index >> 3] = (bits[index >> 3] as number) & ~(1 << (index & 7))
}

/** True if the certificate at this index is revoked. An index behind the list was issued after it: not revoked. */
export const isStatusRevoked = (list: StatusBits, index: number): boolean =>
  index >= 0 && index < list.size && (((list.bits[index >> 3] ?? 0) >> (index & 7)) & 1) === 1

/** A snapshot for shipping: 4.5 MB for 10 M revoked of 50 M, some kilobytes for a few thousand. */
export const encodeStatusBits = (list: StatusBits): Uint8Array =>
  new ByteWriter()
    .varint(BITS_MAGIC)
    .varint(list.number)
    .varint(list.size)
    .bytes(deflateSync(list.bits, { level: 6 }))
    .done()

export const decodeStatusBits = (bytes: Uint8Array): Checked<StatusBits> => {
  const reader = new ByteReader(bytes)
  const magic = reader.varint()
  const number = reader.varint()
  const size = reader.varint(STATUS_MAX_SIZE)
  if (magic !== BITS_MAGIC || reader.failed) return refuse('revocation-malformed', 'status bits head')
  const length = Math.ceil(size / 8)
  const bits = inflateRaw(reader.bytes(reader.left), length)
  const isWhole = bits.ok && bits.value.length === length && !hasStrayBits(bits.value, size)
  return isWhole ? ok({ number, size, bits: bits.value.slice() }) : refuse('revocation-malformed', 'status bits body')
}

const hasStrayBits = (bits: Uint8Array, size: number): boolean =>
  size % 8 !== 0 && (bits.at(-1) ?? 0) >> (size % 8) !== 0

/** What leads from an older list to a newer one. */
export const diffStatusBits = (older: StatusBits, newer: StatusBits): StatusDelta => {
  const revoke: number[] = []
  const restore: number[] = []
  for (let byte = 0; byte < newer.bits.length; byte++) {
    const before = older.bits[byte] ?? 0
    const after = newer.bits[byte] as number
    if (before === after) continue
    for (let bit = 0; bit < 8; bit++) {
      if ((((before ^ after) >> bit) & 1) === 0) continue
      ;((after >> bit) & 1 ? revoke : restore).push(byte * 8 + bit)
    }
  }
  return { from: older.number, to: newer.number, size: newer.size, revoke, restore }
}

/** The list after the delta; the given list is not changed. `delta-gap` when the delta starts at another number. */
export const applyStatusDelta = (list: StatusBits, delta: StatusDelta): Checked<StatusBits> => {
  if (delta.from !== list.number) return refuse('delta-gap', `have ${list.number}, delta starts at ${delta.from}`)
  if (delta.size < list.size || delta.size > STATUS_MAX_SIZE)
    return refuse('revocation-malformed', 'status list shrinks')
  const bits = new Uint8Array(Math.ceil(delta.size / 8))
  bits.set(list.bits)
  for (let i = 0; i < delta.revoke.length; i++) setBit(bits, delta.revoke[i] as number)
  for (let i = 0; i < delta.restore.length; i++) clearBit(bits, delta.restore[i] as number)
  return ok({ number: delta.to, size: delta.size, bits })
}

export const encodeStatusDelta = (delta: StatusDelta): Uint8Array =>
  new ByteWriter()
    .varint(DELTA_MAGIC)
    .varint(delta.from)
    .varint(delta.to)
    .varint(delta.size)
    .rising(delta.revoke)
    .rising(delta.restore)
    .done()

export const decodeStatusDelta = (bytes: Uint8Array): Checked<StatusDelta> => {
  const reader = new ByteReader(bytes)
  const magic = reader.varint()
  const from = reader.varint()
  const to = reader.varint()
  const size = reader.varint(STATUS_MAX_SIZE)
  if (magic !== DELTA_MAGIC || to <= from || size < 1) return refuse('revocation-malformed', 'status delta head')
  return reader.finish({ from, to, size, revoke: reader.rising(size - 1), restore: reader.rising(size - 1) })
}

export const equalStatusBits = (a: StatusBits, b: StatusBits): boolean =>
  a.number === b.number && a.size === b.size && equalBytes(a.bits, b.bits)
