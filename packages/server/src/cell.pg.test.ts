import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { apiEndpoints } from './cell.ts'
import { wipeData } from './platform/postgres.place.ts'
import { serverProcesses } from './platform/postgres.process.ts'
import { testCell } from './testing/cell.ts'
import { temporaryFolder, testDatabase } from './testing/database.ts'
import { eventually, runProgram } from './testing/process.ts'

const DEMO = 'packages/server/src/demo.ts'
const READY = /^Dure is ready: (http:\/\/\S+)\n$/

const withFolder = async (work: (env: Record<string, string>, dataDir: string) => Promise<void>): Promise<void> => {
  const folder = await temporaryFolder()
  const dataDir = join(folder, '.dure')
  const env = {
    DURE_DATA_DIR: dataDir,
    DURE_PORT: '0',
    ...(process.env.PGBIN === undefined ? {} : { PGBIN: process.env.PGBIN }),
  }
  try {
    await work(env, dataDir)
  } finally {
    await wipeData(dataDir)
    await rm(folder, { recursive: true, force: true })
  }
}

test('the demo of one cell says one line, serves, survives kill -9 without an orphan, keeps its data, and ends cleanly', () =>
  withFolder(async (env, dataDir) => {
    await using first = runProgram(DEMO, ['--one'], env)
    const [, url = ''] = await first.until(READY)
    assert.equal((await fetch(`${url}/readyz`)).status, 200)
    const key = await readFile(join(dataDir, 'cell.key'), 'utf8')
    await first.end('SIGKILL')
    const cluster = await realpath(join(dataDir, 'postgres'))
    await eventually('no orphan', async () => (await serverProcesses(cluster)).length === 0)

    await using second = runProgram(DEMO, ['--one'], env)
    const [, again = ''] = await second.until(READY)
    const { people } = (await (await fetch(`${again}/api/demo/people`)).json()) as { people: unknown[] }
    assert(people.length > 0)
    assert.equal(await readFile(join(dataDir, 'cell.key'), 'utf8'), key)
    assert.deepEqual(await second.end('SIGINT'), { code: 0, signal: null })
    assert.match(second.said(), READY)
    assert.deepEqual(await serverProcesses(cluster), [])

    await using third = runProgram(DEMO, ['--one', '--fresh'], env)
    await third.until(READY)
    assert.notEqual(await readFile(join(dataDir, 'cell.key'), 'utf8'), key)
    await third.end('SIGINT')
  }))

test('the demo ends when the program that started it is gone', () =>
  withFolder(async (env, dataDir) => {
    const script = `import { spawn } from 'node:child_process'
      spawn(process.execPath, [${JSON.stringify(DEMO)}, '--one'], { stdio: ['ignore', 'inherit', 'inherit'] })`
    await using parent = runProgram('--input-type=module', ['-e', script], env)
    await parent.until(READY)
    const cluster = await realpath(join(dataDir, 'postgres'))
    await parent.end('SIGKILL')
    await eventually('the demo and its server are gone', async () => (await serverProcesses(cluster)).length === 0)
  }))

test('a wrong configuration ends the start with every fault named', async () => {
  await using program = runProgram('packages/server/src/main.ts', [], {
    DURE_PORT: 'x',
    DURE_REGION: 'x',
    DURE_PROT: '1',
  })
  const { code } = await program.end()
  assert.equal(code, 2)
  for (const name of ['DURE_PORT', 'DURE_REGION', 'DURE_PROT']) assert(program.said().includes(name), name)
})

test('a folder that is no data folder is not wiped', () =>
  withFolder(async (env, dataDir) => {
    await mkdir(dataDir)
    await writeFile(join(dataDir, 'thesis.txt'), 'ten years of work')
    await using program = runProgram(DEMO, ['--one', '--fresh'], env)
    assert.equal((await program.end()).code, 1)
    assert.match(program.said(), /does not look like a data folder/)
    assert.equal(await readFile(join(dataDir, 'thesis.txt'), 'utf8'), 'ten years of work')
  }))

test('a database of another region, or signed with another key, is not taken over', async () => {
  await using database = await testDatabase()
  const connection = database.connection
  {
    await using first = await testCell({ connection })
    assert.equal(first.cell.identity.region, '28')
  }
  await assert.rejects(testCell({ connection }), /not the key/)
  await assert.rejects(testCell({ connection, env: { DURE_REGION: '11' } }), /belongs to the cell of region 28/)
})

test('health, readiness and figures are told; readiness fails while the oplog stands still', async () => {
  await using test = await testCell()
  assert.equal((await test.inject({ url: '/healthz' })).statusCode, 200)
  assert.equal((await test.inject({ url: '/readyz' })).statusCode, 200)
  await test.cell.deps.db.sql(
    `insert into platform.outbox (origin, kind, at, subject, body, audience) values ('28', 'tested', $1, 'S', '{}', '{}')`,
    [test.clock.now()],
  )
  test.clock.advance(31_000)
  const behind = await test.inject({ url: '/readyz' })
  assert.deepEqual([behind.statusCode, behind.json().code], [503, 'overloaded'])
  const metrics = (await test.inject({ url: '/metrics' })).body
  assert.match(metrics, /^dure_sequencer_lag_seconds 31$/m)
  assert.match(metrics, /dure_http_request_seconds_count\{route="\/healthz",method="GET",status="200"\} 1/)
  assert.match(metrics, /^dure_sql_queries_total \d+$/m)
})

test('the API page explains every route and every refusal in both languages, without a script', async () => {
  await using test = await testCell()
  const [ko, en] = await Promise.all(['ko', 'en'].map((lang) => test.inject({ url: `/api-docs?lang=${lang}` })))
  assert(ko && en)
  assert.match(ko.body, /<html lang="ko">[\s\S]*권한이 없습니다/)
  assert.match(en.body, /<html lang="en">[\s\S]*You are not allowed/)
  for (const { id } of await apiEndpoints()) assert(en.body.includes(`id="${id}"`), id)
  assert.doesNotMatch(en.body, /<script|https?:\/\//)
  assert.equal((await test.inject({ url: '/problems/not-found' })).headers.location, '/api-docs#problem-not-found')
})

test('dure runs on the Node that is there, and says what it can do', () => {
  const run = (...args: string[]) =>
    spawnSync('node_modules/.bin/dure', args, { encoding: 'utf8', cwd: new URL('../../../', import.meta.url) })
  assert.match(run('--help').stdout, /dure import hospitals/)
  assert.equal(run('nonsense').status, 2)
})
