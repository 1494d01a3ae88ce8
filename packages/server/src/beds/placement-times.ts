import type { Severity, Urgency } from '@dure/contract'

/**
 * The times of placing, as data. Every figure has its row, with its source or argument, in docs/sources/beds.md.
 * Milliseconds throughout.
 */
const MINUTE_MS = 60_000

/** A granted hold lives this long without confirmation; each extension gives as much again. */
export const HOLD_TTL_MS = 30 * MINUTE_MS
export const HOLD_EXTENSIONS_MAX = 2

/** Time marks counted from the first submission. */
export const SERVICE_TARGETS_MS = {
  first_ack: 5 * MINUTE_MS,
  first_offer: 10 * MINUTE_MS,
  hold: 30 * MINUTE_MS,
  confirm: 45 * MINUTE_MS,
} as const
export type ServiceTarget = keyof typeof SERVICE_TARGETS_MS

/** How long a hospital has to answer an offer. */
export const OFFER_TTL_MS: Record<Urgency, number> = {
  immediate: 5 * MINUTE_MS,
  within_1h: 10 * MINUTE_MS,
  within_4h: 20 * MINUTE_MS,
  within_24h: 60 * MINUTE_MS,
}

/** Severe and critical patients are offered to three hospitals at once, others to one after another. */
export const PARALLEL_OFFERS: Record<Severity, number> = {
  asymptomatic: 1,
  mild: 1,
  moderate: 1,
  severe: 3,
  critical: 3,
}
/** A request needed at once is offered in parallel whatever its class. */
export const PARALLEL_OFFERS_IMMEDIATE = 3

/** After `no_bed`: how soon the search is run again, and how often at one level before the next level is asked. */
export const NO_BED_RETRY_MS: Record<Urgency, number> = {
  immediate: 5 * MINUTE_MS,
  within_1h: 10 * MINUTE_MS,
  within_4h: 30 * MINUTE_MS,
  within_24h: 120 * MINUTE_MS,
}
export const NO_BED_RETRIES_PER_LEVEL: Record<Urgency, number> = {
  immediate: 1,
  within_1h: 2,
  within_4h: 2,
  within_24h: 3,
}
