import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatHlc, MAX_AHEAD_MS, observe, parseHlc, type Stamp, tick } from './hlc.ts'

const stamp: fc.Arbitrary<Stamp> = fc
  .record({
    ms: fc.integer({ min: 0, max: 9_999_999_999_998 }),
    count: fc.integer({ min: 0, max: 0xffff }),
    cell: fc.constantFrom('00', '11', '28', '52'),
  })
  .map(({ ms, count, cell }) => ({ ms, count, cell }))
const before = (a: Stamp, b: Stamp) => formatHlc(a) < formatHlc(b)

test('a stamp reads back as it was written', () => {
  fc.assert(fc.property(stamp, (one) => assert.deepEqual(parseHlc(formatHlc(one)), one)))
  for (const wrong of ['', '1-0-28', '1767571200000-0003-2', '1767571200000-0003-28 ', 'x'.repeat(21)])
    assert.equal(parseHlc(wrong), undefined)
})

test('stamps of a cell rise although its clock stands still or goes back', () => {
  fc.assert(
    fc.property(stamp, fc.array(fc.integer({ min: 0, max: 9_999_999_999_000 }), { maxLength: 40 }), (first, clocks) => {
      let last = first
      for (const nowMs of clocks) {
        const next = tick(last, nowMs, '28')
        assert.ok(before(last, next))
        assert.ok(next.ms >= nowMs)
        last = next
      }
    }),
  )
})

test('what is written after reading another cell’s message sorts behind it, unless that clock is far ahead', () => {
  fc.assert(
    fc.property(stamp, stamp, fc.integer({ min: 0, max: 9_999_999_999_000 }), (last, seen, nowMs) => {
      const next = tick(observe(last, seen, nowMs), nowMs, '28')
      assert.ok(before(last, next))
      if (seen.ms <= nowMs + MAX_AHEAD_MS) assert.ok(before(seen, next))
      else assert.ok(next.ms <= Math.max(last.ms + 1, nowMs))
    }),
  )
})

test('the counter runs over into the next millisecond', () => {
  const last = { ms: 1_767_571_200_000, count: 0xffff, cell: '28' }
  assert.deepEqual(tick(last, last.ms, '28'), { ms: last.ms + 1, count: 0, cell: '28' })
})
