// The production start: reads the environment, starts one cell, runs until asked to end.
import { startCell } from './cell.ts'
import { configOrExit, openLog, runUntilAsked } from './platform/process.ts'

const config = configOrExit(process.env, process.cwd())
await runUntilAsked(async () => startCell(config, { log: await openLog(config) }))
