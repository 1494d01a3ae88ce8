import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Cell, startCell } from '../cell.ts'
import { type DemoLink, openLink } from '../demo-cells/link.service.ts'
import { makeAuthority, makeCertificate, type PemPair } from '../exchange/authority.service.ts'
import { type Directory, signDirectory } from '../exchange/directory.ts'
import type { ExchangePort } from '../exchange/index.ts'
import { TLS_FILES } from '../exchange/tls.service.ts'
import type { Clock } from '../platform/clock.ts'
import type { Http } from '../platform/http.ts'
import { makeLogger } from '../platform/logger.ts'
import { privateKey, rawPublicKey } from '../platform/oplog.key.ts'
import { appendOp } from '../platform/oplog.ts'
import { copyDatabase, replaceDatabase } from './backup.ts'
import { testConfig } from './cell.ts'
import { type TestDatabase, temporaryFolder, testDatabase } from './database.ts'

/** The way from one cell to another, which a test may cut. */
export interface TestLink {
  /** `refused`: connections are closed at once. `silent`: nothing arrives, as when packets are dropped. */
  cut(how?: 'refused' | 'silent'): void
  heal(): void
}

export interface TestNode {
  readonly id: string
  readonly dataDir: string
  /** The running cell. @throws while it is stopped */
  readonly cell: Cell
  readonly database: TestDatabase
  /** Of its exchange listener; `undefined` while it does not listen. */
  port(): number | undefined
  start(): Promise<Cell>
  stop(): Promise<void>
  /** A copy of the database as it is now; the cell must be stopped. */
  backup(): Promise<string>
  /** Puts a copy in the place of the database; the cell must be stopped. */
  restore(backup: string): Promise<void>
  say(subject: string, kind?: string, body?: Record<string, unknown>): Promise<void>
  /** Numbers and hashes of a log as this cell has it. */
  log(
    origin: string,
  ): Promise<
    readonly { readonly seq: number; readonly hash: string; readonly kind: string; readonly subject: string }[]
  >
}

export interface TestCells extends AsyncDisposable {
  readonly nodes: ReadonlyMap<string, TestNode>
  node(id: string): TestNode
  link(from: string, to: string): TestLink
  /** Cuts or heals both directions. */
  cut(one: string, other: string, how?: 'refused' | 'silent'): void
  heal(one: string, other: string): void
  readonly operators: readonly { readonly id: string; readonly key: KeyObject }[]
  readonly authority: PemPair
  readonly rootKey: KeyObject
  /** Signs and writes a newer list of cells for everybody. */
  issue(change: (directory: Directory) => Directory): Promise<void>
  readonly cellsFile: string
  readonly cellsKey: string
}

export interface TestCellsOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly clock?: Clock
  /** Registers handlers before a cell starts. */
  readonly register?: (id: string, http: Http, port: ExchangePort) => void
  readonly logLevel?: 'silent' | 'info' | 'warn'
  /** Begin with every link cut. */
  readonly apart?: boolean
}

/** Cells in this process, each with a database, a certificate and a place in the signed list, joined by links over loopback TLS. */
export const testCells = async (ids: readonly string[], options: TestCellsOptions = {}): Promise<TestCells> => {
  const folder = await temporaryFolder()
  const root = generateKeyPairSync('ed25519')
  const authority = await makeAuthority(new Date())
  const cellsFile = join(folder, 'cells.json')
  const cellsKey = rawPublicKey(root.privateKey).toString('base64url')
  const operators = ['kim', 'lee', 'park'].map((id) => ({ id, key: generateKeyPairSync('ed25519').privateKey }))
  const nodes = new Map<string, TestNode>()
  const links = new Map<string, DemoLink>()
  for (const from of ids)
    for (const to of ids) if (from !== to) links.set(`${from}>${to}`, await openLink(() => nodes.get(to)?.port()))
  for (const id of ids) nodes.set(id, await makeNode(id))

  let directory: Directory = {
    version: 1,
    issuedAt: new Date().toISOString(),
    cells: [],
    operators: ids.flatMap((cell, at) =>
      operators.map(({ id, key }) => ({
        id: `${id}-${cell}`,
        name: `${id} ${cell}`,
        cell,
        // One key may stand for one operator only: every cell's operators have their own, the first cell's are given out.
        key: rawPublicKey(at === 0 ? key : generateKeyPairSync('ed25519').privateKey).toString('base64url'),
      })),
    ),
    revokedCertificates: [],
  }
  const issue = async (change: (directory: Directory) => Directory) => {
    directory = change(directory)
    await writeFile(cellsFile, JSON.stringify(signDirectory(directory, root.privateKey)))
  }
  const cells = await Promise.all(
    ids.map(async (id) => ({
      id,
      name: `지역 ${id}`,
      address: '127.0.0.1:1',
      logKeys: [{ key: rawPublicKey(await privateKey(folderOf(id))).toString('base64url'), fromEpoch: 0 }],
    })),
  )
  await issue((before) => ({ ...before, cells }))

  function folderOf(id: string): string {
    return join(folder, id)
  }

  async function makeNode(id: string): Promise<TestNode> {
    const dataDir = folderOf(id)
    const certificate = await makeCertificate(authority, id, new Date())
    await mkdir(join(dataDir, 'tls'), { recursive: true })
    await writeFile(join(dataDir, 'tls', TLS_FILES.ca), authority.cert)
    await writeFile(join(dataDir, 'tls', TLS_FILES.cert), certificate.cert)
    await writeFile(join(dataDir, 'tls', TLS_FILES.key), certificate.key)
    const database = await testDatabase()
    let running: Cell | undefined
    const routes = ids
      .filter((to) => to !== id)
      .map((to) => `${to}=127.0.0.1:${links.get(`${id}>${to}`)?.port}`)
      .join(',')
    const start = async () => {
      const config = testConfig({
        DURE_REGION: id,
        DURE_DATA_DIR: dataDir,
        DURE_CELLS: cellsFile,
        DURE_CELLS_KEY: cellsKey,
        DURE_CELL_HOST: '127.0.0.1',
        DURE_CELL_PORT: '0',
        DURE_POOL_SIZE: '6',
        ...(routes === '' ? {} : { DURE_CELL_ROUTES: routes }),
        ...options.env,
      })
      running = await startCell(config, {
        log: makeLogger(options.logLevel ?? 'silent', undefined, { region: id }),
        connection: database.connection,
        listen: false,
        ...(options.clock === undefined ? {} : { clock: options.clock }),
        ...(options.register === undefined
          ? {}
          : { slices: (http: Http, port: ExchangePort) => options.register?.(id, http, port) }),
      })
      return running
    }
    const stop = async () => {
      await running?.close()
      running = undefined
    }
    const current = () => {
      if (running === undefined) throw new Error(`The cell ${id} is stopped`)
      return running
    }
    return {
      id,
      dataDir,
      database,
      get cell() {
        return current()
      },
      port: () => running?.exchange.listening(),
      start,
      stop,
      backup: () => copyDatabase(database.url),
      restore: (backup) => replaceDatabase(database.url, backup),
      say: (subject, kind = 'tested', body = {}) =>
        current().deps.db.tx((tx) => appendOp(tx, { kind, subject, body, audience: {}, at: new Date() })),
      log: (origin) =>
        current().deps.db.sql(
          `select seq::float8 as seq, encode(hash, 'hex') as hash, kind, subject
             from platform.oplog where origin = $1 order by oplog.seq`,
          [origin],
        ),
    }
  }

  const node = (id: string): TestNode => {
    const known = nodes.get(id)
    if (known === undefined) throw new Error(`No cell ${id}`)
    return known
  }
  const link = (from: string, to: string): TestLink => {
    const known = links.get(`${from}>${to}`)
    if (known === undefined) throw new Error(`No link ${from} > ${to}`)
    return known
  }
  const both = (one: string, other: string, act: (link: TestLink) => void) => {
    act(link(one, other))
    act(link(other, one))
  }
  const dispose = async () => {
    for (const one of nodes.values()) await one.stop()
    for (const one of links.values()) await one.close()
    for (const one of nodes.values()) await one.database[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  }
  if (options.apart === true) for (const one of links.values()) one.cut()
  try {
    for (const one of nodes.values()) await one.start()
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    nodes,
    node,
    link,
    cut: (one, other, how) => both(one, other, (way) => way.cut(how)),
    heal: (one, other) => both(one, other, (way) => way.heal()),
    operators: operators.map(({ id, key }) => ({ id: `${id}-${ids[0]}`, key })),
    authority,
    rootKey: root.privateKey,
    issue,
    cellsFile,
    cellsKey,
    [Symbol.asyncDispose]: dispose,
  }
}

/** Waits until something holds, looking often; fails with the last answer when it does not in time. */
export const until = async (what: string, holds: () => Promise<boolean> | boolean, ms = 20_000): Promise<void> => {
  const deadline = performance.now() + ms
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Not in ${ms} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
