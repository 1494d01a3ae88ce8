import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const RUNNER = new URL('run-tests.mjs', import.meta.url).href

/** What the runner counts for one test file, in a clone of its own with or without the folder ../shared beside it. */
const counted = (body, { shared }) => {
  const folder = mkdtempSync(join(tmpdir(), 'dure-runner-'))
  try {
    const clone = join(folder, 'clone')
    mkdirSync(clone)
    if (shared) mkdirSync(join(folder, 'shared'))
    writeFileSync(join(clone, 'one.test.mjs'), `import { test } from 'node:test'\n${body}\n`)
    writeFileSync(
      join(clone, 'count.mjs'),
      `import { runTests } from '${RUNNER}'
      const { passed, failed, absent } = await runTests(['one.test.mjs'])
      console.log(JSON.stringify([passed, failed, absent]))`,
    )
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const { stdout } = spawnSync(process.execPath, ['count.mjs'], { cwd: clone, env, encoding: 'utf8' })
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('a skipped or unfinished test counts as failed', () => {
  const body = `test('runs', () => undefined); test('left out', { skip: true }); test('later', { todo: true })`
  assert.deepEqual(counted(body, { shared: true }), [1, 2, 0])
})

test('a file that cannot be loaded counts as failed', () => {
  assert.deepEqual(counted(`import './nowhere.mjs'`, { shared: true }), [0, 1, 0])
})

test('cases that need ../shared are counted as not present where it is not there, and fail where it is', () => {
  const skip = `test('reads', (t) => t.skip('7 cases not present (../shared absent)'))`
  const say = `console.log('5 cases not present (../shared absent)'); test('runs', () => undefined)`
  assert.deepEqual(counted(skip, { shared: false }), [0, 0, 7])
  assert.deepEqual(counted(skip, { shared: true }), [0, 1, 0])
  assert.deepEqual(counted(say, { shared: false }), [1, 0, 5])
  assert.deepEqual(counted(say, { shared: true }), [1, 1, 0])
})
