import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Endpoint } from '@dure/contract'
import type pg from 'pg'
import { startBackground } from './background.ts'
import { type BedSlice, codesOfRequests, farHospitalNames, registerBeds, requestNamed } from './beds/index.ts'
import { alertByPush, alertByText, alertByVoice, type Channels, registerChannels } from './channels/index.ts'
import { type Exchange, makeExchange, registerExchangeRoutes, type TakenBy } from './exchange/index.ts'
import type { ExchangePort } from './exchange/ports.ts'
import { hospitalNames, isPlaceOf, placesNamed, registerFacilities, takeRegainedWords } from './facilities/index.ts'
import { registerNational } from './national/index.ts'
import { registerPeople } from './people/index.ts'
import { APP_ROLE, applicationConnection, mayRewrite } from './platform/app-role.ts'
import { registerAuth } from './platform/auth.routes.ts'
import { type Clock, systemClock } from './platform/clock.ts'
import { type Config, readConfig } from './platform/config.ts'
import { type Db, openDatabase } from './platform/db.ts'
import type { Deps } from './platform/deps.ts'
import { type FacilityNames, makeEntry } from './platform/entry.ts'
import { registerEvents } from './platform/events.routes.ts'
import { type EventHub, makeEventHub } from './platform/events.ts'
import { createHttp, finishHttp, guardHttp, type LoopWatch } from './platform/http.server.ts'
import type { Http } from './platform/http.ts'
import { makeIds } from './platform/ids.ts'
import { type Logger, makeLogger } from './platform/logger.ts'
import { makeMetrics, measureDb } from './platform/metrics.ts'
import { migrate } from './platform/migrate.ts'
import { type CellIdentity, cellIdentity } from './platform/oplog.key.ts'
import { BATCH, sequence } from './platform/oplog.sequencer.ts'
import { registerOps, registerWeb } from './platform/ops.routes.ts'
import { startPostgres } from './platform/postgres.ts'
import { makeTimerRunner, type TimerRunner } from './platform/timers.runner.ts'
import type { TimerHandler } from './platform/timers.ts'
import { type Notice, type Rooms, registerRooms } from './rooms/index.ts'
import { onCallRows, registerRosters } from './rosters/index.ts'

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
  /** More slices, with what they are told of other cells. */
  readonly slices?: (http: Http, exchange: ExchangePort) => void
  /** How this cell hears of others; absent: it is alone. */
  readonly exchange?: (http: Http) => ExchangePort
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
  readonly exchange: Exchange
  readonly timers: TimerRunner
  /** Gives every op that waits its number; tells how many. */
  sequence(): Promise<number>
  /** What the cell owes other regions and its own requests there: answers, acceptances, expiries. */
  duties(): Promise<void>
  close(): Promise<void>
}

type Step = () => Promise<void> | void

const WEB_DIR = fileURLToPath(new URL('../../web/dist', import.meta.url))

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
    const owner = overrides.connection ?? (await openOwner(config, endings, log))
    await migrate(owner, log)
    const connection = await forWork(config, owner, log)
    const db = openDatabase({ connection, poolSize: config.poolSize, log })
    endings.push(() => db.close())
    const parts = assemble(config, db, overrides.clock ?? systemClock, log, endings)
    const identity = await cellIdentity(parts.deps.db, config.dataDir, config.region, parts.deps.clock.now())
    const beds = await registerAll(parts, overrides)
    await parts.exchange.begin(identity)
    await overrides.prepare?.(parts.deps)
    const moves = { duties: beds.duties, timers: parts.timers, sequence: () => sequence(parts.deps.db, identity) }
    // What waited since before this start has its numbers before anybody asks whether the cell is ready.
    if (overrides.background !== false) while ((await moves.sequence()) >= BATCH);
    if (overrides.background !== false) await startBackground({ ...parts, ...moves }, connection)
    const url = await open(parts.http, config, overrides.listen !== false)
    endings.push(() => parts.http.fastify.close())
    const { deps, http, exchange } = parts
    return { deps, http, url, identity, exchange, ...moves, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

/** What was begun last ends first. */
const endAll = async (endings: readonly Step[]): Promise<void> => {
  for (const end of endings.toReversed()) await end()
}

/** Who owns the tables: migrations run as this login, and nothing else does. */
const openOwner = async (config: Config, endings: Step[], log: Logger): Promise<pg.ClientConfig> => {
  const external = config.ownerDatabaseUrl ?? config.databaseUrl
  if (external !== undefined) return { connectionString: external }
  const server = await startPostgres({ dataDir: config.dataDir, pgBin: config.pgBin, log })
  endings.push(() => server.close())
  return server.connection
}

/** The login without rights to rewrite what is append-only: the operator's own, or one made from the owner's. */
const forWork = async (
  { ownerDatabaseUrl, databaseUrl }: Config,
  owner: pg.ClientConfig,
  log: Logger,
): Promise<pg.ClientConfig> => {
  if (ownerDatabaseUrl === undefined || databaseUrl === undefined) return applicationConnection(owner, log)
  const connection = { connectionString: databaseUrl }
  if (await mayRewrite(connection))
    throw new Error(`DATABASE_URL may rewrite the record; give that login ${APP_ROLE} only`)
  return connection
}

interface Parts {
  readonly deps: Deps
  readonly http: Http
  readonly hub: EventHub
  readonly exchange: Exchange
  readonly timers: TimerRunner
  readonly beginnings: readonly Step[]
}

const assemble = (config: Config, db: Db, clock: Clock, log: Logger, endings: Step[]): Parts => {
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
  const exchange = makeExchange(deps, VERSION)
  return { deps, http: createHttp(deps), hub, exchange, timers: makeTimerRunner(db, handlers, log), beginnings }
}

/** What signing up asks of the directory, and looking of the requests. */
const peopleNeighbours = ({ deps: { db, config } }: Http) => ({
  findPlaces: (words: string) => placesNamed(db, config.region, words),
  isPlace: (id: string) => isPlaceOf(db, config.region, id),
  request: (idOrCode: string) => requestNamed(db, config.region, idOrCode),
  codes: (ids: readonly string[]) => codesOfRequests(db, ids),
})

/** Every part's routes. A part touches no database while it registers. */
const registerAll = async (
  { http, hub, exchange }: Pick<Parts, 'http' | 'hub' | 'exchange'>,
  overrides: CellOverrides,
): Promise<BedSlice> => {
  guardHttp(http, overrides.load)
  const { db } = http.deps
  const names: FacilityNames = async (ids) =>
    ids.length === 0 ? new Map() : new Map([...(await farHospitalNames(db, ids)), ...(await hospitalNames(db, ids))])
  const entry = makeEntry(http.deps, names)
  registerAuth(http, entry, names)
  const directory = registerFacilities(http)
  registerExchangeRoutes(http, exchange)
  const others = overrides.exchange?.(http) ?? exchange.port
  const beds = registerBeds(http, { directory, exchange: others })
  // Behind the beds: they bring the hospitals whose words these are.
  takeRegainedWords({ ids: http.deps.ids, region: http.deps.config.region }, directory, others)
  registerPeople(http, { ...peopleNeighbours(http), names, entry, exchange: others })
  const rosters = registerRosters(http, { directory })
  registerNational(http, others)
  const channels = registerChannels(http, {
    beds,
    directory,
    onCall: async (id, now) => {
      const rows = await onCallRows(http.deps.db, { kind: 'hospital', id }, 'bed_desk', now, 'on_call')
      return rows.flatMap(({ person_id }) => person_id ?? [])
    },
  })
  const rooms = registerRooms(http, { beds, rosters, directory, hub, exchange: others })
  reachPeople(rooms, channels)
  registerEvents(http, hub)
  registerOps(http, VERSION)
  overrides.slices?.(http, others)
  overrides.routes?.(http)
  registerWeb(http, overrides.webDir ?? WEB_DIR)
  finishHttp(http)
  await http.fastify.ready()
  return beds
}

/** Whoever has to acknowledge something is reached by the channels: push, then a text, then a call; who asked in vain, by push. */
const reachPeople = ({ notifiers }: Rooms, channels: Channels): void => {
  const alertOf = ({ about, messageId, step, requestCode, dueAt, to }: Notice, now: Date) => ({
    people: to.personId === null ? [] : [to.personId],
    phones: to.phone === null ? [] : [to.phone],
    reason: `room-ack:${messageId}:${about === 'wanted' ? step : about}`,
    code: requestCode,
    // Of use until somebody answers: at least as long as the next try takes.
    expiresAt: new Date(Math.max(dueAt.getTime(), now.getTime() + 10 * 60_000)),
  })
  const ways = { push: alertByPush, sms: alertByText, voice: alertByVoice } as const
  for (const channel of ['push', 'sms', 'voice'] as const)
    notifiers.add({
      channel,
      send: async (tx, notice, now) =>
        (await ways[channel](channels, tx, alertOf(notice, now), now)) > 0 ? 'queued' : 'no_address',
    })
}

const open = async ({ fastify, deps }: Http, { port, host }: Config, listens: boolean): Promise<string> => {
  if (!listens) return ''
  const url = await fastify.listen({ port, host })
  deps.log.info({ url, version: VERSION }, 'cell-ready')
  return url
}

/**
 * The slices of a cell without a server, for `dure oplog import`: what a carried file says goes the same way as what was pulled, also
 * while the cell itself runs in another process.
 */
export const openTaking = async (
  config: Config,
  db: Db,
  clock: Clock,
): Promise<{ readonly taking: TakenBy; close(): Promise<void> }> => {
  const endings: Step[] = []
  const parts = assemble(config, db, clock, makeLogger('warn', undefined, { region: config.region }), endings)
  const close = async () => {
    await parts.http.fastify.close()
    await endAll(endings)
  }
  try {
    await registerAll(parts, {})
    return { taking: await parts.exchange.carrying(), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Everything a cell serves (without the demo's own routes), described without a database. */
export const apiEndpoints = async (): Promise<readonly Endpoint[]> => {
  const config = readConfig({}, '/')
  if (!config.ok) throw new Error('The empty environment is a configuration')
  const endings: Step[] = []
  const log = makeLogger('silent', undefined)
  const db = openDatabase({ connection: {}, poolSize: 1, log })
  endings.push(() => db.close())
  const { http, hub, exchange } = assemble(config.value, db, systemClock, log, endings)
  await registerAll({ http, hub, exchange }, {})
  await http.fastify.close()
  await endAll(endings)
  return http.endpoints
}
