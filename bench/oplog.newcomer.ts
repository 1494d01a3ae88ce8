import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import { startCell } from '../packages/server/src/cell.ts'
import { makeLogger } from '../packages/server/src/platform/logger.ts'
import { testConfig } from '../packages/server/src/testing/cell.ts'
import { until } from '../packages/server/src/testing/cells.ts'
import { testDatabase } from '../packages/server/src/testing/database.ts'
import { writerAndReaders } from './oplog.catch-up.ts'

export interface Newcomer {
  readonly seconds: number
  /** Received, compressed, with everything around it. */
  readonly megabytes: number
  /** Records at the end. */
  readonly records: number
}

const EVERY = 20_000
const PATIENCE_MS = 280_000

/**
 * A cell that joins a region with so many records behind it: all of them, and a snapshot with its tail. Both verify and apply through the
 * handlers of the slices; the log is of the kinds and in the proportions of a busy region, as its triggers write them.
 */
export const newcomers = async (
  folder: string,
  records: number,
): Promise<{ readonly whole: Newcomer; readonly snapshot: Newcomer }> => {
  await using one = await testDatabase()
  const more = { DURE_CHECKPOINT_EVERY: `${EVERY}` }
  const { port, list, env, stop } = await writerAndReaders(join(folder, 'newcomers'), one.url, ['11', '41'], more)
  await fill(one.url, records)
  const counted = await countingLink(port)
  await list(`127.0.0.1:${counted.port}`, 2)
  const whole = await joined({ ...env('11'), DURE_SNAPSHOT_BEHIND: '0' }, records, counted.bytes)
  const snapshot = await joined(env('41'), records, counted.bytes)
  await stop()
  counted.close()
  return { whole, snapshot }
}

const joined = async (
  env: Readonly<Record<string, string>>,
  records: number,
  bytes: () => number,
): Promise<Newcomer> => {
  await using database = await testDatabase()
  const before = bytes()
  const started = performance.now()
  const cell = await startCell(testConfig(env), {
    log: makeLogger('silent', undefined),
    connection: database.connection,
    listen: false,
  })
  const last = async () => {
    const { rows } = await cell.deps.db.pool.query<{ seq: number }>(
      `select seq::float8 as seq from platform.oplog where origin = '28' order by oplog.seq desc limit 1`,
    )
    return rows[0]?.seq ?? 0
  }
  await until('joined', async () => (await last()) > records, PATIENCE_MS)
  const seconds = (performance.now() - started) / 1_000
  const { rows } = await cell.deps.db.pool.query<{ n: number }>(
    `select count(*)::float8 as n from platform.oplog where origin = '28'`,
  )
  await cell.close()
  return { seconds, megabytes: (bytes() - before) / 1_048_576, records: rows[0]?.n ?? 0 }
}

/** Bytes pass as they are, and those towards readers are counted. */
const countingLink = async (target: number) => {
  let bytes = 0
  const server = createServer((incoming) => {
    const outgoing = connect(target, '127.0.0.1')
    outgoing.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    incoming.pipe(outgoing).pipe(incoming)
    for (const socket of [incoming, outgoing]) {
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        incoming.destroy()
        outgoing.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, bytes: () => bytes, close: () => void server.close() }
}

const AT = '2026-01-02T03:04:05.678Z'

/** Of ten records three state one of 3,000 slots, two a promise and two a request (each said fifteen times), three tell own screens. */
const fill = async (url: string, records: number): Promise<void> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const things = Math.max(1, Math.round(records / 15))
  for (let from = 0; from < records; from += EVERY)
    await client.query(
      `insert into platform.outbox (origin, kind, at, subject, body, audience)
       select '28', m.kind, now(), m.subject, m.body, '{}'
         from generate_series($1::int, $2::int) n
        cross join lateral (
          select 'slot-stated' as kind, 'S' || n % 3000 as subject, jsonb_build_object(
                   'id', 'S' || n % 3000, 'hospitalId', 'H' || n % 60, 'label', '1', 'bedClass', 'CRITICAL',
                   'isolation', 'none', 'share', 'placeable', 'state', 'available', 'blockedReason', null,
                   'opensInHours', null, 'roomSex', 'any', 'minAgeYears', null, 'maxAgeYears', null,
                   'cohortPathogen', null, 'asOf', $3::text, 'source', 'web', 'doubtedAt', null,
                   'fencing', n, 'version', n) as body
           where n % 10 < 3
          union all
          select 'hold-stated', 'S' || n % 3000, jsonb_build_object(
                   'id', 'O' || n % $4::int, 'requestId', 'R' || n % $4::int, 'askId', null, 'slotId', 'S' || n % 3000,
                   'hospitalId', 'H' || n % 60, 'state', 'released', 'fencing', n, 'grantedAt', $3::text,
                   'expiresAt', null)
           where n % 10 in (3, 4)
          union all
          select 'request-stated', 'R' || n % $4::int, jsonb_build_object(
                   'id', 'R' || n % $4::int, 'code', '28-1', 'state', 'matching', 'waitingSince', $3::text,
                   'confirmedAt', null, 'closedAt', null, 'version', n)
           where n % 10 in (5, 6)
          union all
          select 'request-triage', 'R' || n % $4::int, jsonb_build_object('requestId', 'R' || n % $4::int)
           where n % 10 > 6
        ) m`,
      [from + 1, Math.min(from + EVERY, records), AT, things],
    )
  const ready = async () =>
    (
      await client.query(`select from exchange.checkpoint where origin = '28' and state = 'good' and upto > $1`, [
        records - EVERY,
      ])
    ).rows.length > 0
  await until('numbered, and a checkpoint made', ready, PATIENCE_MS)
  await client.end()
}
