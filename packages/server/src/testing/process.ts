import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

export interface RunningProgram extends AsyncDisposable {
  readonly child: ChildProcess
  /** What it has said on standard output and on standard error. */
  said(): string
  /** Resolves with the text once standard output matches; rejects when the program ends before. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  /** Waits for the end; sends the signal before, if one is given. */
  end(signal?: NodeJS.Signals): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
}

/** Starts one of our programs as an operator would: `runProgram('packages/server/src/main.ts', [], env)`. */
export const runProgram = (
  file: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): RunningProgram => {
  const child = spawn(process.execPath, [file, ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let all = ''
  child.stdout.on('data', (data) => {
    out += data
    all += data
  })
  child.stderr.on('data', (data) => {
    all += data
  })
  const ended = once(child, 'exit').then(() => undefined)
  const until = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(out)
        if (found !== null) resolve(found)
      }
      child.stdout.on('data', look)
      void ended.then(() => reject(new Error(`ended before ${pattern}: ${all}`)))
      look()
    })
  const end = async (signal?: NodeJS.Signals) => {
    if (signal !== undefined && child.exitCode === null && child.signalCode === null) child.kill(signal)
    await ended
    return { code: child.exitCode, signal: child.signalCode }
  }
  return { child, said: () => all, until, end, [Symbol.asyncDispose]: async () => void (await end('SIGTERM')) }
}

/** Asks until the answer is yes: for what another process does in its own time. */
export const eventually = async (
  what: string,
  ask: () => Promise<boolean> | boolean,
  limitMs = 30_000,
): Promise<void> => {
  const deadline = performance.now() + limitMs
  while (!(await ask())) {
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
