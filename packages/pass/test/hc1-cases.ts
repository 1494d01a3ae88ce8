import { decodeBase45, encodeBase45 } from '../src/base45.ts'
import { toHex } from '../src/bytes.ts'
import { encodeCbor } from '../src/cbor-encode.ts'
import { createSign1 } from '../src/cose.ts'
import type { CryptoBackend, KeyPair } from '../src/crypto.ts'
import { createHc1, decodeHc1, HC1_PREFIX, unwrapHc1, verifyHc1 } from '../src/hc1.ts'
import { inflateZlib, storeZlib } from '../src/inflate.ts'
import type { JsonObject } from '../src/json.ts'
import { indexKeys, type VerificationKey } from '../src/keyring.ts'
import { unwrap } from '../src/result.ts'
import { type Case, expect, expectEqual } from './suite.ts'

export const AT = Date.parse('2022-01-05T03:00:00Z')
const DAY_MS = 86_400_000
export const KID = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)

export const VACCINATION: JsonObject = {
  ver: '1.3.0',
  nam: { fn: '홍', fnt: 'HONG', gn: '길동', gnt: 'GILDONG' },
  dob: '1980-03-01',
  v: [
    {
      tg: '840539006',
      vp: '1119349007',
      mp: 'EU/1/20/1528',
      ma: 'ORG-100030215',
      dn: 2,
      sd: 2,
      dt: '2021-08-20',
      co: 'KR',
      is: '질병관리청',
      ci: 'URN:UVCI:01:KR:8A1B2C3D4E5F6G7H#9',
    },
  ],
}

export const issueWith = async (crypto: CryptoBackend, pair: KeyPair, certificate = VACCINATION): Promise<string> =>
  unwrap(
    await createHc1(crypto, pair.privateKey, {
      alg: 'ES256',
      kid: KID,
      certificate,
      issuer: 'KR',
      issuedAt: AT - DAY_MS,
      expiresAt: AT + DAY_MS,
    }),
  )

const newPair = async (crypto: CryptoBackend): Promise<KeyPair> => unwrap(await crypto.generateKey('P-256', true))

const keysOf = (pair: KeyPair, limits: Partial<VerificationKey> = {}) =>
  indexKeys([{ kid: KID, publicKey: pair.publicKey, ...limits }])

const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? 'ok'

const flipped = (bytes: Uint8Array, bit: number): Uint8Array => {
  const copy = bytes.slice()
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}

/** Every `stride`th bit: all of them where signatures are fast, a sample with the pure backend. */
const strideFor = (crypto: CryptoBackend): number => (crypto.name === 'pure' ? 97 : 3)

export const hc1OwnCases: readonly Case[] = [
  {
    name: 'an issued HC1 is read back as it was written, and verified',
    run: async (crypto) => {
      const pair = await newPair(crypto)
      const text = await issueWith(crypto, pair)
      expectEqual(JSON.stringify(unwrap(decodeHc1(text)).certificate), JSON.stringify(VACCINATION), 'certificate')
      const verified = await verifyHc1(crypto, text, { keys: keysOf(pair), at: AT })
      expectEqual(codeOf(verified), 'ok', 'verified')
      expectEqual(toHex(unwrap(verified).key.kid ?? KID), toHex(KID), 'kid')
      expectEqual(unwrap(verified).kind, 'v', 'kind')
    },
  },
  {
    name: 'a flipped bit of a signed HC1 is refused, whichever bit it is',
    run: async (crypto) => {
      const pair = await newPair(crypto)
      const compressed = unwrap(unwrapHc1(await issueWith(crypto, pair)))
      const stride = strideFor(crypto)
      for (let bit = 0; bit < compressed.length * 8; bit += stride) {
        const text = HC1_PREFIX + encodeBase45(flipped(compressed, bit))
        const verified = await verifyHc1(crypto, text, { keys: keysOf(pair), at: AT })
        expect(!verified.ok, `bit ${bit} of the compressed bytes`)
      }
    },
  },
  {
    name: 'a flipped bit of the COSE message is refused, under a fresh checksum too',
    run: async (crypto) => {
      const pair = await newPair(crypto)
      const message = unwrap(inflateZlib(unwrap(unwrapHc1(await issueWith(crypto, pair))), 10_000))
      const stride = strideFor(crypto)
      for (let bit = 1; bit < message.length * 8; bit += stride) {
        const text = HC1_PREFIX + encodeBase45(storeZlib(flipped(message, bit)))
        const verified = await verifyHc1(crypto, text, { keys: keysOf(pair), at: AT })
        expect(!verified.ok, `bit ${bit} of the message`)
      }
    },
  },
  {
    name: 'each fault of time, key and kind has its own code',
    run: async (crypto) => {
      const pair = await newPair(crypto)
      const other = await newPair(crypto)
      const text = await issueWith(crypto, pair)
      const verify = async (keys: ReturnType<typeof keysOf>, at = AT, skewMs = 0) =>
        codeOf(await verifyHc1(crypto, text, { keys, at, skewMs }))
      expectEqual(await verify(keysOf(pair), AT + 2 * DAY_MS), 'expired', 'after its end')
      expectEqual(await verify(keysOf(pair), AT - 2 * DAY_MS), 'issued-in-future', 'before its start')
      expectEqual(await verify(keysOf(pair), AT + DAY_MS + 30_000, 60_000), 'ok', 'within the skew')
      expectEqual(await verify(indexKeys([])), 'key-unknown', 'no key')
      expectEqual(await verify(keysOf(other)), 'signature-invalid', 'another key under the kid')
      expectEqual(await verify(keysOf(pair, { notAfter: AT - 1 })), 'key-expired', 'key over')
      expectEqual(await verify(keysOf(pair, { notBefore: AT + 1 })), 'key-not-yet-valid', 'key not begun')
      expectEqual(await verify(keysOf(pair, { kinds: ['t', 'r'] })), 'key-usage', 'kind')
    },
  },
  {
    name: 'all keys of a kid are tried',
    run: async (crypto) => {
      const pair = await newPair(crypto)
      const other = await newPair(crypto)
      const keys = indexKeys([other, pair].map(({ publicKey }) => ({ kid: KID, publicKey })))
      const text = await issueWith(crypto, pair)
      expectEqual(codeOf(await verifyHc1(crypto, text, { keys, at: AT })), 'ok', 'second key')
    },
  },
  {
    name: 'an exemption is carried without a medical reason',
    run: async (crypto) => {
      const pair = await newPair(crypto)
      const { v: _, ...person } = VACCINATION
      const exemption = {
        ...person,
        x: [{ tg: '840539006', co: 'KR', is: '보건소', ci: 'URN:UVCI:01:KR:X1#1', df: '2022-01-01' }],
      }
      const verified = await verifyHc1(crypto, await issueWith(crypto, pair, exemption), { keys: keysOf(pair), at: AT })
      expectEqual(unwrap(verified).kind, 'x', 'kind')
    },
  },
  {
    name: 'the kid may stand in the unprotected header, the message be untagged and the claims text-free of an issuer',
    run: async (crypto) => {
      const pair = await newPair(crypto)
      const seconds = Math.floor(AT / 1000)
      const claims = new Map<number, never>([
        [4, (seconds + 60) as never],
        [-260, new Map([[1, VACCINATION]]) as never],
      ])
      const input = {
        alg: 'ES256',
        kid: KID,
        kidIn: 'unprotected',
        tagged: false,
        payload: encodeCbor(claims),
      } as const
      const text = HC1_PREFIX + encodeBase45(storeZlib(unwrap(await createSign1(crypto, pair.privateKey, input))))
      expectEqual(codeOf(await verifyHc1(crypto, text, { keys: keysOf(pair), at: AT })), 'ok', 'verified')
    },
  },
  {
    name: 'content that breaks the schema is not issued',
    run: async (crypto) => {
      const pair = await newPair(crypto)
      const certificate = { ...VACCINATION, dob: '1. 3. 1980' }
      const input = { alg: 'ES256', kid: KID, certificate, issuer: 'KR', issuedAt: AT, expiresAt: AT } as const
      expectEqual(codeOf(await createHc1(crypto, pair.privateKey, input)), 'schema-invalid', 'issued')
      expect(decodeBase45('').ok, 'the empty text is base45')
    },
  },
]
