import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { compileLogic, evaluateLogic, MAX_DEPTH } from './certlogic.ts'
import { accessedPaths, affectedFields, dataAccesses, validateLogic } from './certlogic-validate.ts'
import { dateTimeInstant, plusTime, truth, uciFragment } from './certlogic-values.ts'

type Assertion = {
  certLogicExpression?: unknown
  data: unknown
  expected: unknown
  message?: string
  directive?: string
}
type Case = { name: string; certLogicExpression?: unknown; directive?: string; assertions: Assertion[] }
type Suite = { name: string; directive?: string; cases: Case[] }
type ValidationSuite = { name: string; cases: { certLogicExpression: unknown; issues: unknown[] }[] }

const VECTORS = new URL('../../../../shared/vectors/certlogic/', import.meta.url)
const readSuites = <T>(folder: string): T[] => {
  const at = new URL(`${folder}/`, VECTORS)
  if (!existsSync(at)) return []
  const names = readdirSync(at).filter((name) => name.endsWith('.json'))
  return names.map((name) => JSON.parse(readFileSync(new URL(name, at), 'utf8')) as T)
}

const value = (logic: unknown, data: unknown = {}): unknown => {
  const result = evaluateLogic(logic, data)
  if (!result.ok) assert.fail(`${result.error.code}: ${result.error.detail}`)
  return result.value
}
const code = (logic: unknown, data: unknown = {}): string => {
  const result = evaluateLogic(logic, data)
  return result.ok ? `ok ${JSON.stringify(result.value)}` : result.error.code
}

describe('the public CertLogic suite', () => {
  const suites = readSuites<Suite>('testSuite')
  let ran = 0
  let skipped = 0
  for (const suite of suites) {
    for (const each of suite.cases) {
      const assertions = each.assertions.map((assertion) => ({
        ...assertion,
        skip: [suite.directive, each.directive, assertion.directive].includes('skip'),
      }))
      skipped += assertions.filter((assertion) => assertion.skip).length
      ran += assertions.filter((assertion) => !assertion.skip).length
      const told = assertions.filter((assertion) => !assertion.skip)
      if (told.length === 0) continue
      test(`${suite.name}: ${each.name}`, () => {
        for (const assertion of told) {
          const logic = assertion.certLogicExpression ?? each.certLogicExpression
          assert.deepEqual(value(logic, assertion.data), assertion.expected, assertion.message)
        }
      })
    }
  }
  test('runs 218 assertions and skips the 14 that say so', (t) => {
    if (suites.length === 0) return t.skip('232 cases not present (../shared absent)')
    assert.deepEqual({ ran, skipped }, { ran: 218, skipped: 14 })
  })
})

describe('the public validation suite', () => {
  const suites = readSuites<ValidationSuite>('validation-testSuite')
  for (const suite of suites) {
    test(suite.name, () => {
      for (const each of suite.cases) assert.deepEqual(validateLogic(each.certLogicExpression), each.issues)
    })
  }
  test('has 23 cases', (t) => {
    if (suites.length === 0) return t.skip('23 cases not present (../shared absent)')
    assert.equal(suites.flatMap((suite) => suite.cases).length, 23)
  })
})

describe('values', () => {
  test('truthy and falsy are disjoint and date-times, fractions and undefined are neither', () => {
    for (const truthy of [true, 'foo', '0', 1, -1, ['foo'], [0], { foo: null }]) assert.equal(truth(truthy), true)
    for (const falsy of [false, null, '', 0, [], {}]) assert.equal(truth(falsy), false)
    for (const neither of [undefined, 3.14, Number.NaN, new Date(0)]) assert.equal(truth(neither), undefined)
  })

  test('all nineteen date and date-time forms are read', () => {
    const forms: [string, string][] = [
      ['2021', '2021-12-31T00:00:00.000Z'],
      ['2020-02', '2020-02-29T00:00:00.000Z'],
      ['2021-05-04', '2021-05-04T00:00:00.000Z'],
      ['2021-05-04T13:37:42', '2021-05-04T13:37:42.000Z'],
      ['2021-05-04T13:37:42Z', '2021-05-04T13:37:42.000Z'],
      ['2021-05-04T13:37:42+1', '2021-05-04T12:37:42.000Z'],
      ['2021-05-04T13:37:42+02', '2021-05-04T11:37:42.000Z'],
      ['2021-05-04T13:37:42+130', '2021-05-04T12:07:42.000Z'],
      ['2021-05-04T13:37:42+0930', '2021-05-04T04:07:42.000Z'],
      ['2021-05-04T13:37:42-1:30', '2021-05-04T15:07:42.000Z'],
      ['2021-05-04T13:37:42+09:00', '2021-05-04T04:37:42.000Z'],
      ['2021-08-01T00:00:00.1', '2021-08-01T00:00:00.100Z'],
      ['2021-08-01T00:00:00.01Z', '2021-08-01T00:00:00.010Z'],
      ['2021-08-01T00:00:00.0019999Z', '2021-08-01T00:00:00.001Z'],
      ['2021-08-01T00:00:00.5+1', '2021-07-31T23:00:00.500Z'],
      ['2021-08-01T00:00:00.5+01', '2021-07-31T23:00:00.500Z'],
      ['2021-08-01T00:00:00.5+100', '2021-07-31T23:00:00.500Z'],
      ['2021-08-01T00:00:00.5+0100', '2021-07-31T23:00:00.500Z'],
      ['2021-08-01T00:00:00.5+1:00', '2021-07-31T23:00:00.500Z'],
      ['2021-08-01T00:00:00.5-01:00', '2021-08-01T01:00:00.500Z'],
    ]
    for (const [text, iso] of forms) assert.equal(new Date(dateTimeInstant(text) ?? 0).toISOString(), iso, text)
  })

  test('a text that is no date of the calendar is refused, never rolled over', () => {
    const texts = [
      '',
      '21',
      '2021-13',
      '2021-00',
      '2021-09-99',
      '2021-02-29',
      '2022-13',
      '2021-1-1',
      '2021-05-04T24:00:00Z',
    ]
    const more = [
      '2021-05-04T13:60:00Z',
      '2021-05-04T13:37',
      '2021-05-04 13:37:42',
      '2021-05-04T13:37:42+9:',
      `2021-05-04T13:37:42.${'0'.repeat(99)}Z`,
    ]
    for (const text of [...texts, ...more]) {
      assert.equal(code({ plusTime: [text, 0, 'day'] }), 'logic-date', text)
    }
  })

  test('leap days are added to as the specification tabulates', () => {
    const table: [number, 'day' | 'month' | 'year', string][] = [
      [1, 'day', '2020-03-01'],
      [1, 'month', '2020-03-29'],
      [1, 'year', '2021-03-01'],
    ]
    for (const [amount, unit, expected] of table) {
      const got = new Date(plusTime(Date.UTC(2020, 1, 29), amount, unit)).toISOString()
      assert.equal(got.slice(0, 10), expected)
    }
  })

  test('every separator of a certificate identifier adds a fragment', () => {
    const fragments = [0, 1, 2, 3, 4, 5, 6].map((index) => uciFragment('a::c/#/f', index))
    assert.deepEqual(fragments, ['a', '', 'c', '', '', 'f', null])
    assert.equal(uciFragment('URN:UVCI:', 0), '')
  })

  test('a date-time result is written with milliseconds, whatever its resolution was', () => {
    assert.equal(JSON.stringify(value({ plusTime: ['2021-06-23', -180, 'day'] })), '"2020-12-25T00:00:00.000Z"')
    assert.equal(JSON.stringify(value({ dccDateOfBirth: ['2004-02'] })), '"2004-02-29T00:00:00.000Z"')
  })
})

describe('operations', () => {
  test('operands are evaluated lazily by "if" and "and", and a fault in an untaken branch stays unseen', () => {
    assert.equal(value({ if: [true, 'a', { nonsense: [] }] }), 'a')
    assert.equal(value({ and: [false, { nonsense: [] }] }), false)
    assert.equal(code({ if: [false, 'a', { nonsense: [] }] }), 'logic-malformed')
  })

  test('ternary comparisons check both gaps, for integers and for date-times', () => {
    assert.equal(value({ '<': [1, 2, 3] }), true)
    assert.equal(value({ '<': [1, 3, 2] }), false)
    const day = (text: string) => ({ plusTime: [text, 0, 'day'] })
    assert.equal(value({ 'not-after': [day('2021'), day('2021-12-31'), day('2022-01-01')] }), true)
    assert.equal(value({ before: [day('2021-01-02'), day('2021-01-01'), day('2022-01-01')] }), false)
  })

  test('a wrong operand type is an error with a code, never a guess', () => {
    assert.equal(code({ '<': [1, '2'] }), 'logic-type')
    assert.equal(code({ '+': ['1', 2] }), 'logic-type')
    assert.equal(code({ in: ['a', 'abc'] }), 'logic-type')
    assert.equal(code({ after: ['2021-01-01', '2020-01-01'] }), 'logic-type')
    assert.equal(code({ '!': [{ plusTime: ['2021-01-01', 0, 'day'] }] }), 'logic-type')
    assert.equal(code({ plusTime: [{ plusTime: ['2021-01-01', 0, 'day'] }, 0, 'day'] }), 'logic-type')
    assert.equal(code({ plusTime: [null, 0, 'day'] }), 'logic-malformed')
    assert.equal(code({ plusTime: [{ var: 'x' }, 0, 'day'] }), 'logic-type')
    assert.equal(code({ extractFromUVCI: [1, 0] }), 'logic-type')
    assert.equal(code({ reduce: ['x', 1, 1] }), 'logic-type')
    assert.equal(code({ if: [{ var: 'x' }, 1, 2] }, { x: 0.5 }), 'logic-type')
  })

  test('what is not an expression is refused as malformed', () => {
    const malformed = [
      null,
      3.14,
      {},
      { a: 1, b: 2 },
      { all: [] },
      { and: 'x' },
      { and: [] },
      { and: [true] },
      { var: 1 },
    ]
    const more = [{ var: 'x.' }, { if: [true, 1] }, { plusTime: ['2021', 1.5, 'day'] }, undefined]
    const units = [{ plusTime: ['2021', 1, 'week'] }, { extractFromUVCI: ['a', '0'] }, { '===': [1, 1, 1] }]
    for (const logic of [...malformed, ...more, ...units]) assert.equal(code(logic), 'logic-malformed')
  })

  test('surplus operands are ignored where the published evaluators ignore them, and reported by the validator', () => {
    const surplus = [
      [{ if: [true, 'a', 'b', 'c'] }, 'a'],
      [{ '!': [true, true] }, false],
      [{ extractFromUVCI: ['01:NL', 1, 2] }, 'NL'],
      [{ reduce: [[], 1, 2, 3] }, 2],
    ] as const
    for (const [logic, expected] of surplus) {
      assert.equal(value(logic), expected)
      assert.equal(validateLogic(logic).length, 1)
    }
  })

  test('data access sees own properties only', () => {
    for (const path of ['__proto__', 'constructor', 'toString', 'a.length', 's.length', 's.0']) {
      assert.equal(value({ var: path }, { a: [1, 2], s: 'abc' }), null, path)
    }
    assert.equal(value({ var: '-1' }, [1]), null)
    assert.equal(value({ var: 'a.0' }, { a: { 0: 'x' } }), 'x')
  })

  test('a sum or a date past its range is an error', () => {
    assert.equal(code({ '+': [Number.MAX_SAFE_INTEGER, 1] }), 'logic-overflow')
    assert.equal(code({ plusTime: ['2021', 999_999_999, 'year'] }), 'logic-date')
  })
})

describe('hostile input', () => {
  const nested = (depth: number): unknown => {
    let logic: unknown = true
    for (let level = 0; level < depth; level += 1) logic = { '!': [logic] }
    return logic
  }

  test('nesting is bounded, for the evaluator and for the validator', () => {
    assert.equal(typeof value(nested(MAX_DEPTH - 1)), 'boolean')
    assert.equal(code(nested(100_000)), 'logic-limit')
    assert.equal(validateLogic(nested(100_000)).length, 1)
    assert.deepEqual(affectedFields(nested(100_000)), [])
  })

  test('a reduction inside a reduction runs out of steps, not of time', () => {
    const inner = { reduce: [{ var: 'current' }, { '+': [1, { var: 'accumulator' }] }, 0] }
    const logic = { reduce: [{ var: '' }, inner, 0] }
    const row = Array.from({ length: 2_000 }, () => 1)
    assert.equal(
      code(
        logic,
        Array.from({ length: 2_000 }, () => row),
      ),
      'logic-limit',
    )
  })

  test('long strings and arrays cost steps', () => {
    const logic = { reduce: [{ var: 'a' }, { in: ['zz', { var: 'accumulator' }] }, { var: 'a' }] }
    assert.equal(code(logic, { a: Array.from({ length: 50 }, () => 1) }), 'logic-type')
    const many = Array.from({ length: 9_000 }, () => ({ in: ['zz', { var: 'a' }] }))
    assert.equal(
      code({ and: [...many.map((each) => ({ '!': [each] }))] }, { a: Array.from({ length: 9_000 }, () => 1) }),
      'logic-limit',
    )
  })

  test('a result that doubles at every step is refused before it is written', () => {
    const logic = { reduce: [{ var: '' }, [{ var: 'accumulator' }, { var: 'accumulator' }], 1] }
    assert.equal(
      code(
        logic,
        Array.from({ length: 60 }, () => 1),
      ),
      'logic-limit',
    )
  })

  test('no JSON value throws, as an expression or as data', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (logic, data) => {
        evaluateLogic(logic, data)
        validateLogic(logic)
        affectedFields(logic)
      }),
      { numRuns: 300 },
    )
  })

  test('a valid expression is never refused as malformed, and an invalid one that is fully evaluated always is', () => {
    const literal = fc.oneof(
      fc.boolean(),
      fc.integer(),
      fc.string(),
      fc.constant({ var: 'x' }),
      fc.constant({ var: 'x.0' }),
    )
    const { node } = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        literal,
        fc.tuple(tie('node'), tie('node')).map((pair) => ({ and: pair })),
        fc.tuple(tie('node'), tie('node'), tie('node')).map((three) => ({ if: three })),
        tie('node').map((one) => ({ '!': [one] })),
        fc.tuple(tie('node'), tie('node')).map((pair) => ({ in: pair })),
        tie('node').map((one) => ({ plusTime: [one, 1, 'day'] })),
        fc.array(tie('node'), { maxLength: 3 }),
      ),
    }))
    fc.assert(
      fc.property(node, fc.jsonValue(), (logic, data) => {
        assert.deepEqual(validateLogic(logic), [])
        assert.notEqual(code(logic, data), 'logic-malformed')
      }),
      { numRuns: 300 },
    )
  })

  test('one compiled expression gives the same on every run', () => {
    const compiled = compileLogic({ reduce: [{ var: '' }, { '+': [{ var: 'current' }, { var: 'accumulator' }] }, 0] })
    assert.ok(compiled.ok)
    for (let run = 0; run < 3; run += 1) assert.deepEqual(compiled.value([1, 2, 3]), { ok: true, value: 6 })
  })
})

describe('validation and affected fields', () => {
  test('each operation has its own sentence', () => {
    const messages = (logic: unknown) => validateLogic(logic).map((issue) => issue.message)
    assert.deepEqual(messages({ and: [true] }), ['an "and" operation must have at least 2 operands, but it has 1'])
    assert.deepEqual(messages({ '<': [1] }), ['an operation with operator "<" must have 2 or 3 operands, but it has 1'])
    assert.deepEqual(messages({ in: [1] }), ['an operation with operator "in" must have 2 operands, but it has 1'])
    assert.deepEqual(messages({ dccDateOfBirth: [] }), [
      'a "dccDateOfBirth"-operation must have exactly 1 value/operand, but it has 0',
    ])
    assert.deepEqual(messages({ plusTime: ['2021', 'x', 'week'] }), [
      '"amount" argument (#2) of "plusTime" must be an integer, but it is: x',
      '"unit" argument (#3) of "plusTime" must be a string equal to one of year, month, day, hour, but it is: week',
    ])
    assert.deepEqual(messages({ if: [null, 3.14] }), [
      'an "if"-operation must have exactly 3 values/operands, but it has 2',
      'invalid CertLogic expression',
      '3.14 is a non-integer number',
    ])
    assert.deepEqual(messages({ '!': [{ all: [] }] }), ['unrecognised operator: "all"'])
  })

  test('affected fields are the paths of the data, without those of a reduction’s own context', () => {
    const logic = { reduce: [{ var: 'payload.v' }, { var: 'current.dn' }, { var: 'external.start' }] }
    assert.deepEqual(accessedPaths(logic), ['external.start', 'payload.v'])
    assert.deepEqual(affectedFields(logic), ['v'])
    const uci = { extractFromUVCI: [{ var: 'ci' }, 1] }
    assert.deepEqual([...dataAccesses(uci)], [['ci', [uci]]])
    assert.deepEqual([...dataAccesses({ var: 'ci' })], [['ci', [{ var: 'ci' }]]])
  })
})
