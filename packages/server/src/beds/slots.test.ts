import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SLOT_STATES } from '@dure/contract'
import {
  decideShareChange,
  decideSlot,
  SLOT_ACTORS,
  SLOT_EVENT_ACTORS,
  SLOT_EVENTS,
  SLOT_TRANSITIONS,
} from './slots.ts'

const DETAILS = { blockedReason: 'staff', opensInHours: 2 } as const
const code = (...args: Parameters<typeof decideSlot>) => {
  const decision = decideSlot(...args)
  return decision.ok ? decision.value.status.state : decision.error.code
}

test('every state, event and role of a slot is allowed or refused with a reason', () => {
  for (const state of SLOT_STATES)
    for (const event of SLOT_EVENTS)
      for (const actor of SLOT_ACTORS) {
        const decision = decideSlot(state, event, actor, DETAILS)
        if (decision.ok) {
          assert.equal(decision.value.status.state, SLOT_TRANSITIONS[state][event])
          assert.ok(SLOT_EVENT_ACTORS[event].includes(actor))
        } else assert.ok(decision.error.reason.length > 5)
      }
})

test('only an available slot can be held, and everything else is taken', () => {
  for (const state of SLOT_STATES)
    assert.equal(code(state, 'hold', 'system'), state === 'available' ? 'held' : 'slot-taken')
})

test('no person holds, releases or fills a held bed by hand: placing does', () => {
  for (const event of ['hold', 'release', 'occupy'] as const)
    for (const actor of ['own_hospital', 'region_desk'] as const)
      for (const state of SLOT_STATES) assert.equal(code(state, event, actor), 'role-not-allowed')
})

test('a bed that has been left is cleaned before it is promised again', () => {
  assert.equal(code('occupied', 'discharge', 'own_hospital'), 'cleaning')
  assert.equal(code('cleaning', 'hold', 'system'), 'slot-taken')
  assert.equal(code('cleaning', 'open', 'own_hospital'), 'available')
})

test('a held bed that breaks is lost to its request in the same step', () => {
  const decision = decideSlot('held', 'block', 'own_hospital', { blockedReason: 'maintenance' })
  assert.ok(decision.ok)
  assert.deepEqual(decision.value.effects, [{ kind: 'lose_hold' }])
  assert.deepEqual(decision.value.status, { state: 'blocked', reason: 'maintenance' })
})

test('a block names its reason and a surge bed its hours', () => {
  assert.equal(code('available', 'block', 'own_hospital'), 'detail-missing')
  assert.equal(code('closed', 'plan_surge', 'own_hospital'), 'detail-missing')
  assert.equal(code('closed', 'plan_surge', 'own_hospital', { opensInHours: -1 }), 'detail-missing')
  assert.equal(code('closed', 'plan_surge', 'region_desk', DETAILS), 'surge')
})

test('the region may open a surge bed, but not a bed the hospital has closed or blocked', () => {
  assert.equal(code('surge', 'open', 'region_desk'), 'available')
  for (const state of ['blocked', 'closed', 'cleaning'] as const)
    assert.equal(code(state, 'open', 'region_desk'), 'role-not-allowed')
})

test('the right to place changes hands when both agree and nobody is promised the bed', () => {
  const both = { hospital: true, region: true }
  const share = (...args: Parameters<typeof decideShareChange>) => {
    const change = decideShareChange(...args)
    return change.ok ? change.value : change.error.code
  }
  assert.equal(share('available', 'own_use', 'placeable', both), 'placeable')
  assert.equal(share('available', 'own_use', 'placeable', { ...both, region: false }), 'share-change-needs-both')
  assert.equal(share('available', 'placeable', 'own_use', { ...both, hospital: false }), 'share-change-needs-both')
  for (const state of ['held', 'occupied'] as const)
    assert.equal(share(state, 'placeable', 'own_use', both), 'not-possible-now')
  assert.equal(share('held', 'placeable', 'placeable', { hospital: false, region: false }), 'placeable')
})
