import type { CryptoBackend } from './crypto.ts'
import { type Presented, presentedHc1, presentedStrip, type Shown } from './door-credentials.ts'
import { decodeHc1, HC1_PREFIX, verifyHc1 } from './hc1.ts'
import { type Freshness, freshnessOf } from './pack.ts'
import type { PackContent } from './pack-content.ts'
import { PROOF_PREFIX, readProof, verifyProof } from './proof.ts'
import { type Checked, type RefusalCode, refusalText, refuse, type Sentence, verdictOf } from './refusals.ts'
import { ok } from './result.ts'
import { hc1Revocation, NO_REVOCATIONS, type RevocationState, type Revocations, stripRevocation } from './revocation.ts'
import { evaluateRules, type Party, type Verdict } from './rules.ts'
import type { Answer, ReasonCode } from './rules-reasons.ts'
import type { IssuerUse, TrustedKey } from './trust.ts'

/**
 * Everything a door does with a scanned text, in one call: is a pass asked for here and now, is it readable, does its
 * issuer count, is it withdrawn, do the rules accept it. No network, no clock of its own.
 */
export type DoorQuestion = {
  /** Milliseconds since 1970, by the door's clock. */
  readonly at: number
  readonly venue: Venue
  readonly partySize?: number
  readonly party?: Party
  /** Age band learnt from an identity card, where the pass does not tell it. */
  readonly ageBand?: string
  /** The challenges this door has shown lately; when given, a strip must answer one of them. */
  readonly challenges?: readonly Uint8Array[]
  readonly revocations?: Revocations
}

export type Venue = { readonly facilityType: string; readonly sido: string; readonly sigungu?: string }

/** Why a door should look twice although the answer stands. */
export type DoorNote =
  /** A printed or forwarded code: compare name and birth with an identity card. */
  | 'check-identity'
  /** The strip has run out, and the pack says to accept it because issuing is down. */
  | 'strip-stale'
  /** A list of withdrawn certificates is missing or old. */
  | 'revocation-unchecked'

export type DoorAnswer = {
  readonly answer: Answer
  readonly code: RefusalCode | ReasonCode
  /** `go`: let in; `check`: look at the notes or ask; `stop`: refuse. An old pack turns `go` into `check`, never into `stop`. */
  readonly signal: 'go' | 'check' | 'stop'
  readonly notes: readonly DoorNote[]
  /** For the person in front of the door. */
  readonly holder: Sentence
  /** For the one who guards it: what to do, without any medical reason. */
  readonly door: Sentence
  readonly freshness: Freshness
  readonly shown?: Shown
  /** For the replay memory; strips only. */
  readonly pid?: Uint8Array
  readonly until?: number
  readonly legalBasis?: string
}

type Verified = Presented & { readonly notes: readonly DoorNote[]; readonly pid?: Uint8Array }
type Work = { readonly content: PackContent; readonly question: DoorQuestion; readonly crypto: CryptoBackend }

/**
 * Judges a scanned text at a venue. `text` undefined: nobody showed anything; the answer is then about the venue alone.
 * Where no pass is required nothing is read, so nothing about the guest is learnt.
 */
export const checkAtDoor = async (
  crypto: CryptoBackend,
  content: PackContent,
  text: string | undefined,
  question: DoorQuestion,
): Promise<DoorAnswer> => {
  const freshness = freshnessOf(content.pack, question.at)
  const bare = judge(content, question, NOBODY)
  if (text === undefined || isSettled(bare)) return byRules(bare, freshness, [])
  const verified = await verifyText(text.trim(), { content, question, crypto })
  if (!verified.ok) return byRefusal(verified.error.code, freshness)
  const verdict = judge(content, question, verified.value)
  const { shown, notes, pid } = verified.value
  return { ...byRules(verdict, freshness, notes), shown, ...(pid && { pid }) }
}

const NOBODY: Presented = { holder: { credentials: [] }, shown: { name: '*' } }

const judge = ({ rules }: PackContent, question: DoorQuestion, { holder }: Presented): Verdict => {
  const { at, venue, partySize, party, ageBand } = question
  return evaluateRules(rules, {
    at,
    ...venue,
    ...(partySize !== undefined && { partySize }),
    ...(party && { party }),
    holder: ageBand === undefined ? holder : { ...holder, ageBand },
  })
}

/** What no certificate can change: no pass is asked for, or nothing in force speaks about this place. */
const SETTLED: readonly ReasonCode[] = [
  'question-malformed',
  'facility-unknown',
  'region-unknown',
  'no-rule',
  'party-too-large',
]
const isSettled = ({ answer, code }: Verdict): boolean => answer === 'not-required' || SETTLED.includes(code)

const verifyText = (text: string, work: Work): Promise<Checked<Verified>> | Checked<Verified> => {
  if (text.startsWith(PROOF_PREFIX)) return verifyStripText(text, work)
  if (text.startsWith(HC1_PREFIX)) return verifyHc1Text(text, work)
  return SHC.test(text) ? verifyShcText(text, work) : refuse('format-unknown')
}

const SHC = /^shc:\//i

const verifyShcText = async (text: string, { content, question, crypto }: Work): Promise<Checked<Verified>> => {
  const { verifyShcAtDoor } = await import('./door-shc.ts')
  const { at, revocations = NO_REVOCATIONS } = question
  const card = await verifyShcAtDoor(crypto, text, { trust: content.trust, at, skewMs: SKEW_MS, revocations })
  if (!card.ok) return card
  const { holder, shown, revocation } = card.value
  const notes = checked(revocation, ['check-identity'])
  return notes.ok ? ok({ holder, shown, notes: notes.value }) : notes
}

const keysFor = (
  { content, question }: Work,
  kid: Uint8Array | string | undefined,
  use: IssuerUse,
): Promise<Checked<readonly TrustedKey[]>> => content.trust.keysFor(kid ?? '', use, question.at)

/** A withdrawn certificate is refused; one that cannot be checked goes on with a note. */
const checked = (state: RevocationState, notes: readonly DoorNote[]): Checked<readonly DoorNote[]> => {
  if (state === 'revoked') return refuse('revoked')
  return ok(state === 'unchecked' ? [...notes, 'revocation-unchecked'] : notes)
}

const verifyStripText = async (text: string, work: Work): Promise<Checked<Verified>> => {
  const { content, question, crypto } = work
  const proof = readProof(text)
  if (!proof.ok) return proof
  const { claims, kid } = proof.value.strip
  const keys = await keysFor(work, kid, 'strip')
  if (!keys.ok) return keys
  const check = {
    at: question.at,
    policy: content.policy,
    issuerKeys: keys.value.map(({ key }) => key),
    ...(question.challenges && { challenges: question.challenges }),
  }
  const judged = await verifyProof(crypto, proof.value, check)
  if (!judged.ok) return judged
  const notes = checked(stripRevocation(question.revocations ?? NO_REVOCATIONS, claims.pid), judged.value)
  if (!notes.ok) return notes
  // A stale strip still stands for what it was issued for: rules must not refuse it for its hours.
  const current = judged.value.includes('strip-stale')
    ? { ...claims, hours: hoursUntil(claims.fromHour, question.at) }
    : claims
  return ok({ ...presentedStrip(current), notes: notes.value, pid: claims.pid })
}

const HOUR_MS = 3_600_000
const hoursUntil = (fromHour: number, at: number): number => Math.floor(at / HOUR_MS) + 1 - fromHour

const verifyHc1Text = async (text: string, work: Work): Promise<Checked<Verified>> => {
  const { question, crypto } = work
  const hc1 = decodeHc1(text)
  if (!hc1.ok) return hc1
  const { kid } = hc1.value.message
  const keys = await keysFor(work, kid ?? new Uint8Array(0), 'hc1')
  if (!keys.ok) return keys
  const trusted = keys.value.map(({ issuer, key }) => ({
    publicKey: key,
    ...(kid && { kid }),
    ...(issuer.kinds && { kinds: issuer.kinds }),
  }))
  const verified = await verifyHc1(crypto, hc1.value, { keys: () => trusted, at: question.at, skewMs: SKEW_MS })
  if (!verified.ok) return verified
  const state = await hc1Revocation(crypto, question.revocations ?? NO_REVOCATIONS, hc1.value)
  const notes = checked(state, ['check-identity'])
  return notes.ok ? ok({ ...presentedHc1(verified.value), notes: notes.value }) : notes
}

/** Clocks of issuers and doors differ; a certificate is for months. */
const SKEW_MS = 60_000

const byRules = (verdict: Verdict, freshness: Freshness, notes: readonly DoorNote[]): DoorAnswer => ({
  answer: verdict.answer,
  code: verdict.code,
  signal: signalOf(verdict.answer, notes, freshness),
  notes,
  holder: verdict.holder,
  door: verdict.door,
  freshness,
  ...(verdict.until !== undefined && { until: verdict.until }),
  ...(verdict.legalBasis !== null && { legalBasis: verdict.legalBasis }),
})

const signalOf = (answer: Answer, notes: readonly DoorNote[], { state }: Freshness): DoorAnswer['signal'] => {
  if (answer === 'refuse') return 'stop'
  const isPlain = notes.length === 0 && (state === 'fresh' || state === 'ageing')
  return answer !== 'unknown' && isPlain ? 'go' : 'check'
}

/** With a clock that is behind the pack, "not yet" says more about the door than about the guest. */
const CLOCK_CODES: readonly RefusalCode[] = [
  'strip-not-yet-valid',
  'issued-in-future',
  'not-yet-valid',
  'key-not-yet-valid',
  'proof-early',
]

const byRefusal = (code: RefusalCode, freshness: Freshness): DoorAnswer => {
  const isOurClock = freshness.state === 'clock-behind' && CLOCK_CODES.includes(code)
  const answer = isOurClock || verdictOf({ code }) === 'unknown' ? 'unknown' : 'refuse'
  const { holder, door } = refusalText({ code })
  return { answer, code, signal: signalOf(answer, [], freshness), notes: [], holder, door, freshness }
}
