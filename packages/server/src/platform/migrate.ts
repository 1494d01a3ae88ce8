import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import pg from 'pg'
import { grantApplication } from './app-role.ts'
import type { Logger } from './logger.ts'

export const MIGRATIONS = new URL('../../migrations/', import.meta.url)

/** Any number nobody else uses: only one process migrates at a time. */
const LOCK = 7_382_001

export interface Migration {
  /** `0001-platform` */
  readonly name: string
  readonly sql: string
  readonly checksum: string
}

export const readMigrations = async (folder: URL = MIGRATIONS): Promise<Migration[]> => {
  const files = (await readdir(folder)).filter((file) => /^\d{4}-[a-z0-9-]+\.sql$/.test(file)).sort()
  const numbers = files.map((file) => file.slice(0, 4))
  const twice = numbers.find((number, index) => numbers.indexOf(number) !== index)
  if (twice !== undefined) throw new Error(`Two migrations are numbered ${twice}`)
  return Promise.all(
    files.map(async (file) => {
      const sql = await readFile(new URL(file, folder), 'utf8')
      return { name: file.replace(/\.sql$/, ''), sql, checksum: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

/**
 * Applies what is missing, each migration in a transaction of its own.
 * @throws when a migration that was applied has been edited or is gone: an older program on a newer database, say
 */
export const migrate = async (
  connection: pg.ClientConfig,
  log: Logger,
  folder: URL = MIGRATIONS,
): Promise<readonly string[]> => {
  const migrations = await readMigrations(folder)
  const client = new pg.Client({ application_name: 'dure-migrate', connectionTimeoutMillis: 8_000, ...connection })
  client.on('error', (error) => log.warn({ err: error }, 'database-connection-lost'))
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK])
    await client.query(`create table if not exists public.migration (
      name text primary key, checksum text not null, applied_at timestamptz not null default now())`)
    const done = await apply(client, migrations, log)
    if (!(await grantApplication(client, done.length > 0))) log.warn({}, 'no-application-role')
    return done
  } finally {
    await client.end()
  }
}

const apply = async (client: pg.Client, migrations: readonly Migration[], log: Logger): Promise<string[]> => {
  const { rows } = await client.query<{ name: string; checksum: string }>('select name, checksum from public.migration')
  const applied = new Map(rows.map((row) => [row.name, row.checksum]))
  for (const name of applied.keys()) {
    if (!migrations.some((migration) => migration.name === name))
      throw new Error(`The database has migration ${name}, which this program does not know: is the program older?`)
  }
  const done: string[] = []
  for (const migration of migrations) {
    const checksum = applied.get(migration.name)
    if (checksum === migration.checksum) continue
    if (checksum !== undefined) throw new Error(`Migration ${migration.name} was edited after it had been applied`)
    await applyOne(client, migration)
    log.info({ migration: migration.name }, 'migration-applied')
    done.push(migration.name)
  }
  return done
}

const applyOne = async (client: pg.Client, { name, sql, checksum }: Migration): Promise<void> => {
  await client.query('begin')
  try {
    await client.query(sql)
    await client.query('insert into public.migration (name, checksum) values ($1, $2)', [name, checksum])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw new Error(`Migration ${name} failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}
