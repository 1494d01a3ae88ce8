import { type ChildProcess, spawn } from 'node:child_process'
import { createServer, type Server } from 'node:net'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('./cell.process.ts', import.meta.url))
const START_LIMIT_MS = 90_000
const STOP_LIMIT_MS = 15_000

/** What a cell's process says when it serves. */
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
  /** Of its listener for other cells; undefined while it does not run. */
  exchangePort(): number | undefined
  /** @throws when the process ends before it serves */
  start(): Promise<void>
  /** As a power cut: SIGKILL. */
  kill(): Promise<void>
  stop(): Promise<void>
}

export interface MemberOptions {
  readonly code: string
  readonly port: number
  /** What starts the program at its place in the network; empty: nothing special. */
  readonly within: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export const makeMember = ({ code, port: wanted, within, env }: MemberOptions): Member => {
  let child: ChildProcess | undefined
  let ready: Ready | undefined
  let starting: Promise<void> | undefined
  let since = new Date()
  let port = wanted

  const begin = async (): Promise<void> => {
    // Its own session: Ctrl-C reaches it through us, once and in order.
    const [command = process.execPath, ...args] = [...within, process.execPath, PROGRAM]
    const door = within.length === 0 ? undefined : await openDoor(port)
    const one = spawn(command, args, {
      env: {
        ...{ ...inherited(), ...env, DURE_PORT: String(port), DURE_REGION: code },
        ...(door === undefined ? {} : { DEMO_DOOR: '1' }),
      },
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
    if (door !== undefined) one.send('door', door, () => door.close())
    ready = await readyOf(one, code)
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
    exchangePort: () => ready?.exchangePort,
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

/** Settings of the demo's own start are not the cells'. */
const inherited = (): Record<string, string> => {
  const kept = ['PATH', 'HOME', 'TZ', 'LANG', 'TMPDIR', 'NODE_OPTIONS', 'DURE_LOG_LEVEL', 'DURE_OSRM_URL']
  return Object.fromEntries(
    kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
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

const readyOf = (child: ChildProcess, code: string): Promise<Ready> =>
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
