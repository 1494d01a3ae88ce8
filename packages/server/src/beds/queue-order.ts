import type { Severity, Urgency } from '@dure/contract'
import { compareIds } from './tie-break.ts'

/** What the order of the queue depends on. */
export interface Waiting {
  readonly id: string
  /** The class that counts; `null` = not known yet, which is treated as severe until somebody looks. */
  readonly severity: Severity | null
  readonly urgency: Urgency
  readonly deteriorating: boolean
  /** First submission, kept through every detour. */
  readonly waitingSinceMs: number
}

/** 0 = first. A request stands in the more pressing of its two bands. */
export const SEVERITY_BAND: Record<Severity, number> = { critical: 0, severe: 1, moderate: 2, mild: 3, asymptomatic: 4 }
export const URGENCY_BAND: Record<Urgency, number> = { immediate: 0, within_1h: 1, within_4h: 2, within_24h: 4 }
const UNKNOWN_BAND = SEVERITY_BAND.severe

/** After each such wait a request moves up by half a band. @see docs/sources/beds.md#queue */
export const AGEING_STEP_MS = 4 * 3_600_000

/** Half bands: 0 = a deteriorating critical patient, or anybody who has waited long enough. */
export const queueLevel = (request: Waiting, nowMs: number): number => {
  const bySeverity = request.severity === null ? UNKNOWN_BAND : SEVERITY_BAND[request.severity]
  const band = Math.min(bySeverity, URGENCY_BAND[request.urgency])
  const aged = Math.floor(Math.max(0, nowMs - request.waitingSinceMs) / AGEING_STEP_MS)
  return Math.max(0, band * 2 + (request.deteriorating ? 0 : 1) - aged)
}

/**
 * The order in which the queue is worked: severity band, then deterioration, then waiting time. Waiting lifts a request
 * up to level 0, where only the time counts, so nobody who came later can stand before it for ever.
 */
export const queueOrder = <T extends Waiting>(requests: readonly T[], nowMs: number): readonly T[] =>
  requests
    .map((request) => ({ request, level: queueLevel(request, nowMs) }))
    .sort(
      (a, b) =>
        a.level - b.level ||
        a.request.waitingSinceMs - b.request.waitingSinceMs ||
        compareIds(a.request.id, b.request.id),
    )
    .map(({ request }) => request)
