import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BACKOFF_CAP_MS, nextDelayMs } from './backoff.ts'

test('a source that answers is asked again after its interval, give or take a tenth', () => {
  assert.equal(nextDelayMs(60_000, 0, 0), 54_000)
  assert.equal(nextDelayMs(60_000, 0, 0.5), 60_000)
})

test('each failure doubles the wait up to a quarter of an hour', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 50].map((failures) => nextDelayMs(60_000, failures, 0)),
    [60_000, 120_000, 240_000, 480_000, 900_000, 900_000],
  )
})

test('a bad key waits long at once, and a source that names a time is given it', () => {
  assert.equal(nextDelayMs(60_000, 1, 0, { hopeless: true }), BACKOFF_CAP_MS)
  assert.equal(nextDelayMs(60_000, 1, 0, { retryAfterMs: 200_000 }), 200_000)
  assert.equal(nextDelayMs(60_000, 1, 0, { retryAfterMs: 1e12 }), BACKOFF_CAP_MS)
})

test('no wait is shorter than half the interval or longer than the cap', () => {
  const everyMs = fc.integer({ min: 1_000, max: BACKOFF_CAP_MS })
  fc.assert(
    fc.property(everyMs, fc.nat(100), fc.double({ min: 0, max: 0.999, noNaN: true }), (every, failures, chance) => {
      const delay = nextDelayMs(every, failures, chance)
      assert(delay >= Math.floor(every / 2) && delay <= Math.ceil(BACKOFF_CAP_MS * 1.1))
    }),
  )
})
