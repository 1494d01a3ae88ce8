import { followedRequests } from '../beds/index.ts'
import type { Tx } from '../platform/db.ts'
import { ACK_TIMER, planTry } from './ack-plan.service.ts'
import { regainAsked } from './beside-asks.service.ts'
import { takeAcknowledged } from './federated-acks.service.ts'
import { takeWritten } from './federation.service.ts'
import { followRequest, type RoomRecord, type Rooms, type RoomsOpened } from './rooms.service.ts'

/**
 * The own log came back from others. What this cell's people wrote in rooms that others read was sealed for this cell too, and stands
 * in its room again, under the room's own id; what was written in rooms that nobody else read is gone with the disk. Then the rooms of
 * the requests that are open follow them, as with every change of a request.
 */
export const takeRegained = (rooms: Rooms): void => {
  rooms.exchange?.onOpened(async (tx, opened, now) => {
    if (opened.origin !== rooms.region || !opened.isRegained) return
    // Before anybody opens a room for a request that has one under another id in other cells.
    await takeRecords(rooms, tx, opened, now)
    await pursueAgain(rooms, tx, now)
    opened.afterwards(() => followAll(rooms, tx, now))
  })
}

const followAll = async (rooms: Rooms, tx: Tx, now: Date): Promise<void> => {
  const follow = followRequest(rooms)
  for (const request of await followedRequests(tx, rooms.region)) await follow(tx, request, now)
}

const takeRecords = async (rooms: Rooms, tx: Tx, opened: RoomsOpened, now: Date): Promise<void> => {
  for await (const record of opened.regained(Object.keys(TAKE))) await TAKE[record.kind]?.(rooms, tx, record, now)
}

const TAKE: Readonly<Record<string, (rooms: Rooms, tx: Tx, record: RoomRecord, now: Date) => Promise<unknown>>> = {
  'message-written': takeWritten,
  'message-acknowledged': takeAcknowledged,
  'message-ack-asked': regainAsked,
}

/** What has to be acknowledged and was asked by this cell's people is pursued on, from its first rung. */
const pursueAgain = async (rooms: Rooms, tx: Tx, now: Date): Promise<void> => {
  const open = await tx.sql<{ message_id: string }>(
    `select k.message_id
       from rooms.ack_ask k
       join rooms.message m on m.id = k.message_id
      where m.cell = $1
        and k.state in ('open', 'overdue')
        and not exists (select from rooms.message r where r.target_id = k.message_id)
        and not exists (select from platform.timer t where t.subject = k.message_id and t.kind = $2 and t.done_at is null)
      order by k.message_id`,
    [rooms.region, ACK_TIMER],
  )
  for (const { message_id: id } of open) await planTry(rooms, tx, id, 0, now, now)
}
