import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REQUEST_STATES } from '@dure/contract'
import fc from 'fast-check'
import { ADVANCE, keptOf } from './same-patient.ts'

const side = fc.record({
  id: fc.string({ minLength: 1 }),
  state: fc.constantFrom(...REQUEST_STATES.filter((state) => ADVANCE[state] !== null)),
  waitingSinceMs: fc.integer({ min: 0, max: 3 }),
})

test('both regions keep the same one of two', () => {
  fc.assert(
    fc.property(side, side, (one, other) => {
      fc.pre(one.id !== other.id)
      assert.equal(keptOf(one, other) === 'mine', keptOf(other, one) === 'theirs')
    }),
  )
})

test('the further-advanced is kept, and what is over competes with nobody', () => {
  const at = (state: (typeof REQUEST_STATES)[number], id = 'a') => ({ id, state, waitingSinceMs: 0 })
  assert.equal(keptOf(at('matching'), at('confirmed')), 'theirs')
  assert.equal(keptOf(at('in_transit'), at('confirmed')), 'mine')
  assert.equal(keptOf(at('matching'), at('cancelled')), 'mine')
  assert.equal(keptOf(at('held'), at('admitted')), 'theirs')
  assert.equal(keptOf(at('held', 'a'), at('held', 'b')), 'mine')
})
