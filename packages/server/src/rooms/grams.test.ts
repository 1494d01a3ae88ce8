import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { contains, gramsOf } from './grams.ts'

test('a word of two syllables is found by itself', () => {
  assert.deepEqual(gramsOf('음압 병상'), ['음압', '병상'])
  assert.deepEqual(gramsOf('기흉'), ['기흉'])
})

test('decomposed and composed Hangul, large and small letters are the same', () => {
  assert.deepEqual(gramsOf('흉부외과'.normalize('NFD')), gramsOf('흉부외과'))
  assert.deepEqual(gramsOf('ECMO'), gramsOf('ecmo'))
  assert.ok(contains('인천 ECMO  가능', 'ecmo 가능'))
})

test('whatever stands in a text is found by the index', () => {
  const word = fc.string({ unit: fc.constantFrom('가', '나', 'a', 'B', '1', 'é', '😷', ' '), maxLength: 12 })
  fc.assert(
    fc.property(word, word, word, (before, wanted, after) => {
      fc.pre(wanted.trim().length >= 2)
      const text = `${before}${wanted}${after}`
      const grams = new Set(gramsOf(text))
      assert.ok(contains(text, wanted))
      assert.ok(gramsOf(wanted).every((gram) => grams.has(gram)))
    }),
  )
})
