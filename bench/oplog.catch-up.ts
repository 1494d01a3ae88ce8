import { generateKeyPairSync } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import pg from 'pg'
import { type Cell, startCell } from '../packages/server/src/cell.ts'
import { makeAuthority, makeCertificate } from '../packages/server/src/exchange/authority.service.ts'
import { logKeysOf, signDirectory } from '../packages/server/src/exchange/directory.ts'
import { pageAfter } from '../packages/server/src/exchange/lines.sql.ts'
import { planned } from '../packages/server/src/exchange/log.sql.ts'
import { TLS_FILES } from '../packages/server/src/exchange/tls.service.ts'
import { readLine } from '../packages/server/src/exchange/wire.ts'
import { makeLogger } from '../packages/server/src/platform/logger.ts'
import { privateKey, rawPublicKey } from '../packages/server/src/platform/oplog.key.ts'
import { verifyHash } from '../packages/server/src/platform/oplog-chain.ts'
import { testConfig } from '../packages/server/src/testing/cell.ts'
import { until } from '../packages/server/src/testing/cells.ts'
import { testDatabase } from '../packages/server/src/testing/database.ts'
import { BODY } from './oplog.body.ts'
import { cpuWatch } from './oplog.cpu.ts'

/** The writer in a thread of its own, and what readers need to reach it; certificates and the signed list for all of them. */
export const writerAndReaders = async (
  folder: string,
  url: string,
  readers: readonly string[],
  more: Readonly<Record<string, string>>,
) => {
  const root = generateKeyPairSync('ed25519').privateKey
  const authority = await makeAuthority(new Date())
  const dirs = new Map(['28', ...readers].map((id) => [id, join(folder, `c${id}`)]))
  for (const [id, dir] of dirs) {
    const { cert, key } = await makeCertificate(authority, id, new Date())
    await mkdir(join(dir, 'tls'), { recursive: true })
    await writeFile(join(dir, 'tls', TLS_FILES.ca), authority.cert)
    await writeFile(join(dir, 'tls', TLS_FILES.cert), cert)
    await writeFile(join(dir, 'tls', TLS_FILES.key), key)
  }
  const list = async (address: string, version: number) => {
    const cells = await Promise.all(
      [...dirs].map(async ([id, dir]) => ({
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
  const env = (id: string) => ({
    DURE_REGION: id,
    DURE_DATA_DIR: dirs.get(id) ?? folder,
    DURE_CELLS: join(folder, 'cells.json'),
    DURE_CELLS_KEY: rawPublicKey(root).toString('base64url'),
    DURE_CELL_HOST: '127.0.0.1',
    DURE_CELL_PORT: '0',
    ...more,
  })
  const worker = new Worker(new URL('./oplog.peer.ts', import.meta.url), { workerData: { env: env('28'), url } })
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', (message: { port: number }) => resolve(message.port))
    worker.once('error', reject)
  })
  const stop = async () => {
    worker.postMessage({ stop: true })
    await new Promise((resolve) => worker.once('exit', resolve))
  }
  return { port, list, env, stop }
}

export const catchUpRate = async (folder: string, missed: number) => {
  await using one = await testDatabase()
  await using other = await testDatabase()
  // Every record of it: no snapshot.
  const whole = { DURE_CHECKPOINT_EVERY: '0', DURE_SNAPSHOT_BEHIND: '0' }
  const { port, list, env, stop } = await writerAndReaders(folder, one.url, ['11'], whole)
  await fill(one.url, missed)
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
    async () => (await countOf(reader, '28', () => (first ??= performance.now()))) > missed,
    180_000,
  )
  const seconds = (performance.now() - (first ?? ready)) / 1_000
  const rssMb = process.memoryUsage.rss() / 1_048_576
  const cpuUs = cpu(missed)
  const readPerS = await readRate(reader, missed)
  await reader.close()
  await stop()
  return { perS: missed / seconds, seconds, rssMb, cpuUs, readPerS, copyPerS: await copyRate(other.url, missed) }
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
const fill = async (url: string, missed: number): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (let from = 0; from < missed; from += 20_000) {
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
      missed,
    240_000,
  )
  await client.end()
}

/** What one core needs to read the same lines and check each hash and signature, with nothing else to do. */
const readRate = async ({ deps, exchange }: Cell, missed: number): Promise<number> => {
  const end = Math.min(missed, 30_000)
  let text = ''
  for (let after = 0; after < end; ) {
    const page = await pageAfter(planned(deps.db), '28', after, end, 1_000)
    if (page === undefined) break
    text += page.text
    after = page.last
  }
  const [key] = logKeysOf(exchange.directory(), '28', 1)
  let last = ''
  let wrong = key === undefined ? 1 : 0
  const { user, system } = process.cpuUsage()
  for (const line of text.trimEnd().split('\n').map(readLine)) {
    if (line?.type === 'record') {
      if (line.recomputed !== line.record.hash) wrong += 1
      last = line.recomputed
    } else if (line?.type === 'signed' && key !== undefined && !verifyHash(key, last, line.signature)) wrong += 1
  }
  const used = process.cpuUsage()
  if (wrong > 0) throw new Error(`${wrong} of the records that were taken do not verify`)
  return (end * 1_000_000) / (used.user + used.system - user - system)
}

/** What the database alone needs to write the same rows with the same indexes. */
const copyRate = async (url: string, missed: number): Promise<number> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`create table public.copied (like platform.oplog including all)`)
  const started = performance.now()
  await client.query(`insert into public.copied select * from platform.oplog where origin = '28'`)
  const perS = (missed / (performance.now() - started)) * 1_000
  await client.end()
  return perS
}
