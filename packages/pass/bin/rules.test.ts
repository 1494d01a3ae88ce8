import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { KOREA_RULES } from '../src/rulesets/kr/index.ts'
import { type RulesIo, rulesCommand } from './rules.ts'

const run = async (argv: readonly string[], input = '', files: Readonly<Record<string, string>> = {}) => {
  const out: string[] = []
  const warned: string[] = []
  const io: RulesIo = {
    input: (async function* () {
      // In pieces that end anywhere, as a pipe delivers them.
      for (let at = 0; at < input.length; at += 7) yield new TextEncoder().encode(input.slice(at, at + 7))
    })(),
    write: (text) => void out.push(text),
    warn: (text) => void warned.push(text),
    readText: async (path) => files[path] ?? assert.fail(`no file ${path}`),
    now: () => Date.parse('2022-01-20T12:00:00+09:00'),
  }
  const status = await rulesCommand(argv, io)
  return { status, out: out.join(''), warned: warned.join('') }
}
const batch = async (lines: readonly string[]) => {
  const { status, out } = await run(['eval', '--batch'], `${lines.join('\n')}\n`)
  assert.equal(status, 0)
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

const codeOf = (answer: Record<string, unknown> | undefined): unknown =>
  (answer?.result as { code?: unknown } | undefined)?.code

test('a batch answers every line in order, and a bad line costs only itself', async () => {
  const answers = await batch([
    JSON.stringify({ id: 'a', logic: { '+': [{ var: 'x' }, 1] }, data: { x: 2 } }),
    '{ not json',
    '',
    '[1]',
    JSON.stringify({ id: 'b', data: {} }),
    JSON.stringify({ id: 'c', logic: { nonsense: [1] }, data: {} }),
    JSON.stringify({ id: 7, logic: { plusTime: ['2021-06-23', 1, 'day'] } }),
    JSON.stringify({ id: 'e', logic: { '!': [{ var: 'dn' }] }, data: null }),
    JSON.stringify({ logic: true, data: 1 }),
  ])
  assert.deepEqual(
    answers.map((answer) => answer.result ?? (answer.error as { code: string }).code),
    [
      3,
      'request-malformed',
      'request-malformed',
      'request-malformed',
      'request-malformed',
      'logic-malformed',
      '2021-06-24T00:00:00.000Z',
      true,
      true,
    ],
  )
  assert.deepEqual(
    answers.map((answer) => answer.id),
    ['a', null, null, null, 'b', 'c', 7, 'e', null],
  )
  for (const answer of answers) assert.equal('result' in answer, !('error' in answer))
})

test('hostile lines end in an error line: depth, steps, and results too large to write', async () => {
  const deep = `${'{"!":['.repeat(5_000)}true${']}'.repeat(5_000)}`
  const wide = { reduce: [{ var: '' }, [{ var: 'accumulator' }, { var: 'accumulator' }], 1] }
  const answers = await batch([
    `{"id":1,"logic":${deep},"data":{}}`,
    JSON.stringify({ id: 2, logic: wide, data: Array.from({ length: 100 }, () => 0) }),
    `{"id":3,"logic":{"var":""},"data":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    JSON.stringify({ id: 4, logic: 'still here', data: {} }),
  ])
  assert.deepEqual(
    answers.map((answer) => answer.result ?? (answer.error as { code: string }).code),
    ['logic-limit', 'logic-limit', 'logic-limit', 'still here'],
  )
})

test('a batch may ask the Korean rules too', async () => {
  const holder = { bornOn: '1980-05-05', credentials: [] }
  const question = { facilityType: 'karaoke', sido: '11', at: '2022-01-20T12:00', holder }
  const [answer, malformed] = await batch([
    JSON.stringify({ id: 1, question }),
    JSON.stringify({ id: 2, question: { ...question, at: 'someday' } }),
  ])
  assert.equal(codeOf(answer), 'no-credential')
  assert.equal(codeOf(malformed), 'question-malformed')
})

test('the public CertLogic suite runs through the command line', async (t) => {
  const folder = new URL('../../../../shared/vectors/certlogic/testSuite/', import.meta.url)
  if (!existsSync(folder)) return t.skip('218 cases not present (../shared absent)')
  type Assertion = { certLogicExpression?: unknown; data: unknown; expected: unknown; directive?: string }
  type Suite = { directive?: string; cases: { certLogicExpression?: unknown; assertions: Assertion[] }[] }
  const suites = readdirSync(folder).map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Suite)
  const asked = suites
    .filter((suite) => suite.directive !== 'skip')
    .flatMap((suite) => suite.cases)
    .flatMap((each) => each.assertions.map((one) => ({ logic: each.certLogicExpression, ...one })))
    .filter((one) => one.directive !== 'skip')
  const lines = asked.map((one, id) =>
    JSON.stringify({ id, logic: one.certLogicExpression ?? one.logic, data: one.data }),
  )
  const answers = await batch(lines)
  assert.equal(answers.length, 218)
  for (const [id, answer] of answers.entries()) assert.deepEqual(answer, { id, result: asked[id]?.expected })
})

test('one question on the command line: exit 0 means may enter', async () => {
  const base = ['eval', '--facility', 'restaurant-cafe', '--sido', '11', '--born', '1980-05-05']
  const alone = await run([...base, '--party', '1', '--at', '2021-12-20T12:00'])
  assert.equal(alone.status, 0)
  assert.equal((JSON.parse(alone.out) as { code: string }).code, 'alone')
  const together = await run([...base, '--party', '3', '--at', '2021-12-20T12:00'])
  assert.equal(together.status, 1)
  const now = await run([...base, '--party', '3', '--at', '2022-03-01'])
  assert.equal((JSON.parse(now.out) as { code: string }).code, 'lifted')
})

test('a verified DCC payload is read with its birth date', async () => {
  const dcc = { dob: '1980-05-05', v: [{ tg: '840539006', mp: 'EU/1/20/1528', dn: 2, sd: 2, dt: '2021-12-01' }] }
  const files = { 'dcc.json': JSON.stringify(dcc) }
  const { status, out } = await run(['eval', '--facility', 'karaoke', '--sido', '26', '--dcc', 'dcc.json'], '', files)
  assert.equal(status, 0)
  assert.equal((JSON.parse(out) as { code: string }).code, 'credential-accepted')
})

test('a rule set is checked, shown as it was known on a day, and used from a file', async () => {
  const shown = await run(['show', '--at', '2021-12-10'])
  assert.equal((JSON.parse(shown.out) as { version: number }).version, 2)
  const files = { 'kr.json': shown.out, 'bad.json': '{"schema":1}' }
  assert.equal((await run(['check', 'kr.json'], '', files)).status, 0)
  const bad = await run(['check', 'bad.json'], '', files)
  assert.deepEqual([bad.status, bad.out], [1, 'bad.json: ruleset-malformed at id\n'])
  const asked = [
    'eval',
    '--rules',
    'kr.json',
    '--facility',
    'pc-cafe',
    '--sido',
    '26',
    '--born',
    '2005',
    '--at',
    '2022-02-01',
  ]
  assert.equal((await run(asked, '', files)).status, 1)
  assert.match((await run(['list'])).out, new RegExp(`^${KOREA_RULES.id}\n`))
})

test('a file that is missing or no JSON is named, not thrown', async () => {
  const asked = ['eval', '--facility', 'karaoke', '--sido', '11', '--credentials', 'held.json']
  const { status, warned } = await run(asked, '', { 'held.json': '{ not json' })
  assert.equal(status, 2)
  assert.match(warned, /held\.json/)
})

test('wrong use says how it is used', async () => {
  for (const argv of [[], ['nonsense'], ['eval', '--nonsense'], ['eval'], ['check'], ['show', '--at', '2020-01-01']]) {
    const { status, warned } = await run(argv)
    assert.equal(status, 2)
    assert.notEqual(warned, '')
  }
})
