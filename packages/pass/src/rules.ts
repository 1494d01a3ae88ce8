import { isInteger } from './certlogic-values.ts'
import type {
  CompiledDuty,
  CompiledGathering,
  CompiledRule,
  CompiledRuleSet,
  CompiledSuspension,
} from './rules-compile.ts'
import { bandsOf, covers, externalOf, inForce, reaches, type Standing, tryConditions } from './rules-conditions.ts'
import { type Facts, factsOf, MAX_CREDENTIALS } from './rules-credentials.ts'
import type { Question, Verdict } from './rules-question.ts'
import { type Answer, REASONS, type ReasonCode } from './rules-reasons.ts'

export { instantsOfChange, stripClassesFor } from './rules-change.ts'
export type { Holder, Party, Question, Situation, Verdict } from './rules-question.ts'

type Decider = { readonly id: string; readonly legalBasis: string }
type Outcome = {
  readonly code: ReasonCode
  readonly by: Decider | undefined
  readonly conditionId?: string | undefined
  readonly until?: number | undefined
}

/** A rule for part of this region is in force, and which part we are in was not said. */
const needsSigungu = (rules: readonly CompiledRule[], question: Question): boolean =>
  question.sigungu === undefined &&
  rules.some(
    (rule) => rule.sigungu !== undefined && rule.sido?.has(question.sido) === true && covers(rule, question.at),
  )

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
