import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { leadingDate, utcMidnight } from './calendar.ts'
import { endOfSeoulDay, seoulDate, seoulDateToInstant, startOfSeoulDay, toSeoulIso } from './seoul-time.ts'

const anyInstant = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) })

test('a Seoul day runs from 15:00 UTC to 15:00 UTC, and midnight opens it', () => {
  const noon = Date.parse('2021-12-22T12:00:00+09:00')
  assert.equal(startOfSeoulDay(noon), Date.parse('2021-12-21T15:00:00Z'))
  assert.equal(endOfSeoulDay(noon), Date.parse('2021-12-22T15:00:00Z'))
  assert.equal(endOfSeoulDay(startOfSeoulDay(noon)), endOfSeoulDay(noon))
  assert.equal(endOfSeoulDay(endOfSeoulDay(noon)), endOfSeoulDay(noon) + 86_400_000)
})

test('dates and instants go there and back', () => {
  fc.assert(
    fc.property(anyInstant, (at) => {
      assert.equal(seoulDateToInstant(seoulDate(at)), startOfSeoulDay(at))
      assert.equal(Date.parse(toSeoulIso(at)), Math.floor(at / 1000) * 1000)
    }),
  )
})

test('the calendar agrees with that of the platform, and has no 30 February', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9999 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 31 }),
      (y, m, d) => {
        const date = new Date(0)
        date.setUTCFullYear(y, m - 1, d)
        assert.equal(utcMidnight(y, m, d), date.getUTCDate() === d ? date.getTime() : undefined)
      },
    ),
    { numRuns: 500 },
  )
  for (const text of ['2021-02-30', '2021-00-10', '2021-13-01', '2021-1-01x', '20210-1-01', '    -  -  ', '']) {
    assert.equal(leadingDate(text), undefined, text)
  }
})
