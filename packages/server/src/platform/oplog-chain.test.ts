import assert from 'node:assert/strict'
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type ChainedRecord,
  chainText,
  FIRST_HASH,
  findChainFault,
  recordHash,
  signHash,
  verifyHash,
} from './oplog-chain.ts'

// RFC 8032 §7.1, test 1: the secret key, so that nothing here depends on chance.
const SEED = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex')
const key = createPrivateKey({
  format: 'der',
  type: 'pkcs8',
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), SEED]),
})
const publicKey = Buffer.from(String(createPublicKey(key).export({ format: 'jwk' }).x), 'base64url')

const chain = (bodies: readonly unknown[]): ChainedRecord[] => {
  let prevHash = FIRST_HASH
  return bodies.map((body, index) => {
    const record = {
      origin: '28',
      epoch: 1,
      seq: index + 1,
      kind: 'tested',
      at: new Date(1_000 * index).toISOString(),
      subject: 'S',
      body: { body },
      prevHash,
    }
    prevHash = recordHash(record)
    return { ...record, hash: prevHash }
  })
}

test('a run of records as it was written has no fault', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), (bodies) => {
      assert.equal(findChainFault(chain(bodies)), undefined)
    }),
  )
})

test('a record that is changed, dropped or moved is found', () => {
  const records = chain([{ a: 1 }, { a: 2 }, { a: 3 }])
  const [first, second, third] = records
  assert(first && second && third)
  assert.deepEqual(findChainFault([first, { ...second, body: { a: 9 } }, third]), { seq: 2, fault: 'wrong-hash' })
  assert.deepEqual(findChainFault([first, third]), { seq: 3, fault: 'gap' })
  assert.deepEqual(findChainFault([first, { ...second, prevHash: third.hash }]), { seq: 2, fault: 'broken-chain' })
})

test('a member that this version does not know is covered by the hash', () => {
  const [first] = chain([1])
  assert(first)
  const { hash: _, ...bare } = first
  assert.notEqual(recordHash({ ...bare, later: 'x' } as typeof bare), recordHash(bare))
})

test('a signature is of one hash, by one key, and of logs alone', () => {
  const [first, second] = chain([1, 2])
  assert(first && second)
  const signature = signHash(key, first.hash)
  assert.equal(verifyHash(publicKey, first.hash, signature), true)
  assert.equal(verifyHash(publicKey, second.hash, signature), false)
  assert.equal(verifyHash(publicKey, first.hash, Buffer.alloc(64)), false)
  assert.equal(verifyHash(publicKey, first.hash, Buffer.alloc(3)), false)
  const other = Buffer.from(publicKey)
  other.writeUInt8(other.readUInt8(0) ^ 1, 0)
  assert.equal(verifyHash(other, first.hash, signature), false)
})

test('the text of a record does not depend on the order its members came in', () => {
  const reversed = (_: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).reverse())
      : value
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = chainText(value)
      assert.equal(chainText(JSON.parse(JSON.stringify(value, reversed))), text)
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
    }),
  )
  assert.equal(chainText({ b: [1, { d: 1, c: 2 }], a: null, 1: 'x' }), '{"1":"x","a":null,"b":[1,{"c":2,"d":1}]}')
})

test('a record is hashed as its text says, with and without members of a newer version', () => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), fc.boolean(), (body, subject, isNewer) => {
      const [first] = chain([body])
      assert(first)
      const { hash: _, ...bare } = { ...first, subject, ...(isNewer ? { later: body } : {}) }
      assert.equal(recordHash(bare), sha256(chainText(bare)))
      assert.equal(recordHash({ ...bare, hash: 'x' }, chainText(bare.body)), sha256(chainText(bare)))
    }),
  )
})
