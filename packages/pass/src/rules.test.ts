import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unwrap } from './result.ts'
import { evaluateRules, type Holder, instantsOfChange, type Question } from './rules.ts'
import { compileRuleSet } from './rules-compile.ts'
import type { Rule, RuleSet } from './rules-model.ts'

/** One facility type, two regions, and what a test adds. */
const T0 = '2030-01-01T00:00:00+09:00'
const basis = { legalBasis: '보기', source: 'example' }
const required = (id: string, more: Partial<Rule> = {}): Rule =>
  ({
    id,
    from: T0,
    to: null,
    facilities: ['hall'],
    effect: 'required',
    policy: 'ordinary',
    exempt: [],
    grace: [],
    ...basis,
    ...more,
  }) as Rule
const free = (id: string, more: Partial<Rule> = {}): Rule =>
  ({ id, from: T0, to: null, facilities: ['hall'], effect: 'not-required', ...basis, ...more }) as Rule

const ruleSet = (more: Partial<RuleSet>): RuleSet => ({
  schema: 1,
  id: 'small',
  version: 1,
  published: T0,
  timeZone: 'Asia/Seoul',
  title: '작은 규정',
  regions: { '11': '서울특별시', '26': '부산광역시' },
  facilityTypes: { hall: '강당' },
  products: { X: { name: 'X', primaryDoses: 1 } },
  ageBands: [{ band: 'young', ageBelow: 19 }, { band: 'adult' }],
  conditions: {
    exempt: { needs: ['exemption'], if: true, from: { plusTime: ['2030', -1, 'year'] }, until: null },
    broken: {
      needs: ['test'],
      if: { '<': [{ var: 'test.method' }, 1] },
      from: { plusTime: ['2030', 0, 'day'] },
      until: null,
    },
    here: {
      needs: ['strip'],
      if: { in: [{ var: 'external.sido' }, ['26']] },
      from: { plusTime: [{ var: 'strip.validFrom' }, 0, 'day'] },
      until: { plusTime: [{ var: 'strip.validUntil' }, 0, 'day'] },
    },
  },
  policies: { ordinary: [{ from: T0, to: null, accepts: ['exempt', 'broken', 'here'], ...basis }] },
  rules: [],
  gatherings: [],
  suspensions: [],
  ...more,
})
const compile = (more: Partial<RuleSet>) => unwrap(compileRuleSet(ruleSet(more)))

const NOBODY: Holder = { bornOn: '1980-01-01', credentials: [] }
const asked = (more: Partial<Question> = {}): Question => ({
  facilityType: 'hall',
  sido: '11',
  at: Date.parse('2030-02-01T12:00:00+09:00'),
  holder: NOBODY,
  ...more,
})

test('the rule nearest to the place decides: district before region before country', () => {
  const set = compile({
    rules: [free('country'), required('seoul', { sido: ['11'] }), free('jongno', { sido: ['11'], sigungu: ['11110'] })],
  })
  const ruleOf = (more: Partial<Question>) => evaluateRules(set, asked(more)).ruleId
  assert.equal(ruleOf({ sido: '26' }), 'country')
  assert.equal(ruleOf({ sigungu: '11140' }), 'seoul')
  assert.equal(ruleOf({ sigungu: '11110' }), 'jongno')
})

test('where districts differ, a question that does not name one is not guessed at', () => {
  const set = compile({ rules: [free('country'), required('jongno', { sido: ['11'], sigungu: ['11110'] })] })
  assert.equal(evaluateRules(set, asked()).code, 'region-unknown')
  assert.equal(evaluateRules(set, asked({ sido: '26' })).code, 'facility-free')
})

test('an unknown facility type or region is unknown, however good the credential', () => {
  const set = compile({ rules: [required('hall')] })
  const holder: Holder = { ...NOBODY, credentials: [{ kind: 'exemption' }] }
  assert.equal(evaluateRules(set, asked({ holder })).answer, 'pass')
  assert.equal(evaluateRules(set, asked({ holder, facilityType: 'toString' })).code, 'facility-unknown')
  assert.equal(evaluateRules(set, asked({ holder, sido: 'constructor' })).code, 'region-unknown')
  assert.equal(evaluateRules(set, asked({ holder, sido: '99' })).code, 'region-unknown')
})

test('a duty whose policy has a gap is no rule for as long as the gap lasts', () => {
  const to = '2030-02-01T00:00:00+09:00'
  const set = compile({
    rules: [required('hall')],
    policies: { ordinary: [{ from: T0, to, accepts: ['exempt'], ...basis }] },
  })
  const holder: Holder = { ...NOBODY, credentials: [{ kind: 'exemption' }] }
  assert.equal(evaluateRules(set, asked({ holder, at: Date.parse(to) - 1 })).answer, 'pass')
  assert.equal(evaluateRules(set, asked({ holder, at: Date.parse(to) })).code, 'no-rule')
})

test('a condition that cannot be evaluated makes "no" into "unknown", and leaves "yes" alone', () => {
  const set = compile({ rules: [required('hall')] })
  const test: Holder['credentials'] = [
    { kind: 'test', method: 'pcr', result: 'negative', resultAt: '2030-01-31T12:00:00Z' },
  ]
  assert.equal(evaluateRules(set, asked({ holder: { ...NOBODY, credentials: test } })).code, 'credential-unreadable')
  const both: Holder['credentials'] = [...test, { kind: 'exemption' }]
  assert.equal(evaluateRules(set, asked({ holder: { ...NOBODY, credentials: both } })).answer, 'pass')
})

test('conditions see the question through external parameters', () => {
  const set = compile({ rules: [required('hall')] })
  const at = asked().at
  const holder: Holder = { ...NOBODY, credentials: [{ kind: 'strip', classes: [], validFrom: at, validUntil: at + 1 }] }
  assert.equal(evaluateRules(set, asked({ holder, sido: '26' })).answer, 'pass')
  assert.equal(evaluateRules(set, asked({ holder, sido: '11' })).code, 'not-accepted')
})

test('a birthday is a listed instant, at midnight in Seoul; 29 February has its on 1 March', () => {
  const rules = [required('hall', { exempt: [{ bands: ['young'], from: T0, to: null }] } as Partial<Rule>)]
  const set = compile({ rules })
  const on = (bornOn: string) => {
    const situation = { facilityType: 'hall', sido: '11', holder: { bornOn, credentials: [] } }
    const birthday = instantsOfChange(set, situation).at(-1) ?? 0
    const codes = [birthday - 1, birthday].map((at) => evaluateRules(set, { ...situation, at }).code)
    return [new Date(birthday).toISOString(), ...codes]
  }
  assert.deepEqual(on('2012-06-15'), ['2031-06-14T15:00:00.000Z', 'age-exempt', 'no-credential'])
  assert.deepEqual(on('2012-02-29'), ['2031-02-28T15:00:00.000Z', 'age-exempt', 'no-credential'])
})

test('a known age band needs no birth date, and an unheard-of one counts as not known', () => {
  const rules = [required('hall', { exempt: [{ bands: ['young'], from: T0, to: null }] } as Partial<Rule>)]
  const set = compile({ rules })
  const of = (ageBand: string) => evaluateRules(set, asked({ holder: { ageBand, credentials: [] } })).code
  assert.deepEqual(['young', 'adult', 'martian'].map(of), ['age-exempt', 'no-credential', 'age-needed'])
})

test('more credentials than a person can hold are refused as a question, not worked through', () => {
  const set = compile({ rules: [required('hall')] })
  const credentials: Holder['credentials'] = Array.from({ length: 33 }, () => ({ kind: 'exemption' as const }))
  assert.equal(evaluateRules(set, asked({ holder: { ...NOBODY, credentials } })).code, 'question-malformed')
})

test('every verdict names the rule set and version it rests on', () => {
  const verdict = evaluateRules(compile({ version: 7, rules: [] }), asked())
  assert.deepEqual(verdict.ruleSet, { id: 'small', version: 7 })
  assert.deepEqual([verdict.ruleId, verdict.legalBasis], [null, null])
})
