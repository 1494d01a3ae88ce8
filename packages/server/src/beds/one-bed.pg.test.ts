import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { client, bedEndpoints as e } from '@dure/contract'
import { must, type World, world } from '../testing/bed-world.ts'
import { manualClock } from '../testing/clock.ts'

const MANY = 200
const SEED_AT_ONCE = 8

interface Wish {
  readonly requestId: string
  readonly offerId: string
}

/** So many patients, each offered to the one hospital with its one bed. */
const wishes = async (w: World, count: number): Promise<Wish[]> => {
  const made: Wish[] = []
  const one = async () => {
    const request = await w.matching()
    const input = { params: { id: request.id }, body: { version: request.version } }
    const offered = must(await w.desk.call(e.sendOffers, input))
    made.push({ requestId: request.id, offerId: offered.offers[0]?.id ?? '' })
  }
  const worker = async () => {
    while (started < count) {
      started += 1
      await one()
    }
  }
  let started = 0
  await Promise.all(Array.from({ length: SEED_AT_ONCE }, worker))
  return made
}

const accept = (base: string, w: World, wish: Wish) => {
  const hospital = w.hospitals[0]
  assert.ok(hospital)
  const body = { act: { event: 'accept', slotId: hospital.slotIds[0] ?? '' } } as const
  const call = client(base, fetch, hospital.desk.headers)
  return call(e.actOnOffer, { params: { id: wish.offerId }, body }, { key: `accept-${wish.offerId}` })
}

const liveHolds = (w: World) =>
  w.test.cell.deps.db.sql<{ request_id: string; state: string; slot_state: string; request_state: string }>(
    `select h.request_id, h.state, s.state as slot_state, r.state as request_state
       from beds.hold h
       join beds.slot s on s.id = h.slot_id
       join beds.request r on r.id = h.request_id
      where h.state in ('granted', 'confirmed', 'occupied')
      order by h.id`,
  )

const assertOneHold = async (w: World, winner: string | undefined): Promise<void> => {
  const holds = await liveHolds(w)
  assert.equal(holds.length, 1)
  assert.deepEqual(holds[0], { request_id: winner, state: 'granted', slot_state: 'held', request_state: 'held' })
}

test('of 200 acceptances of one bed at the same moment one wins and 199 are refused clearly', async () => {
  await using w = await world({ hospitals: 1, slots: 1, cell: { listen: true } })
  const all = await wishes(w, MANY)
  const answers = await Promise.all(all.map((wish) => accept(w.test.cell.url, w, wish)))
  const won = all.filter((_, at) => answers[at]?.ok === true)
  const refused = answers.flatMap((answer) => (answer.ok ? [] : [answer.error.code]))
  assert.equal(won.length, 1)
  assert.deepEqual(new Set(refused), new Set(['slot-taken']))
  assert.equal(refused.length, MANY - 1)
  await assertOneHold(w, won[0]?.requestId)
})

test('of 200 acceptances one wins also when the server is killed in between and started again', async () => {
  await using w = await world({ hospitals: 1, slots: 1, cell: { clock: manualClock(new Date()) } })
  const all = await wishes(w, MANY)
  const first = await startServer(w)
  const answered = new Map<string, Awaited<ReturnType<typeof accept>>>()
  const killAfter = 40
  await Promise.all(
    all.map(async (wish) => {
      const answer = await accept(first.url, w, wish).catch(() => undefined)
      if (answer === undefined) return
      answered.set(wish.offerId, answer)
      if (answered.size === killAfter) first.child.kill('SIGKILL')
    }),
  )
  await ended(first.child)
  assert.ok(answered.size < MANY, 'the kill came in between')

  const second = await startServer(w)
  try {
    for (const wish of all) {
      // Who got no answer asks again with the same key; who got one keeps it.
      const before = answered.get(wish.offerId)
      const again = await accept(second.url, w, wish)
      if (before !== undefined && (before.ok || before.error.code === 'slot-taken')) assert.equal(again.ok, before.ok)
      answered.set(wish.offerId, again)
    }
  } finally {
    second.child.kill('SIGKILL')
    await ended(second.child)
  }
  const won = all.filter((wish) => answered.get(wish.offerId)?.ok === true)
  assert.equal(won.length, 1)
  assert.equal([...answered.values()].filter((one) => !one.ok && one.error.code === 'slot-taken').length, MANY - 1)
  await assertOneHold(w, won[0]?.requestId)
})

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))

/** A server process of its own on the database of the test. */
const startServer = async (w: World): Promise<{ child: ChildProcess; url: string }> => {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: w.test.database.url,
      DURE_DATA_DIR: w.test.cell.deps.config.dataDir,
      DURE_PORT: '0',
      DURE_LOG_LEVEL: 'info',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  assert.ok(child.stderr)
  const said: string[] = []
  for await (const line of createInterface(child.stderr)) {
    said.push(line)
    const ready = readyUrl(line)
    if (ready !== undefined) {
      child.stderr.resume()
      return { child, url: ready }
    }
  }
  throw new Error(`the server did not start: ${said.join('\n')}`)
}

const readyUrl = (line: string): string | undefined => {
  if (!line.includes('cell-ready')) return undefined
  const { url } = JSON.parse(line) as { url?: unknown }
  return typeof url === 'string' ? url : undefined
}

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}
