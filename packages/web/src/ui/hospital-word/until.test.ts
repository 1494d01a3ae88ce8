import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextMorning, untilOf } from './until.ts'

const seoul = (text: string) => Date.parse(`${text}:00+09:00`)

test('the next morning is six o’clock in Korea, today while it is still to come', () => {
  assert.equal(nextMorning(seoul('2026-01-05T03:10')), seoul('2026-01-05T06:00'))
  assert.equal(nextMorning(seoul('2026-01-05T06:00')), seoul('2026-01-06T06:00'))
  assert.equal(nextMorning(seoul('2026-01-05T22:00')), seoul('2026-01-06T06:00'))
})

test('a choice becomes an instant, no end is null, and what is no time is not taken', () => {
  const now = seoul('2026-01-05T22:00')
  assert.equal(untilOf('hours2', '', now), new Date(seoul('2026-01-06T00:00')).toISOString())
  assert.equal(untilOf('open', '', now), null)
  assert.equal(untilOf('other', '2026-01-07T09:30', now), new Date(seoul('2026-01-07T09:30')).toISOString())
  assert.equal(untilOf('other', '', now), undefined)
})
