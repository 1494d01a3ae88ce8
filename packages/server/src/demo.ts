// `npm run demo`: four cells of a small nation, or with --one a single cell. Only what is asked for is loaded.
import { enableCompileCache } from 'node:module'
import { COMPILE_CACHE } from './demo-cells/compile-cache.ts'
import { readFlags } from './demo-cells/flags.ts'

enableCompileCache(COMPILE_CACHE)
const flags = readFlags(process.argv.slice(2))
// Both name one cell: a database there is, a region to be.
const named = ['DATABASE_URL', 'DURE_REGION'].find((name) => (process.env[name] ?? '') !== '')
if (flags.story && named !== undefined) {
  process.stderr.write(`The story plays on four cells with databases of their own; unset ${named}\n`)
  process.exit(2)
}
if (flags.one || named !== undefined) {
  if (!flags.one) process.stderr.write(`One cell, because ${named} is set.\n`)
  await (await import('./demo-one.ts')).runOne(flags)
} else await (await import('./demo-cells.ts')).runCells(flags)
