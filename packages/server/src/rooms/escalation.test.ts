import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ACK_TIMES, skipRung, TRIES, tryAt } from './escalation.ts'

const times = fc
  .tuple(fc.integer({ min: 0, max: 2e12 }), fc.integer({ min: ACK_TIMES.soonestMs, max: ACK_TIMES.latestMs }))
  .map(([asked, ms]) => ({ asked, due: asked + ms }))

const all = (asked: number, due: number) =>
  Array.from({ length: TRIES }, (_, step) => {
    const one = tryAt(asked, due, step)
    assert.ok(one)
    return one
  })

test('tries never go back in time, begin at once, and end', () => {
  fc.assert(
    fc.property(times, ({ asked, due }) => {
      const tries = all(asked, due)
      assert.equal(tries[0]?.atMs, asked)
      for (let at = 1; at < tries.length; at += 1) assert.ok((tries[at]?.atMs ?? 0) >= (tries[at - 1]?.atMs ?? 0))
      assert.equal(tryAt(asked, due, TRIES), undefined)
    }),
  )
})

test('nobody but the one on call is called before the deadline', () => {
  fc.assert(
    fc.property(times, ({ asked, due }) => {
      for (const one of all(asked, due)) if (one.rung !== 'on_call') assert.ok(one.atMs >= due)
    }),
  )
})

test('rungs and channels come in their order: push, SMS, voice, then the next person', () => {
  const tries = all(0, 15 * 60_000).map(({ rung, channel, atMs }) => `${rung} ${channel} ${atMs / 60_000}`)
  assert.deepEqual(tries, [
    'on_call push 0',
    'on_call sms 5',
    'on_call voice 10',
    'second push 15',
    'second sms 20',
    'second voice 25',
    'desk_lead push 30',
    'desk_lead sms 35',
    'desk_lead voice 40',
    'neighbour push 45',
    'neighbour sms 50',
    'neighbour voice 55',
  ])
})

test('a rung without anybody is passed over', () => {
  assert.deepEqual([0, 1, 2, 3, 11].map(skipRung), [3, 3, 3, 6, 12])
})
