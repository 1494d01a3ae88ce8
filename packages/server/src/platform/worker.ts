import type { Logger } from './logger.ts'

/** A piece of work that is done when woken and, to be safe, every `everyMs`; never twice at once. */
export interface Worker {
  wake(): void
  /** Ends after the round under way. */
  close(): Promise<void>
}

/**
 * `round` gives true when there may be more to do at once. What it throws is logged and tried again at the next turn.
 * @param restMs between two rounds of which the first was not full: what comes meanwhile is done together. The first wake after a
 *   longer pause is answered at once.
 */
export const startWorker = (
  name: string,
  everyMs: number,
  round: () => Promise<boolean>,
  log: Logger,
  restMs = 0,
): Worker => {
  let woken = true
  let closed = false
  let pausing: { readonly end: () => void; readonly forWake: boolean } | undefined
  /** Gives whether there may be more at once. */
  const turn = async (): Promise<boolean> => {
    woken = false
    try {
      return await round()
    } catch (error) {
      log.warn({ err: error, worker: name }, 'worker-round-failed')
      return false
    }
  }
  const pause = (ms: number, forWake: boolean) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      const end = () => {
        clearTimeout(timer)
        resolve()
      }
      pausing = { forWake, end }
    }).finally(() => {
      pausing = undefined
    })
  const run = async (): Promise<void> => {
    while (!closed) {
      if (await turn()) continue
      if (restMs > 0 && !closed) await pause(restMs, false)
      if (!woken && !closed) await pause(everyMs, true)
    }
  }
  const ended = run()
  return {
    wake: () => {
      woken = true
      if (pausing?.forWake === true) pausing.end()
    },
    close: () => {
      closed = true
      pausing?.end()
      return ended
    },
  }
}
