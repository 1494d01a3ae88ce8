import { type DBSchema, type IDBPDatabase, openDB } from 'idb'

/**
 * A database of this device, opened at its first use and whenever it was closed since. undefined: this browser keeps nothing (a private
 * window of some browsers, a page without a safe origin).
 */
export const openedOnce = <Schema extends DBSchema>(
  name: string,
  make: (db: IDBPDatabase<Schema>) => void,
): (() => Promise<IDBPDatabase<Schema> | undefined>) => {
  let opening: Promise<IDBPDatabase<Schema> | undefined> | undefined
  return () => {
    opening ??= openDB<Schema>(name, 1, {
      upgrade: make,
      // A newer page wants to change the shape: let go, and open again at the next use.
      blocking: (_, __, event) => {
        ;(event.target as IDBDatabase).close()
        opening = undefined
      },
      terminated: () => {
        opening = undefined
      },
    }).catch(() => undefined)
    return opening
  }
}
