/**
 * A rule as it was known over time. Every publication may set or change an item; a version of the rule set holds each item
 * as its last publication before that version left it. So old versions can be rebuilt exactly, and none knows the future.
 */
export type Editions<T> = readonly { readonly since: string; readonly item: T }[]

/** First edition of an item and what later publications changed in it. */
export const editions = <T>(
  since: string,
  item: T,
  ...changes: readonly (readonly [string, Partial<T>])[]
): Editions<T> => {
  let last = item
  const later = changes.map(([published, change]) => {
    last = { ...last, ...change }
    return { since: published, item: last }
  })
  return [{ since, item }, ...later]
}

/** The items as known at `published`. Texts of one offset compare like instants. */
export const knownAt = <T>(all: readonly Editions<T>[], published: string): readonly T[] =>
  all.flatMap((one) => one.findLast((edition) => edition.since <= published)?.item ?? [])
