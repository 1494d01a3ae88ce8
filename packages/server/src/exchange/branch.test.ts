import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Branch, commonEnd, EMPTY_BRANCH, isNewer } from './branch.ts'

const branch = (end: number, ...openings: readonly (readonly [number, number])[]): Branch => ({
  openings: openings.map(([epoch, seq]) => ({ epoch, seq })),
  end,
})

test('two copies of one epoch are the same as far as both go', () => {
  assert.equal(commonEnd(branch(9, [1, 1]), branch(5, [1, 1])), 5)
  assert.equal(commonEnd(EMPTY_BRANCH, branch(5, [1, 1])), 0)
})

test('a branch that forked below our end shares what lies before its fork', () => {
  assert.equal(commonEnd(branch(20, [1, 1]), branch(18, [1, 1], [7, 15])), 14)
})

test('two epochs that forked at different places share what lies before the earlier one', () => {
  assert.equal(commonEnd(branch(30, [1, 1], [5, 15]), branch(18, [1, 1], [7, 17])), 14)
  assert.equal(commonEnd(branch(30, [1, 1], [5, 15]), branch(18, [1, 1], [7, 12])), 11)
})

test('common ends do not depend on who asks', () => {
  const one = branch(30, [1, 1], [5, 15], [9, 22])
  const other = branch(40, [1, 1], [5, 15], [8, 19])
  assert.equal(commonEnd(one, other), 18)
  assert.equal(commonEnd(other, one), 18)
})

test('the branch with the higher newest epoch is followed, however short', () => {
  assert.equal(isNewer(branch(3, [1, 1], [9, 3]), branch(90, [1, 1], [5, 15])), true)
  assert.equal(isNewer(branch(90, [1, 1], [5, 15]), branch(3, [1, 1], [9, 3])), false)
})
