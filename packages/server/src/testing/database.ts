import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import pg from 'pg'
import { sha256 } from '../platform/canonical.ts'
import { makeLogger } from '../platform/logger.ts'
import { migrate, readMigrations } from '../platform/migrate.ts'
import { wipeData } from '../platform/postgres.place.ts'
import { startPostgres } from '../platform/postgres.ts'

export interface TestServer {
  readonly url: string
  close(): Promise<void>
}

export interface TestDatabase extends AsyncDisposable {
  readonly url: string
  readonly connection: pg.ClientConfig
}

/** A folder for short-lived data that the database's user can enter. */
export const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'dure-test-'))
  await chmod(folder, 0o711)
  return folder
}

/** Tests may lose their data: without fsync they take half the time. */
const CARELESS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']

/**
 * The PostgreSQL of this run: TEST_DATABASE_URL (the test runner's), DATABASE_URL (yours), else one for this process alone.
 * Databases are created in it; none of those that exist is touched.
 */
export const testServer = async (): Promise<TestServer> => {
  const given = process.env.TEST_DATABASE_URL ?? process.env.DATABASE_URL
  if (given !== undefined) return { url: given, close: async () => undefined }
  const folder = await temporaryFolder()
  const server = await startPostgres({ dataDir: join(folder, '.dure'), pgBin: process.env.PGBIN, settings: CARELESS })
  const close = async () => {
    await server.close()
    await wipeData(join(folder, '.dure'))
    await rm(folder, { recursive: true, force: true })
  }
  return { url: server.url, close }
}

/** The same server, another database. */
const withDatabase = (url: string, database: string): string => url.replace(/(@[^/]*\/)[^?]*/, `$1${database}`)

const withClient = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** An empty migrated database, made once per server and set of migrations. */
const template = async (server: TestServer): Promise<string> => {
  const migrations = await readMigrations()
  const name = `dure_template_${sha256(...migrations.map(({ checksum }) => checksum))
    .toString('hex')
    .slice(0, 16)}`
  await withClient(server.url, async (client) => {
    await client.query('select pg_advisory_lock(7382002)')
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    if (rowCount !== 0) return
    const fresh = `${name}_new`
    await client.query(`drop database if exists ${fresh}`)
    await client.query(
      `create database ${fresh} template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`,
    )
    await migrate({ connectionString: withDatabase(server.url, fresh) }, makeLogger('silent', undefined))
    await client.query(`alter database ${fresh} rename to ${name}`)
  })
  return name
}

let shared: Promise<TestServer> | undefined

/**
 * A migrated database of its own, gone when disposed: `await using database = await testDatabase()`.
 * Without a server for the run the process starts its own and ends it with the last database.
 */
export const testDatabase = async (): Promise<TestDatabase> => {
  open += 1
  shared ??= testServer()
  const server = await shared
  const from = await template(server)
  const name = `dure_test_${randomBytes(8).toString('hex')}`
  await withClient(server.url, (client) => client.query(`create database ${name} template ${from}`))
  const url = withDatabase(server.url, name)
  const dispose = async () => {
    await withClient(server.url, (client) => client.query(`drop database if exists ${name} with (force)`))
    open -= 1
    if (open === 0 && (testsEnded || process.env.NODE_TEST_CONTEXT === undefined)) await closeShared()
  }
  return { url, connection: { connectionString: url }, [Symbol.asyncDispose]: dispose }
}
let open = 0
let testsEnded = false

const closeShared = async (): Promise<void> => {
  const server = await shared
  shared = undefined
  await server?.close()
}

// Under the test runner the server lives as long as the file's tests. (Said inside a test, `after` would mean that test's end.)
if (process.env.NODE_TEST_CONTEXT !== undefined)
  after(async () => {
    testsEnded = true
    // A file's own `after` runs later than this one and may still hold a database: the last to leave closes.
    if (open === 0) await closeShared()
  })

/** Statements of the database's owner: the program itself may not do such things. */
export const asOwner = ({ url }: Pick<TestDatabase, 'url'>, ...statements: readonly string[]): Promise<void> =>
  withClient(url, async (client) => {
    for (const statement of statements) await client.query(statement)
  })
