import { fromHex, toBase64Url, toHex, utf8 } from '../src/bytes.ts'
import type { Alg, CryptoBackend, Jwk, PublicKey } from '../src/crypto.ts'
import { decompress } from '../src/ec-point.ts'
import { readKeyNumbers, toPoint } from '../src/keys.ts'
import { unwrap } from '../src/result.ts'
import { type Case, expect, expectEqual } from './suite.ts'

const MESSAGE = utf8('두레')

const pointOf = (jwk: Jwk, compressed: boolean): Uint8Array => {
  const numbers = unwrap(readKeyNumbers({ form: 'jwk', jwk }))
  if (numbers.kty !== 'EC') throw new Error('an EC key')
  const { curve, x, y } = numbers
  return toPoint(compressed ? { kty: 'EC-compressed', curve, x, odd: ((y.at(-1) ?? 0) & 1) === 1 } : numbers)
}

const isVerified = async (crypto: CryptoBackend, alg: Alg, key: PublicKey, signature: Uint8Array) =>
  await crypto.verify(alg, key, MESSAGE, signature)

const refusedKey = async (crypto: CryptoBackend, name: string, hex: string): Promise<void> => {
  const key = await crypto.importKey({ form: 'raw', curve: 'P-256', point: fromHex(hex) ?? new Uint8Array() })
  expectEqual(key.ok ? 'ok' : key.error.code, 'key-malformed', name)
}

/** A P-521 key of cose-wg Examples, and RFC 8032 §7.1 test 3. */
const P521: Jwk = {
  kty: 'EC',
  crv: 'P-521',
  x: 'AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt',
  y: 'AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1',
}
const ED25519 = {
  key: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
  message: 'af82',
  signature:
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
}

export const cryptoCases: readonly Case[] = [
  {
    name: 'a key gives the same answer as JWK, as point and as compressed point',
    run: async (crypto) => {
      const pair = unwrap(await crypto.generateKey('P-256', true))
      const signature = unwrap(await crypto.sign('ES256', pair.privateKey, MESSAGE))
      expectEqual(signature.length, 64, 'length')
      for (const compressed of [true, false]) {
        const point = pointOf(pair.publicJwk, compressed)
        const key = unwrap(await crypto.importKey({ form: 'raw', curve: 'P-256', point }))
        expect(await isVerified(crypto, 'ES256', key, signature), `compressed ${compressed}`)
      }
      const jwk = unwrap(await crypto.importKey({ form: 'jwk', jwk: pair.publicJwk }))
      expect(await isVerified(crypto, 'ES256', jwk, signature), 'JWK')
    },
  },
  {
    name: 'a signature of another algorithm, length or message is not verified, and nothing is thrown',
    run: async (crypto) => {
      const pair = unwrap(await crypto.generateKey('P-256', true))
      const signature = unwrap(await crypto.sign('ES256', pair.privateKey, MESSAGE))
      const { publicKey } = pair
      expect(!(await isVerified(crypto, 'ES384', publicKey, signature)), 'hash')
      expect(!(await isVerified(crypto, 'PS256', publicKey, signature)), 'scheme')
      expect(!(await isVerified(crypto, 'EdDSA', publicKey, signature)), 'family')
      for (const length of [0, 1, 63, 65, 72]) {
        expect(!(await isVerified(crypto, 'ES256', publicKey, new Uint8Array(length).fill(1))), `length ${length}`)
      }
      expect(!(await isVerified(crypto, 'ES256', publicKey, new Uint8Array(64))), 'zero')
      expect(!(await isVerified(crypto, 'ES256', publicKey, new Uint8Array(64).fill(255))), 'over the order')
      expect(!(await crypto.verify('ES256', publicKey, utf8('다른 글'), signature)), 'message')
    },
  },
  {
    name: 'points off the curve, of the wrong length or at infinity are refused',
    run: async (crypto) => {
      await refusedKey(crypto, 'off the curve', `04${'11'.repeat(64)}`)
      await refusedKey(crypto, 'x of no point', `02${'00'.repeat(31)}01`)
      await refusedKey(crypto, 'x over the prime', `02${'ff'.repeat(32)}`)
      await refusedKey(crypto, 'infinity', '00')
      await refusedKey(crypto, 'short', `04${'11'.repeat(63)}`)
      await refusedKey(crypto, 'hybrid', `06${'11'.repeat(64)}`)
      await refusedKey(crypto, 'empty', '')
    },
  },
  {
    name: 'Ed25519 is verified as in RFC 8032',
    run: async (crypto) => {
      const bytes = (hex: string) => fromHex(hex) ?? new Uint8Array()
      const key = unwrap(await crypto.importKey({ form: 'raw', curve: 'Ed25519', point: bytes(ED25519.key) }))
      expect(await crypto.verify('EdDSA', key, bytes(ED25519.message), bytes(ED25519.signature)), 'verified')
      expect(!(await crypto.verify('EdDSA', key, bytes('af83'), bytes(ED25519.signature))), 'other message')
    },
  },
  {
    name: 'an Ed25519 pair signs what it verifies',
    run: async (crypto) => {
      const pair = unwrap(await crypto.generateKey('Ed25519', true))
      const signature = unwrap(await crypto.sign('EdDSA', pair.privateKey, MESSAGE))
      expect(await isVerified(crypto, 'EdDSA', pair.publicKey, signature), 'verified')
    },
  },
  {
    name: 'RSA keys under 2,048 bits, over 8,192 or with a bad exponent are refused',
    run: async (crypto) => {
      const refusedRsa = async (name: string, bytes: number, e: string) => {
        const key = await crypto.importKey({
          form: 'jwk',
          jwk: { kty: 'RSA', n: toBase64Url(new Uint8Array(bytes).fill(255)), e },
        })
        expectEqual(key.ok ? 'ok' : key.error.code, 'key-malformed', name)
      }
      await refusedRsa('1,024 bits', 128, 'AQAB')
      await refusedRsa('16,384 bits', 2_048, 'AQAB')
      await refusedRsa('even exponent', 256, 'AQAC')
      await refusedRsa('exponent 1', 256, 'AQ')
      await refusedRsa('exponent of 40 bits', 256, 'AQAAAAE')
    },
  },
  {
    name: 'a compressed point is opened to the one it came from',
    run: () => {
      for (const jwk of [P521]) {
        const numbers = unwrap(readKeyNumbers({ form: 'jwk', jwk }))
        if (numbers.kty !== 'EC') throw new Error('an EC key')
        const compressed = unwrap(readKeyNumbers({ form: 'raw', curve: numbers.curve, point: pointOf(jwk, true) }))
        if (compressed.kty !== 'EC-compressed') throw new Error('a compressed key')
        expectEqual(toHex(decompress(compressed)?.y ?? new Uint8Array()), toHex(numbers.y), 'y')
      }
    },
  },
  {
    name: 'digests are those of the standard',
    run: async (crypto) => {
      const abc = utf8('abc')
      expectEqual(toHex(await crypto.digest('SHA-256', abc)).slice(0, 16), 'ba7816bf8f01cfea', 'SHA-256')
      expectEqual(toHex(await crypto.digest('SHA-384', abc)).slice(0, 16), 'cb00753f45a35e8b', 'SHA-384')
      expectEqual(toHex(await crypto.digest('SHA-512', abc)).slice(0, 16), 'ddaf35a193617aba', 'SHA-512')
    },
  },
]
