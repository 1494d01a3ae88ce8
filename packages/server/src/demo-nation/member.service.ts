import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../demo.ts', import.meta.url))
const START_LIMIT_MS = 90_000
const STOP_LIMIT_MS = 20_000

/** One cell of the demo as a process of its own. */
export interface Member {
  readonly code: string
  readonly url: string
  isRunning(): boolean
  start(): Promise<void>
  /** As a power cut: no farewell. */
  kill(): Promise<void>
  stop(): Promise<void>
}

export interface MemberOptions {
  readonly code: string
  readonly port: number
  readonly env: Readonly<Record<string, string>>
}

export const makeMember = ({ code, port, env }: MemberOptions): Member => {
  let child: ChildProcess | undefined
  const running = () => child !== undefined && child.exitCode === null && child.signalCode === null
  const ended = (one: ChildProcess): Promise<void> =>
    one.exitCode !== null || one.signalCode !== null
      ? Promise.resolve()
      : new Promise((resolve) => one.once('exit', () => resolve()))

  const start = async (): Promise<void> => {
    if (running()) return
    const one = spawn(process.execPath, [PROGRAM], {
      env: { PATH: process.env.PATH ?? '', ...env, DURE_PORT: String(port), DURE_REGION: code },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child = one
    await new Promise<void>((resolve, reject) => {
      let said = ''
      const late = setTimeout(() => reject(new Error(`the cell ${code} did not start in time`)), START_LIMIT_MS)
      one.once('exit', (status) => {
        clearTimeout(late)
        reject(new Error(`the cell ${code} ended with ${status} while starting`))
      })
      one.stdout?.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        if (!said.includes('Dure is ready')) return
        clearTimeout(late)
        resolve()
      })
    })
  }
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    const one = child
    if (one === undefined || !running()) return
    one.kill(signal)
    const late = setTimeout(() => one.kill('SIGKILL'), STOP_LIMIT_MS)
    await ended(one)
    clearTimeout(late)
  }
  return {
    code,
    url: `http://localhost:${port}`,
    isRunning: running,
    start,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  }
}
