import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ask,
  contentOf,
  DAY_MS,
  hc1Of,
  issuerOf,
  LUNCH,
  nodeCrypto,
  packOf,
  RESTAURANT,
  ROOTS,
  VACCINATED,
} from '../test/door-fixture.ts'
import { KID, type StripWorld, stripWorld } from '../test/strip-fixture.ts'
import { toBase64Url } from './bytes.ts'
import { checkAtDoor, type DoorQuestion } from './door.ts'
import { presentedShc } from './door-shc.ts'
import { decodeHc1 } from './hc1.ts'
import type { JsonObject } from './json.ts'
import { openPack } from './pack.ts'
import { readPackContent } from './pack-content.ts'
import { bareText, makeProof, PROOF_POLICY } from './proof.ts'
import { unwrap } from './result.ts'
import {
  addWholeList,
  decodeNews,
  encodeNews,
  foreignHashes,
  type ListNews,
  NO_REVOCATIONS,
  type Revocations,
  updateRevocations,
} from './revocation.ts'
import { buildStatusBits, diffStatusBits, encodeStatusBits, encodeStatusDelta } from './revocation-bits.ts'
import { buildSuffixList, encodeSuffixList } from './revocation-suffixes.ts'
import { HOUR_MS } from './strip.ts'

const world = await stripWorld()
const content = await contentOf([issuerOf(world.issuerPair)])
const paper = await hc1Of(world.issuerPair)

const proofOf = async (of: StripWorld, at = LUNCH, challenge?: Uint8Array) =>
  unwrap(await makeProof(nodeCrypto, of.strip, of.devicePair.privateKey, at, challenge))
const answer = (text: string | undefined, question: Partial<DoorQuestion> = {}, using = content) =>
  checkAtDoor(nodeCrypto, using, text, ask(question))

test('a live strip of an entitled holder goes in, and the door learns a masked name and a day of birth', async () => {
  const told = await answer(await proofOf(world))
  assert.deepEqual([told.answer, told.code, told.signal], ['pass', 'credential-accepted', 'go'])
  assert.deepEqual(told.shown, { name: '홍*동', birth: '02-29' })
  assert.deepEqual(told.pid, world.claims.pid)
  assert.deepEqual(told.notes, [])
  assert.equal(told.freshness.state, 'fresh')
})

test('a printed certificate passes too, with the word to compare it with an identity card', async () => {
  const told = await answer(paper)
  assert.deepEqual([told.answer, told.signal, told.notes], ['pass', 'check', ['check-identity']])
  assert.deepEqual(told.shown, { name: '홍*동', birth: '03-01' })
})

test('where no pass is asked for nothing is read', async () => {
  const market = { facilityType: 'large-store', sido: '11' }
  const told = await answer('HC1:rubbish', { venue: market, at: LUNCH })
  assert.notEqual(told.answer, 'refuse')
  const after = await contentOf([issuerOf(world.issuerPair)], {}, Date.parse('2022-03-02T00:00:00+09:00'))
  const lifted = await answer(undefined, { at: Date.parse('2022-03-03T12:00:00+09:00') }, after)
  assert.deepEqual([lifted.answer, lifted.signal], ['not-required', 'go'])
})

test('no rule is never a pass: an unknown place is unknown, whatever is shown', async () => {
  for (const venue of [
    { facilityType: 'moon-base', sido: '11' },
    { facilityType: 'restaurant-cafe', sido: '99' },
  ]) {
    const told = await answer(await proofOf(world), { venue })
    assert.deepEqual([told.answer, told.signal], ['unknown', 'check'])
    assert.equal(told.shown, undefined)
  }
})

test('nothing shown, a stranger’s key, a copy and rubbish each get their own answer', async () => {
  const stranger = await stripWorld()
  const cases: [string | undefined, string, string][] = [
    [undefined, 'unknown', 'age-needed'],
    ['hello', 'refuse', 'format-unknown'],
    ['HC1:6BF', 'refuse', 'deflate-malformed'],
    [await proofOf(stranger), 'refuse', 'signature-invalid'],
    [bareText(world.strip), 'unknown', 'proof-missing'],
    [await proofOf(world, LUNCH - 10 * 60_000), 'refuse', 'proof-stale'],
  ]
  for (const [text, kind, code] of cases) {
    const told = await answer(text)
    assert.deepEqual([told.answer, told.code], [kind, code], String(text).slice(0, 12))
    assert.equal(told.shown, undefined)
  }
  const unknown = await answer(await proofOf(world), {}, await contentOf([]))
  assert.deepEqual([unknown.answer, unknown.code, unknown.signal], ['unknown', 'key-unknown', 'check'])
  const revoked = await answer(
    await proofOf(world),
    {},
    await contentOf([issuerOf(world.issuerPair, { isRevoked: true })]),
  )
  assert.deepEqual([revoked.answer, revoked.code], ['refuse', 'issuer-revoked'])
})

test('a door that shows a challenge takes only the answer to it', async () => {
  const challenge = new Uint8Array(8).fill(3)
  const challenges = [new Uint8Array(8), challenge]
  assert.equal((await answer(await proofOf(world, 0, challenge), { challenges })).answer, 'pass')
  const plain = await answer(await proofOf(world), { challenges })
  assert.deepEqual([plain.answer, plain.code], ['unknown', 'challenge-required'])
})

test('every refusal of a person reads the same at the door and names nothing medical', async () => {
  const medical = /백신|접종|검사|확진|vaccin|test|recover|infect/i
  const old: JsonObject = {
    ...VACCINATED,
    v: [{ ...((VACCINATED.v as JsonObject[])[0] as JsonObject), dt: '2021-12-10' }],
  }
  const told = await answer(await hc1Of(world.issuerPair, old))
  assert.equal(told.answer, 'refuse')
  assert.doesNotMatch(told.door.ko + told.door.en, medical)
  assert.equal(told.signal, 'stop')
})

test('an old pack makes the answer amber, never red', async () => {
  const state = async (days: number) => {
    const at = LUNCH + days * DAY_MS
    const later = await stripWorld({ fromHour: Math.floor(at / HOUR_MS) })
    const told = await answer(await proofOf(later, at), { at }, await contentOf([issuerOf(later.issuerPair)]))
    return [told.answer, told.signal, told.freshness.state]
  }
  assert.deepEqual(await state(0), ['pass', 'go', 'fresh'])
  assert.deepEqual(await state(5), ['pass', 'go', 'ageing'])
  assert.deepEqual(await state(13), ['pass', 'check', 'old'])
})

test('a door whose clock is behind its own pack does not turn people away for their clocks', async () => {
  const made = await contentOf([issuerOf(world.issuerPair)], {}, LUNCH + 6 * HOUR_MS)
  const told = await answer(await proofOf(world), { at: LUNCH - 5 * HOUR_MS }, made)
  assert.deepEqual([told.answer, told.code, told.freshness.state], ['unknown', 'strip-not-yet-valid', 'clock-behind'])
})

test('while issuing is down a pack may say to accept yesterday’s strips: amber', async () => {
  const at = (world.claims.fromHour + world.claims.hours) * HOUR_MS + 5 * HOUR_MS
  const outages = { number: 7, hash: 'ab', open: [{ component: 'issue', region: 'KR-11', since: LUNCH }] }
  const lenient = await contentOf([issuerOf(world.issuerPair)], { outages, policy: { staleStripMs: 48 * HOUR_MS } })
  assert.equal(lenient.outages.open.length, 1)
  const told = await answer(await proofOf(world, at), { at }, lenient)
  assert.deepEqual([told.answer, told.signal, told.notes], ['pass', 'check', ['strip-stale']])
  const usual = await answer(await proofOf(world, at), { at })
  assert.deepEqual([usual.answer, usual.code], ['refuse', 'strip-expired'])
})

test('a withdrawn strip, own certificate or foreign certificate is refused', async () => {
  const strip: Revocations = {
    ...NO_REVOCATIONS,
    strip: new Map([['', buildSuffixList(1, world.claims.pid, 6, { keyBytes: 6 })]]),
  }
  assert.equal((await answer(await proofOf(world), { revocations: strip })).code, 'revoked')
  const own = await hc1Of(world.issuerPair, VACCINATED, { list: 'kr11', index: 5 })
  const held = (revoked: number[]) => ({
    ...NO_REVOCATIONS,
    status: new Map([['kr11', buildStatusBits(1, 100, revoked)]]),
  })
  assert.equal((await answer(own, { revocations: held([5]) })).code, 'revoked')
  assert.deepEqual((await answer(own, { revocations: held([4, 6]) })).notes, ['check-identity'])
  assert.deepEqual(
    (await answer(own)).notes,
    ['check-identity', 'revocation-unchecked'],
    'without its list it cannot be called clear',
  )
  const hashes = await foreignHashes(nodeCrypto, unwrap(decodeHc1(paper)))
  for (const hash of hashes) {
    const foreign = { ...NO_REVOCATIONS, suffix: new Map([[toBase64Url(KID), buildSuffixList(1, hash, 16)]]) }
    assert.equal((await answer(paper, { revocations: foreign })).code, 'revoked')
  }
  assert.equal(hashes.length, 3)
})

test('a pack’s news brings the lists up to date, says what is missing, and a whole list is taken by its hash only', async () => {
  const [one, two, three] = [buildStatusBits(1, 64, []), buildStatusBits(2, 64, [3]), buildStatusBits(3, 64, [3, 9])]
  const deltas = [encodeStatusDelta(diffStatusBits(one, two)), encodeStatusDelta(diffStatusBits(two, three))]
  const whole = encodeStatusBits(three)
  const wholeHash = await nodeCrypto.digest('SHA-256', whole)
  const status: ListNews = { kind: 'status', id: 'kr11', number: 3, deltas, wholeHash: Uint8Array.from(wholeHash) }
  const pids: ListNews = {
    kind: 'strip',
    id: '',
    number: 1,
    deltas: [],
    whole: encodeSuffixList(buildSuffixList(1, world.claims.pid, 6, { keyBytes: 6 })),
  }
  const rid: ListNews = {
    kind: 'rid',
    id: 'k1',
    number: 2,
    deltas: [new TextEncoder().encode('{"kid":"k1","from":1,"to":2,"add":["x"],"remove":[]}')],
    whole: new TextEncoder().encode('{"kid":"k1","method":"rid","ctr":2,"rids":["x"]}'),
  }
  const news = unwrap(decodeNews(encodeNews([status, pids, rid])))
  const fresh = updateRevocations(NO_REVOCATIONS, news)
  assert.equal(fresh.revocations.strip.get('')?.number, 1)
  assert.equal(fresh.revocations.rid.get('k1')?.ctr, 2)
  assert.deepEqual(
    fresh.missing.map(({ kind, id }) => [kind, id]),
    [['status', 'kr11']],
  )
  const [wanted] = fresh.missing
  assert.ok(wanted)
  const forged = await addWholeList(nodeCrypto, fresh.revocations, wanted, encodeStatusBits(two))
  assert.equal(!forged.ok && forged.error.code, 'pack-section')
  const complete = unwrap(await addWholeList(nodeCrypto, fresh.revocations, wanted, whole))
  assert.deepEqual([complete.status.get('kr11'), complete.behind.size], [three, 0])
  for (const held of [one, two, three]) {
    const updated = updateRevocations({ ...NO_REVOCATIONS, status: new Map([['kr11', held]]) }, news)
    assert.deepEqual(updated.revocations.status.get('kr11'), three)
  }
  const own = await hc1Of(world.issuerPair, VACCINATED, { list: 'kr11', index: 20 })
  const stale = updateRevocations({ ...NO_REVOCATIONS, status: new Map([['kr11', buildStatusBits(0, 64, [])]]) }, news)
  assert.deepEqual((await answer(own, { revocations: stale.revocations })).notes, [
    'check-identity',
    'revocation-unchecked',
  ])
})

test('a pack whose sections cannot be read is refused as a whole', async () => {
  const trust = { issuers: [issuerOf(world.issuerPair)] }
  const code = async (sections: object) => {
    const read = readPackContent(nodeCrypto, await packOf({ trust, ...sections }))
    return read.ok ? 'ok' : read.error.code
  }
  assert.equal(await code({}), 'ok')
  assert.equal(await code({ rules: { schema: 99 } }), 'ruleset-malformed')
  assert.equal(await code({ trust: { issuers: [{}] } }), 'pack-malformed')
  assert.equal(await code({ valueSets: [{}] }), 'valueset-malformed')
  assert.equal(await code({ outages: { open: 'x' } }), 'pack-malformed')
  for (const policy of [
    { maxAgeMs: 1e9 },
    { staleStripMs: -1 },
    { maxAheadMs: 'long' },
    { ...PROOF_POLICY, stripSkewMs: null },
  ])
    assert.equal(await code({ policy }), 'pack-malformed')
})

test('the same answer comes from a pack handed from one verifier to the next', async () => {
  const handed = unwrap(await openPack(nodeCrypto, content.pack.bytes.slice(), { roots: ROOTS }))
  const second = unwrap(readPackContent(nodeCrypto, handed))
  assert.deepEqual(await answer(await proofOf(world), {}, second), await answer(await proofOf(world)))
})

test('a SMART Health Card’s immunizations count by their order, product and date', () => {
  const shot = (code: string, date: string, status = 'completed') => ({
    resource: {
      resourceType: 'Immunization',
      status,
      occurrenceDateTime: date,
      vaccineCode: { coding: [{ system: 'http://hl7.org/fhir/sid/cvx', code }] },
    },
  })
  const patient = {
    resource: {
      resourceType: 'Patient',
      birthDate: '1951-01-20',
      name: [{ family: 'Anyperson', given: ['John', 'B.'] }],
    },
  }
  const fhirBundle = {
    entry: [
      patient,
      shot('229', '2022-09-05'),
      shot('207', '2021-01-01'),
      shot('207', '2021-01-29'),
      shot('140', '2021-01-05'),
      shot('207', '2021-02-29', 'not-done'),
    ],
  }
  const { holder, shown } = presentedShc({ fhirBundle })
  assert.deepEqual(shown, { name: 'A** J** *', birth: '01-20' })
  assert.deepEqual(
    holder.credentials.map((one) => one.kind === 'vaccination' && [one.dose, one.of, one.date]),
    [
      [1, 2, '2021-01-01'],
      [2, 2, '2021-01-29'],
      [3, 3, '2022-09-05'],
    ],
  )
  assert.deepEqual(presentedShc({ fhirBundle: {} }).holder.credentials, [])
})

test('a text of any kind is answered, never thrown at', async () => {
  for (const text of [
    '',
    'KR1:',
    'HC1:',
    'shc:/',
    'shc:/1/1/56762909524320603460292437404460',
    ' KR1:00 ',
    'KR1:!',
    'HC1:'.repeat(3_000),
  ])
    assert.ok(['refuse', 'unknown'].includes((await answer(text)).answer), text.slice(0, 10))
  assert.equal((await answer(` ${await proofOf(world)}\n`)).answer, 'pass')
  assert.equal((await answer(await proofOf(world), { venue: RESTAURANT, at: Number.NaN })).answer, 'unknown')
})
