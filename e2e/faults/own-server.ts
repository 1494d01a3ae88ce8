import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bedEndpoints } from '@dure/contract'
import { eventually } from '../../packages/server/src/testing/process.ts'
import { type Figures, judge, told } from './figures.ts'
import { startLoad } from './load.ts'
import type { SmallDisk } from './small-disk.ts'
import type { World } from './world.ts'

/** Faults of a cell that runs its own embedded PostgreSQL. */
const LIMIT_MS = 90_000

const postmasterOf = (place: string): number =>
  Number(readFileSync(join(place, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0])

/** The database dies, the program lives: it starts the database again, and nobody has to come. */
export const databaseKilled = async (world: World, code: string, place: string): Promise<Figures> => {
  const load = startLoad(await world.region(code))
  const member = world.nation.member(code)
  const program = member.pid()
  let back = 0
  for (let time = 0; time < 2; time += 1) {
    const before = load.ledger().requests.length
    await eventually('there is load', () => load.ledger().requests.length >= before + 8, LIMIT_MS)
    const server = postmasterOf(place)
    process.kill(server, 'SIGKILL')
    const killed = performance.now()
    const acknowledged = load.ledger().requests.length
    await eventually('there are answers again', () => load.ledger().requests.length >= acknowledged + 4, LIMIT_MS)
    back = Math.max(back, performance.now() - killed)
    assert.notEqual(postmasterOf(place), server)
  }
  const since = performance.now()
  const ledger = await load.stop()
  assert.equal(member.pid(), program)
  assert.equal(ledger.refusals.get('internal') ?? 0, 0)
  const note = `killed twice, four more acknowledged within ${(back / 1_000).toFixed(1)} s; ${told(ledger)}`
  return judge(world.nation, code, ledger, { fault: 'the database of a cell killed under load', note, since })
}

/** Goes through the files of PostgreSQL's log until one finds no room. Gives whether the server is down. */
const breakLog = async (world: World, code: string, place: string, server: number): Promise<boolean> => {
  const turn = `select pg_logical_emit_message(true, 'fault', 'one more'), pg_switch_wal()`
  await world.nation.ask(code, turn).catch(() => undefined)
  return !existsSync(`/proc/${server}`) || !isListed(place, server)
}

const isListed = (place: string, server: number): boolean => {
  try {
    return postmasterOf(place) === server
  } catch {
    return false
  }
}

const readiness = async (world: World, code: string): Promise<string> => {
  const answer = await fetch(`${world.base(code)}/readyz`)
  const said = (await answer.json()) as { readonly code?: string; readonly status?: string }
  return `${answer.status} ${answer.ok ? said.status : said.code}`
}

export interface FullDisk {
  readonly disk: SmallDisk
  readonly place: string
  /** While writes are refused and reading goes on. */
  readonly onScreen: () => Promise<void>
}

export const diskFull = async (world: World, code: string, { disk, place, onScreen }: FullDisk): Promise<Figures> => {
  const { nation } = world
  const region = await world.region(code)
  const load = startLoad(region)
  const neighbour = startLoad(await world.region('28'), { askers: 1, placer: false })
  const member = nation.member(code)
  const program = member.pid()
  const refused = (why: string): number => load.ledger().refusals.get(why) ?? 0
  await eventually('there is load', () => load.ledger().requests.length >= 5, LIMIT_MS)

  await disk.fill()
  await eventually('writes are refused for lack of room', () => refused('storage-full') >= 5, LIMIT_MS)
  await eventually('readiness says so', async () => (await readiness(world, code)) === '507 storage-full', LIMIT_MS)
  const list = await region.desk(bedEndpoints.listRequests, { query: {} })
  assert.ok(list.ok, 'the list can still be read')
  await onScreen()

  // The server's own log finds no room either: PostgreSQL itself goes down, and cannot come back until there is.
  const server = postmasterOf(place)
  await eventually('the server has gone down', () => breakLog(world, code, place, server), LIMIT_MS)
  const others = neighbour.ledger().requests.length
  await eventually('the other cells go on', () => neighbour.ledger().requests.length >= others + 5, LIMIT_MS)
  await eventually(
    'readiness still says so',
    async () => (await readiness(world, code)) === '507 storage-full',
    LIMIT_MS,
  )

  const before = load.ledger().requests.length
  await disk.empty()
  const emptied = performance.now()
  await eventually('it takes requests again', () => load.ledger().requests.length >= before + 5, LIMIT_MS)
  const back = performance.now() - emptied
  await eventually('readiness says so too', async () => (await readiness(world, code)) === '200 ready', LIMIT_MS)
  const since = performance.now()
  const [ledger] = await Promise.all([load.stop(), neighbour.stop()])
  assert.equal(member.pid(), program, 'the program was never ended')
  assert.equal(refused('internal'), 0)
  const note = `five more acknowledged ${(back / 1_000).toFixed(1)} s after there was room; ${told(ledger)}`
  return judge(nation, code, ledger, { fault: 'a full disk under load', note, since })
}
