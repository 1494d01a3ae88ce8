import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeBase45, encodeBase45 } from './base45.ts'
import {
  compareBytes,
  fromBase64,
  fromBase64Url,
  fromHex,
  fromUtf8,
  toBase64,
  toBase64Url,
  toHex,
  utf8,
} from './bytes.ts'
import { unwrap } from './result.ts'

test('hex, base64, base64url, base45 and UTF-8 give back what was written', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.string({ unit: 'binary' }), (bytes, text) => {
      assert.deepEqual(fromHex(toHex(bytes)), bytes)
      assert.deepEqual(fromBase64Url(toBase64Url(bytes)), bytes)
      assert.deepEqual(fromBase64(toBase64(bytes)), bytes)
      assert.equal(toBase64(bytes), Buffer.from(bytes).toString('base64'))
      assert.deepEqual(unwrap(decodeBase45(encodeBase45(bytes))), bytes)
      assert.equal(fromUtf8(utf8(text)), text)
    }),
  )
})

test('only well-formed UTF-8 is text, and the same bytes as the platform says', () => {
  const platform = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      let expected: string | undefined
      try {
        expected = platform.decode(bytes)
      } catch {}
      assert.equal(fromUtf8(bytes), expected)
    }),
    { numRuns: 5_000 },
  )
})

test('one text has one base64url and one base45: other spellings of the same bytes are refused', () => {
  assert.equal(fromBase64Url('AB'), undefined)
  assert.equal(fromBase64Url('AA=='), undefined)
  assert.equal(fromBase64Url('+/'), undefined)
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789ABCXYZ $%*+-./:') }), (text) => {
      const decoded = decodeBase45(text)
      if (decoded.ok) assert.equal(encodeBase45(decoded.value), text)
    }),
  )
})

test('bytes are ordered as unsigned numbers, a prefix first', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5 }), fc.uint8Array({ maxLength: 5 }), (a, b) => {
      assert.equal(Math.sign(compareBytes(a, b)), Buffer.compare(a, b))
    }),
  )
})
