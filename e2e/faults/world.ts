import { spawn } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startControl } from '../../packages/server/src/demo-cells/control.service.ts'
import { type Nation, startNation } from '../../packages/server/src/demo-cells/nation.service.ts'
import { type Region, regionAt } from '../../packages/server/src/demo-cells/placing.service.ts'
import { temporaryFolder } from '../../packages/server/src/testing/database.ts'
import { eventually } from '../../packages/server/src/testing/process.ts'
import { stopLoads } from './load.ts'
import { namespaces, sweepNamespaces } from './namespaces.ts'
import { sweepDisks } from './small-disk.ts'

/** Four cells, each a process of its own, on a network that can be cut, with what a test needs to look on. */
export interface World {
  readonly nation: Nation
  readonly control: Awaited<ReturnType<typeof startControl>>
  /** Where the screens of a cell are. */
  base(code: string): string
  region(code: string): Promise<Region>
  /** Does a connection from one cell's place to the other come about? Asked past both programs. */
  reaches(from: string, to: string): Promise<boolean>
  /** Waits until a cut has cut, or a healed way carries. @throws when it does not */
  untilReached(from: string, to: string, reached: boolean): Promise<void>
  close(): Promise<void>
}

export interface WorldOptions {
  /** Cells in network namespaces, for which this process number answers; absent: link proxies. */
  readonly namespacesOf?: number | undefined
  readonly ownServer?: readonly string[]
  /** Runs before the cells start, with the data folder. */
  readonly before?: (dataDir: string) => Promise<void>
}

/** What `npm run faults` says to its files: the process that answers for namespaces and disks, and whether there are namespaces. */
export const owner = Number(process.argv.find((one) => one.startsWith('--owner='))?.slice(8) ?? process.pid)
export const isNamespaced = process.argv.includes('--namespaces')

const sweepAll = (): void => {
  sweepNamespaces(owner)
  sweepDisks(owner)
}

export const startWorld = async ({ namespacesOf, ownServer, before }: WorldOptions = {}): Promise<World> => {
  const folder = await temporaryFolder()
  const dataDir = join(folder, '.dure')
  const control = await startControl('localhost', 0)
  let nation: Nation | undefined
  const close = async (): Promise<void> => {
    await stopLoads()
    await nation?.close()
    await control.close()
    sweepAll()
    await rm(folder, { recursive: true, force: true })
  }
  // A signal ends the process without its `after`s; cells and servers end with the channel to it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      sweepAll()
      process.exit(1)
    })
  try {
    await before?.(dataDir)
    nation = await startNation({
      ...{ dataDir, pgBin: process.env.PGBIN, host: 'localhost', firstPort: 0, controlPort: control.port },
      ...{ set: 'cells', fresh: false, ownServer },
      network: namespacesOf === undefined ? undefined : namespaces(namespacesOf),
    })
  } catch (error) {
    await close()
    throw error
  }
  const cells = nation
  control.leads(cells, (code) => base(code))
  const base = (code: string): string => `http://127.0.0.1:${cells.member(code).port()}`
  const reaches = (from: string, to: string) => reach(cells, from, to)
  const untilReached = (from: string, to: string, reached: boolean) =>
    eventually(
      `${from} ${reached ? 'reaches' : 'is cut from'} ${to}`,
      async () => (await reaches(from, to)) === reached,
    )
  return {
    ...{ nation: cells, control, base, reaches, untilReached, close },
    region: (code) => patiently(() => regionAt(code, base(code))),
  }
}

/** Signing in may run out of time on a busy machine; it is no part of what is tested. */
const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      if (tries >= 5) throw error
    }
  }
}

const REACH = new URL('./reach.ts', import.meta.url).pathname

const reach = ({ network }: Nation, from: string, to: string): Promise<boolean> => {
  const route = network.route(from, to)
  const at = route.lastIndexOf(':')
  const [command = '', ...args] = [
    ...network.within(from),
    process.execPath,
    REACH,
    route.slice(0, at),
    route.slice(at + 1),
  ]
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'ignore' })
    child.once('error', reject)
    child.once('exit', (code) => resolve(code === 0))
  })
}
