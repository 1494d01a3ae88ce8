import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { registerAuth } from './platform/auth.routes.ts'
import { sweepSessions } from './platform/auth.sql.ts'
import { type Clock, systemClock } from './platform/clock.ts'
import type { Config } from './platform/config.ts'
import { openDatabase } from './platform/db.ts'
import type { Deps } from './platform/deps.ts'
import { registerEvents } from './platform/events.routes.ts'
import { type EventHub, makeEventHub } from './platform/events.ts'
import { createHttp, finishHttp, guardHttp } from './platform/http.server.ts'
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
  const endings: (() => Promise<void> | void)[] = []
  const end = once(async () => {
    for (const ending of endings.reverse()) await ending()
  })
  try {
    return await build(config, overrides, endings, end)
  } catch (error) {
    await end()
    throw error
  }
}

const once = (work: () => Promise<void>): (() => Promise<void>) => {
  let done: Promise<void> | undefined
  return () => {
    done ??= work()
    return done
  }
}

const build = async (
  config: Config,
  overrides: CellOverrides,
  endings: (() => Promise<void> | void)[],
  close: () => Promise<void>,
): Promise<Cell> => {
  const log = overrides.log ?? makeLogger(config.logLevel, undefined, { region: config.region })
  const clock = overrides.clock ?? systemClock
  const connection = overrides.connection ?? (await openConnection(config, endings))
  await migrate(connection, log)
  const db = openDatabase({ connection, poolSize: config.poolSize, log })
  endings.push(() => db.close())
  const identity = await cellIdentity(db, config.dataDir, config.region, clock.now())
  const metrics = makeMetrics()
  measureDb(metrics, db)

  const handlers = new Map<string, TimerHandler>()
  const beginnings: (() => Promise<void> | void)[] = []
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
    onClose: (ending) => endings.push(ending),
    onReady: (begin) => beginnings.push(begin),
  }
  const hub = makeEventHub(db, config.region)
  const timers = makeTimerRunner(db, handlers, log)
  const http = createHttp(deps)
  await registerAll(http, hub, overrides.webDir ?? WEB_DIR)
  await http.fastify.ready()

  const cell: Cell = {
    deps,
    http,
    identity,
    timers,
    url: '',
    sequence: () => sequence(db, identity),
    close,
    [Symbol.asyncDispose]: close,
  }
  if (overrides.background !== false) startBackground(cell, hub, connection, beginnings)
  endings.push(() => http.fastify.close())
  if (overrides.listen === false) return cell
  const url = await http.fastify.listen({ port: config.port, host: config.host })
  log.info({ url, version: VERSION }, 'cell-ready')
  return { ...cell, url }
}

const openConnection = async (config: Config, endings: (() => Promise<void> | void)[]): Promise<pg.ClientConfig> => {
  if (config.databaseUrl !== undefined) return { connectionString: config.databaseUrl }
  const server = await startPostgres({ dataDir: config.dataDir, pgBin: config.pgBin })
  endings.push(() => server.close())
  return server.connection
}

const registerAll = async (http: Http, hub: EventHub, webDir: string): Promise<void> => {
  guardHttp(http)
  registerAuth(http, async () => new Map())
  registerEvents(http, hub)
  registerOps(http, VERSION)
  registerWeb(http, webDir)
  finishHttp(http)
}

/** What goes on by itself; ended before the database is closed. */
const startBackground = (
  cell: Cell,
  hub: EventHub,
  connection: pg.ClientConfig,
  beginnings: readonly (() => Promise<void> | void)[],
): void => {
  const { db, log, clock, onClose } = cell.deps
  const sequencer = startWorker('sequencer', POLL_MS, async () => (await cell.sequence()) > 0, log)
  const timers = startWorker('timers', POLL_MS / 2, async () => (await cell.timers.runDue(clock.now())) > 0, log)
  const sweeper = startWorker('sweeper', SWEEP_MS, async () => sweep(cell), log)
  const listening = listen(connection, [OPLOG_CHANNEL], () => hub.wake(), log)
  db.onSignal('outbox', () => sequencer.wake())
  db.onSignal('timer', () => timers.wake())
  for (const work of [listening, sweeper, timers, sequencer]) onClose(() => work.close())
  for (const begin of beginnings)
    void Promise.resolve(begin()).catch((error: unknown) => log.error({ err: error }, 'background-work-not-begun'))
}

const sweep = async ({ deps: { db, clock } }: Cell): Promise<false> => {
  const now = clock.now()
  await sweepSessions(db, now)
  await sweepAnswers(db, now)
  await sweepTimers(db, now)
  return false
}
