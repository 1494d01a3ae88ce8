import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HOLD_STATES } from '@dure/contract'
import fc from 'fast-check'
import {
  decideHold,
  grantHold,
  HOLD_ACTORS,
  HOLD_EVENT_ACTORS,
  HOLD_EVENTS,
  HOLD_TRANSITIONS,
  type Hold,
  type HoldActor,
  type HoldEvent,
  isLiveHold,
} from './holds.ts'

const MINUTE_MS = 60_000
const granted = grantHold('slot', 'request', 6, 0)
const done = (hold: Hold, event: HoldEvent, actor: HoldActor, nowMs: number): Hold => {
  const next = decideHold(hold, event, actor, hold.fencing, nowMs)
  assert.ok(next.ok, next.ok ? '' : next.error.reason)
  return next.value
}
const code = (...args: Parameters<typeof decideHold>) => {
  const next = decideHold(...args)
  return next.ok ? next.value.state : next.error.code
}

test('every state, event and role of a hold is allowed or refused with a reason', () => {
  for (const state of HOLD_STATES)
    for (const event of HOLD_EVENTS)
      for (const actor of HOLD_ACTORS) {
        const next = decideHold({ ...granted, state }, event, actor, 7, event === 'expire' ? 30 * MINUTE_MS : 0)
        if (next.ok) {
          assert.equal(next.value.state, HOLD_TRANSITIONS[state][event])
          assert.ok(HOLD_EVENT_ACTORS[event].includes(actor))
        } else assert.ok(next.error.reason.length > 5)
      }
})

test('a hold lives 30 minutes and is extended twice at most, each time by as much', () => {
  assert.equal(granted.expiresAtMs, 30 * MINUTE_MS)
  const once = done(granted, 'extend', 'asking_desk', 29 * MINUTE_MS)
  const twice = done(once, 'extend', 'asking_desk', 59 * MINUTE_MS)
  assert.deepEqual([once.expiresAtMs, twice.expiresAtMs], [60 * MINUTE_MS, 90 * MINUTE_MS])
  assert.equal(code(twice, 'extend', 'asking_desk', 7, 61 * MINUTE_MS), 'hold-extensions-spent')
})

test('at its last moment a hold has run out: not before, and not later', () => {
  const end = granted.expiresAtMs
  assert.equal(code(granted, 'confirm', 'requester', 7, end - 1), 'confirmed')
  assert.equal(code(granted, 'expire', 'system', 7, end - 1), 'hold-not-due')
  assert.equal(code(granted, 'confirm', 'requester', 7, end), 'hold-expired')
  assert.equal(code(granted, 'extend', 'requester', 7, end), 'hold-expired')
  assert.equal(code(granted, 'expire', 'system', 7, end), 'expired')
})

test('a confirmed hold has no end by time', () => {
  const confirmed = done(granted, 'confirm', 'requester', 1)
  assert.equal(code(confirmed, 'expire', 'system', 7, 1e12), 'not-possible-now')
  assert.equal(code(confirmed, 'occupy', 'holding_hospital', 7, 1e12), 'occupied')
})

test('a message of an older hold does not touch the present one', () => {
  assert.equal(code(granted, 'release', 'asking_desk', 6, 0), 'fencing-too-old')
})

test('what has ended does not come alive again, and fencing numbers only rise', () => {
  const step = fc.record({
    event: fc.constantFrom(...HOLD_EVENTS),
    actor: fc.constantFrom(...HOLD_ACTORS),
    minutes: fc.integer({ min: 0, max: 40 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let hold = grantHold('slot', 'first', 0, 0)
      let nowMs = 0
      for (const { event, actor, minutes } of steps) {
        nowMs += minutes * MINUTE_MS
        const next = decideHold(hold, event, actor, hold.fencing, nowMs)
        if (!next.ok) continue
        assert.ok(isLiveHold(hold.state) || !isLiveHold(next.value.state))
        assert.ok(next.value.extensions <= 2)
        hold = next.value
        if (isLiveHold(hold.state)) continue
        const following = grantHold('slot', 'next', hold.fencing, nowMs)
        assert.ok(following.fencing > hold.fencing)
        hold = following
      }
    }),
  )
})
