import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OFFER_STATES, type OfferState, SEVERITIES, URGENCIES } from '@dure/contract'
import fc from 'fast-check'
import {
  decideOffer,
  isOpenOffer,
  nextOffers,
  OFFER_ACTORS,
  OFFER_EVENT_ACTORS,
  OFFER_EVENTS,
  OFFER_TRANSITIONS,
  type OfferFacts,
  offerPolicy,
} from './offers.ts'

const facts = (rest: Partial<OfferFacts> = {}): OfferFacts => ({
  nowMs: 0,
  expiresAtMs: 600_000,
  designation: false,
  conditions: 'only until Monday',
  declineReason: 'staff',
  declineNote: 'one nurse for ten beds',
  ...rest,
})
const code = (...args: Parameters<typeof decideOffer>) => {
  const decision = decideOffer(...args)
  return decision.ok ? decision.value.to : decision.error.code
}
const OVER = { nowMs: 600_000 }

test('every state, event and role of an offer is allowed or refused with a reason', () => {
  for (const state of OFFER_STATES)
    for (const event of OFFER_EVENTS)
      for (const actor of OFFER_ACTORS) {
        const decision = decideOffer(state, event, actor, facts())
        if (decision.ok) {
          assert.equal(decision.value.to, OFFER_TRANSITIONS[state][event])
          assert.ok(OFFER_EVENT_ACTORS[event].includes(actor))
        } else assert.ok(decision.error.reason.length > 5)
      }
})

test('an answer is final, and so is its absence', () => {
  for (const state of OFFER_STATES.filter((one) => !isOpenOffer(one)))
    for (const event of OFFER_EVENTS) assert.equal(OFFER_TRANSITIONS[state][event], null, `${state} ${event}`)
})

test('receipts in any order never lead back', () => {
  const rank = (state: OfferState) => OFFER_STATES.indexOf(state)
  fc.assert(
    fc.property(fc.array(fc.constantFrom('deliver', 'see', 'acknowledge' as const)), (events) => {
      let state: OfferState = 'sent'
      for (const event of events) {
        const next: OfferState | null = OFFER_TRANSITIONS[state][event]
        assert.ok(next !== null && rank(next) >= rank(state))
        state = next
      }
    }),
  )
})

test('an acceptance asks for a hold; with conditions it leaves them open', () => {
  const effects = (event: 'accept' | 'accept_with_conditions') => {
    const decision = decideOffer('seen', event, 'asked_hospital', facts())
    return decision.ok ? decision.value.effects : []
  }
  assert.deepEqual(effects('accept'), [{ kind: 'cancel_expiry' }, { kind: 'grant_hold', conditionsOpen: false }])
  assert.deepEqual(effects('accept_with_conditions').at(-1), { kind: 'grant_hold', conditionsOpen: true })
  assert.equal(code('seen', 'accept_with_conditions', 'asked_hospital', facts({ conditions: ' ' })), 'detail-missing')
})

test('the last moment is too late', () => {
  assert.equal(code('seen', 'accept', 'asked_hospital', facts({ nowMs: 599_999 })), 'accepted')
  assert.equal(code('seen', 'accept', 'asked_hospital', facts(OVER)), 'offer-expired')
  assert.equal(code('seen', 'expire', 'system', facts()), 'offer-not-due')
  assert.equal(code('seen', 'expire', 'system', facts(OVER)), 'expired')
})

test('a decline names a reason of the list, and "other" in words', () => {
  const { declineReason: _, ...none } = facts()
  assert.equal(code('sent', 'decline', 'asked_hospital', none), 'detail-missing')
  assert.equal(
    code('sent', 'decline', 'asked_hospital', facts({ declineReason: 'other', declineNote: '' })),
    'designation-needs-reason',
  )
  assert.equal(code('sent', 'decline', 'asked_hospital', facts({ declineReason: 'bed', declineNote: '' })), 'declined')
})

test('"the data is wrong" makes the report doubtful and asks the next hospital', () => {
  const decision = decideOffer('sent', 'decline', 'asked_hospital', facts({ declineReason: 'data_wrong' }))
  assert.ok(decision.ok)
  assert.deepEqual(decision.value.effects, [
    { kind: 'cancel_expiry' },
    { kind: 'distrust_report' },
    { kind: 'offer_next' },
  ])
})

test('in war a designation is refused with words or stands when its time is over; in peace silence accepts nothing', () => {
  const war = { designation: true }
  assert.equal(
    code('sent', 'decline', 'asked_hospital', facts({ ...war, declineNote: '' })),
    'designation-needs-reason',
  )
  assert.equal(code('sent', 'decline', 'asked_hospital', facts(war)), 'declined')
  assert.equal(code('sent', 'deem_accepted', 'system', facts(war)), 'offer-not-due')
  assert.equal(code('sent', 'deem_accepted', 'system', facts({ ...war, ...OVER })), 'accepted')
  assert.equal(code('sent', 'expire', 'system', facts({ ...war, ...OVER })), 'not-possible-now')
  assert.equal(code('sent', 'deem_accepted', 'system', facts(OVER)), 'not-possible-now')
})

test('severe and immediate requests are offered to three at once, others one after another', () => {
  for (const severity of SEVERITIES)
    for (const urgency of URGENCIES) {
      const three = severity === 'severe' || severity === 'critical' || urgency === 'immediate'
      assert.equal(offerPolicy(severity, urgency, 'peace').parallel, three ? 3 : 1)
    }
  assert.deepEqual(offerPolicy('moderate', 'within_4h', 'war'), { parallel: 1, ttlMs: 1_200_000, designation: true })
})

test('never more offers are open than the policy says, nobody is asked twice, and the best are asked first', () => {
  const ids = ['a', 'b', 'c', 'd', 'e']
  fc.assert(
    fc.property(fc.subarray(ids), fc.integer({ min: 0, max: 4 }), fc.constantFrom(1, 3), (asked, open, parallel) => {
      const next = nextOffers({ parallel, ttlMs: 1, designation: false }, ids, new Set(asked), open)
      const free = ids.filter((id) => !asked.includes(id))
      assert.deepEqual(next, free.slice(0, next.length))
      assert.equal(next.length, Math.min(free.length, Math.max(0, parallel - open)))
    }),
  )
})
