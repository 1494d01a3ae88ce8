import { accessSync, constants } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Config, type ConfigFault, describeFaults, readConfig } from './config.ts'
import { logFile, logStderr } from './log-file.ts'
import { type Logger, makeLogger } from './logger.ts'

/** How a program of ours ends: 0 asked to, 1 broke, 2 wrong configuration. */
export const EXIT = { asked: 0, broken: 1, misconfigured: 2 } as const

/** The configuration of this process, or the end of it with every fault named on stderr. */
export const configOrExit = (env: NodeJS.ProcessEnv, cwd: string): Config => {
  const config = readConfig(env, cwd)
  const faults = [...(config.ok ? [] : config.error), ...missingFiles(env, cwd)]
  if (config.ok && faults.length === 0) return config.value
  process.stderr.write(`${describeFaults(faults)}\n`)
  return process.exit(EXIT.misconfigured)
}

/** What has to be there before the start. What is in it its slice checks. */
const NEEDED_FILES = ['DURE_CARRIERS_FILE', 'DURE_OIDC_FILE', 'DURE_PACK_ROOTS', 'DURE_CELLS'] as const

/** Of the files and programs that the environment names, those that cannot be read: some would be missed only when they are used. */
export const missingFiles = (env: NodeJS.ProcessEnv, cwd: string): readonly ConfigFault[] => {
  const { PGBIN } = env
  const files = NEEDED_FILES.flatMap((variable) => {
    const named = env[variable] ?? ''
    return named === '' || isThere(resolve(cwd, named), constants.R_OK)
      ? []
      : [{ variable, expected: 'a file that is there and can be read' }]
  })
  const isServer = PGBIN === undefined || !PGBIN.startsWith('/') || isThere(join(PGBIN, 'postgres'), constants.X_OK)
  return isServer ? files : [...files, { variable: 'PGBIN', expected: 'a folder with initdb and postgres' }]
}

const isThere = (path: string, mode: number): boolean => {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

/** JSON lines to the configured file, or to stderr. */
export const openLog = async (config: Config): Promise<Logger> => {
  if (config.logFile === undefined) return makeLogger(config.logLevel, logStderr(), { region: config.region })
  await mkdir(dirname(config.logFile), { recursive: true })
  return makeLogger(config.logLevel, logFile(config.logFile), { region: config.region })
}

const PARENT_LOOK_MS = 500
/** The terminal gives Ctrl-C to us and to npm, and npm passes it on: signals this close together are one press. */
const ONE_PRESS_MS = 1_000

export interface RunOptions {
  /** End when the process that started this one is gone. */
  readonly withParent?: boolean
}

/**
 * Runs something closable until it is asked to end: SIGINT, SIGTERM, or the loss of the parent. A second press does not wait;
 * the database ends by its parent-death signal then.
 */
export const runUntilAsked = async (
  start: () => Promise<{ close(): Promise<void> }>,
  { withParent = false }: RunOptions = {},
): Promise<void> => {
  let askedAt: number | undefined
  let running: { close(): Promise<void> } | undefined
  const end = async (): Promise<void> => {
    const isAgain = askedAt !== undefined
    if (isAgain && performance.now() - (askedAt ?? 0) < ONE_PRESS_MS) return
    if (isAgain) process.exit(EXIT.broken)
    askedAt = performance.now()
    // While starting there is nothing to close yet; the check below the start closes it.
    if (running === undefined) return
    await closeAndExit(running)
  }
  process.on('SIGINT', () => void end())
  process.on('SIGTERM', () => void end())
  process.on('SIGHUP', () => void end())
  if (withParent) onParentGone(() => void end())
  try {
    running = await start()
  } catch (error) {
    process.stderr.write(`Dure did not start: ${explain(error)}\n`)
    process.exit(EXIT.broken)
  }
  if (askedAt !== undefined) await closeAndExit(running)
}

const closeAndExit = async (running: { close(): Promise<void> }): Promise<void> => {
  try {
    await running.close()
  } catch (error) {
    process.stderr.write(`Dure did not end cleanly: ${explain(error)}\n`)
    process.exit(EXIT.broken)
  }
  process.exit(EXIT.asked)
}

const onParentGone = (end: () => void): void => {
  const parent = process.ppid
  const look = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(look)
    end()
  }, PARENT_LOOK_MS)
  look.unref()
}

const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'EADDRINUSE') return 'the port is in use; set DURE_PORT to another'
  return error.message
}
