/**
 * Masked names: enough for a person at the door to compare with an identity card, never the whole name.
 *
 * The rule (the form Korean guidance on limited display of personal data prints as "홍*동"):
 *
 * | name | shown | why |
 * | --- | --- | --- |
 * | Hangul or Han, surname + given name of 2 or more | surname, `*` for each inner syllable, last syllable | 홍길동 → 홍*동, 김하늘빛 → 김**빛 |
 * | surname + given name of 1 | surname, `*` | 홍길 → 홍* |
 * | compound surname (list below, or given apart) | both syllables of it, then as above | 남궁민수 → 남궁*수, 제갈량 → 제갈* |
 * | one syllable only | `*` | a name never appears whole |
 * | Latin and every other script | initial of each word and `**`, at most four words | HONG GILDONG → H** G** |
 * | a word of one letter | `*` | the same |
 *
 * The number of stars of a Latin word is fixed, so its length is not told. A word that does not begin with a letter
 * becomes `*`. Everything else (titles, digits, marks, direction controls, emoji) is dropped.
 *
 * @see docs/sources/pass.md#masked-name
 */

export type HolderName = string | { readonly family: string; readonly given: string }

/** Longest masked name in UTF-8 bytes: what still leaves the proof inside a version 11 code. */
export const MASKED_NAME_MAX_BYTES = 32

/** Surnames of two syllables; the first syllable of most is a surname of its own, so the list is needed. */
export const COMPOUND_SURNAMES: ReadonlySet<string> = new Set([
  '남궁',
  '황보',
  '제갈',
  '사공',
  '선우',
  '서문',
  '독고',
  '동방',
  '어금',
  '망절',
])

const LATIN_STARS = '**'
const MAX_WORDS = 4
const MAX_INNER_STARS = 4
const MAX_INPUT_CHARS = 400
const CJK_WORD = /^[\p{Script=Hangul}\p{Script=Han}]+$/u
const LETTER_WORD = /^\p{L}/u

/** The masked form of a name, at most 32 bytes of UTF-8; `*` when nothing of it may be shown. Never throws. */
export const maskName = (name: HolderName): string => {
  if (typeof name !== 'string') return maskParts(words(name.family), words(name.given), true)
  const [first, ...rest] = words(name)
  return first === undefined ? '*' : maskParts([first], rest, isSurname(first))
}

/** A written space parts surname and given name only behind a real surname: "길동 홍" must not show 길동. */
const isSurname = (word: string): boolean => [...word].length === 1 || COMPOUND_SURNAMES.has(word)

const words = (text: string): string[] =>
  text
    .slice(0, MAX_INPUT_CHARS)
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\s-]/gu, '')
    .split(/[\s-]+/u)
    .filter((word) => word !== '')

const maskParts = (family: readonly string[], given: readonly string[], split: boolean): string => {
  const all = [...family, ...given]
  if (all.length === 0) return '*'
  if (!all.every((word) => CJK_WORD.test(word))) return all.slice(0, MAX_WORDS).map(maskWord).join(' ')
  const surname = [...family.join('')]
  const rest = [...given.join('')]
  return split && surname.length <= 2 && surname.length > 0
    ? maskSyllables(surname, rest)
    : maskJoined([...surname, ...rest])
}

const maskJoined = (syllables: readonly string[]): string => {
  const compound = syllables.length > 2 && COMPOUND_SURNAMES.has(syllables.slice(0, 2).join(''))
  const at = compound ? 2 : 1
  return maskSyllables(syllables.slice(0, at), syllables.slice(at))
}

const maskSyllables = (surname: readonly string[], given: readonly string[]): string => {
  if (given.length === 0) return surname.length > 1 ? `${surname[0]}*` : '*'
  const stars = '*'.repeat(Math.min(Math.max(given.length - 1, 1), MAX_INNER_STARS))
  return surname.join('') + stars + (given.length > 1 ? (given.at(-1) ?? '') : '')
}

const maskWord = (word: string): string => {
  const letters = [...word]
  if (letters.length < 2 || !LETTER_WORD.test(word)) return '*'
  return (letters[0] ?? '').toUpperCase().slice(0, 2) + LATIN_STARS
}
