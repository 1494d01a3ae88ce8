// Everything that must be true of this tree. The last line is `N passed, N failed`.
import './lib/needs-node.mjs'
import { spawn } from 'node:child_process'
import { filesOf } from './lib/parts.mjs'
import { runTests } from './lib/run-tests.mjs'
import { withTestServer } from './lib/server.mjs'

const node = process.execPath

/** A program that is right when it exits with 0. Its output is shown when it does not. */
const program =
  (command, ...args) =>
  () =>
    new Promise((resolve) => {
      const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data))
      child.on('error', (error) => resolve({ passed: 0, failed: 1, reason: error.message }))
      child.on('close', (code) => {
        if (code !== 0) process.stdout.write(output)
        resolve(code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 })
      })
    })

const tests = (part, options) => async () => {
  const files = filesOf(part)
  if (files.length === 0) return { passed: 0, failed: 1, reason: 'there are no test files' }
  return runTests(files, options)
}

const onPostgres = (work) => async () => {
  try {
    return await withTestServer(work)
  } catch (error) {
    return { passed: 0, failed: 1, reason: error instanceof Error ? error.message : String(error) }
  }
}

const PARTS = {
  format: program('node_modules/.bin/biome', 'format', '.'),
  lint: program('node_modules/.bin/biome', 'lint', '.'),
  types: program(node, 'scripts/tsc.mjs'),
  boundaries: program('node_modules/.bin/depcruise', '--config', '.dependency-cruiser.cjs', 'packages'),
  pure: tests('pure'),
  pg: onPostgres(tests('pg')),
  browser: onPostgres(tests('e2e', { concurrency: 1, timeout: 300_000 })),
}

/** DURE_SKIP=browser,pg leaves parts out, by name and visibly. */
const skipped = new Set((process.env.DURE_SKIP ?? '').split(',').filter((name) => name !== ''))
for (const name of skipped) {
  if (Object.hasOwn(PARTS, name)) continue
  process.stderr.write(`DURE_SKIP: there is no part ${name}; parts are ${Object.keys(PARTS).join(', ')}\n`)
  process.exit(2)
}

const sum = { passed: 0, failed: 0, absent: 0 }
for (const [name, run] of Object.entries(PARTS)) {
  if (skipped.has(name)) {
    process.stdout.write(`${name}: skipped, as DURE_SKIP says\n`)
    continue
  }
  const started = performance.now()
  const { passed, failed, absent = 0, reason } = await run()
  sum.passed += passed
  sum.failed += failed
  sum.absent += absent
  const took = `${((performance.now() - started) / 1000).toFixed(1)} s`
  process.stdout.write(
    `${name}: ${passed} passed, ${failed} failed (${took})${reason === undefined ? '' : `: ${reason}`}\n`,
  )
}
if (sum.absent > 0) process.stdout.write(`${sum.absent} cases not present (../shared absent)\n`)
process.stdout.write(`${sum.passed} passed, ${sum.failed} failed\n`)
process.exit(sum.failed === 0 ? 0 : 1)
