/**
 * A tolerant reader of DER and of the BER that real certificates contain: lengths need not be shortest. Bounded by
 * the input; every function gives `undefined` instead of reading past it.
 */
export type Tlv = {
  readonly tag: number
  readonly bytes: Uint8Array
  /** Where the whole element begins; where its content begins and ends. */
  readonly start: number
  readonly from: number
  readonly to: number
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

const LENGTH_BYTES = 4

/** Reads the element at `at` that must end at or before `end`. */
export const readTlv = (bytes: Uint8Array, at = 0, end = bytes.length): Tlv | undefined => {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined || (tag & 31) === 31 || at + 2 > end) return undefined
  if (first < 0x80) return fitting({ tag, bytes, start: at, from: at + 2, to: at + 2 + first }, end)
  const size = first & 0x7f
  if (size === 0 || size > LENGTH_BYTES || at + 2 + size > end) return undefined
  let length = 0
  for (let i = 0; i < size; i++) length = length * 256 + (bytes[at + 2 + i] as number)
  return fitting({ tag, bytes, start: at, from: at + 2 + size, to: at + 2 + size + length }, end)
}

const fitting = (tlv: Tlv, end: number): Tlv | undefined => (tlv.to <= end ? tlv : undefined)

/** The elements inside a constructed one; `undefined` when they do not fill it exactly. */
export const children = (parent: Tlv): readonly Tlv[] | undefined => {
  const list: Tlv[] = []
  for (let at = parent.from; at < parent.to; ) {
    const child = readTlv(parent.bytes, at, parent.to)
    if (!child) return undefined
    list.push(child)
    at = child.to
  }
  return list
}

export const content = (tlv: Tlv): Uint8Array => tlv.bytes.subarray(tlv.from, tlv.to)
export const whole = (tlv: Tlv): Uint8Array => tlv.bytes.subarray(tlv.start, tlv.to)

/** Dotted form of an object identifier. */
export const oidText = (tlv: Tlv): string => {
  const arcs: number[] = []
  let value = 0
  for (const byte of content(tlv)) {
    value = value * 128 + (byte & 0x7f)
    if (byte & 0x80) continue
    if (arcs.length > 0) arcs.push(value)
    else arcs.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)))
    value = 0
  }
  return arcs.join('.')
}

/** A bit string of whole bytes. */
export const bitStringBytes = (tlv: Tlv): Uint8Array | undefined => {
  const bytes = content(tlv)
  return tlv.tag === TAG.bitString && bytes[0] === 0 ? bytes.subarray(1) : undefined
}

/** An unsigned integer without leading zeros. */
export const unsignedBytes = (tlv: Tlv): Uint8Array | undefined =>
  tlv.tag === TAG.integer ? stripZeros(content(tlv)) : undefined

export const stripZeros = (bytes: Uint8Array): Uint8Array => {
  let at = 0
  while (at < bytes.length - 1 && bytes[at] === 0) at++
  return bytes.subarray(at)
}

const TIME = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(?:\.\d+)?(Z|[+-]\d{4})$/

/** UTCTime or GeneralizedTime in milliseconds since 1970. Two-digit years: 50–99 are 19xx (RFC 5280 §4.1.2.5.1). */
export const timeMs = (tlv: Tlv): number | undefined => {
  const text = String.fromCharCode(...content(tlv).subarray(0, 32))
  const [, year = '', month, day, hour, minute, second = '00', zone = 'Z'] = TIME.exec(text) ?? []
  if (!month || (tlv.tag === TAG.utcTime) !== (year.length === 2)) return undefined
  const fullYear = year.length === 4 ? year : `${Number(year) >= 50 ? '19' : '20'}${year}`
  const offset = zone === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(3)}`
  const ms = Date.parse(`${fullYear}-${month}-${day}T${hour}:${minute}:${second}${offset}`)
  return Number.isNaN(ms) ? undefined : ms
}
