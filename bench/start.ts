// How long from the command to the ready line: a fresh clone with a warm npm cache, then the second start.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

const COLD_LIMIT_S = 60
const WARM_LIMIT_S = 6
const WARM_ROUNDS = 3
const GIVE_UP_MS = 240_000

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })

/** As a user's shell has it: without the installed Node and programs of this clone. */
const cleanEnvironment = (port: number): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|DURE_|DATABASE_URL|NODE_)/i.test(name))
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter), DURE_PORT: String(port) }
}

/** Seconds from `npm run demo` to its ready line, and then to its clean end. */
const demo = async (clone: string): Promise<{ readyS: number; endS: number }> => {
  const started = performance.now()
  const child = spawn('npm', ['run', '--silent', 'demo'], {
    cwd: clone,
    env: cleanEnvironment(await freePort()),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  try {
    await readyLine(child)
    const ready = performance.now()
    // To the whole group, as Ctrl-C in a terminal does.
    process.kill(-(child.pid ?? 0), 'SIGINT')
    await new Promise((resolve) => child.once('exit', resolve))
    return { readyS: (ready - started) / 1000, endS: (performance.now() - ready) / 1000 }
  } catch (error) {
    process.kill(-(child.pid ?? 0), 'SIGKILL')
    throw error
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

/** Clones this commit into a folder of its own; nothing of the working tree comes along but what is committed. */
export const run = async (): Promise<{ table: object[]; summary: object }> => {
  const folder = await mkdtemp(join(tmpdir(), 'dure-start-'))
  const clone = join(folder, 'dure')
  try {
    execFileSync('git', ['clone', '--quiet', process.cwd(), clone])
    const cold = await demo(clone)
    const warm: { readyS: number; endS: number }[] = []
    for (let round = 0; round < WARM_ROUNDS; round += 1) warm.push(await demo(clone))
    const warmS = warm.map(({ readyS }) => readyS).sort((a, b) => a - b)[Math.floor(WARM_ROUNDS / 2)] ?? Number.NaN
    const round = (value: number) => Number(value.toFixed(2))
    return {
      table: [
        { start: 'cold: clone, install, build, first database', seconds: round(cold.readyS), aim: COLD_LIMIT_S },
        { start: `warm: median of ${WARM_ROUNDS}`, seconds: round(warmS), aim: WARM_LIMIT_S },
        { start: 'Ctrl-C to the end', seconds: round(Math.max(...warm.map(({ endS }) => endS))), aim: 5 },
      ],
      summary: {
        bench: 'start',
        coldS: round(cold.readyS),
        warmS: round(warmS),
        endS: round(Math.max(...warm.map(({ endS }) => endS))),
        cores: cpus().length,
        withinAims: cold.readyS < COLD_LIMIT_S && warmS < WARM_LIMIT_S,
      },
    }
  } finally {
    if (existsSync(folder)) await rm(folder, { recursive: true, force: true })
  }
}
