import { toHex } from './bytes.ts'
import type { EcCurve, KeyNumbers } from './keys.ts'
import { COORDINATE_BYTES } from './keys.ts'

/**
 * y of a compressed point by BigInt, for backends that cannot import one (WebCrypto in browsers).
 * y² = x³ − 3x + b over the prime p; every p here is 3 mod 4, so √a = a^((p+1)/4). Public data only.
 * Primes and b: FIPS 186-4 D.1.2.
 */
const CURVES: Readonly<Record<EcCurve, { readonly p: bigint; readonly b: bigint }>> = {
  'P-256': {
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  'P-384': {
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
  'P-521': {
    p: (1n << 521n) - 1n,
    b: 0x051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
  },
}

/** `undefined` when no point of the curve has this x. */
export const decompress = (
  key: Extract<KeyNumbers, { kty: 'EC-compressed' }>,
): Extract<KeyNumbers, { kty: 'EC' }> | undefined => {
  const { p, b } = CURVES[key.curve]
  const x = BigInt(`0x${toHex(key.x)}`)
  if (x >= p) return undefined
  const square = (x * x * x - 3n * x + b) % p
  const root = power((square + p) % p, (p + 1n) >> 2n, p)
  if ((root * root - square) % p !== 0n) return undefined
  const y = (root & 1n) === (key.odd ? 1n : 0n) ? root : p - root
  return { kty: 'EC', curve: key.curve, x: key.x, y: bigToBytes(y, COORDINATE_BYTES[key.curve]) }
}

/** base^exponent mod modulus. Not constant in time: for public numbers only. */
export const power = (base: bigint, exponent: bigint, modulus: bigint): bigint => {
  let result = 1n
  let square = base % modulus
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

export const bigToBytes = (value: bigint, length: number): Uint8Array => {
  const hex = value.toString(16).padStart(length * 2, '0')
  return Uint8Array.from({ length }, (_, i) => Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16))
}
