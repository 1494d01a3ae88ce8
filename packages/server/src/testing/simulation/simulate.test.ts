import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Fault } from './copies.ts'
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
  // And copies began with snapshots, also the own ones of cells that had lost everything.
  assert.ok(totals.begun > 5 * SEEDS, `${totals.begun} copies begun with a snapshot`)
  assert.ok(totals.begunOwn > SEEDS / 20, `${totals.begunOwn} own logs begun with a snapshot`)
  assert.deepEqual(sizes, [3, 17])
})

test('the same seed gives the same life', () => {
  assert.deepEqual(simulate(7), simulate(7))
})

/** Of 40 lives, in how many a planted fault has to show: a snapshot is not begun with in each of them. */
const NOTICED: Readonly<Record<Exclude<Fault, 'none'>, number>> = {
  'last-write-wins': 20,
  'cursor-on-identity': 20,
  'no-epoch': 20,
  'snapshot-without-its-tail': 20,
  'snapshot-of-too-little': 10,
}

for (const [fault, least] of Object.entries(NOTICED) as [Fault, number][]) {
  test(`the simulation notices ${fault}`, () => {
    const { broken } = simulateMany(1, 40, { fault })
    assert.ok(broken.length > least, `noticed in ${broken.length} of 40 lives`)
  })
}
