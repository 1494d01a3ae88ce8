import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { missingFiles } from './process.ts'

test('a file that the environment names and that is not there is told at the start, with every other one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dure-config-'))
  try {
    writeFileSync(join(folder, 'carriers.json'), '{}')
    const env = {
      DURE_CARRIERS_FILE: 'carriers.json',
      DURE_OIDC_FILE: join(folder, 'absent.json'),
      DURE_PACK_ROOTS: '',
      DURE_CELLS: 'cells.signed',
      PGBIN: folder,
    }
    const faults = missingFiles(env, folder).map(({ variable }) => variable)
    assert.deepEqual(faults, ['DURE_OIDC_FILE', 'DURE_CELLS', 'PGBIN'])
    assert.deepEqual(missingFiles({}, folder), [])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** A program that closes when it is told to on its standard input. */
const PROGRAM = `
const { once } = await import('node:events')
const { runUntilAsked } = await import(${JSON.stringify(new URL('./process.ts', import.meta.url).href)})
await runUntilAsked(async () => ({
  close: async () => {
    console.log('closing')
    await once(process.stdin, 'data')
    console.log('closed')
  },
}))
console.log('up')
setInterval(() => {}, 1_000)
`
type Program = { child: ChildProcessByStdio<Writable, Readable, null>; lines: Interface }
const start = (): Program => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] })
  return { child, lines: createInterface(child.stdout) }
}
const says = async ({ lines }: Program, line: string) => assert.deepEqual(await once(lines, 'line'), [line])

test('one Ctrl-C, which npm passes on a second time, ends everything in order', async () => {
  const program = start()
  await says(program, 'up')
  program.child.kill('SIGINT')
  await says(program, 'closing')
  program.child.kill('SIGINT')
  program.child.stdin.write('go\n')
  await says(program, 'closed')
  assert.deepEqual(await once(program.child, 'exit'), [0, null])
})

test('a second press does not wait for what hangs', async () => {
  const program = start()
  await says(program, 'up')
  program.child.kill('SIGINT')
  await says(program, 'closing')
  await wait(1_100)
  program.child.kill('SIGINT')
  assert.deepEqual(await once(program.child, 'exit'), [1, null])
})
