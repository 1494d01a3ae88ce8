import type { Logger } from './logger.ts'

/** A piece of work that is done when woken and, to be safe, every `everyMs`; never twice at once. */
export interface Worker {
  wake(): void
  /** Ends after the round under way. */
  close(): Promise<void>
}

/** `round` gives true when there may be more to do at once. What it throws is logged and tried again at the next turn. */
export const startWorker = (name: string, everyMs: number, round: () => Promise<boolean>, log: Logger): Worker => {
  let woken = true
  let closed = false
  let rest: (() => void) | undefined
  const turn = async (): Promise<void> => {
    woken = false
    try {
      if (await round()) woken = true
    } catch (error) {
      log.warn({ err: error, worker: name }, 'worker-round-failed')
    }
  }
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, everyMs)
      rest = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const run = async (): Promise<void> => {
    while (!closed) {
      await turn()
      if (!woken && !closed) await pause()
      rest = undefined
    }
  }
  const ended = run()
  return {
    wake: () => {
      woken = true
      rest?.()
    },
    close: () => {
      closed = true
      rest?.()
      return ended
    },
  }
}
