import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MASKED_NAME_MAX_BYTES, maskName } from './masked-name.ts'

const CASES: readonly (readonly [string, string])[] = [
  ['홍길동', '홍*동'],
  ['홍길', '홍*'],
  ['홍', '*'],
  ['김하늘빛', '김**빛'],
  ['남궁민수', '남궁*수'],
  ['제갈량', '제갈*'],
  ['남궁', '남*'],
  ['홍 길동', '홍*동'],
  ['길동 홍', '길*홍'],
  ['洪吉童', '洪*童'],
  ['홍길동', '홍*동'],
  ['HONG GILDONG', 'H** G**'],
  ['Anne-Marie de la Tour', 'A** M** D** L**'],
  ['Ng', 'N**'],
  ['J', '*'],
  ['J Doe', '* D**'],
  ['Øyvind Ås', 'Ø** Å**'],
  ['김 John', '* J**'],
  ['‮홍길동', '홍*동'],
  ['', '*'],
  ['123 !!', '*'],
]

for (const [name, masked] of CASES) {
  test(`the name ${JSON.stringify(name)} is shown as ${masked}`, () => assert.equal(maskName(name), masked))
}

test('a surname given apart is shown whole, whether it stands in the list or not', () => {
  assert.equal(maskName({ family: '황', given: '보라' }), '황*라')
  assert.equal(maskName({ family: '황보', given: '라' }), '황보*')
  assert.equal(maskName({ family: '강전', given: '민수' }), '강전*수')
  assert.equal(maskName({ family: 'Hong', given: 'Gil Dong' }), 'H** G** D**')
})

test('a name written in decomposed letters is masked like its composed form', () => {
  assert.equal(maskName('홍길동'.normalize('NFD')), '홍*동')
})

const hangul = fc.integer({ min: 0xac00, max: 0xd7a3 }).map((code) => String.fromCodePoint(code))

test('of a Korean name the mask tells the surname and the last syllable of the given name, nothing more', () => {
  fc.assert(
    fc.property(fc.array(hangul, { minLength: 1, maxLength: 12 }), (syllables) => {
      const shown = [...maskName(syllables.join(''))].filter((letter) => letter !== '*')
      assert.ok(shown.length < syllables.length, 'at least one syllable is hidden')
      assert.ok(shown.length <= 3)
      assert.deepEqual(shown.slice(0, 1), shown.length > 0 ? syllables.slice(0, 1) : [])
    }),
  )
})

test('of a Latin name the mask tells initials only, and not how long a word is', () => {
  const word = fc.stringMatching(/^[A-Z][a-z]{1,14}$/)
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (parts) => {
      const expected = parts.slice(0, 4).map((part) => `${part[0]}**`)
      assert.equal(maskName(parts.join(' ')), expected.join(' '))
    }),
  )
})

test('whatever is typed, the masked name fits its 32 bytes and is never the name itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), (text) => {
      const masked = maskName(text)
      assert.ok(new TextEncoder().encode(masked).length <= MASKED_NAME_MAX_BYTES)
      assert.ok(masked.includes('*'))
      if (text !== '' && !text.includes('*')) assert.notEqual(masked, text)
    }),
  )
})
