import { backoffMs } from './backoff.ts'

/**
 * Loads a part of the program however long it takes: a line that is cut while a page opens must leave it opening, not broken.
 * What was loaded is kept.
 */
export const stubborn = <T>(load: () => Promise<T>): (() => Promise<T>) => {
  let loading: Promise<T> | undefined
  const untilThere = async (): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await load()
      } catch {
        await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, Math.random())))
      }
    }
  }
  return () => {
    loading ??= untilThere()
    return loading
  }
}
