import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { unwrap } from './result.ts'
import { evaluateRules } from './rules.ts'
import { type CompiledRuleSet, compileRuleSet } from './rules-compile.ts'
import type { RuleSet, Suspension } from './rules-model.ts'
import { REASONS } from './rules-reasons.ts'

const PAGE = readFileSync(new URL('../docs/rules.md', import.meta.url), 'utf8')
const blocks = (info: string): readonly string[] =>
  [...PAGE.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].flatMap(([, language, body]) =>
    language === info ? [body ?? ''] : [],
  )

const folder = mkdtempSync(join(tmpdir(), 'dure-rules-docs-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const MODULES: Readonly<Record<string, URL>> = {
  '@dure/pass': new URL('./index.ts', import.meta.url),
  '@dure/pass/rulesets/kr': new URL('./rulesets/kr/index.ts', import.meta.url),
}

for (const [index, source] of blocks('ts').entries()) {
  test(`example ${index + 1} of the page on rules does what it says`, async () => {
    const file = join(folder, `example-${index}.mts`)
    const text = source.replace(/from '(@dure\/[^']+)'/g, (whole, name: string) => {
      const url = MODULES[name]
      return url === undefined ? whole : `from '${url.href}'`
    })
    assert.match(source, /assert\./)
    writeFileSync(file, text)
    await import(pathToFileURL(file).href)
  })
}

const example = (): RuleSet => JSON.parse(blocks('json')[0] ?? 'null') as RuleSet
const compile = (more: readonly Suspension[] = []): CompiledRuleSet =>
  unwrap(compileRuleSet({ ...example(), suspensions: more }))
const code = (
  set: CompiledRuleSet,
  facilityType: string,
  sido: string,
  bornOn = '1980',
  at = '2030-03-05T16:00:00+09:00',
) => evaluateRules(set, { facilityType, sido, at: Date.parse(at), holder: { bornOn, credentials: [] } }).code

test('the smallest rule set of the page is complete, and says nothing about parks', () => {
  const set = compile()
  assert.equal(code(set, 'cinema', '11'), 'no-credential')
  assert.equal(code(set, 'cinema', '11', '2020'), 'age-exempt')
  assert.equal(code(set, 'cinema', '11', '1980', '2030-01-07T23:59:59+09:00'), 'grace-period')
  assert.equal(code(set, 'park', '11'), 'no-rule')
})

test('the page’s court decision frees what it names and nothing else', () => {
  const suspension = JSON.parse(blocks('json suspension')[0] ?? 'null') as Suspension
  const set = compile([suspension])
  assert.equal(code(set, 'cinema', '26'), 'court-suspended')
  assert.equal(code(set, 'cinema', '26', '1980', '2030-03-05T15:29:59+09:00'), 'no-credential')
  assert.equal(code(set, 'cinema', '11'), 'no-credential')
  assert.equal(code(set, 'park', '26'), 'no-rule')
})

test('the page names the four answers that exist', () => {
  const answers = [...new Set(Object.values(REASONS).map((row) => row.answer))]
  assert.equal(answers.length, 4)
  for (const answer of answers) assert.ok(PAGE.includes(`| \`${answer}\` |`), answer)
})
