import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BED_CLASSES, type RequestInput } from '@dure/contract'
import { CARE_LEVEL } from './candidate-classes.ts'
import { followUpOf, STEP_DOWN_CLASS } from './follow-up.ts'

const details: RequestInput = {
  originType: 'emergency_room',
  callbackPhone: '032-123-4567',
  ageYears: 54,
  sex: 'male',
  complaint: '늑골 골절과 기흉',
  isolationNeed: 'airborne_negative',
  oxygen: 'hfnc',
  requestedClass: 'CRITICAL',
  needs: ['thoracic_surgery'],
  vitals: { pulse: 120 },
  urgency: 'immediate',
  transport: 'ambulance_119',
  note: '보호자 연락됨',
}
const from = { details, requested_class: 'CRITICAL', origin_hospital_id: 'H-ER', owner_hospital_id: 'H-ER' } as const
const admitted = { hospitalId: 'H-ICU', callbackPhone: '032-999-0000' }

test('stepping down never asks for more care, and less wherever there is a lower class of its kind', () => {
  for (const bedClass of BED_CLASSES) assert.ok(CARE_LEVEL[STEP_DOWN_CLASS[bedClass]] <= CARE_LEVEL[bedClass], bedClass)
  assert.equal(STEP_DOWN_CLASS.CRITICAL, 'SEMI_CRITICAL')
  assert.equal(STEP_DOWN_CLASS.PED_NEG, 'PED_NEG')
})

test('the patient is carried over, the day of the first request is not', () => {
  const next = followUpOf(from, 'step_down', admitted)
  assert.deepEqual(
    [next.originType, next.originHospitalId, next.callbackPhone, next.requestedClass, next.reason, next.urgency],
    ['ward', 'H-ICU', '032-999-0000', 'SEMI_CRITICAL', 'step_down', 'within_24h'],
  )
  assert.deepEqual([next.ageYears, next.complaint, next.needs], [54, '늑골 골절과 기흉', ['thoracic_surgery']])
  assert.deepEqual([next.vitals, next.transport, next.note], [undefined, undefined, undefined])
})

test('a return prefers the hospital the patient came from', () => {
  const next = followUpOf(from, 'repatriation', admitted)
  assert.deepEqual([next.requestedClass, next.continuityHospitalId], ['CRITICAL', 'H-ER'])
})
