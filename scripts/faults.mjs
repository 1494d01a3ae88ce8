// npm run faults [-- --proxies] [-- part of a path]: four real processes, their network, disks and databases broken under load.
import './lib/needs-node.mjs'
import { globSync } from 'node:fs'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { FIGURES } from '../e2e/faults/figures.ts'
import { namespacesRefused, sweepNamespaces } from '../e2e/faults/namespaces.ts'
import { sweepDisks } from '../e2e/faults/small-disk.ts'

const wantsProxies = process.argv.includes('--proxies')
const only = process.argv.slice(2).find((word) => !word.startsWith('--')) ?? ''
const files = globSync('e2e/faults/*.faults.ts')
  .filter((file) => file.includes(only))
  .sort()
if (files.length === 0) {
  process.stderr.write(`no file of e2e/faults has "${only}" in its path\n`)
  process.exit(2)
}
const why = wantsProxies ? 'link proxies, as asked' : namespacesRefused()
const links = why === undefined ? 'namespaces' : 'proxies'
process.stdout.write(
  why === undefined
    ? 'Each cell in a network namespace of its own.\n'
    : `Ways between cells are proxies, not network namespaces: ${why}.\n`,
)

const sweep = () => {
  sweepNamespaces(process.pid)
  sweepDisks(process.pid)
}
process.on('exit', sweep)
// The files under way hear the terminal themselves; what they cannot clear away is cleared by us, at the end.
const asked = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => asked.abort())

const faults = []
const counts = { passed: 0, failed: 0 }
const argv = [`--owner=${process.pid}`, ...(links === 'namespaces' ? ['--namespaces'] : [])]
const started = performance.now()
const tests = run({ files, concurrency: 1, timeout: 900_000, argv, signal: asked.signal })
tests.on('test:diagnostic', ({ message }) => {
  if (message.startsWith(FIGURES)) faults.push({ ...JSON.parse(message.slice(FIGURES.length)), links })
})
tests.on('test:pass', ({ nesting, todo, details }) => {
  if (nesting === 0 && details?.type !== 'suite' && !todo) counts.passed += 1
})
tests.on('test:fail', ({ todo }) => {
  if (!todo) counts.failed += 1
})
tests.compose(spec()).pipe(process.stdout)
await new Promise((resolve) => tests.once('end', resolve))

const seconds = Math.round((performance.now() - started) / 1_000)
console.table(
  faults.map(({ fault, acknowledged, kept, twice, secondsToAgree }) => ({
    ...{ fault, acknowledged, kept, twice, 'seconds to agree': secondsToAgree },
  })),
)
for (const { fault, note } of faults) process.stdout.write(`${fault}: ${note}\n`)
process.stdout.write(`${JSON.stringify({ name: 'faults', links, ...counts, seconds, faults })}\n`)
process.exit(counts.failed === 0 && !asked.signal.aborted ? 0 : 1)
