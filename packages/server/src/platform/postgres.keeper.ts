import type { ChildProcess } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from './logger.ts'

/** A server process that is started again when it ends unasked. */
export interface Kept {
  /** Of the process that runs, or ran last. */
  pid(): number
  close(): Promise<void>
}

export interface KeepOptions {
  /** Starts the server; resolves when it takes connections. @throws when it does not come that far */
  readonly launch: () => Promise<ChildProcess>
  /** Waits until nothing of a server that has ended is in the way of the next. */
  readonly clear: () => Promise<void>
  readonly stop: (child: ChildProcess) => Promise<void>
  readonly log?: Pick<Logger, 'warn' | 'info'>
}

/** Between tries to start it again: a full disk or broken data is not helped by haste. */
const AGAIN_MS = [0, 500, 1_000, 2_000, 5_000] as const

/** @throws when the first start fails: that is for a person to see */
export const keepRunning = async ({ launch, clear, stop, log }: KeepOptions): Promise<Kept> => {
  const closing = new AbortController()
  let child = await launch()

  const startAgain = async (): Promise<void> => {
    for (let attempt = 0; !closing.signal.aborted; attempt += 1) {
      await wait(AGAIN_MS[Math.min(attempt, AGAIN_MS.length - 1)], undefined, { signal: closing.signal }).catch(
        () => {},
      )
      if (closing.signal.aborted) return
      try {
        await clear()
        child = await launch()
        log?.info({ pid: child.pid, attempts: attempt + 1 }, 'database-started-again')
        return
      } catch (error) {
        log?.warn({ err: error, attempt: attempt + 1 }, 'database-does-not-start')
      }
    }
  }
  const watch = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await endOf(child)
      if (closing.signal.aborted) return
      log?.warn({ code: child.exitCode, signal: child.signalCode }, 'database-ended')
      await startAgain()
    }
  }
  const watching = watch()
  return {
    pid: () => child.pid ?? 0,
    close: async () => {
      closing.abort()
      await stop(child)
      await watching
      // One that was being started meanwhile.
      await stop(child)
    },
  }
}

const endOf = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once('exit', () => resolve())
  })
