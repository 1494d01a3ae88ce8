import type { AsyncLocalStorage } from 'node:async_hooks'
import type { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import type pg from 'pg'
import { kyselyOf, prepared, type Queries } from './db.queries.ts'

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
  /**
   * The statement that writes them all. It is sent in one packet with the commit: what must not be has to fail in the database.
   * Its values are best one JSON text: lists as parameters are planned anew for each call, which costs as much as the work itself.
   */
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

const STRENGTH: Record<Isolation, number> = { 'read committed': 0, 'repeatable read': 1, serializable: 2 }

export interface OpenTx {
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

export const transaction = async <T>(
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

export const joined = async <T>(outer: OpenTx, work: (tx: Tx) => Promise<T>): Promise<T> => {
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

export const savepoint = async <T>(
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
