import assert from 'node:assert/strict'
import { afterEach, beforeEach, mock, test } from 'node:test'
import { paced } from './paced.ts'

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 }))
afterEach(() => mock.timers.reset())

const writing = () => {
  const written: string[] = []
  return { written, pace: paced<string>((one) => written.push(one), 1_500) }
}

test('each thing is written at once, and then its newest state when its time has come', () => {
  const { written, pace } = writing()
  for (const state of ['a1', 'a2', 'a3']) pace.add('a', state)
  pace.add('b', 'b1')
  assert.deepEqual(written, ['a1', 'b1'])
  mock.timers.tick(1_499)
  assert.deepEqual(written, ['a1', 'b1'])
  mock.timers.tick(1)
  assert.deepEqual(written, ['a1', 'b1', 'a3'])
  mock.timers.tick(60_000)
  pace.add('a', 'a4')
  assert.deepEqual(written, ['a1', 'b1', 'a3', 'a4'])
})

test('what waits for its time can be written now, once', () => {
  const { written, pace } = writing()
  for (const state of ['a1', 'a2']) pace.add('a', state)
  pace.flush()
  pace.flush()
  assert.deepEqual(written, ['a1', 'a2'])
  pace.add('a', 'a3')
  mock.timers.tick(1_500)
  assert.deepEqual(written, ['a1', 'a2', 'a3'])
  mock.timers.tick(60_000)
  assert.deepEqual(written, ['a1', 'a2', 'a3'])
})
