import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type FacilityLink,
  proofText,
  provesPossession,
  type RegionLink,
  type Revocations,
  rawPublicKey,
  type StaffLink,
  signLink,
  type Trust,
  verifyCredential,
  verifyRevocations,
} from './chain.ts'

const NOW = 1_770_000_000
const DAY = 86_400
const ed = (): KeyObject => generateKeyPairSync('ed25519').privateKey
const device = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const point = (): { x: string; y: string } => {
  const { x = '', y = '' } = device.publicKey.export({ format: 'jwk' })
  return { x, y }
}

const [nation, region, facility] = [ed(), ed(), ed()]
const span = { v: 1 as const, from: NOW - DAY, until: NOW + DAY }
const regionLink: RegionLink = { ...span, kind: 'region', id: 'R1', region: '28', key: rawPublicKey(region) }
const facilityLink: FacilityLink = {
  ...{ ...span, kind: 'facility', id: 'F1', region: '28', facility: 'H1' },
  ...{ name: '시험병원', key: rawPublicKey(facility) },
}
const staffLink: StaffLink = {
  ...{ ...span, kind: 'staff', id: 'C1', region: '28', facility: 'H1', person: 'P1', name: '김응급' },
  ...{ roles: ['requester'], device: point() },
}

interface Parts {
  readonly region?: Partial<RegionLink>
  readonly facility?: Partial<FacilityLink>
  readonly staff?: Partial<StaffLink>
  readonly by?: readonly [KeyObject, KeyObject, KeyObject]
}
const credential = ({ by = [nation, region, facility], ...parts }: Parts = {}): string =>
  [
    signLink({ ...regionLink, ...parts.region }, by[0]),
    signLink({ ...facilityLink, ...parts.facility }, by[1]),
    signLink({ ...staffLink, ...parts.staff }, by[2]),
  ].join('~')

const list = (ids: readonly string[], of = '28', number = 1): Revocations => ({
  ...{ v: 1, kind: 'revocations', region: of, number, at: NOW - 60 },
  ids: [...ids],
})
const trust = (lists: readonly Revocations[] = []): Trust => ({
  nation: [rawPublicKey(nation)],
  revocations: new Map(lists.map((one) => [one.region, one])),
  skewS: 120,
})
const faultOf = (text: string, lists: readonly Revocations[] = [], now = NOW) => {
  const result = verifyCredential(text, trust(lists), now)
  return result.ok ? 'valid' : result.error
}

test('a credential signed facility, region, nation is good at any cell that holds the national key, and is compact', () => {
  const text = credential()
  assert.equal(faultOf(text), 'valid')
  assert.ok(text.length < 1_600, `${text.length} characters`)
})

test('each link counts only under the key above it', () => {
  const thief = ed()
  assert.equal(faultOf(credential({ by: [thief, region, facility] })), 'unknown-nation')
  assert.equal(faultOf(credential({ by: [nation, thief, facility] })), 'bad-signature')
  assert.equal(faultOf(credential({ by: [nation, region, thief] })), 'bad-signature')
})

test('a facility makes people of its own region and house only, and none of the regional desk', () => {
  assert.equal(faultOf(credential({ staff: { region: '11' } })), 'other-region')
  assert.equal(faultOf(credential({ facility: { region: '11' } })), 'other-region')
  assert.equal(faultOf(credential({ staff: { facility: 'H2' } })), 'other-facility')
  assert.equal(faultOf(credential({ staff: { facility: null } })), 'other-facility')
  assert.equal(faultOf(credential({ staff: { roles: ['placement_desk'] } })), 'role-not-for-elsewhere')
  for (const role of ['admin', 'sponsor', 'desk_lead', 'national_desk', 'privacy_officer'] as const)
    assert.equal(faultOf(credential({ staff: { roles: ['requester', role] } })), 'role-not-for-elsewhere')
  const desk = { facility: { facility: null }, staff: { facility: null, roles: ['placement_desk' as const] } }
  assert.equal(faultOf(credential(desk)), 'valid')
})

test('it is good from its first second to its last, and never beyond what signed it', () => {
  assert.equal(faultOf(credential(), [], NOW - DAY - 121), 'not-yet-valid')
  assert.equal(faultOf(credential(), [], NOW - DAY - 119), 'valid')
  assert.equal(faultOf(credential(), [], NOW + DAY + 121), 'expired')
  assert.equal(faultOf(credential({ staff: { until: NOW + 2 * DAY } })), 'outlives-its-issuer')
  assert.equal(faultOf(credential({ facility: { until: NOW + 2 * DAY } })), 'outlives-its-issuer')
})

test('a stolen facility key is worth nothing once its region has said so, and a region’s once the nation has', () => {
  assert.equal(faultOf(credential(), [list(['F1'])]), 'revoked')
  assert.equal(faultOf(credential(), [list(['C1'])]), 'revoked')
  assert.equal(faultOf(credential(), [list(['C2'])]), 'valid')
  assert.equal(faultOf(credential(), [list(['R1'], '00')]), 'revoked')
  assert.equal(faultOf(credential(), [list(['F1'], '11')]), 'valid', 'another region cannot revoke it')
})

test('the age of what is known about revocations is told, not guessed', () => {
  const known = verifyCredential(credential(), trust([list([])]), NOW)
  assert.ok(known.ok)
  assert.equal(known.value.revocationsAt, NOW - 60)
  const unheard = verifyCredential(credential(), trust(), NOW)
  assert.ok(unheard.ok)
  assert.equal(unheard.value.revocationsAt, null)
})

test('no change of any character passes', () => {
  const text = credential()
  fc.assert(
    fc.property(fc.nat({ max: text.length - 1 }), fc.constantFrom(...'AZaz09-_.~'), (at, character) => {
      if (text[at] === character) return
      const changed = text.slice(0, at) + character + text.slice(at + 1)
      const result = verifyCredential(changed, trust(), NOW)
      // The last character of a base64url text may carry bits that are not part of the bytes.
      if (result.ok) assert.deepEqual(decoded(changed), decoded(text))
    }),
    { numRuns: 400 },
  )
})
const decoded = (text: string): Buffer[] => text.split(/[~.]/).map((part) => Buffer.from(part, 'base64url'))

test('nothing that is not a credential is taken for one, or throws', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => faultOf(text) !== 'valid'))
  for (const text of ['', '~~', 'a.b~c.d~e.f', `${credential()}~x`, credential().replaceAll('.', '')])
    assert.equal(faultOf(text), 'malformed')
})

test('a list is believed when its region signed it, and the nation’s when the nation did', () => {
  const link = signLink(regionLink, nation)
  const good = `${link}~${signLink(list(['F1']), region)}`
  assert.deepEqual(verifyRevocations(good, trust(), NOW), { ok: true, value: list(['F1']) })
  const faults = [
    [`${link}~${signLink(list(['F1']), facility)}`, 'bad-signature'],
    [`${link}~${signLink(list(['F1'], '11'), region)}`, 'other-region'],
    [signLink(list(['F1']), nation), 'other-region'],
    [signLink(list(['R1'], '00'), region), 'unknown-nation'],
    [`${signLink(regionLink, region)}~${signLink(list([]), region)}`, 'unknown-nation'],
    [`${link}~${signLink({ ...list([]), at: NOW + 600 }, region)}`, 'from-the-future'],
    ['x', 'malformed'],
  ] as const
  for (const [text, fault] of faults)
    assert.deepEqual(verifyRevocations(text, trust(), NOW), { ok: false, error: fault })
  const national = signLink(list(['R1'], '00'), nation)
  assert.ok(verifyRevocations(national, trust(), NOW).ok)
  const after = verifyRevocations(good, trust([list(['R1'], '00')]), NOW)
  assert.deepEqual(after, { ok: false, error: 'revoked' })
})

test('possession is proved to the cell that asked, for the challenge it gave', () => {
  const prove = (cell: string, challenge: string) =>
    sign('sha256', proofText(cell, challenge), { key: device.privateKey, dsaEncoding: 'ieee-p1363' }).toString(
      'base64url',
    )
  const proof = prove('28', 'challenge')
  assert.equal(provesPossession(point(), '28', 'challenge', proof), true)
  assert.equal(provesPossession(point(), '11', 'challenge', proof), false)
  assert.equal(provesPossession(point(), '28', 'another', proof), false)
  assert.equal(provesPossession({ ...point(), x: point().y }, '28', 'challenge', proof), false)
  assert.equal(provesPossession(point(), '28', 'challenge', 'x'), false)
})
