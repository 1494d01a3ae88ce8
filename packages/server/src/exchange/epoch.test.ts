import assert from 'node:assert/strict'
import { test } from 'node:test'
import { epochRefusal, fencingFloor, mayWrite, nextFencing } from './epoch.ts'

test('a neighbour stands in only with two different operators', () => {
  const opening = { writer: '11', reason: 'stood-in', approvedBy: ['kim', 'kim'] } as const
  assert.equal(epochRefusal('28', 1, 2, opening), 'approvals-missing')
  assert.equal(epochRefusal('28', 1, 2, { ...opening, approvedBy: ['kim', 'lee'] }), null)
})

test('nobody else opens an epoch of a log', () => {
  assert.equal(
    epochRefusal('28', 1, 2, { writer: '11', reason: 'restored', approvedBy: [] }),
    'writer-is-not-the-origin',
  )
})

test('an epoch only rises', () => {
  assert.equal(epochRefusal('28', 2, 2, { writer: '28', reason: 'restored', approvedBy: [] }), 'not-higher')
})

test('a cell that sees a higher epoch of its own log writes no more', () => {
  assert.equal(mayWrite('28', { epoch: 1, writer: '28' }, 1), true)
  assert.equal(mayWrite('28', { epoch: 2, writer: '11' }, 1), false)
  assert.equal(mayWrite('11', { epoch: 2, writer: '11' }, 2), true)
})

test('a fencing number of a later epoch is above every number of an earlier one', () => {
  assert.equal(nextFencing(1, 0), fencingFloor(1) + 1)
  assert.equal(nextFencing(1, fencingFloor(1) + 7), fencingFloor(1) + 8)
  assert.ok(nextFencing(2, 0) > nextFencing(1, fencingFloor(1) + 1_000_000))
})
