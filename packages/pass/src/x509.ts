import { children, content, oidText, readTlv, TAG, type Tlv, timeMs, whole } from './der.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'

/** What a pass needs of an X.509 certificate (RFC 5280). Its own signature is judged by whoever built the trust list. */
export type Certificate = {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  /** Milliseconds since 1970. */
  readonly notBefore: number
  readonly notAfter: number
  /** Dotted object identifiers; empty when the extension is absent. */
  readonly extendedKeyUsage: readonly string[]
  /** The subject's country, else the issuer's, as written. */
  readonly country?: string
}

const OID_COUNTRY = '2.5.4.6'
const OID_EXTENDED_KEY_USAGE = '2.5.29.37'
const MAX_BYTES = 16_384

const malformed = (detail: string) => refuse('x509-malformed', detail)

/**
 * Reads a certificate. Tolerant where issuers' certificates are known to stray from DER (empty key usages, CA flags,
 * long lengths): a broken extension counts as absent, the key and the dates must be there.
 */
export const readCertificate = (der: Uint8Array): Checked<Certificate> => {
  if (der.length > MAX_BYTES) return malformed('size')
  const root = readTlv(der)
  const tbs = root?.tag === TAG.sequence ? children(root)?.[0] : undefined
  const fields = tbs?.tag === TAG.sequence ? children(tbs) : undefined
  if (!fields) return malformed('structure')
  const [, , issuer, validity, subject, spki, ...rest] = fields[0]?.tag === 0xa0 ? fields.slice(1) : fields
  const [from, until] = (validity && children(validity)) || []
  const notBefore = from && timeMs(from)
  const notAfter = until && timeMs(until)
  if (notBefore === undefined || notAfter === undefined) return malformed('validity')
  if (spki?.tag !== TAG.sequence) return malformed('key')
  const country = (subject && countryOf(subject)) ?? (issuer && countryOf(issuer))
  const extendedKeyUsage = usages(rest.find((field) => field.tag === 0xa3))
  return ok({ spki: whole(spki), notBefore, notAfter, extendedKeyUsage, ...(country !== undefined && { country }) })
}

const countryOf = (name: Tlv): string | undefined => {
  for (const set of children(name) ?? []) {
    for (const attribute of children(set) ?? []) {
      const [oid, value] = children(attribute) ?? []
      if (oid?.tag === TAG.oid && value && oidText(oid) === OID_COUNTRY) {
        return String.fromCharCode(...content(value).subarray(0, 8))
      }
    }
  }
  return undefined
}

const usages = (extensions: Tlv | undefined): readonly string[] => {
  const [list] = (extensions && children(extensions)) ?? []
  for (const extension of (list && children(list)) ?? []) {
    const [oid, ...values] = children(extension) ?? []
    if (oid?.tag !== TAG.oid || oidText(oid) !== OID_EXTENDED_KEY_USAGE) continue
    const value = values.at(-1)
    const sequence = value?.tag === TAG.octetString ? readTlv(content(value)) : undefined
    return ((sequence && children(sequence)) ?? []).filter((usage) => usage.tag === TAG.oid).map(oidText)
  }
  return []
}
