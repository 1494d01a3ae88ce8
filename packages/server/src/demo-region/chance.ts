/** Seeded chance: the same seed gives the same demo on every machine. */
export interface Chance {
  /** In [0, 1). */
  next(): number
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number
  /** One of these by weight. */
  pick<T>(choices: readonly (readonly [T, number])[]): T
}

export const seededChance = (seed: string): Chance => {
  let state = hash(seed)
  const next = (): number => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const pick = <T>(choices: readonly (readonly [T, number])[]): T => {
    const total = choices.reduce((sum, [, weight]) => sum + weight, 0)
    let left = next() * total
    for (const [choice, weight] of choices) {
      left -= weight
      if (left < 0) return choice
    }
    const last = choices.at(-1)
    if (last === undefined) throw new Error('nothing to pick from')
    return last[0]
  }
  return { next, pick, between: (least, most) => least + Math.floor(next() * (most - least + 1)) }
}

/** FNV-1a, 32 bits. */
const hash = (text: string): number => {
  let sum = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) sum = Math.imul(sum ^ byte, 0x01000193)
  return sum | 0
}

/** Whole shares of a whole total by weight: nothing is lost to rounding, and equal weights differ by one at most. */
export const shareOut = (total: number, weights: readonly number[]): readonly number[] => {
  const sum = weights.reduce((all, weight) => all + weight, 0)
  if (sum === 0) return weights.map(() => 0)
  const exact = weights.map((weight) => (total * weight) / sum)
  const shares = exact.map(Math.floor)
  const left = total - shares.reduce((all, share) => all + share, 0)
  const byRemainder = exact.map((share, at) => [share - Math.floor(share), at] as const)
  byRemainder.sort(([a, i], [b, j]) => b - a || i - j)
  for (const [, at] of byRemainder.slice(0, left)) shares[at] = (shares[at] ?? 0) + 1
  return shares
}
