import { ACK_RUNGS, type AckRung, NOTICE_CHANNELS, type NoticeChannel } from '@dure/contract'

/**
 * How an acknowledgement is pursued. A ladder of four rungs is climbed: whoever is on call, the second, the desk's lead, the neighbour;
 * on each push is tried, then SMS, then voice. A rung nobody stands on is passed over and costs no time. At the top it does not end:
 * the last rung somebody stands on is called again and again, until the policy ends.
 *
 * Where on the ladder somebody is tried (`place`) and when (`tries` made so far) are counted apart: who is first to be reached gets the
 * time before the deadline, on whatever rung they stand.
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
  /** Nobody is called any more this long after the deadline. */
  pursuedMs: 2 * 3_600_000,
} as const

const PER_RUNG = NOTICE_CHANNELS.length
/** Places of the ladder; those from here on repeat its last rung. */
export const TOP = ACK_RUNGS.length * PER_RUNG

/** What is tried at a place of the ladder; undefined above its top. */
export const rungAt = (place: number): { readonly rung: AckRung; readonly channel: NoticeChannel } | undefined => {
  const rung = ACK_RUNGS[Math.floor(place / PER_RUNG)]
  return rung === undefined ? undefined : { rung, channel: channelAt(place) }
}

/** Channels take turns, also above the top. */
export const channelAt = (place: number): NoticeChannel => NOTICE_CHANNELS[place % PER_RUNG] ?? 'push'

/** Where a rung begins. */
export const placeOf = (rung: AckRung): number => ACK_RUNGS.indexOf(rung) * PER_RUNG

/** The first place of the next rung. */
export const skipRung = (place: number): number => (Math.floor(place / PER_RUNG) + 1) * PER_RUNG

const everyOf = (askedMs: number, dueMs: number): number =>
  Math.min(ACK_TIMES.repeatMs, Math.max(ACK_TIMES.leastMs, (dueMs - askedMs) / PER_RUNG))

/** When the try after so many is due: at once; as late before the deadline as leaves time for two more; then evenly after it. */
export const timeOf = (askedMs: number, dueMs: number, tries: number): number => {
  const every = everyOf(askedMs, dueMs)
  if (tries === 0) return askedMs
  if (tries < PER_RUNG) return Math.max(askedMs + tries * ACK_TIMES.leastMs, dueMs - (PER_RUNG - tries) * every)
  return Math.max(dueMs + (tries - PER_RUNG) * every, timeOf(askedMs, dueMs, PER_RUNG - 1))
}

/** After this nobody is called any more. */
export const endOf = (dueMs: number): number => dueMs + ACK_TIMES.pursuedMs

/**
 * When somebody is tried next. Late after a restart: the tries that were missed do not come all at once. With nobody to be reached the
 * roster is looked at again as often as somebody would have been called.
 */
export const nextTime = (
  { askedMs, dueMs, tries }: { readonly askedMs: number; readonly dueMs: number; readonly tries: number },
  nowMs: number,
): number => {
  const planned = tries === 0 ? nowMs + ACK_TIMES.repeatMs : timeOf(askedMs, dueMs, tries)
  return Math.min(Math.max(planned, nowMs + ACK_TIMES.leastMs), Math.max(endOf(dueMs), nowMs))
}

/** When a neighbour's desk, which is asked once the ladder at home was climbed, is tried again: evenly, to the end of the policy. */
export const nextTimeBeside = (askedMs: number, dueMs: number, nowMs: number): number =>
  Math.min(nowMs + everyOf(askedMs, dueMs), Math.max(endOf(dueMs), nowMs))
