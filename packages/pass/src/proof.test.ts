import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { codeOf, LUNCH, newPair, type StripWorld, stripWorld } from '../test/strip-fixture.ts'
import { createPureCrypto } from './crypto-pure.ts'
import { createWebCrypto } from './crypto-webcrypto.ts'
import {
  bareText,
  makeProof,
  PROOF_MAX_CHARS,
  PROOF_POLICY,
  type ProofCheck,
  readProof,
  SYNCED_PROOF_POLICY,
  verifyProof,
  verifyStrip,
} from './proof.ts'
import { encodeQr } from './qr.ts'
import { unwrap } from './result.ts'
import { HOUR_MS, readStrip } from './strip.ts'
import { createReplayMemory } from './strip-replay.ts'

const CHALLENGE = Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1)

const show = async (world: StripWorld, at = LUNCH, challenge?: Uint8Array) =>
  unwrap(await makeProof(world.crypto, world.strip, world.devicePair.privateKey, at, challenge))

const judge = async (world: StripWorld, text: string, check: Partial<ProofCheck> = {}) => {
  const proof = readProof(text)
  if (!proof.ok) return proof.error.code
  return codeOf(
    await verifyProof(world.crypto, proof.value, { at: LUNCH, issuerKeys: [world.issuerPair.publicKey], ...check }),
  )
}

test('a fresh proof of the holder’s device is good within a minute either way', async () => {
  const world = await stripWorld()
  const text = await show(world)
  for (const late of [-60_000, -1_000, 0, 30_000, 60_000])
    assert.equal(await judge(world, text, { at: LUNCH + late }), 'ok')
  assert.equal(await judge(world, text, { at: LUNCH + 61_000 }), 'proof-stale')
  assert.equal(await judge(world, text, { at: LUNCH - 61_000 }), 'proof-early')
  assert.equal(await judge(world, text, { at: LUNCH + 21_000, policy: SYNCED_PROOF_POLICY }), 'proof-stale')
})

test('where the door shows a challenge no clock is trusted and only the answer to it will do', async () => {
  const world = await stripWorld()
  const answer = await show(world, LUNCH - 5 * HOUR_MS, CHALLENGE)
  const other = Uint8Array.of(1, 1, 1, 1, 1, 1, 1, 1)
  assert.equal(await judge(world, answer, { challenges: [other, CHALLENGE] }), 'ok')
  assert.equal(await judge(world, answer, { challenges: [other] }), 'challenge-mismatch')
  assert.equal(await judge(world, answer, { challenges: [] }), 'challenge-mismatch')
  assert.equal(await judge(world, await show(world), { challenges: [CHALLENGE] }), 'challenge-required')
  assert.equal(await judge(world, answer), 'proof-stale', 'at a door without challenge it is judged by its time')
})

test('a strip without a proof is no pass, and not called invalid either', async () => {
  const world = await stripWorld()
  assert.equal(await judge(world, bareText(world.strip)), 'proof-missing')
  const strip = unwrap(readStrip(world.strip))
  assert.equal(
    codeOf(await verifyStrip(world.crypto, strip, { at: LUNCH, issuerKeys: [world.issuerPair.publicKey] })),
    'ok',
  )
})

test('another device cannot make a proof over the strip', async () => {
  const world = await stripWorld()
  const stolen = await makeProof(world.crypto, world.strip, (await newPair()).privateKey, LUNCH)
  assert.equal(await judge(world, unwrap(stolen)), 'proof-invalid')
})

test('a proof cannot be carried over to another strip, another time or another challenge', async () => {
  const world = await stripWorld()
  const [one, other] = [await show(world, LUNCH, CHALLENGE), await show(world, LUNCH + 1_000, CHALLENGE)]
  assert.notEqual(one, other)
  const time = unwrap(readProof(one))
  const later = unwrap(readProof(other))
  assert.ok(time.kind === 'challenge' && later.kind === 'challenge')
  const mixed = { ...time, madeAt: later.madeAt }
  const check = { at: LUNCH, issuerKeys: [world.issuerPair.publicKey] }
  assert.equal(codeOf(await verifyProof(world.crypto, mixed, check)), 'proof-invalid')
  const second = await stripWorld({ deviceKey: world.claims.deviceKey })
  const moved = { ...time, strip: unwrap(readStrip(second.strip)) }
  assert.equal(
    codeOf(await verifyProof(world.crypto, moved, { at: LUNCH, issuerKeys: [second.issuerPair.publicKey] })),
    'proof-invalid',
  )
})

test('a strip counts from its first hour to its last, give or take a minute', async () => {
  const world = await stripWorld()
  const from = world.claims.fromHour * HOUR_MS
  const until = from + world.claims.hours * HOUR_MS
  const at = async (instant: number, policy = PROOF_POLICY) =>
    judge(world, await show(world, instant), { at: instant, policy })
  assert.equal(await at(from - 61_000), 'strip-not-yet-valid')
  assert.equal(await at(from - 59_000), 'ok')
  assert.equal(await at(until + 59_000), 'ok')
  assert.equal(await at(until + 61_000), 'strip-expired')
  const lenient = { ...PROOF_POLICY, staleStripMs: 48 * HOUR_MS }
  assert.equal(await at(until + 47 * HOUR_MS, lenient), 'ok')
  assert.equal(await at(until + 48 * HOUR_MS, lenient), 'strip-expired')
  const proof = unwrap(readProof(await show(world, until + HOUR_MS)))
  const check = { at: until + HOUR_MS, policy: lenient, issuerKeys: [world.issuerPair.publicKey] }
  assert.deepEqual(unwrap(await verifyProof(world.crypto, proof, check)), ['strip-stale'])
})

test('all keys of a kid are tried; without any the door does not know', async () => {
  const world = await stripWorld()
  const text = await show(world)
  const other = (await newPair()).publicKey
  assert.equal(await judge(world, text, { issuerKeys: [other, world.issuerPair.publicKey] }), 'ok')
  assert.equal(await judge(world, text, { issuerKeys: [other] }), 'signature-invalid')
  assert.equal(await judge(world, text, { issuerKeys: [] }), 'key-unknown')
})

test('any changed character of a proof is refused', async () => {
  const world = await stripWorld()
  const text = await show(world, LUNCH, CHALLENGE)
  for (let i = 0; i < text.length; i++) {
    const changed = text.slice(0, i) + (text[i] === '0' ? '1' : '0') + text.slice(i + 1)
    assert.notEqual(await judge(world, changed, { challenges: [CHALLENGE] }), 'ok', `character ${i}`)
  }
})

test('any flipped bit of a proof is refused', async () => {
  const world = await stripWorld()
  const proof = unwrap(readProof(await show(world)))
  assert.ok(proof.kind === 'time')
  for (let bit = 0; bit < 512; bit++) {
    const signature = proof.signature.slice()
    signature[bit >> 3] = (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    const check = { at: LUNCH, issuerKeys: [world.issuerPair.publicKey] }
    assert.equal(codeOf(await verifyProof(world.crypto, { ...proof, signature }, check)), 'proof-invalid')
  }
})

test('the code is a version 11 square of 61 modules at level M at the most, even with the longest name', async () => {
  const long = await stripWorld({ name: '*'.repeat(32), hours: 48 })
  const text = await show(long, LUNCH, CHALLENGE)
  assert.ok(text.length <= PROOF_MAX_CHARS, `${text.length} characters`)
  assert.equal(encodeQr(text)?.size, 61)
  const usual = await show(await stripWorld())
  assert.equal(encodeQr(usual)?.size, 57, `${usual.length} characters`)
})

test('a proof made by one backend verifies with every other', async () => {
  const world = await stripWorld()
  const text = await show(world)
  for (const crypto of [createWebCrypto(), createPureCrypto()]) {
    const issuer = unwrap(await crypto.importKey({ form: 'jwk', jwk: world.issuerPair.publicJwk }))
    const check = { at: LUNCH, issuerKeys: [issuer] }
    assert.equal(codeOf(await verifyProof(crypto, unwrap(readProof(text)), check)), 'ok', crypto.name)
    const own = await stripWorld({}, crypto)
    assert.equal(await judge(own, await show(own)), 'ok', crypto.name)
  }
})

test('no text makes the reader throw, and a long one is not looked at', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ maxLength: 400 }), fc.stringMatching(/^[0-9A-Z $%*+\-./:]{0,360}$/)), (text) => {
      assert.equal(typeof readProof(`KR1:${text}`).ok, 'boolean')
      assert.equal(typeof readProof(text).ok, 'boolean')
    }),
  )
  assert.equal(codeOf(readProof(`KR1:${'0'.repeat(1_000_000)}`)), 'proof-malformed')
})

test('the second entry of one person within two hours is told, a later one is not', () => {
  const memory = createReplayMemory()
  const pid = Uint8Array.of(1, 2, 3, 4, 5, 6)
  assert.equal(memory.enter(pid, LUNCH), undefined)
  assert.equal(memory.enter(pid, LUNCH + 40_000), 40_000)
  assert.equal(memory.enter(Uint8Array.of(9, 2, 3, 4, 5, 6), LUNCH + 41_000), undefined)
  assert.equal(memory.enter(pid, LUNCH + 40_000 + 2 * HOUR_MS), undefined)
})

test('the replay memory stays small whatever comes in', () => {
  const memory = createReplayMemory(HOUR_MS, 100)
  for (let i = 0; i < 1_000; i++) memory.enter(Uint8Array.of(i >> 8, i & 255, 0, 0, 0, 0), LUNCH + i)
  assert.ok(memory.size() <= 100)
  memory.enter(new Uint8Array(6), LUNCH + 3 * HOUR_MS)
  assert.equal(memory.size(), 1, 'and forgets')
})
