import { generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import pg from 'pg'
import { type Cell, startCell } from '../packages/server/src/cell.ts'
import { makeAuthority, makeCertificate } from '../packages/server/src/exchange/authority.service.ts'
import { signDirectory } from '../packages/server/src/exchange/directory.ts'
import type { ExchangePort } from '../packages/server/src/exchange/index.ts'
import { TLS_FILES } from '../packages/server/src/exchange/tls.service.ts'
import { makeLogger } from '../packages/server/src/platform/logger.ts'
import { privateKey, rawPublicKey } from '../packages/server/src/platform/oplog.key.ts'
import { appendOp } from '../packages/server/src/platform/oplog.ts'
import { startPostgres } from '../packages/server/src/platform/postgres.ts'
import { testConfig } from '../packages/server/src/testing/cell.ts'
import { testCells, until } from '../packages/server/src/testing/cells.ts'
import { temporaryFolder, testDatabase } from '../packages/server/src/testing/database.ts'

/**
 * What does the record of decisions cost, and how fast is it known elsewhere? On a PostgreSQL of its own with every commit on disk.
 * Each figure stands beside the limit of the part it cannot beat: a bare insert, the round trips of one op, the database's own copy
 * of the same rows.
 */
const WRITERS = 24
const APPEND_MS = 6_000
const LAG_OPS = 400
const LAG_EVERY_MS = 15
const MISSED = 300_000
const IDLE_CELLS = 17
const IDLE_MS = 12_000

export const AIMS = { appendPerS: 5_000, lagP99Ms: 50, catchUpPerS: 30_000 }

export interface Row {
  readonly what: string
  readonly measured: number
  readonly unit: string
  readonly aim: number | null
  readonly limit: number | null
  readonly limitIs: string
  readonly ratio: number | null
}

export const run = async (): Promise<{
  table: readonly Row[]
  summary: Readonly<Record<string, number | boolean>>
}> => {
  const folder = await temporaryFolder()
  const server = await startPostgres({
    dataDir: join(folder, 'pg'),
    pgBin: process.env.PGBIN,
    settings: ['max_connections=400'],
  })
  process.env.TEST_DATABASE_URL = server.url
  try {
    const append = await appendRate()
    const lag = await lags()
    const catchUp = await catchUpRate(folder)
    const idle = await idleCost()
    const rows: Row[] = [
      row(
        'append and number, 24 writers',
        append.perS,
        'ops/s',
        AIMS.appendPerS,
        append.barePerS,
        'the same transactions, a bare insert',
      ),
      row('lag between two cells, p50', lag.p50, 'ms', null, lag.floorMs, 'two commits on this disk, p50'),
      row('lag between two cells, p99', lag.p99, 'ms', AIMS.lagP99Ms, lag.floorMs, 'two commits on this disk, p50'),
      row(
        'catch up, verified',
        catchUp.perS,
        'records/s',
        AIMS.catchUpPerS,
        catchUp.copyPerS,
        'insert … select of the same rows',
      ),
      row('CPU of one append', append.cpuUs.node + append.cpuUs.database, 'µs', 400, null, 'aim: 5,000/s on two cores'),
      row('CPU of one record caught up, Node (both cells)', catchUp.cpuUs.node, 'µs', null, null, ''),
      row('CPU of one record caught up, PostgreSQL (both)', catchUp.cpuUs.database, 'µs', null, null, ''),
      row('17 idle cells, Node', idle.cores, 'cores', null, null, ''),
      row('17 idle cells, PostgreSQL', idle.databaseCores, 'cores', null, null, ''),
    ]
    return {
      table: rows,
      summary: {
        appendPerS: round(append.perS),
        appendCpuUs: round(append.cpuUs.node + append.cpuUs.database),
        appendBarePerS: round(append.barePerS),
        lagP50Ms: round(lag.p50),
        lagP99Ms: round(lag.p99),
        catchUpPerS: round(catchUp.perS),
        catchUpNodeUs: round(catchUp.cpuUs.node),
        catchUpDatabaseUs: round(catchUp.cpuUs.database),
        catchUpS: round(catchUp.seconds),
        missed: MISSED,
        readerRssMb: round(catchUp.rssMb),
        idleCores: round(idle.cores),
        idleDatabaseCores: round(idle.databaseCores),
        appendOk: append.perS >= AIMS.appendPerS,
        lagOk: lag.p99 <= AIMS.lagP99Ms,
        catchUpOk: catchUp.perS >= AIMS.catchUpPerS,
      },
    }
  } finally {
    await server.close()
    await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }
}

const round = (value: number): number => Math.round(value * 100) / 100
const row = (
  what: string,
  measured: number,
  unit: string,
  aim: number | null,
  limit: number | null,
  limitIs: string,
): Row => ({
  what,
  measured: round(measured),
  unit,
  aim,
  limit: limit === null ? null : round(limit),
  limitIs,
  ratio: limit === null ? null : round(measured / limit),
})
const quantile = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN

// ------------------------------------------------------------------------------------------------ append

/** Body of the size a bed's change has. */
const BODY = {
  id: 'S-1-1',
  hospitalId: 'H-001',
  state: 'held',
  bedClass: 'CRITICAL',
  fencing: 12,
  version: 3,
  asOf: '2026-01-01',
}

const appendRate = async () => {
  await using database = await testDatabase()
  const folder = await temporaryFolder()
  const config = testConfig({ DURE_DATA_DIR: folder, DURE_POOL_SIZE: `${WRITERS + 4}` })
  const cell = await startCell(config, {
    log: makeLogger('silent', undefined),
    connection: database.connection,
    listen: false,
  })
  const { db } = cell.deps
  const count = async () => Number((await db.sql<{ n: string }>(`select count(*) as n from platform.oplog`))[0]?.n ?? 0)
  const write = (n: number) =>
    db.tx((tx) =>
      appendOp(tx, { kind: 'bench-said', subject: `S${n % 500}`, body: BODY, audience: {}, at: new Date() }),
    )
  await during(500, write)
  const before = await count()
  const started = performance.now()
  const cpu = cpuWatch()
  const written = await during(APPEND_MS, write)
  await until('all numbered', async () => (await count()) - before >= written)
  const perS = (written / (performance.now() - started)) * 1_000
  const cpuUs = cpu(written)
  const owner = new pg.Client(database.connection)
  await owner.connect()
  await owner.query(
    `create table public.bare (id bigint generated always as identity primary key, body jsonb not null)`,
  )
  await owner.query(`grant insert on public.bare to public; grant usage on schema public to public`)
  await owner.end()
  const bareStarted = performance.now()
  const bare = await during(APPEND_MS / 2, () =>
    db.tx(async (tx) => void (await tx.sql(`insert into public.bare (body) values ($1)`, [JSON.stringify(BODY)]))),
  )
  const barePerS = (bare / (performance.now() - bareStarted)) * 1_000
  await cell.close()
  await rm(folder, { recursive: true, force: true })
  return { perS, barePerS, cpuUs }
}

const during = async (ms: number, work: (n: number) => Promise<void>): Promise<number> => {
  const end = performance.now() + ms
  let done = 0
  const writer = async () => {
    while (performance.now() < end) {
      done += 1
      await work(done)
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, writer))
  return done
}

// ------------------------------------------------------------------------------------------------ lag

const lags = async () => {
  const said = new Map<string, number>()
  const took: number[] = []
  const register = (id: string, _: unknown, port: ExchangePort) => {
    if (id !== '11') return
    port.onApplied(async () => undefined)
    port.onRecord('bench-said', async (tx, record) => {
      const at = said.get(record.subject)
      if (at !== undefined) tx.afterCommit(() => took.push(performance.now() - at))
    })
  }
  await using cells = await testCells(['11', '28'], { register })
  const { db } = cells.node('28').cell.deps
  const say = async (subject: string) => {
    said.set(subject, performance.now())
    await db.tx((tx) => appendOp(tx, { kind: 'bench-said', subject, body: BODY, audience: {}, at: new Date() }))
  }
  const floors: number[] = []
  for (let index = 0; index < 60; index += 1) {
    const before = took.length
    await say(`warm-${index}`)
    await until('heard', () => took.length > before)
    const started = performance.now()
    for (const n of [1, 2])
      await db.sql(`update platform.cell set state_since = now() + make_interval(secs => $1)`, [n])
    floors.push(performance.now() - started)
  }
  took.length = 0
  for (let index = 0; index < LAG_OPS; index += 1) {
    await say(`op-${index}`)
    await new Promise((resolve) => setTimeout(resolve, LAG_EVERY_MS))
  }
  await until('all heard', () => took.length >= LAG_OPS)
  return { p50: quantile(took, 0.5), p99: quantile(took, 0.99), floorMs: quantile(floors, 0.5) }
}

// ------------------------------------------------------------------------------------------------ catching up

const catchUpRate = async (folder: string) => {
  await using one = await testDatabase()
  await using other = await testDatabase()
  const root = generateKeyPairSync('ed25519').privateKey
  const authority = await makeAuthority(new Date())
  const dirs = { '28': join(folder, 'c28'), '11': join(folder, 'c11') }
  for (const [id, dir] of Object.entries(dirs)) {
    const { cert, key } = await makeCertificate(authority, id, new Date())
    await mkdir(join(dir, 'tls'), { recursive: true })
    await writeFile(join(dir, 'tls', TLS_FILES.ca), authority.cert)
    await writeFile(join(dir, 'tls', TLS_FILES.cert), cert)
    await writeFile(join(dir, 'tls', TLS_FILES.key), key)
  }
  const list = async (address: string, version: number) => {
    const cells = await Promise.all(
      Object.entries(dirs).map(async ([id, dir]) => ({
        id,
        name: id,
        address: id === '28' ? address : '127.0.0.1:1',
        logKeys: [{ key: rawPublicKey(await privateKey(dir)).toString('base64url'), fromEpoch: 0 }],
      })),
    )
    const directory = { version, issuedAt: new Date().toISOString(), cells, operators: [], revokedCertificates: [] }
    await writeFile(join(folder, 'cells.json'), JSON.stringify(signDirectory(directory, root)))
  }
  await list('127.0.0.1:1', 1)
  const env = (id: keyof typeof dirs) => ({
    DURE_REGION: id,
    DURE_DATA_DIR: dirs[id],
    DURE_CELLS: join(folder, 'cells.json'),
    DURE_CELLS_KEY: rawPublicKey(root).toString('base64url'),
    DURE_CELL_HOST: '127.0.0.1',
    DURE_CELL_PORT: '0',
  })
  const worker = new Worker(new URL('./oplog.peer.ts', import.meta.url), {
    workerData: { env: env('28'), url: one.url },
  })
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', (message: { port: number }) => resolve(message.port))
    worker.once('error', reject)
  })
  await fill(one.url)
  await list(`127.0.0.1:${port}`, 2)
  const cpu = cpuWatch()
  const reader = await startCell(testConfig(env('11')), {
    log: makeLogger('silent', undefined),
    connection: other.connection,
    listen: false,
  })
  const ready = performance.now()
  let first: number | undefined
  await until(
    'caught up',
    async () => (await countOf(reader, '28', () => (first ??= performance.now()))) > MISSED,
    180_000,
  )
  const seconds = (performance.now() - (first ?? ready)) / 1_000
  const rssMb = process.memoryUsage.rss() / 1_048_576
  const cpuUs = cpu(MISSED)
  await reader.close()
  worker.postMessage({ stop: true })
  await new Promise((resolve) => worker.once('exit', resolve))
  return { perS: MISSED / seconds, seconds, rssMb, cpuUs, copyPerS: await copyRate(other.url) }
}

const countOf = async (cell: Cell, origin: string, onFirst: () => void): Promise<number> => {
  const { rows } = await cell.deps.db.pool.query<{ seq: number }>(
    `select seq::float8 as seq from platform.oplog where origin = $1 order by oplog.seq desc limit 1`,
    [origin],
  )
  const [last] = rows
  if ((last?.seq ?? 0) > 0) onFirst()
  return last?.seq ?? 0
}

/** Written as a busy region writes them, and numbered by its sequencer. */
const fill = async (url: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (let from = 0; from < MISSED; from += 20_000) {
    await client.query(
      `insert into platform.outbox (origin, kind, at, subject, body, audience)
       select '28', 'bench-said', now(), 'S' || (n % 500), $1, '{}' from generate_series(1, 20000) n`,
      [JSON.stringify(BODY)],
    )
  }
  await until(
    'numbered',
    async () =>
      Number((await client.query(`select max(seq) as seq from platform.oplog where origin = '28'`)).rows[0]?.seq) >
      MISSED,
    240_000,
  )
  await client.end()
}

/** What the database alone needs to write the same rows with the same indexes. */
const copyRate = async (url: string): Promise<number> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`create table public.copied (like platform.oplog including all)`)
  const started = performance.now()
  await client.query(`insert into public.copied select * from platform.oplog where origin = '28'`)
  const perS = (MISSED / (performance.now() - started)) * 1_000
  await client.end()
  return perS
}

// ------------------------------------------------------------------------------------------------ idle

const idleCost = async () => {
  const ids = [
    '00',
    '11',
    '26',
    '27',
    '28',
    '29',
    '30',
    '31',
    '36',
    '41',
    '43',
    '44',
    '46',
    '47',
    '48',
    '50',
    '51',
    '52',
  ]
  await using cells = await testCells(ids.slice(0, IDLE_CELLS), { env: { DURE_POOL_SIZE: '3' } })
  const all = [...cells.nodes.values()]
  await until(
    'all agree',
    async () =>
      (await Promise.all(all.map((node) => node.cell.exchange.port.standings()))).every(
        (of) => of.length === IDLE_CELLS,
      ),
    120_000,
  )
  await new Promise((resolve) => setTimeout(resolve, 4_000))
  const before = process.cpuUsage()
  const databaseBefore = databaseTicks()
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
  const { user, system } = process.cpuUsage(before)
  return {
    cores: (user + system) / 1_000 / IDLE_MS,
    databaseCores: ((databaseTicks() - databaseBefore) * 10) / IDLE_MS,
  }
}

/** Microseconds of CPU for each of so many, Node's and PostgreSQL's apart: the figure that a busy machine does not change much. */
const cpuWatch = () => {
  const node = process.cpuUsage()
  const database = databaseTicks()
  return (count: number): { readonly node: number; readonly database: number } => {
    const { user, system } = process.cpuUsage(node)
    return { node: (user + system) / count, database: ((databaseTicks() - database) * 10_000) / count }
  }
}

/** CPU time in hundredths of a second of the PostgreSQL that this process started, its backends included. */
const databaseTicks = (): number => {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const text = readFileSync(`/proc/${name}/stat`, 'utf8')
        const after = text.slice(text.lastIndexOf(')') + 2).split(' ')
        return [{ pid: Number(name), parent: Number(after[1]), ticks: Number(after[11]) + Number(after[12]) }]
      } catch {
        return []
      }
    })
  const isOurs = (pid: number, depth = 0): boolean => {
    if (pid === process.pid) return true
    const one = stats.find((stat) => stat.pid === pid)
    return one !== undefined && depth < 6 && isOurs(one.parent, depth + 1)
  }
  return stats.filter(({ pid }) => pid !== process.pid && isOurs(pid)).reduce((sum, { ticks }) => sum + ticks, 0)
}
