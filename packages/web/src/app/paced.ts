export interface Paced<T> {
  /** Writes it at once, or, when its last writing is too recent, the newest of it when its time has come. */
  add(key: string, one: T): void
  /** Writes now what waits for its time. */
  flush(): void
}

/** Writes each thing at most every so often, its last state always. Pure but for the timer. */
export const paced = <T>(write: (one: T) => void, everyMs: number): Paced<T> => {
  const writtenAt = new Map<string, number>()
  const due = new Map<string, T>()
  const writeNow = (key: string, one: T): void => {
    due.delete(key)
    writtenAt.set(key, Date.now())
    write(one)
  }
  const writeDue = (key: string): void => {
    const one = due.get(key)
    if (one !== undefined) writeNow(key, one)
  }
  return {
    add: (key, one) => {
      const isWaiting = due.has(key)
      const wait = (writtenAt.get(key) ?? Number.NEGATIVE_INFINITY) + everyMs - Date.now()
      if (!isWaiting && wait <= 0) return writeNow(key, one)
      due.set(key, one)
      if (!isWaiting) setTimeout(() => writeDue(key), wait)
    },
    flush: () => {
      for (const key of [...due.keys()]) writeDue(key)
    },
  }
}
