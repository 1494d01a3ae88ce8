import type { Mention } from '@dure/contract'
import { z } from 'zod'
import type { Tx } from '../platform/db.ts'
import { appendOp } from '../platform/oplog.ts'
import { nameOfPlace } from '../rosters/index.ts'
import { ASK, type AskRow } from './ack-plan.service.ts'
import { askedRegions, noteAsked } from './ack-regions.sql.ts'
import { planBeside } from './beside-pursuit.service.ts'
import { type Tries, tries } from './beside-tries.ts'
import { mineOf, parcelText, sealAll, sealedToCells, takeWritten } from './federation.service.ts'
import { tellMessageChanged } from './messages.service.ts'
import { messageById } from './messages.sql.ts'
import { note, type Pursuit } from './reaching.service.ts'
import type { RoomRecord, Rooms } from './rooms.service.ts'
import { lockRoom } from './rooms.sql.ts'
import { isBeside, regionsBeside } from './rungs.service.ts'

/**
 * The last rung of the ladder in other cells: each is asked to reach its own desk, by its own roster, and says every try. The ask
 * carries the message, so that it is read there by whoever is asked, also in a room that nobody else there reads.
 */
export interface Beside {
  /** Regions whose cells have been asked. */
  readonly regions: readonly string[]
  /** Names of the desks that were asked just now. */
  readonly asked: readonly string[]
  /** One of them has said that it tries somebody. */
  readonly heard: boolean
}

/** Asks the cells beside that have not been asked, once each. One whose key is not known here is asked as soon as it is. */
export const askBeside = async (pursuit: Pursuit): Promise<Beside> => {
  const { rooms, tx, room, ask, now } = pursuit
  const before = (await askedRegions(tx, ask.message_id)).map(({ region }) => region)
  const cells = rooms.exchange?.cells ?? []
  const beside = await regionsBeside(rooms, tx, room, ask.target)
  const wanted = beside.filter((region) => cells.includes(region) && !before.includes(region))
  const told = wanted.length === 0 ? [] : await tellAsked(pursuit, wanted)
  const fresh = await noteAsked(tx, ask.message_id, told, rooms.region, now)
  const asked: string[] = []
  for (const region of fresh) {
    const name = (await nameOfPlace(rooms.rosters, { kind: 'desk', id: region })) ?? region
    await note(pursuit, { rung: 'neighbour', channel: 'push' }, { personId: null, name }, 'queued')
    asked.push(name)
  }
  return { regions: [...before, ...fresh], asked, heard: before.length > 0 && (await isHeard(tx, ask.message_id)) }
}

/** Gives the cells it is sealed for. */
const tellAsked = async ({ rooms, tx, room, message, now }: Pursuit, regions: readonly string[]) => {
  if (rooms.exchange === undefined) return []
  const sealed = await sealAll(rooms, rooms.exchange, regions, message.id, await parcelText(tx, room, message))
  const cells = sealed?.cells.filter((cell) => regions.includes(cell)) ?? []
  if (cells.length === 0) return []
  await appendOp(tx, {
    kind: 'message-ack-asked',
    subject: message.id,
    body: { roomId: room.id, digest: message.digest.toString('base64url'), ...sealed },
    audience: {},
    at: now,
  })
  return cells
}

const isHeard = async (tx: Tx, messageId: string): Promise<boolean> =>
  (
    await tx.sql(
      `select from rooms.ack_step where message_id = $1 and region is not null and outcome <> 'nobody' limit 1`,
      [messageId],
    )
  ).length > 0

/** Takes what other cells ask of the desk here, and what became of what this one asked. */
export const followAsksBeside = (rooms: Rooms): void => {
  rooms.exchange?.onRecord('message-ack-asked', (tx, record, now) => takeAsked(rooms, tx, record, now))
  rooms.exchange?.onRecord('message-ack-tried', (tx, record, now) => takeTried(rooms, tx, record, now))
}

/** Asked twice is asked once: a pursuit is planned with the row that says who asked. */
const takeAsked = async (rooms: Rooms, tx: Tx, record: RoomRecord, now: Date): Promise<void> => {
  if (record.origin === rooms.region) return
  const message = await takeWritten(rooms, tx, record, now)
  if (message === undefined || message.ack === null) return
  if (!isBeside(rooms.region, record.origin, message.ack.target as Mention | null)) {
    rooms.log.warn({ origin: record.origin, message: record.subject }, 'ask-of-a-desk-refused-no-neighbour')
    return
  }
  const [ask] = await tx.sql<AskRow>(`${ASK} where k.message_id = $1 for update`, [message.id])
  const isNew = ask !== undefined && (await noteAsked(tx, message.id, [rooms.region], record.origin, now)).length > 0
  if (isNew && ask.state === 'open') await planBeside(rooms, tx, ask.message_id, now, now)
}

/** What this cell asked of others before its tables were lost. */
export const regainAsked = async (_: Rooms, tx: Tx, record: RoomRecord, now: Date): Promise<void> => {
  const said = sealedToCells.safeParse(record.body)
  const message = await messageById(tx, record.subject)
  if (said.data === undefined || message === undefined || message.cell !== record.origin) return
  const others = said.data.cells.filter((cell) => cell !== record.origin)
  await noteAsked(tx, message.id, others, record.origin, now)
}

// ---------------------------------------------------------------- tries made elsewhere

const triedOp = z.object({ roomId: z.string(), ...sealedToCells.partial().shape })

const takeTried = async (rooms: Rooms, tx: Tx, record: RoomRecord, now: Date): Promise<void> => {
  const said = triedOp.safeParse(record.body)
  const mine = mineOf(said.data, rooms.region)
  if (record.origin === rooms.region || said.data === undefined || mine === undefined) return
  const tried = await openTries(rooms, mine)
  const room = await lockRoom(tx, said.data.roomId)
  const asked = await askedRegions(tx, record.subject)
  const isAsked = asked.some((one) => one.region === record.origin && one.asked_by === rooms.region)
  if (tried === undefined || tried.messageId !== record.subject || room === undefined || !isAsked) {
    rooms.log.warn({ origin: record.origin, message: record.subject }, 'tries-from-elsewhere-refused')
    return
  }
  const rows = await tx.sql(
    `insert into rooms.ack_step (message_id, at, step, rung, channel, person_id, name, outcome, region)
     select $1, $2, $3, 'neighbour', $4, p."personId", left(p.name, 80), p.outcome, $6
       from jsonb_to_recordset($5::jsonb) as p ("personId" text, name text, outcome text)
      where not exists (select from rooms.ack_step s where s.message_id = $1 and s.region = $6 and s.at = $2)
     returning id`,
    [
      ...[tried.messageId, new Date(tried.at), tried.step, tried.channel],
      ...[JSON.stringify(tried.people), record.origin],
    ],
  )
  if (rows.length > 0) await tellMessageChanged(tx, room.id, tried.messageId, 'ack', now)
}

const openTries = async (rooms: Rooms, sealed: string): Promise<Tries | undefined> => {
  try {
    return tries.parse(JSON.parse((await rooms.exchange?.open(sealed)) ?? ''))
  } catch {
    return undefined
  }
}
