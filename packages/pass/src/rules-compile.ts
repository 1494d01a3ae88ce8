import { type CompiledLogic, compileLogic } from './certlogic.ts'
import { dateTimeInstant } from './certlogic-values.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'
import { checkRuleSet } from './rules-check.ts'
import { RULE_EXTENSIONS } from './rules-extensions.ts'
import type { AgeBand, Allowance, Condition, CredentialKind, Place, Rule, RuleSet, Suspension } from './rules-model.ts'

/** A rule set made ready: texts became instants, logic became closures, rules are found by facility. Make once, use often. */
export type CompiledRuleSet = {
  readonly id: string
  readonly version: number
  readonly published: number
  readonly source: RuleSet
  readonly conditions: ReadonlyMap<string, CompiledCondition>
  readonly policies: ReadonlyMap<string, readonly CompiledPeriod[]>
  /** By facility type; the most local rule first. */
  readonly rules: ReadonlyMap<string, readonly CompiledRule[]>
  readonly gatherings: readonly CompiledGathering[]
  readonly suspensions: readonly CompiledSuspension[]
  readonly bands: readonly AgeBand[]
  /** `external.valueSets` of every condition. */
  readonly valueSets: { readonly [id: string]: readonly string[] }
}

export type Span = { readonly from: number; readonly to: number }
export type Reach = {
  readonly sido: ReadonlySet<string> | undefined
  readonly sigungu: ReadonlySet<string> | undefined
}

export type CompiledCondition = {
  readonly id: string
  readonly needs: readonly CredentialKind[]
  readonly applies: CompiledLogic
  readonly from: CompiledLogic
  readonly until: CompiledLogic | undefined
}
export type CompiledPeriod = Span & {
  readonly accepts: readonly CompiledCondition[]
  readonly tolerates: readonly CompiledCondition[]
}
/** An interval for some ages; undefined = all. */
export type BandSpan = Span & { readonly bands: ReadonlySet<string> | undefined }
export type CompiledRule = Span &
  Reach & {
    readonly id: string
    readonly legalBasis: string
    readonly duty: CompiledDuty | undefined
    readonly lifted: boolean
  }
export type CompiledDuty = {
  readonly policy: readonly CompiledPeriod[]
  readonly exempt: readonly BandSpan[]
  readonly grace: readonly BandSpan[]
  readonly allowance: Allowance | undefined
}
export type CompiledGathering = Span &
  Reach & { readonly id: string; readonly legalBasis: string; readonly max: number }
export type CompiledSuspension = Span &
  Reach & {
    readonly id: string
    readonly legalBasis: string
    readonly facilities: ReadonlySet<string> | undefined
    readonly ageBands: ReadonlySet<string> | undefined
  }

/** Where a checked text is not an instant, the check itself is broken: that is our bug. */
const instant = (text: string): number => {
  const at = dateTimeInstant(text)
  if (at === undefined) throw new Error('a checked rule set holds a bad instant')
  return at
}
const spanOf = (interval: { readonly from: string; readonly to: string | null }): Span => ({
  from: instant(interval.from),
  to: interval.to === null ? Number.POSITIVE_INFINITY : instant(interval.to),
})
const setOf = (names: readonly string[] | undefined): ReadonlySet<string> | undefined =>
  names === undefined ? undefined : new Set(names)
const reachOf = (place: Place): Reach => ({ sido: setOf(place.sido), sigungu: setOf(place.sigungu) })

const logic = (expr: unknown): CompiledLogic => {
  const compiled = compileLogic(expr, RULE_EXTENSIONS)
  if (!compiled.ok) throw new Error('a checked rule set holds bad logic')
  return compiled.value
}
const compileCondition = (id: string, condition: Condition): CompiledCondition => ({
  id,
  needs: condition.needs,
  applies: logic(condition.if),
  from: logic(condition.from),
  until: condition.until === null ? undefined : logic(condition.until),
})

const locality = (reach: Reach): number => (reach.sigungu === undefined ? (reach.sido === undefined ? 0 : 1) : 2)
const localFirst = (a: Reach, b: Reach): number => locality(b) - locality(a)

type Parts = Pick<CompiledRuleSet, 'conditions' | 'policies'>

const compileDuty = (rule: Rule & { readonly effect: 'required' }, parts: Parts): CompiledDuty => ({
  policy: parts.policies.get(rule.policy) ?? [],
  exempt: rule.exempt.map((exempt) => ({ ...spanOf(exempt), bands: setOf(exempt.bands) })),
  grace: rule.grace.map((grace) => ({ ...spanOf(grace), bands: setOf(grace.bands) })),
  allowance: rule.allowance,
})
const compileRule = (rule: Rule, parts: Parts): CompiledRule => ({
  ...spanOf(rule),
  ...reachOf(rule),
  id: rule.id,
  legalBasis: rule.legalBasis,
  duty: rule.effect === 'required' ? compileDuty(rule, parts) : undefined,
  lifted: rule.effect === 'not-required' && rule.lifted === true,
})

const rulesByFacility = (set: RuleSet, parts: Parts): ReadonlyMap<string, readonly CompiledRule[]> => {
  const byFacility = new Map<string, CompiledRule[]>(Object.keys(set.facilityTypes).map((type) => [type, []]))
  for (const rule of set.rules) {
    const compiled = compileRule(rule, parts)
    for (const type of rule.facilities) byFacility.get(type)?.push(compiled)
  }
  for (const rules of byFacility.values()) rules.sort(localFirst)
  return byFacility
}

const compileSuspension = (suspension: Suspension): CompiledSuspension => ({
  ...spanOf(suspension),
  ...reachOf(suspension),
  id: suspension.id,
  legalBasis: suspension.legalBasis,
  facilities: setOf(suspension.facilities),
  ageBands: setOf(suspension.ageBands),
})

const compileChecked = (set: RuleSet): CompiledRuleSet => {
  const conditions = new Map(Object.entries(set.conditions).map(([id, each]) => [id, compileCondition(id, each)]))
  const pick = (ids: readonly string[] = []): CompiledCondition[] => ids.flatMap((id) => conditions.get(id) ?? [])
  const policies = new Map(
    Object.entries(set.policies).map(([id, periods]) => [
      id,
      periods.map((each) => ({ ...spanOf(each), accepts: pick(each.accepts), tolerates: pick(each.tolerates) })),
    ]),
  )
  const gatherings = set.gatherings.map((each) => ({
    ...spanOf(each),
    ...reachOf(each),
    id: each.id,
    legalBasis: each.legalBasis,
    max: each.max,
  }))
  return {
    id: set.id,
    version: set.version,
    published: instant(set.published),
    source: set,
    conditions,
    policies,
    rules: rulesByFacility(set, { conditions, policies }),
    gatherings: gatherings.sort(localFirst),
    suspensions: set.suspensions.map(compileSuspension),
    bands: set.ageBands,
    valueSets: { vaccines: Object.keys(set.products) },
  }
}

/** Most bytes of a rule set as JSON that `parseRuleSet` reads. */
const MAX_RULE_SET_CHARS = 4_000_000

/** Checks a rule set and makes it ready. Refuses `ruleset-malformed`. The value must not be changed afterwards. */
export const compileRuleSet = (json: unknown): Checked<CompiledRuleSet> => {
  const checked = checkRuleSet(json)
  return checked.ok ? ok(compileChecked(checked.value)) : checked
}

/** The same from JSON text. */
export const parseRuleSet = (text: string): Checked<CompiledRuleSet> => {
  if (text.length > MAX_RULE_SET_CHARS) return refuse('ruleset-malformed', 'too large')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return refuse('ruleset-malformed', 'not JSON')
  }
  return compileRuleSet(json)
}
