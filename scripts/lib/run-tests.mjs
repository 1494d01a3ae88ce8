// Runs test files and counts. Prints failures in full and nothing else.
import { availableParallelism } from 'node:os'
import { run } from 'node:test'
import { inspect } from 'node:util'

/** A test that finds no vectors says so in this form; it neither fails nor disappears. */
const NOT_PRESENT = /(\d+) cases? not present/

/**
 * @param {readonly string[]} files
 * @returns {Promise<{passed: number, failed: number, absent: number, seconds: number}>}
 *   A skipped or unfinished test counts as failed: nothing is skipped silently.
 */
export const runTests = async (
  files,
  { concurrency = Math.max(2, availableParallelism()), timeout = 180_000 } = {},
) => {
  const outcome = { passed: 0, failed: 0, absent: 0, seconds: 0 }
  if (files.length === 0) return outcome
  const started = performance.now()
  for await (const { type, data } of run({ files: [...files], concurrency, timeout })) {
    if (type === 'test:pass' || type === 'test:fail') count(outcome, type, data)
    if (type === 'test:stdout' || type === 'test:diagnostic' || type === 'test:stderr') listen(outcome, type, data)
  }
  return { ...outcome, seconds: (performance.now() - started) / 1000 }
}

const count = (outcome, type, data) => {
  // A file is reported as a test of its own; it counts only when it failed without any test in it having failed.
  const isFile = data.name === data.file || data.name?.endsWith('.ts') || data.details?.type === 'suite'
  const notPresent = NOT_PRESENT.exec(String(data.skip))
  if (notPresent) {
    outcome.absent += Number(notPresent[1])
    return
  }
  const skipped = data.skip !== undefined && data.skip !== false
  const unfinished = data.todo !== undefined && data.todo !== false
  if (type === 'test:pass' && !skipped && !unfinished) {
    if (!isFile) outcome.passed += 1
    return
  }
  const { error } = data.details ?? {}
  if (isFile && (error?.failureType === 'subtestsFailed' || type === 'test:pass')) return
  if (error?.failureType === 'subtestsFailed') return
  outcome.failed += 1
  const reason = skipped ? 'skipped' : unfinished ? 'not finished' : inspect(error?.cause ?? error, { depth: 6 })
  process.stdout.write(`✖ ${data.file ?? ''}\n  ${data.name}\n${reason.replace(/^/gm, '    ')}\n`)
}

const listen = (outcome, type, data) => {
  const found = NOT_PRESENT.exec(data.message)
  if (found) outcome.absent += Number(found[1])
  else if (type === 'test:stderr' && process.env.CI_QUIET === undefined) process.stderr.write(data.message)
}
