import pg from 'pg'
import type { EmbeddedPostgres } from '../platform/postgres.ts'

/** Databases of one server, by name. The names are ours: letters, digits and underscores. */
export interface Databases {
  url(name: string): string
  ensure(name: string): Promise<void>
  drop(name: string): Promise<void>
  /** A copy as it is now; nobody may be connected to it. */
  copy(from: string, to: string): Promise<void>
  /** Questions of the demo itself, as the owner of everything. */
  ask<T extends pg.QueryResultRow>(name: string, sql: string, values?: readonly unknown[]): Promise<T[]>
}

/** One question on a connection of its own. */
export const askAt = async <T extends pg.QueryResultRow>(
  connectionString: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<T[]> => {
  const client = new pg.Client({ connectionString, application_name: 'dure-demo', connectionTimeoutMillis: 8_000 })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<T>(sql, [...values])).rows
  } finally {
    await client.end()
  }
}

export const databasesOf = (postgres: Pick<EmbeddedPostgres, 'url'>): Databases => {
  const url = (name: string): string => postgres.url.replace(/(@[^/]*\/)[^?]*/, `$1${name}`)
  const ask: Databases['ask'] = (name, sql, values) => askAt(url(name), sql, values)
  return {
    url,
    ask,
    ensure: async (name) => {
      const known = await ask('postgres', 'select from pg_database where datname = $1', [name])
      if (known.length === 0)
        await ask(
          'postgres',
          `create database ${name} template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`,
        )
    },
    drop: async (name) => {
      await ask('postgres', `drop database if exists ${name} with (force)`)
    },
    copy: async (from, to) => {
      await ask('postgres', `create database ${to} template ${from}`)
    },
  }
}
