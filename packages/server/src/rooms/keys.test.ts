import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RoomParty } from '@dure/contract'
import fc from 'fast-check'
import { isLive, keysOf, keysOfParty, partyOfKey, readersOfRequest, reads } from './keys.ts'

const request = {
  id: 'r',
  code: '4821',
  sido: '28',
  state: 'offered',
  closed: false,
  createdBy: 'doctor',
  ownerHospitalId: 'H-ORIGIN',
  askedHospitalIds: ['H-1', 'H-2'],
  holdingHospitalId: null,
  deskRegions: ['28'],
  national: false,
  inTransport: false,
} as const
const person = (role: string, facilityId: string | null, region = '28', id = 'someone') =>
  keysOf({ id, roles: [role], region, facilityId })
const how = (keys: readonly string[], of: Parameters<typeof readersOfRequest>[0] = request) =>
  readersOfRequest(of)
    .filter(({ key }) => keys.includes(key))
    .map(({ whole }) => (whole ? 'whole' : 'from now'))

test('who asks and who places read the whole room, asked hospitals from when they are asked, and nobody else', () => {
  assert.deepEqual(how(person('requester', 'H-ORIGIN')), ['whole'])
  assert.deepEqual(how(person('placement_desk', null)), ['whole'])
  assert.deepEqual(how(person('hospital_desk', 'H-1')), ['from now'])
  assert.deepEqual(how(person('requester', 'H-1')), [])
  assert.deepEqual(how(person('hospital_desk', 'H-3')), [])
  assert.deepEqual(how(person('placement_desk', null, '41')), [])
  assert.deepEqual(how(person('national_desk', null)), [])
  assert.deepEqual(how(person('transport', null)), [])
  assert.deepEqual(how(person('admin', null)), [])
})

test('the holding hospital reads the whole room; ambulances, neighbours and the nation when their turn has come', () => {
  const held = { ...request, holdingHospitalId: 'H-1', askedHospitalIds: ['H-1'], inTransport: true }
  assert.deepEqual(how(person('hospital_desk', 'H-1'), held), ['whole'])
  assert.deepEqual(how(person('transport', null), held), ['whole'])
  const wide = { ...request, deskRegions: ['28', '11', '41'], national: true }
  assert.deepEqual(how(person('placement_desk', null, '41'), wide), ['whole'])
  assert.deepEqual(how(person('national_desk', null, '00'), wide), ['whole'])
})

test('a key is wanted once', () => {
  const ids = fc.array(fc.constantFrom('H-1', 'H-2'), { maxLength: 4 })
  fc.assert(
    fc.property(ids, fc.option(fc.constantFrom('H-1', 'H-2'), { nil: null }), (askedHospitalIds, holdingHospitalId) => {
      const keys = readersOfRequest({ ...request, askedHospitalIds, holdingHospitalId }).map(({ key }) => key)
      assert.equal(new Set(keys).size, keys.length)
    }),
  )
})

test('a number is read when it lies in a window, and what is to come while a window is open', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 9].map((number) => reads([{ after: 1, until: 3 }], number)),
    [false, true, true, false, false],
  )
  assert.deepEqual(
    [1, 5, 6, 99].map((number) =>
      reads(
        [
          { after: 0, until: 1 },
          { after: 5, until: null },
        ],
        number,
      ),
    ),
    [true, false, true, true],
  )
  assert.equal(isLive([{ after: 1, until: 3 }]), false)
  assert.equal(isLive([{ after: 1, until: null }]), true)
})

test('whom a room names is read back from its keys', () => {
  const parties: RoomParty[] = [
    { kind: 'person', personId: '01J' },
    { kind: 'role', role: 'transport', region: '28' },
    { kind: 'hospital', hospitalId: 'A1100001' },
    { kind: 'desk', region: '41' },
    { kind: 'desk', region: '00' },
  ]
  for (const party of parties) for (const key of keysOfParty(party)) assert.deepEqual(partyOfKey(key), party)
  assert.equal(partyOfKey('guest:01J'), undefined)
  assert.equal(partyOfKey('role:admin:28'), undefined)
})
