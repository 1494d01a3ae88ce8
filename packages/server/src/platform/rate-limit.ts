export interface RateLimit {
  /** Takes one of `who`'s turns; false when they are used up. */
  take(who: string, now: Date): boolean
}

/** At most this many callers are remembered; the oldest are forgotten first. */
const REMEMBERED = 10_000

/** `turns` per `windowMs` for each caller, in this process. */
export const makeRateLimit = (turns: number, windowMs: number): RateLimit => {
  const windows = new Map<string, { start: number; used: number }>()
  return {
    take: (who, now) => {
      const at = now.getTime()
      const window = windows.get(who)
      if (window === undefined || at - window.start >= windowMs) {
        windows.delete(who)
        windows.set(who, { start: at, used: 1 })
        const oldest = windows.keys().next()
        if (windows.size > REMEMBERED && oldest.done !== true) windows.delete(oldest.value)
        return true
      }
      window.used += 1
      return window.used <= turns
    },
  }
}
