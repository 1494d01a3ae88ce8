import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatClock, formatCountdown, formatSpan } from './format.ts'

const at = (iso: string) => new Date(iso)

test('times are told in Seoul time whatever the machine thinks', () => {
  assert.equal(formatClock(at('2022-10-15T06:33:00Z'), at('2022-10-15T08:00:00Z'), 'en'), '15:33')
})

test('a time of another day carries its day', () => {
  assert.match(formatClock(at('2022-10-15T06:33:00Z'), at('2022-10-16T08:00:00Z'), 'en'), /15 Oct/)
})

test('a time of another year carries its year', () => {
  assert.match(formatClock(at('2022-10-15T06:33:00Z'), at('2026-10-15T08:00:00Z'), 'en'), /15 Oct 2022/)
  assert.match(formatClock(at('2022-10-15T06:33:00Z'), at('2026-10-15T08:00:00Z'), 'ko'), /2022/)
  // New Year's Eve in Seoul begins before London's ends.
  assert.doesNotMatch(formatClock(at('2026-12-31T15:30:00Z'), at('2027-01-01T08:00:00Z'), 'en'), /202/)
})

test('a span names its two largest units and never less than it is worth', () => {
  assert.equal(formatSpan(20 * 3_600_000 + 5 * 60_000, 'ko'), '20시간 5분')
  assert.match(formatSpan(12 * 60_000 + 40_000, 'en'), /^12 mins?$/)
  assert.equal(formatSpan(26 * 3_600_000, 'ko'), '1일 2시간')
  assert.equal(formatSpan(9_000, 'ko'), '9초')
})

test('a countdown ends at nothing and does not go below', () => {
  assert.equal(formatCountdown(4 * 60_000 + 5_000), '4:05')
  assert.equal(formatCountdown(3_845_000), '1:04:05')
  assert.equal(formatCountdown(-5), '0:00')
})
