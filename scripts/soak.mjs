// npm run soak -- rooms [--kills 50]: kills the server at random moments under load and counts what was lost, doubled or unheard.
import './lib/needs-node.mjs'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { kills: { type: 'string', default: '50' } },
})
if (positionals[0] !== 'rooms' || !/^[1-9]\d{0,3}$/.test(values.kills)) {
  process.stderr.write('usage: npm run soak -- rooms [--kills 50]\n')
  process.exit(2)
}
const { soakRooms } = await import('../packages/server/src/testing/rooms-soak.ts')
const result = await soakRooms({ kills: Number(values.kills) })
console.table(result)
const broken = ['lost', 'doubled', 'gaps', 'unheard', 'heardTwice'].filter((what) => result[what] !== 0)
const withinAims = broken.length === 0 && result.resumeMaxMs <= 3_000
process.stdout.write(`${JSON.stringify({ name: 'soak-rooms', ...result, withinAims })}\n`)
process.exit(broken.length === 0 ? 0 : 1)
