import { type BodyOf, type MessageView, ok, type roomEndpoints } from '@dure/contract'
import type { Tx } from '../platform/db.ts'
import { cancel } from '../platform/timers.ts'
import { ACK_TIMERS, ASK, type AskRow } from './ack-plan.service.ts'
import { shareAck } from './federated-acks.service.ts'
import { type Author, tellMessageChanged, viewOne } from './messages.service.ts'
import { messageById, readableMessage } from './messages.sql.ts'
import { type RoomResult, type Rooms, refuse } from './rooms.service.ts'
import { lockRoom } from './rooms.sql.ts'
import type { MessageRow } from './rows.ts'

type Acking = BodyOf<typeof roomEndpoints.acknowledge>

/** Said by one of those who were asked, or written down by who heard it; nobody is taken to have understood by silence. */
export const acknowledge = (
  rooms: Rooms,
  author: Author,
  messageId: string,
  { channel, heardFrom }: Acking,
  now: Date,
): Promise<RoomResult<MessageView, 'not-found' | 'not-allowed' | 'wrong-state' | 'invalid-input'>> =>
  rooms.db.tx(async (tx) => {
    if (channel === 'phone' && heardFrom === undefined)
      return refuse('invalid-input', 'say who said so on the phone', '/body/heardFrom')
    const message = await acknowledgeable(tx, messageId, author)
    if (message === undefined) return refuse('not-found', 'no such message among yours', '/params/id')
    const room = await lockRoom(tx, message.room_id)
    const [ask] = await tx.sql<AskRow>(`${ASK} where k.message_id = $1 for update`, [messageId])
    if (room === undefined || ask === undefined)
      return refuse('wrong-state', 'this message asks for no acknowledgement')
    if (ask.state === 'retracted') return refuse('wrong-state', 'the message was taken back')
    if (message.author_id === author.id && channel === 'web')
      return refuse('not-allowed', 'somebody else has to acknowledge it')
    if (heardFrom === undefined && !(await isAsked(tx, ask, author.id)))
      return refuse('not-allowed', 'it is asked of somebody else')
    await tx.sql(
      `insert into rooms.ack (message_id, person_id, person_name, at, channel, heard_from) values ($1, $2, $3, $4, $5, $6)
           on conflict do nothing`,
      [messageId, author.id, author.name, now, channel, heardFrom ?? null],
    )
    if (ask.state !== 'acknowledged') {
      await tx.sql(`update rooms.ack_ask set state = 'acknowledged', next_at = null where message_id = $1`, [messageId])
      await cancel(tx, messageId, ACK_TIMERS)
      const said = {
        messageId,
        personId: author.id,
        personName: author.name,
        at: now.toISOString(),
        channel,
        heardFrom: heardFrom ?? null,
      }
      await shareAck(rooms, tx, ask.room_id, said, now)
      await tellMessageChanged(tx, ask.room_id, messageId, 'ack', now)
    }
    return ok(await viewOne(tx, message, author.id))
  })

/** Who reads the message, and who was asked for it: a second on call may stand outside the room. */
const acknowledgeable = async (tx: Tx, messageId: string, author: Author): Promise<MessageRow | undefined> => {
  const read = await readableMessage(tx, messageId, author.keys)
  if (read !== undefined) return read
  const asked = await tx.sql(`select from rooms.ack_asked where message_id = $1 and person_id = $2`, [
    messageId,
    author.id,
  ])
  return asked.length === 0 ? undefined : messageById(tx, messageId)
}

const isAsked = async (tx: Tx, { message_id, target }: AskRow, personId: string): Promise<boolean> =>
  target === null ||
  (target.kind === 'person' && target.personId === personId) ||
  (await tx.sql(`select from rooms.ack_asked where message_id = $1 and person_id = $2`, [message_id, personId]))
    .length > 0

/** What a person still has to acknowledge, most urgent first. */
export const openAcksOf = async (rooms: Rooms, author: Author, limit = 100): Promise<readonly MessageRow[]> => {
  const rows = await rooms.db.sql<{ message_id: string }>(
    `select k.message_id
       from rooms.ack_ask k
       join rooms.message m on m.id = k.message_id
      where k.state in ('open', 'overdue', 'unanswered', 'exhausted')
        and m.author_id is distinct from $1
        and (exists (select from rooms.ack_asked s where s.message_id = k.message_id and s.person_id = $1)
             or (k.target is null
                 and exists (select from rooms.reader o
                              where o.room_id = k.room_id and o.key = any($2)
                                and m.number > o.after and (o.until is null or m.number <= o.until))))
      order by k.due_at, k.message_id
      limit $3`,
    [author.id, author.keys, limit],
  )
  const found = await Promise.all(rows.map(({ message_id }) => messageById(rooms.db, message_id)))
  return found.flatMap((row) => row ?? [])
}

/** How far back what was asked in vain is shown to who asked it. */
const SHOWN_UNANSWERED = `interval '24 hours'`

/** What a person asked for and nobody has acknowledged: every rung was tried, or nobody stands on any. */
export const unansweredOf = async (rooms: Rooms, personId: string, now: Date): Promise<readonly MessageRow[]> => {
  const rows = await rooms.db.sql<{ message_id: string }>(
    `select k.message_id
       from rooms.ack_ask k
       join rooms.message m on m.id = k.message_id
      where k.state in ('unanswered', 'exhausted')
        and m.author_id = $1
        and k.due_at > $2::timestamptz - ${SHOWN_UNANSWERED}
      order by k.due_at, k.message_id
      limit 50`,
    [personId, now],
  )
  const found = await Promise.all(rows.map(({ message_id }) => messageById(rooms.db, message_id)))
  return found.flatMap((row) => row ?? [])
}
