// How long from the command to the ready line: a fresh clone with a warm npm cache, then the second start; of four cells and of one.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { cpus, loadavg, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { DEMO_CELLS } from '../packages/server/src/demo-cells/cells.ts'

const COLD_LIMIT_S = 60
const WARM_LIMIT_S = 6
const END_LIMIT_S = 5
const WARM_ROUNDS = 3
const GIVE_UP_MS = 240_000
const LOOK_MS = 20

/** Of the demo's cells, and of its control page behind them. */
const PORTS = DEMO_CELLS.length + 1

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

const freePorts = async (): Promise<number> => {
  for (;;) {
    // Below the range the system gives to outgoing connections.
    const first = 20_000 + Math.floor(Math.random() * 10_000)
    const free = await Promise.all(Array.from({ length: PORTS }, (_, at) => isFree(first + at)))
    if (free.every(Boolean)) return first
  }
}

/** As a user's shell has it: without the installed Node and programs of this clone. */
const cleanEnvironment = (port: number): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|DURE_|DATABASE_URL|NODE_)/i.test(name))
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter), DURE_PORT: String(port) }
}

interface Start {
  readonly readyS: number
  readonly endS: number
  /** Seconds until a cell answered that it is ready, by its code. */
  readonly cells: ReadonlyMap<string, number>
}

/** Seconds from `npm run demo` to its ready line, and then to its clean end. */
const demo = async (clone: string, flags: readonly string[]): Promise<Start> => {
  const port = await freePorts()
  const started = performance.now()
  const child = spawn('npm', ['run', '--silent', 'demo', '--', ...flags], {
    cwd: clone,
    env: cleanEnvironment(port),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const over = new AbortController()
  try {
    const cells = flags.includes('--one') ? DEMO_CELLS.slice(0, 1) : DEMO_CELLS
    const answers = cells.map(async ({ code, offset }) => {
      await answering(port + offset, over.signal)
      return [code, (performance.now() - started) / 1000] as const
    })
    await readyLine(child)
    const ready = performance.now()
    const times = new Map(await Promise.all(answers))
    const ending = performance.now()
    // To the whole group, as Ctrl-C in a terminal does.
    process.kill(-(child.pid ?? 0), 'SIGINT')
    await new Promise((resolve) => child.once('exit', resolve))
    return { readyS: (ready - started) / 1000, endS: (performance.now() - ending) / 1000, cells: times }
  } catch (error) {
    process.kill(-(child.pid ?? 0), 'SIGKILL')
    throw error
  } finally {
    over.abort()
  }
}

const answering = async (port: number, over: AbortSignal): Promise<void> => {
  while (!over.aborted) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: over }).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok === true) return
    await wait(LOOK_MS)
  }
}

const readyLine = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    let said = ''
    const late = setTimeout(() => reject(new Error(`not ready after ${GIVE_UP_MS} ms: ${said}`)), GIVE_UP_MS)
    child.stderr?.on('data', (data) => {
      said += data
    })
    child.stdout?.on('data', (data) => {
      said += data
      if (!/^Dure is ready: http/m.test(said)) return
      clearTimeout(late)
      resolve()
    })
    child.once('exit', () => reject(new Error(`ended before it was ready: ${said}`)))
  })

const round = (value: number): number => Number(value.toFixed(2))
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

interface Figures {
  readonly cold: Start
  readonly warm: readonly Start[]
}

const measure = async (clone: string, flags: readonly string[], atFirst = flags): Promise<Figures> => {
  const cold = await demo(clone, atFirst)
  const warm: Start[] = []
  for (let turn = 0; turn < WARM_ROUNDS; turn += 1) warm.push(await demo(clone, flags))
  return { cold, warm }
}

const warmS = ({ warm }: Figures): number => round(median(warm.map(({ readyS }) => readyS)))
const endS = ({ warm }: Figures): number => round(Math.max(...warm.map((one) => one.endS)))
const cellWarmS = ({ warm }: Figures, code: string): number =>
  round(median(warm.map(({ cells }) => cells.get(code) ?? Number.NaN)))

const rowsOf = ({ four, one }: { four: Figures; one: Figures }): object[] => [
  { start: 'four cells, cold: install, build, first databases', seconds: round(four.cold.readyS), aim: COLD_LIMIT_S },
  ...DEMO_CELLS.map(({ code, nameEn }) => ({
    start: `  ${code} ${nameEn} answers, cold`,
    seconds: round(four.cold.cells.get(code) ?? Number.NaN),
  })),
  { start: `four cells, warm: median of ${WARM_ROUNDS}`, seconds: warmS(four), aim: WARM_LIMIT_S },
  ...DEMO_CELLS.map(({ code, nameEn }) => ({
    start: `  ${code} ${nameEn} answers, warm`,
    seconds: cellWarmS(four, code),
  })),
  { start: 'four cells, Ctrl-C to the end', seconds: endS(four), aim: END_LIMIT_S },
  { start: 'one cell on new data, installed and built', seconds: round(one.cold.readyS) },
  { start: `one cell, warm: median of ${WARM_ROUNDS}`, seconds: warmS(one), aim: WARM_LIMIT_S },
  { start: 'one cell, Ctrl-C to the end', seconds: endS(one), aim: END_LIMIT_S },
]

/** Clones this commit into a folder of its own; nothing of the working tree comes along but what is committed. */
export const run = async (): Promise<{ table: object[]; summary: object }> => {
  const folder = await mkdtemp(join(tmpdir(), 'dure-start-'))
  const clone = join(folder, 'dure')
  try {
    execFileSync('git', ['clone', '--quiet', process.cwd(), clone])
    const four = await measure(clone, [])
    const one = await measure(clone, ['--one'], ['--one', '--fresh'])
    return {
      table: rowsOf({ four, one }),
      summary: {
        bench: 'start',
        coldS: round(four.cold.readyS),
        warmS: warmS(four),
        endS: endS(four),
        cells: Object.fromEntries(
          DEMO_CELLS.map(({ code }) => [
            code,
            { coldS: round(four.cold.cells.get(code) ?? Number.NaN), warmS: cellWarmS(four, code) },
          ]),
        ),
        one: { firstS: round(one.cold.readyS), warmS: warmS(one), endS: endS(one) },
        cores: cpus().length,
        load: round(loadavg()[0] ?? Number.NaN),
        withinAims: four.cold.readyS < COLD_LIMIT_S && warmS(four) < WARM_LIMIT_S,
      },
    }
  } finally {
    if (existsSync(folder)) await rm(folder, { recursive: true, force: true })
  }
}
