/** A source that fails is asked again, but never more often than this after a long silence. */
export const BACKOFF_CAP_MS = 15 * 60_000
/** Shares of chance in the waits, so that 17 cells do not knock together. */
const JITTER_AFTER_SUCCESS = 0.1
const JITTER_AFTER_FAILURE = 0.5

/**
 * How long to wait until the next attempt.
 * @param failuresInRow 0 = the last attempt succeeded
 * @param chance in [0, 1)
 * @param hopeless the answer was a refusal that another try will not change soon: a bad key, a spent quota
 * @param retryAfterMs what the source itself asked for, at least
 */
export const nextDelayMs = (
  everyMs: number,
  failuresInRow: number,
  chance: number,
  { hopeless = false, retryAfterMs = 0 }: { readonly hopeless?: boolean; readonly retryAfterMs?: number } = {},
): number => {
  if (failuresInRow === 0) return Math.round(everyMs * (1 + (chance * 2 - 1) * JITTER_AFTER_SUCCESS))
  const cap = Math.max(BACKOFF_CAP_MS, everyMs)
  const full = hopeless ? cap : Math.min(cap, everyMs * 2 ** Math.min(failuresInRow - 1, 20))
  const jittered = full * (1 - chance * JITTER_AFTER_FAILURE)
  return Math.round(Math.min(cap, Math.max(jittered, retryAfterMs)))
}

/** Codes of data.go.kr that mean the key or its quota, not the moment. @see docs/sources/facilities.md#service-codes */
export const HOPELESS_SERVICE_CODES: ReadonlySet<string> = new Set(['10', '11', '12', '20', '22', '30', '31', '32'])
