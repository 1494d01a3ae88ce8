/** Anything that stands in a timeline. */
export interface Keyed {
  /** `hlc~id`; see hlc.ts. */
  readonly key: string
}

/**
 * The union of timelines, in order, each item once. Items are never changed after they were written, so a key names one item; should
 * two differ all the same (a fault, or a forgery), every cell keeps the same one, the lesser by `mark`.
 * Commutative, associative, idempotent: it does not matter which cell heard what first, or how often.
 */
export const union = <T extends Keyed>(mark: (item: T) => string, ...timelines: readonly (readonly T[])[]): T[] => {
  const items = new Map<string, T>()
  for (const timeline of timelines) {
    for (const item of timeline) {
      const known = items.get(item.key)
      if (known === undefined || mark(item) < mark(known)) items.set(item.key, item)
    }
  }
  return [...items.values()].sort(byKey)
}

export const byKey = (a: Keyed, b: Keyed): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)

export interface PageAsk {
  /** Only items before this key, the nearest ones. */
  readonly before?: string | undefined
  /** Only items after this key, the nearest ones. */
  readonly after?: string | undefined
  readonly limit: number
}

/** A page of an ordered timeline: the newest one without a cursor. `more`: there are further items at the end that was asked for. */
export const pageOf = <T extends Keyed>(
  items: readonly T[],
  { before, after, limit }: PageAsk,
): { items: T[]; more: boolean } => {
  const inside = items.filter(
    ({ key }) => (before === undefined || key < before) && (after === undefined || key > after),
  )
  const forward = after !== undefined && before === undefined
  return {
    items: forward ? inside.slice(0, limit) : inside.slice(Math.max(0, inside.length - limit)),
    more: inside.length > limit,
  }
}
