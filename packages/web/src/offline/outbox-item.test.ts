import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toProblem } from '@dure/contract'
import fc from 'fast-check'
import { backoffMs } from './backoff.ts'
import {
  afterTry,
  inOrder,
  isOld,
  nextToBring,
  nextToSend,
  type OutboxItem,
  orderAfter,
  samePress,
} from './outbox-item.ts'

const waiting = (over: Partial<Extract<OutboxItem, { state: 'waiting' }>> = {}): OutboxItem => ({
  id: 'a',
  intent: 'accept:1',
  personId: 'p',
  endpointId: 'actOnOffer',
  label: { key: 'act.accept' },
  createdAt: 0,
  state: 'waiting',
  input: { body: { note: 'secret' } },
  attempts: 0,
  nextTryAt: 0,
  ...over,
})

test('no answer keeps the action waiting, with its input', () => {
  const after = afterTry(waiting(), { kind: 'no-answer' }, 1_000, 0)
  assert.equal(after.state, 'waiting')
  assert.ok(after.state === 'waiting' && after.nextTryAt > 1_000 && after.attempts === 1)
})

test('a settled action no longer holds what was typed', () => {
  for (const outcome of [
    { kind: 'accepted' },
    { kind: 'refused', problem: toProblem({ code: 'slot-taken' }) },
  ] as const)
    assert.ok(!JSON.stringify(afterTry(waiting(), outcome, 1, 0)).includes('secret'))
})

test('a refusal is final, a busy server is not', () => {
  const state = (code: 'slot-taken' | 'overloaded' | 'sign-in-needed') =>
    afterTry(waiting(), { kind: 'refused', problem: toProblem({ code }) }, 1, 0).state
  assert.equal(state('slot-taken'), 'refused')
  assert.equal(state('overloaded'), 'waiting')
  assert.equal(state('sign-in-needed'), 'waiting')
})

test('a server without room is asked again, however long, and the item says why it waits until the server is heard otherwise', () => {
  let item = waiting()
  for (let tries = 0; tries < 20; tries += 1)
    item = afterTry(item, { kind: 'refused', problem: toProblem({ code: 'storage-full' }) }, tries, 0)
  assert.ok(item.state === 'waiting' && item.putOff === 'storage-full' && item.attempts === 20)
  const unheard = afterTry(item, { kind: 'no-answer' }, 30, 0)
  assert.ok(unheard.state === 'waiting' && unheard.putOff === undefined)
  assert.deepEqual(Object.keys(afterTry(item, { kind: 'accepted' }, 31, 0)).includes('putOff'), false)
})

test('what the own cell may not decide waits for the neighbour that stands in for it, however often it is told so', () => {
  let item = waiting()
  for (let tries = 0; tries < 20; tries += 1)
    item = afterTry(item, { kind: 'refused', problem: toProblem({ code: 'stood-in' }) }, tries, 0)
  assert.ok(item.state === 'waiting' && item.putOff === 'stood-in' && item.input !== undefined)
})

test('a server that keeps making errors is asked five times and then reported', () => {
  let item = waiting()
  for (let tries = 0; tries < 5; tries += 1)
    item = afterTry(item, { kind: 'refused', problem: toProblem({ code: 'internal' }) }, tries, 0)
  assert.equal(item.state, 'refused')
})

test('a second press of the same button is the same action while it is on its way', () => {
  assert.equal(samePress([waiting()], 'p', 'accept:1', 5)?.id, 'a')
  assert.equal(samePress([waiting()], 'p', 'accept:2', 5), undefined)
  assert.equal(samePress([waiting()], 'somebody else', 'accept:1', 5), undefined)
})

test('an action never overtakes an earlier one of the same person', () => {
  const items = [waiting({ id: 'first', nextTryAt: 900 }), waiting({ id: 'second' })]
  assert.equal(nextToSend(items, 'p', 100), undefined)
  assert.equal(nextToSend(items, 'p', 900)?.id, 'first')
})

test('a message whose files are on their way holds back its own room and no other action', () => {
  const held = ({ id }: OutboxItem) => id === 'picture'
  const items = [
    waiting({ id: 'picture', intent: 'room:1:picture' }),
    waiting({ id: 'after', intent: 'room:1:after' }),
    waiting({ id: 'accept', intent: 'offer:1' }),
    waiting({ id: 'elsewhere', intent: 'room:2:elsewhere' }),
  ]
  assert.equal(nextToSend(items, 'p', 100, held)?.id, 'accept')
  assert.equal(nextToBring(items, 'p', 100, held)?.id, 'picture')
  assert.equal(nextToSend(items, 'p', 100)?.id, 'picture')
  const put = [waiting({ id: 'picture', intent: 'room:1:picture', nextTryAt: 900 }), ...items.slice(1)]
  assert.equal(nextToBring(put, 'p', 100, held), undefined)
  assert.equal(nextToSend(put, 'p', 100, held)?.id, 'accept')
})

test('what is still waiting is never forgotten, however old', () => {
  fc.assert(
    fc.property(fc.nat(), (now) => {
      assert.equal(isOld(waiting(), now), false)
    }),
  )
})

test('the order is that of doing, also when the clock of the device was put back, and whatever the store gives first', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 50 }), { minLength: 1, maxLength: 20 }), fc.nat(), (clock, seed) => {
      const done: OutboxItem[] = []
      for (const [number, now] of clock.entries())
        done.push(waiting({ id: `${number}`, createdAt: orderAfter(done, now) }))
      const shuffled = done.map((item, at) => ({ item, by: (at * 7919 + seed) % 13 })).sort((a, b) => a.by - b.by)
      assert.deepEqual(
        inOrder(shuffled.map(({ item }) => item)).map(({ id }) => id),
        done.map(({ id }) => id),
      )
    }),
  )
})

test('the wait grows, stays under the cap and is never nothing', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (attempt, chance) => {
        const ms = backoffMs(attempt, chance)
        assert.ok(ms >= 250 && ms <= 30_000)
      },
    ),
  )
})
