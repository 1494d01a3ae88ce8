import { type BodyOf, ok, type roomEndpoints } from '@dure/contract'
import type { Person } from '../platform/person.ts'
import { keysOf } from './keys.ts'
import { peopleOfRoom } from './members.service.ts'
import { readableMessage } from './messages.sql.ts'
import { type Rooms, refuse } from './rooms.service.ts'

type Batch = BodyOf<typeof roomEndpoints.sendReceipts>['receipts']

/**
 * Delivered and seen, for many rooms at once. A number stands for everything up to it that the person reads; nobody confirms what
 * was not written yet or is not theirs to read, and a lower number than before changes nothing.
 */
export const recordReceipts = async (rooms: Rooms, person: Person, batch: Batch, now: Date): Promise<number> => {
  const steps = batch.flatMap(({ roomId, delivered, seen }) => [
    // Who has seen it has got it.
    ...(delivered === undefined && seen === undefined
      ? []
      : [{ roomId, what: 'delivered', upto: Math.max(delivered ?? 0, seen ?? 0) }]),
    ...(seen === undefined ? [] : [{ roomId, what: 'seen', upto: seen }]),
  ])
  const rows = await rooms.db.sql(
    `insert into rooms.receipt (room_id, person_id, what, upto, at)
     select s.room_id, $1, s.what, s.upto, $5
       from (select x.room_id, x.what, max(least(x.upto, top.number)) as upto
               from unnest($2::text[], $3::text[], $4::bigint[]) as x (room_id, what, upto)
               join lateral (select max(least(r.head, coalesce(o.until, r.head))) as number
                               from rooms.reader o
                               join rooms.room r on r.id = o.room_id
                              where o.room_id = x.room_id and o.key = any($6)) top on top.number > 0
              group by x.room_id, x.what) s
      where s.upto > coalesce((select max(p.upto) from rooms.receipt p
                                where p.room_id = s.room_id and p.person_id = $1 and p.what = s.what), 0)
         on conflict do nothing
     returning room_id`,
    [
      person.id,
      steps.map(({ roomId }) => roomId),
      steps.map(({ what }) => what),
      steps.map(({ upto }) => upto),
      now,
      keysOf(person),
    ],
  )
  return rows.length
}

interface ReceiptRow {
  readonly person_id: string
  readonly delivered_at: Date | null
  readonly seen_at: Date | null
  readonly acked_at: Date | null
}

interface StepRow {
  readonly at: Date
  readonly step: number
  readonly rung: string
  readonly channel: string
  readonly person_id: string | null
  readonly name: string
  readonly outcome: string
  readonly region: string | null
}

/** Person by person, of everybody who could read the message; what nobody has confirmed stays empty. */
export const receiptsOf = async (rooms: Rooms, person: Person, messageId: string) => {
  const message = await readableMessage(rooms.db, messageId, keysOf(person))
  if (message === undefined) return refuse('not-found', 'no such message among yours', '/params/id')
  const readers = await peopleOfRoom(rooms, message.room_id, Number(message.number))
  const rows = await rooms.db.sql<ReceiptRow>(
    `select x.person_id,
            min(x.at) filter (where x.what = 'delivered') as delivered_at,
            min(x.at) filter (where x.what = 'seen') as seen_at,
            min(x.at) filter (where x.what = 'acked') as acked_at
       from (select person_id, what, at from rooms.receipt where room_id = $1 and upto >= $2
             union all
             select person_id, 'acked', at from rooms.ack where message_id = $3) x
      group by x.person_id`,
    [message.room_id, message.number, messageId],
  )
  const byPerson = new Map(rows.map((row) => [row.person_id, row]))
  const steps = await rooms.db.sql<StepRow>(
    `select at, step, rung, channel, person_id, name, outcome, region
       from rooms.ack_step
      where message_id = $1
      order by at, id    -- what another cell tried is told later than it happened`,
    [messageId],
  )
  const people = readers
    .filter(({ id }) => id !== message.author_id)
    .map(({ id, name, place }) => {
      const row = byPerson.get(id)
      return {
        personId: id,
        name,
        place,
        deliveredAt: row?.delivered_at?.toISOString() ?? null,
        seenAt: row?.seen_at?.toISOString() ?? null,
        acknowledgedAt: row?.acked_at?.toISOString() ?? null,
      }
    })
  const toStep = ({ at, person_id: personId, ...rest }: StepRow) =>
    ({ at: at.toISOString(), personId, ...rest }) as never
  return ok({ sentAt: message.at.toISOString(), people, steps: steps.map(toStep) })
}
