import { isInteger, truth } from './certlogic-values.ts'
import type { Sentence } from './refusals.ts'
import { ageInstants, birthRange, possibleBands } from './rules-age.ts'
import type {
  BandSpan,
  CompiledCondition,
  CompiledDuty,
  CompiledGathering,
  CompiledRule,
  CompiledRuleSet,
  CompiledSuspension,
  Reach,
  Span,
} from './rules-compile.ts'
import { type Credential, type FactRecord, type Facts, factsOf, MAX_CREDENTIALS } from './rules-credentials.ts'
import { type Answer, REASONS, type ReasonCode } from './rules-reasons.ts'
import type { StripClass } from './strip.ts'

/** Who stands at the door. Give `ageBand` or `bornOn`; with neither, only answers that hold for every age are given. */
export type Holder = {
  /** `YYYY`, `YYYY-MM` or `YYYY-MM-DD` */
  readonly bornOn?: string
  /** A band of the rule set, where it is known without a birth date. */
  readonly ageBand?: string
  readonly credentials: readonly Credential[]
}

export type Party = {
  /** Other members of the party who have no pass. */
  readonly othersWithoutPass?: number
  /** The party lives together or cares for one of its members: limits of gatherings do not apply. */
  readonly household?: boolean
}

export type Situation = {
  readonly facilityType: string
  /** Two-digit region code. */
  readonly sido: string
  /** Five-digit code; needed only where rules go that deep. */
  readonly sigungu?: string
  /** Persons entering together, the holder among them. */
  readonly partySize?: number
  readonly party?: Party
  readonly holder: Holder
}

export type Question = Situation & {
  /** Instant of entry, milliseconds since 1970. */
  readonly at: number
}

export type Verdict = {
  readonly answer: Answer
  /** Stable; a row of `REASONS`. */
  readonly code: ReasonCode
  /** Rule, suspension or limit that decided; null where none did. */
  readonly ruleId: string | null
  readonly legalBasis: string | null
  /** Condition that was satisfied. For the holder's own screen, never for the door. */
  readonly conditionId?: string
  /** Instant until which the answer's grace or credential lasts; absent without an end. */
  readonly until?: number
  readonly holder: Sentence
  readonly door: Sentence
  readonly ruleSet: { readonly id: string; readonly version: number }
}

type Decider = { readonly id: string; readonly legalBasis: string }
type Outcome = {
  readonly code: ReasonCode
  readonly by: Decider | undefined
  readonly conditionId?: string | undefined
  readonly until?: number | undefined
}

const covers = (span: Span, at: number): boolean => at >= span.from && at < span.to
const reaches = (reach: Reach, situation: Situation): boolean =>
  (reach.sido === undefined || reach.sido.has(situation.sido)) &&
  (reach.sigungu === undefined || (situation.sigungu !== undefined && reach.sigungu.has(situation.sigungu)))

/** A rule for part of this region is in force, and which part we are in was not said. */
const needsSigungu = (rules: readonly CompiledRule[], question: Question): boolean =>
  question.sigungu === undefined &&
  rules.some(
    (rule) => rule.sigungu !== undefined && rule.sido?.has(question.sido) === true && covers(rule, question.at),
  )

type Standing = 'now' | 'not-yet' | 'expired' | 'no' | 'error'
type Window = { readonly from: number; readonly until: number }
type Satisfied = { readonly conditionId: string; readonly until: number }

const externalOf = (set: CompiledRuleSet, situation: Situation, band: string): FactRecord => ({
  facilityType: situation.facilityType,
  sido: situation.sido,
  partySize: situation.partySize ?? null,
  ageBand: band,
  valueSets: set.valueSets,
})

/** The interval in which `condition` holds for one choice of credentials; undefined = never, null = cannot be told. */
const windowOf = (condition: CompiledCondition, data: FactRecord): Window | undefined | null => {
  const applies = condition.applies(data)
  const holds = applies.ok ? truth(applies.value) : undefined
  if (holds === undefined) return null
  if (!holds) return undefined
  const from = condition.from(data)
  const until = condition.until?.(data)
  if (!from.ok || !(from.value instanceof Date)) return null
  if (until === undefined) return { from: from.value.getTime(), until: Number.POSITIVE_INFINITY }
  if (!until.ok || !(until.value instanceof Date)) return null
  return { from: from.value.getTime(), until: until.value.getTime() }
}

/** Every choice of credentials of the kinds a condition needs. */
const choices = (condition: CompiledCondition, facts: Facts): readonly FactRecord[] => {
  const [first, second] = condition.needs
  if (first === undefined) return []
  const ones = facts.byKind[first]
  if (second === undefined) return ones.map((one) => ({ [first]: one }))
  return ones.flatMap((one) => facts.byKind[second].map((two) => ({ [first]: one, [second]: two })))
}

const windowsOf = (condition: CompiledCondition, facts: Facts, external: FactRecord): readonly (Window | null)[] =>
  choices(condition, facts).flatMap((choice) => {
    const window = windowOf(condition, { ...choice, external })
    return window === undefined ? [] : [window]
  })

const standingIn = (window: Window | null, at: number): Standing => {
  if (window === null) return 'error'
  if (at < window.from) return at < window.until ? 'not-yet' : 'no'
  return at < window.until ? 'now' : 'expired'
}

const NEARNESS: readonly Standing[] = ['no', 'expired', 'error', 'not-yet', 'now']
const nearer = (a: Standing, b: Standing): Standing => (NEARNESS.indexOf(b) > NEARNESS.indexOf(a) ? b : a)

/** The first condition that holds now, or how near the holder comes to holding one. */
const tryConditions = (
  conditions: readonly CompiledCondition[],
  facts: Facts,
  external: FactRecord,
  at: number,
): Satisfied | Standing => {
  let best: Standing = 'no'
  for (const condition of conditions) {
    for (const window of windowsOf(condition, facts, external)) {
      const standing = standingIn(window, at)
      if (standing === 'now' && window !== null) return { conditionId: condition.id, until: window.until }
      best = nearer(best, standing)
    }
  }
  return best
}

const suspended = (set: CompiledRuleSet, question: Question, band: string): CompiledSuspension | undefined =>
  set.suspensions.find(
    (each) =>
      covers(each, question.at) &&
      reaches(each, question) &&
      (each.facilities === undefined || each.facilities.has(question.facilityType)) &&
      (each.ageBands === undefined || each.ageBands.has(band)),
  )

const gatheringLimit = (set: CompiledRuleSet, question: Question): CompiledGathering | undefined =>
  set.gatherings.find((each) => covers(each, question.at) && reaches(each, question))

/** Entering without a pass where one is required: 'yes', 'no', or 'ask' when the party is not known well enough. */
const allowed = (duty: CompiledDuty, question: Question): 'yes' | 'no' | 'ask' => {
  const { allowance } = duty
  const size = question.partySize
  if (allowance === undefined) return 'no'
  if (size === undefined) return 'ask'
  if (size === 1) return 'yes'
  if (allowance.kind === 'alone') return 'no'
  if (size <= allowance.max) return 'yes'
  const others = question.party?.othersWithoutPass
  if (others === undefined) return 'ask'
  return others + 1 <= allowance.max ? 'yes' : 'no'
}

const refusal = (standing: Standing, duty: CompiledDuty, facts: Facts): ReasonCode => {
  if (standing === 'not-yet') return 'not-yet'
  if (standing === 'error' || facts.unreadable) return 'credential-unreadable'
  if (standing === 'expired') return 'expired'
  if (duty.allowance !== undefined) return 'party-mixed'
  return facts.shown === 0 ? 'no-credential' : 'not-accepted'
}

const inForce = (spans: readonly BandSpan[], at: number, band: string): BandSpan | undefined =>
  spans.find((each) => covers(each, at) && (each.bands === undefined || each.bands.has(band)))

const withoutPass = (rule: CompiledRule, duty: CompiledDuty, question: Question, band: string): Outcome | undefined => {
  const verdict = allowed(duty, question)
  if (verdict === 'yes') return { code: question.partySize === 1 ? 'alone' : 'party-allowance', by: rule }
  const grace = inForce(duty.grace, question.at, band)
  if (grace !== undefined) return { code: 'grace-period', by: rule, until: grace.to }
  return verdict === 'ask' ? { code: 'party-needed', by: rule } : undefined
}

const decideDuty = (
  set: CompiledRuleSet,
  question: Question,
  rule: CompiledRule,
  duty: CompiledDuty,
  facts: Facts,
  band: string,
): Outcome => {
  if (inForce(duty.exempt, question.at, band) !== undefined) return { code: 'age-exempt', by: rule }
  const suspension = suspended(set, question, band)
  if (suspension !== undefined) return { code: 'court-suspended', by: suspension }
  const period = duty.policy.find((each) => covers(each, question.at))
  if (period === undefined) return { code: 'no-rule', by: rule }
  const external = externalOf(set, question, band)
  const accepted = tryConditions(period.accepts, facts, external, question.at)
  if (typeof accepted === 'object') return { code: 'credential-accepted', by: rule, ...accepted }
  const tolerated = tryConditions(period.tolerates, facts, external, question.at)
  if (typeof tolerated === 'object') {
    return {
      code: 'grace-period',
      by: rule,
      conditionId: tolerated.conditionId,
      until: Math.min(tolerated.until, period.to),
    }
  }
  return withoutPass(rule, duty, question, band) ?? { code: refusal(accepted, duty, facts), by: rule }
}

const decide = (set: CompiledRuleSet, question: Question, rule: CompiledRule, facts: Facts, band: string): Outcome => {
  if (rule.duty !== undefined) return decideDuty(set, question, rule, rule.duty, facts, band)
  return { code: rule.lifted ? 'lifted' : 'facility-free', by: rule }
}

const ADMITS: { readonly [A in Answer]: boolean } = { pass: true, 'not-required': true, refuse: false, unknown: false }
const answerOf = (outcome: Outcome): Answer => REASONS[outcome.code].answer
const admits = (outcome: Outcome): boolean => ADMITS[answerOf(outcome)]

/** Where the age is open, an answer is given only if the holder may enter at every age, or at none. */
const merge = (outcomes: readonly Outcome[]): Outcome => {
  const [first] = outcomes
  if (first === undefined) return { code: 'age-needed', by: undefined }
  if (outcomes.every((each) => each.code === first.code)) return first
  if (outcomes.every(admits)) return outcomes.find((each) => answerOf(each) === 'pass') ?? first
  if (outcomes.some(admits)) return { code: 'age-needed', by: first.by }
  return outcomes.find((each) => answerOf(each) === 'unknown') ?? first
}

const verdict = (set: CompiledRuleSet, outcome: Outcome): Verdict => {
  const { answer, holder, door } = REASONS[outcome.code]
  return {
    answer,
    code: outcome.code,
    ruleId: outcome.by?.id ?? null,
    legalBasis: outcome.by?.legalBasis ?? null,
    ...(outcome.conditionId === undefined ? {} : { conditionId: outcome.conditionId }),
    ...(outcome.until === undefined || outcome.until === Number.POSITIVE_INFINITY ? {} : { until: outcome.until }),
    holder,
    door,
    ruleSet: { id: set.id, version: set.version },
  }
}

const isCount = (value: unknown, least: number): boolean => isInteger(value) && value >= least && value <= 100_000

/** Questions come from devices and command lines: nothing about their shape is taken on trust. */
const isReadable = (question: Question): boolean =>
  Number.isFinite(question.at) &&
  question.at >= 0 &&
  question.at < 253_402_300_800_000 &&
  typeof question.facilityType === 'string' &&
  typeof question.sido === 'string' &&
  (question.sigungu === undefined || typeof question.sigungu === 'string') &&
  (question.partySize === undefined || isCount(question.partySize, 1)) &&
  (question.party?.othersWithoutPass === undefined || isCount(question.party.othersWithoutPass, 0)) &&
  typeof question.holder === 'object' &&
  question.holder !== null &&
  (question.holder.bornOn === undefined || typeof question.holder.bornOn === 'string') &&
  Array.isArray(question.holder.credentials) &&
  question.holder.credentials.length <= MAX_CREDENTIALS

const bandsOf = (set: CompiledRuleSet, holder: Holder, at: number): readonly string[] => {
  const { ageBand, bornOn } = holder
  if (ageBand === undefined) return possibleBands(birthRange(bornOn), set.bands, at)
  return set.bands.some((each) => each.band === ageBand)
    ? [ageBand]
    : possibleBands(birthRange(undefined), set.bands, at)
}

const outcomeOf = (set: CompiledRuleSet, question: Question): Outcome => {
  if (!isReadable(question)) return { code: 'question-malformed', by: undefined }
  const rules = set.rules.get(question.facilityType)
  if (rules === undefined) return { code: 'facility-unknown', by: undefined }
  if (!Object.hasOwn(set.source.regions, question.sido)) return { code: 'region-unknown', by: undefined }
  if (needsSigungu(rules, question)) return { code: 'region-unknown', by: undefined }
  const rule = rules.find((each) => covers(each, question.at) && reaches(each, question))
  if (rule === undefined) return { code: 'no-rule', by: undefined }
  const limit = gatheringLimit(set, question)
  const tooLarge = limit !== undefined && question.partySize !== undefined && question.partySize > limit.max
  if (tooLarge && question.party?.household !== true) return { code: 'party-too-large', by: limit }
  const facts = factsOf(question.holder.credentials, set.source.products)
  const bands = bandsOf(set, question.holder, question.at)
  return merge(bands.map((band) => decide(set, question, rule, facts, band)))
}

/**
 * May this person enter this place at this instant? Pure, bounded and total: whatever is asked, one of the four answers comes
 * back. `pass` needs a rule in force and a satisfied condition; where nothing in force speaks, the answer is `unknown`.
 */
export const evaluateRules = (set: CompiledRuleSet, question: Question): Verdict =>
  verdict(set, outcomeOf(set, question))

const finite = (instants: Iterable<number>): readonly number[] =>
  [...new Set(instants)].filter((at) => Number.isFinite(at)).sort((a, b) => a - b)

const spansOf = (set: CompiledRuleSet): readonly Span[] => {
  const rules = [...set.rules.values()].flat()
  const partial = rules.flatMap((rule) => [...(rule.duty?.grace ?? []), ...(rule.duty?.exempt ?? [])])
  return [...rules, ...partial, ...[...set.policies.values()].flat(), ...set.gatherings, ...set.suspensions]
}

const credentialInstants = (set: CompiledRuleSet, situation: Situation): readonly number[] => {
  const facts = factsOf(situation.holder.credentials, set.source.products)
  const conditions = [...set.conditions.values()]
  return set.bands.flatMap(({ band }) => {
    const external = externalOf(set, situation, band)
    const windows = conditions.flatMap((condition) => windowsOf(condition, facts, external))
    return windows.flatMap((window) => (window === null ? [] : [window.from, window.until]))
  })
}

/**
 * All instants, ascending, at which the answer to this question can change: between two neighbours it cannot. A phone can
 * tell its owner beforehand, and a strip is never issued across one unseen.
 */
export const instantsOfChange = (set: CompiledRuleSet, situation: Situation): readonly number[] =>
  finite([
    ...spansOf(set).flatMap((span) => [span.from, span.to]),
    ...credentialInstants(set, situation),
    ...ageInstants(birthRange(situation.holder.bornOn), set.bands),
  ])

const acceptedAt = (set: CompiledRuleSet, policy: string, holder: Holder, facts: Facts, at: number): boolean => {
  const period = set.policies.get(policy)?.find((each) => covers(each, at))
  if (period === undefined) return false
  const situation: Situation = { facilityType: '', sido: '', holder }
  return bandsOf(set, holder, at).every(
    (band) => typeof tryConditions(period.accepts, facts, externalOf(set, situation, band), at) === 'object',
  )
}

const exemptAt = (set: CompiledRuleSet, holder: Holder, at: number): boolean => {
  const duties = [...set.rules.values()].flat().flatMap((rule) => (covers(rule, at) && rule.duty ? [rule.duty] : []))
  if (duties.length === 0) return false
  return bandsOf(set, holder, at).every((band) => duties.every((duty) => inForce(duty.exempt, at, band) !== undefined))
}

const POLICY_CLASSES = ['ordinary', 'strict'] as const satisfies readonly StripClass[]

/**
 * The classes a day strip for `[from, until)` may carry: policies the holder satisfies at every instant of it, and `minor`
 * where every duty in force exempts the age. So no strip outlives what it stands for. Strips themselves do not count.
 */
export const stripClassesFor = (
  set: CompiledRuleSet,
  holder: Holder,
  from: number,
  until: number,
): readonly StripClass[] => {
  const credentials = holder.credentials.filter((each) => each.kind !== 'strip')
  const own = { ...holder, credentials }
  const facts = factsOf(credentials, set.source.products)
  const changes = instantsOfChange(set, { facilityType: '', sido: '', holder: own })
  const instants = [from, ...changes.filter((at) => at > from && at < until)]
  const policies = POLICY_CLASSES.filter((policy) => instants.every((at) => acceptedAt(set, policy, own, facts, at)))
  return instants.every((at) => exemptAt(set, own, at)) ? [...policies, 'minor'] : policies
}
