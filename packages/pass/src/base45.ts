import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'

/** Base45 (RFC 9285): two bytes in three characters of the QR alphanumeric set, a last single byte in two. */
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
const CODES = /* @__PURE__ */ Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0))
const NONE = 64
const VALUES = /* @__PURE__ */ (() => {
  const table = new Uint8Array(128).fill(NONE)
  for (let i = 0; i < 45; i++) table[CODES[i] as number] = i
  return table
})()

export const encodeBase45 = (bytes: Uint8Array): string => {
  const even = bytes.length & ~1
  const out = new Uint8Array((even >> 1) * 3 + (bytes.length & 1) * 2)
  let at = 0
  for (let i = 0; i < even; i += 2) {
    const value = ((bytes[i] as number) << 8) | (bytes[i + 1] as number)
    const high = Math.floor(value / 2025)
    const rest = value - high * 2025
    const middle = Math.floor(rest / 45)
    out[at++] = CODES[rest - middle * 45] as number
    out[at++] = CODES[middle] as number
    out[at++] = CODES[high] as number
  }
  if (bytes.length & 1) {
    const value = bytes[even] as number
    out[at++] = CODES[value % 45] as number
    out[at] = CODES[Math.floor(value / 45)] as number
  }
  return ascii.decode(out)
}

const ascii = new TextDecoder('utf-8')

/** Decodes `text` from `from` on. Strict: every character of the alphabet, every group in range. */
export const decodeBase45 = (text: string, from = 0): Checked<Uint8Array> => {
  const length = text.length - from
  const rest = length % 3
  if (rest === 1) return refuse('base45-malformed', 'length')
  const out = new Uint8Array(((length - rest) / 3) * 2 + (rest >> 1))
  const end = from + length - rest
  let at = 0
  let outside = 0
  for (let i = from; i < end; i += 3) {
    const low = valueAt(text, i)
    const middle = valueAt(text, i + 1)
    const high = valueAt(text, i + 2)
    const value = low + middle * 45 + high * 2025
    outside |= (low | middle | high) & NONE
    if (value > 0xffff) return refuse('base45-malformed', `at character ${i - from}`)
    out[at++] = value >> 8
    out[at++] = value
  }
  if (rest === 2) {
    const value = valueAt(text, end) + valueAt(text, end + 1) * 45
    outside |= (valueAt(text, end) | valueAt(text, end + 1)) & NONE
    if (value > 0xff) return refuse('base45-malformed', `at character ${end - from}`)
    out[at] = value
  }
  return outside ? refuse('base45-malformed', 'character') : ok(out)
}

const valueAt = (text: string, at: number): number => {
  const code = text.charCodeAt(at)
  return code < 128 ? (VALUES[code] as number) : NONE
}
