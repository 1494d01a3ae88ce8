import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesOf, checkTyped, EMPTY, inputOf, type TypedRequest, typedOf } from './typed.ts'

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

test('a known request put into the form and read back is the same, and nothing counts as changed', () => {
  const checked = checkTyped({
    ...complete,
    pulse: '120',
    comorbidities: '당뇨',
    needs: ['ecmo'],
    urgency: 'immediate',
  })
  assert.ok(checked.ok)
  const again = checkTyped(typedOf(checked.input))
  assert.ok(again.ok)
  assert.deepEqual(again.input, checked.input)
  assert.deepEqual(changesOf(checked.input, again.input), {})
})

test('a correction carries only what was corrected', () => {
  const checked = checkTyped(complete)
  const corrected = checkTyped({ ...complete, oxygen: 'imv' })
  assert.ok(checked.ok && corrected.ok)
  assert.deepEqual(changesOf(checked.input, corrected.input), { oxygen: 'imv' })
})
