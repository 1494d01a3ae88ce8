import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import type { CommandIo } from '../platform/command.ts'
import { type Config, readConfig } from '../platform/config.ts'
import { makeLogger } from '../platform/logger.ts'
import { migrate } from '../platform/migrate.ts'
import { startPostgres } from '../platform/postgres.ts'
import { addressOf, DEMO_CELLS, type DEMO_SETS, databaseOf, portOf } from './cells.ts'
import { askAt, type Databases, databasesOf } from './databases.service.ts'
import { dataDirOf, type Founding, foundNation } from './founding.service.ts'
import { type Member, makeMember } from './member.service.ts'
import type { CutHow, MakeNetwork, Network } from './network.ts'
import { proxied } from './proxies.service.ts'
import { foundRules, rootsFileOf } from './rules.service.ts'
import { comeBack, type Outcome, operateAt, sayRestored, standIn } from './standing.service.ts'

/** Four cells, each a process and a database of its own, joined by ways that can be cut. */
export interface Nation {
  readonly databases: Databases
  /** Where its screens are served. */
  readonly host: string
  readonly network: Network
  member(code: string): Member
  database(code: string): string
  /** Asks the database of a cell as its owner, past the program. */
  ask<T extends pg.QueryResultRow>(code: string, sql: string, values?: readonly unknown[]): Promise<T[]>
  isUp(one: string, other: string): boolean
  cut(one: string, other: string, how?: CutHow): void
  heal(one: string, other: string): void
  cutOff(code: string): void
  /** All links hold again; which cells run is not changed. */
  healAll(): void
  standIn(writer: string, origin: string): Promise<Outcome>
  comeBack(code: string): Promise<Outcome>
  /** A command as an operator of the cell gives it; null, or what was refused. */
  operate(code: string, command: (io: CommandIo) => Promise<number>): Promise<Outcome>
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
  readonly set: (typeof DEMO_SETS)[number]
  /** Forget what earlier runs of this set left. */
  readonly fresh: boolean
  /** Where the cells log to; default: a file each. */
  readonly logged?: 'file' | 'terminal' | undefined
  /** Default: proxies on the loopback address. */
  readonly network?: MakeNetwork | undefined
  /** Cells that run an embedded PostgreSQL of their own in their data folder, as a single cell does; the others share one. */
  readonly ownServer?: readonly string[] | undefined
}

/** Where the data of a cell lies. */
export const placeOf = (options: Pick<NationOptions, 'dataDir' | 'set'>, code: string): string =>
  dataDirOf(join(options.dataDir, options.set), code)

export const startNation = async (options: NationOptions): Promise<Nation> => {
  const folder = join(options.dataDir, options.set)
  const endings: (() => Promise<unknown>)[] = []
  const close = async (): Promise<void> => {
    for (const end of endings.splice(0).toReversed()) await end()
  }
  try {
    const members = new Map<string, Member>()
    const network = await (options.network ?? proxied)((code) => members.get(code)?.exchangePort())
    endings.push(() => network.close())
    for (const { code, offset } of DEMO_CELLS) {
      const within = network.within(code)
      members.set(code, makeMember({ code, host: options.host, port: portOf(options.firstPort, offset), within }))
    }
    endings.push(() => Promise.all([...members.values()].map((one) => one.stop())))
    // Loading a cell's code takes longer than starting the database: both at once.
    for (const one of members.values()) one.load()
    const postgres = await startPostgres({ dataDir: options.dataDir, pgBin: options.pgBin })
    // Ends after the cells, which are put to their end first of all.
    endings.unshift(() => postgres.close())
    const databases = databasesOf(postgres)
    const database = (code: string): string => databaseOf(options.set, code)
    const isOwn = (code: string): boolean => options.ownServer?.includes(code) === true
    if (options.fresh) await forget(folder, databases, database)
    await makeDatabases(
      databases,
      DEMO_CELLS.filter(({ code }) => !isOwn(code)).map(({ code }) => database(code)),
    )
    const founding = await foundNation(folder, new Date(), (code) => screenOf(options, code))
    await foundRules(folder)
    for (const { code } of DEMO_CELLS) {
      const databaseUrl = isOwn(code) ? undefined : databases.url(database(code))
      const place = { code, dataDir: dataDirOf(folder, code), databaseUrl }
      members.get(code)?.settle(environmentOf(options, place, founding, network))
    }
    // All wait for the last even when one fails: what is still starting could not be ended.
    const started = await Promise.allSettled([...members.values()].map((one) => one.start()))
    for (const one of started) if (one.status === 'rejected') throw one.reason
    const own = new Map<string, string>()
    for (const { code } of DEMO_CELLS) if (isOwn(code)) own.set(code, await ownUrl(dataDirOf(folder, code)))
    return { ...controlsOf({ host: options.host, folder, databases, database, own, members, network }), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Of the server a running cell has started; the same after it had to be started again. */
const ownUrl = async (dataDir: string): Promise<string> => (await startPostgres({ dataDir, attach: true })).url

const forget = async (folder: string, databases: Databases, database: (code: string) => string): Promise<void> => {
  for (const { code } of DEMO_CELLS) await databases.drop(database(code))
  await rm(folder, { recursive: true, force: true })
}

/** Tables are made once; the other databases begin as copies. */
const makeDatabases = async (databases: Databases, names: readonly string[]): Promise<void> => {
  const rows = await databases.ask<{ datname: string }>('postgres', 'select datname from pg_database')
  const known = new Set(rows.map(({ datname }) => datname))
  const missing = names.filter((name) => !known.has(name))
  const [first, ...rest] = missing
  if (first === undefined) return
  await databases.ensure(first)
  await migrate({ connectionString: databases.url(first) }, makeLogger('silent', undefined))
  for (const name of rest) await databases.copy(first, name)
}

/** Ports that the system chooses are not known before the cells run. */
const screenOf = ({ host, firstPort }: NationOptions, code: string): string | undefined => {
  const cell = DEMO_CELLS.find((one) => one.code === code)
  if (cell === undefined || firstPort === 0) return undefined
  return addressOf(host, portOf(firstPort, cell.offset))
}

const environmentOf = (
  options: NationOptions,
  place: { readonly code: string; readonly dataDir: string; readonly databaseUrl: string | undefined },
  founding: Founding,
  network: Network,
): Record<string, string> => {
  const { host, port } = network.listensAt(place.code)
  const others = DEMO_CELLS.filter((to) => to.code !== place.code)
  return {
    DURE_DEMO: '1',
    DURE_HOST: options.host,
    DURE_DATA_DIR: place.dataDir,
    ...(options.logged === 'terminal' ? {} : { DURE_LOG_FILE: join(place.dataDir, 'dure.log') }),
    DURE_COOKIE_NAME: `dure_session_${place.code}`,
    ...(place.databaseUrl === undefined ? {} : { DATABASE_URL: place.databaseUrl }),
    ...(options.pgBin === undefined ? {} : { PGBIN: options.pgBin }),
    DURE_POOL_SIZE: '8',
    DURE_CELLS: founding.cellsFile,
    DURE_CELLS_KEY: founding.cellsKey,
    DURE_CELL_HOST: host,
    DURE_CELL_PORT: String(port),
    DURE_CELL_ROUTES: others.map((to) => `${to.code}=${network.route(place.code, to.code)}`).join(','),
    DURE_NATION_KEY: founding.nationKey,
    DURE_PACK_ROOTS: rootsFileOf(join(options.dataDir, options.set)),
    DEMO_CONTROL_PORT: String(options.controlPort),
  }
}

interface Parts {
  readonly host: string
  readonly folder: string
  readonly databases: Databases
  readonly database: (code: string) => string
  /** Addresses of databases that are in a server of their cell's own. */
  readonly own: ReadonlyMap<string, string>
  readonly members: ReadonlyMap<string, Member>
  readonly network: Network
}

const controlsOf = ({ host, folder, databases, database, own, members, network }: Parts): Omit<Nation, 'close'> => {
  const member = (code: string): Member => {
    const one = members.get(code)
    if (one === undefined) throw new Error(`no cell ${code}`)
    return one
  }
  const urlOf = (code: string): string => own.get(code) ?? databases.url(database(code))
  const shared = (code: string): string => {
    if (own.has(code)) throw new Error(`the cell ${code} has a server of its own, which is copied as a folder`)
    return database(code)
  }
  const at = (code: string) => ({
    folder,
    config: configOf(folder, code),
    databaseUrl: urlOf(code),
  })
  return {
    databases,
    host,
    network,
    member,
    database,
    ask: (code, sql, values) => askAt(urlOf(code), sql, values),
    isUp: (one, other) => network.isUp(one, other),
    cut: (one, other, how) => network.cut(one, other, how),
    heal: (one, other) => network.heal(one, other),
    cutOff: (code) => network.cutOff(code),
    healAll: () => network.healAll(),
    standIn: (writer, origin) => standIn(at(writer), writer, origin),
    operate: (code, command) => operateAt(at(code), (operator) => operator(command)),
    comeBack: (code) => comeBack(at(code)),
    backup: async (code, name) => {
      await databases.drop(name)
      await databases.copy(shared(code), name)
    },
    restore: async (code, name) => {
      await databases.drop(shared(code))
      await databases.copy(name, shared(code))
    },
    sayRestored: (code) => sayRestored(at(code)),
  }
}

/** Enough of a configuration for an operator's command at this cell. */
const configOf = (folder: string, code: string): Config => {
  const env = { DURE_REGION: code, DURE_DATA_DIR: dataDirOf(folder, code), DURE_PACK_ROOTS: rootsFileOf(folder) }
  const config = readConfig(env, '/')
  if (!config.ok) throw new Error('the environment of an operator is a configuration')
  return config.value
}
