import {
  ALGS,
  type Alg,
  type CryptoBackend,
  fits,
  type Jwk,
  type KeyFamily,
  type PrivateKey,
  type PublicKey,
  type PublicKeyMaterial,
} from './crypto.ts'
import { decompress } from './ec-point.ts'
import { COORDINATE_BYTES, type KeyNumbers, readKeyNumbers, toJwk } from './keys.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'

type Subtle = Pick<SubtleCrypto, 'importKey' | 'exportKey' | 'verify' | 'sign' | 'digest' | 'generateKey'>

/**
 * WebCrypto, with the pure backend, loaded when first needed, for curves this browser lacks (Ed448, in some Ed25519).
 * An RSA key is imported once for each hash it is used with, because a `CryptoKey` is bound to one.
 */
export const createWebCrypto = (subtle: Subtle = globalThis.crypto.subtle): CryptoBackend => {
  let loaded: Promise<CryptoBackend> | undefined
  const pure = () => {
    loaded ??= import('./crypto-pure.ts').then((module) => module.createPureCrypto())
    return loaded
  }
  return {
    name: 'webcrypto',
    importKey: async (material) => {
      if (material.form === 'native') return ok(native('verify', material.family, material.key))
      const key = await importKey(subtle, material)
      return key.ok || key.error.code !== 'alg-unsupported-here'
        ? key
        : pureKey(await (await pure()).importKey(material))
    },
    importPrivateKey: async (material) => {
      if (material.form === 'native') return ok(native('sign', material.family, material.key))
      const key = await importPrivate(subtle, material.jwk)
      return key.ok || key.error.code !== 'alg-unsupported-here'
        ? key
        : pureKey(await (await pure()).importPrivateKey(material))
    },
    verify: async (alg, key, message, signature) => {
      if (key.native instanceof PureKey)
        return (await pure()).verify(alg, key.native.key as PublicKey, message, signature)
      return fits(alg, key.family) && (await verify(subtle, alg, key, message, signature))
    },
    sign: async (alg, key, message) => {
      if (key.native instanceof PureKey) return (await pure()).sign(alg, key.native.key as PrivateKey, message)
      if (!fits(alg, key.family)) throw new TypeError(`${alg} does not fit a ${key.family} key`)
      const cryptoKey = await cryptoKeyFor(subtle, alg, key)
      return ok(new Uint8Array(await subtle.sign(parameters(alg, key.family), cryptoKey, message as BufferSource)))
    },
    digest: async (hash, data) => new Uint8Array(await subtle.digest(hash, data as BufferSource)),
    generateKey: async (curve, extractable = false) => {
      const algorithm = curve === 'P-256' ? { name: 'ECDSA', namedCurve: curve } : { name: curve }
      try {
        const pair = (await subtle.generateKey(algorithm, extractable, ['sign', 'verify'])) as CryptoKeyPair
        const { kty, crv, x, y } = await subtle.exportKey('jwk', pair.publicKey)
        return ok({
          publicKey: native('verify', curve, pair.publicKey),
          privateKey: native('sign', curve, pair.privateKey),
          publicJwk: { ...(kty && { kty }), ...(crv && { crv }), ...(x && { x }), ...(y && { y }) },
        })
      } catch {
        return refuse('alg-unsupported-here', curve)
      }
    },
  }
}

/** A key that the pure backend holds for us. */
class PureKey {
  readonly key: PublicKey | PrivateKey
  constructor(key: PublicKey | PrivateKey) {
    this.key = key
  }
}

const pureKey = <K extends PublicKey | PrivateKey>(key: Checked<K>): Checked<K> =>
  key.ok ? ok({ ...key.value, native: new PureKey(key.value) }) : key

const native = <U extends 'verify' | 'sign'>(use: U, family: KeyFamily, key: unknown) => ({ use, family, native: key })

type RsaJwk = { readonly jwk: JsonWebKey; readonly byHash: Map<string, Promise<CryptoKey>> }

const importKey = async (
  subtle: Subtle,
  material: Exclude<PublicKeyMaterial, { form: 'native' }>,
): Promise<Checked<PublicKey>> => {
  const numbers = readKeyNumbers(material)
  if (!numbers.ok) return numbers
  const key = numbers.value.kty === 'EC-compressed' ? decompress(numbers.value) : numbers.value
  if (!key) return refuse('key-malformed', 'point')
  if (key.kty === 'RSA') return ok(native('verify', 'RSA', rsaJwk(toJwk(key) as JsonWebKey)))
  return importCurve(subtle, key)
}

const rsaJwk = (jwk: JsonWebKey): RsaJwk => ({ jwk, byHash: new Map() })

const curveAlgorithm = (curve: string) =>
  curve.startsWith('P-') ? { name: 'ECDSA', namedCurve: curve } : { name: curve }

const importCurve = async (
  subtle: Subtle,
  key: Exclude<KeyNumbers, { kty: 'RSA' | 'EC-compressed' }>,
): Promise<Checked<PublicKey>> => {
  try {
    const jwk = toJwk(key) as JsonWebKey
    const imported = await subtle.importKey('jwk', jwk, curveAlgorithm(key.curve), true, ['verify'])
    return ok(native('verify', key.curve, imported))
  } catch (fault) {
    return refuse(unsupported(fault, key.kty) ? 'alg-unsupported-here' : 'key-malformed', key.curve)
  }
}

/** Browsers name an unknown curve in different ways; for the Edwards curves any failure is given to the pure backend. */
const unsupported = (fault: unknown, kty: string | undefined): boolean =>
  kty === 'OKP' || (fault instanceof Error && fault.name === 'NotSupportedError')

const importPrivate = async (subtle: Subtle, jwk: Jwk): Promise<Checked<PrivateKey>> => {
  const { kty, crv, x, y, n, e, d, p, q, dp, dq, qi } = jwk as JsonWebKey
  if (typeof d !== 'string') return refuse('key-malformed', 'jwk.d')
  if (kty === 'RSA') return ok(native('sign', 'RSA', rsaJwk({ kty, n, e, d, p, q, dp, dq, qi } as JsonWebKey)))
  if (crv === undefined || !(crv in COORDINATE_BYTES)) return refuse('key-malformed', 'jwk.crv')
  try {
    const bare = { kty, crv, x, d, ...(y !== undefined && { y }) } as JsonWebKey
    const key = await subtle.importKey('jwk', bare, curveAlgorithm(crv), false, ['sign'])
    return ok(native('sign', crv as KeyFamily, key))
  } catch (fault) {
    return refuse(unsupported(fault, kty) ? 'alg-unsupported-here' : 'key-malformed', crv)
  }
}

const verify = async (
  subtle: Subtle,
  alg: Alg,
  key: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> => {
  try {
    const cryptoKey = await cryptoKeyFor(subtle, alg, key)
    return await subtle.verify(
      parameters(alg, key.family),
      cryptoKey,
      signature as BufferSource,
      message as BufferSource,
    )
  } catch {
    return false
  }
}

const cryptoKeyFor = (subtle: Subtle, alg: Alg, key: PublicKey | PrivateKey): CryptoKey | Promise<CryptoKey> => {
  if (key.family !== 'RSA' || !isRsaJwk(key.native)) return key.native as CryptoKey
  const { jwk, byHash } = key.native
  const { hash } = ALGS[alg]
  const known = byHash.get(hash)
  if (known) return known
  const imported = subtle.importKey('jwk', jwk, { name: 'RSA-PSS', hash }, false, [key.use])
  byHash.set(hash, imported)
  return imported
}

const isRsaJwk = (key: unknown): key is RsaJwk => typeof key === 'object' && key !== null && 'byHash' in key

const SALT_BYTES = { 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64 } as const

const parameters = (alg: Alg, family: KeyFamily) => {
  const { scheme, hash } = ALGS[alg]
  if (scheme === 'ECDSA') return { name: 'ECDSA', hash }
  return scheme === 'RSA-PSS' ? { name: 'RSA-PSS', saltLength: SALT_BYTES[hash] } : { name: family }
}
