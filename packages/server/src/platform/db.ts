import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import type { Duplex } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import pg from 'pg'
import type { DB } from './db.types.ts'
import type { Logger } from './logger.ts'

export type { DB } from './db.types.ts'

export interface Queries {
  readonly kysely: Kysely<DB>
  /** A prepared statement, named by its text: for the few hot statements written by hand. Rows come back untouched. */
  sql<R extends object>(text: string, values?: readonly unknown[]): Promise<R[]>
}

export interface Tx extends Queries {
  /** Runs once the transaction is committed; not when it is rolled back. */
  afterCommit(action: () => void): void
  /** Wakes the listeners of this process once the transaction is committed. */
  signal(name: Signal): void
  /** Adds to what is written together just before the commit: one statement for many. What is rolled back takes its items along. */
  collect<T>(into: Collector<T>, item: T): void
  /** False once work that joined has thrown: everything is rolled back, and queries run outside. */
  readonly open: boolean
}

/** Items of one kind, in the order in which they were collected. */
export interface Collector<T> {
  /** The statement that writes them all. It is sent in one packet with the commit: what must not be has to fail in the database. */
  statement(items: readonly T[]): Statement
  /** What a failure of the statement says to whoever opened the transaction; absent: the database's error. */
  refusal?(error: unknown): unknown
}

export interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/**
 * What a commit can wake. Not NOTIFY: PostgreSQL takes one lock for all commits that notify, and a busy desk would queue there.
 * Other processes look by themselves every second.
 */
export type Signal = 'outbox' | 'timer'

export interface TxOptions {
  readonly isolation?: Isolation
  /** Statements without answers (`set local …`, a lock), sent in one message with the begin; not for a `tx` inside a `tx`. */
  readonly begin?: string
  /** Of the outer transaction: it may be given up by work that joins it, and then `tx` throws {@link GivenUp}. */
  readonly joinable?: boolean
  /**
   * Directly inside a joinable transaction no savepoint is made: if the work throws, the whole transaction is rolled back at once,
   * and whoever opened it is told by {@link GivenUp}. Anywhere else it changes nothing.
   */
  readonly join?: boolean
}

/** The transaction was rolled back by work that had joined it. */
export class GivenUp extends Error {
  constructor() {
    super('The transaction was given up by work inside it')
  }
}

export type Isolation = 'read committed' | 'repeatable read' | 'serializable'

export interface SqlStats {
  readonly queries: number
  /** Sum of the waits for answers of the database, in ms. */
  readonly sqlMs: number
  readonly transactions: number
  /** Transactions run again after a serialization failure or a deadlock. */
  readonly retries: number
  /** Transactions refused because the database's disk had no room. */
  readonly full: number
}

/**
 * The database of a cell.
 *
 * Inside `tx` everything is that transaction: `db.kysely` and `db.sql` too, so that a helper can neither read past it nor
 * wait for a second connection while holding the first. A `tx` inside a `tx` is a savepoint.
 */
export interface Db extends Queries {
  readonly pool: pg.Pool
  /**
   * Runs `work` in a transaction: commits what it returns, rolls back what it throws.
   * Run again from the start, at most {@link TX_ATTEMPTS} times, when PostgreSQL says the conflict was a matter of luck
   * (40001, 40P01): `work` must have no effects outside the database but through `afterCommit`.
   */
  tx<T>(work: (tx: Tx) => Promise<T>, options?: TxOptions): Promise<T>
  /** Is this inside a transaction? An error of a statement then ends it, and nothing can be asked afterwards. */
  readonly within: boolean
  onSignal(name: Signal, wake: () => void): void
  /** The same as {@link Tx.signal}, after a statement that was a transaction by itself. */
  signal(name: Signal): void
  stats(): SqlStats
  close(): Promise<void>
}

export const TX_ATTEMPTS = 6
/** SQLSTATE of a disk without room. */
export const DISK_FULL = '53100'
/** SQLSTATE of a conflict that is a matter of luck. */
export const SERIALIZATION_FAILURE = '40001'
const RETRIED = new Set([SERIALIZATION_FAILURE, '40P01'])
const STRENGTH: Record<Isolation, number> = { 'read committed': 0, 'repeatable read': 1, serializable: 2 }

/** `date` stays text: as a JavaScript Date it would be midnight of some zone. */
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === 1082 ? (raw: string) => raw : pg.types.getTypeParser(oid, format as 'text'),
}

export interface OpenOptions {
  readonly connection: pg.ClientConfig
  readonly poolSize?: number
  readonly log: Logger
}

export const openDatabase = ({ connection, poolSize = 16, log }: OpenOptions): Db => {
  const counts = { queries: 0, sqlMs: 0, transactions: 0, retries: 0, full: 0 }
  const pool = new pg.Pool({
    application_name: 'dure',
    max: poolSize,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 8_000,
    query_timeout: 20_000,
    statement_timeout: 15_000,
    lock_timeout: 10_000,
    idle_in_transaction_session_timeout: 20_000,
    types: types as pg.CustomTypesConfig,
    // A transaction's begin does not wait for its answer before the first statement is sent.
    pipeline: true,
    ...connection,
  } as pg.PoolConfig)
  // Without a listener a connection that breaks while idle would end the process.
  pool.on('error', (error) => log.warn({ err: error }, 'database-connection-lost'))
  pool.on('connect', (client) => {
    client.on('error', (error) => log.warn({ err: error }, 'database-connection-lost'))
    countQueries(client, counts)
  })
  let overPool: Kysely<DB> | undefined
  const outside: Queries = {
    get kysely() {
      overPool ??= kyselyOver(pool)
      return overPool
    },
    sql: (text, values) => prepared(pool, text, values),
  }
  const inside = new AsyncLocalStorage<OpenTx>()
  const signals = new EventEmitter()
  const current = (): Queries => {
    const tx = inside.getStore()
    return tx?.open === true ? tx.tx : outside
  }
  const tx = async <T>(work: (tx: Tx) => Promise<T>, options: TxOptions = {}): Promise<T> => {
    const outer = inside.getStore()
    if (outer?.open === true)
      return options.join === true && outer.joinable && outer.depth === 0
        ? joined(outer, work)
        : savepoint(outer, work, options)
    for (let attempt = 1; ; attempt += 1) {
      try {
        counts.transactions += 1
        return await transaction({ pool, inside, signals }, work, options)
      } catch (error) {
        if (codeOf(error) === DISK_FULL) counts.full += 1
        if (attempt >= TX_ATTEMPTS || !RETRIED.has(codeOf(error))) throw error
        counts.retries += 1
        await wait(Math.random() * 4 * 2 ** attempt)
      }
    }
  }
  return {
    pool,
    get kysely() {
      return current().kysely
    },
    sql: (text, values) => current().sql(text, values),
    tx,
    get within() {
      return inside.getStore()?.open === true
    },
    onSignal: (name, wake) => void signals.on(name, wake),
    signal: (name) => void signals.emit(name),
    stats: () => ({ ...counts }),
    close: () => pool.end(),
  }
}

interface OpenTx {
  readonly tx: Tx
  readonly client: pg.PoolClient
  readonly isolation: Isolation
  readonly joinable: boolean
  readonly collected: Collected
  depth: number
  open: boolean
  /** Rolls back and gives the connection back. */
  giveUp(): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: each list holds the items of its own collector
type Collected = Map<Collector<any>, unknown[]>

interface Core {
  readonly pool: pg.Pool
  readonly inside: AsyncLocalStorage<OpenTx>
  readonly signals: EventEmitter
}

const transaction = async <T>(
  { pool, inside, signals }: Core,
  work: (tx: Tx) => Promise<T>,
  { isolation = 'read committed', begin, joinable = false }: TxOptions,
): Promise<T> => {
  const client = await pool.connect()
  const after: (() => void)[] = []
  const waking = new Set<Signal>()
  const collected: Collected = new Map()
  const giveUp = async (): Promise<void> => {
    if (!opened.open) return
    opened.open = false
    const broken = await client.query('rollback').then(
      () => undefined,
      (failure: Error) => failure,
    )
    client.release(broken)
  }
  const tx: Tx = {
    get kysely() {
      return kyselyOf(client)
    },
    sql: async (text, values) => {
      // The connection may be somebody else's by now.
      if (!opened.open) throw new Error('The transaction is over')
      return prepared(client, text, values)
    },
    afterCommit: (action) => after.push(action),
    signal: (name) => waking.add(name),
    collect: (into, item) => {
      const items = collected.get(into)
      if (items === undefined) collected.set(into, [item])
      else items.push(item)
    },
    get open() {
      return opened.open
    },
  }
  const opened: OpenTx = { tx, client, isolation, joinable, collected, depth: 0, open: true, giveUp }
  const begun = beginOn(client, `begin isolation level ${isolation}${begin === undefined ? '' : `; ${begin}`}`)
  try {
    const value = await inside.run(opened, () => work(tx))
    if (!opened.open) throw new GivenUp()
    await commit(client, begun, collected)
    opened.open = false
    client.release()
    for (const name of waking) signals.emit(name)
    for (const action of after) action()
    return value
  } catch (error) {
    await giveUp()
    // What was asked after a begin that failed was refused because of that.
    await begun
    throw error
  }
}

/**
 * Sends the begin in one packet with the first statement, where that follows at once: a wait and a write to the socket less, a seventh of
 * the cost of a transaction with one statement.
 */
const beginOn = (client: pg.PoolClient, text: string): Promise<unknown> => {
  const stream = streamOf(client)
  stream.cork()
  process.nextTick(() => stream.uncork())
  const begun = client.query(text)
  // Told to whoever waits for it; until then it is nobody's unhandled rejection.
  begun.catch(() => undefined)
  return begun
}

/** Sends what was collected in one packet with the commit, which is none when a statement failed. */
const commit = async (client: pg.PoolClient, begun: Promise<unknown>, collected: Collected): Promise<void> => {
  const writes = [...collected].flatMap(([collector, items]) =>
    items.length === 0 ? [] : [{ collector, ...collector.statement(items) }],
  )
  const stream = streamOf(client)
  stream.cork()
  const written = writes.map(({ text, values }) => prepared(client, text, values))
  const committed = client.query('commit')
  stream.uncork()
  const outcomes = await Promise.allSettled([...written, committed])
  await begun
  for (const [at, outcome] of outcomes.entries())
    if (outcome.status === 'rejected') throw writes[at]?.collector.refusal?.(outcome.reason) ?? outcome.reason
  // A statement failed before and whoever asked it did not say so: nothing was kept.
  if ((await committed).command !== 'COMMIT') throw new Error('The transaction was rolled back by the database')
}

/** What pg itself holds back while it writes the parts of one query; not in its types. */
const streamOf = (client: pg.PoolClient): Duplex =>
  (client as unknown as { readonly connection: { readonly stream: Duplex } }).connection.stream

const joined = async <T>(outer: OpenTx, work: (tx: Tx) => Promise<T>): Promise<T> => {
  // What is inside it may be undone alone again.
  outer.depth += 1
  try {
    return await work(outer.tx)
  } catch (error) {
    await outer.giveUp()
    throw error
  } finally {
    outer.depth -= 1
  }
}

const savepoint = async <T>(
  outer: OpenTx,
  work: (tx: Tx) => Promise<T>,
  { isolation, begin }: TxOptions,
): Promise<T> => {
  if (begin !== undefined) throw new Error('Only a transaction of its own begins with statements')
  if (isolation !== undefined && STRENGTH[isolation] > STRENGTH[outer.isolation])
    throw new Error(`A ${isolation} transaction was asked for inside a ${outer.isolation} one`)
  outer.depth += 1
  const name = `s${outer.depth}`
  const before = new Map([...outer.collected].map(([collector, items]) => [collector, items.length]))
  await outer.client.query(`savepoint ${name}`)
  try {
    const value = await work(outer.tx)
    await outer.client.query(`release savepoint ${name}`)
    return value
  } catch (error) {
    await outer.client.query(`rollback to savepoint ${name}`)
    for (const [collector, items] of outer.collected) items.length = before.get(collector) ?? 0
    throw error
  } finally {
    outer.depth -= 1
  }
}

/** SQLSTATE of a database error, '' for any other. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** Name of the constraint a database error speaks of, '' for any other error. */
export const constraintOf = (error: unknown): string =>
  error instanceof Error && 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : ''

/** Loaded by whoever first builds a query: 255 files that a start on prepared statements alone does without. */
const kyselyOver = (pool: pg.Pool): Kysely<DB> => {
  const { Kysely, PostgresDialect } = require('kysely') as typeof import('kysely')
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool }) })
}
const require = createRequire(import.meta.url)

/** One query builder per connection, made once: its "pool" is that connection and never gives it back. */
const kyselyOf = (client: pg.PoolClient): Kysely<DB> => {
  const known = builders.get(client)
  if (known !== undefined) return known
  const borrowed = new Proxy(client, {
    get: (target, name) => (name === 'release' ? () => undefined : Reflect.get(target, name, target)),
  })
  const pool = { connect: async () => borrowed, end: async () => undefined, options: {} }
  const made = kyselyOver(pool as never)
  builders.set(client, made)
  return made
}
const builders = new WeakMap<pg.PoolClient, Kysely<DB>>()

const names = new Map<string, string>()
const prepared = async <R extends object>(
  over: pg.Pool | pg.PoolClient,
  text: string,
  values: readonly unknown[] = [],
): Promise<R[]> => {
  const name = names.get(text) ?? createHash('sha256').update(text).digest('base64url')
  names.set(text, name)
  const { rows } = await over.query<R>({ name, text, values: [...values] })
  return rows
}

const countQueries = (client: pg.PoolClient, counts: { queries: number; sqlMs: number }): void => {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown
  let answeredAt = 0
  const counted = (...args: unknown[]): unknown => {
    const started = performance.now()
    const done = () => {
      const now = performance.now()
      counts.queries += 1
      // Two that were sent together are waited for together.
      counts.sqlMs += now - Math.max(started, answeredAt)
      answeredAt = now
    }
    // The pool's own `query` passes a callback; transactions and the query builder await a promise.
    const last = args.at(-1)
    if (typeof last !== 'function') {
      const answer = query(...args)
      if (answer instanceof Promise) answer.then(done, done)
      return answer
    }
    return query(...args.slice(0, -1), (...result: unknown[]) => {
      done()
      last(...result)
    })
  }
  client.query = counted as typeof client.query
}
