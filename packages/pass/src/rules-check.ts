import { accessedPaths, validateLogic } from './certlogic-validate.ts'
import { dateTimeInstant, isInteger, isRecord } from './certlogic-values.ts'
import { type Checked, refuse } from './refusals.ts'
import { ok } from './result.ts'
import { EXTENSION_NAMES } from './rules-extensions.ts'
import { type CredentialKind, RULE_SET_SCHEMA, type RuleSet } from './rules-model.ts'
import { SEOUL, seoulDateToInstant } from './seoul-time.ts'

/** Bounds on a rule set: far above what a country needs, far below what hurts a phone. */
const MAX_ENTRIES = 2_000

const KINDS: readonly CredentialKind[] = ['vaccination', 'recovery', 'test', 'exemption', 'strip']
const EXTERNAL = ['external.facilityType', 'external.sido', 'external.partySize', 'external.ageBand']
const ID = /^[a-z0-9][a-z0-9-]{0,79}$/
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2})$/

class Fault {
  readonly path: string
  constructor(path: string) {
    this.path = path
  }
}
const need = (holds: boolean, path: string): void => {
  if (!holds) throw new Fault(path)
}

type Json = Record<string, unknown>

const record = (value: unknown, path: string): Json => {
  if (!isRecord(value)) throw new Fault(path)
  need(Object.keys(value).length <= MAX_ENTRIES, path)
  return value
}
const list = (value: unknown, path: string): readonly unknown[] => {
  if (!Array.isArray(value) || value.length > MAX_ENTRIES) throw new Fault(path)
  return value
}
const text = (value: unknown, path: string): string => {
  if (typeof value !== 'string' || value === '' || value.length > 1_000) throw new Fault(path)
  return value
}
const id = (value: unknown, path: string): string => {
  need(typeof value === 'string' && ID.test(value), path)
  return text(value, path)
}
const instant = (value: unknown, path: string): number => {
  const at = typeof value === 'string' && INSTANT.test(value) ? dateTimeInstant(value) : undefined
  if (at === undefined) throw new Fault(path)
  return at
}

type Span = { readonly from: number; readonly to: number }
const span = (value: Json, path: string): Span => {
  const from = instant(value.from, `${path}.from`)
  const to = value.to === null ? Number.POSITIVE_INFINITY : instant(value.to, `${path}.to`)
  need(from < to, `${path}.to`)
  return { from, to }
}
const basis = (value: Json, path: string): void => {
  text(value.legalBasis, `${path}.legalBasis`)
  text(value.source, `${path}.source`)
}

/** A list, when present, of names that must all be known. */
const names = (value: unknown, known: (name: string) => boolean, path: string): readonly string[] =>
  list(value, path).map((name, index) => {
    need(typeof name === 'string' && known(name), `${path}[${index}]`)
    return text(name, path)
  })

type Known = {
  readonly region: (name: string) => boolean
  readonly facility: (name: string) => boolean
  readonly band: (name: string) => boolean
  readonly condition: (name: string) => boolean
  readonly policy: (name: string) => boolean
  readonly ids: Set<string>
}
const has =
  (map: Json) =>
  (name: string): boolean =>
    Object.hasOwn(map, name)

const SIGUNGU = /^\d{5}$/
const place = (value: Json, known: Known, path: string): void => {
  if (value.sido !== undefined) need(names(value.sido, known.region, `${path}.sido`).length > 0, `${path}.sido`)
  if (value.sigungu === undefined) return
  need(value.sido !== undefined, `${path}.sigungu`)
  names(value.sigungu, (name) => SIGUNGU.test(name), `${path}.sigungu`)
}
const uniqueId = (value: Json, known: Known, path: string): void => {
  const name = id(value.id, `${path}.id`)
  need(!known.ids.has(name), `${path}.id`)
  known.ids.add(name)
}

const stringMap = (value: unknown, path: string): Json => {
  const map = record(value, path)
  for (const [key, entry] of Object.entries(map)) text(entry, `${path}.${key}`)
  return map
}

const checkProducts = (value: unknown): void => {
  for (const [code, raw] of Object.entries(record(value, 'products'))) {
    const product = record(raw, `products.${code}`)
    text(product.name, `products.${code}.name`)
    need(isInteger(product.primaryDoses) && product.primaryDoses >= 1, `products.${code}.primaryDoses`)
  }
}

const isDate = (value: unknown): boolean => typeof value === 'string' && seoulDateToInstant(value) !== undefined

const checkBands = (value: unknown): Set<string> => {
  const bands = list(value, 'ageBands')
  const found = new Set<string>()
  bands.forEach((raw, index) => {
    const path = `ageBands[${index}]`
    const band = record(raw, path)
    found.add(id(band.band, `${path}.band`))
    if (band.bornFrom !== undefined) need(isDate(band.bornFrom), `${path}.bornFrom`)
    if (band.bornUntil !== undefined) need(isDate(band.bornUntil), `${path}.bornUntil`)
    if (band.ageBelow !== undefined) need(isInteger(band.ageBelow) && band.ageBelow > 0, `${path}.ageBelow`)
    const bounded = band.bornFrom !== undefined || band.bornUntil !== undefined || band.ageBelow !== undefined
    // The last band takes everybody left, so that nobody is without one.
    need(bounded !== (index === bands.length - 1), path)
  })
  need(bands.length > 0, 'ageBands')
  return found
}

/** A condition may read the credentials it needs and the question; never a clock, and never the whole context. */
const mayRead = (field: string, needs: readonly string[]): boolean =>
  EXTERNAL.includes(field) ||
  field.startsWith('external.valueSets.') ||
  needs.some((kind) => field.startsWith(`${kind}.`))

const checkLogic = (logic: unknown, needs: readonly string[], path: string): void => {
  need(validateLogic(logic, EXTENSION_NAMES).length === 0, path)
  for (const field of accessedPaths(logic)) need(mayRead(field, needs), `${path}: reads ${field}`)
}

const checkCondition = (raw: unknown, path: string): void => {
  const condition = record(raw, path)
  const needs = names(condition.needs, (name) => (KINDS as readonly string[]).includes(name), `${path}.needs`)
  need(needs.length >= 1 && needs.length <= 2 && new Set(needs).size === needs.length, `${path}.needs`)
  checkLogic(condition.if, needs, `${path}.if`)
  checkLogic(condition.from, needs, `${path}.from`)
  if (condition.until !== null) checkLogic(condition.until, needs, `${path}.until`)
}

const checkPolicy = (raw: unknown, known: Known, path: string): void => {
  let last = Number.NEGATIVE_INFINITY
  list(raw, path).forEach((entry, index) => {
    const at = `${path}[${index}]`
    const period = record(entry, at)
    const { from, to } = span(period, at)
    need(from >= last, `${at}.from`)
    last = to
    basis(period, at)
    names(period.accepts, known.condition, `${at}.accepts`)
    if (period.tolerates !== undefined) names(period.tolerates, known.condition, `${at}.tolerates`)
  })
}

const checkAllowance = (raw: unknown, path: string): void => {
  const allowance = record(raw, path)
  if (allowance.kind === 'alone') return
  need(allowance.kind === 'per-party' && isInteger(allowance.max) && allowance.max >= 1, path)
}

const checkDuty = (rule: Json, known: Known, path: string): void => {
  need(typeof rule.policy === 'string' && known.policy(rule.policy), `${path}.policy`)
  list(rule.exempt, `${path}.exempt`).forEach((raw, index) => {
    const exempt = record(raw, `${path}.exempt[${index}]`)
    span(exempt, `${path}.exempt[${index}]`)
    names(exempt.bands, known.band, `${path}.exempt[${index}].bands`)
  })
  list(rule.grace, `${path}.grace`).forEach((raw, index) => {
    const grace = record(raw, `${path}.grace[${index}]`)
    span(grace, `${path}.grace[${index}]`)
    if (grace.bands !== undefined) names(grace.bands, known.band, `${path}.grace[${index}].bands`)
  })
  if (rule.allowance !== undefined) checkAllowance(rule.allowance, `${path}.allowance`)
}

const checkRule = (raw: unknown, known: Known, path: string): void => {
  const rule = record(raw, path)
  uniqueId(rule, known, path)
  span(rule, path)
  basis(rule, path)
  place(rule, known, path)
  need(names(rule.facilities, known.facility, `${path}.facilities`).length > 0, `${path}.facilities`)
  if (rule.effect === 'required') checkDuty(rule, known, path)
  else need(rule.effect === 'not-required' && (rule.lifted === undefined || rule.lifted === true), `${path}.effect`)
}

const level = (rule: Json): number => (rule.sigungu === undefined ? (rule.sido === undefined ? 0 : 1) : 2)
const meet = (a: unknown, b: unknown): boolean =>
  !Array.isArray(a) || !Array.isArray(b) || a.some((entry) => b.includes(entry))

/** Two rules that speak of the same facility, place and instant at the same level would leave the answer to chance. */
const checkNoOverlap = (rules: readonly unknown[]): void => {
  const read = rules.map((raw) => ({ rule: raw as Json, ...span(raw as Json, 'rules') }))
  read.forEach((a, index) => {
    for (const b of read.slice(0, index)) {
      const sameTime = a.from < b.to && b.from < a.to
      const sameLevel = level(a.rule) === level(b.rule)
      const samePlace = meet(a.rule.sido, b.rule.sido) && meet(a.rule.sigungu, b.rule.sigungu)
      need(
        !(sameTime && sameLevel && samePlace && meet(a.rule.facilities, b.rule.facilities)),
        `rules[${index}]: overlaps`,
      )
    }
  })
}

const checkGathering = (raw: unknown, known: Known, path: string): void => {
  const limit = record(raw, path)
  uniqueId(limit, known, path)
  span(limit, path)
  basis(limit, path)
  place(limit, known, path)
  need(isInteger(limit.max) && limit.max >= 1, `${path}.max`)
}

const checkSuspension = (raw: unknown, known: Known, path: string): void => {
  const suspension = record(raw, path)
  uniqueId(suspension, known, path)
  span(suspension, path)
  basis(suspension, path)
  place(suspension, known, path)
  if (suspension.facilities !== undefined) names(suspension.facilities, known.facility, `${path}.facilities`)
  if (suspension.ageBands !== undefined) names(suspension.ageBands, known.band, `${path}.ageBands`)
  if (suspension.until !== undefined) text(suspension.until, `${path}.until`)
}

const checkHead = (set: Json): void => {
  need(set.schema === RULE_SET_SCHEMA, 'schema')
  id(set.id, 'id')
  need(isInteger(set.version) && set.version >= 1, 'version')
  instant(set.published, 'published')
  need(set.timeZone === SEOUL, 'timeZone')
  text(set.title, 'title')
}

const checkAll = (json: unknown): void => {
  const set = record(json, 'rule set')
  checkHead(set)
  const bands = checkBands(set.ageBands)
  const conditions = record(set.conditions, 'conditions')
  const policies = record(set.policies, 'policies')
  const known: Known = {
    region: has(stringMap(set.regions, 'regions')),
    facility: has(stringMap(set.facilityTypes, 'facilityTypes')),
    band: (name) => bands.has(name),
    condition: has(conditions),
    policy: has(policies),
    ids: new Set(),
  }
  checkProducts(set.products)
  for (const [name, condition] of Object.entries(conditions)) checkCondition(condition, `conditions.${name}`)
  for (const [name, policy] of Object.entries(policies)) checkPolicy(policy, known, `policies.${name}`)
  const rules = list(set.rules, 'rules')
  for (const [index, rule] of rules.entries()) checkRule(rule, known, `rules[${index}]`)
  checkNoOverlap(rules)
  for (const [index, raw] of list(set.gatherings, 'gatherings').entries()) {
    checkGathering(raw, known, `gatherings[${index}]`)
  }
  for (const [index, raw] of list(set.suspensions, 'suspensions').entries()) {
    checkSuspension(raw, known, `suspensions[${index}]`)
  }
}

/** Checks a parsed JSON value as a rule set. Refuses `ruleset-malformed` with the path of the first fault. */
export const checkRuleSet = (json: unknown): Checked<RuleSet> => {
  try {
    checkAll(json)
  } catch (fault) {
    if (fault instanceof Fault) return refuse('ruleset-malformed', fault.path)
    throw fault
  }
  return ok(json as RuleSet)
}
