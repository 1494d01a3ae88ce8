import type { CryptoBackend } from '../src/crypto.ts'
import { parseJson } from '../src/json.ts'
import { unwrap } from '../src/result.ts'
import { decodeShc, readJwks, readShcFile, type ShcKey, verifyShc } from '../src/shc.ts'
import { createShc, jwkThumbprint } from '../src/shc-export.ts'
import { joinShcCodes, toShcCodes } from '../src/shc-qr.ts'
import { type Case, expect, expectEqual } from './suite.ts'

const AT = Date.parse('2023-07-01T00:00:00Z')
const JWKS = 'issuer/.well-known/jwks.json'

const keysFrom = async (crypto: CryptoBackend, files: Readonly<Record<string, string>>): Promise<ShcKey[]> =>
  unwrap(await readJwks(crypto, parseJson(files[JWKS] ?? '') ?? null))

const codeOf = (result: { ok: boolean; error?: { code: string } }): string => result.error?.code ?? 'ok'

/** Examples 00, 01, … as far as they are there; `-f-…` may come in several chunks. */
export const shcCases = (files: Readonly<Record<string, string>>): readonly Case[] => {
  const numbers = [...new Set(Object.keys(files).flatMap((name) => /example-(\d\d)-d-jws/.exec(name)?.[1] ?? []))]
  return numbers.flatMap((number) => exampleCases(files, number))
}

const exampleCases = (files: Readonly<Record<string, string>>, number: string): readonly Case[] => {
  const file = (part: string) => (files[`examples/example-${number}-${part}`] ?? '').trim()
  const codes = Object.keys(files)
    .filter((name) => name.startsWith(`examples/example-${number}-f-qr-code-numeric`))
    .sort()
    .flatMap((name) => (files[name] ?? '').trim().split(/\s+/))
  const jws = file('d-jws.txt')
  const same = (a: unknown, b: unknown) => expectEqual(JSON.stringify(a), JSON.stringify(b), 'JSON')
  return [
    {
      name: `SHC example ${number}: the JWS is verified with the issuer's key set and gives the payload`,
      run: async (crypto) => {
        const verified = await verifyShc(crypto, jws, { keys: await keysFrom(crypto, files), at: AT })
        expectEqual(codeOf(verified), 'ok', 'verified')
        same(unwrap(verified).payload, parseJson(file('c-jws-payload-minified.json')))
      },
    },
    {
      name: `SHC example ${number}: the numeric codes give the JWS, in any order, and the JWS the codes`,
      run: () => {
        expectEqual(unwrap(joinShcCodes(codes)), jws, 'joined')
        expectEqual(unwrap(joinShcCodes(codes.toReversed())), jws, 'joined in reverse')
        if (codes.length === 1) expectEqual(toShcCodes(jws).join(), codes.join(), 'codes')
      },
    },
    {
      name: `SHC example ${number}: the file holds the JWS`,
      run: () => expectEqual(unwrap(readShcFile(file('e-file.smart-health-card'))).join(), jws, 'file'),
    },
    {
      name: `SHC example ${number}: another key, a changed byte and an early clock are refused, each by its code`,
      run: async (crypto) => {
        const keys = await keysFrom(crypto, files)
        const others = keys.filter(({ kid }) => kid !== unwrap(decodeShc(jws)).jws.kid)
        expectEqual(codeOf(await verifyShc(crypto, jws, { keys: others, at: AT })), 'key-unknown', 'other key')
        const changed = jws.slice(0, -10) + (jws.at(-10) === 'A' ? 'B' : 'A') + jws.slice(-9)
        expectEqual(codeOf(await verifyShc(crypto, changed, { keys, at: AT })), 'signature-invalid', 'changed')
        expectEqual(codeOf(await verifyShc(crypto, jws, { keys, at: 0 })), 'not-yet-valid', 'early')
      },
    },
  ]
}

const BUNDLE = { resourceType: 'Bundle', type: 'collection', entry: [] } as const

export const shcOwnCases: readonly Case[] = [
  {
    name: 'an exported SMART Health Card is verified, whole or in chunks, and carries its revocation id',
    run: async (crypto) => {
      const pair = unwrap(await crypto.generateKey('P-256', true))
      const kid = await jwkThumbprint(crypto, pair.publicJwk)
      const keys = unwrap(await readJwks(crypto, { keys: [{ ...pair.publicJwk, kid }] } as never))
      const notes = Array.from({ length: 400 }, (_, i) => ({
        fullUrl: `resource:${i}`,
        text: String((i * 7919) % 1009),
      }))
      const input = {
        issuer: 'https://issuer.test',
        kid,
        issuedAt: AT,
        fhirBundle: { ...BUNDLE, entry: notes },
        rid: 'r1',
      }
      const card = unwrap(await createShc(crypto, pair.privateKey, input))
      expect(card.codes.length > 1, 'the card is long enough for chunks')
      for (const shown of [card.jws, card.codes, card.codes.toReversed(), unwrap(readShcFile(card.file))[0] ?? '']) {
        const verified = await verifyShc(crypto, shown, { keys, at: AT })
        expectEqual(codeOf(verified), 'ok', 'verified')
        expectEqual(unwrap(verified).rid, 'r1', 'rid')
      }
      expectEqual(codeOf(decodeShc(card.codes.slice(1))), 'shc-chunk-missing', 'a chunk left out')
      const mixed = [...card.codes.slice(1), (card.codes[0] ?? '').replace(/\d\d$/, '00')]
      const again = [...mixed, ...card.codes]
      expectEqual(codeOf(decodeShc(again)), 'shc-chunk-mismatch', 'a chunk of another card')
    },
  },
]
