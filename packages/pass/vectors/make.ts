import { generateKeyPairSync, type KeyObject, constants as nodeConstants, sign } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { constants, deflateRawSync, deflateSync } from 'node:zlib'
import { createNodeCrypto } from '../node/crypto.ts'
import { encodeBase45 } from '../src/base45.ts'
import { concat, toBase64, toBase64Url, utf8 } from '../src/bytes.ts'
import { type CborKey, CborTag } from '../src/cbor.ts'
import { type CborInput, CborRaw, encodeCbor } from '../src/cbor-encode.ts'
import { sigStructure } from '../src/cose.ts'
import { storeZlib } from '../src/inflate.ts'
import type { Json, JsonObject } from '../src/json.ts'
import { kidOfCertificate } from '../src/keyring.ts'
import { toShcCodes } from '../src/shc-qr.ts'
import { makeCertificate } from './make-certificate.ts'

/** Writes verify.json. Every case differs from a good one in exactly one thing. */
const AT = '2022-01-05T12:00:00+09:00'
const AT_S = Date.parse(AT) / 1000
const DAY_S = 86_400

type Expect = { readonly verdict: 'valid' | 'invalid' | 'unknown'; readonly code: string; readonly format: string }
type Vector = { readonly name: string; readonly request: JsonObject; readonly expect: Expect }
const vectors: Vector[] = []

const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const signer = pair()
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const year = { notBefore: (AT_S - 180 * DAY_S) * 1000, notAfter: (AT_S + 180 * DAY_S) * 1000 }
const certificate = makeCertificate({ ...signer, ...year })
const kid = await kidOfCertificate(createNodeCrypto(), certificate)
const CERTIFICATE_KEY: Json = { certificate: toBase64(certificate) }

const PERSON = { ver: '1.3.0', nam: { fn: '김', fnt: 'KIM', gn: '서연', gnt: 'SEOYEON' }, dob: '1990-05-17' } as const
const ISSUED = { tg: '840539006', co: 'KR', is: '질병관리청', ci: 'URN:UVCI:01:KR:0A1B2C3D4E5F#K' } as const
const DOSE = {
  ...ISSUED,
  vp: '1119349007',
  mp: 'EU/1/20/1528',
  ma: 'ORG-100030215',
  dn: 2,
  sd: 2,
  dt: '2021-10-01',
} as const
const GOOD = { ...PERSON, v: [DOSE] }
const TEST = {
  ...PERSON,
  t: [{ ...ISSUED, tt: 'LP6464-4', sc: '2022-01-04T09:00:00+09:00', tr: '260415000', tc: '보건소' }],
}

type Parts = {
  readonly certificate?: CborInput
  readonly claims?: (claims: Map<CborKey, CborInput>) => CborInput | CborRaw
  readonly header?: Map<CborKey, CborInput>
  readonly unprotected?: Map<CborKey, CborInput>
  readonly alg?: number
  readonly key?: KeyObject
  readonly kid?: Uint8Array
  readonly message?: (parts: readonly [Uint8Array, CborInput, Uint8Array, Uint8Array]) => CborInput | CborRaw
  readonly bytes?: (message: Uint8Array) => Uint8Array
  readonly zlib?: (message: Uint8Array) => Uint8Array
  readonly text?: (text: string) => string
}

const without = (claims: Map<CborKey, CborInput>, ...labels: readonly number[]): Map<CborKey, CborInput> => {
  for (const label of labels) claims.delete(label)
  return claims
}

const same = <T>(value: T): T => value

const hc1 = (parts: Parts = {}): string => {
  const claims = new Map<CborKey, CborInput>([
    [1, 'KR'],
    [4, AT_S + 90 * DAY_S],
    [6, AT_S - 10 * DAY_S],
    [-260, new Map([[1, parts.certificate ?? GOOD]])],
  ])
  const payload = encodeCbor((parts.claims ?? same)(claims))
  const alg = parts.alg ?? -7
  const header = encodeCbor(
    parts.header ??
      new Map<CborKey, CborInput>([
        [1, alg],
        [4, parts.kid ?? kid],
      ]),
  )
  const key = parts.key ?? signer.privateKey
  const pss = { padding: nodeConstants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
  const options = key.asymmetricKeyType === 'rsa' ? { key, ...pss } : { key, dsaEncoding: 'ieee-p1363' as const }
  const signature = sign('sha256', sigStructure(header, payload), options)
  const unprotected = parts.unprotected ?? new Map()
  const message = encodeCbor((parts.message ?? tagged)([header, unprotected, payload, new Uint8Array(signature)]))
  const compressed = (parts.zlib ?? storeZlib)((parts.bytes ?? same)(message))
  return (parts.text ?? same)(`HC1:${encodeBase45(compressed)}`)
}

const tagged = (parts: readonly CborInput[]): CborInput => new CborTag(18, parts as never)

const add = (name: string, code: string, verdict: Expect['verdict'], text: Json, more: JsonObject = {}): void => {
  const start = Array.isArray(text) ? String(text[0]) : String(text)
  const format = start.startsWith('HC1:') ? 'hc1' : /^(shc:\/|eyJ)/.test(start) ? 'shc' : 'unknown'
  vectors.push({ name, request: { text, keys: [CERTIFICATE_KEY], at: AT, ...more }, expect: { verdict, code, format } })
}
const valid = (name: string, parts: Parts = {}, more: JsonObject = {}) => add(name, 'ok', 'valid', hc1(parts), more)
const invalid = (code: string, name: string, parts: Parts, more: JsonObject = {}) =>
  add(name, code, 'invalid', hc1(parts), more)
const unknown = (code: string, name: string, parts: Parts, more: JsonObject = {}) =>
  add(name, code, 'unknown', hc1(parts), more)

// --- valid HC1 ---------------------------------------------------------------------------------------------------
const rsaCertificate = makeCertificate({ ...rsa, ...year })
const rsaKid = await kidOfCertificate(createNodeCrypto(), rsaCertificate)
const jwk = signer.publicKey.export({ format: 'jwk' }) as JsonObject
const pem = signer.publicKey.export({ format: 'pem', type: 'spki' }) as string
const pemCertificate = `-----BEGIN CERTIFICATE-----\n${toBase64(certificate)}\n-----END CERTIFICATE-----\n`

valid('ES256, certificate key')
valid('PS256', { alg: -37, key: rsa.privateKey, kid: rsaKid }, { keys: [{ certificate: toBase64(rsaCertificate) }] })
valid('JWK with kid in base64', {}, { keys: [{ kid: toBase64(kid), jwk }] })
valid('JWK with kid in base64url', {}, { keys: [{ kid: toBase64Url(kid), jwk }] })
valid('JWK without kid', {}, { keys: [{ jwk }] })
valid('PEM of a public key', {}, { keys: [{ pem }] })
valid('PEM of a certificate', {}, { keys: [{ pem: pemCertificate }] })
valid(
  'two keys of one kid, the second signed',
  {},
  {
    keys: [
      { kid: toBase64(kid), jwk: pair().publicKey.export({ format: 'jwk' }) as JsonObject },
      { kid: toBase64(kid), jwk },
    ],
  },
)
valid('kid in the unprotected header', { header: new Map([[1, -7]]), unprotected: new Map([[4, kid]]) })
valid('kid right in the protected, wrong in the unprotected header', { unprotected: new Map([[4, utf8('other')]]) })
valid('algorithm in the unprotected header', { header: new Map([[4, kid]]), unprotected: new Map([[1, -7]]) })
valid('untagged message', { message: (parts) => parts as never })
valid('CWT tag around the COSE tag', { message: (parts) => new CborTag(61, tagged(parts) as never) })
valid('deflate level 9', { zlib: (bytes) => new Uint8Array(deflateSync(bytes, { level: 9 })) })
valid('deflate with fixed codes', {
  zlib: (bytes) => new Uint8Array(deflateSync(bytes, { strategy: constants.Z_FIXED })),
})
valid('test', { certificate: TEST })
valid('test with a tagged date-time', {
  certificate: { ...TEST, t: [{ ...TEST.t[0], sc: new CborTag(0, '2022-01-04T09:00:00+09:00') }] } as never,
})
valid('recovery', {
  certificate: { ...PERSON, r: [{ ...ISSUED, fr: '2021-12-01', df: '2021-12-11', du: '2022-06-01' }] },
})
valid('exemption', { certificate: { ...PERSON, x: [{ ...ISSUED, df: '2022-01-01' }] } })
valid('null for groups that are not there', { certificate: { ...GOOD, t: null, r: null } })
valid('only a forename', { certificate: { ...GOOD, nam: { gnt: 'SEOYEON' } } })
valid('year of birth only', { certificate: { ...GOOD, dob: '1990' } })
valid('no issuer and no issue time', { claims: (claims) => without(claims, 1, 6) })
valid('expiry as a float', { claims: (claims) => claims.set(4, AT_S + 0.5) })
valid('at the last second', {}, { at: new Date((AT_S + 90 * DAY_S) * 1000).toISOString() })
valid('indefinite lengths', {
  claims: (claims) => {
    const items = [...claims].map(([key, value]) => concat(encodeCbor(key), encodeCbor(value)))
    return new CborRaw(concat(Uint8Array.of(0xbf), ...items, Uint8Array.of(0xff)))
  },
})
const otherUsage = makeCertificate({ ...signer, ...year, usages: ['1.3.6.1.5.5.7.3.1'] })
const otherUsageKid = await kidOfCertificate(createNodeCrypto(), otherUsage)
valid('a key whose usages name no kind', { kid: otherUsageKid }, { keys: [{ certificate: toBase64(otherUsage) }] })

// --- HC1 that must not be valid, each named after its fault ------------------------------------------------------------
add('prefix HC2', 'format-unknown', 'invalid', hc1().replace('HC1:', 'HC2:'))
add('prefix missing', 'format-unknown', 'invalid', hc1().slice(4))
invalid('base45-malformed', 'base45: lower case', { text: (text) => `HC1:${text.slice(4).toLowerCase()}` })
invalid('base45-malformed', 'base45: length', {
  text: (text) => text.slice(0, 4 + 3 * Math.floor((text.length - 4) / 3) - 2),
})
invalid('base45-malformed', 'base45: group over 65535', { text: (text) => `HC1::::${text.slice(7)}` })
invalid('deflate-malformed', 'not compressed', { zlib: same })
invalid('deflate-malformed', 'raw deflate without zlib header', {
  zlib: (bytes) => new Uint8Array(deflateRawSync(bytes)),
})
const changed = (bytes: Uint8Array, at: number, flip: number): Uint8Array => {
  const copy = bytes.slice()
  copy[at < 0 ? copy.length + at : at] = (copy.at(at) ?? 0) ^ flip
  return copy
}
invalid('deflate-malformed', 'checksum wrong', { zlib: (bytes) => changed(storeZlib(bytes), -1, 1) })
invalid('deflate-malformed', 'stream cut off', { zlib: (bytes) => storeZlib(bytes).slice(0, -20) })
invalid('deflate-malformed', 'bytes after the stream', {
  zlib: (bytes) => concat(storeZlib(bytes), Uint8Array.of(0, 0)),
})
invalid('deflate-malformed', 'padding bits set', { zlib: (bytes) => changed(storeZlib(bytes), 2, 0x40) })
invalid('deflate-malformed', 'length and its complement differ', { zlib: (bytes) => changed(storeZlib(bytes), 5, 1) })
invalid('deflate-too-large', 'zip bomb', {
  zlib: () => new Uint8Array(deflateSync(new Uint8Array(4_000_000), { level: 9 })),
})
add('text too long', 'too-large', 'invalid', `HC1:${'0'.repeat(9_000)}`)
invalid('cbor-trailing', 'bytes after the message', { bytes: (bytes) => concat(bytes, Uint8Array.of(0)) })
invalid('cbor-truncated', 'message cut off', { bytes: (bytes) => bytes.slice(0, -1) })
invalid('cbor-truncated', 'array of 2^32 items', { bytes: () => Uint8Array.of(0x9b, 0, 0, 0, 1, 0, 0, 0, 0) })
invalid('cbor-too-deep', 'arrays 1000 deep', { bytes: () => new Uint8Array(1_000).fill(0x81) })
invalid('cbor-malformed', 'reserved head', { bytes: () => Uint8Array.of(0x1c) })
invalid('cbor-duplicate-key', 'the certificate twice in the claims', {
  claims: (claims) => {
    const items = [...claims, ...claims].map(([key, value]) => concat(encodeCbor(key), encodeCbor(value)))
    return new CborRaw(concat(Uint8Array.of(0xa0 | items.length), ...items))
  },
})
invalid('cbor-duplicate-key', 'algorithm twice in the header', {
  message: ([, ...rest]) => tagged([Uint8Array.of(0xa2, 1, 0x26, 1, 0x26), ...rest]),
})
invalid('utf8-malformed', 'issuer not UTF-8', {
  claims: () => new CborRaw(Uint8Array.of(0xa1, 1, 0x62, 0xc0, 0xaf)),
})
invalid('cose-malformed', 'COSE tag 17', { message: (parts) => new CborTag(17, parts as never) })
invalid('cose-malformed', 'three parts', { message: (parts) => tagged(parts.slice(0, 3)) })
invalid('cose-malformed', 'payload detached', { message: ([a, b, , d]) => tagged([a, b, null, d]) })
invalid('cose-header-malformed', 'no algorithm', { header: new Map([[4, kid]]) })
invalid('cose-header-malformed', 'kid as text', {
  header: new Map<CborKey, CborInput>([
    [1, -7],
    [4, 'kid'],
  ]),
})
invalid('alg-unknown', 'algorithm number unknown', { alg: -999 })
invalid('alg-unknown', 'HMAC in place of a signature', { alg: 5 })
unknown('cose-critical-header', 'unknown critical header', {
  header: new Map<CborKey, CborInput>([
    [1, -7],
    [2, [99]],
    [4, kid],
    [99, 1],
  ]),
})
unknown('key-unknown', 'kid of no key', { kid: utf8('nobody!!') })
unknown('key-unknown', 'kid wrong in the protected, right in the unprotected header', {
  kid: utf8('nobody!!'),
  unprotected: new Map([[4, kid]]),
})
unknown('key-unknown', 'no keys', {}, { keys: [] })
unknown('key-malformed', 'the one key cannot be read', {}, { keys: [{ certificate: 'AAAA' }] })
invalid('signature-invalid', 'signed by another key', { key: pair().privateKey })
invalid('signature-invalid', 'signature bit flipped', {
  message: ([a, b, c, d]) => tagged([a, b, c, changed(d, 3, 8)]),
})
invalid('signature-invalid', 'signature empty', { message: ([a, b, c]) => tagged([a, b, c, new Uint8Array()]) })
invalid('signature-invalid', 'signature all zero', { message: ([a, b, c]) => tagged([a, b, c, new Uint8Array(64)]) })
invalid('signature-invalid', 'payload changed after signing', {
  message: ([a, b, c, d]) => tagged([a, b, changed(c, -3, 1), d]),
})
invalid('signature-invalid', 'algorithm PS256 with an EC key', { alg: -37 })
invalid('hcert-missing', 'no certificate claim', { claims: (claims) => without(claims, -260) })
invalid('cwt-malformed', 'claims are a list', { claims: () => [1, 2, 3] })
invalid('cwt-malformed', 'no expiry', { claims: (claims) => without(claims, 4) })
invalid('cwt-malformed', 'expiry as text', { claims: (claims) => claims.set(4, '2022-12-31') })
invalid('cwt-malformed', 'expiry not a number', { claims: (claims) => claims.set(4, Number.NaN) })
const broken = (name: string, content: Json) =>
  invalid('schema-invalid', `schema: ${name}`, { certificate: content as never })
broken('no group', PERSON)
broken('two groups', { ...GOOD, t: TEST.t } as never)
broken('two doses in one certificate', { ...GOOD, v: [DOSE, DOSE] })
broken('version 2', { ...GOOD, ver: '2.0.0' })
broken('no name', { ...GOOD, nam: { fn: '김' } })
broken('transliteration in lower case', { ...GOOD, nam: { fnt: 'kim' } })
broken('birth in the 19th century', { ...GOOD, dob: '1890-01-01' })
broken('dose 0', { ...GOOD, v: [{ ...DOSE, dn: 0 }] })
broken('dose as text', { ...GOOD, v: [{ ...DOSE, dn: '2' }] })
broken('30 February', { ...GOOD, v: [{ ...DOSE, dt: '2021-02-30' }] })
broken('no certificate identifier', { ...GOOD, v: [{ ...DOSE, ci: null }] })
broken('issuer of 81 characters', { ...GOOD, v: [{ ...DOSE, is: '가'.repeat(81) }] })
broken('sample time without time', { ...TEST, t: [{ ...TEST.t[0], sc: '2022-01-04' }] } as never)
invalid('expired', 'a second after its end', {}, { at: new Date((AT_S + 90 * DAY_S + 1) * 1000).toISOString() })
invalid('issued-in-future', 'before its issue', {}, { at: new Date((AT_S - 11 * DAY_S) * 1000).toISOString() })
invalid('not-yet-valid', 'nbf ahead', { claims: (claims) => claims.set(5, AT_S + 60) })
type Limits = { usages?: string[]; notBefore?: number; notAfter?: number }
const limited = async (code: string, name: string, limits: Limits) => {
  const der = makeCertificate({ ...signer, ...year, ...limits })
  const text = hc1({ kid: await kidOfCertificate(createNodeCrypto(), der) })
  add(name, code, code === 'ok' ? 'valid' : 'invalid', text, { keys: [{ certificate: toBase64(der) }] })
}
await limited('key-expired', 'signer certificate over', { notAfter: (AT_S - 1) * 1000 })
await limited('ok', 'signer certificate begins later', { notBefore: (AT_S + 1) * 1000 })
await limited('key-usage', 'signer may sign tests only', { usages: ['1.3.6.1.4.1.1847.2021.1.1'] })
await limited('key-usage', 'signer may sign recoveries only, other spelling', {
  usages: ['1.3.6.1.4.1.0.1847.2021.1.3'],
})

// --- SMART Health Cards --------------------------------------------------------------------------------------------
const SHC_KEYS = { keys: [{ jwk: { ...jwk, kid: 'k1' } }] }
type Card = {
  readonly header?: JsonObject
  readonly payload?: JsonObject
  readonly body?: (json: string) => Uint8Array
  readonly key?: KeyObject
}
const shcPayload = {
  iss: 'https://issuer.test',
  nbf: AT_S - DAY_S,
  vc: {
    type: ['https://smarthealth.cards#health-card'],
    credentialSubject: { fhirVersion: '4.0.1', fhirBundle: { resourceType: 'Bundle', type: 'collection', entry: [] } },
    rid: 'MKyCxh7p6uQ',
  },
}
const jws = ({ header, payload, body, key }: Card = {}): string => {
  const head = toBase64Url(utf8(JSON.stringify({ zip: 'DEF', alg: 'ES256', kid: 'k1', ...header })))
  const bytes = (body ?? ((json) => new Uint8Array(deflateRawSync(json))))(
    JSON.stringify({ ...shcPayload, ...payload }),
  )
  const signed = `${head}.${toBase64Url(bytes)}`
  const options = { key: key ?? signer.privateKey, dsaEncoding: 'ieee-p1363' as const }
  return `${signed}.${toBase64Url(new Uint8Array(sign('sha256', utf8(signed), options)))}`
}
const entry = Array.from({ length: 150 }, (_, i) => ({ fullUrl: `resource:${i}`, n: String((i * i * 7919) % 100_003) }))
const long = jws({
  payload: {
    vc: {
      ...shcPayload.vc,
      credentialSubject: { fhirVersion: '4.0.1', fhirBundle: { resourceType: 'Bundle', entry } },
    },
  },
})
const [code] = toShcCodes(jws())
const chunks = toShcCodes(long)
const shc = (name: string, text: Json, expected = 'ok', verdict: Expect['verdict'] = 'valid', more: JsonObject = {}) =>
  add(`SHC: ${name}`, expected, verdict, text, { ...SHC_KEYS, ...more })
shc('compact JWS', jws())
shc('numeric code', code ?? '')
shc('chunks in a list', [...chunks])
shc('chunks in reverse, as lines', chunks.toReversed().join('\n'))
shc('key without kid', jws(), 'ok', 'valid', { keys: [{ jwk }] })
shc('key set with other keys', jws(), 'ok', 'valid', {
  keys: [
    {
      jwk: {
        keys: [
          pair().publicKey.export({ format: 'jwk' }) as JsonObject,
          { ...jwk, kid: 'k1' },
          { kty: 'oct', k: 'AA' },
        ],
      },
    },
  ],
})
shc('chunk missing', [...chunks.slice(1)], 'shc-chunk-missing', 'unknown')
shc(
  'chunks of two cards',
  [chunks[0] ?? '', (chunks[1] ?? '').replace(/^shc:\/2\/\d/, 'shc:/2/9')],
  'shc-chunk-mismatch',
  'invalid',
)
shc('odd number of digits', (code ?? '').slice(0, -1), 'shc-malformed', 'invalid')
shc('digits over 77', `${(code ?? '').slice(0, -2)}99`, 'shc-malformed', 'invalid')
shc('algorithm none', jws({ header: { alg: 'none' } }), 'alg-unknown', 'invalid')
shc('algorithm HS256', jws({ header: { alg: 'HS256' } }), 'alg-unknown', 'invalid')
shc('not deflated', jws({ header: { zip: 'GZ' } }), 'jws-malformed', 'invalid')
shc(
  'zip bomb',
  jws({ body: () => new Uint8Array(deflateRawSync(new Uint8Array(8_000_000))) }),
  'deflate-too-large',
  'invalid',
)
shc('payload not JSON', jws({ body: () => new Uint8Array(deflateRawSync('not json')) }), 'json-malformed', 'invalid')
shc('no issuer', jws({ payload: { iss: null } }), 'shc-malformed', 'invalid')
shc('no FHIR bundle', jws({ payload: { vc: { type: shcPayload.vc.type } } }), 'vc-malformed', 'invalid')
shc('not a health card', jws({ payload: { vc: { ...shcPayload.vc, type: [] } } }), 'vc-malformed', 'invalid')
shc('before its start', jws({ payload: { nbf: AT_S + 60 } }), 'not-yet-valid', 'invalid')
shc('after its end', jws({ payload: { exp: AT_S - 60 } }), 'expired', 'invalid')
shc('signed by another key', jws({ key: pair().privateKey }), 'signature-invalid', 'invalid')
shc('kid of no key', jws({ header: { kid: 'k2' } }), 'key-unknown', 'unknown')
shc(
  'payload of another card',
  `${jws().split('.')[0]}.${long.split('.')[1]}.${jws().split('.')[2]}`,
  'signature-invalid',
  'invalid',
)

// --- requests ----------------------------------------------------------------------------------------------------------
add('empty text', 'format-unknown', 'invalid', '')
vectors.push({
  name: 'no text',
  request: { keys: [], at: AT },
  expect: { verdict: 'unknown', code: 'request-malformed', format: 'unknown' },
})
unknown('request-malformed', 'at is not an instant', {}, { at: 'yesterday' })
unknown('request-malformed', 'keys are not a list', {}, { keys: 'none' })

writeFileSync(new URL('verify.json', import.meta.url), `${JSON.stringify(vectors, null, 1)}\n`)
console.log(`${vectors.length} vectors`)
