import type { Watcher } from './watcher.ts'

/** What may end in the midst of its work: what is durable stays. */
interface Mortal {
  readonly id: string
  durable: unknown
  alive: boolean
  /** The process ends after so many more writes; null: it does not. */
  crashIn: number | null
}

/** The process ends at this write. What was written before stays, what was to be written together with it does not. */
export class Crash extends Error {}

/** Before anything durable changes: the write that a crash was set on is not made. */
export const atWrite = (cell: Mortal): void => {
  if (cell.crashIn === null) return
  if (cell.crashIn === 0) throw new Crash(cell.id)
  cell.crashIn -= 1
}

/** Several writes as one transaction: all of them or, when the process ends between them, none; and nobody hears of it before its end. */
export const atomically = (cell: Mortal, watcher: Watcher, work: (watcher: Watcher) => void): void => {
  if (cell.crashIn === null) {
    work(watcher)
    return
  }
  const before = structuredClone(cell.durable)
  const heard: (() => void)[] = []
  try {
    work({
      committed: (...said) => void heard.push(() => watcher.committed(...said)),
      alarm: (...said) => void heard.push(() => watcher.alarm(...said)),
      beganWithSnapshot: (...said) => void heard.push(() => watcher.beganWithSnapshot(...said)),
    })
  } catch (error) {
    cell.durable = before
    throw error
  }
  for (const tell of heard) tell()
}

/** Work of one cell, which may end with its process. Gives whether it did. */
export const diesIn = (cell: Mortal, work: () => void): boolean => {
  try {
    work()
    return false
  } catch (error) {
    if (!(error instanceof Crash)) throw error
    cell.alive = false
    cell.crashIn = null
    return true
  }
}
