import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionOf, looksElsewhere, OFFLINE_AFTER_MS, SILENT_MS, STOOD_IN_HOLDS_MS, trueAsOf } from './connection.ts'

const quiet = { heardAt: 1_000, streamFailingSince: null, requestsFailingSince: null, stoodInSaidAt: null }

test('nothing heard yet is not called connected', () => {
  assert.equal(connectionOf({ ...quiet, heardAt: null }, 5_000).state, 'connecting')
})

test('a stream and requests that answer are connected', () => {
  assert.deepEqual(connectionOf(quiet, 2_000), { state: 'connected', since: null, heardAt: 1_000 })
})

test('a failing request alone is enough to say reconnecting, since when', () => {
  assert.deepEqual(connectionOf({ ...quiet, requestsFailingSince: 3_000 }, 4_000), {
    state: 'reconnecting',
    since: 3_000,
    heardAt: 1_000,
  })
})

test('silence longer than the limit is called offline', () => {
  const state = connectionOf({ ...quiet, streamFailingSince: 3_000 }, 3_000 + OFFLINE_AFTER_MS).state
  assert.equal(state, 'offline')
})

test('while requests still answer, a lost stream is reconnecting and never offline', () => {
  const facts = { ...quiet, heardAt: 100_000, streamFailingSince: 3_000 }
  assert.equal(connectionOf(facts, 101_000).state, 'reconnecting')
})

test('a figure is as young as the last heartbeat only while the stream arrives and nothing said it changed', () => {
  assert.equal(trueAsOf(500, false, quiet), 1_000)
  assert.equal(trueAsOf(500, true, quiet), 500)
  assert.equal(trueAsOf(500, false, { ...quiet, streamFailingSince: 900 }), 500)
})

test('another server is looked for after some silence, and never because of a short one', () => {
  assert.equal(looksElsewhere(quiet, 1_000_000), false)
  for (const failing of ['requestsFailingSince', 'streamFailingSince'] as const) {
    assert.equal(looksElsewhere({ ...quiet, [failing]: 3_000 }, 3_000 + SILENT_MS - 1), false)
    assert.equal(looksElsewhere({ ...quiet, [failing]: 3_000 }, 3_000 + SILENT_MS), true)
  }
})

test('a server that says a neighbour stands in for it is left at once, and what it said does not hold for ever', () => {
  assert.equal(looksElsewhere({ ...quiet, stoodInSaidAt: 3_000 }, 3_000), true)
  assert.equal(looksElsewhere({ ...quiet, stoodInSaidAt: 3_000 }, 3_000 + STOOD_IN_HOLDS_MS), false)
})
