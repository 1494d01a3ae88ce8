/** Small byte helpers that run everywhere. A parser gives `undefined` on bad input; the caller names the refusal. */
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const HEX = '0123456789abcdef'
const B64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** Up to this length a loop beats `TextDecoder`. */
const SHORT_TEXT_BYTES = 96

export const utf8 = (text: string): Uint8Array => encoder.encode(text)

/**
 * The text of `bytes` between two positions. Strict: `undefined` on anything that is not well-formed UTF-8. A byte order
 * mark is kept as a character.
 */
export const fromUtf8 = (bytes: Uint8Array, from = 0, to = bytes.length): string | undefined => {
  if (to - from <= SHORT_TEXT_BYTES) return shortText(bytes, from, to)
  try {
    return decoder.decode(bytes.subarray(from, to))
  } catch {
    return undefined
  }
}

/** The least code point that needs 2, 3 or 4 bytes: less is an overlong form (RFC 3629 §3). */
const LEAST_OF_LENGTH = [0, 0, 0x80, 0x800, 0x1_0000] as const

/** One list of each length, used again and again: a certificate has dozens of texts, and a view of each costs more. */
const CODES: number[][] = []

const shortText = (bytes: Uint8Array, from: number, to: number): string | undefined => {
  const length = to - from
  const codes = CODES[length] ?? newCodes(length)
  for (let i = 0; i < length; i++) {
    const byte = bytes[from + i] as number
    if (byte > 0x7f) return wideText(bytes, from, to)
    codes[i] = byte
  }
  return String.fromCharCode.apply(null, codes)
}

const newCodes = (length: number): number[] => {
  const codes = new Array<number>(length).fill(0)
  CODES[length] = codes
  return codes
}

const wideText = (bytes: Uint8Array, from: number, to: number): string | undefined => {
  let text = ''
  for (let at = from; at < to; ) {
    const code = codePointAt(bytes, at, to)
    if (code < 0) return undefined
    text += String.fromCodePoint(code)
    at += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4
  }
  return text
}

/** −1 where no well-formed sequence begins. */
const codePointAt = (bytes: Uint8Array, at: number, to: number): number => {
  const first = bytes[at] as number
  if (first < 0x80) return first
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  if (first < 0xc2 || first > 0xf4 || at + length > to) return -1
  let code = first & (0x7f >> length)
  for (let i = 1; i < length; i++) {
    const next = bytes[at + i] as number
    if ((next & 0xc0) !== 0x80) return -1
    code = (code << 6) | (next & 0x3f)
  }
  const isSurrogate = code >= 0xd800 && code <= 0xdfff
  return code < (LEAST_OF_LENGTH[length] as number) || code > 0x10_ffff || isSurrogate ? -1 : code
}

export const toHex = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += HEX.charAt(byte >> 4) + HEX.charAt(byte & 15)
  return text
}

export const fromHex = (text: string): Uint8Array | undefined => {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(i * 2, i * 2 + 2), 16)
  return bytes
}

/** base64url without padding (RFC 7515). */
export const toBase64Url = (bytes: Uint8Array): string => {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i
    const bits = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    text += B64URL.charAt(bits >> 18) + B64URL.charAt((bits >> 12) & 63)
    if (left > 1) text += B64URL.charAt((bits >> 6) & 63)
    if (left > 2) text += B64URL.charAt(bits & 63)
  }
  return text
}

/** base64 with padding (RFC 4648 §4). */
export const toBase64 = (bytes: Uint8Array): string => {
  const text = toBase64Url(bytes).replaceAll('-', '+').replaceAll('_', '/')
  return text + '='.repeat((4 - (text.length % 4)) % 4)
}

const B64_VALUE = /* @__PURE__ */ (() => {
  const table = new Int8Array(128).fill(-1)
  for (let i = 0; i < 64; i++) table[B64URL.charCodeAt(i)] = i
  return table
})()

/** Strict base64url: no padding, no other alphabet, no stray bits in the last character. */
export const fromBase64Url = (text: string): Uint8Array | undefined => {
  const length = text.length
  if (length % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((length * 3) / 4))
  let at = 0
  let bits = 0
  let held = 0
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    const value = code < 128 ? (B64_VALUE[code] as number) : -1
    if (value < 0) return undefined
    bits = (bits << 6) | value
    held += 6
    if (held >= 8) {
      held -= 8
      bytes[at++] = bits >> held
      bits &= (1 << held) - 1
    }
  }
  return bits === 0 ? bytes : undefined
}

/** Liberal: base64 or base64url, with or without padding and white space (keys and certificates typed by people). */
export const fromBase64 = (text: string): Uint8Array | undefined =>
  fromBase64Url(
    text
      .replace(/\s+/g, '')
      .replace(/={1,2}$/, '')
      .replaceAll('+', '-')
      .replaceAll('/', '_'),
  )

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => {
  let length = 0
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Order of bytes as unsigned numbers, a prefix before what it begins: negative, 0 or positive. */
export const compareBytes = (a: Uint8Array, b: Uint8Array): number => {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** For public values; it stops at the first difference. */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && compareBytes(a, b) === 0
