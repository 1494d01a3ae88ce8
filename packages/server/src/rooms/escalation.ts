import { ACK_RUNGS, type AckRung, NOTICE_CHANNELS, type NoticeChannel } from '@dure/contract'

/**
 * How an acknowledgement is pursued: three tries of whoever is on call before the deadline, then three of the second, of the desk's
 * lead, of the neighbour. Each rung is tried by push, then SMS, then voice.
 * @see docs/sources/rooms.md#acknowledgement
 */
export const ACK_TIMES = {
  /** Between two tries at most: the default of Mattermost's persistent notifications. */
  repeatMs: 5 * 60_000,
  /** Between two tries at least: a carrier needs some seconds, and a person has to read. */
  leastMs: 60_000,
  /** A deadline lies at least this far ahead, and at most a day. */
  soonestMs: 60_000,
  latestMs: 24 * 3_600_000,
} as const

export interface Try {
  /** 0, 1, 2 … */
  readonly step: number
  readonly atMs: number
  readonly rung: AckRung
  readonly channel: NoticeChannel
}

const PER_RUNG = NOTICE_CHANNELS.length
export const TRIES = ACK_RUNGS.length * PER_RUNG

/** The try of this number; undefined after the last one. */
export const tryAt = (askedMs: number, dueMs: number, step: number): Try | undefined => {
  const rung = ACK_RUNGS[Math.floor(step / PER_RUNG)]
  const channel = NOTICE_CHANNELS[step % PER_RUNG]
  if (rung === undefined || channel === undefined) return undefined
  return { step, rung, channel, atMs: timeOf(askedMs, dueMs, step) }
}

/** At once; as late before the deadline as leaves time for two more tries; then evenly after it. */
const timeOf = (askedMs: number, dueMs: number, step: number): number => {
  const every = Math.min(ACK_TIMES.repeatMs, Math.max(ACK_TIMES.leastMs, (dueMs - askedMs) / PER_RUNG))
  if (step === 0) return askedMs
  if (step < PER_RUNG) return Math.max(askedMs + step * ACK_TIMES.leastMs, dueMs - (PER_RUNG - step) * every)
  const afterDue = dueMs + (step - PER_RUNG) * every
  return Math.max(afterDue, timeOf(askedMs, dueMs, PER_RUNG - 1))
}

/** A rung with nobody on it costs no time: the first try of the next rung comes at once. */
export const skipRung = (step: number): number => (Math.floor(step / PER_RUNG) + 1) * PER_RUNG
