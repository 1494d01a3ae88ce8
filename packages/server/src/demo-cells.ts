// The demo of several cells: Seoul, Incheon, Gyeonggi and the nation, each a process and a database of its own, joined by links that
// can be cut. `--story` plays 15 October 2022 on four fresh ones.
import { parseArgs } from 'node:util'
import { addressOf, CONTROL_OFFSET, DEMO_CELLS, portOf } from './demo-cells/cells.ts'
import { startControl } from './demo-cells/control.service.ts'
import { type Nation, startNation } from './demo-cells/nation.service.ts'
import { playStory } from './demo-cells/story.service.ts'
import { configOrExit, EXIT, runUntilAsked } from './platform/process.ts'

const USAGE = `npm run demo -- --cells [--fresh]   four cells, their links, and a page to cut them
npm run demo -- --story [--fast]    15 October 2022 on four cells, in three minutes; --fast: without the pauses
  --fresh  forget the four cells' data of earlier runs (the story always begins afresh)
`

const readFlags = () => {
  try {
    const type = 'boolean'
    return parseArgs({
      options: { cells: { type }, story: { type }, fast: { type }, fresh: { type }, dev: { type } },
    }).values
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
    return process.exit(EXIT.misconfigured)
  }
}

const flags = readFlags()
const config = configOrExit({ DURE_DEMO: '1', ...process.env }, process.cwd())
if (config.databaseUrl !== undefined) {
  process.stderr.write('The demo of several cells has its own embedded database; unset DATABASE_URL\n')
  process.exit(EXIT.misconfigured)
}

interface Running {
  readonly nation: Nation
  close(): Promise<void>
}

const start = async (): Promise<Running> => {
  const control = await startControl(config.host, portOf(config.port, CONTROL_OFFSET))
  try {
    const nation = await startNation({
      dataDir: config.dataDir,
      pgBin: config.pgBin,
      host: config.host,
      firstPort: config.port,
      controlPort: control.port,
      set: flags.story === true ? 'story' : 'cells',
      fresh: flags.story === true || flags.fresh === true,
    })
    const addresses = new Map(
      DEMO_CELLS.map(({ code, host }) => [code, addressOf(config.host, host, nation.member(code).port())]),
    )
    control.leads(nation, (code) => addresses.get(code) ?? '')
    const lines = DEMO_CELLS.map(({ code, name }) => `  ${code} ${name}  ${addresses.get(code)}`)
    const page = `${addressOf(config.host, 'control', control.port)}/demo/control`
    process.stdout.write(`Four cells are ready:\n${lines.join('\n')}\n  control  ${page}\n`)
    const close = async (): Promise<void> => {
      await nation.close()
      await control.close()
    }
    return { nation, close }
  } catch (error) {
    await control.close()
    throw error
  }
}

let running: Running | undefined
await runUntilAsked(
  async () => {
    running = await start()
    return running
  },
  { withParent: true },
)

if (flags.story === true && running !== undefined) {
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  const agreed = await playStory(running.nation, say, { paceMs: flags.fast === true ? 0 : undefined }).catch(
    (error: unknown) => {
      process.stderr.write(`The story broke off: ${error instanceof Error ? error.message : String(error)}\n`)
      return false
    },
  )
  await running.close()
  process.exit(agreed ? EXIT.asked : EXIT.broken)
}
