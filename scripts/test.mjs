// npm test [-- part of a path]; npm run test:pg; npm run test:e2e
import './lib/needs-node.mjs'
import { filesOf, PARTS } from './lib/parts.mjs'
import { runTests } from './lib/run-tests.mjs'
import { withTestServer } from './lib/server.mjs'

const [part = 'pure', only] = process.argv.slice(2)
if (!Object.hasOwn(PARTS, part)) {
  process.stderr.write(`usage: node scripts/test.mjs ${Object.keys(PARTS).join('|')} [part of a path]\n`)
  process.exit(2)
}
const files = filesOf(part, only)
if (files.length === 0)
  process.stdout.write(`no ${part} test files${only === undefined ? '' : ` with "${only}" in their path`}\n`)
const work = () => runTests(files, part === 'e2e' ? { concurrency: 1, timeout: 300_000 } : {})
const { passed, failed, absent, seconds } = part === 'pure' ? await work() : await withTestServer(work)
if (absent > 0) process.stdout.write(`${absent} cases not present (../shared absent)\n`)
process.stdout.write(`${part}: ${files.length} files in ${seconds.toFixed(1)} s\n${passed} passed, ${failed} failed\n`)
process.exit(failed === 0 ? 0 : 1)
