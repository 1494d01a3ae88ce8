import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Role } from '@dure/contract'
import { type Cell, startCell } from '../packages/server/src/cell.ts'
import { insertPerson, startSession } from '../packages/server/src/platform/auth.sql.ts'
import { systemClock } from '../packages/server/src/platform/clock.ts'
import { makeLogger } from '../packages/server/src/platform/logger.ts'
import { wipeData } from '../packages/server/src/platform/postgres.place.ts'
import { startPostgres } from '../packages/server/src/platform/postgres.ts'
import { personKey } from '../packages/server/src/rooms/keys.ts'
import { addReaders, insertRoom, tellChange } from '../packages/server/src/rooms/rooms.sql.ts'
import { hospitalId, ORIGIN_ID, settleHospitals } from '../packages/server/src/testing/bed-world.ts'
import { testConfig } from '../packages/server/src/testing/cell.ts'
import { temporaryFolder } from '../packages/server/src/testing/database.ts'
import { quantile } from './placing.ts'
import { bareFanOut } from './rooms.bare.ts'
import type { LoadPlan, LoadResult, LoadTask } from './rooms.load.ts'
import type { Memory } from './rooms.streams.ts'

/**
 * 5,000 connected screens, 200 messages a second into rooms of 5 to 500 people: how long until everybody has a message, what does
 * an idle screen cost, and do beds keep their latency meanwhile? The cell runs as two server processes on one database, as the
 * architecture has it: screens hang on one, desks work on the other. Both, a database that really writes to disk, and the load
 * (5,000 screens, writers and placing desks in one process) share this machine's cores. What a delivery costs is set beside what it costs
 * to write the same bytes to as many sockets with node:net alone: CPU for each, which other work on the machine does not change.
 */
/** A region placed 38 patients on the worst day of the story; this many a second is a nation's rush. */
const PATIENTS_PER_SECOND = 4
const ROOMS = 300
const SMALLEST = 5
const LARGEST = 500
const HOSPITALS = 30
const WARM_UP_S = 5

export const FULL = { screens: 5_000, messagesPerSecond: 200, measuredS: 20 }
export type Size = typeof FULL

const AIM_P99_MS = 250
const AIM_IDLE_BYTES = 15_000

export const run = async (size: Size = FULL): Promise<{ table: readonly object[]; summary: object }> => {
  const dataDir = await temporaryFolder()
  const postgres = await startPostgres({ dataDir: join(dataDir, '.dure'), pgBin: process.env.PGBIN })
  const env = { DATABASE_URL: postgres.url, DURE_DATA_DIR: join(dataDir, '.dure'), DURE_POOL_SIZE: '16' }
  const cell = await startCell(testConfig(env), { log: makeLogger('silent', undefined), clock: systemClock })
  const streams = helper('rooms.streams.ts')
  const load = helper('rooms.load.ts')
  try {
    streams.send({ start: env })
    const { url } = (await answerOf(streams)) as { url: string }
    return await measure({ cell, streams, load, streamUrl: url }, size)
  } finally {
    streams.kill('SIGKILL')
    load.kill()
    await cell.close()
    await postgres.close()
    await wipeData(join(dataDir, '.dure'))
    await rm(dataDir, { recursive: true, force: true })
  }
}

const helper = (file: string): ChildProcess =>
  fork(new URL(`./${file}`, import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })

interface Stage {
  /** Where people write and desks work: this process. */
  readonly cell: Cell
  readonly streams: ChildProcess
  readonly load: ChildProcess
  readonly streamUrl: string
}

const measure = async (
  stage: Stage,
  { screens, messagesPerSecond, measuredS }: Size,
): Promise<Awaited<ReturnType<typeof run>>> => {
  const plan = await prepare(stage, screens)
  stage.load.send({ plan })
  // In two waves: what the second half costs is the price of a screen, without what the first connections set up once.
  const half = await afterOpening(stage, screens / 2)
  const idle = await afterOpening(stage, screens)
  const rssPerScreen = (idle.rss - half.rss) / (screens / 2)
  const heapPerScreen = (idle.heap - half.heap) / (screens / 2)
  const placing = { patientsPerSecond: PATIENTS_PER_SECOND }
  await task(stage, { seconds: WARM_UP_S, messagesPerSecond, ...placing })
  const beds = await task(stage, { seconds: measuredS, messagesPerSecond: 0, ...placing })
  const rooms = await task(stage, { seconds: measuredS, messagesPerSecond, patientsPerSecond: 0 })
  const both = await task(stage, { seconds: measuredS, messagesPerSecond, ...placing })
  const meanSize = plan.rooms.reduce((sum, { size }) => sum + size, 0) / plan.rooms.length
  const bare = await bareFanOut({
    sockets: screens,
    frameBytes: rooms.frameBytes,
    sizes: plan.rooms.map(({ size }) => size),
    eventsPerSecond: messagesPerSecond,
    seconds: 5,
  })
  const streamCpuUsPerDelivery = (rooms.streamCpuS * 1e6) / Math.max(1, rooms.delivered)
  return {
    table: [
      ...roomRows('rooms alone', rooms),
      ...roomRows('rooms with placing', both),
      row('an act of placing, alone', beds.acts),
      row('an act of placing, with rooms', both.acts),
    ],
    summary: {
      bench: 'rooms',
      screens,
      rooms: ROOMS,
      roomSizeMean: round(meanSize),
      messagesPerSecond: round(rooms.posts.length / measuredS),
      deliveriesPerSecond: round(rooms.delivered / measuredS),
      lost: rooms.expected - rooms.delivered + both.expected - both.delivered,
      refused: rooms.refused + both.refused,
      placingRefused: beds.placingRefused + both.placingRefused,
      fanOutP50Ms: quantile(rooms.fanOut, 0.5),
      fanOutP99Ms: quantile(rooms.fanOut, 0.99),
      fanOutWithPlacingP50Ms: quantile(both.fanOut, 0.5),
      fanOutWithPlacingP99Ms: quantile(both.fanOut, 0.99),
      postP50Ms: quantile(rooms.posts, 0.5),
      postP99Ms: quantile(rooms.posts, 0.99),
      idleScreenRssBytes: Math.round(rssPerScreen),
      idleScreenHeapBytes: Math.round(heapPerScreen),
      patientsPerSecond: PATIENTS_PER_SECOND,
      placedAlone: beds.placed,
      placedWithRooms: both.placed,
      actAloneP50Ms: quantile(beds.acts, 0.5),
      actAloneP99Ms: quantile(beds.acts, 0.99),
      actWithRoomsP50Ms: quantile(both.acts, 0.5),
      actWithRoomsP99Ms: quantile(both.acts, 0.99),
      deskCpuShare: round(both.deskCpuS / measuredS),
      streamCpuShare: round(both.streamCpuS / measuredS),
      loadCpuShare: round(both.loadCpuS / measuredS),
      deskCpuMsPerMessage: round((rooms.deskCpuS * 1e3) / Math.max(1, rooms.posts.length)),
      streamCpuUsPerDelivery: round(streamCpuUsPerDelivery),
      frameBytes: Math.round(rooms.frameBytes),
      bareCpuUsPerDelivery: round(bare.cpuUsPerDelivery),
      timesBare: round(streamCpuUsPerDelivery / bare.cpuUsPerDelivery),
      loadOwnDelayP99Ms: round(Math.max(rooms.ownDelayMs, both.ownDelayMs)),
      withinAims: quantile(rooms.fanOut, 0.99) <= AIM_P99_MS && rssPerScreen <= AIM_IDLE_BYTES,
    },
  }
}

interface Taken extends LoadResult {
  /** Seconds of one core that the two server processes worked: what other programs on the machine do does not change it. */
  readonly deskCpuS: number
  readonly streamCpuS: number
}

const task = async ({ load, streams }: Stage, what: LoadTask): Promise<Taken> => {
  const cpu = process.cpuUsage()
  const before = await look(streams)
  load.send({ task: what })
  const { result } = (await answerOf(load)) as { result: LoadResult }
  const after = await look(streams)
  const { user, system } = process.cpuUsage(cpu)
  await wait(1_000)
  return { ...result, deskCpuS: (user + system) / 1e6, streamCpuS: after.cpuS - before.cpuS }
}

const look = async (streams: ChildProcess): Promise<Memory> => {
  streams.send({ look: true })
  return (await answerOf(streams)) as Memory
}

/** Memory with so many screens open, each of which has had its beat once: what they cost when nothing happens. */
const afterOpening = async ({ load, streams }: Stage, screens: number): Promise<Memory> => {
  load.send({ open: screens })
  await answerOf(load)
  await wait(21_000)
  streams.send({ settle: true })
  return (await answerOf(streams)) as Memory
}

/** What a helper says next; one that ended says nothing more. */
const answerOf = async (helping: ChildProcess): Promise<unknown> => {
  const stop = new AbortController()
  const ended = once(helping, 'exit', { signal: stop.signal }).then(() => {
    throw new Error('a helper of the bench ended before its time')
  })
  const said = once(helping, 'message', { signal: stop.signal }).then(([message]) => message as unknown)
  try {
    return await Promise.race([said, ended])
  } finally {
    stop.abort()
    await Promise.allSettled([said, ended])
  }
}

// ---------------------------------------------------------------- people, rooms, hospitals

const prepare = async ({ cell, streamUrl }: Stage, screens: number): Promise<LoadPlan> => {
  await settleHospitals({ cell, clock: systemClock }, { hospitals: HOSPITALS, slots: 60 })
  const people = await inChunks(screens, () => person(cell, 'requester', null))
  const hospitals: Record<string, string> = {}
  for (let at = 0; at < HOSPITALS; at += 1) {
    const id = hospitalId(at)
    hospitals[id] = (await person(cell, 'hospital_desk', id)).token
  }
  const desks = await inChunks(20, async () => ({
    requester: (await person(cell, 'requester', ORIGIN_ID)).token,
    placement: (await person(cell, 'placement_desk', null)).token,
  }))
  const rooms = []
  for (let at = 0; at < ROOMS; at += 1) rooms.push(await room(cell, people, sizeOf(at)))
  return { url: cell.url, streamUrl, screens: people.map(({ token }) => token), rooms, desks, hospitals }
}

/** From 5 to 500, as many between 5 and 50 as between 50 and 500. */
const sizeOf = (at: number): number => Math.round(SMALLEST * (LARGEST / SMALLEST) ** (at / (ROOMS - 1)))

const room = async (cell: Cell, people: readonly Someone[], size: number): Promise<LoadPlan['rooms'][number]> => {
  const { deps } = cell
  const id = deps.ids.next()
  const start = Math.floor(Math.random() * people.length)
  const members = Array.from({ length: size }, (_, at) => people[(start + at * 7) % people.length]).filter(
    (one) => one !== undefined,
  )
  const now = deps.clock.now()
  await deps.db.tx(async (tx) => {
    const described = {
      id,
      kind: 'ad_hoc' as const,
      region: '28',
      title: `방 ${size}`,
      requestId: null,
      facilityId: null,
    }
    await insertRoom(tx, { ...described, openedBy: members[0]?.id ?? null }, now)
    const wanted = members.map((one) => ({ key: personKey(one.id), whole: true }))
    await addReaders(tx, id, wanted, false, now)
    await tellChange(tx, id, now)
  })
  return { id, size, writers: members.slice(0, 5).map(({ token }) => token) }
}

interface Someone {
  readonly id: string
  readonly token: string
}

const person = async ({ deps }: Cell, role: Role, facilityId: string | null): Promise<Someone> => {
  const now = deps.clock.now()
  const id = deps.ids.next()
  await insertPerson(deps.db, { id, name: '측정', roles: [role], region: deps.config.region, facilityId }, now)
  return { id, token: await startSession(deps.db, id, now) }
}

const inChunks = async <T>(count: number, make: () => Promise<T>): Promise<T[]> => {
  const made: T[] = []
  while (made.length < count)
    made.push(...(await Promise.all(Array.from({ length: Math.min(50, count - made.length) }, make))))
  return made
}

// ---------------------------------------------------------------- figures

const round = (value: number): number => Math.round(value * 100) / 100

const row = (what: string, values: readonly number[]) => ({
  what,
  count: values.length,
  p50Ms: quantile(values, 0.5),
  p99Ms: quantile(values, 0.99),
  maxMs: quantile(values, 1),
})

const roomRows = (what: string, { fanOut, posts }: LoadResult) => [
  row(`${what}: sent until a screen has it`, fanOut),
  row(`${what}: sent until the writer knows it is kept`, posts),
]
