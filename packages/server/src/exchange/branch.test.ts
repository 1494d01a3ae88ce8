import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Branch, commonEnd, EMPTY_BRANCH, type Following, isNewer, reconsider } from './branch.ts'

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

test('a branch that nobody offers any more is let go, so that the living one is followed', () => {
  const held = branch(14, [1, 1])
  const living = branch(20, [1, 1], [5, 15]).openings
  let following: Following = { openings: branch(0, [1, 1], [9, 15]).openings, doubts: 0 }
  for (let answer = 0; answer < 30 && following.openings.at(-1)?.epoch !== 5; answer += 1) {
    following = reconsider(held, following, living)
  }
  assert.deepEqual(following.openings, living)
})

test('a branch that is still offered is waited for, whatever others say', () => {
  const held = branch(14, [1, 1])
  const newest = branch(0, [1, 1], [9, 15]).openings
  let following: Following = { openings: newest, doubts: 0 }
  for (let answer = 0; answer < 100; answer += 1) {
    following = reconsider(held, following, answer % 10 === 0 ? newest : branch(20, [1, 1], [5, 15]).openings)
  }
  assert.deepEqual(following.openings, newest)
})
