import type { AckRung, NoticeChannel } from '@dure/contract'
import type { Tx } from '../platform/db.ts'
import type { AskRow } from './ack-plan.service.ts'
import type { NoticeOutcome } from './notifier.service.ts'
import type { Rooms } from './rooms.service.ts'
import type { RoomRow } from './rooms.sql.ts'
import type { MessageRow } from './rows.ts'
import type { Standing } from './rungs.service.ts'

/** One pursuit, in the transaction of the timer that moves it on. The room and the acknowledgement are locked. */
export interface Pursuit {
  readonly rooms: Rooms
  readonly tx: Tx
  readonly room: RoomRow
  readonly message: MessageRow
  readonly ask: AskRow
  readonly now: Date
}

export interface Try {
  readonly rung: AckRung
  readonly channel: NoticeChannel
}

export interface Tried {
  readonly personId: string | null
  readonly name: string
  readonly outcome: NoticeOutcome | 'no_driver'
}

/** Tries everybody who stands there. Each try is on record, and whoever is asked may acknowledge. */
export const reach = async (pursuit: Pursuit, one: Try, people: readonly Standing[]): Promise<readonly Tried[]> => {
  const { tx, ask, now } = pursuit
  const tried: Tried[] = []
  for (const person of people) {
    const outcome = await notify(pursuit, 'wanted', one, person)
    await note(pursuit, one, person, outcome)
    tried.push({ personId: person.personId, name: person.name, outcome })
  }
  const ids = people.flatMap(({ personId }) => personId ?? [])
  await tx.sql(
    `insert into rooms.ack_asked (message_id, person_id, rung, at) select $1, p, $2, $3 from unnest($4::text[]) p
         on conflict do nothing`,
    [ask.message_id, one.rung, now, ids],
  )
  if (ask.state === 'open' && now >= ask.due_at)
    await tx.sql(`update rooms.ack_ask set state = 'overdue' where message_id = $1 and state = 'open'`, [
      ask.message_id,
    ])
  return tried
}

export const notify = (
  { rooms, tx, room, ask, now }: Pursuit,
  about: 'wanted' | 'unanswered',
  one: Try,
  to: Standing,
) => {
  const requestCode = /([0-9]{4})$/.exec(room.request_id === null ? '' : room.title)?.[1] ?? null
  const { message_id: messageId, room_id: roomId, due_at: dueAt, step } = ask
  const { personId, name, phone } = to
  const notice = { about, messageId, roomId, requestCode, rung: one.rung, step, dueAt, to: { personId, name, phone } }
  return rooms.notifiers.send(one.channel, tx, notice, now)
}

export const note = async (
  { tx, ask, now }: Pursuit,
  one: Try,
  to: { readonly personId: string | null; readonly name: string },
  outcome: string,
): Promise<void> => {
  await tx.sql(
    `insert into rooms.ack_step (message_id, at, step, rung, channel, person_id, name, outcome)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [ask.message_id, now, ask.step, one.rung, one.channel, to.personId, to.name, outcome],
  )
}
