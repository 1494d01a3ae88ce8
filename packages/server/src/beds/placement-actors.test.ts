import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actorFor, actorsOf, type Person, type RequestRelations } from './placement-actors.ts'

const asked: RequestRelations = {
  sido: '28',
  originFacilityId: 'er',
  neighbours: ['11', '41'],
  level: 'region',
  askedFacilityIds: ['h1', 'h2'],
  holdingFacilityId: 'h1',
}
const person = (role: Person['roles'][number], rest: Partial<Person> = {}): Person => ({
  roles: [role],
  sido: '28',
  facilityId: null,
  ...rest,
})

test('a person is to a request what their desk, region and hospital make of them', () => {
  assert.deepEqual(actorsOf(person('requester', { facilityId: 'er' }), asked), ['requester'])
  assert.deepEqual(actorsOf(person('requester', { facilityId: 'elsewhere' }), asked), [])
  assert.deepEqual(actorsOf(person('placement_desk'), asked), ['placement_desk'])
  assert.deepEqual(actorsOf(person('hospital_desk', { facilityId: 'h2' }), asked), ['asked_hospital'])
  assert.deepEqual(actorsOf(person('hospital_desk', { facilityId: 'h1' }), asked), [
    'asked_hospital',
    'holding_hospital',
  ])
  assert.deepEqual(actorsOf(person('hospital_desk', { facilityId: 'h9' }), asked), [])
})

test('a neighbour’s desk and the national desk come in only when the request has reached them', () => {
  const neighbour = person('placement_desk', { sido: '41' })
  const nation = person('national_desk', { sido: '00' })
  assert.deepEqual(actorsOf(neighbour, asked), [])
  assert.deepEqual(actorsOf(neighbour, { ...asked, level: 'neighbours' }), ['neighbour_desk'])
  assert.deepEqual(actorsOf(nation, { ...asked, level: 'neighbours' }), [])
  assert.deepEqual(actorsOf(nation, { ...asked, level: 'national' }), ['national_desk'])
  assert.deepEqual(actorsOf(person('placement_desk', { sido: '26' }), { ...asked, level: 'neighbours' }), [])
})

test('a refusal says whether it is the role, the level or no relation at all', () => {
  const code = (who: Person, event: Parameters<typeof actorFor>[2]) => {
    const answer = actorFor(who, asked, event)
    return answer.ok ? answer.value : answer.error.code
  }
  assert.equal(code(person('hospital_desk', { facilityId: 'h1' }), 'admit'), 'holding_hospital')
  assert.equal(code(person('hospital_desk', { facilityId: 'h2' }), 'admit'), 'role-not-allowed')
  assert.equal(code(person('placement_desk', { sido: '41' }), 'triage'), 'level-not-reached')
  assert.equal(code(person('requester', { facilityId: 'elsewhere' }), 'cancel'), 'not-your-request')
})
