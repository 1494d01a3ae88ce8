import assert from 'node:assert/strict'
import { test } from 'node:test'
import { epochRefusal, mayWrite, nextEpoch, nextFencing } from './epoch.ts'

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

test('two cells that open an epoch at the same instant choose different numbers', () => {
  const at = Date.UTC(2022, 9, 15, 6, 33)
  assert.notEqual(nextEpoch(1, at, '11'), nextEpoch(1, at, '28'))
  assert.ok(nextEpoch(1, at + 1, '11') > nextEpoch(1, at, '52'))
})

test('an epoch rises although the clock stands still or is wrong', () => {
  assert.equal(nextEpoch(nextEpoch(1, 5_000, '28'), 1, '28'), 500_029)
})

test('a fencing number of a later epoch is above every number of an earlier one', () => {
  const first = nextEpoch(1, 1_000_000, '28')
  const second = nextEpoch(first, 1_000_060, '11')
  assert.equal(nextFencing(first, 0), first + 1)
  assert.equal(nextFencing(first, first + 7), first + 8)
  assert.ok(nextFencing(second, 0) > nextFencing(first, first + 1_000))
})
