import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ACK_TIMES, channelAt, endOf, nextTime, placeOf, rungAt, skipRung, TOP, timeOf } from './escalation.ts'

const MINUTE = 60_000
const times = fc
  .tuple(fc.integer({ min: 0, max: 2e12 }), fc.integer({ min: ACK_TIMES.soonestMs, max: ACK_TIMES.latestMs }))
  .map(([asked, ms]) => ({ asked, due: asked + ms }))

test('tries never go back in time and begin at once', () => {
  fc.assert(
    fc.property(times, ({ asked, due }) => {
      const all = Array.from({ length: 40 }, (_, tries) => timeOf(asked, due, tries))
      assert.equal(all[0], asked)
      for (let at = 1; at < all.length; at += 1) assert.ok((all[at] ?? 0) >= (all[at - 1] ?? 0))
    }),
  )
})

test('three tries at most are made before the deadline, so nobody but who was reached first is called before it', () => {
  fc.assert(
    fc.property(times, ({ asked, due }) => {
      for (let tries = 3; tries < 40; tries += 1) assert.ok(timeOf(asked, due, tries) >= due)
    }),
  )
})

test('a pursuit of any length, with restarts of any length in between, ends when its policy ends and not before', () => {
  fc.assert(
    fc.property(times, fc.array(fc.integer({ min: 0, max: 90 * MINUTE })), ({ asked, due }, delays) => {
      let now = asked
      for (let tries = 0; now < endOf(due); tries += 1) {
        const next = nextTime({ askedMs: asked, dueMs: due, tries }, now)
        assert.ok(next > now, 'goes on')
        assert.ok(next <= Math.max(endOf(due), now), 'not beyond its end')
        assert.ok(next - now >= ACK_TIMES.leastMs || next === endOf(due), 'leaves time to answer')
        now = next + (delays[tries] ?? 0)
      }
    }),
  )
})

test('rungs and channels come in their order: push, SMS, voice, then the next person; above the top channels go on in turn', () => {
  const places = Array.from({ length: TOP }, (_, place) => rungAt(place))
  assert.deepEqual(
    places.map((one) => `${one?.rung} ${one?.channel}`),
    ['on_call', 'second', 'desk_lead', 'neighbour'].flatMap((rung) =>
      ['push', 'sms', 'voice'].map((channel) => `${rung} ${channel}`),
    ),
  )
  assert.equal(rungAt(TOP), undefined)
  assert.deepEqual([TOP, TOP + 1, TOP + 2, TOP + 3].map(channelAt), ['push', 'sms', 'voice', 'push'])
})

test('with a quarter of an hour, tries come every five minutes, three of them before the deadline', () => {
  const minutes = Array.from({ length: 7 }, (_, tries) => timeOf(0, 15 * MINUTE, tries) / MINUTE)
  assert.deepEqual(minutes, [0, 5, 10, 15, 20, 25, 30])
})

test('a rung without anybody is passed over', () => {
  assert.deepEqual([0, 1, 2, 3, 11].map(skipRung), [3, 3, 3, 6, 12])
  assert.deepEqual((['on_call', 'second', 'desk_lead', 'neighbour'] as const).map(placeOf), [0, 3, 6, 9])
})
