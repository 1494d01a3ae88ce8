import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Endpoint } from '@dure/contract'
import type pg from 'pg'
import { registerBeds } from './beds/index.ts'
import { hospitalNames, registerFacilities } from './facilities/index.ts'
import { registerAuth } from './platform/auth.routes.ts'
import { sweepSessions } from './platform/auth.sql.ts'
import { type Clock, systemClock } from './platform/clock.ts'
import { type Config, readConfig } from './platform/config.ts'
import { openDatabase } from './platform/db.ts'
import type { Deps } from './platform/deps.ts'
import { registerEvents } from './platform/events.routes.ts'
import { type EventHub, makeEventHub } from './platform/events.ts'
import { createHttp, finishHttp, guardHttp, type LoopWatch } from './platform/http.server.ts'
import type { Http } from './platform/http.ts'
import { sweepAnswers } from './platform/idempotency.ts'
import { makeIds } from './platform/ids.ts'
import { listen } from './platform/listen.ts'
import { type Logger, makeLogger } from './platform/logger.ts'
import { makeMetrics, measureDb } from './platform/metrics.ts'
import { migrate } from './platform/migrate.ts'
import { type CellIdentity, cellIdentity } from './platform/oplog.key.ts'
import { sequence } from './platform/oplog.sequencer.ts'
import { OPLOG_CHANNEL } from './platform/oplog.ts'
import { registerOps, registerWeb } from './platform/ops.routes.ts'
import { startPostgres } from './platform/postgres.ts'
import { makeTimerRunner, sweepTimers, type TimerRunner } from './platform/timers.runner.ts'
import type { TimerHandler } from './platform/timers.ts'
import { startWorker } from './platform/worker.ts'
import { registerRosters } from './rosters/index.ts'

export interface CellOverrides {
  readonly clock?: Clock
  readonly log?: Logger
  /** Use this database instead of the one the configuration names. */
  readonly connection?: pg.ClientConfig
  /** Serve on the configured port. Default: true. */
  readonly listen?: boolean
  /**
   * Sequencer, timers, pollers and sweeping go by themselves. Default: true. A test that says false moves them by hand:
   * `cell.sequence()`, `cell.timers.runDue(now)`.
   */
  readonly background?: boolean
  /** Folder of the built web app. */
  readonly webDir?: string
  /** More routes, before the list is closed. */
  readonly routes?: (http: Http) => void
  /** Tells how late the event loop is; default: measured. */
  readonly load?: LoopWatch
  /** Runs on the migrated database before anyone is served: the demo's data. */
  readonly prepare?: (deps: Deps) => Promise<void>
}

export interface Cell extends AsyncDisposable {
  readonly deps: Deps
  readonly http: Http
  /** `http://host:port`, or '' when it does not listen. */
  readonly url: string
  readonly identity: CellIdentity
  readonly timers: TimerRunner
  /** Gives every op that waits its number; tells how many. */
  sequence(): Promise<number>
  close(): Promise<void>
}

type Step = () => Promise<void> | void

const WEB_DIR = fileURLToPath(new URL('../../web/dist', import.meta.url))
const POLL_MS = 1_000
const SWEEP_MS = 10 * 60_000

/** This program's version. */
export const VERSION: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version

/**
 * Starts a cell: its database, its routes and its own work. The only place where the parts meet.
 * When it throws, what had been started is ended again.
 */
export const startCell = async (config: Config, overrides: CellOverrides = {}): Promise<Cell> => {
  const endings: Step[] = []
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => {
    closed ??= endAll(endings)
    return closed
  }
  try {
    const log = overrides.log ?? makeLogger(config.logLevel, undefined, { region: config.region })
    const connection = overrides.connection ?? (await openConnection(config, endings))
    await migrate(connection, log)
    const parts = assemble(config, connection, overrides.clock ?? systemClock, log, endings)
    const identity = await cellIdentity(parts.deps.db, config.dataDir, config.region, parts.deps.clock.now())
    await overrides.prepare?.(parts.deps)
    await registerAll(parts, overrides)
    const moves = { timers: parts.timers, sequence: () => sequence(parts.deps.db, identity) }
    if (overrides.background !== false) startBackground(parts, moves, connection)
    const url = await open(parts.http, config, overrides.listen !== false)
    endings.push(() => parts.http.fastify.close())
    return { deps: parts.deps, http: parts.http, url, identity, ...moves, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

/** What was begun last ends first. */
const endAll = async (endings: readonly Step[]): Promise<void> => {
  for (const end of endings.toReversed()) await end()
}

const openConnection = async (config: Config, endings: Step[]): Promise<pg.ClientConfig> => {
  if (config.databaseUrl !== undefined) return { connectionString: config.databaseUrl }
  const server = await startPostgres({ dataDir: config.dataDir, pgBin: config.pgBin })
  endings.push(() => server.close())
  return server.connection
}

interface Parts {
  readonly deps: Deps
  readonly http: Http
  readonly hub: EventHub
  readonly timers: TimerRunner
  readonly beginnings: readonly Step[]
}

const assemble = (config: Config, connection: pg.ClientConfig, clock: Clock, log: Logger, endings: Step[]): Parts => {
  const db = openDatabase({ connection, poolSize: config.poolSize, log })
  endings.push(() => db.close())
  const metrics = makeMetrics()
  measureDb(metrics, db)
  const handlers = new Map<string, TimerHandler>()
  const beginnings: Step[] = []
  const deps: Deps = {
    config,
    db,
    clock,
    log,
    metrics,
    ids: makeIds(() => clock.now()),
    onTimer: (kind, handler) => {
      if (handlers.has(kind)) throw new Error(`Two handlers for timers of kind ${kind}`)
      handlers.set(kind, handler)
    },
    onClose: (end) => endings.push(end),
    onReady: (begin) => beginnings.push(begin),
  }
  const hub = makeEventHub(db, config.region)
  return { deps, http: createHttp(deps), hub, timers: makeTimerRunner(db, handlers, log), beginnings }
}

/** Every part's routes. A part touches no database while it registers. */
const registerAll = async ({ http, hub }: Pick<Parts, 'http' | 'hub'>, overrides: CellOverrides): Promise<void> => {
  guardHttp(http, overrides.load)
  registerAuth(http, (ids) => hospitalNames(http.deps.db, ids))
  const directory = registerFacilities(http)
  registerBeds(http, { directory })
  registerRosters(http, { directory })
  registerEvents(http, hub)
  registerOps(http, VERSION)
  overrides.routes?.(http)
  registerWeb(http, overrides.webDir ?? WEB_DIR)
  finishHttp(http)
  await http.fastify.ready()
}

const open = async ({ fastify, deps }: Http, { port, host }: Config, listens: boolean): Promise<string> => {
  if (!listens) return ''
  const url = await fastify.listen({ port, host })
  deps.log.info({ url, version: VERSION }, 'cell-ready')
  return url
}

/** What goes on by itself; ended before the database is closed. */
const startBackground = (
  { deps, hub, beginnings }: Parts,
  { sequence, timers }: Pick<Cell, 'sequence' | 'timers'>,
  connection: pg.ClientConfig,
): void => {
  const { db, log, clock, onClose } = deps
  const sequencer = startWorker('sequencer', POLL_MS, async () => (await sequence()) > 0, log)
  const timer = startWorker('timers', POLL_MS / 2, async () => (await timers.runDue(clock.now())) > 0, log)
  const sweeper = startWorker('sweeper', SWEEP_MS, () => sweep(deps), log)
  const listening = listen(connection, [OPLOG_CHANNEL], () => hub.wake(), log)
  db.onSignal('outbox', () => sequencer.wake())
  db.onSignal('timer', () => timer.wake())
  for (const work of [listening, sweeper, timer, sequencer]) onClose(() => work.close())
  const begun = beginnings.map((begin) =>
    (async () => begin())().catch((error: unknown) => log.error({ err: error }, 'background-work-not-begun')),
  )
  // First of all endings: what is still beginning could not be ended, and would go on after the close.
  onClose(() => Promise.all(begun).then(() => undefined))
}

const sweep = async ({ db, clock }: Deps): Promise<false> => {
  const now = clock.now()
  await sweepSessions(db, now)
  await sweepAnswers(db, now)
  await sweepTimers(db, now)
  return false
}

/** Everything a cell serves (without the demo's own routes), described without a database. */
export const apiEndpoints = async (): Promise<readonly Endpoint[]> => {
  const config = readConfig({}, '/')
  if (!config.ok) throw new Error('The empty environment is a configuration')
  const endings: Step[] = []
  const { http, hub } = assemble(config.value, {}, systemClock, makeLogger('silent', undefined), endings)
  await registerAll({ http, hub }, {})
  await http.fastify.close()
  await endAll(endings)
  return http.endpoints
}
