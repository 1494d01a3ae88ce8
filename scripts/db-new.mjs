// npm run db:new -- one-verb-and-its-object: the next migration, numbered.
import './lib/needs-node.mjs'
import { readdirSync, writeFileSync } from 'node:fs'

const FOLDER = 'packages/server/migrations'
const [name = ''] = process.argv.slice(2)
if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
  process.stderr.write('usage: npm run db:new -- add-slot-label (small letters and hyphens)\n')
  process.exit(2)
}
const last = readdirSync(FOLDER)
  .map((file) => Number(/^(\d{4})-/.exec(file)?.[1] ?? 0))
  .reduce((a, b) => Math.max(a, b), 0)
const file = `${FOLDER}/${String(last + 1).padStart(4, '0')}-${name}.sql`
writeFileSync(file, '-- Why, and what runs on the old and the new shape meanwhile (expand, switch, contract).\n', {
  flag: 'wx',
})
process.stdout.write(`${file}\nWrite it, then: npm run db:dump\n`)
