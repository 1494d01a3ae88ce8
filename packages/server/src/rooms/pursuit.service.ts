import { ACK_RUNGS, type AckRung } from '@dure/contract'
import type { Deps } from '../platform/deps.ts'
import { ACK_TIMER, ASK, type AskRow, planTry } from './ack-plan.service.ts'
import { askBeside, type Beside } from './beside-asks.service.ts'
import { channelAt, endOf, nextTime, placeOf, rungAt, skipRung, TOP } from './escalation.ts'
import { tellMessageChanged, writeLine } from './messages.service.ts'
import { messageById } from './messages.sql.ts'
import { note, notify, type Pursuit, reach, type Try } from './reaching.service.ts'
import type { Rooms } from './rooms.service.ts'
import { lockRoom } from './rooms.sql.ts'
import { type Standing, standingOn } from './rungs.service.ts'

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
    const beside = one.rung === 'neighbour' ? await askBeside(pursuit) : NOBODY
    const people = await standing(pursuit, one.rung, beside.regions)
    // Neighbours who were asked are left the time in which somebody here would have been tried.
    if (people.length > 0 || beside.regions.length > 0) return climb(pursuit, place, one, people, beside)
    await note(pursuit, one, { personId: null, name: '' }, 'nobody')
  }
  await unanswered(pursuit)
  return from < TOP ? again(pursuit, TOP, true) : again(pursuit, from, false)
}

const NOBODY: Beside = { regions: [], asked: [], heard: false }

/** In this cell's rosters, but for the desks of regions whose own cells were asked. */
const standing = (
  { rooms, tx, room, ask, now }: Pursuit,
  rung: AckRung,
  elsewhere: readonly string[],
): Promise<readonly Standing[]> => standingOn(rooms, tx, room, ask.target, rung, now, elsewhere)

const climb = async (
  pursuit: Pursuit,
  place: number,
  one: Try,
  people: readonly Standing[],
  beside: Beside = NOBODY,
): Promise<void> => {
  const { rooms, tx, ask, now } = pursuit
  await reach(pursuit, one, people)
  const to = [...people.map(({ name }) => name), ...beside.asked]
  if (one.rung !== 'on_call' && to.length > 0 && (one.channel === 'push' || beside.asked.length > 0)) {
    const data = { messageId: ask.message_id, rung: one.rung, to }
    await writeLine(rooms, tx, ask.room_id, 'ack-escalated', data, now)
  }
  return goOn(pursuit, place + 1, one.rung)
}

/**
 * Above the top: whoever came on duty and was never asked begins the ladder anew from their rung; otherwise the last rung somebody
 * stands on is called again; neighbours in other cells are called by these, and once that is heard nobody here is. With nobody
 * anywhere the rosters are looked at again later.
 */
const again = async (pursuit: Pursuit, place: number, noted: boolean): Promise<void> => {
  const rungs: { readonly rung: AckRung; readonly people: readonly Standing[] }[] = []
  const beside = await askBeside(pursuit)
  for (const rung of ACK_RUNGS) rungs.push({ rung, people: await standing(pursuit, rung, beside.regions) })
  const asked = await askedSoFar(pursuit)
  const fresh = rungs.find(({ people }) => people.some((one) => !asked.has(nameOf(one))))
  if (fresh !== undefined)
    return climb(pursuit, placeOf(fresh.rung), { rung: fresh.rung, channel: 'push' }, fresh.people)
  const last = rungs.findLast(({ rung, people }) => people.length > 0 && (rung === 'neighbour' || !beside.heard))
  const one: Try = { rung: last?.rung ?? 'neighbour', channel: channelAt(place) }
  if (last !== undefined) await reach(pursuit, one, last.people)
  else if (!noted && beside.regions.length === 0) await note(pursuit, one, { personId: null, name: '' }, 'nobody')
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
