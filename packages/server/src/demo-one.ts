// The demo of one cell: region 28 (Incheon) with an invented region's data, on the embedded database.
import { join } from 'node:path'
import { type Cell, startCell } from './cell.ts'
import type { DemoFlags } from './demo-cells/flags.ts'
import { forgetFolder } from './demo-cells/folder.service.ts'
import { seedDemo } from './demo-region/index.ts'
import type { Config } from './platform/config.ts'
import { configOrExit, openLog, runUntilAsked } from './platform/process.ts'

export const runOne = async (flags: DemoFlags): Promise<void> => {
  const read = configOrExit({ DURE_DEMO: '1', ...process.env }, process.cwd())
  const config = { ...read, logFile: flags.dev ? read.logFile : (read.logFile ?? join(read.dataDir, 'dure.log')) }
  await runUntilAsked(
    async () => {
      if (flags.fresh) await forget(config)
      const cell = await startCell(config, { log: await openLog(config), prepare: seedDemo })
      process.stdout.write(`Dure is ready: ${addressOf(config, cell)}\n`)
      return cell
    },
    { withParent: true },
  )
}

/** What people type: a name rather than the address it stands for. */
const addressOf = ({ publicUrl, host }: Config, cell: Cell): string =>
  publicUrl ?? `http://${host === '0.0.0.0' ? 'localhost' : host}:${new URL(cell.url).port}`

const forget = ({ dataDir, databaseUrl }: Config): Promise<void> => {
  if (databaseUrl !== undefined) throw new Error('--fresh forgets the embedded database only, and DATABASE_URL is set')
  return forgetFolder(dataDir)
}
