import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { stateTablesMarkdown } from './state-tables.ts'

test('the README shows the state tables that run', () => {
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  assert.ok(
    readme.includes(stateTablesMarkdown()),
    'print stateTablesMarkdown() and put it below the line "made from the tables" of README.md',
  )
})
