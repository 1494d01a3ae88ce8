import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SEVERITIES, URGENCIES } from '@dure/contract'
import fc from 'fast-check'
import { AGEING_STEP_MS, queueLevel, queueOrder, type Waiting } from './queue-order.ts'

const NOW_MS = 1_667_358_000_000
const HOUR_MS = 3_600_000
const waiting = (id: string, rest: Partial<Waiting> = {}): Waiting => ({
  id,
  severity: 'moderate',
  urgency: 'within_24h',
  deteriorating: false,
  waitingSinceMs: NOW_MS,
  ...rest,
})
const ids = (requests: readonly Waiting[], nowMs = NOW_MS) => queueOrder(requests, nowMs).map(({ id }) => id)

test('the sicker come first, then those who get worse, then those who have waited longer', () => {
  const queue = [
    waiting('mild', { severity: 'mild' }),
    waiting('later'),
    waiting('sooner', { waitingSinceMs: NOW_MS - HOUR_MS }),
    waiting('worse', { deteriorating: true }),
    waiting('severe', { severity: 'severe' }),
    waiting('critical', { severity: 'critical' }),
  ]
  assert.deepEqual(ids(queue), ['critical', 'severe', 'worse', 'sooner', 'later', 'mild'])
})

test('a doctor’s "at once" counts as much as the class', () => {
  assert.deepEqual(ids([waiting('severe', { severity: 'severe' }), waiting('trauma', { urgency: 'immediate' })]), [
    'trauma',
    'severe',
  ])
})

test('a patient of whom nothing is known is treated as severe until somebody looks', () => {
  assert.deepEqual(ids([waiting('moderate'), waiting('unknown', { severity: null })]), ['unknown', 'moderate'])
})

const anyWaiting = fc
  .record({
    severity: fc.option(fc.constantFrom(...SEVERITIES)),
    urgency: fc.constantFrom(...URGENCIES),
    deteriorating: fc.boolean(),
    waited: fc.integer({ min: 0, max: 60 * HOUR_MS }),
  })
  .map(({ waited, ...rest }) => ({ ...rest, waitingSinceMs: NOW_MS - waited }))
const queue = fc.array(anyWaiting, { maxLength: 20 }).map((all) => all.map((rest, at) => waiting(`r${at}`, rest)))

test('the order does not depend on the order given, and everybody is in it once', () => {
  fc.assert(
    fc.property(queue, (requests) => {
      assert.deepEqual(ids([...requests].reverse()), ids(requests))
      assert.equal(new Set(ids(requests)).size, requests.length)
    }),
  )
})

test('nobody starves: after 36 hours no newcomer of any kind stands before a patient', () => {
  fc.assert(
    fc.property(queue, anyWaiting, anyWaiting, (others, old, newcomer) => {
      const later = NOW_MS + 9 * AGEING_STEP_MS
      const all = [...others, waiting('old', old), waiting('new', { ...newcomer, waitingSinceMs: NOW_MS + 1 })]
      const order = ids(all, later)
      assert.ok(order.indexOf('old') < order.indexOf('new'))
    }),
  )
})

test('waiting never moves a patient back', () => {
  fc.assert(
    fc.property(anyWaiting, fc.nat(48 * HOUR_MS), (rest, more) => {
      const one = waiting('one', rest)
      assert.ok(queueLevel(one, NOW_MS + more) <= queueLevel(one, NOW_MS))
    }),
  )
})
