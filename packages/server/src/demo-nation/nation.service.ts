import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import { approve } from '../exchange/approval.ts'
import { nextEpoch } from '../exchange/epoch.ts'
import { makeIds } from '../platform/ids.ts'
import { type EmbeddedPostgres, startPostgres } from '../platform/postgres.ts'
import { type Founded, found } from './founding.service.ts'
import { type Link, openLink } from './links.service.ts'
import { type Member, makeMember } from './member.service.ts'

export interface DemoCell {
  readonly code: string
  readonly name: string
  readonly port: number
}

/** The cells of the demo: the capital's three regions and the nation. */
export const demoCells = (firstPort: number): readonly DemoCell[] => [
  { code: '28', name: '인천', port: firstPort },
  { code: '11', name: '서울', port: firstPort + 1 },
  { code: '41', name: '경기', port: firstPort + 2 },
  { code: '00', name: '중앙', port: firstPort + 3 },
]

export interface NationState {
  readonly cells: readonly {
    readonly code: string
    readonly name: string
    readonly url: string
    readonly running: boolean
  }[]
  /** Pairs between which nothing passes. */
  readonly cut: readonly (readonly [string, string])[]
}

/** Four cells, each a process and a database of its own in one embedded PostgreSQL, joined by links that can be cut. */
export interface Nation {
  state(): NationState
  cut(one: string, other: string): void
  cutFromAll(code: string): void
  heal(): void
  kill(code: string): Promise<void>
  start(code: string): Promise<void>
  /** The two operators of `writer` sign that it stands in for `origin`. Gives what was answered. */
  standIn(writer: string, origin: string): Promise<string>
  comeBack(origin: string): Promise<string>
  close(): Promise<void>
}

export interface NationOptions {
  readonly dataDir: string
  readonly pgBin?: string | undefined
  readonly firstPort: number
  readonly host: string
}

export const startNation = async (options: NationOptions): Promise<Nation> => {
  const postgres = await startPostgres({ dataDir: options.dataDir, pgBin: options.pgBin })
  const links = new Map<string, Link>()
  const members = new Map<string, Member>()
  const close = async (): Promise<void> => {
    await Promise.all([...members.values()].map((one) => one.stop()))
    await Promise.all([...links.values()].map((one) => one.close()))
    await postgres.close()
  }
  try {
    const cells = demoCells(options.firstPort)
    const seats = []
    for (const { code, name } of cells) {
      const dataDir = join(options.dataDir, 'cells', code)
      await mkdir(dataDir, { recursive: true })
      await makeDatabase(postgres, databaseOf(code))
      seats.push({ code, name, dataDir, exchangePort: await freePort() })
    }
    const founded = await found(join(options.dataDir, 'nation'), seats, new Date())
    for (const from of seats)
      for (const to of seats)
        if (from.code !== to.code) links.set(`${from.code}>${to.code}`, await openLink(to.exchangePort))
    for (const { code, port } of cells) {
      const seat = seats.find((one) => one.code === code)
      if (seat === undefined) continue
      const routes = seats
        .filter((to) => to.code !== code)
        .map((to) => `${to.code}=127.0.0.1:${links.get(`${code}>${to.code}`)?.port}`)
        .join(',')
      const env = {
        DURE_DEMO: '1',
        DURE_HOST: options.host,
        DATABASE_URL: urlOf(postgres, databaseOf(code)),
        DURE_DATA_DIR: seat.dataDir,
        DURE_CELLS: founded.cellsFile,
        DURE_CELLS_KEY: founded.cellsKey,
        DURE_CELL_HOST: '127.0.0.1',
        DURE_CELL_PORT: String(seat.exchangePort),
        DURE_CELL_ROUTES: routes,
        DURE_NATION_KEY: founded.nationKey,
        DURE_POOL_SIZE: '8',
      }
      const member = makeMember({ code, port, env })
      members.set(code, member)
      // One after the other: the first start of each makes its tables.
      await member.start()
    }
    return { ...controls({ cells, links, members, postgres, founded }), close }
  } catch (error) {
    await close()
    throw error
  }
}

interface Parts {
  readonly cells: readonly DemoCell[]
  readonly links: ReadonlyMap<string, Link>
  readonly members: ReadonlyMap<string, Member>
  readonly postgres: EmbeddedPostgres
  readonly founded: Founded
}

const controls = ({ cells, links, members, postgres, founded }: Parts): Omit<Nation, 'close'> => {
  const both = (one: string, other: string, act: (link: Link) => void) => {
    for (const name of [`${one}>${other}`, `${other}>${one}`]) {
      const link = links.get(name)
      if (link !== undefined) act(link)
    }
  }
  const pairs = cells.flatMap(({ code }, at) => cells.slice(at + 1).map((other) => [code, other.code] as const))
  const member = (code: string): Member => {
    const one = members.get(code)
    if (one === undefined) throw new Error(`no cell ${code}`)
    return one
  }
  const command = (cell: string, kind: string, payload: object) => ask(urlOf(postgres, databaseOf(cell)), kind, payload)
  return {
    state: () => ({
      cells: cells.map(({ code, name }) => ({ code, name, url: member(code).url, running: member(code).isRunning() })),
      cut: pairs.filter(([one, other]) => links.get(`${one}>${other}`)?.isCut() === true),
    }),
    cut: (one, other) => both(one, other, (link) => link.cut()),
    cutFromAll: (code) => {
      for (const other of cells) both(code, other.code, (link) => link.cut())
    },
    heal: () => {
      for (const link of links.values()) link.heal()
    },
    kill: (code) => member(code).kill(),
    start: (code) => member(code).start(),
    standIn: async (writer, origin) => {
      const current = await newestEpochIn(urlOf(postgres, databaseOf(writer)), origin)
      const epoch = nextEpoch(current, Date.now(), writer)
      const approvals = founded.operators
        .filter(({ cell }) => cell === writer)
        .map(({ id, key }) => approve({ origin, epoch, writer }, id, key))
      return command(writer, 'stand-in', { origin, epoch, approvals })
    },
    comeBack: (origin) => command(origin, 'return', { unheard: false }),
  }
}

const databaseOf = (code: string): string => `dure_${code}`
const urlOf = ({ url }: EmbeddedPostgres, database: string): string => url.replace(/(@[^/]*\/)[^?]*/, `$1${database}`)

const withClient = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

const makeDatabase = (postgres: EmbeddedPostgres, name: string): Promise<void> =>
  withClient(postgres.url, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    if (rowCount === 0)
      await client.query(
        `create database ${name} template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`,
      )
  })

const newestEpochIn = (url: string, origin: string): Promise<number> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ epoch: number }>(
      `select coalesce(max((o ->> 'epoch')::float8), 0) as epoch
         from exchange.log l, jsonb_array_elements(l.openings) o where l.origin = $1`,
      [origin],
    )
    return rows[0]?.epoch ?? 0
  })

const COMMAND_LIMIT_MS = 15_000

/** Like `dure cell …`: asked in the database, done by the running cell. */
const ask = (url: string, kind: string, payload: object): Promise<string> =>
  withClient(url, async (client) => {
    const now = new Date()
    const id = makeIds(() => now).next()
    await client.query(`insert into exchange.command (id, kind, payload, asked_at) values ($1, $2, $3, $4)`, [
      id,
      kind,
      JSON.stringify(payload),
      now,
    ])
    for (let waited = 0; waited < COMMAND_LIMIT_MS; waited += 250) {
      const { rows } = await client.query<{ done_at: Date | null; refused: string | null }>(
        `select done_at, refused from exchange.command where id = $1`,
        [id],
      )
      if (rows[0]?.refused != null) return `refused: ${rows[0].refused}`
      if (rows[0]?.done_at != null) return 'done'
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    return 'not done yet'
  })

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        address === null || typeof address === 'string' ? reject(new Error('no port')) : resolve(address.port),
      )
    })
  })
