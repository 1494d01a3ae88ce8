import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { concat } from './bytes.ts'
import { unwrap } from './result.ts'
import { ByteWriter } from './revocation-codec.ts'
import {
  applySuffixDelta,
  buildSuffixDelta,
  buildSuffixList,
  countOf,
  decodeSuffixDelta,
  decodeSuffixList,
  encodeSuffixDelta,
  encodeSuffixList,
  falsePositiveRate,
  isSuffixRevoked,
  keyBytesFor,
  MAX_FALSE_POSITIVE,
} from './revocation-suffixes.ts'

const STRIDE = 16
const hashOf = (n: number): Uint8Array => createHash('sha256').update(`certificate ${n}`).digest().subarray(0, STRIDE)
/** Hashes that collide often in their first bytes, so that equal keys and full buckets really occur. */
const crowded = fc
  .array(fc.integer({ min: 0, max: 5 }), { minLength: 3, maxLength: 3 })
  .chain((head) => fc.nat(255).map((tail) => Uint8Array.from([...head, 0, 0, 0, ...Array<number>(9).fill(0), tail])))
const build = (number: number, hashes: readonly Uint8Array[], keyBytes: number) =>
  buildSuffixList(number, concat(...hashes), STRIDE, { keyBytes })

test('every revoked hash is found, whatever the shape of the list: there are no false negatives', () => {
  fc.assert(
    fc.property(fc.array(crowded, { maxLength: 300 }), fc.integer({ min: 2, max: 6 }), (hashes, keyBytes) => {
      const list = unwrap(decodeSuffixList(encodeSuffixList(build(1, hashes, keyBytes))))
      assert.equal(countOf(list), hashes.length)
      for (const hash of hashes) assert.ok(isSuffixRevoked(list, hash))
    }),
  )
})

test('a chain of deltas gives the same list as building it whole', () => {
  const step = fc.record({ add: fc.array(crowded, { maxLength: 30 }), removeAt: fc.array(fc.nat(), { maxLength: 20 }) })
  fc.assert(
    fc.property(
      fc.array(crowded, { maxLength: 100 }),
      fc.array(step, { maxLength: 5 }),
      fc.integer({ min: 2, max: 6 }),
      (first, steps, keyBytes) => {
        let held = [...first]
        let list = build(1, held, keyBytes)
        for (const [i, { add, removeAt }] of steps.entries()) {
          const removed: Uint8Array[] = []
          for (const at of removeAt) if (held.length > 0) removed.push(...held.splice(at % held.length, 1))
          held = [...held, ...add]
          const delta = buildSuffixDelta({ from: i + 1, to: i + 2, keyBytes }, add, removed)
          list = unwrap(applySuffixDelta(list, unwrap(decodeSuffixDelta(encodeSuffixDelta(delta)))))
        }
        assert.deepEqual(list, build(steps.length + 1, held, keyBytes))
      },
    ),
  )
})

test('restoring one of two certificates that look alike leaves the other revoked', () => {
  const [a, b] = [
    Uint8Array.from([1, 2, 3, ...Array<number>(13).fill(4)]),
    Uint8Array.from([1, 2, 3, ...Array<number>(13).fill(5)]),
  ]
  const list = build(1, [a, b], 3)
  const after = unwrap(applySuffixDelta(list, buildSuffixDelta({ from: 1, to: 2, keyBytes: 3 }, [], [a])))
  assert.equal(isSuffixRevoked(after, b), true)
})

test('the list keeps just enough bytes of a hash to refuse at most one good certificate in 100,000', () => {
  for (const count of [1, 100, 30_000, 1_000_000, 10_000_000, 40_000_000])
    assert.ok(count / 256 ** keyBytesFor(count, MAX_FALSE_POSITIVE) <= MAX_FALSE_POSITIVE)
  assert.equal(keyBytesFor(10_000_000, MAX_FALSE_POSITIVE), 5)
})

test('of 200,000 good hashes about as many are refused as the list says', () => {
  const list = buildSuffixList(1, concat(...Array.from({ length: 2_000 }, (_, n) => hashOf(n))), STRIDE, {
    keyBytes: 3,
  })
  let refused = 0
  for (let n = 1_000_000; n < 1_200_000; n++) if (isSuffixRevoked(list, hashOf(n))) refused++
  const expected = falsePositiveRate(list) * 200_000
  assert.ok(expected > 20 && Math.abs(refused - expected) < 6 * Math.sqrt(expected), `${refused} of ${expected}`)
})

test('a delta that starts elsewhere, has other keys or takes out what is not there is refused', () => {
  const list = build(1, [hashOf(1)], 3)
  const code = (delta: Parameters<typeof applySuffixDelta>[1]) => {
    const result = applySuffixDelta(list, delta)
    return result.ok ? 'applied' : result.error.code
  }
  assert.equal(code(buildSuffixDelta({ from: 2, to: 3, keyBytes: 3 }, [], [])), 'delta-gap')
  assert.equal(code(buildSuffixDelta({ from: 1, to: 2, keyBytes: 4 }, [], [])), 'delta-mismatch')
  assert.equal(code(buildSuffixDelta({ from: 1, to: 2, keyBytes: 3 }, [], [hashOf(2)])), 'delta-mismatch')
  assert.equal(code(buildSuffixDelta({ from: 1, to: 2, keyBytes: 3 }, [], [hashOf(1), hashOf(1)])), 'delta-mismatch')
  assert.equal(code(buildSuffixDelta({ from: 1, to: 2, keyBytes: 3 }, [hashOf(2)], [hashOf(1)])), 'applied')
})

test('a list out of order, cut short or with bytes left over is refused', () => {
  const bytes = encodeSuffixList(
    build(
      1,
      Array.from({ length: 500 }, (_, n) => hashOf(n)),
      3,
    ),
  )
  const swapped = bytes.slice()
  swapped.set(bytes.subarray(-400).toReversed(), bytes.length - 400)
  for (const bad of [bytes.subarray(0, -1), concat(bytes, new Uint8Array(1)), swapped, new Uint8Array(3)])
    assert.equal(decodeSuffixList(bad).ok, false)
})

test('no bytes at all make a decoder throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(0xf1, 0xf2), (tail, magic) => {
      const bytes = new ByteWriter().varint(magic).bytes(tail).done()
      const list = decodeSuffixList(bytes)
      if (list.ok) assert.equal(typeof isSuffixRevoked(list.value, hashOf(1)), 'boolean')
      assert.equal(typeof decodeSuffixDelta(bytes).ok, 'boolean')
    }),
  )
})
