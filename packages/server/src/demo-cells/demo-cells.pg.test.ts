import assert from 'node:assert/strict'
import { readdir, readFile, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { listDemoPeople } from '@dure/contract'
import { wipeData } from '../platform/postgres.place.ts'
import { serverProcesses } from '../platform/postgres.process.ts'
import { temporaryFolder } from '../testing/database.ts'
import { eventually, runProgram } from '../testing/process.ts'
import { DEMO_CELLS } from './cells.ts'
import { callAs } from './people.service.ts'

const DEMO = 'packages/server/src/demo.ts'
const WHOLE = /^Dure is ready: (http:\/\/\S+)\n([\s\S]+)cut, kill, heal: +(http:\/\/\S+)\n/

/** What the demo said: the address in its first line, and each cell's by its code. */
const read = ([, ready = '', lines = '', control = '']: RegExpExecArray) => ({
  ready,
  control,
  of: new Map([...lines.matchAll(/^ {2}(\d\d) .* (http:\/\/\S+)$/gm)].map(([, code = '', url = '']) => [code, url])),
})

/** Processes that run a cell of this data folder. */
const cellProcesses = async (dataDir: string): Promise<string[]> => {
  const found: string[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const open = await readdir(`/proc/${pid}/fd`).catch(() => [])
    const paths = await Promise.all(open.map((fd) => realpath(`/proc/${pid}/fd/${fd}`).catch(() => '')))
    if (paths.some((path) => path.startsWith(join(dataDir, 'cells')))) found.push(pid)
  }
  return found
}

test('the demo says it is ready when four cells are, keeps sessions apart, leaves no orphan by kill -9, and begins again', async () => {
  const folder = await temporaryFolder()
  const dataDir = join(folder, '.dure')
  const env = {
    DURE_DATA_DIR: dataDir,
    DURE_PORT: '0',
    ...(process.env.PGBIN === undefined ? {} : { PGBIN: process.env.PGBIN }),
  }
  try {
    await using first = runProgram(DEMO, [], env)
    const told = read(await first.until(WHOLE))
    assert.equal(told.ready, told.of.get('28'))
    assert.deepEqual(
      [...told.of.keys()],
      DEMO_CELLS.map(({ code }) => code),
    )
    const cookies = new Set<string>()
    for (const [code, url] of told.of) {
      const answer = await fetch(`${url}/readyz`)
      assert.deepEqual([answer.status, ((await answer.json()) as { region: string }).region], [200, code])
      await callAs(url, `demo-${code}-admin-1`, (cookie) => cookies.add(cookie.split('=')[0] ?? ''))
    }
    assert.equal(cookies.size, DEMO_CELLS.length)
    assert.equal((await fetch(told.control)).status, 200)
    const key = await readFile(join(dataDir, 'cells', '28', 'cell.key'), 'utf8')
    assert.equal((await cellProcesses(dataDir)).length, DEMO_CELLS.length)

    await first.end('SIGKILL')
    const cluster = await realpath(join(dataDir, 'postgres'))
    await eventually('no server is left', async () => (await serverProcesses(cluster)).length === 0)
    await eventually('no cell is left', async () => (await cellProcesses(dataDir)).length === 0)

    await using second = runProgram(DEMO, [], env)
    const again = read(await second.until(WHOLE))
    const people = await fetch(`${again.ready}${listDemoPeople.path}`)
    assert.equal(people.status, 200)
    assert.equal(await readFile(join(dataDir, 'cells', '28', 'cell.key'), 'utf8'), key)
    assert.deepEqual(await second.end('SIGINT'), { code: 0, signal: null })
    assert.deepEqual([await serverProcesses(cluster), await cellProcesses(dataDir)], [[], []])
  } finally {
    await wipeData(dataDir)
    await rm(folder, { recursive: true, force: true })
  }
})
