import type { TextPurpose, TextState } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'

export interface MessageRow {
  readonly id: string
  readonly reason: string
  readonly purpose: TextPurpose
  readonly medium: 'sms' | 'voice'
  readonly phone: string
  readonly number_id: string | null
  readonly text: string
  readonly subject: string | null
  readonly pinned_to: string | null
  readonly state: TextState
  readonly state_since: Date
  readonly next_try_at: Date
  readonly expires_at: Date
  readonly attempts: number
  readonly created_at: Date
}

const SELECTED = `m.id, m.reason, m.purpose, m.medium, m.phone, m.number_id, m.text, m.subject, m.pinned_to, m.state,
  m.state_since, m.next_try_at, m.expires_at, m.attempts, m.created_at`

export type NewMessage = Pick<
  MessageRow,
  'id' | 'reason' | 'purpose' | 'medium' | 'phone' | 'number_id' | 'text' | 'subject' | 'pinned_to' | 'expires_at'
>

/** Queues a message; false when there is one for this reason already. */
export const insertMessage = async (tx: Tx, message: NewMessage, now: Date): Promise<boolean> => {
  const rows = await tx.sql(
    `insert into channels.message
       (id, reason, purpose, medium, phone, number_id, text, subject, pinned_to, expires_at,
        state, state_since, next_try_at, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'queued', $11, $11, $11)
     on conflict (reason) do nothing
     returning id`,
    [
      message.id,
      message.reason,
      message.purpose,
      message.medium,
      message.phone,
      message.number_id,
      message.text,
      message.subject,
      message.pinned_to,
      message.expires_at,
      now,
    ],
  )
  return rows.length > 0
}

/** Is there one for {@link lockDue}, or one that waits for another to be sent? */
export const isAnyDue = async (db: Queries, now: Date): Promise<boolean> =>
  (await db.sql(`select from channels.message m where m.state = 'queued' and m.next_try_at <= $1 limit 1`, [now]))
    .length > 0

/**
 * The message that has waited longest; `skip locked` shares them out among the server's processes. A telephone gets its texts in the
 * order they were queued: one waits while an older one is due too, or was given after `busySince` to a carrier that has not answered.
 */
export const lockDue = async (tx: Tx, now: Date, busySince: Date): Promise<MessageRow | null> =>
  (
    await tx.sql<MessageRow>(
      `select ${SELECTED}
         from channels.message m
        where m.state = 'queued'
          and m.next_try_at <= $1
          and not exists (
                select from channels.message older
                 where older.phone = m.phone
                   and older.id < m.id
                   and older.state in ('queued', 'handed_over')
                   and (older.state = 'queued' and older.next_try_at <= $1
                        or older.state = 'handed_over' and older.state_since > $2))
        order by m.next_try_at, m.id
        limit 1
          for update skip locked`,
      [now, busySince],
    )
  )[0] ?? null

export const lockMessage = async (tx: Tx, id: string): Promise<MessageRow | null> =>
  (await tx.sql<MessageRow>(`select ${SELECTED} from channels.message m where m.id = $1 for update`, [id]))[0] ?? null

/** Given to a carrier and never settled: the process died, or no report came. */
export const lockOverdue = async (
  tx: Tx,
  state: 'handed_over' | 'accepted',
  before: Date,
): Promise<MessageRow | null> =>
  (
    await tx.sql<MessageRow>(
      `select ${SELECTED}
         from channels.message m
        where m.state = $1
          and m.state_since <= $2
        order by m.state_since, m.id
        limit 1
          for update skip locked`,
      [state, before],
    )
  )[0] ?? null

export interface MessagePatch {
  readonly state: TextState
  readonly nextTryAt?: Date
  readonly attempts?: number
}

export const saveMessage = async (tx: Tx, id: string, patch: MessagePatch, now: Date): Promise<void> => {
  await tx.sql(
    `update channels.message
        set state = $2,
            state_since = $3,
            next_try_at = coalesce($4, next_try_at),
            attempts = coalesce($5, attempts)
      where id = $1`,
    [id, patch.state, now, patch.nextTryAt ?? null, patch.attempts ?? null],
  )
}

export interface TryRow {
  readonly id: string
  readonly message_id: string
  readonly carrier: string
  readonly at: Date
  readonly state: TextState
  readonly ref: string | null
  readonly error: string | null
}

export const insertTry = async (tx: Tx, id: string, messageId: string, carrier: string, now: Date): Promise<void> => {
  await tx.sql(
    `insert into channels.message_try (id, message_id, carrier, at, state, state_since)
     values ($1, $2, $3, $4, 'handed_over', $4)`,
    [id, messageId, carrier, now],
  )
}

export const saveTry = async (
  tx: Tx,
  id: string,
  patch: { readonly state: TextState; readonly ref?: string; readonly error?: string },
  now: Date,
): Promise<void> => {
  await tx.sql(
    `update channels.message_try
        set state = $2, state_since = $3, ref = coalesce($4, ref), error = coalesce($5, error)
      where id = $1`,
    [id, patch.state, now, patch.ref ?? null, patch.error ?? null],
  )
}

export const triesOf = (db: Queries, messageIds: readonly string[]): Promise<TryRow[]> =>
  db.sql<TryRow>(
    `select id, message_id, carrier, at, state, ref, error
       from channels.message_try
      where message_id = any($1)
      order by id`,
    [messageIds],
  )

export const tryByRef = async (db: Queries, carrier: string, ref: string): Promise<TryRow | null> =>
  (
    await db.sql<TryRow>(
      `select id, message_id, carrier, at, state, ref, error from channels.message_try where carrier = $1 and ref = $2`,
      [carrier, ref],
    )
  )[0] ?? null

export const newestMessages = (db: Queries, limit: number): Promise<MessageRow[]> =>
  db.sql<MessageRow>(
    `select ${SELECTED}
       from channels.message m
      where m.purpose <> 'probe'
      order by m.created_at desc, m.id desc
      limit $1`,
    [limit],
  )

export const waitingMessages = async (
  db: Queries,
  hourAgo: Date,
): Promise<{ waiting: number; oldest: Date | null; failed: number }> => {
  const [row] = await db.sql<{ waiting: number; oldest: Date | null; failed: number }>(
    `select (count(*) filter (where m.state in ('queued', 'handed_over')))::int as waiting,
            min(m.created_at) filter (where m.state in ('queued', 'handed_over')) as oldest,
            (count(*) filter (where m.state = 'failed' and m.state_since >= $1))::int as failed
       from channels.message m
      where m.purpose <> 'probe'
        and (m.state in ('queued', 'handed_over') or m.created_at >= $1)`,
    [hourAgo],
  )
  return row ?? { waiting: 0, oldest: null, failed: 0 }
}

/** Forgets what is long over. */
export const sweepMessages = async (db: Queries, before: Date): Promise<void> => {
  await db.sql(`delete from channels.message where created_at < $1 and state in ('delivered', 'failed', 'unknown')`, [
    before,
  ])
  await db.sql(`delete from channels.inbound where at < $1`, [before])
}

// ---------------------------------------------------------------- carriers

export interface CarrierRow {
  readonly key: string
  readonly failures_in_row: number
  readonly open_until: Date | null
  readonly silent_since: Date | null
  readonly last_accepted_at: Date | null
  readonly last_delivered_at: Date | null
  readonly last_error: string | null
  readonly probe_id: string | null
  readonly probe_sent_at: Date | null
  readonly last_heard_at: Date | null
}

export const carrierRows = (db: Queries): Promise<CarrierRow[]> =>
  db.sql<CarrierRow>(`select * from channels.carrier order by key`)

/** The carrier's row, made when there is none, locked. */
export const lockCarrier = async (tx: Tx, key: string): Promise<CarrierRow> => {
  await tx.sql(`insert into channels.carrier (key) values ($1) on conflict (key) do nothing`, [key])
  const [row] = await tx.sql<CarrierRow>(`select * from channels.carrier where key = $1 for update`, [key])
  if (row === undefined) throw new Error(`carrier ${key} has no row`)
  return row
}

export type CarrierPatch = Partial<Omit<CarrierRow, 'key'>>

export const saveCarrier = async (tx: Tx, row: CarrierRow, patch: CarrierPatch): Promise<void> => {
  const next = { ...row, ...patch }
  await tx.sql(
    `update channels.carrier
        set failures_in_row = $2, open_until = $3, silent_since = $4, last_accepted_at = $5, last_delivered_at = $6,
            last_error = $7, probe_id = $8, probe_sent_at = $9, last_heard_at = $10
      where key = $1`,
    [
      row.key,
      next.failures_in_row,
      next.open_until,
      next.silent_since,
      next.last_accepted_at,
      next.last_delivered_at,
      next.last_error,
      next.probe_id,
      next.probe_sent_at,
      next.last_heard_at,
    ],
  )
}
