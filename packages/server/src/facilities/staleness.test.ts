import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BED_CLASSES } from '@dure/contract'
import fc from 'fast-check'
import { ageMinutes, freshnessOf, STALENESS, usableToPlace } from './staleness.ts'

const now = new Date('2022-10-15T09:00:00Z')
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000)

test('a critical figure is doubted after half an hour and places nobody after two', () => {
  assert.equal(freshnessOf('CRITICAL', ago(30), now), 'fresh')
  assert.equal(freshnessOf('CRITICAL', ago(31), now), 'stale')
  assert.equal(freshnessOf('CRITICAL', ago(121), now), 'expired')
  assert.equal(freshnessOf('WARD_GENERAL', ago(121), now), 'fresh')
})

test('a figure without an age, or from the future, is of unknown age and places nobody', () => {
  assert.equal(freshnessOf('MODERATE', null, now), 'unknown')
  assert.equal(freshnessOf('MODERATE', ago(-6), now), 'unknown')
  assert.equal(freshnessOf('MODERATE', ago(-5), now), 'fresh')
  assert.equal(ageMinutes(ago(-3), now), 0)
  assert.equal(usableToPlace('unknown'), false)
  assert.equal(usableToPlace('expired'), false)
})

test('in every class a figure is doubted before it expires', () => {
  for (const bedClass of BED_CLASSES) assert(STALENESS[bedClass].staleMin < STALENESS[bedClass].expiredMin)
})

test('a figure never grows fresher', () => {
  const order = ['fresh', 'stale', 'expired']
  fc.assert(
    fc.property(fc.constantFrom(...BED_CLASSES), fc.nat(2_000), fc.nat(2_000), (bedClass, age, more) => {
      const [before, after] = [age, age + more].map((min) => order.indexOf(freshnessOf(bedClass, ago(min), now)))
      assert(before !== undefined && after !== undefined && before <= after)
    }),
  )
})
