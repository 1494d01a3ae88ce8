// Runs test files and counts. Prints failures in full and nothing else.
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { run } from 'node:test'
import { inspect } from 'node:util'

/** A test that finds no vectors says so in this form; it neither fails nor disappears. */
const NOT_PRESENT = /(\d+) [^()\n]*not present \(\.\.\/shared absent\)/

/** More failing files than this are no accident of a busy machine. */
const AGAIN_AT_MOST = 5

/**
 * A file that fails beside others is run once more by itself; only the second answer counts, and both are printed. Journeys and killed
 * servers have deadlines, and a machine that two files share may miss one.
 * @param {readonly string[]} files
 * @returns {Promise<{passed: number, failed: number, absent: number, seconds: number}>}
 *   A skipped or unfinished test counts as failed: nothing is skipped silently. Only what reads ../shared may be absent with it.
 */
export const runTests = async (
  files,
  { concurrency = Math.max(2, availableParallelism()), timeout = 180_000 } = {},
) => {
  const started = performance.now()
  const outcomes = await runOnce(files, { concurrency, timeout })
  const failing = [...outcomes].filter(([, outcome]) => outcome.failed > 0).map(([file]) => file)
  if (failing.length > 0 && failing.length <= AGAIN_AT_MOST && failing.every((file) => existsSync(file))) {
    process.stdout.write(`once more by themselves: ${failing.join(' ')}\n`)
    for (const [file, outcome] of await runOnce(failing, { concurrency: 1, timeout })) {
      if (file !== '' && outcome.failed === 0) process.stdout.write(`failed beside others, passed alone: ${file}\n`)
      outcomes.set(file, outcome)
    }
  }
  const sum = (name) => [...outcomes.values()].reduce((total, outcome) => total + outcome[name], 0)
  const seconds = (performance.now() - started) / 1000
  return { passed: sum('passed'), failed: sum('failed'), absent: sum('absent'), seconds }
}

/** @returns {Promise<Map<string, {passed: number, failed: number, absent: number}>>} by file */
const runOnce = async (files, { concurrency, timeout }) => {
  const outcomes = new Map()
  if (files.length === 0) return outcomes
  for await (const { type, data } of run({ files: [...files], concurrency, timeout })) {
    const file = data?.file ?? ''
    if (!outcomes.has(file)) outcomes.set(file, { passed: 0, failed: 0, absent: 0 })
    const outcome = outcomes.get(file)
    if (type === 'test:pass') passed(outcome, data)
    if (type === 'test:fail') failed(outcome, data, data.details?.error)
    if (type === 'test:stdout' || type === 'test:diagnostic' || type === 'test:stderr') said(outcome, type, data)
  }
  return outcomes
}

const passed = (outcome, data) => {
  if (isGroup(data)) return
  if (data.skip !== undefined && data.skip !== false) skipped(outcome, data)
  else if (data.todo !== undefined && data.todo !== false) tell(outcome, data, 'not finished')
  else outcome.passed += 1
}

const skipped = (outcome, data) => {
  const absent = NOT_PRESENT.exec(String(data.skip))
  if (absent !== null && !existsSync('../shared')) outcome.absent += Number(absent[1])
  else tell(outcome, data, `skipped: ${data.skip}`)
}

/** A file or a suite whose tests failed has been told of by those tests; one that failed itself has not. */
const failed = (outcome, data, error) => {
  if (error?.failureType !== 'subtestsFailed') tell(outcome, data, inspect(error?.cause ?? error, { depth: 6 }))
}

/** A file is reported as a test too, and a suite is its tests. */
const isGroup = ({ name, file, details }) => name === file || /\.[mc]?[tj]s$/.test(name) || details?.type === 'suite'

const tell = (outcome, { file = '', name }, reason) => {
  outcome.failed += 1
  process.stdout.write(`✖ ${file}\n  ${name}\n${reason.replace(/^/gm, '    ')}\n`)
}

const said = (outcome, type, { file = '', message }) => {
  const absent = NOT_PRESENT.exec(message)
  if (absent === null) {
    if (type === 'test:stderr') process.stderr.write(message)
  } else if (existsSync('../shared')) tell(outcome, { file, name: 'cases left out' }, message)
  else outcome.absent += Number(absent[1])
}
