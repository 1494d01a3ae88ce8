import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CapabilityFact } from '../facilities/index.ts'
import { callsCountFrom, type PhoneCheck, settledByHospital, settledFor } from './phone-checks.ts'

const NOW = new Date('2026-01-05T12:00:00Z')
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000)
const call = (rest: Partial<PhoneCheck>): PhoneCheck => ({
  request_id: 'r',
  hospital_id: 'h',
  bed_class: null,
  bed: false,
  needs_met: [],
  needs_unmet: [],
  at: ago(10),
  by_name: '배정반 박',
  channel: 'phone',
  heard_from: '수간호사 한',
  ...rest,
})

test('the last call about a need counts', () => {
  const calls = [call({ needs_met: ['ecmo', 'crrt'] }), call({ needs_unmet: ['ecmo'], at: ago(5) })]
  assert.deepEqual(settledFor(calls, new Map()).settledNeeds, [{ hospitalId: 'h', met: ['crrt'], unmet: ['ecmo'] }])
})

test('what the hospital itself states later stands above a call, what it stated before does not', () => {
  const stated = (at: Date): CapabilityFact => ({ answer: 'no', source: 'hospital', asOf: at, receivedAt: at })
  const hospitals = (at: Date) => new Map([['h', { capabilities: new Map([['eq_ecmo' as const, [stated(at)]]]) }]])
  const calls = [call({ needs_met: ['ecmo'] })]
  assert.deepEqual(settledFor(calls, hospitals(ago(5))).settledNeeds, [])
  assert.deepEqual(settledFor(calls, hospitals(ago(15))).settledNeeds, [{ hospitalId: 'h', met: ['ecmo'], unmet: [] }])
})

test('a call about figures is shown, but verifies no bed of another class', () => {
  const calls = [call({ request_id: null, bed: true, bed_class: 'MODERATE' })]
  assert.deepEqual(settledFor(calls, new Map()).phoneVerifiedHospitalIds, [])
  assert.deepEqual(
    settledByHospital(calls, new Map())
      .get('h')
      ?.map(({ what, heardFrom }) => [what, heardFrom]),
    [['figures:MODERATE', '수간호사 한']],
  )
})

test('a call counts as long as a report of the class would be used', () => {
  assert.deepEqual(callsCountFrom('CRITICAL', NOW), ago(120))
  assert.deepEqual(callsCountFrom('WARD_GENERAL', NOW), ago(720))
})
