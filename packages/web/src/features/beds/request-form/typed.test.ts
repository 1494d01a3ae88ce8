import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkTyped, EMPTY, inputOf, type TypedRequest } from './typed.ts'

const complete: TypedRequest = {
  ...EMPTY,
  callbackPhone: '032-000-1000',
  ageYears: '54',
  sex: 'male',
  complaint: '흉부외상',
  isolationNeed: 'airborne_negative',
  oxygen: 'hfnc',
  requestedClass: 'CRITICAL',
}

test('eight fields are enough', () => {
  const checked = checkTyped(complete)
  assert.ok(checked.ok)
  assert.equal(Object.keys(checked.input).length, 8)
})

test('each of the eight is asked for when it is missing', () => {
  const checked = checkTyped(EMPTY)
  assert.ok(!checked.ok)
  assert.deepEqual(
    [...checked.faults.entries()].sort(),
    ['ageYears', 'callbackPhone', 'complaint', 'isolationNeed', 'oxygen', 'requestedClass', 'sex'].map((name) => [
      name,
      'needed',
    ]),
  )
})

test('text where a number belongs is named at its field and not called missing', () => {
  const checked = checkTyped({ ...complete, ageYears: '오십', pulse: '1o2' })
  assert.ok(!checked.ok)
  assert.equal(checked.faults.get('ageYears'), 'notValid')
  assert.equal(checked.faults.get('pulse'), 'notValid')
})

test('a comma is read as a decimal point', () => {
  assert.deepEqual(inputOf({ ...complete, temperature: '38,4' }).vitals, { temperature: 38.4 })
})

test('lists are cut at commas and empty parts fall out', () => {
  assert.deepEqual(inputOf({ ...complete, comorbidities: '당뇨, 고혈압,, ' }).comorbidities, ['당뇨', '고혈압'])
})
