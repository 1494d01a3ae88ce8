import type { CryptoBackend, KeyPair } from '../src/crypto.ts'
import { maskName } from '../src/masked-name.ts'
import { buildPack } from '../src/pack.ts'
import { encodeSections, type PackContent, readPackContent } from '../src/pack-content.ts'
import { makeProof } from '../src/proof.ts'
import { unwrap } from '../src/result.ts'
import { koreaRulesAt } from '../src/rulesets/kr/index.ts'
import { classBits, deviceKeyOf, HOUR_MS, issueStrip, type StripClaims } from '../src/strip.ts'

/** One issuer, one holder, one door with its pack, on any backend: for the bench and the browser. */
export const AT = Date.parse('2022-01-05T12:10:00+09:00')
export const KID = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)

export type IssuedWorld = {
  readonly at: number
  readonly content: PackContent
  readonly issuer: KeyPair
  readonly device: KeyPair
  readonly claims: StripClaims
  readonly strip: Uint8Array
}

export const issuedWorld = async (crypto: CryptoBackend): Promise<IssuedWorld> => {
  const pair = async () => unwrap(await crypto.generateKey('P-256', true))
  const [issuer, device, root] = [await pair(), await pair(), await pair()]
  const claims = {
    fromHour: Math.floor(AT / HOUR_MS) - 2,
    hours: 26,
    classes: classBits(['ordinary', 'strict']),
    pid: Uint8Array.of(1, 2, 3, 4, 5, 6),
    name: maskName('홍길동'),
    birth: { month: 3, day: 1 },
    deviceKey: deviceKeyOf(device.publicJwk) ?? new Uint8Array(),
  }
  const strip = unwrap(await issueStrip(crypto, claims, { kid: KID, key: issuer.privateKey }))
  const key = {
    kid: 'AQIDBAUGBwg',
    jwk: issuer.publicJwk,
    uses: ['hc1', 'strip'] as const,
    region: 'KR-11',
    validFrom: 0,
    validUntil: AT + 1e10,
  }
  const sections = encodeSections({ rules: koreaRulesAt(AT), trust: { issuers: [key] } })
  const roots = { threshold: 1, keys: [{ kid: 'root', point: deviceKeyOf(root.publicJwk) ?? new Uint8Array() }] }
  const draft = { issuedAt: AT - HOUR_MS, roots, sections }
  const pack = unwrap(await buildPack(crypto, draft, undefined, [{ kid: 'root', key: root.privateKey }]))
  return { at: AT, content: unwrap(readPackContent(crypto, pack)), issuer, device, claims, strip }
}

/** The text of a fresh proof. */
export const holderOf = async (
  crypto: CryptoBackend,
  strip: Uint8Array,
  device: KeyPair,
  at: number,
): Promise<string> => unwrap(await makeProof(crypto, strip, device.privateKey, at))
