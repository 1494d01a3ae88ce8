import type { InboundOutcome } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'
import type { NumberRecord } from './guard.ts'

export interface InboundRow {
  readonly id: string
  readonly at: Date
  readonly phone: string
  readonly text: string
  readonly outcome: InboundOutcome
  readonly code: string | null
}

export interface NewInbound {
  readonly id: string
  readonly carrier: string
  readonly ref: string | null
  readonly phone: string
  readonly text: string
}

/** Writes the message down; false when the carrier sent it before. */
export const insertInbound = async (tx: Tx, inbound: NewInbound, now: Date): Promise<boolean> => {
  const rows = await tx.sql(
    `insert into channels.inbound (id, at, carrier, ref, phone, text, outcome)
     values ($1, $2, $3, $4, $5, $6, 'refused')
     on conflict (carrier, ref) do nothing
     returning id`,
    [inbound.id, now, inbound.carrier, inbound.ref, inbound.phone, inbound.text],
  )
  return rows.length > 0
}

export interface InboundResult {
  readonly outcome: InboundOutcome
  readonly text: string
  readonly numberId: string | null
  readonly code: string | null
  readonly offerId: string | null
}

export const saveInbound = async (tx: Tx, id: string, result: InboundResult): Promise<void> => {
  await tx.sql(
    `update channels.inbound set outcome = $2, text = $3, number_id = $4, code = $5, offer_id = $6 where id = $1`,
    [id, result.outcome, result.text, result.numberId, result.code, result.offerId],
  )
}

/** One message of a number after another: otherwise many at once would each find the counts of before. */
export const lockPhone = async (tx: Tx, phone: string): Promise<void> => {
  await tx.sql(`select pg_advisory_xact_lock(7382, hashtext($1))`, [phone])
}

/** What a number wrote since then, without the message at hand. */
export const numberRecord = async (tx: Tx, phone: string, since: Date, notThis: string): Promise<NumberRecord> => {
  const [row] = await tx.sql<{ messages: number; wrong: number; told: boolean | null }>(
    `select count(*)::int as messages,
            (count(*) filter (where outcome = 'wrong_code'))::int as wrong,
            bool_or(outcome = 'locked') as told
       from channels.inbound
      where phone = $1
        and at >= $2
        and id <> $3
        and outcome <> 'probe'`,
    [phone, since, notThis],
  )
  return { messages: row?.messages ?? 0, wrongCodes: row?.wrong ?? 0, toldLocked: row?.told === true }
}

/** Other telephones that named this code and had not been asked under it. */
export const othersNaming = async (tx: Tx, code: string, phone: string, since: Date): Promise<number> =>
  (
    await tx.sql<{ others: number }>(
      `select count(distinct phone)::int as others
         from channels.inbound
        where code = $1 and at >= $3 and phone <> $2 and outcome in ('wrong_code', 'unknown_number')`,
      [code, phone, since],
    )
  )[0]?.others ?? 0

export const strangerRecord = async (
  tx: Tx,
  phone: string,
  hourAgo: Date,
): Promise<{ lastAnswerToIt: Date | null; answersLastHour: number }> => {
  const [row] = await tx.sql<{ last: Date | null; answers: number }>(
    `select max(created_at) filter (where phone = $1) as last,
            (count(*) filter (where created_at >= $2))::int as answers
       from channels.message
      where reason like 'stranger:%' and created_at >= $2`,
    [phone, hourAgo],
  )
  return { lastAnswerToIt: row?.last ?? null, answersLastHour: row?.answers ?? 0 }
}

export const newestInbound = (db: Queries, limit: number): Promise<InboundRow[]> =>
  db.sql<InboundRow>(
    `select id, at, phone, text, outcome, code
       from channels.inbound
      where outcome <> 'probe'
      order by at desc, id desc
      limit $1`,
    [limit],
  )

// ---------------------------------------------------------------- questions and calls back

export interface QuestionRow {
  readonly phone: string
  readonly offer_id: string
  readonly code: string
  readonly number_id: string
  readonly expires_at: Date
}

export const askQuestion = async (tx: Tx, question: QuestionRow, now: Date): Promise<void> => {
  await tx.sql(
    `insert into channels.question (phone, offer_id, code, number_id, asked_at, expires_at)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (phone, offer_id) do update set asked_at = excluded.asked_at`,
    [question.phone, question.offer_id, question.code, question.number_id, now, question.expires_at],
  )
}

export const questionsOf = (tx: Tx, phone: string): Promise<QuestionRow[]> =>
  tx.sql<QuestionRow>(
    `select phone, offer_id, code, number_id, expires_at from channels.question where phone = $1 order by asked_at`,
    [phone],
  )

export const endQuestions = async (tx: Tx, offerId: string): Promise<void> => {
  await tx.sql(`delete from channels.question where offer_id = $1`, [offerId])
}

/** The code that was last texted to this telephone about an offer. */
export const lastCodeTexted = async (tx: Tx, phone: string, since: Date): Promise<string | null> =>
  (
    await tx.sql<{ code: string }>(
      `select substring(text from 'DURE ([0-9]{4})') as code
         from channels.message
        where phone = $1 and purpose = 'offer' and created_at >= $2
        order by created_at desc, id desc
        limit 1`,
      [phone, since],
    )
  )[0]?.code ?? null

export interface CallBackRow {
  readonly id: string
  readonly at: Date
  readonly request_id: string
  readonly code: string
  readonly hospital_id: string
  readonly phone: string
  readonly label: string
}

export const insertCallBack = async (
  tx: Tx,
  call: {
    readonly id: string
    readonly requestId: string
    readonly code: string
    readonly offerId: string
    readonly hospitalId: string
    readonly numberId: string
  },
  now: Date,
): Promise<boolean> => {
  const rows = await tx.sql(
    `insert into channels.call_back (id, at, request_id, code, offer_id, hospital_id, number_id)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (offer_id, number_id) where done_at is null do nothing
     returning id`,
    [call.id, now, call.requestId, call.code, call.offerId, call.hospitalId, call.numberId],
  )
  return rows.length > 0
}

export const openCallBacks = (db: Queries): Promise<CallBackRow[]> =>
  db.sql<CallBackRow>(
    `select c.id, c.at, c.request_id, c.code, c.hospital_id, n.phone, n.label
       from channels.call_back c
       join channels.number n on n.id = c.number_id
      where c.done_at is null
      order by c.at, c.id
      limit 200`,
  )

export const finishCallBack = async (tx: Tx, id: string, personId: string, now: Date): Promise<string | null> =>
  (
    await tx.sql<{ request_id: string }>(
      `update channels.call_back set done_at = $3, done_by = $2 where id = $1 and done_at is null returning request_id`,
      [id, personId, now],
    )
  )[0]?.request_id ?? null
