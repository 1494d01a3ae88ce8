import { sha256 } from '../platform/canonical.ts'
import { chainText } from '../platform/oplog-chain.ts'
import { EPOCH_OPENED, type LogRecord } from './log-record.ts'

/** Kind of the record by which the writer of a log vouches for a snapshot of it. */
export const CHECKPOINT_MADE = 'checkpoint-made'

/**
 * How a record loses its effect on whoever folds the log.
 * - `newest`: the next one of its thing says everything again.
 * - `ends`: so too, but the first one makes the row that others, said of the same thing, change: it is kept beside the newest.
 * - `never`: everything said of it counts.
 * - `aged`: {@link AGED_DAYS} after it was said.
 * - `here`: at once. It tells the screens of its own cell, and no other cell makes anything of it.
 *
 * `by`: the thing is the record's subject, or the `id` in its body.
 */
export type Superseding =
  | { readonly how: 'newest' | 'ends'; readonly by: 'subject' | 'id' }
  | { readonly how: 'never' | 'aged' | 'here' }

/**
 * Own choice: docs/sources/exchange.md. Only for what is sealed to cells that read the log when it was said: a newcomer could not open
 * it, and who was away for longer finds it with those who were there.
 */
export const AGED_DAYS = 400

const NEVER = { how: 'never' } as const
const HERE = { how: 'here' } as const

/**
 * Every kind this version writes. A kind that is not here is kept for ever, so that a newer cell's records are never dropped by an
 * older one. A changed row changes {@link RULES}: checkpoints made under other rows are passed over until the writer makes the next.
 */
export const SUPERSEDING: Readonly<Record<string, Superseding>> = {
  // The log itself: openings are its shape, keys open what is sealed.
  [EPOCH_OPENED]: NEVER,
  [CHECKPOINT_MADE]: HERE,
  'cell-key-published': NEVER,
  'cell-key-withdrawn': NEVER,

  // The state of a thing, whole.
  'slot-stated': { how: 'newest', by: 'subject' },
  'hold-stated': { how: 'newest', by: 'id' },
  'request-stated': { how: 'ends', by: 'subject' },
  'patient-keyed': { how: 'newest', by: 'subject' },
  'hospital-stated': { how: 'newest', by: 'subject' },
  'credential-revocations': { how: 'newest', by: 'subject' },
  'mode-set': { how: 'newest', by: 'subject' },

  // A hospital's own words, each of a part of it: who takes this log up, or stands in, makes from them what stands. Few.
  'capability-said': NEVER,
  'capability-withdrawn': NEVER,
  'intake-stopped': NEVER,
  'intake-resumed': NEVER,

  // Beds across regions: steps that are folded one by one, and few.
  'hold-asked': NEVER,
  'hold-accepted': NEVER,
  'hold-given-up': NEVER,
  'ask-refused': NEVER,
  'ask-lapsed': NEVER,
  'ask-confirmed': NEVER,
  'hold-granted': NEVER,
  'hold-refused': NEVER,
  'hold-confirmed': NEVER,
  'hold-lapsed': NEVER,
  'hold-released': NEVER,
  'hold-occupied': NEVER,
  'same-patient-found': NEVER,

  'notice-published': NEVER,
  'notice-withdrawn': NEVER,
  'notice-acknowledged': NEVER,
  'pack-part': NEVER,
  'pack-published': NEVER,
  'message-written': { how: 'aged' },
  'message-acknowledged': { how: 'aged' },
  'message-ack-asked': { how: 'aged' },
  'message-ack-tried': { how: 'aged' },

  // Who looked where, and who was let in: kept as the record of it.
  'break-glass-opened': NEVER,
  'break-glass-reviewed': NEVER,
  'application-asked': NEVER,
  'application-decided': NEVER,
  'person-invited': NEVER,
  'account-passkey-cloned': NEVER,

  // Screens of the own cell.
  ...Object.fromEntries(
    [
      ...['submit', 'ask-info', 'give-info', 'triage', 'start-matching', 'offer-sent', 'offers-exhausted'],
      ...['hold-granted', 'hold-lost', 'confirm', 'arrange-transport', 'depart', 'arrive', 'admit', 'put-on-hold'],
      ...['resume', 'escalate', 'declare-no-bed', 'retry', 'divert', 'return-to-origin', 'place-outside', 'step-down'],
      ...['cancel', 'record-death', 'merge', 'enter-in-error', 'merged-from', 'bed-lost-elsewhere'],
      ...['follow-up-drafted', 'hospital-warned', 'same-patient', 'without-candidate', 'phone-checked', 'edited'],
    ].map((what) => [`request-${what}`, HERE]),
  ),
  ...Object.fromEntries(
    [
      ...['sent', 'delivered', 'seen', 'acked', 'accepted', 'accepted-with-conditions', 'declined', 'expired'],
      ...['withdrawn', 'warned'],
    ].map((what) => [`offer-${what}`, HERE]),
  ),
  ...Object.fromEntries(
    [
      ...['hold', 'release', 'occupy', 'occupy-own', 'discharge', 'start-cleaning', 'open', 'block', 'plan-surge'],
      ...['close', 'added', 'set-share', 'still-true', 'capacity-reported'],
    ].map((what) => [`slot-${what}`, HERE]),
  ),
  'hold-extended': HERE,
  'notice-received': HERE,
  'hospital-word-ended': HERE,
  'roster-changed': HERE,
  'swap-proposed': HERE,
  'swap-agreed': HERE,
  'swap-refused': HERE,
  'swap-withdrawn': HERE,
  'swap-overtaken': HERE,
  'handover-made': HERE,
  'handover-acknowledged': HERE,
  'room-access-changed': HERE,
  'room-ack-wanted': HERE,
  'room-message-changed': HERE,
  'room-message-taken': HERE,
  'room-reach-changed': HERE,
  'call-back-asked': HERE,
  'call-back-done': HERE,
  'carrier-silent': HERE,
  'carrier-heard': HERE,
}

/** The name of these rules: two cells with one name find the same snapshot in the same log. */
export const RULES: string = sha256(chainText({ rows: SUPERSEDING, agedDays: AGED_DAYS }))
  .toString('hex')
  .slice(0, 16)

export const supersedingOf = (kind: string): Superseding =>
  Object.hasOwn(SUPERSEDING, kind) ? (SUPERSEDING[kind] ?? NEVER) : NEVER

/** What the record is the state of; `null`: of nothing that another record could state again. */
export const thingOf = ({ kind, subject, body }: Pick<LogRecord, 'kind' | 'subject' | 'body'>): string | null => {
  const rule = supersedingOf(kind)
  if (rule.how !== 'newest' && rule.how !== 'ends') return null
  const thing = rule.by === 'subject' ? subject : body.id
  return typeof thing === 'string' ? `${kind}:${thing}` : null
}

/**
 * The snapshot of a log, from all its records up to its last: those that still have an effect, in order, and the last one itself, at
 * which the tail is chained. What the database does step by step (kept.sql.ts), said at once.
 * @param agedBefore what ends by age and was said before this has no effect any more
 */
export const keptOf = <R extends Pick<LogRecord, 'kind' | 'subject' | 'body' | 'at'>>(
  records: readonly R[],
  agedBefore: Date,
): readonly R[] => {
  const firsts = new Map<string, R>()
  const newest = new Map<string, R>()
  for (const record of records) {
    const thing = thingOf(record)
    if (thing === null) continue
    if (!firsts.has(thing)) firsts.set(thing, record)
    newest.set(thing, record)
  }
  const counts = (record: R): boolean => {
    const { how } = supersedingOf(record.kind)
    if (how === 'here') return false
    if (how === 'aged') return Date.parse(record.at) >= agedBefore.getTime()
    const thing = thingOf(record)
    return thing === null || newest.get(thing) === record || (how === 'ends' && firsts.get(thing) === record)
  }
  return records.filter((record, index) => index === records.length - 1 || counts(record))
}
