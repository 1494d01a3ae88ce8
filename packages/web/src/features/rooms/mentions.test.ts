import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Mentionable, mentionAt, stillNamed, suggestionsFor, withMention } from './mentions.ts'

const person = (token: string, place: string | null = null): Mentionable => ({
  token,
  place,
  mention: { kind: 'person', personId: token },
})

test('an @ after a space or at the beginning asks for names, one inside a word does not', () => {
  assert.deepEqual(mentionAt('@김', 2), { start: 0, word: '김' })
  assert.deepEqual(mentionAt('수술 @흉부', 6), { start: 3, word: '흉부' })
  assert.equal(mentionAt('a@b', 3), null)
  assert.equal(mentionAt('@김 선생님', 6), null)
})

test('what begins with the word comes before what only has it', () => {
  const all = [person('이흉부'), person('흉부외과'), person('박', '흉부병원')]
  assert.deepEqual(
    suggestionsFor(all, '흉부').map(({ token }) => token),
    ['흉부외과', '이흉부', '박'],
  )
})

test('a chosen name stands in the text and counts only as long as it does', () => {
  const kim = person('김배정')
  const { text, caret } = withMention('확인 @김 부탁', 3, 5, kim)
  assert.equal(text, '확인 @김배정  부탁')
  assert.equal(caret, 8)
  assert.deepEqual(stillNamed(text, [kim, kim]), [kim])
  assert.deepEqual(stillNamed('확인', [kim]), [])
})
