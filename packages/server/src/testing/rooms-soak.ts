import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import {
  type Call,
  CSRF_HEADER,
  client,
  type NewMessage,
  ROOM_EVENTS_PATH,
  roomEndpoints,
  roomEvent,
} from '@dure/contract'
import { ulid } from 'ulid'
import { insertPerson, startSession } from '../platform/auth.sql.ts'
import { systemClock } from '../platform/clock.ts'
import { openDatabase } from '../platform/db.ts'
import { SESSION_COOKIE } from '../platform/http.ts'
import { makeIds } from '../platform/ids.ts'
import { makeLogger } from '../platform/logger.ts'
import { personKey } from '../rooms/keys.ts'
import { addReaders, insertRoom, tellChange } from '../rooms/rooms.sql.ts'
import { temporaryFolder, testDatabase } from './database.ts'
import { type RunningProgram, runProgram } from './process.ts'
import { listenTo, type SseListener } from './sse.ts'

/**
 * Kills the server (SIGKILL, at a random moment) while people write, and lets it start again. Writers send a message again under its
 * id until it is acknowledged; listeners come back by themselves with the last number they heard. Afterwards every acknowledged
 * message is in the database once, and every listener heard it once.
 */
export interface SoakOptions {
  readonly kills: number
  readonly writers?: number
  readonly listeners?: number
  readonly rooms?: number
}

export interface SoakResult {
  readonly kills: number
  readonly acknowledged: number
  /** Acknowledged and not in the database. */
  readonly lost: number
  /** Ids that stand there more than once, and numbers that do. */
  readonly doubled: number
  /** Numbers left out in a room. */
  readonly gaps: number
  /** Acknowledged messages that a listener of the room never heard, summed. */
  readonly unheard: number
  readonly heardTwice: number
  /** Listeners that were told to fetch everything anew. */
  readonly resets: number
  /** From the moment the server answers again to the moment the last listener is back, ms. */
  readonly resumeMaxMs: number
  readonly resumeP50Ms: number
  /** From the kill to the first acknowledged message after it, ms. */
  readonly outageMaxMs: number
}

const RETRY_MS = 100
/** Generous: a machine that is busy with other things starts a server slowly, and what is judged is what was kept. */
const UP_WITHIN_MS = 120_000

export const soakRooms = async ({
  kills,
  writers = 6,
  listeners = 20,
  rooms = 4,
}: SoakOptions): Promise<SoakResult> => {
  await using database = await testDatabase()
  const dataDir = await temporaryFolder()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = {
    DATABASE_URL: database.url,
    DURE_DATA_DIR: dataDir,
    DURE_PORT: String(port),
    DURE_HOST: '127.0.0.1',
    DURE_LOG_LEVEL: 'error',
    DURE_POOL_SIZE: '6',
  }
  const start = () => runProgram('packages/server/src/main.ts', [], env)
  let server = start()
  await answers(url, server)
  const { people, roomIds } = await prepare(database.url, Math.max(writers, listeners), rooms)
  const run = { stopping: false, acknowledged: new Map<string, string>(), firstAfter: undefined as number | undefined }
  const heard = people
    .slice(0, listeners)
    .map((one) => listenTo(`${url}${ROOM_EVENTS_PATH}`, { headers: one.headers, retryMs: RETRY_MS }))
  await untilAll(heard, 0)
  const writing = people.slice(0, writers).map((one) => write(client(url, fetch, one.headers), roomIds, run))
  const resumes: number[] = []
  const outages: number[] = []
  try {
    for (let kill = 0; kill < kills; kill += 1) {
      await wait(randomInt(200, 900))
      const killedAt = performance.now()
      await server.end('SIGKILL')
      run.firstAfter = undefined
      server = start()
      const up = await answers(url, server)
      resumes.push(...(await untilAll(heard, killedAt)).map((at) => Math.max(0, at - up)))
      while (run.firstAfter === undefined) await wait(5)
      outages.push(run.firstAfter - killedAt)
    }
    run.stopping = true
    await Promise.all(writing)
    return await judge(database.url, run.acknowledged, heard, { kills, resumes, outages })
  } finally {
    run.stopping = true
    for (const one of heard) one.close()
    await server.end('SIGTERM')
  }
}

interface Someone {
  readonly id: string
  readonly headers: Readonly<Record<string, string>>
}

const prepare = async (url: string, count: number, rooms: number) => {
  const log = makeLogger('silent', undefined)
  const db = openDatabase({ connection: { connectionString: url }, poolSize: 2, log })
  const ids = makeIds(() => systemClock.now())
  const now = systemClock.now()
  const people: Someone[] = []
  for (let at = 0; at < count; at += 1) {
    const id = ids.next()
    await insertPerson(db, { id, name: `사람 ${at}`, roles: ['requester'], region: '28', facilityId: null }, now)
    const token = await startSession(db, id, now)
    people.push({ id, headers: { [CSRF_HEADER]: '1', cookie: `${SESSION_COOKIE}=${token}` } })
  }
  const roomIds: string[] = []
  for (let at = 0; at < rooms; at += 1) {
    const id = ids.next()
    roomIds.push(id)
    await db.tx(async (tx) => {
      const room = {
        id,
        kind: 'ad_hoc' as const,
        region: '28',
        title: `방 ${at}`,
        requestId: null,
        facilityId: null,
        openedBy: null,
      }
      await insertRoom(tx, room, now)
      const wanted = people.map((one) => ({ key: personKey(one.id), whole: true }))
      await addReaders(tx, id, wanted, false, now)
      await tellChange(tx, id, now)
    })
  }
  await db.close()
  return { people, roomIds }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })

/** When the server answers again. */
const answers = async (url: string, server: RunningProgram): Promise<number> => {
  const deadline = performance.now() + UP_WITHIN_MS
  while (performance.now() < deadline) {
    const up = await fetch(`${url}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (up) return performance.now()
    if (server.child.exitCode !== null) throw new Error(`the server ended: ${server.said()}`)
    await wait(20)
  }
  throw new Error(`the server did not come back: ${server.said()}`)
}

/** When each listener was let in after a time. */
const untilAll = async (heard: readonly SseListener[], after: number): Promise<number[]> => {
  const deadline = performance.now() + UP_WITHIN_MS
  for (;;) {
    const backs = heard.map(({ hellos }) => hellos.find(({ at }) => at > after)?.at)
    if (backs.every((at) => at !== undefined)) return backs
    if (performance.now() > deadline) throw new Error('a listener did not come back')
    await wait(10)
  }
}

/** Writes one message after the other; each is sent again under its id until the server says that it is kept. */
const write = async (
  call: Call,
  rooms: readonly string[],
  run: { stopping: boolean; acknowledged: Map<string, string>; firstAfter: number | undefined },
): Promise<void> => {
  for (let at = 0; !run.stopping; at += 1) {
    const roomId = rooms[at % rooms.length] ?? ''
    const body: NewMessage = { id: ulid(), body: { kind: 'text', text: `${at}` } }
    for (;;) {
      const answer = await call(roomEndpoints.postMessage, { params: { id: roomId }, body }).catch(() => undefined)
      if (answer?.ok === true) {
        run.acknowledged.set(body.id, roomId)
        run.firstAfter ??= performance.now()
        break
      }
      if (answer !== undefined && answer.error.status < 500) throw new Error(`refused: ${answer.error.code}`)
      if (run.stopping) return
      await wait(RETRY_MS)
    }
    await wait(5)
  }
}

interface Times {
  readonly kills: number
  readonly resumes: readonly number[]
  readonly outages: readonly number[]
}

const judge = async (
  databaseUrl: string,
  acknowledged: ReadonlyMap<string, string>,
  heard: readonly SseListener[],
  { kills, resumes, outages }: Times,
): Promise<SoakResult> => {
  const last = [...acknowledged.keys()].at(-1) ?? ''
  await Promise.all(heard.map((one) => one.until('the last message', ({ data }) => data.includes(last), UP_WITHIN_MS)))
  const log = makeLogger('silent', undefined)
  const db = openDatabase({ connection: { connectionString: databaseUrl }, poolSize: 2, log })
  const rows = await db.sql<{ id: string; room_id: string; number: string }>(
    `select id, room_id, number from rooms.message`,
  )
  const gaps = await db.sql(
    `select r.id from rooms.room r where r.head <> (select count(*) from rooms.message m where m.room_id = r.id)`,
  )
  await db.close()
  const kept = new Set(rows.map(({ id }) => id))
  const places = new Set(rows.map(({ room_id, number }) => `${room_id} ${number}`))
  const ofListeners = heard.map(({ events }) => idsHeard(events))
  const sorted = [...resumes].sort((a, b) => a - b)
  return {
    kills,
    acknowledged: acknowledged.size,
    lost: [...acknowledged.keys()].filter((id) => !kept.has(id)).length,
    doubled: rows.length - Math.min(kept.size, places.size),
    gaps: gaps.length,
    unheard: ofListeners.reduce((sum, ids) => sum + [...acknowledged.keys()].filter((id) => !ids.has(id)).length, 0),
    heardTwice: ofListeners.reduce((sum, ids) => sum + [...ids.values()].filter((times) => times > 1).length, 0),
    resets: heard.reduce((sum, { hellos }) => sum + hellos.filter(({ known }) => !known).length, 0),
    resumeMaxMs: Math.round(sorted.at(-1) ?? 0),
    resumeP50Ms: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0),
    outageMaxMs: Math.round(Math.max(0, ...outages)),
  }
}

const idsHeard = (events: SseListener['events']): Map<string, number> => {
  const ids = new Map<string, number>()
  for (const { event, data } of events) {
    if (event !== 'message') continue
    const said = roomEvent.parse(JSON.parse(data))
    if (said.kind === 'message') ids.set(said.message.id, (ids.get(said.message.id) ?? 0) + 1)
  }
  return ids
}
