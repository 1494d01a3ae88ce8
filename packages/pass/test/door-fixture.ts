import { fromBase64Url, toBase64Url } from '../src/bytes.ts'
import type { KeyPair } from '../src/crypto.ts'
import type { DoorQuestion } from '../src/door.ts'
import { createHc1 } from '../src/hc1.ts'
import type { JsonObject } from '../src/json.ts'
import { buildPack, type Pack } from '../src/pack.ts'
import { encodeSections, type PackContent, type PackSections, readPackContent } from '../src/pack-content.ts'
import { unwrap } from '../src/result.ts'
import { koreaRulesAt } from '../src/rulesets/kr/index.ts'
import type { IssuerKey } from '../src/trust.ts'
import { issuerKey, KID, LUNCH, newPair, newRoot, nodeCrypto, rootSet } from './strip-fixture.ts'

/** A door in Seoul on the day the certificates went dark, with the rules known that day. */
export const RESTAURANT = { facilityType: 'restaurant-cafe', sido: '11' } as const
export const root = await newRoot('root-1')
export const ROOTS = rootSet(1, root)
const DAY_MS = 86_400_000

export const packOf = async (
  sections: Partial<PackSections> & { trust: PackSections['trust'] },
  issuedAt = LUNCH - DAY_MS,
): Promise<Pack> => {
  const whole = { rules: koreaRulesAt(issuedAt), ...sections }
  return unwrap(
    await buildPack(nodeCrypto, { issuedAt, roots: ROOTS, sections: encodeSections(whole) }, undefined, [root.signer]),
  )
}

export const contentOf = async (
  issuers: readonly IssuerKey[],
  sections: Partial<PackSections> = {},
  issuedAt?: number,
): Promise<PackContent> =>
  unwrap(readPackContent(nodeCrypto, await packOf({ trust: { issuers }, ...sections }, issuedAt)))

export const issuerOf = (pair: KeyPair, change: Partial<IssuerKey> = {}): IssuerKey => issuerKey(pair, change)

export const VACCINATED: JsonObject = {
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

export const hc1Of = async (
  pair: KeyPair,
  certificate = VACCINATED,
  status?: { list: string; index: number },
): Promise<string> =>
  unwrap(
    await createHc1(nodeCrypto, pair.privateKey, {
      alg: 'ES256',
      kid: KID,
      certificate,
      issuer: 'KR',
      issuedAt: LUNCH - 30 * DAY_MS,
      expiresAt: LUNCH + 200 * DAY_MS,
      ...(status && { status }),
    }),
  )

export const ask = (change: Partial<DoorQuestion> = {}): DoorQuestion => ({
  at: LUNCH,
  venue: RESTAURANT,
  partySize: 4,
  party: { othersWithoutPass: 3 },
  ...change,
})

export { DAY_MS, fromBase64Url, LUNCH, newPair, nodeCrypto, toBase64Url }
