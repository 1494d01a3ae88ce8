import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DAY_MS, seoulDay, seoulInstant, startOfSeoulDay, weekFrom } from './seoul-days.ts'

test('a day of Seoul begins at 15:00 UTC of the day before', () => {
  assert.equal(new Date(startOfSeoulDay(Date.parse('2022-10-15T06:33:00Z'))).toISOString(), '2022-10-14T15:00:00.000Z')
  assert.equal(seoulDay(Date.parse('2022-10-14T15:00:00Z')), '2022-10-15')
  assert.equal(seoulDay(Date.parse('2022-10-14T14:59:59Z')), '2022-10-14')
  assert.equal(seoulInstant('2022-10-15T18:00'), '2022-10-15T09:00:00.000Z')
  assert.equal(seoulInstant('soon'), null)
})

test('a week is seven days that touch, and the first holds the moment asked about', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (ms) => {
      const week = weekFrom(ms)
      const [first] = week
      assert.ok(first !== undefined && first.from <= ms && ms < first.to)
      assert.ok(week.every((day, index) => index === 0 || day.from === week[index - 1]?.to))
      assert.equal((week.at(-1)?.to ?? 0) - first.from, 7 * DAY_MS)
    }),
  )
})
