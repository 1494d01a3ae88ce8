import type { Tx } from '../platform/db.ts'
import type { Deps } from '../platform/deps.ts'
import { appendOp } from '../platform/oplog.ts'
import { schedule } from '../platform/timers.ts'
import { ACK_BESIDE_TIMER, ASK, type AskRow } from './ack-plan.service.ts'
import { askedRegions } from './ack-regions.sql.ts'
import type { Tries } from './beside-tries.ts'
import { channelAt, endOf, nextTimeBeside } from './escalation.ts'
import { sealAll } from './federation.service.ts'
import { tellMessageChanged } from './messages.service.ts'
import { messageById } from './messages.sql.ts'
import { note, type Pursuit, reach, type Tried, type Try } from './reaching.service.ts'
import type { Rooms } from './rooms.service.ts'
import { lockRoom } from './rooms.sql.ts'
import { standingAtDesk } from './rungs.service.ts'

/**
 * What another region's cell asks of the desk here: by this cell's roster and channels, push, then SMS, then voice, and again, until
 * somebody acknowledges it, it is taken back, or the policy ends, which both cells reckon from the same deadline.
 */
export const registerBesideTimer = ({ onTimer }: Pick<Deps, 'onTimer'>, rooms: Rooms): void =>
  onTimer(ACK_BESIDE_TIMER, async (tx, timer, now) => {
    const message = await messageById(tx, timer.subject)
    const room = message === undefined ? undefined : await lockRoom(tx, message.room_id)
    const [ask] = await tx.sql<AskRow>(`${ASK} where k.message_id = $1 for update`, [timer.subject])
    const isOpen = ask?.state === 'open' || ask?.state === 'overdue'
    if (message === undefined || room === undefined || ask === undefined || !isOpen) return
    await tryDesk({ rooms, tx, room, message, ask, now })
  })

/** The next try of the desk here. */
export const planBeside = async (rooms: Rooms, tx: Tx, messageId: string, dueAt: Date, now: Date): Promise<void> => {
  await tx.sql(`update rooms.ack_ask set rung = 'neighbour', next_at = $2 where message_id = $1`, [messageId, dueAt])
  await schedule(tx, { id: rooms.ids.next(), kind: ACK_BESIDE_TIMER, subject: messageId, dueAt, payload: {} }, now)
}

const tryDesk = async (pursuit: Pursuit): Promise<void> => {
  const { rooms, tx, ask, now } = pursuit
  if (now.getTime() >= endOf(ask.due_at.getTime())) return end(pursuit)
  const one: Try = { rung: 'neighbour', channel: channelAt(ask.step) }
  const people = await standingAtDesk(tx, rooms.region, now)
  if (people.length === 0) await note(pursuit, one, NOBODY, 'nobody')
  const tried = people.length === 0 ? [NOBODY] : await reach(pursuit, one, people)
  await tellTries(pursuit, one, tried)
  await tx.sql(`update rooms.ack_ask set step = step + 1 where message_id = $1`, [ask.message_id])
  const next = nextTimeBeside(ask.asked_at.getTime(), ask.due_at.getTime(), now.getTime())
  await planBeside(rooms, tx, ask.message_id, new Date(next), now)
  await tellMessageChanged(tx, ask.room_id, ask.message_id, 'ack', now)
}

const NOBODY = { personId: null, name: '', outcome: 'nobody' } as const

const end = async ({ tx, ask, now }: Pursuit): Promise<void> => {
  await tx.sql(`update rooms.ack_ask set state = 'exhausted', next_at = null where message_id = $1`, [ask.message_id])
  await tellMessageChanged(tx, ask.room_id, ask.message_id, 'ack', now)
}

/** The cell that asks has every try in its own record. */
const tellTries = async (
  { rooms, tx, ask, now }: Pursuit,
  { channel }: Try,
  people: readonly (Tried | typeof NOBODY)[],
): Promise<void> => {
  const asking = (await askedRegions(tx, ask.message_id)).filter(({ region }) => region === rooms.region)
  if (rooms.exchange === undefined || asking.length === 0) return
  const said: Tries = {
    messageId: ask.message_id,
    step: ask.step,
    at: now.toISOString(),
    channel,
    people: [...people],
  }
  const to = asking.map((one) => one.asked_by)
  const sealed = await sealAll(rooms, rooms.exchange, to, ask.message_id, JSON.stringify(said))
  await appendOp(tx, {
    kind: 'message-ack-tried',
    subject: ask.message_id,
    body: { roomId: ask.room_id, ...sealed },
    audience: {},
    at: now,
  })
}
