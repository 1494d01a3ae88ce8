import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { concat, fromHex, toHex } from './bytes.ts'
import { CborSimple, CborTag, type CborValue, decodeCbor } from './cbor.ts'
import { type CborInput, encodeCbor } from './cbor-encode.ts'
import { unwrap } from './result.ts'

const bytesOf = (hex: string): Uint8Array => fromHex(hex) ?? assert.fail(hex)
const codeOf = (hex: string, canonical = false): string => {
  const decoded = decodeCbor(bytesOf(hex), { canonical })
  return decoded.ok ? 'ok' : decoded.error.code
}

/** RFC 8949 Appendix A; the last member says whether encoding the value gives the same bytes again. */
const APPENDIX_A: readonly (readonly [string, CborValue, boolean])[] = [
  ['00', 0, true],
  ['01', 1, true],
  ['0a', 10, true],
  ['17', 23, true],
  ['1818', 24, true],
  ['1864', 100, true],
  ['1903e8', 1000, true],
  ['1a000f4240', 1_000_000, true],
  ['1b000000e8d4a51000', 1_000_000_000_000, true],
  ['1bffffffffffffffff', 18_446_744_073_709_551_615n, true],
  ['c249010000000000000000', 18_446_744_073_709_551_616n, true],
  ['3bffffffffffffffff', -18_446_744_073_709_551_616n, true],
  ['c349010000000000000000', -18_446_744_073_709_551_617n, true],
  ['20', -1, true],
  ['29', -10, true],
  ['3863', -100, true],
  ['3903e7', -1000, true],
  ['f90000', 0, false],
  ['f98000', -0, false],
  ['f93c00', 1, false],
  ['fb3ff199999999999a', 1.1, true],
  ['f93e00', 1.5, false],
  ['f97bff', 65_504, false],
  ['fa47c35000', 100_000, false],
  ['fa7f7fffff', 3.4028234663852886e38, true],
  ['fb7e37e43c8800759c', 1e300, true],
  ['f90001', 2 ** -24, false],
  ['f90400', 0.00006103515625, false],
  ['f9c400', -4, false],
  ['fbc010666666666666', -4.1, true],
  ['f97c00', Number.POSITIVE_INFINITY, false],
  ['f97e00', Number.NaN, false],
  ['f9fc00', Number.NEGATIVE_INFINITY, false],
  ['f4', false, true],
  ['f5', true, true],
  ['f6', null, true],
  ['f7', undefined, true],
  ['f0', new CborSimple(16), true],
  ['c074323031332d30332d32315432303a30343a30305a', new CborTag(0, '2013-03-21T20:04:00Z'), true],
  ['c11a514b67b0', new CborTag(1, 1_363_896_240), true],
  ['d74401020304', new CborTag(23, Uint8Array.of(1, 2, 3, 4)), true],
  ['40', new Uint8Array(), true],
  ['4401020304', Uint8Array.of(1, 2, 3, 4), true],
  ['60', '', true],
  ['6161', 'a', true],
  ['6449455446', 'IETF', true],
  ['62225c', '"\\', true],
  ['62c3bc', 'ü', true],
  ['63e6b0b4', '水', true],
  ['64f0908591', '\u{10151}', true],
  ['80', [], true],
  ['83010203', [1, 2, 3], true],
  ['8301820203820405', [1, [2, 3], [4, 5]], true],
  ['a0', new Map(), true],
  [
    'a201020304',
    new Map([
      [1, 2],
      [3, 4],
    ]),
    true,
  ],
  [
    'a26161016162820203',
    new Map<string, CborValue>([
      ['a', 1],
      ['b', [2, 3]],
    ]),
    true,
  ],
  ['5f42010243030405ff', Uint8Array.of(1, 2, 3, 4, 5), false],
  ['7f657374726561646d696e67ff', 'streaming', false],
  ['9fff', [], false],
  ['9f018202039f0405ffff', [1, [2, 3], [4, 5]], false],
  [
    'bf61610161629f0203ffff',
    new Map<string, CborValue>([
      ['a', 1],
      ['b', [2, 3]],
    ]),
    false,
  ],
]

for (const [hex, value, again] of APPENDIX_A) {
  test(`CBOR ${hex} of RFC 8949 Appendix A is read${again ? ' and written' : ''}`, () => {
    assert.deepEqual(unwrap(decodeCbor(bytesOf(hex))), value)
    if (again) assert.equal(toHex(encodeCbor(value)), hex)
  })
}

const FAULTS: readonly (readonly [name: string, hex: string, code: string])[] = [
  ['nothing', '', 'cbor-truncated'],
  ['a number cut off', '19ff', 'cbor-truncated'],
  ['a text longer than the input', '7affffffff', 'cbor-truncated'],
  ['bytes longer than any memory', '5bffffffffffffffff', 'cbor-truncated'],
  ['an array of 2^64 − 1 items', '9bffffffffffffffff', 'cbor-truncated'],
  ['a map of 2^32 entries', 'bb0000000100000000', 'cbor-truncated'],
  ['an indefinite array without end', '9f0102', 'cbor-truncated'],
  ['an odd indefinite map', 'bf6161ff', 'cbor-malformed'],
  ['a break on its own', 'ff', 'cbor-malformed'],
  ['reserved additional information', '1c', 'cbor-malformed'],
  ['an indefinite tag', 'df00', 'cbor-malformed'],
  ['a simple value in two bytes that fits one', 'f810', 'cbor-malformed'],
  ['a text part in indefinite bytes', '5f6161ff', 'cbor-malformed'],
  ['an indefinite part in an indefinite text', '7f7f6161ffff', 'cbor-malformed'],
  ['a bignum of text', 'c26161', 'cbor-malformed'],
  ['two items', '0000', 'cbor-trailing'],
  ['a key twice', 'a201000101', 'cbor-duplicate-key'],
  ['a key twice, once not shortest', 'a20100180101', 'cbor-duplicate-key'],
  ['a text key twice in an indefinite map', 'bf616100616101ff', 'cbor-duplicate-key'],
  ['an array as key', 'a18000', 'cbor-key-type'],
  ['a float as key', 'a1f93c0000', 'cbor-key-type'],
  ['an overlong UTF-8 form', '62c080', 'utf8-malformed'],
  ['a surrogate in UTF-8', '63eda080', 'utf8-malformed'],
  ['a character cut in two parts of a text', '7f61c361bcff', 'utf8-malformed'],
]
for (const [name, hex, code] of FAULTS) {
  test(`CBOR with ${name} is refused as ${code}`, () => assert.equal(codeOf(hex), code))
}

const NOT_CANONICAL: readonly (readonly [string, string])[] = [
  ['a number not shortest', '1817'],
  ['a 16-bit length below 256', '5900014a'],
  ['an indefinite array', '9fff'],
  ['keys out of order', 'a202000100'],
  ['a text key before a shorter one', 'a2626161006162f6'],
  ['a bignum that fits 64 bits', 'c24101'],
]
for (const [name, hex] of NOT_CANONICAL) {
  test(`${name} is refused only where canonical CBOR is asked for`, () => {
    assert.equal(codeOf(hex), 'ok')
    assert.equal(codeOf(hex, true), 'cbor-not-canonical')
  })
}

test('depth and items are bounded: deep nesting, wide arrays and many tags are refused, not recursed into', () => {
  assert.equal(codeOf('81'.repeat(30_000)), 'cbor-too-deep')
  assert.equal(codeOf('c1'.repeat(30_000)), 'cbor-too-deep')
  assert.equal(codeOf(`9f${'00'.repeat(10_000)}ff`), 'cbor-too-large')
  assert.equal(codeOf(`5f${'40'.repeat(10_000)}ff`), 'cbor-too-large')
  assert.equal(codeOf('00'.repeat(70_000)), 'cbor-too-large')
})

const key = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.bigInt({ min: 1n << 60n, max: (1n << 64n) - 1n }))
const { value } = fc.letrec<{ value: CborInput }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.maxSafeInteger(),
    fc.double().filter((number) => !Number.isInteger(number)),
    fc.bigInt({ min: -(1n << 80n), max: 1n << 80n }).filter((big) => big > 2n ** 53n || big < -(2n ** 53n)),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(true, false, null, undefined),
    fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 6 }),
    fc
      .uniqueArray(fc.tuple(key, tie('value')), { selector: ([name]) => String(name), maxLength: 6 })
      .map((entries) => new Map(entries)),
    fc
      .tuple(fc.integer({ min: 32, max: 100_000 }), tie('value'))
      .map(([tag, inner]) => new CborTag(tag, inner as CborValue)),
  ),
}))

test('what is encoded is decoded as it was', () => {
  fc.assert(
    fc.property(value, (input) => assert.deepEqual(unwrap(decodeCbor(encodeCbor(input), { maxDepth: 64 })), input)),
  )
})

test('with sorted keys the encoding is canonical', () => {
  fc.assert(
    fc.property(value, (input) => {
      const decoded = decodeCbor(encodeCbor(input, { sortKeys: true }), { maxDepth: 64, canonical: true })
      assert.ok(decoded.ok)
    }),
  )
})

test('any bytes are decoded or refused, never thrown on', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const decoded = decodeCbor(bytes)
      if (decoded.ok) assert.ok(encodeCbor(decoded.value).length <= bytes.length * 9 + 16)
    }),
    { numRuns: 2_000 },
  )
})

test('a borrowed byte string is a view, another a copy', () => {
  const bytes = concat(Uint8Array.of(0x42), Uint8Array.of(1, 2))
  const copy = unwrap(decodeCbor(bytes)) as Uint8Array
  const view = unwrap(decodeCbor(bytes, { borrow: true })) as Uint8Array
  bytes[1] = 9
  assert.deepEqual([copy[0], view[0]], [1, 9])
})
