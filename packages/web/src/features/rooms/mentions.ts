import type { Mention } from '@dure/contract'

/** Somebody or a duty that can be named with `@`. `token` is what stands in the text. */
export interface Mentionable {
  readonly token: string
  readonly mention: Mention
  /** Shown beside the name: hospital, desk. */
  readonly place: string | null
}

/** The `@…` that the caret stands in, if it does. */
export const mentionAt = (text: string, caret: number): { readonly start: number; readonly word: string } | null => {
  const found = /(?:^|\s)@([^\s@]{0,20})$/.exec(text.slice(0, caret))
  if (found === null) return null
  const word = found[1] ?? ''
  return { start: caret - word.length - 1, word }
}

const MOST = 8

/** Best first: what begins with the word, then what has it anywhere. */
export const suggestionsFor = (all: readonly Mentionable[], word: string): readonly Mentionable[] => {
  const wanted = word.toLocaleLowerCase()
  const text = (one: Mentionable) => `${one.token} ${one.place ?? ''}`.toLocaleLowerCase()
  const begins = all.filter((one) => one.token.toLocaleLowerCase().startsWith(wanted))
  const has = all.filter((one) => !begins.includes(one) && text(one).includes(wanted))
  return [...begins, ...has].slice(0, MOST)
}

export const withMention = (text: string, start: number, caret: number, one: Mentionable) => {
  const before = `${text.slice(0, start)}@${one.token} `
  return { text: before + text.slice(caret), caret: before.length }
}

/** Of those that were chosen, the ones whose `@name` still stands in the text. */
export const stillNamed = (text: string, chosen: readonly Mentionable[]): readonly Mentionable[] =>
  chosen.filter(
    (one, index) => text.includes(`@${one.token}`) && chosen.findIndex(({ token }) => token === one.token) === index,
  )
