const FIRST_MS = 500
const MOST_MS = 30_000

/**
 * How long to wait before try number `attempt` (1 = the first repetition): doubling, capped, with jitter so that a whole
 * region does not come back at the same instant.
 * @param chance in [0, 1)
 */
export const backoffMs = (attempt: number, chance: number): number => {
  const full = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 10))
  return Math.round(full / 2 + (full / 2) * chance)
}
