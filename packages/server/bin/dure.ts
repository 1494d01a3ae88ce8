// `dure <command>`: what an operator does from a terminal.
import pg from 'pg'
import { DEMO_SETS, databaseOf } from '../src/demo-cells/cells.ts'
import { peopleCommand } from '../src/platform/auth.command.ts'
import { systemClock } from '../src/platform/clock.ts'
import type { CommandIo } from '../src/platform/command.ts'
import { type Config, describeFaults, readConfig } from '../src/platform/config.ts'
import { type Db, openDatabase } from '../src/platform/db.ts'
import { makeLogger } from '../src/platform/logger.ts'
import { migrate } from '../src/platform/migrate.ts'
import { startPostgres } from '../src/platform/postgres.ts'

const USAGE = `dure import hospitals FILE.csv   read the hospital directory        dure import nemc FILE.xml…   real-time beds
dure person add | list | invite | disable                                          who may sign in
dure staff-keys …                 the keys that staff credentials are signed with
dure pass …                      issue and check passes             dure rules …         entry rules
dure cell …                      keys, standing in, restoring       dure oplog …         verify, carry by hand
dure packs …                     packs of rules: keys, signing, publishing
dure openapi                     the API as an OpenAPI document
dure --help                      this text; dure <command> --help says more
`

/** The commands, loaded when they are called: a pass is checked without opening a database. */
const COMMANDS: Record<string, (argv: readonly string[], io: CommandIo) => Promise<number>> = {
  import: async (argv, io) => (await import('../src/facilities/command.ts')).importCommand(argv, io),
  person: async (argv, io) => peopleCommand(argv, io),
  'staff-keys': async (argv, io) => (await import('../src/people/command.ts')).staffKeysCommand(argv, io),
  pass: async (argv) => (await import('../../pass/bin/pass.ts')).passCommand(argv),
  rules: async (argv) => (await import('../../pass/bin/rules.ts')).rulesCommand(argv),
  cell: async (argv, io) => (await import('../src/exchange/cell.command.ts')).cellCommand(argv, io),
  oplog: async (argv, io) => {
    const { oplogCommand } = await import('../src/exchange/oplog.command.ts')
    const openTaking = async (db: Db) => (await import('../src/cell.ts')).openTaking(config(), db, systemClock)
    return oplogCommand(argv, { ...io, openTaking })
  },
  packs: async (argv, io) => (await import('../src/national/index.ts')).packsCommand(argv, io),
  openapi: async (_, io) => (await import('../src/openapi.command.ts')).openapiCommand(io),
}

const endings: (() => Promise<void>)[] = []

const config = (): Config => {
  const read = readConfig(process.env, process.cwd())
  if (read.ok) return read.value
  throw new Error(describeFaults(read.error))
}

/** The cell's database: the external one, the one a running server uses, or the embedded one started for this command. */
const openDb = async (): Promise<Db> => {
  const { databaseUrl, ownerDatabaseUrl, dataDir, pgBin, region } = config()
  const log = makeLogger('warn', undefined)
  let connection: pg.ClientConfig = { connectionString: ownerDatabaseUrl ?? databaseUrl }
  if (databaseUrl === undefined) {
    const server = await startPostgres({ dataDir, pgBin, attach: true })
    endings.unshift(() => server.close())
    connection = server.owned ? server.connection : await ofRunningDemo(server.connection, region)
  }
  await migrate(connection, log)
  const db = openDatabase({ connection, poolSize: 4, log })
  endings.unshift(() => db.close())
  return db
}

/** The demo of several cells gives each a database of its own; what is imported into another one nobody would ever see. */
const ofRunningDemo = async (connection: pg.ClientConfig, region: string): Promise<pg.ClientConfig> => {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    const { rows } = await client.query<{ datname: string }>(
      'select distinct datname from pg_stat_activity where datname = any ($1) order by datname',
      [DEMO_SETS.map((set) => databaseOf(set, region))],
    )
    const [running] = rows
    if (running === undefined) return connection
    process.stderr.write(`dure: at cell ${region} of the demo that runs here (DURE_REGION names another)\n`)
    return { ...connection, database: running.datname }
  } finally {
    await client.end()
  }
}

const io: CommandIo = {
  out: (text) => void process.stdout.write(`${text}\n`),
  error: (text) => void process.stderr.write(`${text}\n`),
  clock: systemClock,
  config,
  openDb,
}

const run = async ([name = '--help', ...rest]: readonly string[]): Promise<number> => {
  if (name === '--help' || name === 'help' || name === '-h') {
    process.stdout.write(USAGE)
    return 0
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined) {
    process.stderr.write(`dure: no command ${JSON.stringify(name)}\n${USAGE}`)
    return 2
  }
  try {
    return await command(rest, io)
  } catch (error) {
    process.stderr.write(`dure ${name}: ${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  } finally {
    for (const end of endings) await end()
  }
}

// A reader that went away (`| head`) is no fault of ours.
process.stdout.on('error', () => process.exit(0))
process.exitCode = await run(process.argv.slice(2))
