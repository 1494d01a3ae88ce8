import { createNodeCrypto } from '../node/crypto.ts'
import type { CryptoBackend, KeyPair } from '../src/crypto.ts'
import { maskName } from '../src/masked-name.ts'
import type { RootKey, RootSet, RootSigner } from '../src/pack-manifest.ts'
import { unwrap } from '../src/result.ts'
import { classBits, deviceKeyOf, HOUR_MS, issueStrip, type StripClaims, type StripIssuer } from '../src/strip.ts'
import type { IssuerKey } from '../src/trust.ts'

/** Builders for tests of strips, proofs, trust and packs. A test names only what matters to it. */
export const nodeCrypto: CryptoBackend = createNodeCrypto()

/** 2021-12-13T11:40 in Seoul: the hour the certificates went dark. */
export const LUNCH = Date.UTC(2021, 11, 13, 2, 40)
export const LUNCH_HOUR = Math.floor(LUNCH / HOUR_MS)

export const newPair = async (crypto = nodeCrypto): Promise<KeyPair> => unwrap(await crypto.generateKey('P-256', true))

export const KID = Uint8Array.of(0xd1, 0x2e, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88)

export type StripWorld = {
  readonly crypto: CryptoBackend
  readonly issuerPair: KeyPair
  readonly devicePair: KeyPair
  readonly issuer: StripIssuer
  readonly claims: StripClaims
  readonly strip: Uint8Array
}

export const stripWorld = async (change: Partial<StripClaims> = {}, crypto = nodeCrypto): Promise<StripWorld> => {
  const [issuerPair, devicePair] = [await newPair(crypto), await newPair(crypto)]
  const issuer = { kid: KID, key: issuerPair.privateKey }
  const claims: StripClaims = {
    fromHour: LUNCH_HOUR - 3,
    hours: 26,
    classes: classBits(['ordinary', 'strict']),
    pid: Uint8Array.of(1, 2, 3, 4, 5, 6),
    name: maskName('홍길동'),
    birth: { month: 2, day: 29 },
    deviceKey: deviceKeyOf(devicePair.publicJwk) ?? new Uint8Array(),
    ...change,
  }
  return { crypto, issuerPair, devicePair, issuer, claims, strip: unwrap(await issueStrip(crypto, claims, issuer)) }
}

export const issuerKey = (pair: KeyPair, change: Partial<IssuerKey> = {}): IssuerKey => ({
  kid: '0S4zRFVmd4g',
  jwk: pair.publicJwk,
  uses: ['hc1', 'strip'],
  region: 'KR-11',
  validFrom: LUNCH - 30 * 24 * HOUR_MS,
  validUntil: LUNCH + 300 * 24 * HOUR_MS,
  ...change,
})

export type Root = { readonly root: RootKey; readonly signer: RootSigner }

export const newRoot = async (kid: string): Promise<Root> => {
  const pair = await newPair()
  return {
    root: { kid, point: deviceKeyOf(pair.publicJwk) ?? new Uint8Array() },
    signer: { kid, key: pair.privateKey },
  }
}

export const rootSet = (threshold: number, ...roots: readonly Root[]): RootSet => ({
  threshold,
  keys: roots.map(({ root }) => root),
})

/** The code of a refusal, or `ok`: what most tests compare. */
export const codeOf = (result: { readonly ok: boolean; readonly error?: { readonly code: string } }): string =>
  result.ok ? 'ok' : (result.error?.code ?? '?')
