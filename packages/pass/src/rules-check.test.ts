import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkRuleSet } from './rules-check.ts'
import { parseRuleSet } from './rules-compile.ts'
import { KOREA_RULES } from './rulesets/kr/index.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
const copy = (): Record<string, Json> => JSON.parse(JSON.stringify(KOREA_RULES)) as Record<string, Json>

/** The rule set with one thing changed at a dotted path; `undefined` deletes it. */
const changed = (path: string, value: unknown): unknown => {
  const set: unknown = copy()
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  let at = set as Record<string, unknown>
  for (const key of keys) at = at[key] as Record<string, unknown>
  if (value === undefined) delete at[last]
  else at[last] = value
  return set
}
const fault = (json: unknown): string | undefined => {
  const checked = checkRuleSet(json)
  return checked.ok ? undefined : checked.error.detail
}

test('the Korean rule set is accepted, and a fault is named by its path', () => {
  assert.equal(fault(KOREA_RULES), undefined)
  const faults: [string, unknown, string][] = [
    ['schema', 2, 'schema'],
    ['version', 0, 'version'],
    ['published', '2021-12-06', 'published'],
    ['timeZone', 'UTC', 'timeZone'],
    ['title', '', 'title'],
    ['rules', {}, 'rules'],
    ['rules.0.from', '2021-11-01T00:00:00', 'rules[0].from'],
    ['rules.0.from', '2021-02-30T00:00:00Z', 'rules[0].from'],
    ['rules.0.to', '2021-10-01T00:00:00+09:00', 'rules[0].to'],
    ['rules.0.legalBasis', undefined, 'rules[0].legalBasis'],
    ['rules.0.source', 7, 'rules[0].source'],
    ['rules.0.facilities', [], 'rules[0].facilities'],
    ['rules.0.facilities', ['moon-base'], 'rules[0].facilities[0]'],
    ['rules.0.policy', 'lenient', 'rules[0].policy'],
    ['rules.0.sido', ['99'], 'rules[0].sido[0]'],
    ['rules.0.sigungu', ['11110'], 'rules[0].sigungu'],
    ['rules.0.effect', 'maybe', 'rules[0].effect'],
    ['rules.1.id', 'kr-2021-11-nightlife', 'rules[1].id'],
    ['rules.3.allowance', { kind: 'per-party', max: 0 }, 'rules[3].allowance'],
    ['suspensions.0.ageBands', ['infant'], 'suspensions[0].ageBands[0]'],
    ['gatherings.0.max', 0, 'gatherings[0].max'],
    ['policies.ordinary.0.accepts', ['wished'], 'policies.ordinary[0].accepts[0]'],
    ['policies.ordinary.1.from', '2021-12-01T00:00:00+09:00', 'policies.ordinary[1].from'],
    ['products.Covaxin.primaryDoses', 1.5, 'products.Covaxin.primaryDoses'],
    ['ageBands', [], 'ageBands'],
    ['ageBands.3.ageBelow', 99, 'ageBands[3]'],
    ['conditions.vaccinated.needs', [], 'conditions.vaccinated.needs'],
    ['conditions.vaccinated.if', { or: [true, true] }, 'conditions.vaccinated.if'],
  ]
  for (const [path, value, detail] of faults) assert.equal(fault(changed(path, value)), detail, path)
})

test('a condition cannot read the clock, other credentials, or everything', () => {
  const reads = (field: string): unknown => changed('conditions.vaccinated.if', { var: field })
  for (const field of [
    'external.at',
    'external.validationClock',
    '',
    'external',
    'recovery.diagnosedOn',
    'vaccination',
  ]) {
    assert.equal(fault(reads(field)), `conditions.vaccinated.if: reads ${field}`)
  }
  assert.equal(fault(reads('vaccination.date')), undefined)
})

test('two rules of one level never speak of the same facility, place and instant', () => {
  const set = copy()
  const rules = set.rules as Record<string, Json>[]
  const last = rules.at(-1) ?? {}
  const overlapping = [...rules, { ...last, id: 'again', from: '2023-01-01T00:00:00+09:00' }]
  assert.match(fault({ ...set, rules: overlapping }) ?? '', /overlaps/)
  const regional = [...rules, { ...last, id: 'again', sido: ['11'] }]
  assert.equal(fault({ ...set, rules: regional }), undefined)
})

test('no JSON value throws, whole or put anywhere into a rule set', () => {
  const paths = [
    'rules',
    'rules.0',
    'rules.0.grace',
    'rules.0.exempt',
    'conditions',
    'conditions.boosted',
    'policies',
    'ageBands.0',
  ]
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom(...paths, 'suspensions.0', 'gatherings', 'products', 'regions'),
      (json, path) => {
        checkRuleSet(json)
        checkRuleSet(changed(path, json))
      },
    ),
    { numRuns: 300 },
  )
})

test('text that is no JSON is refused, and so is a set too large to read', () => {
  assert.equal(parseRuleSet('{').ok, false)
  assert.equal(parseRuleSet(' '.repeat(5_000_000)).ok, false)
})
