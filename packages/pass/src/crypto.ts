import type { Checked } from './refusals.ts'

/**
 * The one seam to cryptography. Everything above it is the same code with WebCrypto (`crypto-webcrypto.ts`), with none
 * (`crypto-pure.ts`) and with node:crypto (`node/crypto.ts`, outside the core). A backend may answer at once or later;
 * callers `await` either.
 */
export type MaybePromise<T> = T | Promise<T>

export type Curve = 'P-256' | 'P-384' | 'P-521' | 'Ed25519' | 'Ed448'
export type KeyFamily = Curve | 'RSA'
export type Hash = 'SHA-256' | 'SHA-384' | 'SHA-512'

/** Signature algorithms by their JOSE names. ECDSA signatures are r ‖ s, each as long as the curve's order. */
export type Alg = 'ES256' | 'ES384' | 'ES512' | 'PS256' | 'PS384' | 'PS512' | 'EdDSA'

export type AlgRow = {
  readonly scheme: 'ECDSA' | 'RSA-PSS' | 'EdDSA'
  /** RSA-PSS: also the hash of MGF1, and its length is the salt's (RFC 8230 §2). */
  readonly hash: Hash
  /** COSE algorithm number (IANA "COSE Algorithms"). */
  readonly cose: number
}

export const ALGS: Readonly<Record<Alg, AlgRow>> = {
  ES256: { scheme: 'ECDSA', hash: 'SHA-256', cose: -7 },
  ES384: { scheme: 'ECDSA', hash: 'SHA-384', cose: -35 },
  ES512: { scheme: 'ECDSA', hash: 'SHA-512', cose: -36 },
  PS256: { scheme: 'RSA-PSS', hash: 'SHA-256', cose: -37 },
  PS384: { scheme: 'RSA-PSS', hash: 'SHA-384', cose: -38 },
  PS512: { scheme: 'RSA-PSS', hash: 'SHA-512', cose: -39 },
  EdDSA: { scheme: 'EdDSA', hash: 'SHA-512', cose: -8 },
}

/** Which families a scheme signs with. COSE lets any curve meet any hash (RFC 9053 §2.1), so ES512 on P-256 is allowed. */
export const fits = (alg: Alg, family: KeyFamily): boolean => {
  const { scheme } = ALGS[alg]
  if (scheme === 'RSA-PSS') return family === 'RSA'
  return scheme === 'EdDSA' ? family.startsWith('Ed') : family.startsWith('P-')
}

/** A public JSON Web Key (RFC 7517); private members are ignored where a public key is asked for. */
export type Jwk = {
  readonly kty?: string
  readonly crv?: string
  readonly x?: string
  readonly y?: string
  readonly n?: string
  readonly e?: string
  readonly d?: string
  readonly kid?: string
  readonly [member: string]: unknown
}

/**
 * A public key as it arrives. `raw` is the SEC 1 point, compressed (33 bytes for P-256) or not, or the Ed25519/Ed448 key;
 * `native` is a `CryptoKey` or `KeyObject` of the backend at hand.
 */
export type PublicKeyMaterial =
  | { readonly form: 'jwk'; readonly jwk: Jwk }
  | { readonly form: 'raw'; readonly curve: Curve; readonly point: Uint8Array }
  | { readonly form: 'spki'; readonly der: Uint8Array }
  | { readonly form: 'native'; readonly family: KeyFamily; readonly key: unknown }

export type PrivateKeyMaterial =
  | { readonly form: 'jwk'; readonly jwk: Jwk }
  | { readonly form: 'native'; readonly family: KeyFamily; readonly key: unknown }

/** An imported key; it belongs to the backend that made it. */
export type PublicKey = { readonly use: 'verify'; readonly family: KeyFamily; readonly native: unknown }
export type PrivateKey = { readonly use: 'sign'; readonly family: KeyFamily; readonly native: unknown }
export type KeyPair = { readonly publicKey: PublicKey; readonly privateKey: PrivateKey; readonly publicJwk: Jwk }

export interface CryptoBackend {
  readonly name: 'webcrypto' | 'pure' | 'node'
  /** Refuses `key-malformed` (also: a point off its curve, RSA under 2,048 bits) and `alg-unsupported-here`. */
  importKey(material: PublicKeyMaterial): MaybePromise<Checked<PublicKey>>
  importPrivateKey(material: PrivateKeyMaterial): MaybePromise<Checked<PrivateKey>>
  /** False for a bad signature, for one of the wrong length and for a key that does not fit the algorithm. Never throws. */
  verify(alg: Alg, key: PublicKey, message: Uint8Array, signature: Uint8Array): MaybePromise<boolean>
  /**
   * Import and check in one go, for a key that is met once (a holder's device key); there where the backend has a faster
   * way than `importKey` and `verify`. False also for a point that is on no curve.
   */
  verifyOnce?(
    alg: Alg,
    key: Extract<PublicKeyMaterial, { form: 'raw' }>,
    message: Uint8Array,
    signature: Uint8Array,
  ): MaybePromise<boolean>
  /** Refuses `alg-unsupported-here` (the pure backend signs no RSA). Throws when the key does not fit: a caller's bug. */
  sign(alg: Alg, key: PrivateKey, message: Uint8Array): MaybePromise<Checked<Uint8Array>>
  digest(hash: Hash, data: Uint8Array): MaybePromise<Uint8Array>
  /** A fresh pair; with `extractable: false` the private part never leaves the backend (a phone's device key). */
  generateKey(curve: 'P-256' | 'Ed25519', extractable?: boolean): MaybePromise<Checked<KeyPair>>
}
