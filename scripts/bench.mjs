// npm run bench -- NAME: runs bench/NAME.ts, prints its table and, as the last line, its figures as one JSON object.
import './lib/needs-node.mjs'
import { existsSync, globSync } from 'node:fs'
import { basename } from 'node:path'

const [name = ''] = process.argv.slice(2)
const file = new URL(`../bench/${name}.ts`, import.meta.url)
if (!/^[a-z0-9-]+$/.test(name) || !existsSync(file)) {
  const known = globSync('bench/*.ts')
    .map((path) => basename(path, '.ts'))
    .filter((one) => !one.includes('.'))
    .sort()
  process.stderr.write(`usage: npm run bench -- ${known.join(' | ')}\n`)
  process.exit(2)
}
const { run } = await import(file.href)
const { table, summary } = await run()
if (typeof table === 'string') process.stdout.write(`${table.trimEnd()}\n`)
else console.table(table)
process.stdout.write(`${JSON.stringify(summary)}\n`)
process.exit(0)
