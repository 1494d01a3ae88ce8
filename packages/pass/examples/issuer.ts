import {
  type CryptoBackend,
  classBits,
  createHc1,
  deviceKeyOf,
  type IssuerKey,
  issueStrips,
  type JsonObject,
  type Jwk,
  type KeyPair,
  maskName,
  personGridHour,
  personPid,
  planStrips,
  toBase64Url,
  unwrap,
} from '@dure/pass'

/** The issuer: a region's health authority. It may be down for a month after this and no door will notice. */
export type Issuer = { readonly kid: Uint8Array; readonly keys: KeyPair; readonly secret: Uint8Array }

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export const createIssuer = async (crypto: CryptoBackend, secret: Uint8Array): Promise<Issuer> => {
  const keys = unwrap(await crypto.generateKey('P-256'))
  const thumbprint = await crypto.digest('SHA-256', new TextEncoder().encode(JSON.stringify(keys.publicJwk)))
  return { kid: thumbprint.slice(0, 8), keys, secret }
}

/** The issuer's entry in the trust list. */
export const trustEntry = ({ kid, keys }: Issuer, at: number): IssuerKey => ({
  kid: toBase64Url(kid),
  jwk: keys.publicJwk,
  uses: ['hc1', 'strip'],
  region: 'KR-11',
  name: '서울특별시',
  validFrom: at - DAY_MS,
  validUntil: at + 365 * DAY_MS,
})

/** A certificate for paper and for travel. Its bit in the status list `kr-11` is number 4711. */
export const issueCertificate = async (
  crypto: CryptoBackend,
  issuer: Issuer,
  certificate: JsonObject,
  at: number,
): Promise<string> =>
  unwrap(
    await createHc1(crypto, issuer.keys.privateKey, {
      alg: 'ES256',
      kid: issuer.kid,
      certificate,
      issuer: 'KR',
      issuedAt: at,
      expiresAt: at + 180 * DAY_MS,
      status: { list: 'kr-11', index: 4711 },
    }),
  )

/** 28 day strips for one device: what the holder is entitled to, never why. */
export const issueDays = async (
  crypto: CryptoBackend,
  issuer: Issuer,
  person: { readonly id: string; readonly name: string; readonly birth: { month: number; day: number } },
  deviceJwk: Jwk,
  at: number,
): Promise<readonly Uint8Array[]> => {
  const deviceKey = deviceKeyOf(deviceJwk)
  if (deviceKey === undefined) throw new Error('the device key must be a P-256 key')
  const id = new TextEncoder().encode(person.id)
  const nowHour = Math.floor(at / HOUR_MS)
  const plan = planStrips({
    nowHour,
    gridHour: await personGridHour(crypto, issuer.secret, id),
    entitlements: [
      { classes: classBits(['ordinary', 'strict']), fromHour: nowHour - 24, untilHour: nowHour + 180 * 24 },
    ],
  })
  const holder = { name: maskName(person.name), birth: person.birth, deviceKey }
  const pidOf = (dayHour: number) => personPid(crypto, issuer.secret, id, dayHour)
  return unwrap(await issueStrips(crypto, plan, holder, { kid: issuer.kid, key: issuer.keys.privateKey }, pidOf))
}
