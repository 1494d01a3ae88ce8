import { fromBase64, fromBase64Url, toBase64Url } from './bytes.ts'
import type { Curve, Jwk, PublicKeyMaterial } from './crypto.ts'
import { bitStringBytes, children, oidText, readTlv, stripZeros, TAG, type Tlv, unsignedBytes } from './der.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'

/** A public key as numbers, big-endian. An EC key read from a compressed point has `odd` in place of `y`. */
export type KeyNumbers =
  | { readonly kty: 'EC'; readonly curve: EcCurve; readonly x: Uint8Array; readonly y: Uint8Array }
  | { readonly kty: 'EC-compressed'; readonly curve: EcCurve; readonly x: Uint8Array; readonly odd: boolean }
  | { readonly kty: 'OKP'; readonly curve: 'Ed25519' | 'Ed448'; readonly x: Uint8Array }
  | { readonly kty: 'RSA'; readonly n: Uint8Array; readonly e: Uint8Array }
export type EcCurve = 'P-256' | 'P-384' | 'P-521'

/** Length of a coordinate, and of each half of a signature, in bytes. */
export const COORDINATE_BYTES: Readonly<Record<Curve, number>> = {
  'P-256': 32,
  'P-384': 48,
  'P-521': 66,
  Ed25519: 32,
  Ed448: 57,
}
/** RFC 8230 §2: keys under 2,048 bits must not be used; over 8,192 a check would take too long on a phone. */
const RSA_LEAST_BYTES = 256
const RSA_MOST_BYTES = 1_024
const RSA_EXPONENT_MOST_BYTES = 4

const CURVE_OIDS: Readonly<Record<string, EcCurve>> = {
  '1.2.840.10045.3.1.7': 'P-256',
  '1.3.132.0.34': 'P-384',
  '1.3.132.0.35': 'P-521',
}
const EC_PUBLIC_KEY = '1.2.840.10045.2.1'
/** rsaEncryption and id-RSASSA-PSS: some issuers' certificates carry one, some the other, for the same use. */
const RSA_OIDS: readonly string[] = ['1.2.840.113549.1.1.1', '1.2.840.113549.1.1.10']
const EDWARDS_OIDS: Readonly<Record<string, 'Ed25519' | 'Ed448'>> = { '1.3.101.112': 'Ed25519', '1.3.101.113': 'Ed448' }

const malformed = (detail: string) => refuse('key-malformed', detail)

/** Reads any material but `native`. Does not check that a point is on its curve; the backends do. */
export const readKeyNumbers = (material: Exclude<PublicKeyMaterial, { form: 'native' }>): Checked<KeyNumbers> => {
  if (material.form === 'jwk') return fromJwk(material.jwk)
  return material.form === 'raw' ? fromPoint(material.curve, material.point) : fromSpki(material.der)
}

const isEcCurve = (crv: unknown): crv is EcCurve => crv === 'P-256' || crv === 'P-384' || crv === 'P-521'

const fromJwk = (jwk: Jwk): Checked<KeyNumbers> => {
  if (jwk.kty === 'EC' && isEcCurve(jwk.crv)) return ecFromJwk(jwk.crv, jwk)
  if (jwk.kty === 'OKP' && (jwk.crv === 'Ed25519' || jwk.crv === 'Ed448')) {
    const x = jwkBytes(jwk.x)
    return x ? fromPoint(jwk.crv, x) : malformed('jwk.x')
  }
  if (jwk.kty !== 'RSA') return refuse('alg-unsupported-here', 'jwk.kty or jwk.crv')
  const n = jwkBytes(jwk.n)
  const e = jwkBytes(jwk.e)
  return n && e ? rsa(n, e) : malformed('jwk.n or jwk.e')
}

const ecFromJwk = (curve: EcCurve, jwk: Jwk): Checked<KeyNumbers> => {
  const x = coordinate(curve, jwkBytes(jwk.x))
  const y = coordinate(curve, jwkBytes(jwk.y))
  return x && y ? ok({ kty: 'EC', curve, x, y }) : malformed('jwk.x or jwk.y')
}

const jwkBytes = (member: unknown): Uint8Array | undefined =>
  typeof member === 'string' ? (fromBase64Url(member) ?? fromBase64(member)) : undefined

/** Published keys come with leading zeros cut or added; either way it is the same number. */
const coordinate = (curve: EcCurve, bytes: Uint8Array | undefined): Uint8Array | undefined => {
  const size = COORDINATE_BYTES[curve]
  const digits = bytes && stripZeros(bytes)
  if (!digits || digits.length === 0 || digits.length > size) return undefined
  const padded = new Uint8Array(size)
  padded.set(digits, size - digits.length)
  return padded
}

const fromPoint = (curve: Curve, point: Uint8Array): Checked<KeyNumbers> => {
  const size = COORDINATE_BYTES[curve]
  if (!isEcCurve(curve)) {
    return point.length === size ? ok({ kty: 'OKP', curve, x: point.slice() }) : malformed('length')
  }
  const form = point[0]
  const x = point.slice(1, 1 + size)
  if (form === 4 && point.length === 1 + 2 * size) return ok({ kty: 'EC', curve, x, y: point.slice(1 + size) })
  if ((form === 2 || form === 3) && point.length === 1 + size) {
    return ok({ kty: 'EC-compressed', curve, x, odd: form === 3 })
  }
  return malformed('point')
}

const fromSpki = (der: Uint8Array): Checked<KeyNumbers> => {
  const root = readTlv(der)
  const [algorithm, bits] = (root?.tag === TAG.sequence && children(root)) || []
  const key = bits && bitStringBytes(bits)
  const [oid, parameters] = (algorithm && children(algorithm)) ?? []
  if (!key || oid?.tag !== TAG.oid) return malformed('spki')
  const name = oidText(oid)
  const edwards = EDWARDS_OIDS[name]
  if (edwards) return fromPoint(edwards, key)
  if (name === EC_PUBLIC_KEY) return ecFromSpki(parameters, key)
  return RSA_OIDS.includes(name) ? rsaFromSpki(key) : refuse('alg-unsupported-here', name)
}

const ecFromSpki = (parameters: Tlv | undefined, key: Uint8Array): Checked<KeyNumbers> => {
  const curve = parameters?.tag === TAG.oid ? CURVE_OIDS[oidText(parameters)] : undefined
  return curve ? fromPoint(curve, key) : refuse('alg-unsupported-here', 'curve')
}

const rsaFromSpki = (key: Uint8Array): Checked<KeyNumbers> => {
  const root = readTlv(key)
  const [modulus, exponent] = (root && children(root)) ?? []
  const n = modulus && unsignedBytes(modulus)
  const e = exponent && unsignedBytes(exponent)
  return n && e ? rsa(n, e) : malformed('rsa')
}

const rsa = (modulus: Uint8Array, exponent: Uint8Array): Checked<KeyNumbers> => {
  const n = stripZeros(modulus)
  const e = stripZeros(exponent)
  if (n.length < RSA_LEAST_BYTES || n.length > RSA_MOST_BYTES) return malformed('rsa modulus length')
  const odd = ((n.at(-1) ?? 0) & 1 & (e.at(-1) ?? 0)) === 1
  const one = e.length === 1 && e[0] === 1
  if (!odd || one || e.length > RSA_EXPONENT_MOST_BYTES) return malformed('rsa exponent')
  return ok({ kty: 'RSA', n, e })
}

/** The public JSON Web Key of a key that has both coordinates. */
export const toJwk = (key: Exclude<KeyNumbers, { kty: 'EC-compressed' }>): Jwk => {
  if (key.kty === 'RSA') return { kty: 'RSA', n: toBase64Url(key.n), e: toBase64Url(key.e) }
  const x = toBase64Url(key.x)
  return key.kty === 'OKP' ? { kty: 'OKP', crv: key.curve, x } : { kty: 'EC', crv: key.curve, x, y: toBase64Url(key.y) }
}

/** SEC 1 form: uncompressed where both coordinates are known. */
export const toPoint = (key: Extract<KeyNumbers, { kty: 'EC' | 'EC-compressed' }>): Uint8Array => {
  const size = COORDINATE_BYTES[key.curve]
  const point = new Uint8Array(key.kty === 'EC' ? 1 + 2 * size : 1 + size)
  point[0] = key.kty === 'EC' ? 4 : key.odd ? 3 : 2
  point.set(key.x, 1)
  if (key.kty === 'EC') point.set(key.y, 1 + size)
  return point
}
