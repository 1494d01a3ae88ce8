import { CIRCUIT_FAILURES, CIRCUIT_OPEN_MOST_MS, CIRCUIT_OPEN_MS } from './channel-times.ts'

/** What is known of a carrier from its answers and reports. */
export interface CarrierHealth {
  readonly failuresInRow: number
  /** Not used before this, while another one is there. */
  readonly openUntil: Date | null
  /** It takes messages and none arrives: not used until a probe arrives. */
  readonly silentSince: Date | null
}

export const HEALTHY: CarrierHealth = { failuresInRow: 0, openUntil: null, silentSince: null }

/** It did not take a message: after some in a row it is left alone, longer each time. */
export const afterFailure = (health: CarrierHealth, now: Date): CarrierHealth => {
  const failuresInRow = health.failuresInRow + 1
  if (failuresInRow < CIRCUIT_FAILURES) return { ...health, failuresInRow }
  const openMs = Math.min(CIRCUIT_OPEN_MOST_MS, CIRCUIT_OPEN_MS * 2 ** Math.min(20, failuresInRow - CIRCUIT_FAILURES))
  return { ...health, failuresInRow, openUntil: new Date(now.getTime() + openMs) }
}

/** It took one; that says nothing about silence. */
export const afterTaken = (health: CarrierHealth): CarrierHealth => ({ ...health, failuresInRow: 0, openUntil: null })

export const afterHeard = (): CarrierHealth => HEALTHY

export const afterSilence = (health: CarrierHealth, now: Date): CarrierHealth => ({
  ...health,
  silentSince: health.silentSince ?? now,
})

export const isOpen = ({ openUntil, silentSince }: CarrierHealth, now: Date): boolean =>
  silentSince !== null || (openUntil !== null && openUntil > now)

/**
 * Which carrier a message goes to: in the configured order the first that is in order and has not had this message yet. If
 * there is none, one that is not in order but has not had it: a bad way is better than none. null: each has had it.
 */
export const chooseCarrier = (
  keys: readonly string[],
  healthOf: (key: string) => CarrierHealth,
  tried: readonly string[],
  now: Date,
): string | null => {
  const untried = keys.filter((key) => !tried.includes(key))
  return untried.find((key) => !isOpen(healthOf(key), now)) ?? untried[0] ?? null
}
