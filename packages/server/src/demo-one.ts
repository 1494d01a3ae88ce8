// The demo: a cell of region 28 (Incheon) with an invented region's data, on the embedded database.
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Cell, startCell } from './cell.ts'
import { seedDemo } from './demo-region/index.ts'
import type { Config } from './platform/config.ts'
import { wipeData } from './platform/postgres.place.ts'
import { isInUse } from './platform/postgres.ts'
import { configOrExit, EXIT, openLog, runUntilAsked } from './platform/process.ts'

const USAGE = `npm run demo [-- --fresh] [-- --dev]
  --fresh  forget the data of earlier runs
  --dev    log to the terminal
npm run demo -- --cells   four cells with links to cut
npm run demo -- --story   15 October 2022 on four cells
`

const flags = readFlags()
const read = configOrExit({ DURE_DEMO: '1', ...process.env }, process.cwd())
const config: Config = { ...read, logFile: flags.dev ? read.logFile : (read.logFile ?? join(read.dataDir, 'dure.log')) }

await runUntilAsked(
  async () => {
    if (flags.fresh) await forget(config)
    const cell = await startCell(config, { log: await openLog(config), prepare: seedDemo })
    process.stdout.write(`Dure is ready: ${addressOf(cell)}\n`)
    return cell
  },
  { withParent: true },
)

/** What people type: a name rather than the address it stands for. */
function addressOf(cell: Cell): string {
  return config.publicUrl ?? `http://${config.host === '0.0.0.0' ? 'localhost' : config.host}:${new URL(cell.url).port}`
}

function readFlags(): { fresh: boolean; dev: boolean } {
  try {
    const { values } = parseArgs({ options: { fresh: { type: 'boolean' }, dev: { type: 'boolean' } } })
    return { fresh: values.fresh === true, dev: values.dev === true }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
    return process.exit(EXIT.misconfigured)
  }
}

/** Removes a data folder, and only one: a folder named by mistake stays as it is. */
async function forget({ dataDir, databaseUrl }: Config): Promise<void> {
  if (databaseUrl !== undefined) throw new Error('--fresh forgets the embedded database only, and DATABASE_URL is set')
  if (!existsSync(dataDir)) return
  const files = await readdir(dataDir)
  const ours = files.length === 0 || files.some((file) => ['cell.key', 'postgres', 'postgres.password'].includes(file))
  if (!ours) throw new Error(`${dataDir} does not look like a data folder of Dure; it was left alone`)
  if (await isInUse(dataDir)) throw new Error(`another Dure runs on ${dataDir}; stop it first`)
  await wipeData(dataDir)
}
