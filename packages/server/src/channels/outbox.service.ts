import type { TextPurpose } from '@dure/contract'
import type { Tx } from '../platform/db.ts'
import { type Carrier, type HandOver, handOverCall, type Report, readAnswer } from './carrier.ts'
import { HAND_OVER_LEASE_MS, HAND_OVER_TIMEOUT_MS, MAX_TRIES, REPORT_DUE_MS, RETRY_MS } from './channel-times.ts'
import type { Channels } from './channels.service.ts'
import { afterFailure, afterTaken, type CarrierHealth, chooseCarrier, HEALTHY } from './circuit.ts'
import { heard } from './heartbeat.service.ts'
import {
  type CarrierRow,
  carrierRows,
  insertMessage,
  insertTry,
  isAnyDue,
  lockCarrier,
  lockDue,
  lockMessage,
  lockOverdue,
  type MessageRow,
  saveCarrier,
  saveMessage,
  saveTry,
  type TryRow,
  triesOf,
  tryByRef,
} from './messages.sql.ts'
import { keepEarlyReport, takeEarlyReport } from './reports.sql.ts'
import { nextTextState } from './text-states.ts'
import { fitForCarrier, textKind } from './texts.ts'

export interface TextAsk {
  /** Why: a second message for the same reason is not sent. */
  readonly reason: string
  readonly purpose: TextPurpose
  readonly medium?: 'sms' | 'voice'
  readonly phone: string
  readonly numberId: string | null
  readonly text: string
  readonly subject?: string | null
  readonly pinnedTo?: string
  /** After this it is not sent any more. */
  readonly expiresAt: Date
}

/** Queues a text in the caller's transaction: it goes out if and only if that commits. False: it was queued before. */
export const queueText = (channels: Channels, tx: Tx, ask: TextAsk, now: Date): Promise<boolean> => {
  tx.afterCommit(() => channels.wake())
  return insertMessage(
    tx,
    {
      id: channels.ids.next(),
      reason: ask.reason,
      purpose: ask.purpose,
      medium: ask.medium ?? 'sms',
      phone: ask.phone,
      number_id: ask.numberId,
      text: fitForCarrier(ask.text),
      subject: ask.subject ?? null,
      pinned_to: ask.pinnedTo ?? null,
      expires_at: ask.expiresAt,
    },
    now,
  )
}

/** How many messages a process hands over at the same time. */
const AT_ONCE = 8
/** Rounds within one call: a backlog is worked off in bounded pieces. */
const ROUNDS = 50

/** Hands over everything that is due. Gives how many tries were made. */
export const sendDue = async (channels: Channels): Promise<number> => {
  if (!(await isAnyDue(channels.db, channels.clock.now()))) return 0
  let tries = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    const made = await Promise.all(Array.from({ length: AT_ONCE }, () => sendOne(channels)))
    const some = made.filter((one) => one).length
    tries += some
    if (some === 0) break
  }
  return tries
}

interface Given {
  readonly message: MessageRow
  readonly tryId: string
  readonly carrier: Carrier
}

/** One try of one message: written down before it is made, so that a process that dies leaves a trace. */
const sendOne = async (channels: Channels): Promise<boolean> => {
  const given = await channels.db.tx((tx) => take(channels, tx))
  if (given === 'nothing') return false
  if (given === 'over') return true
  const outcome = await handOver(channels, given)
  await channels.db.tx((tx) => settle(channels, tx, given, outcome))
  return true
}

const take = async (channels: Channels, tx: Tx): Promise<Given | 'nothing' | 'over'> => {
  const now = channels.clock.now()
  const message = await lockDue(tx, now, new Date(now.getTime() - HAND_OVER_TIMEOUT_MS))
  if (message === null) return 'nothing'
  const carriers = eligible(channels, message)
  if (message.expires_at <= now || carriers.length === 0 || message.attempts >= mostTries(message)) {
    await saveMessage(tx, message.id, { state: 'failed' }, now)
    channels.log.warn({ message: message.id, purpose: message.purpose, carriers: carriers.length }, 'text-given-up')
    return 'over'
  }
  const rows = new Map((await carrierRows(tx)).map((row) => [row.key, row]))
  const tries = await triesOf(tx, [message.id])
  const thisRound = tries.slice(tries.length - (tries.length % carriers.length)).map(({ carrier }) => carrier)
  const key = chooseCarrier(
    carriers.map((one) => one.key),
    (name) => healthOf(rows.get(name)),
    thisRound,
    now,
  )
  const carrier = carriers.find((one) => one.key === key) ?? carriers[0]
  if (carrier === undefined) throw new Error('a message was given to no carrier')
  const tryId = channels.ids.next()
  await insertTry(tx, tryId, message.id, carrier.key, now)
  // Such a carrier reports with our name of the try, and may do so before its answer reaches us.
  if (carrier.answer.ref === undefined) await saveTry(tx, tryId, { state: 'handed_over', ref: tryId }, now)
  await saveMessage(tx, message.id, { state: 'handed_over', attempts: message.attempts + 1 }, now)
  return { message, tryId, carrier }
}

const eligible = ({ carriers }: Channels, { medium, pinned_to }: MessageRow): readonly Carrier[] =>
  carriers.filter(({ key, media }) => media.includes(medium) && (pinned_to === null || key === pinned_to))

/** A probe is to tell of one carrier now; trying it again would hide what it found. */
const mostTries = ({ purpose }: MessageRow): number => (purpose === 'probe' ? 1 : MAX_TRIES)

export const healthOf = (row: CarrierRow | undefined): CarrierHealth =>
  row === undefined
    ? HEALTHY
    : { failuresInRow: row.failures_in_row, openUntil: row.open_until, silentSince: row.silent_since }

const handOver = async (channels: Channels, { message, tryId, carrier }: Given): Promise<HandOver> => {
  const kind = message.medium === 'voice' ? 'voice' : textKind(message.text)
  const hook = `${channels.ownUrl()}/api/carriers/${carrier.key}`
  const call = handOverCall(carrier, { to: message.phone, text: message.text, ref: tryId, kind, hook })
  try {
    const response = await fetch(call.url, {
      method: call.method,
      headers: call.headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(HAND_OVER_TIMEOUT_MS),
      ...(call.body === undefined ? {} : { body: call.body }),
    })
    return readAnswer(carrier, response.status, await limited(response), tryId)
  } catch (error) {
    return { kind: 'refused', final: false, error: error instanceof Error ? error.name : 'no answer' }
  }
}

const ANSWER_CHARACTERS = 20_000

/** No more of an answer than is needed, whatever the other side sends. */
const limited = async (response: Response): Promise<string> => {
  if (response.body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  for await (const part of response.body) {
    text += decoder.decode(part, { stream: true })
    if (text.length > ANSWER_CHARACTERS) break
  }
  return text.slice(0, ANSWER_CHARACTERS)
}

/** What came of a try, under the message's lock: a report may have been faster. */
const settle = async (channels: Channels, tx: Tx, given: Given, outcome: HandOver): Promise<void> => {
  const now = channels.clock.now()
  const message = await lockMessage(tx, given.message.id)
  if (message === null) return
  const row = await lockCarrier(tx, given.carrier.key)
  channels.count(given.carrier.key, outcome.kind)
  if (outcome.kind === 'taken') {
    const patch = afterTaken(healthOf(row))
    await saveCarrier(tx, row, { ...healthColumns(patch), last_accepted_at: now })
    await saveTry(tx, given.tryId, { state: 'accepted', ref: outcome.ref }, now)
    const next = nextTextState(message.state, 'taken')
    if (next !== null) await saveMessage(tx, message.id, { state: next }, now)
    const early = await takeEarlyReport(tx, given.carrier.key, outcome.ref)
    if (early !== null) await report(channels, tx, given.carrier, { ref: outcome.ref, status: early }, now)
    return
  }
  channels.log.warn({ carrier: given.carrier.key, message: message.id, error: outcome.error }, 'text-not-taken')
  await saveTry(tx, given.tryId, { state: 'failed', error: outcome.error }, now)
  if (!outcome.final)
    await saveCarrier(tx, row, { ...healthColumns(afterFailure(healthOf(row), now)), last_error: outcome.error })
  await again(channels, tx, message, outcome.final ? 'give_up' : 'take_refused', now)
}

export const healthColumns = (health: CarrierHealth) => ({
  failures_in_row: health.failuresInRow,
  open_until: health.openUntil,
  silent_since: health.silentSince,
})

/** The next carrier at once; when each has had it, after a pause; when there is no sense in it any more, never. */
const again = async (
  channels: Channels,
  tx: Tx,
  message: MessageRow,
  event: 'give_up' | 'take_refused' | 'try_again',
  now: Date,
): Promise<void> => {
  const carriers = eligible(channels, message).length
  const over = event === 'give_up' || message.attempts >= mostTries(message) || carriers === 0
  const next = nextTextState(message.state, over ? 'give_up' : event)
  if (next === null) return
  const rounds = Math.floor(message.attempts / Math.max(1, carriers))
  const roundOver = carriers > 0 && message.attempts % carriers === 0
  const pause = roundOver ? (RETRY_MS[Math.min(rounds, RETRY_MS.length) - 1] ?? 0) : 0
  await saveMessage(tx, message.id, { state: next, nextTryAt: new Date(now.getTime() + pause) }, now)
  if (next === 'queued') tx.afterCommit(() => channels.wake())
}

/** Messages whose process died, and messages that a carrier took and never said what became of. Gives how many. */
export const chaseOverdue = async (channels: Channels): Promise<number> => {
  const now = channels.clock.now()
  let found = 0
  for (const [state, wait] of [
    ['handed_over', HAND_OVER_LEASE_MS],
    ['accepted', REPORT_DUE_MS],
  ] as const) {
    const before = new Date(now.getTime() - wait)
    for (let more = true; more && found < 500; ) {
      more = await channels.db.tx(async (tx) => {
        const message = await lockOverdue(tx, state, before)
        if (message === null) return false
        await chase(channels, tx, message, now)
        return true
      })
      if (more) found += 1
    }
  }
  return found
}

const chase = async (channels: Channels, tx: Tx, message: MessageRow, now: Date): Promise<void> => {
  const last = (await triesOf(tx, [message.id])).at(-1)
  if (last !== undefined) await saveTry(tx, last.id, { state: 'unknown', error: 'no report' }, now)
  if (message.state === 'handed_over') return again(channels, tx, message, 'try_again', now)
  await saveMessage(tx, message.id, { state: 'unknown' }, now)
  const carrier = channels.carriers.find(({ key }) => key === last?.carrier)
  if (carrier?.report === undefined || message.purpose === 'probe') return
  channels.log.warn({ carrier: carrier.key, message: message.id }, 'text-report-missed')
  await suspect(tx, carrier, now)
  const others = eligible(channels, message).length > message.attempts
  if (others && message.expires_at > now) await again(channels, tx, { ...message, state: 'unknown' }, 'try_again', now)
}

/** A report did not come: the heartbeat looks at once. A carrier without a number for that is treated as having failed. */
const suspect = async (tx: Tx, carrier: Carrier, now: Date): Promise<void> => {
  const row = await lockCarrier(tx, carrier.key)
  const patch =
    carrier.probeNumber === undefined ? healthColumns(afterFailure(healthOf(row), now)) : { probe_sent_at: null }
  await saveCarrier(tx, row, row.probe_sent_at !== null && isProbing(row) ? {} : patch)
}

/** A probe is on its way: its answer is waited for. */
const isProbing = ({ probe_sent_at, last_heard_at }: CarrierRow): boolean =>
  probe_sent_at !== null && (last_heard_at === null || last_heard_at < probe_sent_at)

/** A carrier's report about a message. Gives whether the message is known. */
export const takeReport = (channels: Channels, carrier: Carrier, one: Report): Promise<boolean> =>
  channels.db.tx((tx) => report(channels, tx, carrier, one, channels.clock.now()))

const report = async (channels: Channels, tx: Tx, carrier: Carrier, one: Report, now: Date): Promise<boolean> => {
  if (one.status === 'other') return true
  const found = await tryByRef(tx, carrier.key, one.ref)
  if (found === null) {
    await keepEarlyReport(tx, carrier.key, one.ref, one.status, now)
    return false
  }
  const message = await lockMessage(tx, found.message_id)
  if (message === null) return false
  await saveTry(tx, found.id, { state: one.status }, now)
  channels.count(carrier.key, one.status)
  if (one.status === 'delivered') return delivered(channels, tx, carrier, message, now)
  await failed(channels, tx, message, found, now)
  return true
}

const delivered = async (
  channels: Channels,
  tx: Tx,
  carrier: Carrier,
  message: MessageRow,
  now: Date,
): Promise<true> => {
  const next = nextTextState(message.state, 'report_delivered')
  if (next !== null) await saveMessage(tx, message.id, { state: next }, now)
  await saveCarrier(tx, await lockCarrier(tx, carrier.key), { last_delivered_at: now })
  if (message.purpose === 'probe' && carrier.probeBy === 'report') await heard(channels, tx, carrier.key, now)
  return true
}

/** This carrier could not deliver it; another one may. */
const failed = async (channels: Channels, tx: Tx, message: MessageRow, last: TryRow, now: Date): Promise<void> => {
  const next = nextTextState(message.state, 'report_failed')
  if (next === null) return
  await saveMessage(tx, message.id, { state: next }, now)
  const tries = await triesOf(tx, [message.id])
  const untried = eligible(channels, message).some(({ key }) => !tries.some(({ carrier }) => carrier === key))
  if (untried && message.expires_at > now && last.state !== 'delivered')
    await again(channels, tx, { ...message, state: next }, 'try_again', now)
}
