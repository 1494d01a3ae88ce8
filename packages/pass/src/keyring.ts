import { toHex } from './bytes.ts'
import type { CryptoBackend, KeyFamily, PublicKey } from './crypto.ts'
import type { DccKind } from './dcc-schema.ts'
import type { Checked } from './refusals.ts'
import { ok } from './result.ts'
import { readCertificate } from './x509.ts'

/** A key that may have signed a certificate. Instants in milliseconds since 1970; what is absent does not limit. */
export type VerificationKey = {
  /** Without one the key is tried for every kid. */
  readonly kid?: Uint8Array
  readonly publicKey: PublicKey
  readonly notBefore?: number
  readonly notAfter?: number
  /** Kinds of certificates it may sign (`DccKind`); absent: all. */
  readonly kinds?: readonly string[]
}

/** All keys to try for a kid; `undefined` when the message names none. */
export type FindKeys = (kid: Uint8Array | undefined) => readonly VerificationKey[]

const NO_KEYS: readonly VerificationKey[] = []

/** An index over a list of keys. A message without kid is tried with all of them, up to `MOST_TRIED`. */
export const indexKeys = (keys: readonly VerificationKey[]): FindKeys => {
  const byKid = new Map<string, VerificationKey[]>()
  const anyKid = keys.filter((key) => !key.kid)
  for (const key of keys) {
    if (!key.kid) continue
    const kid = toHex(key.kid)
    byKid.set(kid, [...(byKid.get(kid) ?? []), key])
  }
  return (kid) => {
    if (!kid) return keys.slice(0, MOST_TRIED)
    const named = byKid.get(toHex(kid)) ?? NO_KEYS
    return anyKid.length === 0 ? named : [...named, ...anyKid].slice(0, MOST_TRIED)
  }
}
/** Bounds the work one message can ask for. */
const MOST_TRIED = 32

export const HC1_KID_BYTES = 8

/** The first 8 bytes of SHA-256 over the certificate (hcert_spec.md, "Key Identifier"). */
export const kidOfCertificate = async (crypto: CryptoBackend, der: Uint8Array): Promise<Uint8Array> =>
  (await crypto.digest('SHA-256', der)).slice(0, HC1_KID_BYTES)

/** Extended key usages that limit a signer, in the two spellings found in certificates @see docs/sources/pass.md#keys */
const KIND_BY_USAGE: Readonly<Record<string, DccKind>> = {
  '1.3.6.1.4.1.1847.2021.1.1': 't',
  '1.3.6.1.4.1.1847.2021.1.2': 'v',
  '1.3.6.1.4.1.1847.2021.1.3': 'r',
  '1.3.6.1.4.1.0.1847.2021.1.1': 't',
  '1.3.6.1.4.1.0.1847.2021.1.2': 'v',
  '1.3.6.1.4.1.0.1847.2021.1.3': 'r',
}

/** `undefined` when no usage of ours is named: then the key may sign every kind. */
export const kindsOfUsages = (usages: readonly string[]): readonly DccKind[] | undefined => {
  const kinds = usages.flatMap((usage) => KIND_BY_USAGE[usage] ?? [])
  return kinds.length > 0 ? kinds : undefined
}

/** The key of an X.509 certificate with its validity and kinds, under `kid` or the certificate's own. */
export const keyOfCertificate = async (
  crypto: CryptoBackend,
  der: Uint8Array,
  kid?: Uint8Array,
): Promise<Checked<VerificationKey & { readonly family: KeyFamily }>> => {
  const certificate = readCertificate(der)
  if (!certificate.ok) return certificate
  const { spki, notBefore, notAfter, extendedKeyUsage } = certificate.value
  const key = await crypto.importKey({ form: 'spki', der: spki })
  if (!key.ok) return key
  const kinds = kindsOfUsages(extendedKeyUsage)
  return ok({
    kid: kid ?? (await kidOfCertificate(crypto, der)),
    publicKey: key.value,
    family: key.value.family,
    notBefore,
    notAfter,
    ...(kinds && { kinds }),
  })
}
