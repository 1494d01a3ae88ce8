// A second server process of the same cell, for bench/rooms.ts: screens hang on it, desks on the first.
import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { startCell } from '../packages/server/src/cell.ts'
import { systemClock } from '../packages/server/src/platform/clock.ts'
import { makeLogger } from '../packages/server/src/platform/logger.ts'
import { testConfig } from '../packages/server/src/testing/cell.ts'

export interface Memory {
  readonly rss: number
  readonly heap: number
  /** Seconds of one core so far. */
  readonly cpuS: number
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Memory of this process once the collector has been through it. */
const settled = async (): Promise<Memory> => {
  for (let at = 0; at < 4; at += 1) {
    collect()
    await wait(250)
  }
  return { ...memory() }
}

const memory = (): Memory => {
  const { rss, heapUsed, external } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  return { rss, heap: heapUsed + external, cpuS: (user + system) / 1e6 }
}

process.on('message', async (message: { start?: Record<string, string>; settle?: true; look?: true }) => {
  if (message.start !== undefined) {
    const cell = await startCell(testConfig(message.start), {
      log: makeLogger('silent', undefined),
      clock: systemClock,
    })
    process.send?.({ url: cell.url })
  }
  if (message.settle !== undefined) process.send?.(await settled())
  if (message.look !== undefined) process.send?.(memory())
})
