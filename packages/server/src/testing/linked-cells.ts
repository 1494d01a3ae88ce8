import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { Cell } from '../cell.ts'
import { startCell } from '../cell.ts'
import { makeAnswering } from '../exchange/answer.service.ts'
import { type Applying, makeApplying } from '../exchange/applying.service.ts'
import { approve } from '../exchange/approval.ts'
import { newestEpoch } from '../exchange/branch.ts'
import { type Checkpoints, followCheckpoints, makeCheckpoints } from '../exchange/checkpoint.service.ts'
import { standingsOf } from '../exchange/contact.sql.ts'
import { type Contacts, makeContacts } from '../exchange/contact.ts'
import type { Directory } from '../exchange/directory.ts'
import { enterRecovering, openEpoch } from '../exchange/epoch.service.ts'
import { nextEpoch } from '../exchange/epoch.ts'
import { type Intake, makeIntake } from '../exchange/intake.service.ts'
import { branchOf, emptyLog, findLogs } from '../exchange/log.sql.ts'
import { SealingKeyBody } from '../exchange/opening.ts'
import type { ExchangePort } from '../exchange/ports.ts'
import { makeRegistry } from '../exchange/registry.service.ts'
import { makeRunReader, type Step } from '../exchange/runs.ts'
import { makeSealingKeys, openSealed, saveSealingKey, sealFor } from '../exchange/sealing.service.ts'
import { makeSnapshotAnswering } from '../exchange/snapshot.answer.service.ts'
import { makeSnapshotIntake, type SnapshotIntake } from '../exchange/snapshot.intake.service.ts'
import { makeSnapshotReader } from '../exchange/snapshot-lines.ts'
import type { Vector } from '../exchange/vector.ts'
import { verifyLogs } from '../exchange/verify.service.ts'
import { readLine } from '../exchange/wire.ts'
import type { Http } from '../platform/http.ts'
import { makeLogger } from '../platform/logger.ts'
import { copyDatabase, replaceDatabase } from './backup.ts'
import { callers, type TestCell, testConfig } from './cell.ts'
import { type ManualClock, manualClock } from './clock.ts'
import { type TestDatabase, temporaryFolder, testDatabase } from './database.ts'

/**
 * Several cells in one process, each with its own database and data folder, with links that can be cut and healed. Logs travel
 * through the exchange's own reading, answering, verifying and applying; only the sockets are left out, so that a test decides what
 * arrives when. Nothing moves by itself: `settle` does.
 */
export interface Cells extends AsyncDisposable {
  readonly clock: ManualClock
  /** A running cell. */
  of(code: string): TestCell
  /** No record passes between the two any more. */
  cut(one: string, other: string): void
  cutFromAll(code: string): void
  heal(): void
  /** Ends the process of a cell, as far as one process can. */
  stop(code: string): Promise<void>
  start(code: string): Promise<void>
  restart(code: string): Promise<void>
  /** Numbers what waits, hands records over the links that hold, does duties and timers, until nothing moves. */
  settle(): Promise<void>
  /** What one cell has said reaches another, once, and nothing more happens. */
  handOver(from: string, to: string): Promise<void>
  /** One cell alone: its numbers, duties and timers, without any link. */
  work(code: string): Promise<void>
  /** Two operators of `writer` sign that it stands in for `origin`. */
  standIn(writer: string, origin: string): Promise<number>
  /** The cell writes its own log again. */
  comeBack(origin: string): Promise<number>
  /** A copy of the cell's database as it is now. The cell starts anew: whoever was signed in has to be made again. */
  backup(code: string): Promise<string>
  /**
   * The cell starts on a backup and goes on in a higher epoch, once those it can reach have told it its own log.
   * `unnoticed`: what it does before it finds out that it was restored.
   */
  restore(code: string, backup: string, unnoticed?: () => Promise<void>): Promise<number>
  /** What `dure oplog verify` finds wrong in a cell's copies of all logs: nothing, as a rule. */
  faults(code: string): Promise<readonly string[]>
}

interface Member {
  readonly code: string
  readonly database: TestDatabase
  readonly dataDir: string
  readonly operators: readonly { readonly id: string; readonly key: KeyObject; readonly publicKey: string }[]
  running: Running | undefined
}

interface Running {
  readonly test: TestCell
  readonly parts: ExchangeParts
  readonly checkpoints: Checkpoints
}

interface ExchangeParts {
  readonly port: ExchangePort
  readonly registry: ReturnType<typeof makeRegistry>
  readonly contacts: Contacts
  readonly intake: Intake
  readonly snapshots: SnapshotIntake
  readonly applying: Applying
  readonly http: Http
}

export const NATION_KEY = Buffer.alloc(32, 7).toString('base64url')
const ROUNDS = 40

/** @param checkpointEvery records between two checkpoints of a log, from which newcomers begin; 0: nobody makes any */
export const startCells = async (
  codes: readonly string[],
  clock: ManualClock = manualClock(),
  env: Readonly<Record<string, string>> = {},
  checkpointEvery = 0,
): Promise<Cells> => {
  const members = new Map<string, Member>()
  const severed = new Set<string>()
  let directory: Directory = {
    version: 1,
    issuedAt: clock.now().toISOString(),
    cells: [],
    operators: [],
    revokedCertificates: [],
  }

  const run = async (member: Member): Promise<void> => {
    let parts: ExchangeParts | undefined
    const cell = await startCell(
      testConfig({ DURE_DATA_DIR: member.dataDir, DURE_REGION: member.code, DURE_NATION_KEY: NATION_KEY, ...env }),
      {
        log: makeLogger('silent', undefined),
        connection: member.database.connection,
        listen: false,
        background: false,
        clock,
        exchange: (http) => {
          parts = exchangeOf(http, () => directory)
          return parts.port
        },
      },
    )
    if (parts === undefined) throw new Error('the cell did not ask for its exchange')
    const test = { ...callers(cell), cell, clock, database: member.database, [Symbol.asyncDispose]: () => cell.close() }
    const checkpoints = makeCheckpoints({ deps: cell.deps, identity: cell.identity, every: checkpointEvery })
    member.running = { test, parts, checkpoints }
    await found(cell, parts, member.dataDir)
  }

  const running = (code: string): Running => {
    const one = members.get(code)?.running
    if (one === undefined) throw new Error(`Cell ${code} does not run`)
    return one
  }
  const alive = () =>
    [...members.values()].flatMap(({ code, running: one }) => (one === undefined ? [] : [{ code, ...one }]))

  for (const code of codes) {
    const operators = [1, 2].map((which) => operatorOf(`op-${code}-${which}`))
    const member: Member = {
      code,
      database: await testDatabase(),
      dataDir: await temporaryFolder(),
      operators,
      running: undefined,
    }
    members.set(code, member)
    directory = { ...directory, cells: [...directory.cells, { id: code, name: code, address: 'x:1', logKeys: [] }] }
    directory = {
      ...directory,
      operators: [
        ...directory.operators,
        ...operators.map(({ id, publicKey }) => ({ id, name: id, cell: code, key: publicKey })),
      ],
    }
  }
  for (const member of members.values()) {
    await run(member)
    const key = running(member.code).test.cell.identity.publicKey.toString('base64url')
    directory = {
      ...directory,
      cells: directory.cells.map((one) =>
        one.id === member.code ? { ...one, logKeys: [{ key, fromEpoch: 0 }] } : one,
      ),
    }
  }

  const work = async (code: string): Promise<boolean> => {
    const { test, parts, checkpoints } = running(code)
    await parts.applying.catchUp(clock.now())
    await test.cell.duties()
    const ran = await test.cell.timers.runDue(clock.now())
    await test.cell.duties()
    let numbered = 0
    for (let more = await test.cell.sequence(); more > 0; more = await test.cell.sequence()) numbered += more
    while (await checkpoints.step());
    return ran > 0 || numbered > 0
  }

  const settle = async (): Promise<void> => {
    for (let round = 0; round < ROUNDS; round += 1) {
      let moved = false
      for (const { code } of alive()) moved = (await work(code)) || moved
      for (const reader of alive())
        for (const source of alive()) {
          if (reader.code === source.code || severed.has(link(reader.code, source.code))) continue
          moved = (await pull(reader, source, directory, clock)) || moved
        }
      if (!moved) return
    }
    throw new Error('the cells do not come to rest')
  }

  const stop = async (code: string): Promise<void> => {
    const member = members.get(code)
    await member?.running?.test.cell.close()
    if (member !== undefined) member.running = undefined
  }
  const start = async (code: string): Promise<void> => {
    const member = members.get(code)
    if (member !== undefined && member.running === undefined) await run(member)
  }

  const open = async (
    writer: string,
    origin: string,
    reason: 'stood-in' | 'returned' | 'restored',
  ): Promise<number> => {
    const { test, parts } = running(writer)
    const { db } = test.cell.deps
    const now = clock.now()
    const [row] = await findLogs(db, [origin])
    const current = Math.max(
      newestEpoch({ openings: row?.openings ?? [] }),
      newestEpoch(row?.following ?? { openings: [] }),
    )
    const epoch = nextEpoch(current, now.getTime(), writer)
    const operators = reason === 'stood-in' ? (members.get(writer)?.operators ?? []) : []
    const approvals = operators.map(({ id, key }) => approve({ origin, epoch, writer }, id, key))
    const sealingKey = await makeSealingKeys(members.get(writer)?.dataDir ?? '').current(now)
    const approvedBy = operators.map(({ id }) => id)
    await db.tx((tx) =>
      openEpoch(
        tx,
        test.cell.identity,
        origin,
        { reason, epoch, approvals, approvedBy, sealingKey },
        parts.registry,
        now,
      ),
    )
    await settle()
    return epoch
  }

  const backup = async (code: string): Promise<string> => {
    await stop(code)
    const copy = await copyDatabase(members.get(code)?.database.url ?? '')
    await start(code)
    return copy
  }

  const recover = async (code: string): Promise<void> => {
    const { test } = running(code)
    await test.cell.deps.db.tx((tx) => enterRecovering(tx, code, 'restored', clock.now()))
    const others = alive().filter((source) => source.code !== code && !severed.has(link(code, source.code)))
    for (let more = true; more; ) {
      more = false
      for (const source of others) more = (await pull({ code, ...running(code) }, source, directory, clock)) || more
    }
  }

  const restore = async (code: string, copy: string, unnoticed?: () => Promise<void>): Promise<number> => {
    await stop(code)
    await replaceDatabase(members.get(code)?.database.url ?? '', copy)
    await start(code)
    await unnoticed?.()
    await recover(code)
    return open(code, code, 'restored')
  }

  return {
    clock,
    backup,
    restore,
    faults: async (code) => {
      const { cell } = running(code).test
      const found = await verifyLogs(cell.deps.db, directory, code, cell.identity.publicKey)
      return found.flatMap(({ origin, fault }) => (fault === null ? [] : [`${origin} ${fault.seq} ${fault.what}`]))
    },
    of: (code) => running(code).test,
    cut: (one, other) => void severed.add(link(one, other)).add(link(other, one)),
    cutFromAll: (code) => {
      for (const other of codes) if (other !== code) severed.add(link(code, other)).add(link(other, code))
    },
    heal: () => severed.clear(),
    stop,
    start,
    restart: async (code) => {
      await stop(code)
      await start(code)
    },
    settle,
    handOver: async (from, to) => {
      while ((await running(from).test.cell.sequence()) > 0);
      await pull({ code: to, ...running(to) }, { code: from, ...running(from) }, directory, clock)
    },
    work: async (code) => {
      for (let round = 0; round < ROUNDS; round += 1) if (!(await work(code))) return
      throw new Error('the cell does not come to rest')
    },
    standIn: (writer, origin) => open(writer, origin, 'stood-in'),
    comeBack: (origin) => open(origin, origin, 'returned'),
    [Symbol.asyncDispose]: async () => {
      for (const member of members.values()) {
        await member.running?.test.cell.close()
        await member.database[Symbol.asyncDispose]()
        await rm(member.dataDir, { recursive: true, force: true })
      }
    },
  }
}

const link = (reader: string, source: string): string => `${reader}<${source}`

const operatorOf = (id: string) => {
  const { privateKey: key, publicKey } = generateKeyPairSync('ed25519')
  return { id, key, publicKey: String(publicKey.export({ format: 'jwk' }).x) }
}

const exchangeOf = (http: Http, directory: () => Directory): ExchangeParts => {
  const { db, config, clock, log } = http.deps
  const self = config.region
  const registry = makeRegistry()
  const contacts = makeContacts(0)
  const applying = makeApplying(db, registry, 'test', log)
  const intake = makeIntake({ deps: { db, clock, log }, self, directory, applying, registry })
  const snapshots = makeSnapshotIntake({ deps: { db, clock, log }, self, directory, applying, registry, intake })
  const keys = makeSealingKeys(config.dataDir)
  followCheckpoints(registry)
  registry.onRecord('cell-key-published', async (tx, record) => {
    const key = SealingKeyBody.safeParse(record.body)
    if (key.success) await saveSealingKey(tx, record.origin, key.data, record.seq, new Date(record.at))
  })
  const standings = () => standingsOf(db, self, contacts)
  const port: ExchangePort = {
    onRecord: registry.onRecord,
    onRewound: registry.onRewound,
    onOpened: registry.onOpened,
    onApplied: registry.onApplied,
    standings,
    standing: async (origin) => (await standings()).find((one) => one.origin === origin) ?? null,
    get cells() {
      return directory().cells.map(({ id }) => id)
    },
    seal: (to, text) => sealFor(db, [to].flat(), text, ''),
    open: (sealed) => openSealed(keys, sealed, ''),
  }
  return { port, registry, contacts, intake, snapshots, applying, http }
}

/** The first epoch of a cell that has none. */
const found = async ({ deps, identity }: Cell, { registry }: ExchangeParts, dataDir: string): Promise<void> => {
  const [own] = await findLogs(deps.db, [identity.region])
  if (own?.head != null) return
  const now = deps.clock.now()
  const sealingKey = await makeSealingKeys(dataDir).current(now)
  await deps.db.tx((tx) => openEpoch(tx, identity, identity.region, { reason: 'founded', sealingKey }, registry, now))
}

/** One question and its answer, whole. Gives whether anything was taken. */
const pull = async (
  reader: Running & { readonly code: string },
  source: Running & { readonly code: string },
  directory: Directory,
  clock: ManualClock,
): Promise<boolean> => {
  await beginWithSnapshots(reader, source, directory)
  const vector = await vectorOf(reader, directory)
  const { db } = source.test.cell.deps
  const answering = makeAnswering({ db, self: source.code, asOf: () => null, raiseMark: async () => undefined })
  let text = ''
  const write = async (more: string) => {
    text += more
  }
  await answering.send((await answering.look(vector)).parts, { write })
  reader.parts.contacts.alive(source.code, clock.now(), 0)
  let took = false
  for (const step of stepsOf(text)) {
    if (step.type === 'head') refusedOnly(await reader.parts.intake.header(step.head))
    if (step.type !== 'run') continue
    const taken = await reader.parts.intake.run(step.run)
    refusedOnly(taken)
    if (taken.stopped !== undefined) throw new Error(`${reader.code} stopped at ${step.run.origin}: ${taken.stopped}`)
    took = taken.took > 0 || took
  }
  return took
}

/** Logs of which the reader has nothing, as far as the source can give a snapshot of them. */
const beginWithSnapshots = async (
  reader: Running & { readonly code: string },
  source: Running & { readonly code: string },
  directory: Directory,
): Promise<void> => {
  const { db } = source.test.cell.deps
  const answering = makeSnapshotAnswering({ db, self: source.code, asOf: () => null, raiseMark: async () => undefined })
  const rows = await findLogs(
    reader.test.cell.deps.db,
    directory.cells.map(({ id }) => id),
  )
  for (const { id: origin } of directory.cells) {
    if (rows.some((row) => row.origin === origin && row.head !== null)) continue
    const lines: string[] = []
    const write = async (text: string) => void lines.push(...text.trimEnd().split('\n'))
    const wanted = { origin, checkpoint: undefined, piece: 0, above: 0 }
    if (!(await answering.send(wanted, { write }, Number.POSITIVE_INFINITY))) continue
    const take = makeSnapshotReader()
    for (const line of lines) {
      const steps = take(line)
      if (typeof steps === 'string') throw new Error(`a snapshot that is none: ${steps}`)
      for (const step of steps) refusedOnly(await reader.parts.snapshots.step(source.code, origin, step))
    }
  }
}

/** Between honest cells nothing is refused but what is written here. */
const refusedOnly = ({ refused }: { readonly refused?: string | undefined }): void => {
  if (refused !== undefined && refused !== 'written-here') throw new Error(`refused: ${refused}`)
}

const stepsOf = (text: string): Step[] => {
  const runs = makeRunReader()
  const steps: Step[] = []
  for (const raw of text.split('\n')) {
    if (raw === '') continue
    const line = readLine(raw)
    const more = line === undefined ? 'not-a-line' : runs.take(line)
    if (typeof more === 'string') throw new Error(`an answer that is none: ${more} ${raw.slice(0, 200)}`)
    steps.push(...more)
  }
  return steps
}

const vectorOf = async ({ test }: Running, directory: Directory): Promise<Vector> => {
  const origins = directory.cells.map(({ id }) => id)
  const rows = await findLogs(test.cell.deps.db, origins)
  return new Map(
    origins.map((origin) => {
      const row = rows.find((one) => one.origin === origin) ?? emptyLog(origin)
      const branch = branchOf(row)
      return [origin, { ...branch, followedEpoch: Math.max(newestEpoch(row.following), newestEpoch(branch)) }] as const
    }),
  )
}
