import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signUpEndpoints as e } from '@dure/contract'
import { must } from '../testing/bed-world.ts'
import type { TestCell } from '../testing/cell.ts'
import { testCell } from '../testing/cell.ts'
import { staffKeysCommand } from './command.ts'

const operatorOf = (test: TestCell) => {
  const said: string[] = []
  const io = {
    out: (text: string) => void said.push(text),
    error: (text: string) => void said.push(text),
    clock: test.clock,
    config: () => test.cell.deps.config,
    openDb: async () => test.cell.deps.db,
  }
  const run = async (...argv: string[]) => ({ status: await staffKeysCommand(argv, io), said: said.at(-1) ?? '' })
  return run
}

test('an operator makes the nation’s key, a region asks, the nation signs, the region installs', async () => {
  await using nation = await testCell({ env: { DURE_REGION: '00' } })
  await using region = await testCell()
  const [atNation, atRegion] = [operatorOf(nation), operatorOf(region)]
  const { said: key } = await atNation('nation')
  assert.equal((await atNation('nation')).said, key, 'asked again it is the same')
  const { said: request } = await atRegion('request')
  const { said: certificate } = await atNation('sign', request)
  assert.equal((await atRegion('install', certificate)).status, 1, 'no nation is believed yet')
  assert.equal((await atRegion('trust', key)).status, 0)
  assert.equal((await atRegion('install', certificate)).status, 0)
  const admin = await region.person({ role: 'admin' })
  const { ready, keys, revocations } = must(await admin.call(e.listAuthorityKeys))
  assert.deepEqual([ready, keys[0]?.level, revocations.length], [true, 'region', 1])
  const { said: list } = await atNation('revoke', '1', keys[0]?.id ?? '')
  assert.equal((await atRegion('take', list)).status, 0)
  assert.equal((await atRegion('take', list)).status, 1)
})

test('what is no command is answered with how to use it, and a region signs no other region', async () => {
  await using region = await testCell()
  const run = operatorOf(region)
  for (const argv of [[], ['emperor'], ['sign', 'x'], ['trust', 'x'], ['install'], ['revoke', '0', 'x'], ['take']])
    assert.equal((await run(...argv)).status, 2, argv.join(' '))
  assert.equal((await run('sign', `28.X.${'A'.repeat(43)}`)).status, 1)
})
