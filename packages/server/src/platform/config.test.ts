import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { describeFaults, readConfig } from './config.ts'

const read = (env: Record<string, string>) => readConfig(env, '/srv')

test('an empty environment is a cell of Incheon on port 8080 with its data in .dure', () => {
  const config = read({})
  assert(config.ok)
  assert.equal(config.value.region, '28')
  assert.equal(config.value.port, 8080)
  assert.equal(config.value.dataDir, '/srv/.dure')
  assert.equal(config.value.demo, false)
  assert.equal(config.value.databaseUrl, undefined)
})

test('all faults are told together, each with the name of its variable', () => {
  const config = read({
    DURE_PORT: '80 80',
    DURE_REGION: '99',
    DURE_DEMO: 'perhaps',
    DATABASE_URL: 'mysql://elsewhere',
    DURE_NEMC_URL: 'https://api.example/',
    DURE_LOG_LEVEL: 'loud',
    DURE_POOL_SIZE: '1',
  })
  assert(!config.ok)
  assert.deepEqual(config.error.map(({ variable }) => variable).sort(), [
    'DATABASE_URL',
    'DURE_DEMO',
    'DURE_LOG_LEVEL',
    'DURE_NEMC_KEY',
    'DURE_POOL_SIZE',
    'DURE_PORT',
    'DURE_REGION',
  ])
  assert.match(describeFaults(config.error), /7 fault\(s\)/)
})

test('a variable nobody reads is a fault: it is a misspelling', () => {
  const config = read({ DURE_PROT: '8080' })
  assert(!config.ok)
  assert.equal(config.error[0]?.variable, 'DURE_PROT')
  assert.match(config.error[0]?.expected ?? '', /DURE_PORT/)
})

test('docs/configuration.md names every variable that is read, and no other', () => {
  const config = read({ DURE_PROT: '8080' })
  assert(!config.ok)
  const known = config.error[0]?.expected.split(' known are ')[1]?.split(', ') ?? []
  const page = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `'))
  const told = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name))
  assert.deepEqual(told.sort(), [...known].sort())
})

test('what was given is not repeated: it may be a secret', () => {
  const config = read({ DATABASE_URL: 'mysql://root:hunter2@elsewhere', DURE_NEMC_KEY: 'hunter2' })
  assert(!config.ok)
  assert.doesNotMatch(describeFaults(config.error), /hunter2/)
})

test('the poller has an address and a key, or neither', () => {
  assert(!read({ DURE_NEMC_KEY: 'key' }).ok)
  const both = read({ DURE_NEMC_URL: 'https://api.example/x', DURE_NEMC_KEY: 'key', DURE_NEMC_INTERVAL_S: '5' })
  assert(both.ok)
  assert.deepEqual(both.value.nemc, { url: 'https://api.example/x', key: 'key', intervalS: 5 })
})

test('a socket address is a database address', () => {
  assert(read({ DATABASE_URL: 'postgresql://dure:secret@/dure?host=%2Frun%2Fdure' }).ok)
})

test('a public address has no path and decides that cookies are secure', () => {
  const config = read({ DURE_PUBLIC_URL: 'https://beds.example.kr' })
  assert(config.ok)
  assert.equal(config.value.cookieSecure, true)
  assert(!read({ DURE_PUBLIC_URL: 'https://beds.example.kr/app' }).ok)
})
