import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LICENCE_KINDS } from '@dure/contract'
import fc from 'fast-check'
import { parseLicence } from './licences.ts'

test('a licence number is the same however it was copied from the card', () => {
  for (const raw of ['12345', '제12345호', '제 12345 호', ' 12345 ', '１２３４５'])
    assert.equal(parseLicence('doctor', raw)?.number, '12345', raw)
})

test('what is no number of its kind is refused', () => {
  for (const raw of ['', '0', '012345', '1234567', '12a45', '-', '제호', '1'.repeat(100)])
    assert.equal(parseLicence('doctor', raw), undefined, raw)
  assert.equal(parseLicence('official', '12'), undefined)
  assert.equal(parseLicence('official', 'inch0042')?.number, 'INCH0042')
})

test('what is kept in the clear is an end of the number and never the whole of it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...LICENCE_KINDS), fc.integer({ min: 10, max: 999_999 }), (kind, n) => {
      const licence = parseLicence(kind, String(n))
      if (licence === undefined) return kind === 'official' && n < 1000
      return (
        licence.number.endsWith(licence.tail) && licence.tail.length < licence.number.length && licence.tail.length <= 3
      )
    }),
  )
})
