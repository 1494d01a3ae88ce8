import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOf, issuerKey, KID, LUNCH, newPair, nodeCrypto } from '../test/strip-fixture.ts'
import { fromBase64Url } from './bytes.ts'
import { unwrap } from './result.ts'
import { createTrust, type IssuerKey, maySignKind, readTrustList } from './trust.ts'

const pair = await newPair()
const trust = (...issuers: IssuerKey[]) =>
  createTrust(nodeCrypto, unwrap(readTrustList(JSON.parse(JSON.stringify({ issuers })))))

test('a strip’s four bytes and a certificate’s whole kid find the same key', async () => {
  const list = trust(issuerKey(pair))
  assert.deepEqual(fromBase64Url(issuerKey(pair).kid), KID)
  for (const use of ['hc1', 'strip'] as const) {
    const [found] = unwrap(await list.keysFor(KID, use, LUNCH))
    assert.equal(found?.issuer.region, 'KR-11')
  }
  assert.equal(unwrap(await list.keysFor(KID.subarray(0, 4), 'strip', LUNCH)).length, 1)
  assert.equal(codeOf(await list.keysFor(KID.subarray(0, 4), 'hc1', LUNCH)), 'key-unknown')
})

test('every key that shares a kid is given', async () => {
  const list = trust(issuerKey(pair), issuerKey(await newPair(), { region: 'KR-26' }))
  const regions = unwrap(await list.keysFor(KID, 'strip', LUNCH)).map(({ issuer }) => issuer.region)
  assert.deepEqual(regions, ['KR-11', 'KR-26'])
})

test('a key counts only for its uses, in its time and until it is withdrawn', async () => {
  const key = issuerKey(pair, { uses: ['strip'] })
  assert.equal(codeOf(await trust(key).keysFor(KID, 'hc1', LUNCH)), 'key-usage')
  assert.equal(codeOf(await trust(key).keysFor(KID, 'strip', key.validFrom - 1)), 'key-not-yet-valid')
  assert.equal(codeOf(await trust(key).keysFor(KID, 'strip', key.validFrom)), 'ok')
  assert.equal(codeOf(await trust(key).keysFor(KID, 'strip', key.validUntil)), 'key-expired')
  assert.equal(codeOf(await trust({ ...key, isRevoked: true }).keysFor(KID, 'strip', LUNCH)), 'issuer-revoked')
  assert.equal(codeOf(await trust().keysFor(KID, 'strip', LUNCH)), 'key-unknown')
  const bad = { ...key, jwk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } }
  assert.equal(codeOf(await trust(bad).keysFor(KID, 'strip', LUNCH)), 'key-malformed')
  assert.equal(codeOf(await trust(bad, key).keysFor(KID, 'strip', LUNCH)), 'ok')
})

test('a SMART Health Card key is found by the text of its kid', async () => {
  const list = trust(
    issuerKey(pair, {
      kid: '3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s',
      uses: ['shc'],
      issuer: 'https://example.org',
    }),
  )
  assert.equal(codeOf(await list.keysFor('3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s', 'shc', LUNCH)), 'ok')
})

test('a key may be limited to kinds of certificates', () => {
  assert.equal(maySignKind(issuerKey(pair, { kinds: ['t'] }), 'v'), false)
  assert.equal(maySignKind(issuerKey(pair, { kinds: ['t'] }), 't'), true)
  assert.equal(maySignKind(issuerKey(pair), 'v'), true)
})

test('one wrong entry refuses the whole list', () => {
  const good = issuerKey(pair)
  const wrong: object[] = [
    { kid: 'not base64!' },
    { uses: ['strip', 'other'] },
    { region: 'Seoul' },
    { validFrom: 1.5 },
    { validUntil: 'later' },
    { jwk: null },
    { kinds: 'v' },
    { isRevoked: 'yes' },
  ]
  for (const change of wrong)
    assert.equal(codeOf(readTrustList({ issuers: [good, { ...good, ...change }] })), 'pack-malformed')
  for (const json of [null, 1, [], {}, { issuers: {} }]) assert.equal(codeOf(readTrustList(json)), 'pack-malformed')
})
