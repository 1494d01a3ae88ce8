import type { DBSchema } from 'idb'
import { rangeOf } from './device-db.ts'
import { openedOnce } from './opened-once.ts'
import type { Sealed } from './vault.ts'

/** How much lies where, without its bytes: what has to leave is found without reading pictures. */
export interface FileEntry {
  readonly key: string
  /** When it was last looked at, milliseconds since 1970. */
  readonly at: number
  readonly bytes: number
}

interface Schema extends DBSchema {
  index: { key: string; value: FileEntry }
  contents: { key: string; value: Sealed & { readonly key: string } }
}

/** Beside the store of records: that one is read whole at every start. */
export const filesDb = openedOnce<Schema>('dure-files', (db) => {
  db.createObjectStore('index', { keyPath: 'key' })
  db.createObjectStore('contents', { keyPath: 'key' })
})

export const putFile = async (entry: FileEntry, sealed: Sealed): Promise<void> => {
  const db = await filesDb()
  if (db === undefined) throw new Error('this browser lets pages keep nothing')
  const work = db.transaction(['index', 'contents'], 'readwrite')
  await Promise.all([
    work.objectStore('contents').put({ ...sealed, key: entry.key }),
    work.objectStore('index').put(entry),
    work.done,
  ])
}

export const getFile = async (key: string): Promise<Sealed | undefined> => (await filesDb())?.get('contents', key)

/** It was looked at now: it leaves later than what was not. */
export const touchFile = async (key: string, at: number): Promise<void> => {
  const db = await filesDb()
  const entry = await db?.get('index', key)
  if (db !== undefined && entry !== undefined) await db.put('index', { ...entry, at })
}

export const fileEntries = async (): Promise<readonly FileEntry[]> => (await (await filesDb())?.getAll('index')) ?? []

export const deleteFiles = async (keys: readonly (string | IDBKeyRange)[]): Promise<void> => {
  const db = await filesDb()
  if (db === undefined || keys.length === 0) return
  const work = db.transaction(['index', 'contents'], 'readwrite')
  await Promise.all([
    ...keys.flatMap((key) => [work.objectStore('index').delete(key), work.objectStore('contents').delete(key)]),
    work.done,
  ])
}

/** What was read from the cell leaves with the key; what waits to be sent is the person's own work and stays, sealed. */
export const eraseSeenFiles = (vaultId: string): Promise<void> => deleteFiles([rangeOf(`${vaultId}/seen/`)])
