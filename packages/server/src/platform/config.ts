import { join, resolve } from 'node:path'
import { err, ok, type Result, SIDO_CODES } from '@dure/contract'
import { LOG_LEVELS, type LogLevel } from './logger.ts'

export interface Config {
  /** TCP port; 0 lets the system choose one. */
  readonly port: number
  readonly host: string
  /** 행안부 province code of this cell, `00` for the national cell. */
  readonly region: string
  /** Absolute. Holds the embedded database, its log and the cell's key. */
  readonly dataDir: string
  /** Absolute. Files of the rooms; every server process of the cell needs the same. */
  readonly filesDir: string
  /** An external PostgreSQL (15 or newer); absent: the embedded one. */
  readonly databaseUrl: string | undefined
  /** The login that owns the tables and runs migrations, when `databaseUrl` is the application's own. */
  readonly ownerDatabaseUrl: string | undefined
  /** Folder of other PostgreSQL binaries for the embedded server. */
  readonly pgBin: string | undefined
  readonly poolSize: number
  readonly demo: boolean
  readonly nemc: { readonly url: string; readonly key: string; readonly intervalS: number } | undefined
  readonly osrmUrl: string | undefined
  /** Absolute path of the file that names the carriers of text messages; absent: none, and nothing is texted. */
  readonly carriersFile: string | undefined
  readonly push: {
    /** Hosts of push services that may be written to; empty: the known ones. A port may follow. */
    readonly hosts: readonly string[]
    /** Whom a push service asks when something is wrong: `mailto:` or `https:`. */
    readonly contact: string
  }
  readonly logLevel: LogLevel
  /** Absolute path of the log file; absent: stderr. */
  readonly logFile: string | undefined
  /** The address people use, without a final slash: in sign-in links and for the Origin check. Absent: this host and port. */
  readonly publicUrl: string | undefined
  readonly cookieSecure: boolean
  /** Of the session. Browsers keep cookies by host and not by port: cells on one host need different names. */
  readonly cookieName: string
  /** JSON file of organisations whose OpenID Connect sign-in is accepted. */
  readonly oidcFile: string | undefined
  /** Other cells, and how to reach them; absent: this cell stands alone. */
  readonly exchange: ExchangeConfig | undefined
  /** The key all regions share, to find a patient asked for in two of them; absent: not looked for across regions. */
  readonly nationKey: Buffer | undefined
  /** Absolute path of the public root keys that packs of rules are signed with; absent: this cell takes no pack. */
  readonly packRootsFile: string | undefined
  /** How many proxies stand in front and may name the caller's address. */
  readonly trustedProxies: number
}

export interface ExchangeConfig {
  /** Where other cells ask this one: port 0 lets the system choose. */
  readonly host: string
  readonly port: number
  /** The signed list of cells and operators, and the raw Ed25519 key it must be signed with. */
  readonly cellsFile: string
  readonly cellsKey: Buffer
  /** Folder with ca.pem, cell.pem and cell-key.pem. */
  readonly tlsDir: string
  /** Addresses to use in place of the list's: through a tunnel, say. */
  readonly routes: ReadonlyMap<string, string>
  /** Records of a log written here between two checkpoints, by which newcomers may begin; 0: none is made. */
  readonly checkpointEvery: number
  /** A copy that lacks more records than this begins with a snapshot; 0: it always reads the whole log. */
  readonly snapshotBehind: number
}

export interface ConfigFault {
  readonly variable: string
  readonly expected: string
}

/** The regions and the national cell. */
const CELLS: readonly string[] = [...SIDO_CODES, '00']

type Environment = Readonly<Record<string, string | undefined>>

/** Reads a variable or notes what was expected of it. */
type Read = <T>(variable: string, fallback: T, expected: string, parse: (raw: string) => T | undefined) => T

/**
 * The environment as a configuration, or every fault at once.
 * Values are not repeated in the faults: some of them are secrets.
 */
export const readConfig = (env: Environment, cwd: string): Result<Config, readonly ConfigFault[]> => {
  const faults: ConfigFault[] = []
  const known = new Set<string>(['DURE_SKIP'])
  const read: Read = (variable, fallback, expected, parse) => {
    known.add(variable)
    const raw = env[variable]
    if (raw === undefined || raw === '') return fallback
    const value = parse(raw)
    if (value === undefined) faults.push({ variable, expected })
    return value ?? fallback
  }
  const config: Config = {
    port: read('DURE_PORT', 8080, 'a port number from 0 to 65535', wholeNumber(0, 65_535)),
    host: read('DURE_HOST', 'localhost', 'a host name or address', matching(/^[A-Za-z0-9.:-]+$/)),
    region: read('DURE_REGION', '28', `one of ${CELLS.join(', ')}`, oneOf(CELLS)),
    dataDir: resolve(cwd, read('DURE_DATA_DIR', '.dure', 'a folder', text)),
    filesDir: resolve(cwd, read('DURE_FILES_DIR', join(env.DURE_DATA_DIR || '.dure', 'files'), 'a folder', text)),
    databaseUrl: read<string | undefined>(
      'DATABASE_URL',
      undefined,
      'postgresql://user:password@host/database',
      url(POSTGRES),
    ),
    ownerDatabaseUrl: read<string | undefined>(
      'DURE_OWNER_DATABASE_URL',
      undefined,
      'postgresql://owner:password@host/database',
      url(POSTGRES),
    ),
    pgBin: read<string | undefined>('PGBIN', undefined, 'the absolute path of a folder', matching(/^\//)),
    poolSize: read('DURE_POOL_SIZE', 16, 'a number from 2 to 200', wholeNumber(2, 200)),
    demo: read('DURE_DEMO', false, '1 or 0', flag),
    nemc: readNemc(read, faults),
    osrmUrl: read<string | undefined>('DURE_OSRM_URL', undefined, 'an http(s) address', url(HTTP)),
    carriersFile: read<string | undefined>('DURE_CARRIERS_FILE', undefined, 'a file', (raw) => resolve(cwd, raw)),
    push: {
      hosts: read<readonly string[]>('DURE_PUSH_HOSTS', [], 'host names with commas between them', hostList),
      contact: read('DURE_PUSH_CONTACT', 'mailto:operator@dure.invalid', 'a mailto: or https: address', contact),
    },
    logLevel: read<LogLevel>('DURE_LOG_LEVEL', 'info', `one of ${LOG_LEVELS.join(', ')}`, oneOf(LOG_LEVELS)),
    logFile: read<string | undefined>('DURE_LOG_FILE', undefined, 'a file', (raw) => resolve(cwd, raw)),
    publicUrl: read<string | undefined>('DURE_PUBLIC_URL', undefined, 'an http(s) address without a path', origin),
    cookieSecure: read('DURE_COOKIE_SECURE', env.DURE_PUBLIC_URL?.startsWith('https:') ?? false, '1 or 0', flag),
    cookieName: read('DURE_COOKIE_NAME', 'dure_session', 'letters, digits and _', matching(/^\w{1,40}$/)),
    oidcFile: read<string | undefined>('DURE_OIDC_FILE', undefined, 'a file', (raw) => resolve(cwd, raw)),
    exchange: readExchange(read, faults, cwd, env),
    nationKey: read<Buffer | undefined>('DURE_NATION_KEY', undefined, '32 bytes as base64url', (raw) => {
      const key = Buffer.from(raw, 'base64url')
      return key.length === 32 ? key : undefined
    }),
    packRootsFile: read<string | undefined>('DURE_PACK_ROOTS', undefined, 'a file', (raw) => resolve(cwd, raw)),
    trustedProxies: read('DURE_TRUSTED_PROXIES', 0, 'a number from 0 to 10', wholeNumber(0, 10)),
  }
  for (const variable of Object.keys(env)) {
    if (variable.startsWith('DURE_') && !known.has(variable))
      faults.push({ variable, expected: `no such variable; known are ${[...known].sort().join(', ')}` })
  }
  return faults.length === 0 ? ok(config) : err(faults)
}

/** One line per fault, for a person at a terminal. */
export const describeFaults = (faults: readonly ConfigFault[]): string =>
  [
    `The configuration has ${faults.length} fault(s):`,
    ...faults.map(({ variable, expected }) => `  ${variable}: expected ${expected}`),
  ].join('\n')

const readNemc = (read: Read, faults: ConfigFault[]): Config['nemc'] => {
  const address = read<string | undefined>('DURE_NEMC_URL', undefined, 'an http(s) address', url(HTTP))
  const key = read<string | undefined>('DURE_NEMC_KEY', undefined, 'the service key', text)
  const intervalS = read('DURE_NEMC_INTERVAL_S', 60, 'seconds from 1 to 86400', wholeNumber(1, 86_400))
  if (address !== undefined && key !== undefined) return { url: address, key, intervalS }
  if (address !== undefined)
    faults.push({ variable: 'DURE_NEMC_KEY', expected: 'a service key, as DURE_NEMC_URL is set' })
  if (key !== undefined) faults.push({ variable: 'DURE_NEMC_URL', expected: 'an address, as DURE_NEMC_KEY is set' })
  return undefined
}

const readExchange = (read: Read, faults: ConfigFault[], cwd: string, env: Environment): Config['exchange'] => {
  const cellsFile = read<string | undefined>('DURE_CELLS', undefined, 'the signed list of cells', text)
  const cellsKey = read<Buffer | undefined>('DURE_CELLS_KEY', undefined, '43 characters of base64url', publicKey)
  const dataDir = env.DURE_DATA_DIR === undefined || env.DURE_DATA_DIR === '' ? '.dure' : env.DURE_DATA_DIR
  const rest = {
    host: read('DURE_CELL_HOST', '::', 'a host name or address', matching(/^[A-Za-z0-9.:-]+$/)),
    port: read('DURE_CELL_PORT', 8443, 'a port number from 0 to 65535', wholeNumber(0, 65_535)),
    tlsDir: resolve(cwd, read('DURE_CELL_TLS', `${dataDir}/tls`, 'a folder', text)),
    routes: read<ReadonlyMap<string, string>>('DURE_CELL_ROUTES', new Map(), '11=host:port,26=host:port', routes),
    checkpointEvery: read('DURE_CHECKPOINT_EVERY', 20_000, 'a number of records', wholeNumber(0, 10_000_000)),
    snapshotBehind: read('DURE_SNAPSHOT_BEHIND', 100_000, 'a number of records', wholeNumber(0, 1_000_000_000)),
  }
  if (cellsFile !== undefined && cellsKey !== undefined)
    return { cellsFile: resolve(cwd, cellsFile), cellsKey, ...rest }
  if (cellsFile !== undefined)
    faults.push({
      variable: 'DURE_CELLS_KEY',
      expected: 'the key the list of cells is signed with, as DURE_CELLS is set',
    })
  if (cellsKey !== undefined) faults.push({ variable: 'DURE_CELLS', expected: 'a file, as DURE_CELLS_KEY is set' })
  return undefined
}

const publicKey = (raw: string): Buffer | undefined =>
  /^[A-Za-z0-9_-]{43}$/.test(raw) ? Buffer.from(raw, 'base64url') : undefined

const routes = (raw: string): ReadonlyMap<string, string> | undefined => {
  const pairs = raw.split(',').map((pair) => /^(\d{2})=(.+:\d{1,5})$/.exec(pair.trim()))
  return pairs.every((pair) => pair !== null)
    ? new Map(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']))
    : undefined
}

const HTTP = ['http:', 'https:']
const POSTGRES = ['postgres:', 'postgresql:']

const hostList = (raw: string): readonly string[] | undefined => {
  const hosts = raw.split(',').map((one) => one.trim())
  return hosts.every((one) => /^[A-Za-z0-9.-]+(:\d{1,5})?$/.test(one)) ? hosts : undefined
}
const contact = (raw: string): string | undefined =>
  /^(mailto:[^@\s]+@[^@\s]+|https:\S+)$/.test(raw) ? raw : undefined
const text = (raw: string): string | undefined => (raw.includes('\0') ? undefined : raw)
const flag = (raw: string): boolean | undefined => ({ '1': true, '0': false, true: true, false: false })[raw]
const matching = (pattern: RegExp) => (raw: string) => (pattern.test(raw) ? raw : undefined)
const oneOf =
  <T extends string>(values: readonly T[]) =>
  (raw: string): T | undefined =>
    values.find((value) => value === raw)

const wholeNumber = (least: number, most: number) => (raw: string) => {
  const value = /^\d{1,9}$/.test(raw) ? Number(raw) : Number.NaN
  return value >= least && value <= most ? value : undefined
}

const url = (protocols: readonly string[]) => (raw: string) => {
  // A socket address, `postgresql://user:password@/database?host=/run`, has no host: not a URL to the URL parser.
  const parsed = URL.parse(raw) ?? URL.parse(raw.replace('@/', '@localhost/'))
  return parsed !== null && protocols.includes(parsed.protocol) ? raw : undefined
}

const origin = (raw: string) => {
  const parsed = URL.parse(raw)
  return parsed !== null && HTTP.includes(parsed.protocol) && raw.replace(/\/$/, '') === parsed.origin
    ? parsed.origin
    : undefined
}
