import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CAPABILITIES, SIDO_CODES } from '@dure/contract'
import fc from 'fast-check'
import { freshnessOf, POPULATION, REGIONS, usableToPlace } from '../facilities/index.ts'
import type { Part } from './cast.ts'
import { shareOut } from './chance.ts'
import { type DemoHospital, type DemoRegion, generateRegion } from './generate.ts'
import { NATIONAL_TOTALS } from './totals.ts'

const province = fc.constantFrom(...SIDO_CODES)
const hospital = ({ hospitals }: DemoRegion, part: Part['part']): DemoHospital => {
  const found = hospitals.find((one) => one.part === part)
  assert(found !== undefined)
  return found
}
const now = new Date('2026-01-05T00:00:00Z')
const answer = ({ answers }: DemoHospital, code: string) => new Map<string, string>(answers).get(code) ?? 'unknown'
const fresh = (bedClass: 'CRITICAL', ageMin: number) =>
  freshnessOf(bedClass, new Date(now.getTime() - ageMin * 60_000), now)
const freeCritical = ({ slots }: DemoHospital) =>
  slots.filter(
    ({ bedClass, isolation, state }) =>
      bedClass === 'CRITICAL' && isolation === 'negative_pressure' && state === 'available',
  )
/** Could take the patient of the story now, without anybody making an exception. */
const canTake = (one: DemoHospital) =>
  one.state === 'open' &&
  answer(one, 'thoracic_surgery') === 'yes' &&
  answer(one, 'trauma') === 'yes' &&
  answer(one, 'eq_ventilator') === 'yes' &&
  freeCritical(one).some(({ share, ageMin }) => share === 'placeable' && usableToPlace(fresh('CRITICAL', ageMin)))

test('the same province and seed give the same demo, another seed another one', () => {
  assert.deepEqual(generateRegion('28'), generateRegion('28'))
  assert.notDeepEqual(generateRegion('28', 'a'), generateRegion('28', 'b'))
})

test('in every province, with any seed, the story has an answer and every other hospital its own reason why not', () => {
  fc.assert(
    fc.property(province, fc.string({ maxLength: 8 }), (sido, seed) => {
      const demo = generateRegion(sido, seed)
      assert.deepEqual(
        demo.hospitals.filter(canTake).map(({ part }) => part),
        ['answer', 'second'],
      )
      const [main, late] = [hospital(demo, 'answer'), hospital(demo, 'second')]
      assert.equal(
        freeCritical(main).every(({ ageMin }) => fresh('CRITICAL', ageMin) === 'fresh'),
        true,
      )
      assert.equal(
        freeCritical(late).every(({ ageMin }) => fresh('CRITICAL', ageMin) === 'stale'),
        true,
      )
      assert.equal(freeCritical(hospital(demo, 'full')).length, 0)
      assert.equal(answer(hospital(demo, 'no_surgery'), 'thoracic_surgery'), 'no')
      assert.equal(answer(hospital(demo, 'never_said'), 'thoracic_surgery'), 'unknown')
      assert(freeCritical(hospital(demo, 'never_said')).length > 0)
      assert(freeCritical(hospital(demo, 'own_use')).every(({ share }) => share === 'own_use'))
      assert(freeCritical(hospital(demo, 'duty')).every(({ share }) => share === 'duty_reserve'))
      assert(freeCritical(hospital(demo, 'silent')).every(({ ageMin }) => fresh('CRITICAL', ageMin) === 'expired'))
      assert(hospital(demo, 'no_negative_pressure').slots.every(({ isolation }) => isolation !== 'negative_pressure'))
      assert.equal(hospital(demo, 'closed').state, 'closed')
    }),
    { numRuns: 40 },
  )
})

test('a province has its share of the published totals, bed for bed and machine for machine', () => {
  fc.assert(
    fc.property(province, (sido) => {
      const { totals, hospitals } = generateRegion(sido)
      const slots = hospitals.flatMap((one) => one.slots)
      const negative = slots.filter(({ isolation }) => isolation === 'negative_pressure').length
      assert.equal(negative, totals.negativePressureBeds)
      for (const machine of ['ventilators', 'ecmo', 'crrt'] as const)
        assert.equal(
          hospitals.reduce((sum, { equipment }) => sum + equipment[machine], 0),
          totals[machine],
        )
    }),
  )
  const all = REGIONS.map(({ code }) => generateRegion(code).totals)
  for (const [mine, published] of [
    ['negativePressureBeds', NATIONAL_TOTALS.negativePressureBeds],
    ['ventilators', NATIONAL_TOTALS.ventilators],
    ['ecmo', NATIONAL_TOTALS.ecmo],
    ['crrt', NATIONAL_TOTALS.crrt],
  ] as const)
    assert(Math.abs(all.reduce((sum, totals) => sum + totals[mine], 0) - published) <= REGIONS.length / 2)
})

test('every name says that it is invented and every number belongs to nobody', () => {
  for (const { code } of REGIONS) {
    const { hospitals } = generateRegion(code)
    assert(hospitals.length >= 17)
    assert.equal(new Set(hospitals.map(({ name }) => name)).size, hospitals.length)
    for (const { name, phone, erPhone, address, answers } of hospitals) {
      assert.match(name, /^\(가상\) 두레제\d+/)
      assert.match(phone, /^0\d{1,2}-000-\d{4}$/)
      if (erPhone !== null) assert.match(erPhone, /^0\d{1,2}-000-\d{4}$/)
      assert.match(address, /가상의 주소/)
      assert(answers.every(([capability]) => CAPABILITIES.includes(capability)))
    }
  }
})

test('hospitals of Incheon stand in its districts, one of them on an island without a road', () => {
  const { hospitals } = generateRegion('28')
  for (const { sigunguCode, position } of hospitals) {
    assert.match(sigunguCode ?? '', /^28\d{3}$/)
    assert(position.lat > 37.3 && position.lat < 38.1 && position.lon > 124.6 && position.lon < 126.9)
  }
  assert.equal(hospitals.find(({ part }) => part === 'island')?.sigunguCode, '28720')
})

test('slots keep the rules of their table', () => {
  for (const { code } of REGIONS) {
    for (const { slots } of generateRegion(code).hospitals) {
      assert.equal(new Set(slots.map(({ label }) => label)).size, slots.length)
      for (const slot of slots) {
        assert.equal(slot.blockedReason !== null, slot.state === 'blocked')
        assert.equal(slot.opensInHours !== null, slot.state === 'surge')
        assert(slot.cohortPathogen === null || slot.isolation === 'cohort')
        assert(slot.id.length <= 64 && slot.label.length <= 40)
      }
    }
  }
})

test('there is somebody for every role, doctors of several emergency rooms and a desk for each hospital that answers', () => {
  const { people, hospitals } = generateRegion('28')
  const roles = (role: string) => people.filter((one) => one.roles.some((own) => own === role))
  assert(roles('requester').length >= 3)
  assert(roles('hospital_desk').length >= 10)
  for (const role of ['placement_desk', 'transport', 'national_desk', 'admin']) assert(roles(role).length >= 1, role)
  const desks = new Set(roles('hospital_desk').map(({ facilityId }) => facilityId))
  assert(hospitals.filter(canTake).every(({ id }) => desks.has(id)))
  assert.equal(new Set(people.map(({ id }) => id)).size, people.length)
})

test('sharing out loses nothing and gives nothing to a weight of 0', () => {
  fc.assert(
    fc.property(fc.nat(5_000), fc.array(fc.nat(100), { minLength: 1, maxLength: 30 }), (total, weights) => {
      const shares = shareOut(total, weights)
      if (weights.some((weight) => weight > 0))
        assert.equal(
          shares.reduce((sum, share) => sum + share, 0),
          total,
        )
      assert(weights.every((weight, at) => weight > 0 || shares[at] === 0))
    }),
  )
})

test('the populations are those of the end of 2023', () => assert.equal(POPULATION, 51_325_329))
