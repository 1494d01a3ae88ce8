import type { TFunction } from 'i18next'
import { wordFor } from './reason.ts'

interface Said {
  readonly kind: string
  readonly at: string
  readonly data: Readonly<Record<string, unknown>>
}

const MINUTE_MS = 60_000

/**
 * What an event says in codes and numbers, in words. Minutes become a time of day: "in 15 minutes" is wrong as soon as it is read
 * later than it was written.
 */
export const saidInWords = (t: TFunction, clock: (at: number) => string, { kind, at, data }: Said): string[] => {
  const after = (minutes: unknown): string | undefined =>
    typeof minutes === 'number' ? clock(Date.parse(at) + minutes * MINUTE_MS) : undefined
  const { transport, etaMinutes, retryInMinutes, reason } = data
  const arrives = after(etaMinutes)
  const again = after(retryInMinutes)
  return [
    ...(typeof transport === 'string' ? [wordFor(t, 'transport', transport)] : []),
    ...(arrives === undefined ? [] : [t('rooms.eta', { time: arrives, minutes: Number(etaMinutes) })]),
    ...(again === undefined ? [] : [t('rooms.retryAt', { time: again })]),
    ...(kind === 'offer_decline' && typeof reason === 'string' ? [wordFor(t, 'declineReason', reason)] : []),
    ...(kind === 'cancel' && typeof reason === 'string' ? [wordFor(t, 'cancelReason', reason)] : []),
  ]
}
