import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import type { Kysely } from 'kysely'
import type pg from 'pg'
import type { DB } from './db.types.ts'

export interface Queries {
  readonly kysely: Kysely<DB>
  /** A prepared statement, named by its text: for the few hot statements written by hand. Rows come back untouched. */
  sql<R extends object>(text: string, values?: readonly unknown[]): Promise<R[]>
}

/** SQLSTATE of a database error, '' for any other. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

/** Name of the constraint a database error speaks of, '' for any other error. */
export const constraintOf = (error: unknown): string =>
  error instanceof Error && 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : ''

/** Loaded by whoever first builds a query: 255 files that a start on prepared statements alone does without. */
export const kyselyOver = (pool: pg.Pool): Kysely<DB> => {
  const { Kysely, PostgresDialect } = require('kysely') as typeof import('kysely')
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool }) })
}
const require = createRequire(import.meta.url)

/** One query builder per connection, made once: its "pool" is that connection and never gives it back. */
export const kyselyOf = (client: pg.PoolClient): Kysely<DB> => {
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
export const prepared = async <R extends object>(
  over: pg.Pool | pg.PoolClient,
  text: string,
  values: readonly unknown[] = [],
): Promise<R[]> => {
  const name = names.get(text) ?? createHash('sha256').update(text).digest('base64url')
  names.set(text, name)
  const { rows } = await over.query<R>({ name, text, values: [...values] })
  return rows
}

export const countQueries = (client: pg.PoolClient, counts: { queries: number; sqlMs: number }): void => {
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
