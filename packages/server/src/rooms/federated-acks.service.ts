import { CHANNELS } from '@dure/contract'
import { z } from 'zod'
import type { Tx } from '../platform/db.ts'
import { appendOp } from '../platform/oplog.ts'
import { cancel } from '../platform/timers.ts'
import { ACK_TIMERS } from './ack-plan.service.ts'
import { pursuingCells } from './ack-regions.sql.ts'
import { mineOf, sealAll, sealedToCells } from './federation.service.ts'
import { cellsOf, type RoomRecord, type Rooms } from './rooms.service.ts'
import { deskKeysOf, lockRoom } from './rooms.sql.ts'

const acknowledged = z.object({
  messageId: z.string(),
  personId: z.string(),
  personName: z.string().min(1),
  at: z.iso.datetime(),
  channel: z.enum(CHANNELS),
  heardFrom: z.string().nullable(),
})
export type Acknowledged = z.infer<typeof acknowledged>

/** An acknowledgement given in another region ends the pursuit here. */
export const followAcks = (rooms: Rooms): void =>
  rooms.exchange?.onRecord('message-acknowledged', (tx, record, now) => takeAck(rooms, tx, record, now))

/** Tells the other cells of a room, and those that pursue it, who acknowledged a message: it is pursued no more. */
export const shareAck = async (
  rooms: Rooms,
  tx: Tx,
  roomId: string,
  ack: Acknowledged,
  now: Date,
  knowing: readonly string[] = [],
): Promise<void> => {
  const { exchange } = rooms
  if (exchange === undefined || exchange.cells.length < 2) return
  const heard = [...cellsOf(rooms, await deskKeysOf(tx, roomId)), ...(await pursuingCells(tx, ack.messageId))]
  const cells = [...new Set(heard)].filter((cell) => cell !== rooms.region && !knowing.includes(cell))
  if (cells.length === 0) return
  const sealed = await sealAll(rooms, exchange, cells, ack.messageId, JSON.stringify(ack))
  await appendOp(tx, {
    kind: 'message-acknowledged',
    subject: ack.messageId,
    body: { roomId, ...sealed },
    audience: {},
    at: now,
  })
}

const takeAck = async (rooms: Rooms, tx: Tx, record: RoomRecord, now: Date): Promise<void> => {
  if (record.origin !== rooms.region) await takeAcknowledged(rooms, tx, record, now)
}

const acknowledgedOp = z.object({ roomId: z.string(), ...sealedToCells.partial().shape })

export const takeAcknowledged = async (rooms: Rooms, tx: Tx, record: RoomRecord, now: Date): Promise<void> => {
  const said = acknowledgedOp.safeParse(record.body)
  const mine = mineOf(said.data, rooms.region)
  if (said.data === undefined || mine === undefined) return
  const ack = await openAck(rooms, mine)
  if (ack === undefined || ack.messageId !== record.subject) {
    rooms.log.warn({ origin: record.origin, message: record.subject }, 'acknowledgement-from-elsewhere-refused')
    return
  }
  const room = await lockRoom(tx, said.data.roomId)
  const [ask] = await tx.sql<{ state: string; cell: string }>(
    `select k.state, m.cell
       from rooms.ack_ask k
       join rooms.message m on m.id = k.message_id
      where k.message_id = $1 and k.room_id = $2
        for update of k`,
    [ack.messageId, said.data.roomId],
  )
  if (room === undefined || ask === undefined) return
  await tx.sql(
    `insert into rooms.ack (message_id, person_id, person_name, at, channel, heard_from) values ($1, $2, $3, $4, $5, $6)
         on conflict do nothing`,
    [ack.messageId, ack.personId, ack.personName.slice(0, 80), new Date(ack.at), ack.channel, ack.heardFrom],
  )
  if (ask.state === 'acknowledged') return
  await tx.sql(`update rooms.ack_ask set state = 'acknowledged', next_at = null where message_id = $1`, [ack.messageId])
  await cancel(tx, ack.messageId, ACK_TIMERS)
  const body = { roomId: room.id, messageId: ack.messageId, what: 'ack' }
  await appendOp(tx, { kind: 'room-message-changed', subject: ack.messageId, body, audience: {}, at: now })
  // Neighbours know who asked them, not whom else: the asking cell tells the others.
  const knowing = [record.origin, ...(said.data.cells ?? [])]
  if (ask.cell === rooms.region && record.origin !== rooms.region) await shareAck(rooms, tx, room.id, ack, now, knowing)
}

const openAck = async (rooms: Rooms, sealed: string): Promise<Acknowledged | undefined> => {
  try {
    return acknowledged.parse(JSON.parse((await rooms.exchange?.open(sealed)) ?? ''))
  } catch {
    return undefined
  }
}
