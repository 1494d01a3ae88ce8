import { truth } from './certlogic-values.ts'
import { birthRange, possibleBands } from './rules-age.ts'
import type { BandSpan, CompiledCondition, CompiledRuleSet, Reach, Span } from './rules-compile.ts'
import type { FactRecord, Facts } from './rules-credentials.ts'
import type { Holder, Situation } from './rules-question.ts'

/** What rules are made of, asked of one situation: is it the time, the place, the age, and does a credential hold? */
export const covers = (span: Span, at: number): boolean => at >= span.from && at < span.to
export const reaches = (reach: Reach, situation: Situation): boolean =>
  (reach.sido === undefined || reach.sido.has(situation.sido)) &&
  (reach.sigungu === undefined || (situation.sigungu !== undefined && reach.sigungu.has(situation.sigungu)))

export const inForce = (spans: readonly BandSpan[], at: number, band: string): BandSpan | undefined =>
  spans.find((each) => covers(each, at) && (each.bands === undefined || each.bands.has(band)))

export const bandsOf = (set: CompiledRuleSet, holder: Holder, at: number): readonly string[] => {
  const { ageBand, bornOn } = holder
  if (ageBand === undefined) return possibleBands(birthRange(bornOn), set.bands, at)
  return set.bands.some((each) => each.band === ageBand)
    ? [ageBand]
    : possibleBands(birthRange(undefined), set.bands, at)
}

export type Standing = 'now' | 'not-yet' | 'expired' | 'no' | 'error'
type Window = { readonly from: number; readonly until: number }
type Satisfied = { readonly conditionId: string; readonly until: number }

export const externalOf = (set: CompiledRuleSet, situation: Situation, band: string): FactRecord => ({
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

export const windowsOf = (
  condition: CompiledCondition,
  facts: Facts,
  external: FactRecord,
): readonly (Window | null)[] =>
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
export const tryConditions = (
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
