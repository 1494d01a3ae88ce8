import { ACK_RUNGS, type AckRung, type NoticeChannel } from '@dure/contract'
import type { Tx } from '../platform/db.ts'
import type { Deps } from '../platform/deps.ts'
import { ACK_TIMER, ASK, type AskRow, planTry } from './ack-plan.service.ts'
import { channelAt, endOf, nextTime, placeOf, rungAt, skipRung, TOP } from './escalation.ts'
import { tellMessageChanged, writeLine } from './messages.service.ts'
import { messageById } from './messages.sql.ts'
import type { Rooms } from './rooms.service.ts'
import { lockRoom, type RoomRow } from './rooms.sql.ts'
import type { MessageRow } from './rows.ts'
import { type Standing, standingOn } from './rungs.service.ts'

/** One pursuit, in the transaction of the timer that moves it on. The room and the acknowledgement are locked. */
interface Pursuit {
  readonly rooms: Rooms
  readonly tx: Tx
  readonly room: RoomRow
  readonly message: MessageRow
  readonly ask: AskRow
  readonly now: Date
}

export const registerAckTimer = ({ onTimer }: Pick<Deps, 'onTimer'>, rooms: Rooms): void =>
  onTimer(ACK_TIMER, async (tx, timer, now) => {
    // The room first, as whoever writes takes it first.
    const message = await messageById(tx, timer.subject)
    const room = message === undefined ? undefined : await lockRoom(tx, message.room_id)
    const [ask] = await tx.sql<AskRow>(`${ASK} where k.message_id = $1 for update`, [timer.subject])
    const isOpen = ask?.state === 'open' || ask?.state === 'overdue' || ask?.state === 'unanswered'
    if (message === undefined || room === undefined || ask === undefined || !isOpen) return
    // A timer of the version before names its step, which was the place.
    const place = Number(timer.payload.place ?? timer.payload.step ?? 0)
    await pursue({ rooms, tx, room, message, ask, now }, place)
  })

/** One try: on the first rung from this place on that somebody stands on, else above the top of the ladder. */
const pursue = async (pursuit: Pursuit, from: number): Promise<void> => {
  const { ask, now } = pursuit
  if (now.getTime() >= endOf(ask.due_at.getTime())) return giveUp(pursuit)
  for (let place = from; place < TOP; place = skipRung(place)) {
    const one = rungAt(place)
    if (one === undefined) break
    const people = await standing(pursuit, one.rung)
    if (people.length > 0) return climb(pursuit, place, one, people)
    await note(pursuit, one, { personId: null, name: '' }, 'nobody')
  }
  await unanswered(pursuit)
  return from < TOP ? again(pursuit, TOP, true) : again(pursuit, from, false)
}

interface Try {
  readonly rung: AckRung
  readonly channel: NoticeChannel
}

const standing = ({ rooms, tx, room, ask, now }: Pursuit, rung: AckRung): Promise<readonly Standing[]> =>
  standingOn(rooms, tx, room, ask.target, rung, now)

const climb = async (pursuit: Pursuit, place: number, one: Try, people: readonly Standing[]): Promise<void> => {
  const { rooms, tx, ask, now } = pursuit
  await reach(pursuit, one, people)
  if (one.rung !== 'on_call' && one.channel === 'push') {
    const data = { messageId: ask.message_id, rung: one.rung, to: people.map(({ name }) => name) }
    await writeLine(rooms, tx, ask.room_id, 'ack-escalated', data, now)
  }
  return goOn(pursuit, place + 1, one.rung)
}

/**
 * Above the top: whoever came on duty and was never asked begins the ladder anew from their rung; otherwise the last rung somebody
 * stands on is called again. With nobody anywhere the rosters are looked at again later.
 */
const again = async (pursuit: Pursuit, place: number, noted: boolean): Promise<void> => {
  const rungs: { readonly rung: AckRung; readonly people: readonly Standing[] }[] = []
  for (const rung of ACK_RUNGS) rungs.push({ rung, people: await standing(pursuit, rung) })
  const asked = await askedSoFar(pursuit)
  const fresh = rungs.find(({ people }) => people.some((one) => !asked.has(nameOf(one))))
  if (fresh !== undefined)
    return climb(pursuit, placeOf(fresh.rung), { rung: fresh.rung, channel: 'push' }, fresh.people)
  const last = rungs.findLast(({ people }) => people.length > 0)
  const one: Try = { rung: last?.rung ?? 'neighbour', channel: channelAt(place) }
  if (last !== undefined) await reach(pursuit, one, last.people)
  else if (!noted) await note(pursuit, one, { personId: null, name: '' }, 'nobody')
  return goOn(pursuit, place + 1, one.rung)
}

const nameOf = ({ personId, name }: Pick<Standing, 'personId' | 'name'>): string => personId ?? `name:${name}`

const askedSoFar = async ({ tx, ask }: Pursuit): Promise<ReadonlySet<string>> => {
  const rows = await tx.sql<{ person_id: string | null; name: string }>(
    `select distinct person_id, name from rooms.ack_step where message_id = $1 and outcome <> 'nobody'`,
    [ask.message_id],
  )
  return new Set(rows.map(({ person_id, name }) => nameOf({ personId: person_id, name })))
}

const goOn = async ({ rooms, tx, ask, now }: Pursuit, place: number, rung: AckRung): Promise<void> => {
  const tries = ask.step + 1
  await tx.sql(`update rooms.ack_ask set step = $2, rung = $3 where message_id = $1`, [ask.message_id, tries, rung])
  const times = { askedMs: ask.asked_at.getTime(), dueMs: ask.due_at.getTime(), tries }
  await planTry(rooms, tx, ask.message_id, place, new Date(nextTime(times, now.getTime())), now)
  await tellMessageChanged(tx, ask.room_id, ask.message_id, 'ack', now)
}

// ---------------------------------------------------------------- reaching people

const reach = async (pursuit: Pursuit, one: Try, people: readonly Standing[]): Promise<void> => {
  const { tx, ask, now } = pursuit
  for (const person of people) await note(pursuit, one, person, await notify(pursuit, 'wanted', one, person))
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
}

const notify = ({ rooms, tx, room, ask, now }: Pursuit, about: 'wanted' | 'unanswered', one: Try, to: Standing) => {
  const requestCode = /([0-9]{4})$/.exec(room.request_id === null ? '' : room.title)?.[1] ?? null
  const { message_id: messageId, room_id: roomId, due_at: dueAt, step } = ask
  const { personId, name, phone } = to
  const notice = { about, messageId, roomId, requestCode, rung: one.rung, step, dueAt, to: { personId, name, phone } }
  return rooms.notifiers.send(one.channel, tx, notice, now)
}

const note = async (
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

// ---------------------------------------------------------------- telling who asked

/** The ladder was climbed in vain, or nobody stands on it: the room says so once, and who asked is told wherever they are. */
const unanswered = async (pursuit: Pursuit): Promise<void> => {
  const { rooms, tx, ask, now } = pursuit
  if (ask.state === 'unanswered') return
  await tx.sql(`update rooms.ack_ask set state = 'unanswered' where message_id = $1`, [ask.message_id])
  const reached = (await askedSoFar(pursuit)).size > 0
  const line = reached ? 'ack-unanswered' : 'ack-unreached'
  await writeLine(rooms, tx, ask.room_id, line, { messageId: ask.message_id }, now)
  await tellAsker(pursuit)
}

/** The policy has ended: nobody is called any more. It stays open to be acknowledged, and the room says so. */
const giveUp = async (pursuit: Pursuit): Promise<void> => {
  const { rooms, tx, ask, now } = pursuit
  await tx.sql(`update rooms.ack_ask set state = 'exhausted', next_at = null where message_id = $1`, [ask.message_id])
  await writeLine(rooms, tx, ask.room_id, 'ack-exhausted', { messageId: ask.message_id }, now)
  await tellMessageChanged(tx, ask.room_id, ask.message_id, 'ack', now)
  await tellAsker(pursuit)
}

const tellAsker = async (pursuit: Pursuit): Promise<void> => {
  const { author_id: personId, author_name: name } = pursuit.message
  if (personId === null) return
  await notify(pursuit, 'unanswered', { rung: pursuit.ask.rung, channel: 'push' }, { personId, name, phone: null })
}
