import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const page = readFileSync(new URL('../docs/api.md', import.meta.url), 'utf8')
const { exports: entries } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

for (const [entry, file] of Object.entries<string>(entries))
  test(`docs/api.md names everything that ${entry} exports`, async () => {
    const module = await import(new URL(`../${file}`, import.meta.url).href)
    const missing = Object.keys(module).filter((name) => !new RegExp(`\\b${name}\\b`).test(page))
    assert.deepEqual(missing, [])
  })
