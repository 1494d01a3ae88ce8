import { rm } from 'node:fs/promises'
import pg from 'pg'
import { startCell } from '../packages/server/src/cell.ts'
import type { Collector } from '../packages/server/src/platform/db.ts'
import { makeLogger } from '../packages/server/src/platform/logger.ts'
import { tellOp } from '../packages/server/src/platform/oplog.ts'
import { testConfig } from '../packages/server/src/testing/cell.ts'
import { until } from '../packages/server/src/testing/cells.ts'
import { temporaryFolder, testDatabase } from '../packages/server/src/testing/database.ts'
import { BODY } from './oplog.body.ts'
import { cpuWatch } from './oplog.cpu.ts'

const WRITERS = 24

export const appendRate = async (ms: number) => {
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
    db.tx(async (tx) =>
      tellOp(tx, { kind: 'bench-said', subject: `S${n % 500}`, body: BODY, audience: {}, at: new Date() }),
    )
  await during(500, write)
  const before = await count()
  const started = performance.now()
  const cpu = cpuWatch()
  const written = await during(ms, write)
  await until('all numbered', async () => (await count()) - before >= written)
  const perS = (written / (performance.now() - started)) * 1_000
  const cpuUs = cpu(written)
  const [batches] = await db.sql<{ n: number }>(
    `select count(*)::float8 as n from platform.oplog where signature is not null and seq > $1`,
    [before],
  )
  const opsPerBatch = written / (batches?.n ?? Number.NaN)
  const owner = new pg.Client(database.connection)
  await owner.connect()
  await owner.query(
    `create table public.bare (id bigint generated always as identity primary key, body jsonb not null)`,
  )
  await owner.query(`grant insert on public.bare to public; grant usage on schema public to public`)
  await owner.end()
  const bareStarted = performance.now()
  const bareCpu = cpuWatch()
  const bare = await during(ms / 2, () => db.tx(async (tx) => tx.collect(BARE, BODY)))
  const barePerS = (bare / (performance.now() - bareStarted)) * 1_000
  const bareCpuUs = bareCpu(bare)
  await cell.close()
  await rm(folder, { recursive: true, force: true })
  return { perS, barePerS, cpuUs, bareCpuUs, opsPerBatch }
}

/** In the packets that an op takes too. */
const BARE: Collector<object> = {
  statement: ([body]) => ({ text: `insert into public.bare (body) values ($1)`, values: [JSON.stringify(body)] }),
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
