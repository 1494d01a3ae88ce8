import { fromBase64Url } from './bytes.ts'
import {
  ALGS,
  type Alg,
  type CryptoBackend,
  fits,
  type Hash,
  type Jwk,
  type KeyFamily,
  type KeyPair,
  type PrivateKey,
  type PrivateKeyMaterial,
  type PublicKey,
  type PublicKeyMaterial,
} from './crypto.ts'
import { verifyRsaPss } from './crypto-rsa-pss.ts'
import { type KeyNumbers, readKeyNumbers, toJwk, toPoint } from './keys.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'

/**
 * The backend for a browser without WebCrypto (an insecure context, an old web view): `@noble/curves`, loaded at first
 * use so that a verifier that never needs it never fetches it. It verifies everything and signs all but RSA.
 */
export const createPureCrypto = (): CryptoBackend => {
  let loaded: Promise<Noble> | undefined
  const noble = () => {
    loaded ??= loadNoble()
    return loaded
  }
  return {
    name: 'pure',
    importKey: async (material) => importKey(await noble(), material),
    importPrivateKey: async (material) => importPrivateKey(await noble(), material),
    verify: async (alg, key, message, signature) =>
      fits(alg, key.family) && verify(await noble(), alg, key, message, signature),
    sign: async (alg, key, message) => sign(await noble(), alg, key, message),
    digest: async (hash, data) => (await noble()).hashes[hash](data),
    generateKey: async (curve) => generateKey(await noble(), curve),
  }
}

const loadNoble = async () => {
  const [nist, ed25519, ed448, sha2] = await Promise.all([
    import('@noble/curves/nist.js'),
    import('@noble/curves/ed25519.js'),
    import('@noble/curves/ed448.js'),
    import('@noble/hashes/sha2.js'),
  ])
  return {
    ecdsa: { 'P-256': nist.p256, 'P-384': nist.p384, 'P-521': nist.p521 },
    eddsa: { Ed25519: ed25519.ed25519, Ed448: ed448.ed448 },
    hashes: { 'SHA-256': sha2.sha256, 'SHA-384': sha2.sha384, 'SHA-512': sha2.sha512 } satisfies Record<
      Hash,
      (data: Uint8Array) => Uint8Array
    >,
  }
}
type Noble = Awaited<ReturnType<typeof loadNoble>>
type RsaKey = Extract<KeyNumbers, { kty: 'RSA' }>

const importKey = (noble: Noble, material: PublicKeyMaterial): Checked<PublicKey> => {
  if (material.form === 'native') return refuse('alg-unsupported-here', 'native key')
  const numbers = readKeyNumbers(material)
  if (!numbers.ok) return numbers
  const key = numbers.value
  if (key.kty === 'RSA') return ok({ use: 'verify', family: 'RSA', native: key })
  return isPoint(noble, key) ? ok({ use: 'verify', family: key.curve, native: bytesOf(key) }) : refuse('key-malformed')
}

const bytesOf = (key: Exclude<KeyNumbers, RsaKey>): Uint8Array => (key.kty === 'OKP' ? key.x : toPoint(key))

const isPoint = (noble: Noble, key: Exclude<KeyNumbers, RsaKey>): boolean => {
  try {
    if (key.kty === 'OKP') noble.eddsa[key.curve].Point.fromBytes(key.x)
    else noble.ecdsa[key.curve].Point.fromBytes(toPoint(key)).assertValidity()
    return true
  } catch {
    return false
  }
}

const verify = (noble: Noble, alg: Alg, key: PublicKey, message: Uint8Array, signature: Uint8Array): boolean => {
  const hash = noble.hashes[ALGS[alg].hash]
  if (key.family === 'RSA') return verifyRsaPss(hash, key.native as RsaKey, message, signature)
  const point = key.native as Uint8Array
  try {
    if (key.family === 'Ed25519') return noble.eddsa.Ed25519.verify(signature, message, point, { zip215: false })
    if (key.family === 'Ed448') return noble.eddsa.Ed448.verify(signature, message, point, { zip215: false })
    return noble.ecdsa[key.family].verify(signature, hash(message), point, { prehash: false, lowS: false })
  } catch {
    return false
  }
}

const importPrivateKey = (noble: Noble, material: PrivateKeyMaterial): Checked<PrivateKey> => {
  if (material.form === 'native') return refuse('alg-unsupported-here', 'native key')
  const { jwk } = material
  if (jwk.kty === 'RSA') return refuse('alg-unsupported-here', 'RSA private key')
  const secret = typeof jwk.d === 'string' ? fromBase64Url(jwk.d) : undefined
  const curve = [...Object.keys(noble.ecdsa), ...Object.keys(noble.eddsa)].find((name) => name === jwk.crv)
  return secret && curve
    ? ok({ use: 'sign', family: curve as KeyFamily, native: secret })
    : refuse('key-malformed', 'jwk.d or jwk.crv')
}

const sign = (noble: Noble, alg: Alg, key: PrivateKey, message: Uint8Array): Checked<Uint8Array> => {
  if (!fits(alg, key.family)) throw new TypeError(`${alg} does not fit a ${key.family} key`)
  const secret = key.native as Uint8Array
  if (key.family === 'RSA') return refuse('alg-unsupported-here', 'RSA private key')
  if (key.family === 'Ed25519' || key.family === 'Ed448') return ok(noble.eddsa[key.family].sign(message, secret))
  const digest = noble.hashes[ALGS[alg].hash](message)
  return ok(noble.ecdsa[key.family].sign(digest, secret, { prehash: false, lowS: false }))
}

const generateKey = (noble: Noble, curve: 'P-256' | 'Ed25519'): Checked<KeyPair> => {
  const { secretKey, publicKey } = curve === 'P-256' ? p256Pair(noble) : noble.eddsa.Ed25519.keygen()
  const numbers = readKeyNumbers({ form: 'raw', curve, point: publicKey })
  if (!numbers.ok || numbers.value.kty === 'EC-compressed') return refuse('key-malformed')
  return ok({
    publicKey: { use: 'verify', family: curve, native: publicKey },
    privateKey: { use: 'sign', family: curve, native: secretKey },
    publicJwk: toJwk(numbers.value) satisfies Jwk,
  })
}

const p256Pair = (noble: Noble) => {
  const secretKey = noble.ecdsa['P-256'].utils.randomSecretKey()
  return { secretKey, publicKey: noble.ecdsa['P-256'].getPublicKey(secretKey, false) }
}
