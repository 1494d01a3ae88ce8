import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from './logger.ts'
import { keepRunning } from './postgres.keeper.ts'
import { type Place, placeFor } from './postgres.place.ts'
import { type Postmaster, readPostmaster, removeStaleFiles, serverProcesses } from './postgres.process.ts'

/** A running PostgreSQL of our own on a Unix socket. */
export interface EmbeddedPostgres {
  readonly connection: pg.ClientConfig & { readonly host: string; readonly password: string; readonly database: string }
  /** The same as an address, for another process. */
  readonly url: string
  /** Of the server as it runs now; another one after it had to be started again. */
  readonly pid: number
  /** False when another process started this server and ends it. */
  readonly owned: boolean
  close(): Promise<void>
}

export interface LaunchOptions {
  readonly dataDir: string
  /** Folder with `initdb` and `postgres`; default: the npm package. */
  readonly pgBin?: string | undefined
  /** Use a server that another process has started on this data, instead of refusing. */
  readonly attach?: boolean
  /** More settings, `name=value`. */
  readonly settings?: readonly string[]
  /** Told when the server ends by itself and when it is back. */
  readonly log?: Pick<Logger, 'warn' | 'info'>
}

const START_LIMIT_MS = 60_000
const STOP_LIMIT_MS = 20_000
const PORT = 5432
const USER = 'dure'

const SETTINGS = [
  'listen_addresses=',
  `port=${PORT}`,
  'unix_socket_permissions=0700',
  'shared_buffers=64MB',
  'max_connections=120',
  'timezone=UTC',
  'log_timezone=UTC',
  'log_destination=stderr',
  // An error's DETAIL and statement repeat the row, and a row may be a patient's.
  'log_error_verbosity=terse',
  'log_min_error_statement=panic',
]

/**
 * Starts the embedded server, making its data first when there is none.
 * Reached only through a Unix socket in a folder of mode 0700, with a generated password. fsync stays on.
 * It dies with this process, also by kill -9 (parent-death signal), and recovers at the next start. When it ends by itself, killed or
 * for want of room on its disk, it is started again until it stays: connections break, and new ones find it where it was.
 * @throws when another living process owns the data and `attach` is not set
 */
export const startPostgres = async (options: LaunchOptions): Promise<EmbeddedPostgres> => {
  await mkdir(options.dataDir, { recursive: true })
  const place = await placeFor(options.dataDir, options.pgBin)
  const running = await settle(place, options.dataDir, () => ownerLives(options.dataDir))
  if (running !== undefined) {
    if (options.attach !== true) throw new Error(inUse(options.dataDir, running.pid))
    return attached(options.dataDir, running)
  }
  const password = await passwordOf(options.dataDir)
  if (!existsSync(join(place.cluster, 'PG_VERSION'))) await initialise(place, password)
  await checkVersion(place)
  // Before the server lives, so that nobody takes it for one without an owner.
  await writeFile(ownerFile(options.dataDir), JSON.stringify({ pid: process.pid, started: await startOf(process.pid) }))
  const kept = await keepRunning({
    launch: () => launch(place, options),
    // What its children still hold is given up first: the dead server was ours, and no other may have come.
    clear: async () => void (await settle(place, options.dataDir, async () => false)),
    stop,
    ...(options.log === undefined ? {} : { log: options.log }),
  })
  const connection = connectionTo(place.run, password)
  const close = async (): Promise<void> => {
    await kept.close()
    await rm(ownerFile(options.dataDir), { force: true })
  }
  try {
    await ensureDatabase(connection)
  } catch (error) {
    await close()
    throw error
  }
  return {
    connection,
    url: urlOf(connection),
    get pid() {
      return kept.pid()
    },
    owned: true,
    close,
  }
}

/** Does a living process run on this data? */
export const isInUse = async (dataDir: string): Promise<boolean> => {
  if (!existsSync(join(dataDir, 'postgres'))) return false
  const { cluster } = await placeFor(dataDir, undefined)
  return (await ownerLives(dataDir)) && (await serverProcesses(cluster)).length > 0
}

const connectionTo = (host: string, password: string) => ({ host, port: PORT, user: USER, password, database: 'dure' })

const urlOf = ({ host, password, database }: { host: string; password: string; database: string }): string =>
  `postgresql://${USER}:${password}@/${database}?host=${encodeURIComponent(host)}&port=${PORT}`

const attached = async (dataDir: string, running: Postmaster): Promise<EmbeddedPostgres> => {
  const connection = connectionTo(running.socketDir, await passwordOf(dataDir))
  return { connection, url: urlOf(connection), pid: running.pid, owned: false, close: async () => undefined }
}

const inUse = (dataDir: string, pid: number) =>
  `Another Dure already runs on ${dataDir} (its PostgreSQL is process ${pid}). Stop it first, or set DURE_DATA_DIR.`

/**
 * What an earlier server left: nothing, files, or a server still running. One whose owner is gone is on its way out
 * (or is helped out); one whose owner lives is returned.
 */
const settle = async (
  place: Place,
  dataDir: string,
  owned: () => Promise<boolean>,
): Promise<Postmaster | undefined> => {
  const deadline = performance.now() + STOP_LIMIT_MS
  for (let round = 0; ; round += 1) {
    const processes = await serverProcesses(place.cluster)
    const postmaster = await readPostmaster(place.cluster)
    if (processes.length === 0) {
      await removeStaleFiles(place)
      return undefined
    }
    if (await owned()) {
      if (postmaster?.ready === true && processes.includes(postmaster.pid)) return postmaster
    } else if (round % 100 === 20) {
      // Two seconds of grace for the parent-death signal, then SIGINT (fast shutdown), at last SIGQUIT.
      for (const pid of processes) kill(pid, round > 300 ? 'SIGQUIT' : 'SIGINT')
    }
    if (performance.now() > deadline) throw new Error(inUse(dataDir, processes[0] ?? 0))
    await wait(20)
  }
}

const kill = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch {
    // Gone meanwhile: what was wanted.
  }
}

const ownerFile = (dataDir: string) => join(dataDir, 'postgres.owner')

/** Start time of a process in clock ticks: with the pid it names a process for good. */
const startOf = async (pid: number): Promise<string | undefined> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

const ownerLives = async (dataDir: string): Promise<boolean> => {
  try {
    const { pid, started } = JSON.parse(await readFile(ownerFile(dataDir), 'utf8'))
    return typeof pid === 'number' && typeof started === 'string' && (await startOf(pid)) === started
  } catch {
    return false
  }
}

const passwordOf = async (dataDir: string): Promise<string> => {
  const file = join(dataDir, 'postgres.password')
  if (existsSync(file)) return (await readFile(file, 'utf8')).trim()
  const password = randomBytes(24).toString('base64url')
  await writeFile(file, `${password}\n`, { mode: 0o600 })
  return password
}

/** Made beside its place and moved there when whole: a start that was cut short leaves nothing half-made. */
const initialise = async (place: Place, password: string): Promise<void> => {
  const { user } = place
  const fresh = `${place.cluster}.new`
  const secret = `${place.cluster}.secret`
  await rm(fresh, { recursive: true, force: true })
  await mkdir(fresh, { mode: 0o700 })
  await writeFile(secret, `${password}\n`, { mode: 0o600 })
  if (user !== undefined) {
    await chown(fresh, user.uid, user.gid)
    await chown(secret, user.uid, user.gid)
  }
  const auth = ['--auth-local=scram-sha-256', '--auth-host=scram-sha-256', `--pwfile=${secret}`]
  const locale = ['--encoding=UTF8', '--locale=C.UTF-8', '--data-checksums']
  const made = spawnSync(join(place.bin, 'initdb'), ['-D', fresh, '-U', USER, ...locale, ...auth], {
    encoding: 'utf8',
    cwd: '/',
    env: serverEnvironment(),
    ...user,
  })
  await rm(secret, { force: true })
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr.trim()}`)
  await rename(fresh, place.cluster)
}

/** PG* variables of the caller must not lead the server elsewhere. */
const serverEnvironment = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' })

const checkVersion = async (place: Place): Promise<void> => {
  const data = (await readFile(join(place.cluster, 'PG_VERSION'), 'utf8')).trim()
  const told = spawnSync(join(place.bin, 'postgres'), ['--version'], { encoding: 'utf8', env: serverEnvironment() })
  const program = / (\d+)/.exec(told.stdout)?.[1]
  if (program === undefined)
    throw new Error(`${place.bin}/postgres does not run: ${told.error?.message ?? told.stderr}`)
  if (program !== data)
    throw new Error(`The data in ${place.cluster} is of PostgreSQL ${data}, the program is ${program}`)
}

const launch = async (place: Place, options: LaunchOptions): Promise<ChildProcess> => {
  const { user } = place
  await mkdir(place.run, { recursive: true, mode: 0o700 })
  await chmod(place.run, 0o700)
  if (user !== undefined) await chown(place.run, user.uid, user.gid)
  const settings = [...SETTINGS, ...(options.settings ?? [])].flatMap((setting) => ['-c', setting])
  const server = [join(place.bin, 'postgres'), '-D', place.cluster, '-k', place.run, ...settings]
  const drop = user === undefined ? [] : ['--reuid', `${user.uid}`, '--regid', `${user.gid}`, '--clear-groups']
  const log = await open(join(options.dataDir, 'postgres.log'), 'a', 0o600)
  try {
    // Its own session, so that Ctrl-C reaches it through us: after the requests under way, not beside them.
    const child = spawn('setpriv', ['--pdeathsig', 'INT', ...drop, ...server], {
      detached: true,
      cwd: '/',
      env: serverEnvironment(),
      stdio: ['ignore', log.fd, log.fd],
    })
    await ready(child, place, options.dataDir)
    return child
  } finally {
    await log.close()
  }
}

/** Line 1 of the pid file must be our child's: the file may be of an earlier run and say "ready" too. */
const ready = async (child: ChildProcess, place: Place, dataDir: string): Promise<void> => {
  let failure: string | undefined
  child.once('error', (error) => {
    failure = error.message
  })
  child.once('exit', (code) => {
    failure ??= `PostgreSQL ended with code ${code}; see ${join(dataDir, 'postgres.log')}`
  })
  const deadline = performance.now() + START_LIMIT_MS
  for (;;) {
    const postmaster = await readPostmaster(place.cluster)
    if (postmaster?.ready === true && postmaster.pid === child.pid) return
    if (failure !== undefined) throw new Error(failure)
    if (performance.now() > deadline) {
      child.kill('SIGQUIT')
      throw new Error(`PostgreSQL was not ready after ${START_LIMIT_MS} ms`)
    }
    await wait(5)
  }
}

const ensureDatabase = async (connection: pg.ClientConfig): Promise<void> => {
  const client = new pg.Client({ ...connection, database: 'postgres' })
  await client.connect()
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [connection.database])
    if (rowCount === 0) await client.query(`create database ${connection.database} template template0`)
  } finally {
    await client.end()
  }
}

/** SIGINT is PostgreSQL's fast shutdown: sessions are ended, everything is written. */
const stop = async (child: ChildProcess): Promise<void> => {
  const running = () => child.exitCode === null && child.signalCode === null
  if (running()) {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGINT')
    const late = new AbortController()
    await Promise.race([gone, wait(STOP_LIMIT_MS, undefined, { signal: late.signal }).catch(() => undefined)])
    late.abort()
    if (running()) child.kill('SIGQUIT')
    await gone
  }
}
