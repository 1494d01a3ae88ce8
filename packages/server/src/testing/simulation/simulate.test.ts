import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulateMany } from './many.ts'
import { simulate } from './simulate.ts'

const SEEDS = 1_000

test('no promise is broken in a thousand lives of cut, lost, restored and stood-in regions', () => {
  const { broken, totals, troubles, sizes } = simulateMany(1, SEEDS)
  assert.deepEqual(broken, [])
  // The trouble was real: beds were promised across regions, and logs were forked and taken up again.
  assert.ok(totals.crossRegion > SEEDS, `${totals.crossRegion} beds across regions`)
  assert.ok(totals.epochs > 5 * SEEDS, `${totals.epochs} epochs`)
  for (const [trouble, times] of Object.entries(troubles)) assert.ok(times > SEEDS / 2, `${trouble} ${times} times`)
  assert.deepEqual(sizes, [3, 17])
})

test('the same seed gives the same life', () => {
  assert.deepEqual(simulate(7), simulate(7))
})

for (const fault of ['last-write-wins', 'cursor-on-identity', 'no-epoch'] as const) {
  test(`the simulation notices ${fault}`, () => {
    const { broken } = simulateMany(1, 40, { fault })
    assert.ok(broken.length > 20, `noticed in ${broken.length} of 40 lives`)
  })
}
