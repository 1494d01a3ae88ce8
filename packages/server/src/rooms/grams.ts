/**
 * What a text is found by: every two neighbouring characters of every word. A Korean word is mostly two syllables, which a trigram
 * index cannot look up (measured: docs/adr/0021-rooms.md), and two characters are one entry here.
 */
export const gramsOf = (text: string): string[] => {
  const grams = new Set<string>()
  for (const word of normal(text).split(/\s+/)) {
    const letters = [...word]
    for (let at = 0; at + 1 < letters.length; at += 1) grams.add(`${letters[at]}${letters[at + 1]}`)
  }
  return [...grams].slice(0, MAX_GRAMS)
}

/** Composed, lower case: how text is compared. */
export const normal = (text: string): string => text.normalize('NFC').toLowerCase().normalize('NFC')

/** A text of the longest allowed length has fewer. */
const MAX_GRAMS = 4_000

/** Is the text there, in any writing of it? What the index names is checked with this. */
export const contains = (text: string, wanted: string): boolean =>
  normal(text).replace(/\s+/g, ' ').includes(normal(wanted).replace(/\s+/g, ' ').trim())
