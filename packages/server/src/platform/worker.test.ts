import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { makeLogger } from './logger.ts'
import { startWorker } from './worker.ts'

const log = makeLogger('silent', undefined)
const EVERY_MS = 1_000
const REST_MS = 10

beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
afterEach(() => mock.timers.reset())

/** Lets everything run that needs no time. */
const settle = () => new Promise((resolve) => setImmediate(resolve))
const pass = async (ms: number) => {
  mock.timers.tick(ms)
  await settle()
}

/** A worker whose rounds are counted; `full` rounds say that there may be more. */
const counted = async ({ restMs = 0, full = 0 } = {}) => {
  let rounds = 0
  const round = async () => {
    rounds += 1
    return rounds <= full
  }
  const worker = startWorker('counted', EVERY_MS, round, log, restMs)
  await settle()
  return { worker, rounds: () => rounds }
}

test('a worker looks at once, whenever it is woken, and otherwise every so often', async () => {
  const { worker, rounds } = await counted()
  assert.equal(rounds(), 1)
  worker.wake()
  await settle()
  assert.equal(rounds(), 2)
  await pass(EVERY_MS - 1)
  assert.equal(rounds(), 2)
  await pass(1)
  assert.equal(rounds(), 3)
  await worker.close()
})

test('what wakes a resting worker is done together when the rest is over, and the first wake after a pause at once', async () => {
  const { worker, rounds } = await counted({ restMs: REST_MS })
  for (let wakes = 0; wakes < 5; wakes += 1) worker.wake()
  await pass(REST_MS - 1)
  assert.equal(rounds(), 1)
  await pass(1)
  assert.equal(rounds(), 2)
  await pass(REST_MS)
  worker.wake()
  await settle()
  assert.equal(rounds(), 3)
  await worker.close()
})

test('a round that was full is followed by the next without a rest', async () => {
  const { worker, rounds } = await counted({ restMs: REST_MS, full: 3 })
  assert.equal(rounds(), 4)
  await worker.close()
})

test('a round that throws is tried again at the next turn, and a closed worker does nothing more', async () => {
  let rounds = 0
  const worker = startWorker(
    'failing',
    EVERY_MS,
    async () => {
      rounds += 1
      throw new Error('not now')
    },
    log,
    REST_MS,
  )
  await settle()
  await pass(REST_MS)
  await pass(EVERY_MS)
  assert.equal(rounds, 2)
  await worker.close()
  worker.wake()
  await pass(EVERY_MS)
  assert.equal(rounds, 2)
})
