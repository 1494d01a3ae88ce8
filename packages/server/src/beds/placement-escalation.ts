import type { Urgency } from '@dure/contract'
import { NO_BED_RETRIES_PER_LEVEL, NO_BED_RETRY_MS } from './placement-times.ts'

/** Who looks for the bed: the own region, the regions of the shared zone (권역), the whole country. */
export const ESCALATION_LEVELS = ['region', 'neighbours', 'national'] as const
export type EscalationLevel = (typeof ESCALATION_LEVELS)[number]

/** The ladder; `null` is its top. */
export const NEXT_LEVEL: Record<EscalationLevel, EscalationLevel | null> = {
  region: 'neighbours',
  neighbours: 'national',
  national: null,
}

/** What the retry timer does after `no_bed`. At the top level the search goes on; it never ends by itself. */
export type NoBedStep =
  | { readonly kind: 'retry'; readonly afterMs: number }
  | { readonly kind: 'escalate'; readonly to: EscalationLevel; readonly afterMs: number }

/** @param retriesAtLevel searches already repeated at this level without a bed */
export const noBedStep = (level: EscalationLevel, retriesAtLevel: number, urgency: Urgency): NoBedStep => {
  const afterMs = NO_BED_RETRY_MS[urgency]
  const next = NEXT_LEVEL[level]
  return next === null || retriesAtLevel < NO_BED_RETRIES_PER_LEVEL[urgency]
    ? { kind: 'retry', afterMs }
    : { kind: 'escalate', to: next, afterMs }
}
