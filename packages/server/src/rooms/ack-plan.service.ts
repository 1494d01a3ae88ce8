import type { Mention } from '@dure/contract'
import type { Tx } from '../platform/db.ts'
import { schedule } from '../platform/timers.ts'
import type { Rooms } from './rooms.service.ts'
import type { MessageRow } from './rows.ts'

/** What has to be acknowledged is pursued by a durable timer: whatever restarts lie between, the next try comes. */
export const ACK_TIMER = 'room-ack'

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

export const planTry = (rooms: Rooms, tx: Tx, messageId: string, step: number, dueAt: Date, now: Date): Promise<void> =>
  schedule(tx, { id: rooms.ids.next(), kind: ACK_TIMER, subject: messageId, dueAt, payload: { step } }, now)
