import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readHave, readVector, writeHave, writeVector } from './vector.ts'

const have = fc
  .tuple(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 1, max: 2 ** 30 })), { maxLength: 6 }),
    fc.nat(),
    fc.nat(),
  )
  .map(([steps, more, newer]) => {
    let epoch = 0
    let seq = 0
    const openings = steps.map(([one, two]) => {
      epoch += one
      seq += two
      return { epoch, seq }
    })
    return { openings, end: seq + more, followedEpoch: epoch + newer }
  })

test('what a reader has is read as it was written', () => {
  fc.assert(fc.property(have, (one) => assert.deepEqual(readHave(writeHave(one)), one)))
  assert.equal(writeHave({ openings: [{ epoch: 1, seq: 1 }], end: 120, followedEpoch: 1 }), '120@1:1')
})

test('a vector survives the address line', () => {
  fc.assert(
    fc.property(have, have, (one, other) => {
      const vector = new Map([
        ['11', one],
        ['28', other],
      ])
      const { searchParams } = new URL(`https://cell/oplog?${writeVector(vector)}&wait=20`)
      assert.deepEqual(readVector(searchParams), vector)
    }),
  )
})

test('anything else is refused, never guessed', () => {
  const wrong = ['', '-1', '1@', '1@1', '1@1:1:1', '1@2:1,1:2', '1@1:2,2:1', '1~', 'x', '1@1:1~x', '99999999999999999']
  for (const raw of wrong) assert.equal(readHave(raw), undefined, raw)
  assert.equal(readVector(new URLSearchParams('28=1&28=2')), undefined)
  assert.equal(readVector(new URLSearchParams('28=x')), undefined)
  fc.assert(fc.property(fc.string(), (raw) => void readHave(raw)))
})
