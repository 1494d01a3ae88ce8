// npm run sim -- --seeds 100000 | --seed 22 | --fault no-epoch
import './lib/needs-node.mjs'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    fault: { type: 'string', default: 'none' },
  },
})
const { simulate } = await import('../packages/server/src/testing/simulation/simulate.ts')
const { simulateMany } = await import('../packages/server/src/testing/simulation/many.ts')
const options = { fault: values.fault }
if (values.seed !== undefined) {
  const run = simulate(Number(values.seed), options)
  process.stdout.write(`${JSON.stringify(run, null, 2)}\n`)
  process.exit(run.violations.length === 0 ? 0 : 1)
}
const count = Number(values.seeds)
const started = performance.now()
const { broken, totals, troubles, sizes } = simulateMany(Number(values.from), count, options)
const seconds = (performance.now() - started) / 1_000
console.table({ seeds: count, broken: broken.length, ...totals, seconds: Math.round(seconds) })
process.stdout.write(`${sizes.join(' to ')} cells each\n`)
console.table(troubles)
for (const { seed, violations } of broken.slice(0, 10)) process.stdout.write(`seed ${seed}: ${violations[0]}\n`)
process.stdout.write(
  `${JSON.stringify({ name: 'sim', seeds: count, broken: broken.length, ...totals, seconds, troubles })}\n`,
)
process.exit(broken.length === 0 ? 0 : 1)
