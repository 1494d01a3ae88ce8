import {
  createHash,
  createPrivateKey,
  createPublicKey,
  ECDH,
  generateKeyPairSync,
  type JsonWebKeyInput,
  type KeyObject,
  constants as nodeConstants,
  sign as nodeSign,
  verify as nodeVerify,
  type VerifyKeyObjectInput,
} from 'node:crypto'
import {
  ALGS,
  type Alg,
  type CryptoBackend,
  fits,
  type Jwk,
  type KeyFamily,
  type PrivateKeyMaterial,
  type PublicKeyMaterial,
} from '../src/crypto.ts'
import { type EcCurve, type KeyNumbers, readKeyNumbers, toJwk, toPoint } from '../src/keys.ts'
import { type Checked, type Refusal, refuse } from '../src/refusals.ts'
import { ok, type Result } from '../src/result.ts'

/** node:crypto behind the library's seam: answers at once, about twice as fast as WebCrypto. For servers and the bench. */
export const createNodeCrypto = () =>
  ({
    name: 'node',
    importKey,
    importPrivateKey,
    verify: (alg, key, message, signature) =>
      fits(alg, key.family) && verify(alg, key.native as KeyObject, message, signature),
    verifyOnce,
    sign: (alg, key, message) => {
      if (!fits(alg, key.family)) throw new TypeError(`${alg} does not fit a ${key.family} key`)
      return ok(nodeSign(hashName(alg), message, options(alg, key.native as KeyObject)))
    },
    digest: (hash, data) => createHash(HASH_NAMES[hash]).update(data).digest(),
    generateKey: (curve, extractable) => generateKey(curve, extractable ?? true),
  }) satisfies CryptoBackend

const HASH_NAMES = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' } as const
const SALT_BYTES = { 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 } as const

const hashName = (alg: Alg): string | null => (ALGS[alg].scheme === 'EdDSA' ? null : HASH_NAMES[ALGS[alg].hash])

const options = (alg: Alg, key: KeyObject) => {
  const { scheme, hash } = ALGS[alg]
  if (scheme === 'ECDSA') return { key, dsaEncoding: 'ieee-p1363' as const }
  if (scheme === 'EdDSA') return { key }
  return { key, padding: nodeConstants.RSA_PKCS1_PSS_PADDING, saltLength: SALT_BYTES[hash] }
}

const verify = (alg: Alg, key: KeyObject, message: Uint8Array, signature: Uint8Array): boolean => {
  try {
    return nodeVerify(hashName(alg), message, options(alg, key), signature)
  } catch {
    return false
  }
}

/** Importing costs nearly as much as checking, most of it for the wrapper of the key; a key given in place has none. */
const verifyOnce: NonNullable<CryptoBackend['verifyOnce']> = (alg, material, message, signature) => {
  const { curve, point } = material
  if (!fits(alg, curve)) return false
  if (ALGS[alg].scheme === 'ECDSA' && takesRawPoints()) {
    const key = {
      key: point,
      format: 'raw-public',
      asymmetricKeyType: 'ec',
      namedCurve: OPENSSL_CURVES[curve as EcCurve],
    }
    return verifyWith(hashName(alg), message, { ...key, dsaEncoding: 'ieee-p1363' }, signature)
  }
  const key = importKey(material)
  return key.ok && verify(alg, key.value.native as KeyObject, message, signature)
}

/** Newer Nodes (24.21 here) take a bare point as a key; their types do not say so yet. */
const verifyWith = (hash: string | null, message: Uint8Array, key: object, signature: Uint8Array): boolean => {
  try {
    return nodeVerify(hash, message, key as VerifyKeyObjectInput, signature)
  } catch {
    return false
  }
}

let rawPoints: boolean | undefined
const takesRawPoints = (): boolean => {
  rawPoints ??= isRawPointKey(GENERATOR_P256)
  return rawPoints
}

const isRawPointKey = (point: Uint8Array): boolean => {
  const key = { key: point, format: 'raw-public', asymmetricKeyType: 'ec', namedCurve: OPENSSL_CURVES['P-256'] }
  try {
    return createPublicKey(key as unknown as JsonWebKeyInput).asymmetricKeyType === 'ec'
  } catch {
    return false
  }
}

/** The base point of P-256, compressed: a point that is surely on the curve (FIPS 186-4 D.1.2.3). */
const GENERATOR_P256 = Buffer.from('036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296', 'hex')

const importKey = (material: PublicKeyMaterial) => {
  if (material.form === 'native') return ok({ use: 'verify' as const, family: material.family, native: material.key })
  const numbers = readKeyNumbers(material)
  return numbers.ok ? fromNumbers(numbers.value) : numbers
}

const OPENSSL_CURVES: Readonly<Record<EcCurve, string>> = {
  'P-256': 'prime256v1',
  'P-384': 'secp384r1',
  'P-521': 'secp521r1',
}

/** A key goes in as a JWK: half the time of the same key as DER. */
const fromNumbers = (key: KeyNumbers): Result<{ use: 'verify'; family: KeyFamily; native: KeyObject }, Refusal> => {
  try {
    const full = key.kty === 'EC-compressed' ? decompressed(key) : key
    if (!full) return refuse('key-malformed', 'point')
    const native = createPublicKey({ format: 'jwk', key: toJwk(full) } as JsonWebKeyInput)
    return ok({ use: 'verify', family: full.kty === 'RSA' ? 'RSA' : full.curve, native })
  } catch {
    return refuse('key-malformed')
  }
}

const decompressed = (key: Extract<KeyNumbers, { kty: 'EC-compressed' }>) => {
  const point = ECDH.convertKey(toPoint(key), OPENSSL_CURVES[key.curve], undefined, undefined, 'uncompressed')
  const numbers = readKeyNumbers({ form: 'raw', curve: key.curve, point: point as Uint8Array })
  return numbers.ok && numbers.value.kty === 'EC' ? numbers.value : undefined
}

const FAMILIES: Readonly<Record<string, KeyFamily>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
  ed25519: 'Ed25519',
  ed448: 'Ed448',
  rsa: 'RSA',
  'rsa-pss': 'RSA',
}

/** The family of a node key, or `undefined` for one this library does not use. */
export const familyOf = (key: KeyObject): KeyFamily | undefined =>
  FAMILIES[key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? '']

const importPrivateKey = (material: PrivateKeyMaterial) => {
  if (material.form === 'native') return ok({ use: 'sign' as const, family: material.family, native: material.key })
  try {
    return fromKeyObject(createPrivateKey({ format: 'jwk', key: material.jwk } as JsonWebKeyInput))
  } catch {
    return refuse('key-malformed', 'jwk')
  }
}

const fromKeyObject = (native: KeyObject) => {
  const family = familyOf(native)
  return family ? ok({ use: 'sign' as const, family, native }) : refuse('alg-unsupported-here')
}

/** A private key from PEM (PKCS #8, SEC 1 or PKCS #1), as issuers keep it. */
export const privateKeyFromPem = (pem: string) => {
  try {
    return fromKeyObject(createPrivateKey(pem))
  } catch {
    return refuse('key-malformed', 'pem')
  }
}

const generateKey = (
  curve: 'P-256' | 'Ed25519',
  _extractable: boolean,
): Checked<import('../src/crypto.ts').KeyPair> => {
  const pair =
    curve === 'P-256' ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' }) : generateKeyPairSync('ed25519')
  return ok({
    publicKey: { use: 'verify', family: curve, native: pair.publicKey },
    privateKey: { use: 'sign', family: curve, native: pair.privateKey },
    publicJwk: pair.publicKey.export({ format: 'jwk' }) as Jwk,
  })
}
