/** First and longest pause after failures in a row. */
export const FIRST_PAUSE_MS = 250
export const LONGEST_PAUSE_MS = 5_000

/**
 * Pause before the next try: doubles with every failure, of which a random part between a half and the whole is waited, so that
 * sixteen cells that lost the same one do not come back at the same instant.
 * @param chance from 0 to 1
 */
export const pauseMs = (failures: number, chance: number): number => {
  if (failures <= 0) return 0
  const full = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 20))
  return full / 2 + (full / 2) * chance
}
