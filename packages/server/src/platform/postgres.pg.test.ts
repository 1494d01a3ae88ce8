import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmod, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { temporaryFolder } from '../testing/database.ts'
import { eventually, runProgram } from '../testing/process.ts'
import { wipeData } from './postgres.place.ts'
import { serverProcesses } from './postgres.process.ts'
import { type EmbeddedPostgres, isInUse, startPostgres } from './postgres.ts'

const pgBin = process.env.PGBIN

const withFolder = async (work: (dataDir: string) => Promise<void>): Promise<void> => {
  const folder = await temporaryFolder()
  try {
    await work(join(folder, '.dure'))
  } finally {
    await wipeData(join(folder, '.dure'))
    await rm(folder, { recursive: true, force: true })
  }
}

const ask = async <R extends object>(connection: pg.ClientConfig, sql: string): Promise<R[]> => {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    return (await client.query<R>(sql)).rows
  } finally {
    await client.end()
  }
}

const settings = async ({ connection }: EmbeddedPostgres): Promise<Record<string, string>> => {
  const rows = await ask<{ name: string; setting: string }>(connection, 'select name, setting from pg_settings')
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
}

test('the embedded server writes through, listens on its socket only, and speaks C.UTF-8 and UTC', () =>
  withFolder(async (dataDir) => {
    const server = await startPostgres({ dataDir, pgBin })
    const { fsync, synchronous_commit, listen_addresses, TimeZone, data_checksums } = await settings(server)
    assert.deepEqual(
      { fsync, synchronous_commit, listen_addresses, TimeZone, data_checksums },
      { fsync: 'on', synchronous_commit: 'on', listen_addresses: '', TimeZone: 'UTC', data_checksums: 'on' },
    )
    const [row] = await ask<{ datcollate: string }>(
      server.connection,
      'select datcollate from pg_database where datname = current_database()',
    )
    assert.equal(row?.datcollate, 'C.UTF-8')
    assert.deepEqual(await ask({ connectionString: server.url }, 'select 1 as one'), [{ one: 1 }])
    await server.close()
  }))

test('nobody gets in without the password, and only its owner may enter the folder of the socket', () =>
  withFolder(async (dataDir) => {
    const server = await startPostgres({ dataDir, pgBin })
    await assert.rejects(ask({ ...server.connection, password: 'guess' }, 'select 1'), /password authentication failed/)
    assert.equal((await stat(server.connection.host)).mode & 0o077, 0)
    assert.equal((await stat(join(dataDir, 'postgres.password'))).mode & 0o077, 0)
    await server.close()
  }))

test('what was written is there after a restart', () =>
  withFolder(async (dataDir) => {
    const first = await startPostgres({ dataDir, pgBin })
    await ask(first.connection, 'create table kept as select 1 as one')
    await first.close()
    const second = await startPostgres({ dataDir, pgBin })
    assert.deepEqual(await ask(second.connection, 'select one from kept'), [{ one: 1 }])
    await second.close()
  }))

test('a second server on the same data is refused; a command may use the first', () =>
  withFolder(async (dataDir) => {
    const first = await startPostgres({ dataDir, pgBin })
    assert.equal(await isInUse(dataDir), true)
    const guest = await startPostgres({ dataDir, pgBin, attach: true })
    assert.deepEqual([guest.owned, guest.pid], [false, first.pid])
    await guest.close()
    await assert.rejects(startPostgres({ dataDir, pgBin }), /Another Dure already runs/)
    assert.deepEqual(await ask(first.connection, 'select 1 as one'), [{ one: 1 }])
    await first.close()
    assert.equal(await isInUse(dataDir), false)
  }))

test('the pid file and socket files of a server that is gone do not stand in the way', () =>
  withFolder(async (dataDir) => {
    const first = await startPostgres({ dataDir, pgBin })
    const pidFile = join(dataDir, 'postgres', 'postmaster.pid')
    const said = await readFile(pidFile, 'utf8')
    await first.close()
    // As a dead one would have left it, with the pid of a process that lives and is something else.
    await writeFile(pidFile, said.replace(/^\d+/, String(process.pid)))
    await writeFile(join(dataDir, 'run', '.s.PGSQL.5432.lock'), `${process.pid}\n`)
    const second = await startPostgres({ dataDir, pgBin })
    assert.deepEqual(await ask(second.connection, 'select 1 as one'), [{ one: 1 }])
    await second.close()
  }))

test('a path too long for a socket is no obstacle', () =>
  withFolder(async (dataDir) => {
    const deep = join(dataDir, 'x'.repeat(60), 'y'.repeat(60))
    await mkdir(deep, { recursive: true })
    const server = await startPostgres({ dataDir: deep, pgBin })
    assert(server.connection.host.length < 100)
    assert.deepEqual(await ask(server.connection, 'select 1 as one'), [{ one: 1 }])
    await server.close()
  }))

test('under a home folder that only its owner may enter it works as well, also as root', () =>
  withFolder(async (dataDir) => {
    await mkdir(dataDir)
    await chmod(dataDir, 0o700)
    const inside = join(dataDir, 'clone', '.dure')
    const server = await startPostgres({ dataDir: inside, pgBin })
    assert.deepEqual(await ask(server.connection, 'select 1 as one'), [{ one: 1 }])
    await server.close()
    const data = await realpath(join(inside, 'postgres'))
    await wipeData(inside)
    await assert.rejects(stat(data))
  }))

test('an initialisation that was cut short is begun again', () =>
  withFolder(async (dataDir) => {
    await mkdir(join(dataDir, 'postgres.new', 'base'), { recursive: true })
    const server = await startPostgres({ dataDir, pgBin })
    assert.deepEqual(await ask(server.connection, 'select 1 as one'), [{ one: 1 }])
    await server.close()
  }))

test('the log has neither the rows nor the statements of errors', () =>
  withFolder(async (dataDir) => {
    const server = await startPostgres({ dataDir, pgBin })
    await ask(server.connection, `create table t (name text primary key); insert into t values ('HIDE-ME')`)
    await assert.rejects(ask(server.connection, `insert into t values ('HIDE-ME')`), /duplicate key/)
    await server.close()
    const log = await readFile(join(dataDir, 'postgres.log'), 'utf8')
    assert.match(log, /duplicate key/)
    assert.doesNotMatch(log, /HIDE-ME/)
  }))

const holder = (dataDir: string) =>
  `import { startPostgres } from ${JSON.stringify(new URL('./postgres.ts', import.meta.url).href)}
   const server = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, pgBin: ${JSON.stringify(pgBin)} })
   process.stdout.write('READY ' + server.pid + '\\n')
   setInterval(() => undefined, 1000)`

test('kill -9 of the program leaves no server behind, and the next start has every committed row', () =>
  withFolder(async (dataDir) => {
    for (let round = 1; round <= 3; round += 1) {
      await using program = runProgram('--input-type=module', ['-e', holder(dataDir)])
      await program.until(/READY \d+/)
      const guest = await startPostgres({ dataDir, pgBin, attach: true })
      await ask(guest.connection, 'create table if not exists kept (n int)')
      await ask(guest.connection, `insert into kept values (${round})`)
      await program.end('SIGKILL')
      const cluster = await realpath(join(dataDir, 'postgres'))
      // Every other round the next start comes at once and meets the server on its way out.
      if (round % 2 === 0) await eventually('no server left', async () => (await serverProcesses(cluster)).length === 0)
      const next = await startPostgres({ dataDir, pgBin })
      assert.deepEqual(await ask(next.connection, 'select count(*)::int as n from kept'), [{ n: round }])
      await next.close()
      assert.deepEqual(await serverProcesses(cluster), [])
    }
  }))

test('kill -9 of program and server together: the next start recovers', () =>
  withFolder(async (dataDir) => {
    await using program = runProgram('--input-type=module', ['-e', holder(dataDir)])
    const [, pid = ''] = await program.until(/READY (\d+)/)
    const guest = await startPostgres({ dataDir, pgBin, attach: true })
    await ask(guest.connection, 'create table kept as select 1 as one')
    spawnSync('kill', ['-9', pid, String(program.child.pid)])
    await program.end('SIGKILL')
    const next = await startPostgres({ dataDir, pgBin })
    assert.deepEqual(await ask(next.connection, 'select one from kept'), [{ one: 1 }])
    await next.close()
  }))

const untilAnswers = (connection: pg.ClientConfig, sql: string) =>
  eventually('the server answers', async () => {
    const rows = await ask(connection, sql).catch(() => [])
    return rows.length > 0
  })

test('a server that is killed under its program is started again where it was, with every committed row', () =>
  withFolder(async (dataDir) => {
    const said: string[] = []
    const note = (_: unknown, event?: string) => void said.push(event ?? '')
    const server = await startPostgres({ dataDir, pgBin, log: { warn: note, info: note } })
    await ask(server.connection, 'create table kept (n int)')
    const first = server.pid
    for (let round = 1; round <= 2; round += 1) {
      await ask(server.connection, `insert into kept values (${round})`)
      const busy = ask(server.connection, 'select pg_sleep(60)').catch((error: unknown) => error)
      process.kill(server.pid, 'SIGKILL')
      assert.ok((await busy) instanceof Error)
      await untilAnswers(server.connection, 'select 1')
      assert.deepEqual(await ask(server.connection, 'select count(*)::int as n from kept'), [{ n: round }])
    }
    assert.notEqual(server.pid, first)
    assert.deepEqual(said.slice(0, 2), ['database-ended', 'database-started-again'])
    await server.close()
    assert.deepEqual(await serverProcesses(await realpath(join(dataDir, 'postgres'))), [])
    assert.equal(await isInUse(dataDir), false)
  }))

test('one that cannot start is tried again until what was in the way is gone, and a close ends the trying', () =>
  withFolder(async (dataDir) => {
    const said: string[] = []
    const note = (_: unknown, event?: string) => void said.push(event ?? '')
    const server = await startPostgres({ dataDir, pgBin, log: { warn: note, info: note } })
    const cluster = await realpath(join(dataDir, 'postgres'))
    const control = join(cluster, 'global', 'pg_control')
    const breakAndKill = async () => {
      await rename(control, `${control}.away`)
      process.kill(server.pid, 'SIGKILL')
    }
    await breakAndKill()
    await eventually('it does not start', () => said.includes('database-does-not-start'))
    await rename(`${control}.away`, control)
    await untilAnswers(server.connection, 'select 1')
    await breakAndKill()
    const before = said.length
    await eventually('it does not start', () => said.slice(before).includes('database-does-not-start'))
    await server.close()
    assert.deepEqual(await serverProcesses(cluster), [])
  }))
