import { parseArgs } from 'node:util'

export interface DemoFlags {
  readonly one: boolean
  readonly story: boolean
  readonly fast: boolean
  readonly fresh: boolean
  readonly dev: boolean
}

const USAGE = `npm run demo                      four cells, their links, and a page to cut them
npm run demo -- --one             one cell of region 28 (also when DATABASE_URL or DURE_REGION is set)
npm run demo -- --story [--fast]  15 October 2022 on four fresh cells, in three minutes; --fast: without the pauses
  --fresh  forget the data of earlier runs
  --dev    log to the terminal
`

const OPTIONS = {
  one: { type: 'boolean' },
  story: { type: 'boolean' },
  fast: { type: 'boolean' },
  fresh: { type: 'boolean' },
  dev: { type: 'boolean' },
  // The name four cells had while one was the rule.
  cells: { type: 'boolean' },
} as const

/** The flags of the demo, or the end of the process with what they are. */
export const readFlags = (args: readonly string[]): DemoFlags => {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS })
    const { one = false, story = false, fast = false, fresh = false, dev = false } = values
    if (one && (story || values.cells === true)) throw new Error('--one is one cell; the others are four')
    return { one, story, fast, fresh, dev }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
    return process.exit(2)
  }
}
