// The demo of a nation: Incheon 28, Seoul 11, Gyeonggi 41 and the national cell 00, each its own process and database, and a page to
// cut what joins them. `--story` plays 15 October 2022 in three minutes.
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startControl } from './demo-nation/control.service.ts'
import { startNation } from './demo-nation/nation.service.ts'
import { playStory } from './demo-nation/story.service.ts'
import { wipeData } from './platform/postgres.place.ts'
import { isInUse } from './platform/postgres.ts'
import { EXIT, runUntilAsked } from './platform/process.ts'

const USAGE = `npm run demo [-- --fresh] [-- --story] [-- --port N]
  --fresh  forget the data of earlier runs
  --story  play 15 October 2022: the centre goes dark, Incheon places its patient, Seoul is cut and comes back
  --port   first of five ports: four cells and the control page (default 8080)
`

const flags = readFlags()
const dataDir = resolve(process.env.DURE_DATA_DIR ?? '.dure', 'nation')
const say = (line: string): void => void process.stdout.write(`${line}\n`)

await runUntilAsked(
  async () => {
    if (flags.fresh) await forget()
    const nation = await startNation({
      dataDir,
      pgBin: process.env.PGBIN,
      firstPort: flags.port,
      host: process.env.DURE_HOST ?? 'localhost',
    })
    const control = await startControl(nation, flags.port + 4)
    for (const { name, code, url } of nation.state().cells) say(`${name} ${code}: ${url}`)
    say(`끊고 잇기: ${control.url}`)
    say(`Dure is ready: ${nation.state().cells[0]?.url ?? ''}`)
    const story = new AbortController()
    if (flags.story)
      void playStory(nation, say, { stop: story.signal }).catch((error: unknown) => {
        if (!story.signal.aborted) say(`the story broke off: ${error instanceof Error ? error.message : String(error)}`)
      })
    return {
      close: async () => {
        story.abort()
        await control.close()
        await nation.close()
      },
    }
  },
  { withParent: true },
)

function readFlags(): { fresh: boolean; story: boolean; port: number } {
  try {
    const { values } = parseArgs({
      options: { fresh: { type: 'boolean' }, story: { type: 'boolean' }, port: { type: 'string' } },
    })
    const port = Number(values.port ?? process.env.DURE_PORT ?? 8_080)
    if (!Number.isInteger(port) || port < 1 || port > 65_530) throw new Error('--port is a port number')
    return { fresh: values.fresh === true, story: values.story === true, port }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
    return process.exit(EXIT.misconfigured)
  }
}

/** This folder is made by this program alone. */
async function forget(): Promise<void> {
  if (await isInUse(dataDir)) throw new Error(`another demo runs on ${dataDir}; stop it first`)
  await wipeData(dataDir)
  const { rm } = await import('node:fs/promises')
  for (const folder of ['cells', 'nation']) await rm(join(dataDir, folder), { recursive: true, force: true })
}
