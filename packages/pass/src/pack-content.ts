import { fromUtf8, utf8 } from './bytes.ts'
import type { CryptoBackend } from './crypto.ts'
import { isJsonObject, type Json, type JsonObject, parseJson } from './json.ts'
import type { Pack } from './pack.ts'
import { PROOF_POLICY, type ProofPolicy } from './proof.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'
import { decodeNews, encodeNews, type ListNews } from './revocation.ts'
import { type CompiledRuleSet, compileRuleSet } from './rules-compile.ts'
import { createTrust, readTrustList, type Trust, type TrustList } from './trust.ts'
import { readValueSet, type ValueSet } from './value-sets.ts'

/**
 * The sections of a policy pack. `rules` and `trust` must be there; the others may be left out. Sections a checker does
 * not know are passed on unread, so an older door still takes a newer pack.
 */
export type PackContent = {
  readonly pack: Pack
  readonly rules: CompiledRuleSet
  readonly trust: Trust
  readonly revocationNews: readonly ListNews[]
  readonly valueSets: ReadonlyMap<string, ValueSet>
  readonly outages: OutageHead
  readonly policy: ProofPolicy
}

/** The end of the outage ledger as known when the pack was made: what was down, so that a door knows what to put up with. */
export type OutageHead = {
  readonly number: number
  /** Hash of the ledger's last entry, hex; empty in an empty ledger. */
  readonly hash: string
  readonly open: readonly OpenOutage[]
}
export type OpenOutage = {
  readonly component: string
  readonly region?: string
  readonly provider?: string
  /** Milliseconds since 1970. */
  readonly since: number
}

/** What a publisher puts in; see `encodeSections`. JSON in, so that what is signed is what was reviewed. */
export type PackSections = {
  readonly rules: unknown
  readonly trust: TrustList
  readonly revocations?: readonly ListNews[]
  readonly valueSets?: readonly unknown[]
  readonly outages?: OutageHead
  readonly policy?: Partial<ProofPolicy>
}

const NO_OUTAGES: OutageHead = { number: 0, hash: '', open: [] }
const MAX_OPEN_OUTAGES = 10_000
/** No pack may ask a door to accept proofs older than this, or strips staler than that. @see docs/sources/pass.md#proof */
const MOST_AGE_MS = 10 * 60_000
const MOST_STALE_MS = 7 * 86_400_000

export const encodeSections = (sections: PackSections): ReadonlyMap<string, Uint8Array> => {
  const texts = {
    rules: sections.rules,
    trust: sections.trust,
    valueSets: sections.valueSets,
    outages: sections.outages,
    policy: sections.policy,
  }
  const encoded = Object.entries(texts).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, utf8(JSON.stringify(value))] as const],
  )
  return new Map([
    ...encoded,
    ...(sections.revocations ? [['revocations', encodeNews(sections.revocations)] as const] : []),
  ])
}

/** Parses the sections of an opened pack. Refuses `pack-malformed`, `ruleset-malformed`, `valueset-malformed`, `revocation-malformed`. */
export const readPackContent = (crypto: CryptoBackend, pack: Pack): Checked<PackContent> => {
  const rules = compileRuleSet(jsonOf(pack, 'rules'))
  if (!rules.ok) return rules
  const list = readTrustList(jsonOf(pack, 'trust'))
  if (!list.ok) return list
  const newsBytes = pack.sections.get('revocations')
  const news = newsBytes ? decodeNews(newsBytes) : ok([])
  if (!news.ok) return news
  const valueSets = readValueSets(jsonOf(pack, 'valueSets'))
  if (!valueSets.ok) return valueSets
  const outages = pack.sections.has('outages') ? readOutages(jsonOf(pack, 'outages')) : NO_OUTAGES
  const policy = pack.sections.has('policy') ? readPolicy(jsonOf(pack, 'policy')) : PROOF_POLICY
  if (outages === undefined || policy === undefined) return refuse('pack-malformed', outages ? 'policy' : 'outages')
  return ok({
    pack,
    rules: rules.value,
    trust: createTrust(crypto, list.value),
    revocationNews: news.value,
    valueSets: valueSets.value,
    outages,
    policy,
  })
}

const jsonOf = (pack: Pack, name: string): Json | undefined => {
  const bytes = pack.sections.get(name)
  return bytes && parseJson(fromUtf8(bytes) ?? '')
}

const readValueSets = (json: Json | undefined): Checked<ReadonlyMap<string, ValueSet>> => {
  const sets = new Map<string, ValueSet>()
  if (json === undefined) return ok(sets)
  if (!Array.isArray(json)) return refuse('pack-malformed', 'valueSets')
  for (const one of json) {
    const set = readValueSet(one)
    if (!set.ok) return set
    sets.set(set.value.id, set.value)
  }
  return ok(sets)
}

const readOutages = (json: Json | undefined): OutageHead | undefined => {
  if (!isJsonObject(json)) return undefined
  const { number, hash, open } = json
  if (typeof number !== 'number' || typeof hash !== 'string' || !Array.isArray(open)) return undefined
  const isReadable = open.length <= MAX_OPEN_OUTAGES && open.every((one) => isJsonObject(one) && isOpenOutage(one))
  return isReadable ? { number, hash, open: open as unknown as OpenOutage[] } : undefined
}

const isOpenOutage = ({ component, region, provider, since }: JsonObject): boolean =>
  typeof component === 'string' &&
  typeof since === 'number' &&
  [region, provider].every((text) => text === undefined || typeof text === 'string')

const readPolicy = (json: Json | undefined): ProofPolicy | undefined => {
  if (!isJsonObject(json)) return undefined
  const policy = { ...PROOF_POLICY, ...json }
  const isWithin = (value: unknown, most: number) => typeof value === 'number' && value >= 0 && value <= most
  const isSane =
    isWithin(policy.maxAgeMs, MOST_AGE_MS) &&
    isWithin(policy.maxAheadMs, MOST_AGE_MS) &&
    isWithin(policy.stripSkewMs, MOST_AGE_MS) &&
    isWithin(policy.staleStripMs, MOST_STALE_MS)
  const { maxAgeMs, maxAheadMs, stripSkewMs, staleStripMs } = policy
  return isSane ? { maxAgeMs, maxAheadMs, stripSkewMs, staleStripMs } : undefined
}
