import { AsyncLocalStorage } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import pg from 'pg'
import { codeOf, countQueries, kyselyOver, prepared, type Queries } from './db.queries.ts'
import { joined, type OpenTx, type Signal, savepoint, type Tx, type TxOptions, transaction } from './db.transaction.ts'
import type { DB } from './db.types.ts'
import type { Logger } from './logger.ts'

export { codeOf, constraintOf, type Queries } from './db.queries.ts'
export { type Collector, GivenUp, type Isolation, type Statement, type Tx, type TxOptions } from './db.transaction.ts'
export type { DB } from './db.types.ts'

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
