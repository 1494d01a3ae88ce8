import type { ACK_STATES, AckRung, Mention } from '@dure/contract'
import type { Tx } from '../platform/db.ts'
import { schedule } from '../platform/timers.ts'
import type { Rooms } from './rooms.service.ts'
import type { MessageRow } from './rows.ts'

/** What has to be acknowledged is pursued by a durable timer: whatever restarts lie between, the next try comes. */
export const ACK_TIMER = 'room-ack'
/** The same for what another region's cell asks of the desk here. */
export const ACK_BESIDE_TIMER = 'room-ack-beside'
export const ACK_TIMERS: readonly string[] = [ACK_TIMER, ACK_BESIDE_TIMER]

export interface AskRow {
  readonly message_id: string
  readonly room_id: string
  readonly asked_at: Date
  readonly due_at: Date
  readonly target: Mention | null
  /** Tries made so far. */
  readonly step: number
  readonly rung: AckRung
  readonly state: (typeof ACK_STATES)[number]
}

export const ASK = `select k.message_id, k.room_id, k.asked_at, k.due_at, k.target, k.step, k.rung, k.state from rooms.ack_ask k`

/** Plans the pursuit with the message; the first try comes at once. */
export const planAck = async (
  rooms: Rooms,
  tx: Tx,
  message: MessageRow,
  needs: { readonly by: string; readonly from?: Mention | undefined },
  now: Date,
): Promise<void> => {
  await tx.sql(
    `insert into rooms.ack_ask (message_id, room_id, asked_at, due_at, target) values ($1, $2, $3, $4, $5::jsonb)`,
    [
      message.id,
      message.room_id,
      now,
      new Date(needs.by),
      needs.from === undefined ? null : JSON.stringify(needs.from),
    ],
  )
  await planTry(rooms, tx, message.id, 0, now, now)
}

/** The next try, at a place of the ladder. */
export const planTry = async (
  rooms: Rooms,
  tx: Tx,
  messageId: string,
  place: number,
  dueAt: Date,
  now: Date,
): Promise<void> => {
  await tx.sql(`update rooms.ack_ask set next_at = $2 where message_id = $1`, [messageId, dueAt])
  await schedule(tx, { id: rooms.ids.next(), kind: ACK_TIMER, subject: messageId, dueAt, payload: { place } }, now)
}
