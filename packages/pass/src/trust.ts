import { fromBase64Url, toHex } from './bytes.ts'
import type { CryptoBackend, Jwk, PublicKey } from './crypto.ts'
import { type Checked, type Refusal, refuse } from './refusals.ts'
import { ok } from './result.ts'
import { STRIP_KID_BYTES } from './strip.ts'

/**
 * The trust list: whose signatures count, for what, where and when. It travels inside a signed policy pack, so it has no
 * signature of its own. Several keys may share a kid: all that fit are tried.
 */
export type IssuerUse = 'hc1' | 'strip' | 'shc'

export type IssuerKey = {
  /** base64url without padding: the kid bytes of HC1 and strips, or the kid text of a SMART Health Card key. */
  readonly kid: string
  readonly jwk: Jwk
  readonly uses: readonly IssuerUse[]
  /** ISO 3166 code of the issuer: `KR`, `KR-11`, `DE`. */
  readonly region: string
  /** Who it is, for logs and for the holder's screen. */
  readonly name?: string
  /** `iss` of SMART Health Cards. */
  readonly issuer?: string
  /** HC1 only: kinds this key may sign (vaccination, test, recovery, exemption); all when absent. */
  readonly kinds?: readonly string[]
  /** Milliseconds since 1970: first instant at which the key counts, and the first at which it does no more. */
  readonly validFrom: number
  readonly validUntil: number
  /** The key was lost or misused at some time: nothing signed by it counts any more, whatever date it bears. */
  readonly isRevoked?: boolean
}

export type TrustList = { readonly issuers: readonly IssuerKey[] }
export type TrustedKey = { readonly issuer: IssuerKey; readonly key: PublicKey }

export type Trust = {
  readonly list: TrustList
  /**
   * The imported keys of a kid that may sign this use at `at`. Refuses `key-unknown`, `key-usage`, `issuer-revoked`,
   * `key-not-yet-valid`, `key-expired`, `key-malformed`: the best explanation when none is left.
   */
  readonly keysFor: (kid: Uint8Array | string, use: IssuerUse, at: number) => Promise<Checked<readonly TrustedKey[]>>
}

const KID = /^[A-Za-z0-9_-]{1,64}$/
const REGION = /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/
const USES: readonly unknown[] = ['hc1', 'strip', 'shc'] satisfies IssuerUse[]
const MAX_ISSUERS = 20_000

/** From parsed JSON; refuses the whole list (`pack-malformed`) when one entry is wrong, so nobody is dropped unseen. */
export const readTrustList = (json: unknown): Checked<TrustList> => {
  const { issuers } = (json ?? {}) as Record<string, unknown>
  if (!Array.isArray(issuers) || issuers.length > MAX_ISSUERS) return refuse('pack-malformed', 'trust.issuers')
  const at = issuers.findIndex((issuer) => !isIssuerKey(issuer))
  return at < 0 ? ok({ issuers }) : refuse('pack-malformed', `trust.issuers.${at}`)
}

const isIssuerKey = (value: unknown): value is IssuerKey => {
  const key = (value ?? {}) as Partial<IssuerKey>
  const isTexts = (texts: unknown) => Array.isArray(texts) && texts.every((text) => typeof text === 'string')
  return (
    typeof key.kid === 'string' &&
    KID.test(key.kid) &&
    typeof key.jwk === 'object' &&
    key.jwk !== null &&
    Array.isArray(key.uses) &&
    key.uses.every((use) => USES.includes(use)) &&
    typeof key.region === 'string' &&
    REGION.test(key.region) &&
    [key.name, key.issuer].every((text) => text === undefined || typeof text === 'string') &&
    (key.kinds === undefined || isTexts(key.kinds)) &&
    Number.isSafeInteger(key.validFrom) &&
    Number.isSafeInteger(key.validUntil) &&
    (key.isRevoked === undefined || typeof key.isRevoked === 'boolean')
  )
}

/** An index over a list; keys are imported at first use and kept. Bound to one crypto backend. */
export const createTrust = (crypto: CryptoBackend, list: TrustList): Trust => {
  const byKid = groupByKid(list)
  const imported = new Map<IssuerKey, Promise<Checked<PublicKey>>>()
  const importOnce = (issuer: IssuerKey): Promise<Checked<PublicKey>> => {
    const known = imported.get(issuer)
    if (known) return known
    const key = Promise.resolve(crypto.importKey({ form: 'jwk', jwk: issuer.jwk }))
    imported.set(issuer, key)
    return key
  }
  const keysFor: Trust['keysFor'] = async (kid, use, at) => {
    const candidates = byKid.get(kidIndex(kid, use)) ?? []
    const faults = candidates.map((issuer) => faultOf(issuer, use, at))
    const usable = candidates.filter((_, i) => faults[i] === undefined)
    if (usable.length === 0) return refuse(...mostTelling(faults))
    const keys = await Promise.all(usable.map(importOnce))
    const good = usable.flatMap((issuer, i) => (keys[i]?.ok ? [{ issuer, key: keys[i].value }] : []))
    return good.length > 0 ? ok(good) : refuse('key-malformed')
  }
  return { list, keysFor }
}

/** Strips carry 4 bytes of the kid, so they have an index of their own. */
const kidIndex = (kid: Uint8Array | string, use: IssuerUse): string => {
  const text = typeof kid === 'string' ? kid : toHex(use === 'strip' ? kid.subarray(0, STRIP_KID_BYTES) : kid)
  return `${use === 'strip' ? 'strip' : typeof kid === 'string' ? 'text' : 'bytes'}:${text}`
}

const groupByKid = (list: TrustList): ReadonlyMap<string, readonly IssuerKey[]> => {
  const groups = new Map<string, IssuerKey[]>()
  const put = (index: string, issuer: IssuerKey) => {
    const group = groups.get(index)
    if (group) group.push(issuer)
    else groups.set(index, [issuer])
  }
  for (const issuer of list.issuers) {
    const bytes = fromBase64Url(issuer.kid)
    put(kidIndex(issuer.kid, 'shc'), issuer)
    if (!bytes) continue
    put(kidIndex(bytes, 'hc1'), issuer)
    put(kidIndex(bytes, 'strip'), issuer)
  }
  return groups
}

type Fault = Refusal['code']

const faultOf = (issuer: IssuerKey, use: IssuerUse, at: number): Fault | undefined => {
  if (!issuer.uses.includes(use)) return 'key-usage'
  if (issuer.isRevoked) return 'issuer-revoked'
  if (at < issuer.validFrom) return 'key-not-yet-valid'
  return at < issuer.validUntil ? undefined : 'key-expired'
}

const TELLING: readonly Fault[] = ['issuer-revoked', 'key-expired', 'key-not-yet-valid', 'key-usage']

const mostTelling = (faults: readonly (Fault | undefined)[]): [Fault] => [
  TELLING.find((code) => faults.includes(code)) ?? 'key-unknown',
]

/** True if the key may sign a certificate of this kind (`v`, `t`, `r`, `x`). */
export const maySignKind = (issuer: IssuerKey, kind: string): boolean => issuer.kinds?.includes(kind) ?? true
