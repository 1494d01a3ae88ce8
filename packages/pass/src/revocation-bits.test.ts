import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { unwrap } from './result.ts'
import {
  applyStatusDelta,
  buildStatusBits,
  decodeStatusBits,
  decodeStatusDelta,
  diffStatusBits,
  encodeStatusBits,
  encodeStatusDelta,
  isStatusRevoked,
  STATUS_MAX_SIZE,
} from './revocation-bits.ts'
import { ByteWriter } from './revocation-codec.ts'

const SIZE = 2_000
const revokedSet = fc.uniqueArray(fc.nat(SIZE - 1), { maxLength: 200 })

test('exactly the revoked certificates are revoked, after shipping too', () => {
  fc.assert(
    fc.property(revokedSet, (revoked) => {
      const list = unwrap(decodeStatusBits(encodeStatusBits(buildStatusBits(7, SIZE, revoked))))
      const found = Array.from({ length: SIZE }, (_, index) => index).filter((index) => isStatusRevoked(list, index))
      assert.deepEqual(
        found,
        [...revoked].sort((a, b) => a - b),
      )
    }),
  )
})

test('a certificate issued after the list was made is not revoked', () => {
  const list = buildStatusBits(1, 9, [8])
  assert.equal(isStatusRevoked(list, 8), true)
  for (const index of [9, 15, 16, -1, 1e9]) assert.equal(isStatusRevoked(list, index), false)
})

test('a chain of deltas gives the same list as building it whole', () => {
  fc.assert(
    fc.property(fc.array(revokedSet, { minLength: 2, maxLength: 6 }), (days) => {
      const whole = days.map((revoked, day) => buildStatusBits(day + 1, SIZE + day * 13, revoked))
      const chained = whole.slice(1).reduce(
        (list, next, i) => {
          const shipped = encodeStatusDelta(diffStatusBits(whole[i] ?? next, next))
          return unwrap(applyStatusDelta(list, unwrap(decodeStatusDelta(shipped))))
        },
        whole[0] ?? buildStatusBits(1, SIZE, []),
      )
      assert.deepEqual(chained, whole.at(-1))
    }),
  )
})

test('a delta fits only the list it starts from', () => {
  const [one, two] = [buildStatusBits(1, 100, []), buildStatusBits(2, 100, [5])]
  const refused = applyStatusDelta(two, diffStatusBits(one, two))
  assert.equal(!refused.ok && refused.error.code, 'delta-gap')
})

test('a list cut short, made longer or claiming a huge size is refused', () => {
  const bytes = encodeStatusBits(buildStatusBits(3, 5_000, [1, 4_999]))
  for (const bad of [bytes.subarray(0, -3), bytes.subarray(0, 4), new Uint8Array(0)])
    assert.equal(decodeStatusBits(bad).ok, false)
  const bomb = new ByteWriter().varint(0xb1).varint(1).varint(8).bytes(bytes.subarray(4)).done()
  assert.equal(decodeStatusBits(bomb).ok, false)
  const huge = new ByteWriter()
    .varint(0xb1)
    .varint(1)
    .varint(STATUS_MAX_SIZE * 2)
    .bytes(bytes.subarray(4))
    .done()
  assert.equal(decodeStatusBits(huge).ok, false)
})

test('no bytes at all make a decoder throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(0xb1, 0xb2), (tail, magic) => {
      const bytes = new ByteWriter().varint(magic).bytes(tail).done()
      assert.equal(typeof decodeStatusBits(bytes).ok, 'boolean')
      assert.equal(typeof decodeStatusDelta(bytes).ok, 'boolean')
    }),
  )
})
