// The demo of a small nation: Incheon, Seoul, Gyeonggi and the centre, each a process and a database of its own, joined by links that
// can be cut. `--story` plays 15 October 2022 on four fresh ones.
import { join } from 'node:path'
import { addressOf, CONTROL_OFFSET, DEMO_CELLS, portOf } from './demo-cells/cells.ts'
import { type Control, startControl } from './demo-cells/control.service.ts'
import type { DemoFlags } from './demo-cells/flags.ts'
import { forgetFolder } from './demo-cells/folder.service.ts'
import { type Nation, startNation } from './demo-cells/nation.service.ts'
import { publishRules } from './demo-cells/rules.service.ts'
import type { Config } from './platform/config.ts'
import { configOrExit, EXIT, runUntilAsked } from './platform/process.ts'

interface Running {
  readonly nation: Nation
  close(): Promise<void>
}

export const runCells = async (flags: DemoFlags): Promise<void> => {
  const config = configOrExit({ DURE_DEMO: '1', ...process.env }, process.cwd())
  if (portOf(config.port, CONTROL_OFFSET) > 65_535) {
    process.stderr.write(`The demo takes ${CONTROL_OFFSET + 1} ports from DURE_PORT on; set it to a lower one\n`)
    process.exit(EXIT.misconfigured)
  }
  let running: Running | undefined
  await runUntilAsked(
    async () => {
      // The story forgets its own four only: what somebody tries out in the others stays.
      if (flags.fresh && !flags.story) await forgetFolder(config.dataDir)
      running = await start(config, flags)
      return running
    },
    { withParent: true },
  )
  if (flags.story && running !== undefined) await play(running, flags)
}

const start = async (config: Config, flags: DemoFlags): Promise<Running> => {
  const control = await startControl(config.host, portOf(config.port, CONTROL_OFFSET))
  try {
    const nation = await startNation({
      dataDir: config.dataDir,
      pgBin: config.pgBin,
      host: config.host,
      firstPort: config.port,
      controlPort: control.port,
      set: flags.story ? 'story' : 'cells',
      fresh: flags.story,
      logged: flags.dev ? 'terminal' : 'file',
    })
    await Promise.all(DEMO_CELLS.map(({ code }) => nation.member(code).untilReady()))
    announce(config, nation, control)
    await publishRules(nation, join(config.dataDir, flags.story ? 'story' : 'cells'))
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

/** The first line is the one that programs wait for: by then all four answer that they are ready. */
const announce = ({ host, publicUrl }: Config, nation: Nation, control: Control): void => {
  const addresses = new Map(DEMO_CELLS.map(({ code }) => [code, addressOf(host, nation.member(code).port())]))
  const [first] = DEMO_CELLS
  if (first !== undefined && publicUrl !== undefined) addresses.set(first.code, publicUrl)
  control.leads(nation, (code) => addresses.get(code) ?? '')
  const lines = DEMO_CELLS.map(
    ({ code, name, nameEn }) => `  ${code} ${name} ${nameEn.padEnd(9)} ${addresses.get(code)}`,
  )
  const page = `${addressOf(host, control.port)}/demo/control`
  process.stdout.write(`Dure is ready: ${addresses.get(first?.code ?? '')}\n`)
  process.stdout.write(`${lines.join('\n')}\n  cut, kill, heal:     ${page}\n`)
}

const play = async (running: Running, { fast }: DemoFlags): Promise<never> => {
  const { playStory } = await import('./demo-cells/story.service.ts')
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  const agreed = await playStory(running.nation, say, { paceMs: fast ? 0 : undefined }).catch((error: unknown) => {
    process.stderr.write(`The story broke off: ${error instanceof Error ? error.message : String(error)}\n`)
    return false
  })
  await running.close()
  process.exit(agreed ? EXIT.asked : EXIT.broken)
}
