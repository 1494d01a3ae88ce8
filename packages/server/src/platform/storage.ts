import { statfs } from 'node:fs/promises'
import type { Db } from './db.ts'
import { isFull } from './outage.ts'

/** Less than a few of PostgreSQL's 16 MB log files: the next one may not fit, and then the server stops. */
export const SCARCE_BYTES = 64 * 1024 * 1024

/** What is left on the disk of a folder, for programs without special rights; undefined when it cannot be told. */
export const freeBytes = async (folder: string): Promise<number | undefined> => {
  const disk = await statfs(folder).catch(() => undefined)
  return disk === undefined ? undefined : disk.bavail * disk.bsize
}

/**
 * Whether the database can keep anything, told by trying: its disk may be another machine's, and a full disk still takes what fits into
 * pages that are half empty. Some thirty new pages, of which nothing stays.
 * @throws what is no question of room
 */
export const canKeep = async (db: Pick<Db, 'tx'>): Promise<boolean> => {
  try {
    await db.tx((tx) => tx.sql(`create temp table room on commit drop as select n from generate_series(1, 8000) n`))
    return true
  } catch (error) {
    if (isFull(error)) return false
    throw error
  }
}
