import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RANKS } from '@dure/contract'
import fc from 'fast-check'
import { findingsOf, gapsOf, type Interval, onCallAt, overlapsOf, type Shift } from './roster.ts'
import { DAY_MS, daysBetween, kindOfDay, nextDay, seoulDay, startOfDay } from './seoul.ts'

const interval: fc.Arbitrary<Interval> = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 20 }))
  .map(([startMs, length]) => ({ startMs, endMs: startMs + length }))
const shifts: fc.Arbitrary<Shift[]> = fc
  .array(fc.tuple(interval, fc.constantFrom(...RANKS), fc.constantFrom('kim', 'lee')), { maxLength: 8 })
  .map((all) => all.map(([one, rank, who], at) => ({ ...one, id: `s${at}`, duty: 'thoracic_surgery', rank, who })))
const window: Interval = { startMs: 10, endMs: 50 }
const inside = (all: readonly Interval[], at: number) => all.filter((one) => one.startMs <= at && at < one.endMs).length

test('at every instant of a window a duty is covered, or the instant lies in a gap: never both, never neither', () => {
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 8 }), (all) => {
      const gaps = gapsOf(all, window)
      for (let at = window.startMs; at < window.endMs; at += 1)
        assert.equal(inside(gaps, at) > 0, inside(all, at) === 0, `at ${at}`)
      for (let at = 1; at < gaps.length; at += 1) assert.ok((gaps[at - 1]?.endMs ?? 0) < (gaps[at]?.startMs ?? 0))
    }),
  )
})

test('an overlap is where two are on call at once, and nowhere else', () => {
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 8 }), (all) => {
      const overlaps = overlapsOf(all, window)
      for (let at = window.startMs; at < window.endMs; at += 1)
        assert.equal(inside(overlaps, at) > 0, inside(all, at) >= 2, `at ${at}`)
    }),
  )
})

test('whoever is named as on call has a shift at that very time, ranks come in order, and no shift is left out', () => {
  fc.assert(
    fc.property(shifts, fc.integer({ min: 0, max: 90 }), (all, at) => {
      const now = onCallAt(all, at)
      assert.equal(now.length, inside(all, at))
      const ranks = now.map(({ rank }) => RANKS.indexOf(rank))
      assert.deepEqual(ranks, [...ranks].sort())
    }),
  )
})

test('a warning about a gap of on call is there exactly when nobody is on call at some time', () => {
  fc.assert(
    fc.property(shifts, (all) => {
      fc.pre(all.length > 0)
      const gaps = findingsOf(all, window).filter(({ warning, rank }) => warning === 'gap' && rank === 'on_call')
      for (let at = window.startMs; at < window.endMs; at += 1)
        assert.equal(inside(gaps, at) > 0, onCallAt(all, at)[0]?.rank !== 'on_call')
    }),
  )
})

test('a person who is their own second is found', () => {
  const own: Shift[] = [
    { id: 'a', duty: 'emergency', rank: 'on_call', who: 'kim', startMs: 10, endMs: 50 },
    { id: 'b', duty: 'emergency', rank: 'second', who: 'kim', startMs: 20, endMs: 30 },
  ]
  const twice = findingsOf(own, window).filter(({ warning }) => warning === 'same_person_twice')
  assert.deepEqual(twice, [{ warning: 'same_person_twice', duty: 'emergency', rank: 'second', startMs: 20, endMs: 30 }])
})

test('a day of Seoul has 24 hours all year, begins at 15:00 UTC of the day before, and follows the one before', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), (ms) => {
      const day = seoulDay(ms)
      assert.ok(startOfDay(day) <= ms && ms < startOfDay(day) + DAY_MS)
      assert.equal(startOfDay(nextDay(day)) - startOfDay(day), DAY_MS)
    }),
  )
  assert.equal(startOfDay('2026-01-05'), Date.parse('2026-01-04T15:00:00Z'))
  assert.deepEqual(daysBetween(Date.parse('2026-01-04T14:59:59Z'), Date.parse('2026-01-05T15:00:01Z')), [
    '2026-01-04',
    '2026-01-05',
    '2026-01-06',
  ])
})

test('a holiday on a Saturday is a holiday', () => {
  const holidays = new Map([['2026-08-15', ['광복절']]])
  assert.equal(kindOfDay('2026-08-15', holidays), 'holiday')
  assert.equal(kindOfDay('2026-08-16', holidays), 'sunday')
  assert.equal(kindOfDay('2026-08-22', holidays), 'saturday')
  assert.equal(kindOfDay('2026-08-19', holidays), 'working_day')
})
