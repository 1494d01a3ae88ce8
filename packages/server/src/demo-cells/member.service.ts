import { type ChildProcess, spawn } from 'node:child_process'
import { createServer, type Server } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { nearOf } from './cells.ts'
import { COMPILE_CACHE } from './compile-cache.ts'

const PROGRAM = fileURLToPath(new URL('./cell.process.ts', import.meta.url))
const START_LIMIT_MS = 90_000
const STOP_LIMIT_MS = 15_000
const ASK_READY_MS = 20

/** What a cell's process is told once it may start, and what it says when it serves. */
export type CellEnvironment = Readonly<Record<string, string>>
export interface Ready {
  readonly ready: true
  readonly port: number
  readonly exchangePort: number
}

/** One cell as a process of its own. */
export interface Member {
  readonly code: string
  state(): 'starting' | 'running' | 'stopped'
  since(): Date
  pid(): number | undefined
  /** Of its screens; kept over restarts. */
  port(): number
  /** `http://host:port` for the demo's own questions. */
  base(): string
  /** Of its listener for other cells; undefined while it does not run. */
  exchangePort(): number | undefined
  /** Begins the process, which loads its code and waits to be told what it is. */
  load(): void
  /** What the cell is, from now on. */
  settle(env: CellEnvironment): void
  /** @throws when the process ends before it serves */
  start(): Promise<void>
  /** Resolves when it answers that it is ready, as an operator's balancer would ask. */
  untilReady(): Promise<void>
  /** As a power cut: SIGKILL. */
  kill(): Promise<void>
  stop(): Promise<void>
}

export interface MemberOptions {
  readonly code: string
  /** Where its screens are served. */
  readonly host: string
  readonly port: number
  /** What starts the program at its place in the network; empty: nothing special. */
  readonly within: readonly string[]
}

export const makeMember = ({ code, host, port: wanted, within }: MemberOptions): Member => {
  let env: CellEnvironment = {}
  let child: ChildProcess | undefined
  let ready: Ready | undefined
  let starting: Promise<void> | undefined
  let since = new Date()
  let port = wanted
  const base = (): string => `http://${nearOf(host)}:${port}`

  const load = (): ChildProcess => {
    // Its own session: Ctrl-C reaches it through us, once and in order.
    const [command = process.execPath, ...args] = [...within, process.execPath, PROGRAM]
    const one = spawn(command, args, {
      env: inherited(),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true,
    })
    child = one
    since = new Date()
    one.once('exit', () => {
      if (child !== one) return
      child = undefined
      ready = undefined
      since = new Date()
    })
    // A process that is gone cannot be told; its end is heard of by itself.
    one.on('error', () => undefined)
    return one
  }
  const begin = async (): Promise<void> => {
    const one = child ?? load()
    const serving = servingOf(one, code)
    const door = within.length === 0 ? undefined : await openDoor(port)
    one.send({ ...env, DURE_PORT: String(port), DURE_REGION: code }, door, () => door?.close())
    ready = await serving
    port = ready.port
    since = new Date()
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const one = child
    if (one === undefined) return
    const gone = new Promise<void>((resolve) => one.once('exit', () => resolve()))
    one.kill(signal)
    const late = setTimeout(() => one.kill('SIGKILL'), STOP_LIMIT_MS)
    await gone
    clearTimeout(late)
  }
  return {
    code,
    state: () => (child === undefined ? 'stopped' : ready === undefined ? 'starting' : 'running'),
    since: () => since,
    pid: () => child?.pid,
    port: () => port,
    base,
    exchangePort: () => ready?.exchangePort,
    load: () => void load(),
    settle: (told) => {
      env = told
    },
    untilReady: () => untilReady(base),
    start: () => {
      if (child !== undefined && ready !== undefined) return Promise.resolve()
      starting ??= begin().finally(() => {
        starting = undefined
      })
      return starting
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  }
}

/** Settings that are of one cell and not of all four. */
const OWN = new Set(['DURE_PORT', 'DURE_REGION', 'DURE_DATA_DIR', 'DURE_FILES_DIR', 'DURE_LOG_FILE', 'DURE_PUBLIC_URL'])
const SYSTEM = new Set(['PATH', 'HOME', 'TZ', 'LANG', 'TMPDIR', 'NODE_OPTIONS'])

const inherited = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => SYSTEM.has(name) || (name.startsWith('DURE_') && !OWN.has(name))),
  ),
  NODE_COMPILE_CACHE: COMPILE_CACHE,
})

const untilReady = async (base: () => string): Promise<void> => {
  const deadline = performance.now() + START_LIMIT_MS
  for (;;) {
    const answer = await fetch(`${base()}/readyz`).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok === true) return
    if (performance.now() > deadline) throw new Error(`${base()} does not become ready`)
    await wait(ASK_READY_MS)
  }
}

/**
 * Where the screens of a cell are asked for that lives in another network: a socket keeps the network it was made in, whoever listens on it.
 * Only its own screens come in this way, no other cell.
 */
const openDoor = async (port: number): Promise<Server> => {
  const door = createServer()
  await new Promise<void>((resolve, reject) => {
    door.once('error', reject)
    door.listen(port, '127.0.0.1', resolve)
  })
  return door
}

const servingOf = (child: ChildProcess, code: string): Promise<Ready> =>
  new Promise((resolve, reject) => {
    const late = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS)
    child.once('message', (message) => {
      clearTimeout(late)
      resolve(message as Ready)
    })
    child.once('error', reject)
    child.once('exit', (status, signal) => {
      clearTimeout(late)
      reject(new Error(`the cell ${code} ended while starting (${signal ?? status}); its log says why`))
    })
  })
