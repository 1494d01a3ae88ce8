import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startPostgres } from '../packages/server/src/platform/postgres.ts'
import { temporaryFolder } from '../packages/server/src/testing/database.ts'
import { appendRate } from './oplog.append.ts'
import { catchUpRate } from './oplog.catch-up.ts'
import { idleCost } from './oplog.idle.ts'
import { lags } from './oplog.lag.ts'
import { newcomers } from './oplog.newcomer.ts'

/**
 * What does the record of decisions cost, and how fast is it known elsewhere? On a PostgreSQL of its own with every commit on disk.
 * Each figure stands beside the limit of the part it cannot beat: a bare insert, two commits, the database's own copy of the same rows,
 * one core that does nothing but check them. On a busy machine the ratios and the CPU say more than the rates.
 */
const APPEND_MS = 6_000
const LAG_OPS = 400
const MISSED = 300_000
const JOINED = 20_000
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
    const append = await appendRate(APPEND_MS)
    const lag = await lags(LAG_OPS)
    const catchUp = await catchUpRate(folder, MISSED)
    const joining = await newcomers(folder, JOINED)
    const idle = await idleCost(IDLE_CELLS, IDLE_MS)
    const rows: Row[] = [
      row(
        'op told at the end of a transaction, and numbered, 24 writers',
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
      row(
        'catch up, verified',
        catchUp.perS,
        'records/s',
        AIMS.catchUpPerS,
        catchUp.readPerS,
        'reading and checking the same lines, one core',
      ),
      row('CPU of one append', sum(append.cpuUs), 'µs', 400, sum(append.bareCpuUs), 'CPU of one bare insert'),
      row('ops numbered in one transaction', append.opsPerBatch, 'ops', null, null, ''),
      row('CPU of one record caught up, Node (both cells)', catchUp.cpuUs.node, 'µs', null, null, ''),
      row('CPU of one record caught up, PostgreSQL (both)', catchUp.cpuUs.database, 'µs', null, null, ''),
      row(
        'newcomer to 20,000 records, by snapshot and tail',
        joining.snapshot.seconds,
        's',
        null,
        joining.whole.seconds,
        'the whole log, applied',
      ),
      row(
        'received by it',
        joining.snapshot.megabytes,
        'MiB',
        null,
        joining.whole.megabytes,
        'the whole log, compressed',
      ),
      row('17 idle cells, Node', idle.cores, 'cores', null, null, ''),
      row('17 idle cells, PostgreSQL', idle.databaseCores, 'cores', null, null, ''),
    ]
    return {
      table: rows,
      summary: {
        appendPerS: round(append.perS),
        appendCpuUs: round(sum(append.cpuUs)),
        appendBareCpuUs: round(sum(append.bareCpuUs)),
        appendBarePerS: round(append.barePerS),
        lagP50Ms: round(lag.p50),
        lagP99Ms: round(lag.p99),
        catchUpPerS: round(catchUp.perS),
        readPerS: round(catchUp.readPerS),
        copyPerS: round(catchUp.copyPerS),
        catchUpNodeUs: round(catchUp.cpuUs.node),
        catchUpDatabaseUs: round(catchUp.cpuUs.database),
        catchUpS: round(catchUp.seconds),
        missed: MISSED,
        readerRssMb: round(catchUp.rssMb),
        newcomerS: round(joining.snapshot.seconds),
        newcomerMb: round(joining.snapshot.megabytes),
        newcomerRecords: joining.snapshot.records,
        newcomerWholeS: round(joining.whole.seconds),
        newcomerWholeMb: round(joining.whole.megabytes),
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

const sum = ({ node, database }: { readonly node: number; readonly database: number }): number => node + database
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
