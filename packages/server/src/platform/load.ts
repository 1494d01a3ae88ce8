/** When to refuse: event-loop delay in ms and requests under way. Desk work is refused only when nothing else helps. */
export const LOAD_LIMITS = {
  ordinary: { delayMs: 250, inFlight: 64 },
  desk: { delayMs: 3_000, inFlight: 1_000 },
} as const

export interface Load {
  readonly delayMs: number
  readonly inFlight: number
}

/** Is there room for one more of this priority? */
export const hasRoom = (load: Load, priority: keyof typeof LOAD_LIMITS): boolean =>
  load.delayMs <= LOAD_LIMITS[priority].delayMs && load.inFlight < LOAD_LIMITS[priority].inFlight
