import type { Clock } from '../platform/clock.ts'

export interface ManualClock extends Clock {
  set(to: Date | string): void
  advance(ms: number): void
}

/** Stands still until it is moved. */
export const manualClock = (start: Date | string = '2026-01-05T00:00:00Z'): ManualClock => {
  let at = new Date(start)
  return {
    now: () => new Date(at),
    set: (to) => {
      at = new Date(to)
    },
    advance: (ms) => {
      at = new Date(at.getTime() + ms)
    },
  }
}
