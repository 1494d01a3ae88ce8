import { concat, toHex } from './bytes.ts'
import { bigToBytes, power } from './ec-point.ts'

/** RSASSA-PSS verification by BigInt (RFC 8017 §8.1.2, §9.1.2; salt as long as the hash, RFC 8230 §2). Public numbers only. */
export type RsaNumbers = { readonly n: Uint8Array; readonly e: Uint8Array }
export type HashFunction = (data: Uint8Array) => Uint8Array

export const verifyRsaPss = (
  hash: HashFunction,
  key: RsaNumbers,
  message: Uint8Array,
  signature: Uint8Array,
): boolean => {
  const n = toBig(key.n)
  const s = toBig(signature)
  if (signature.length !== key.n.length || s >= n) return false
  const bits = n.toString(2).length - 1
  const block = power(s, toBig(key.e), n)
  const length = Math.ceil(bits / 8)
  return block >> BigInt(bits) === 0n && emsaPss(hash, message, bigToBytes(block, length), bits)
}

const toBig = (bytes: Uint8Array): bigint => (bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`))

const TRAILER = 0xbc

const emsaPss = (hash: HashFunction, message: Uint8Array, block: Uint8Array, bits: number): boolean => {
  const digest = hash(message)
  const size = digest.length
  const length = block.length
  if (length < 2 * size + 2 || block[length - 1] !== TRAILER) return false
  const hashed = block.subarray(length - size - 1, length - 1)
  const db = unmask(hash, block.subarray(0, length - size - 1), hashed)
  db[0] = (db[0] as number) & (0xff >> (8 * length - bits))
  const pad = db.length - size - 1
  if (db[pad] !== 1 || db.subarray(0, pad).some((byte) => byte !== 0)) return false
  const expected = hash(concat(new Uint8Array(8), digest, db.subarray(pad + 1)))
  return expected.every((byte, i) => byte === hashed[i])
}

/** MGF1 (RFC 8017 B.2.1) laid over the masked block. */
const unmask = (hash: HashFunction, masked: Uint8Array, seed: Uint8Array): Uint8Array => {
  const out = masked.slice()
  for (let counter = 0, at = 0; at < out.length; counter++) {
    const mask = hash(concat(seed, Uint8Array.of(counter >>> 24, counter >>> 16, counter >>> 8, counter)))
    for (let i = 0; i < mask.length && at < out.length; i++, at++) out[at] = (out[at] as number) ^ (mask[i] as number)
  }
  return out
}
