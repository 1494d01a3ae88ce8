import {
  type AckRung,
  type BodyOf,
  type Duty,
  type Mention,
  type MessageView,
  ok,
  type Rank,
  type RosterPlace,
  type roomEndpoints,
} from '@dure/contract'
import { neighboursOf } from '../beds/index.ts'
import type { Tx } from '../platform/db.ts'
import type { Deps } from '../platform/deps.ts'
import { appendOp } from '../platform/oplog.ts'
import { cancel } from '../platform/timers.ts'
import { onCallRows } from '../rosters/index.ts'
import { ACK_TIMER, planTry } from './ack-plan.service.ts'
import { ACK_TIMES, skipRung, type Try, tryAt } from './escalation.ts'
import { shareAck } from './federation.service.ts'
import { type Author, tellMessageChanged, viewOne, writeLine } from './messages.service.ts'
import { messageById, readableMessage } from './messages.sql.ts'
import { type RoomResult, type Rooms, refuse } from './rooms.service.ts'
import { lockRoom, type RoomRow, roomById } from './rooms.sql.ts'
import type { MessageRow } from './rows.ts'

interface AskRow {
  readonly message_id: string
  readonly room_id: string
  readonly asked_at: Date
  readonly due_at: Date
  readonly target: Mention | null
  readonly step: number
  readonly state: 'open' | 'overdue' | 'acknowledged' | 'exhausted' | 'retracted'
}

const ASK = `select k.message_id, k.room_id, k.asked_at, k.due_at, k.target, k.step, k.state from rooms.ack_ask k`

export const registerAckTimer = ({ onTimer }: Pick<Deps, 'onTimer'>, rooms: Rooms): void =>
  onTimer(ACK_TIMER, async (tx, timer, now) => {
    // The room first, as whoever writes takes it first.
    const message = await messageById(tx, timer.subject)
    const room = message === undefined ? undefined : await lockRoom(tx, message.room_id)
    const [ask] = await tx.sql<AskRow>(`${ASK} where k.message_id = $1 for update`, [timer.subject])
    const isOpen = ask?.state === 'open' || ask?.state === 'overdue'
    if (message === undefined || room === undefined || ask === undefined || !isOpen) return
    await pursue(rooms, tx, room, ask, Number(timer.payload.step ?? 0), now)
  })

/** One try; rungs on which nobody stands cost no time. */
const pursue = async (rooms: Rooms, tx: Tx, room: RoomRow, ask: AskRow, from: number, now: Date): Promise<void> => {
  for (let step = from; ; step = skipRung(step)) {
    const one = tryAt(ask.asked_at.getTime(), ask.due_at.getTime(), step)
    if (one === undefined) return exhausted(rooms, tx, ask, now)
    const people = await peopleOn(rooms, tx, room, ask.target, one.rung, now)
    if (people.length === 0) {
      await note(tx, ask, one, { personId: null, name: '' }, 'nobody', now)
      continue
    }
    await reach(rooms, tx, room, ask, one, people, now)
    const next = tryAt(ask.asked_at.getTime(), ask.due_at.getTime(), step + 1)
    // Late after a restart: the tries that were missed do not come all at once.
    const dueMs = Math.max(next?.atMs ?? now.getTime() + ACK_TIMES.repeatMs, now.getTime() + ACK_TIMES.leastMs)
    return planTry(rooms, tx, ask.message_id, step + 1, new Date(dueMs), now)
  }
}

interface Reached {
  readonly personId: string | null
  readonly name: string
  readonly phone?: string | null
}

const reach = async (
  rooms: Rooms,
  tx: Tx,
  room: RoomRow,
  ask: AskRow,
  one: Try,
  people: readonly Reached[],
  now: Date,
): Promise<void> => {
  for (const person of people) {
    const to = { personId: person.personId, name: person.name, phone: person.phone ?? null }
    const requestCode = /([0-9]{4})$/.exec(room.request_id === null ? '' : room.title)?.[1] ?? null
    const notice = {
      messageId: ask.message_id,
      roomId: ask.room_id,
      requestCode,
      rung: one.rung,
      step: one.step,
      dueAt: ask.due_at,
      to,
    }
    const outcome = await rooms.notifiers.send(one.channel, tx, notice, now)
    await note(tx, ask, one, to, outcome, now)
  }
  const ids = people.flatMap(({ personId }) => personId ?? [])
  await tx.sql(
    `insert into rooms.ack_asked (message_id, person_id, rung, at) select $1, p, $2, $3 from unnest($4::text[]) p
         on conflict do nothing`,
    [ask.message_id, one.rung, now, ids],
  )
  const state = now >= ask.due_at ? 'overdue' : 'open'
  await tx.sql(`update rooms.ack_ask set step = $2, state = $3 where message_id = $1`, [
    ask.message_id,
    one.step + 1,
    state,
  ])
  if (one.rung !== 'on_call' && one.channel === 'push')
    await writeLine(
      rooms,
      tx,
      ask.room_id,
      'ack-escalated',
      { messageId: ask.message_id, rung: one.rung, to: people.map(({ name }) => name) },
      now,
    )
  await tellMessageChanged(tx, ask.room_id, ask.message_id, 'ack', now)
}

const note = async (
  tx: Tx,
  ask: AskRow,
  one: Try,
  to: { readonly personId: string | null; readonly name: string },
  outcome: string,
  now: Date,
): Promise<void> => {
  await tx.sql(
    `insert into rooms.ack_step (message_id, at, step, rung, channel, person_id, name, outcome)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [ask.message_id, now, one.step, one.rung, one.channel, to.personId, to.name, outcome],
  )
}

/** Everybody was tried in every way. It stays open to be acknowledged, and the room says so. */
const exhausted = async (rooms: Rooms, tx: Tx, ask: AskRow, now: Date): Promise<void> => {
  await tx.sql(`update rooms.ack_ask set state = 'exhausted' where message_id = $1`, [ask.message_id])
  await writeLine(rooms, tx, ask.room_id, 'ack-exhausted', { messageId: ask.message_id }, now)
  await tellMessageChanged(tx, ask.room_id, ask.message_id, 'ack', now)
}

// ---------------------------------------------------------------- who stands on a rung

interface Post {
  readonly place: RosterPlace
  readonly duty: Duty
}

const RANK: Record<Exclude<AckRung, 'neighbour'>, Rank> = { on_call: 'on_call', second: 'second', desk_lead: 'lead' }

const peopleOn = async (
  rooms: Rooms,
  tx: Tx,
  room: RoomRow,
  target: Mention | null,
  rung: AckRung,
  now: Date,
): Promise<readonly Reached[]> => {
  if (rung === 'on_call' && target?.kind === 'person') return personOf(tx, target.personId)
  const post = await postOf(rooms, tx, room, target)
  if (rung === 'neighbour') return neighbours(rooms, tx, post, now)
  return onPost(tx, post, RANK[rung], now)
}

const onPost = async (tx: Tx, { place, duty }: Post, rank: Rank, now: Date): Promise<readonly Reached[]> =>
  (await onCallRows(tx, place, duty, now, rank)).map((row) => ({
    personId: row.person_id,
    name: row.name,
    phone: row.phone,
  }))

const personOf = async (tx: Tx, id: string): Promise<readonly Reached[]> =>
  (
    await tx.sql<{ id: string; name: string; phone: string | null }>(
      // The telephone of whoever is on call this moment is on the roster; others have none here.
      `select p.id, p.name,
              (select s.phone from rosters.shift s
                where s.person_id = p.id and s.state = 'planned' and s.phone is not null
                order by s.ends_at desc limit 1) as phone
         from platform.person p
        where p.id = $1
          and p.disabled_at is null`,
      [id],
    )
  ).map((row) => ({ personId: row.id, name: row.name, phone: row.phone }))

/** Behind a person stands their own desk; behind nobody named, the desk whose room it is. */
const postOf = async (rooms: Rooms, tx: Tx, room: RoomRow, target: Mention | null): Promise<Post> => {
  if (target?.kind === 'duty') return { place: target.place, duty: target.duty }
  if (target?.kind === 'person') {
    const [person] = await tx.sql<{ facility_id: string | null; region: string; roles: string[] }>(
      `select facility_id, region, roles from platform.person where id = $1`,
      [target.personId],
    )
    if (person !== undefined && person.facility_id !== null) return hospitalPost(person.facility_id)
    if (person?.roles.includes('national_desk') === true) return NATIONAL_POST
    return deskPost(person?.region ?? rooms.region)
  }
  if (room.kind === 'hospital_desk' && room.facility_id !== null) return hospitalPost(room.facility_id)
  return room.kind === 'national_desk' ? NATIONAL_POST : deskPost(rooms.region)
}

const hospitalPost = (id: string): Post => ({ place: { kind: 'hospital', id }, duty: 'bed_desk' })
const deskPost = (region: string): Post => ({ place: { kind: 'desk', id: region }, duty: 'placement' })
const NATIONAL_POST: Post = { place: { kind: 'desk', id: '00' }, duty: 'national_desk' }

/** Beside a hospital stands its region's desk; beside a desk, the desks of its zone and the national one. */
const neighbours = async (rooms: Rooms, tx: Tx, { place }: Post, now: Date): Promise<readonly Reached[]> => {
  if (place.kind === 'hospital') return onPost(tx, deskPost(rooms.region), 'on_call', now)
  const posts = [...neighboursOf(place.id).map(deskPost), NATIONAL_POST]
  const all = await Promise.all(posts.map((post) => onPost(tx, post, 'on_call', now)))
  return all.flat()
}

// ---------------------------------------------------------------- acknowledging

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
      await tx.sql(`update rooms.ack_ask set state = 'acknowledged' where message_id = $1`, [messageId])
      await cancel(tx, messageId, ACK_TIMER)
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
      where k.state in ('open', 'overdue', 'exhausted')
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

/** Screens of the one who is asked are told; a screen that is not connected is no reason to wait with the next channel. */
export const inAppNotifier = (rooms: Pick<Rooms, 'isOnline'>) => ({
  channel: 'push' as const,
  send: async (
    tx: Tx,
    notice: {
      readonly messageId: string
      readonly roomId: string
      readonly rung: AckRung
      readonly dueAt: Date
      readonly to: { readonly personId: string | null }
    },
    now: Date,
  ) => {
    const { personId } = notice.to
    if (personId === null) return 'no_address' as const
    const body = {
      roomId: notice.roomId,
      messageId: notice.messageId,
      personId,
      rung: notice.rung,
      dueAt: notice.dueAt.toISOString(),
    }
    await appendOp(tx, {
      kind: 'room-ack-wanted',
      subject: notice.messageId,
      body,
      audience: { people: [personId] },
      at: now,
    })
    return rooms.isOnline(personId) ? ('told' as const) : ('no_address' as const)
  },
})

export const roomOfAck = (rooms: Rooms, row: MessageRow): Promise<RoomRow | undefined> =>
  roomById(rooms.db, row.room_id)
