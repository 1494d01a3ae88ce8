import type { DeclineReason, InboundOutcome } from '@dure/contract'
import { offersOfCode, type SpokenOffer, spokenOffer } from '../beds/index.ts'
import type { Tx } from '../platform/db.ts'
import { appendOp } from '../platform/oplog.ts'
import type { Person } from '../platform/person.ts'
import { schedule } from '../platform/timers.ts'
import type { Carrier, Inbound } from './carrier.ts'
import { CLOCKS_DIFFER_MS, DECLINE_REASON_WAIT_MS, GUESS_WINDOW_MS } from './channel-times.ts'
import { type AnswerResult, type Channels, seoulClock } from './channels.service.ts'
import { admit, answersStranger, codeIsTried } from './guard.ts'
import { probeReturned } from './heartbeat.service.ts'
import {
  askQuestion,
  endQuestions,
  insertCallBack,
  insertInbound,
  lastCodeTexted,
  lockPhone,
  numberRecord,
  othersNaming,
  questionsOf,
  saveInbound,
  strangerRecord,
} from './inbound.sql.ts'
import { confirmedNumber, type NumberRow, personById, placementPhone } from './numbers.sql.ts'
import { queueText } from './outbox.service.ts'
import { maskPhone, showPhone } from './phone-number.ts'
import { parseReply, type Reply } from './reply.ts'
import { type Answer, answerText } from './texts.ts'
import { withoutNames } from './withheld.ts'

/** Codes are used again once their request is closed: what was asked longer ago than this is not meant. */
const ASKED_WITHIN_MS = 48 * 3_600_000
const HOUR_MS = 3_600_000

/** What became of a message: for the log, and for whoever wrote it. */
interface Outcome {
  readonly outcome: InboundOutcome
  readonly answer: Answer | null
  readonly code?: string
  readonly offerId?: string
}

/** One message on its way through. */
interface Taking {
  readonly channels: Channels
  readonly tx: Tx
  readonly now: Date
  readonly id: string
  readonly phone: string
  readonly writtenAt: Date | null
}

interface From {
  readonly number: NumberRow
  readonly person: Person
  readonly hospitalId: string
}

/**
 * Takes a message that a carrier received: written down, understood, done and answered in one transaction. The same message
 * sent twice by the carrier is one message. It acts through the same functions as a screen does.
 */
export const takeInbound = async (channels: Channels, carrier: Carrier, message: Inbound): Promise<void> => {
  await channels.ready()
  await channels.db.tx(async (tx) => {
    const now = channels.clock.now()
    const id = channels.ids.next()
    const kept = withoutNames(message.text)
    const { from: phone, ref, writtenAt } = message
    if (!(await insertInbound(tx, { id, carrier: carrier.key, ref, phone, text: kept }, now))) return
    await lockPhone(tx, phone)
    const taking = { channels, tx, now, id, phone, writtenAt }
    const reply = parseReply(message.text)
    const number = await confirmedNumber(tx, phone)
    const result = await understand(taking, reply, number)
    const code = result.code ?? null
    const offerId = result.offerId ?? null
    await saveInbound(tx, id, { outcome: result.outcome, text: kept, numberId: number?.id ?? null, code, offerId })
    if (result.answer !== null) await say(taking, number, result.answer)
    channels.log.info({ inbound: id, outcome: result.outcome, number: number?.id ?? 'none' }, 'text-received')
  })
}

const say = async ({ channels, tx, now, id, phone }: Taking, number: NumberRow | null, answer: Answer) => {
  const desk = await placementPhone(tx)
  const text = answerText(answer, desk === null ? null : showPhone(desk))
  const reason = `${number === null ? 'stranger' : 'answer'}:${id}`
  const expiresAt = new Date(now.getTime() + HOUR_MS)
  await queueText(
    channels,
    tx,
    { reason, purpose: 'answer', phone, numberId: number?.id ?? null, text, expiresAt },
    now,
  )
}

const understand = async (taking: Taking, reply: Reply, number: NumberRow | null): Promise<Outcome> => {
  const { channels, tx, now, id, phone } = taking
  if (reply.kind === 'probe')
    return { outcome: (await probeReturned(channels, tx, reply.probe, now)) ? 'probe' : 'unreadable', answer: null }
  if (number === null) return stranger(taking, reply)
  const record = await numberRecord(tx, phone, new Date(now.getTime() - GUESS_WINDOW_MS), id)
  const admission = admit(record)
  if (admission !== 'read') return { outcome: 'locked', answer: admission === 'locked' ? { kind: 'locked' } : null }
  const from = await speakerOf(channels, tx, number)
  if (from === null) return { outcome: 'not_allowed', answer: { kind: 'not_allowed' } }
  switch (reply.kind) {
    case 'answer':
      return answered(taking, from, reply.code, reply.act, reply.reason)
    case 'bare':
      return bare(taking, from, reply.reason)
    case 'code_only': {
      const { outcome, answer } = await offerFor(taking, from, reply.code)
      return outcome === 'asked'
        ? { outcome: 'unreadable', answer: { kind: 'which', code: reply.code } }
        : { outcome, answer }
    }
    case 'unreadable':
      return { outcome: 'unreadable', answer: { kind: 'unreadable' } }
  }
}

/** Not registered, or a forged sender: nothing is done, whatever it says, and it learns nothing about codes. */
const stranger = async ({ channels, tx, now, phone }: Taking, reply: Reply): Promise<Outcome> => {
  const code = reply.kind === 'answer' || reply.kind === 'code_only' ? reply.code : null
  if (code !== null) await watchCode(channels, tx, code, phone, now)
  const record = await strangerRecord(tx, phone, new Date(now.getTime() - HOUR_MS))
  const textable = /^01[016789]\d{7,8}$/.test(phone)
  return {
    outcome: 'unknown_number',
    answer: textable && answersStranger({ ...record, now }) ? { kind: 'unknown_number' } : null,
    ...(code === null ? {} : { code }),
  }
}

/** Whoever a number speaks for: its person, or the desk it lies on. */
const speakerOf = async (channels: Channels, tx: Tx, number: NumberRow): Promise<From | null> => {
  if (number.person_id !== null) {
    const person = await personById(tx, number.person_id)
    return person?.facilityId == null ? null : { number, person, hospitalId: person.facilityId }
  }
  if (number.facility_id === null) return null
  const person: Person = {
    id: `number-${number.id}`,
    name: number.label,
    roles: ['hospital_desk'],
    region: channels.region,
    facilityId: number.facility_id,
  }
  return { number, person, hospitalId: number.facility_id }
}

type Found =
  | { readonly outcome: 'asked'; readonly answer: null; readonly offer: SpokenOffer }
  | (Outcome & { readonly outcome: Exclude<InboundOutcome, 'asked'> })

/** The offer a code means for this hospital: the open one, or what there is to say of one that is over. */
const offerFor = async (taking: Taking, from: From, code: string): Promise<Found> => {
  const { channels, tx, now, phone } = taking
  const all = await offersOfCode(tx, from.hospitalId, code, new Date(now.getTime() - ASKED_WITHIN_MS))
  const offers = all.filter((one) => isAskedBefore(one, taking))
  if (offers.length === 0 && all.length > 0) return { outcome: 'over', answer: { kind: 'expired', code }, code }
  const open = offers.filter((one) => isOpen(one, now))
  const [offer] = open.length > 0 ? open : offers
  if (offer === undefined) {
    await watchCode(channels, tx, code, phone, now)
    return { outcome: 'wrong_code', answer: { kind: 'wrong_code', code }, code }
  }
  if (new Set(open.map(({ request_id }) => request_id)).size > 1)
    return { outcome: 'refused', answer: { kind: 'refused', code }, code }
  return open.length > 0 ? { outcome: 'asked', answer: null, offer } : over(offer)
}

/** What was written before it was asked answers something else: an earlier patient under this code, or an earlier question. */
const isAskedBefore = ({ sent_at }: SpokenOffer, { writtenAt }: Taking): boolean =>
  writtenAt === null || sent_at.getTime() <= writtenAt.getTime() + CLOCKS_DIFFER_MS

const isOpen = ({ offer_state, expires_at }: SpokenOffer, now: Date): boolean =>
  ['sent', 'delivered', 'seen', 'acked'].includes(offer_state) && expires_at > now

/** The same code from numbers that were not asked under it: somebody is trying. */
const watchCode = async (channels: Channels, tx: Tx, code: string, phone: string, now: Date): Promise<void> => {
  const others = await othersNaming(tx, code, phone, new Date(now.getTime() - GUESS_WINDOW_MS))
  if (codeIsTried(others + 1)) channels.log.error({ code, numbers: others + 1 }, 'sms-code-tried')
}

const over = (offer: SpokenOffer): Outcome & { readonly outcome: 'already_answered' | 'over' } => {
  const { code, offer_id: offerId } = offer
  const at = seoulClock(offer.answered_at ?? offer.expires_at)
  switch (offer.offer_state) {
    case 'accepted':
    case 'accepted_with_conditions':
      return { outcome: 'already_answered', answer: { kind: 'already_accepted', code, at }, code, offerId }
    case 'declined':
      return { outcome: 'already_answered', answer: { kind: 'already_declined', code, at }, code, offerId }
    case 'withdrawn':
      return { outcome: 'over', answer: { kind: 'withdrawn', code }, code, offerId }
    default:
      return { outcome: 'over', answer: { kind: 'expired', code }, code, offerId }
  }
}

const answered = async (
  taking: Taking,
  from: From,
  code: string,
  act: 'accept' | 'decline' | 'call',
  reason: DeclineReason | null,
): Promise<Outcome> => {
  const found = await offerFor(taking, from, code)
  if (found.outcome !== 'asked') return found
  const { offer } = found
  if (act === 'accept') return accept(taking, from, offer)
  if (act === 'call') return callBack(taking, from, offer)
  return reason === null ? askWhy(taking, from, offer) : decline(taking, from, offer, reason)
}

const heardFrom = ({ number }: From): string => `${number.label} ${maskPhone(number.phone)}`.slice(0, 80)

const accept = async (taking: Taking, from: From, offer: SpokenOffer): Promise<Outcome> => {
  const { code, offer_id: offerId } = offer
  const said = { act: { event: 'accept' }, heardFrom: heardFrom(from) } as const
  const result = await taking.channels.answerOffer(from.person, offerId, said)
  if (!result.ok) return refusedAs(taking, offer, result)
  await endQuestions(taking.tx, offerId)
  const until = seoulClock(result.holdUntil ?? taking.now)
  return { outcome: 'accepted', answer: { kind: 'accepted', code, until }, code, offerId }
}

const decline = async (taking: Taking, from: From, offer: SpokenOffer, reason: DeclineReason): Promise<Outcome> => {
  const { code, offer_id: offerId } = offer
  const said = { act: { event: 'decline', reason }, heardFrom: heardFrom(from) } as const
  const result = await taking.channels.answerOffer(from.person, offerId, said)
  if (!result.ok) return refusedAs(taking, offer, result)
  await endQuestions(taking.tx, offerId)
  return { outcome: 'declined', answer: { kind: 'declined', code }, code, offerId }
}

export const DECLINE_TIMER = 'sms-decline'

/** A decline has a reason. It is asked for once; without an answer the decline stands without one. */
const askWhy = async (taking: Taking, from: From, offer: SpokenOffer): Promise<Outcome> => {
  const { channels, tx, now, phone } = taking
  const { code, offer_id: offerId } = offer
  await acknowledge(taking, from, offerId)
  const latest = offer.expires_at.getTime() - 5_000
  const dueAt = new Date(Math.max(now.getTime(), Math.min(now.getTime() + DECLINE_REASON_WAIT_MS, latest)))
  await askQuestion(tx, { phone, offer_id: offerId, code, number_id: from.number.id, expires_at: dueAt }, now)
  await schedule(tx, { id: channels.ids.next(), kind: DECLINE_TIMER, subject: offerId, dueAt, payload: { phone } }, now)
  return { outcome: 'reason_asked', answer: { kind: 'reason_asked', code }, code, offerId }
}

/** Somebody has read it: the desk that asked sees that. An offer that is beyond that stays where it is. */
const acknowledge = async ({ channels }: Taking, from: From, offerId: string): Promise<void> => {
  await channels.answerOffer(from.person, offerId, { act: { event: 'acknowledge' }, heardFrom: heardFrom(from) })
}

const callBack = async (taking: Taking, from: From, offer: SpokenOffer): Promise<Outcome> => {
  const { channels, tx, now } = taking
  const { code, offer_id: offerId, request_id: requestId } = offer
  await acknowledge(taking, from, offerId)
  const call = { requestId, code, offerId, hospitalId: from.hospitalId, numberId: from.number.id }
  if (await insertCallBack(tx, { id: channels.ids.next(), ...call }, now)) {
    const body = { requestId, code, hospitalId: from.hospitalId }
    const audience = { roles: ['placement_desk'] as const }
    await appendOp(tx, { kind: 'call-back-asked', subject: requestId, body, audience, at: now })
  }
  return { outcome: 'call_noted', answer: { kind: 'call_noted', code }, code, offerId }
}

/** A number without a code answers the one question that is open, or it is not enough. */
const bare = async (taking: Taking, from: From, reason: DeclineReason | null): Promise<Outcome> => {
  const { tx, now, phone } = taking
  const open = (await questionsOf(tx, phone)).filter(({ expires_at }) => expires_at > now)
  const [question, ...others] = open
  if (question === undefined || others.length > 0) {
    const code = question?.code ?? (await lastCodeTexted(tx, phone, new Date(now.getTime() - HOUR_MS)))
    // The reason came after the decline stood without it, or the question is over: that is said, and nothing is asked again.
    const found = question === undefined && code !== null ? await offerFor(taking, from, code) : null
    if (found !== null && found.outcome !== 'asked') return found
    return { outcome: 'unreadable', answer: code === null ? { kind: 'unreadable' } : { kind: 'which', code } }
  }
  if (reason === null) return { outcome: 'unreadable', answer: { kind: 'reason_asked', code: question.code } }
  const offer = await spokenOffer(tx, question.offer_id)
  if (offer === null) return { outcome: 'unreadable', answer: { kind: 'unreadable' } }
  return isOpen(offer, now) ? decline(taking, from, offer, reason) : over(offer)
}

const refusedAs = async (
  { tx }: Taking,
  offer: SpokenOffer,
  result: Extract<AnswerResult, { ok: false }>,
): Promise<Outcome> => {
  const { code, offer_id: offerId } = offer
  const is = (outcome: InboundOutcome, answer: Answer): Outcome => ({ outcome, answer, code, offerId })
  switch (result.code) {
    case 'already-placed':
      return is('over', { kind: 'placed_elsewhere', code })
    case 'slot-taken':
      return is('no_bed', { kind: 'no_bed', code })
    case 'not-allowed':
      return is('not_allowed', { kind: 'not_allowed' })
    case 'wrong-state':
    case 'conflict':
      // Somebody was faster between our look and the lock.
      return over((await spokenOffer(tx, offerId)) ?? offer)
    default:
      return is('refused', { kind: 'refused', code })
  }
}

/** The time for a reason is over: the decline stands, without one. */
export const declineWithoutReason = async (channels: Channels, tx: Tx, offerId: string, phone: string, now: Date) => {
  const question = (await questionsOf(tx, phone)).find((one) => one.offer_id === offerId)
  const number = await confirmedNumber(tx, phone)
  const offer = await spokenOffer(tx, offerId)
  await endQuestions(tx, offerId)
  if (question === undefined || number === null || offer === null || !isOpen(offer, now)) return
  const from = await speakerOf(channels, tx, number)
  if (from === null) return
  const act = { event: 'decline', reason: 'other', note: '문자로 거절, 이유는 답하지 않음' } as const
  const result = await channels.answerOffer(from.person, offerId, { act, heardFrom: heardFrom(from) })
  if (!result.ok) return
  const text = answerText({ kind: 'declined', code: question.code }, null)
  const expiresAt = new Date(now.getTime() + HOUR_MS)
  const ask = { reason: `declined:${offerId}`, purpose: 'answer', phone, numberId: number.id, text, expiresAt } as const
  await queueText(channels, tx, ask, now)
}
