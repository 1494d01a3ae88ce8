import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Config, readConfig } from '../platform/config.ts'
import { makeLogger } from '../platform/logger.ts'
import { migrate } from '../platform/migrate.ts'
import { startPostgres } from '../platform/postgres.ts'
import { DEMO_CELLS, databaseOf, PAIRS, portOf } from './cells.ts'
import { type Databases, databasesOf } from './databases.service.ts'
import { dataDirOf, type Founding, foundNation } from './founding.service.ts'
import { type DemoLink, openLink } from './link.service.ts'
import { type Member, makeMember } from './member.service.ts'
import { comeBack, type Outcome, sayRestored, standIn } from './standing.service.ts'

/** Four cells, each a process and a database of its own in one embedded PostgreSQL, joined by links that can be cut. */
export interface Nation {
  readonly databases: Databases
  member(code: string): Member
  database(code: string): string
  isUp(one: string, other: string): boolean
  cut(one: string, other: string): void
  heal(one: string, other: string): void
  cutOff(code: string): void
  /** All links hold again; which cells run is not changed. */
  healAll(): void
  standIn(writer: string, origin: string): Promise<Outcome>
  comeBack(code: string): Promise<Outcome>
  /** A copy of a cell's database; the cell must not run. */
  backup(code: string, name: string): Promise<void>
  /** Puts a copy in its place, as after a lost disk; the cell must not run. */
  restore(code: string, name: string): Promise<void>
  /** What an operator says after a restore; the cell runs. */
  sayRestored(code: string): Promise<Outcome>
  close(): Promise<void>
}

export interface NationOptions {
  readonly dataDir: string
  readonly pgBin: string | undefined
  readonly host: string
  /** Of Incheon; the others count up. 0: the system chooses. */
  readonly firstPort: number
  /** Where the control page is. */
  readonly controlPort: number
  /** Name of this set of cells in the data folder. */
  readonly set: 'cells' | 'story'
  /** Forget what earlier runs of this set left. */
  readonly fresh: boolean
}

export const startNation = async (options: NationOptions): Promise<Nation> => {
  const folder = join(options.dataDir, options.set)
  const endings: (() => Promise<unknown>)[] = []
  const close = async (): Promise<void> => {
    for (const end of endings.splice(0).toReversed()) await end()
  }
  try {
    const postgres = await startPostgres({ dataDir: options.dataDir, pgBin: options.pgBin })
    endings.push(() => postgres.close())
    const databases = databasesOf(postgres)
    const database = (code: string): string => databaseOf(options.set, code)
    if (options.fresh) await forget(folder, databases, database)
    await makeDatabases(databases, database)
    const founding = await foundNation(folder, new Date())
    const members = new Map<string, Member>()
    const links = new Map<string, DemoLink>()
    for (const pair of PAIRS)
      for (const [from, to] of [pair, pair.toReversed() as [string, string]]) {
        const link = await openLink(() => members.get(to)?.exchangePort())
        links.set(`${from}>${to}`, link)
        endings.push(() => link.close())
      }
    for (const { code, offset } of DEMO_CELLS) {
      const place = { dataDir: dataDirOf(folder, code), databaseUrl: databases.url(database(code)) }
      const env = environmentOf(options, place, founding, routesOf(code, links))
      members.set(code, makeMember({ code, port: portOf(options.firstPort, offset), env }))
    }
    endings.push(() => Promise.all([...members.values()].map((one) => one.stop())))
    // All wait for the last even when one fails: what is still starting could not be ended.
    const started = await Promise.allSettled([...members.values()].map((one) => one.start()))
    for (const one of started) if (one.status === 'rejected') throw one.reason
    return { ...controlsOf({ folder, databases, database, members, links }), close }
  } catch (error) {
    await close()
    throw error
  }
}

const forget = async (folder: string, databases: Databases, database: (code: string) => string): Promise<void> => {
  for (const { code } of DEMO_CELLS) await databases.drop(database(code))
  await rm(folder, { recursive: true, force: true })
}

/** Tables are made once; the other databases begin as copies. */
const makeDatabases = async (databases: Databases, database: (code: string) => string): Promise<void> => {
  const names = DEMO_CELLS.map(({ code }) => database(code))
  const rows = await databases.ask<{ datname: string }>('postgres', 'select datname from pg_database')
  const known = new Set(rows.map(({ datname }) => datname))
  const missing = names.filter((name) => !known.has(name))
  const [first, ...rest] = missing
  if (first === undefined) return
  await databases.ensure(first)
  await migrate({ connectionString: databases.url(first) }, makeLogger('silent', undefined))
  for (const name of rest) await databases.copy(first, name)
}

const routesOf = (code: string, links: ReadonlyMap<string, DemoLink>): string =>
  DEMO_CELLS.filter((to) => to.code !== code)
    .map((to) => `${to.code}=127.0.0.1:${links.get(`${code}>${to.code}`)?.port}`)
    .join(',')

const environmentOf = (
  options: NationOptions,
  place: { readonly dataDir: string; readonly databaseUrl: string },
  founding: Founding,
  routes: string,
): Record<string, string> => ({
  DURE_DEMO: '1',
  DURE_HOST: options.host,
  DURE_DATA_DIR: place.dataDir,
  DURE_LOG_FILE: join(place.dataDir, 'dure.log'),
  DATABASE_URL: place.databaseUrl,
  DURE_POOL_SIZE: '8',
  DURE_CELLS: founding.cellsFile,
  DURE_CELLS_KEY: founding.cellsKey,
  DURE_CELL_HOST: '127.0.0.1',
  DURE_CELL_PORT: '0',
  DURE_CELL_ROUTES: routes,
  DURE_NATION_KEY: founding.nationKey,
  DEMO_CONTROL_PORT: String(options.controlPort),
})

interface Parts {
  readonly folder: string
  readonly databases: Databases
  readonly database: (code: string) => string
  readonly members: ReadonlyMap<string, Member>
  readonly links: ReadonlyMap<string, DemoLink>
}

const controlsOf = ({ folder, databases, database, members, links }: Parts): Omit<Nation, 'close'> => {
  const member = (code: string): Member => {
    const one = members.get(code)
    if (one === undefined) throw new Error(`no cell ${code}`)
    return one
  }
  const both = (one: string, other: string): readonly DemoLink[] =>
    [links.get(`${one}>${other}`), links.get(`${other}>${one}`)].filter((link) => link !== undefined)
  const at = (code: string) => ({
    folder,
    config: configOf(dataDirOf(folder, code), code),
    databaseUrl: databases.url(database(code)),
  })
  return {
    databases,
    member,
    database,
    isUp: (one, other) => both(one, other).every((link) => link.isUp()),
    cut: (one, other) => {
      for (const link of both(one, other)) link.cut()
    },
    heal: (one, other) => {
      for (const link of both(one, other)) link.heal()
    },
    cutOff: (code) => {
      for (const pair of PAIRS) if (pair.includes(code)) for (const link of both(...pair)) link.cut()
    },
    healAll: () => {
      for (const link of links.values()) link.heal()
    },
    standIn: (writer, origin) => standIn(at(writer), writer, origin),
    comeBack: (code) => comeBack(at(code)),
    backup: async (code, name) => {
      await databases.drop(name)
      await databases.copy(database(code), name)
    },
    restore: async (code, name) => {
      await databases.drop(database(code))
      await databases.copy(name, database(code))
    },
    sayRestored: (code) => sayRestored(at(code)),
  }
}

/** Enough of a configuration for an operator's command at this cell. */
const configOf = (dataDir: string, code: string): Config => {
  const config = readConfig({ DURE_REGION: code, DURE_DATA_DIR: dataDir }, '/')
  if (!config.ok) throw new Error('the environment of an operator is a configuration')
  return config.value
}
