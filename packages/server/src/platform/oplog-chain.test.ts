import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalJson } from './canonical.ts'
import { type ChainedOp, FIRST_HASH, findChainFault, opHash, signHash } from './oplog-chain.ts'

// RFC 8032 §7.1, test 1: the secret key, so that nothing here depends on chance.
const SEED = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex')
const key = createPrivateKey({
  format: 'der',
  type: 'pkcs8',
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), SEED]),
})
const publicKey = Buffer.from(String(createPublicKey(key).export({ format: 'jwk' }).x), 'base64url')

const chain = (bodies: readonly unknown[]): ChainedOp[] => {
  let prevHash: Buffer = FIRST_HASH
  return bodies.map((body, index) => {
    const op = {
      origin: '28',
      epoch: 1,
      seq: `${index + 1}`,
      kind: 'tested',
      at: new Date(1_000 * index),
      subject: 'S',
      body,
      audience: {},
    }
    const hash = opHash(prevHash, op)
    const chained = { ...op, prevHash, hash, signature: index === bodies.length - 1 ? signHash(key, hash) : null }
    prevHash = hash
    return chained
  })
}

test('a run of ops as it was written has no fault', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), (bodies) => {
      assert.equal(findChainFault(chain(bodies), publicKey), undefined)
    }),
  )
})

test('an op that is changed, dropped or moved is found', () => {
  const ops = chain([{ a: 1 }, { a: 2 }, { a: 3 }])
  const [first, second, third] = ops
  assert(first && second && third)
  assert.deepEqual(findChainFault([first, { ...second, body: { a: 9 } }, third], publicKey), {
    seq: '2',
    fault: 'wrong-hash',
  })
  assert.deepEqual(findChainFault([first, third], publicKey), { seq: '3', fault: 'gap' })
  assert.deepEqual(findChainFault([first, { ...second, prevHash: third.hash }], publicKey), {
    seq: '2',
    fault: 'broken-chain',
  })
  const forged = { ...third, signature: Buffer.alloc(64) }
  assert.deepEqual(findChainFault([first, second, forged], publicKey), { seq: '3', fault: 'wrong-signature' })
})

test('the order of members does not change the text of a value', () => {
  assert.equal(
    canonicalJson({ b: 1, a: { d: [2, { y: 1, x: 2 }], c: 3 } }),
    '{"a":{"c":3,"d":[2,{"x":2,"y":1}]},"b":1}',
  )
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).reverse())
      assert.equal(canonicalJson(reversed), canonicalJson(value))
    }),
  )
})
