import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constants, deflateRawSync, deflateSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { concat } from './bytes.ts'
import { adler32, inflateRaw, inflateZlib, storeZlib } from './inflate.ts'
import { unwrap } from './result.ts'

const LIMIT = 200_000
const codeOf = (result: ReturnType<typeof inflateZlib>): string => (result.ok ? 'ok' : result.error.code)

/** Bytes with runs and repeats, so that every kind of block occurs. */
const compressible = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 60 })), { maxLength: 12 })
  .map((parts) => concat(...parts.flatMap(([bytes, times]) => Array.from({ length: times }, () => bytes))))
const options = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.constantFrom(constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE),
  memLevel: fc.constantFrom(1, 8),
})

test('whatever zlib compresses is inflated, at every level and strategy', () => {
  fc.assert(
    fc.property(compressible, options, (bytes, how) => {
      assert.deepEqual(unwrap(inflateZlib(new Uint8Array(deflateSync(bytes, how)), LIMIT)), bytes)
      assert.deepEqual(unwrap(inflateRaw(new Uint8Array(deflateRawSync(bytes, how)), LIMIT)), bytes)
    }),
    { numRuns: 400 },
  )
})

test('stored zlib is read by others, in several blocks too', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => assert.deepEqual(new Uint8Array(inflateSync(storeZlib(bytes))), bytes)),
  )
  const long = new Uint8Array(150_000).fill(7)
  assert.deepEqual(new Uint8Array(inflateSync(storeZlib(long))), long)
  assert.deepEqual(unwrap(inflateZlib(storeZlib(long), LIMIT)), long)
})

test('a zip bomb is refused at the limit, whatever its size', () => {
  const bomb = new Uint8Array(deflateSync(new Uint8Array(50_000_000)))
  const started = performance.now()
  assert.equal(codeOf(inflateZlib(bomb, 32_768)), 'deflate-too-large')
  assert.ok(performance.now() - started < 1_000)
  assert.equal(codeOf(inflateZlib(storeZlib(new Uint8Array(1_001)), 1_000)), 'deflate-too-large')
  assert.equal(codeOf(inflateZlib(storeZlib(new Uint8Array(1_000)), 1_000)), 'ok')
})

test('a changed bit of a zlib stream is refused unless the content is the same', () => {
  const content = new TextEncoder().encode('HC1 HC1 HC1 base45 zlib COSE CWT 두레 두레 '.repeat(4))
  for (const level of [0, 1, 9]) {
    const stream = new Uint8Array(deflateSync(content, { level }))
    for (let bit = 0; bit < stream.length * 8; bit++) {
      const changed = stream.slice()
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const inflated = inflateZlib(changed, LIMIT)
      if (inflated.ok) assert.deepEqual(inflated.value, content)
      if (level === 0) assert.ok(!inflated.ok, `bit ${bit} of a stored stream`)
    }
  }
})

test('any bytes are inflated or refused, never thrown on, and never past the limit', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const raw = inflateRaw(bytes, 4_096)
      if (raw.ok) assert.ok(raw.value.length <= 4_096)
      assert.ok(!inflateZlib(bytes, 4_096).ok || bytes.length >= 6)
    }),
    { numRuns: 3_000 },
  )
})

test('code sets that are over-full or have gaps are refused', () => {
  // A dynamic block whose 19 code lengths are all 1, and one whose are all 0.
  assert.equal(
    codeOf(inflateRaw(Uint8Array.of(0x05, 0xe0, 0x93, 0x24, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24), 100)),
    'deflate-malformed',
  )
  assert.equal(codeOf(inflateRaw(Uint8Array.of(0x05, 0xe0, 0x01, 0, 0, 0, 0, 0, 0, 0), 100)), 'deflate-malformed')
  // Block type 3 is reserved.
  assert.equal(codeOf(inflateRaw(Uint8Array.of(0x07), 100)), 'deflate-malformed')
})

test('Adler-32 is that of RFC 1950', () => {
  assert.equal(adler32(new TextEncoder().encode('Wikipedia')), 0x11e60398)
  assert.equal(adler32(new Uint8Array(100_000).fill(255)), 345649196)
})
