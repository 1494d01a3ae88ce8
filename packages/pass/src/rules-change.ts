import { ageInstants, birthRange } from './rules-age.ts'
import type { CompiledRuleSet, Span } from './rules-compile.ts'
import { bandsOf, covers, externalOf, inForce, tryConditions, windowsOf } from './rules-conditions.ts'
import { type Facts, factsOf } from './rules-credentials.ts'
import type { Holder, Situation } from './rules-question.ts'
import type { StripClass } from './strip.ts'

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
