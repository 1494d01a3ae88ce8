import type { FileEntry } from './files-db.ts'

/** Pictures and files that were seen in rooms: so much of them stays on a device; what was not looked at longest leaves first. */
export const SEEN_BYTES_MOST = 50 * 1024 * 1024
/** Files that wait to be sent: what is more than this is refused when it is chosen, never dropped. */
export const GOING_BYTES_MOST = 50 * 1024 * 1024
/** A picture is read when it comes into sight. Of other files only the name is seen; small ones are kept with it, large ones when opened. */
export const KEPT_AT_SIGHT_BYTES = 1024 * 1024

/** What has to leave so that the rest is not more than `most`: oldest first, the newest stays even if it is alone too much. */
export const leaving = (entries: readonly FileEntry[], most: number): readonly string[] => {
  const newestFirst = entries.toSorted((a, b) => b.at - a.at || (a.key < b.key ? 1 : -1))
  let sum = 0
  return newestFirst.flatMap(({ key, bytes }, index) => {
    sum += bytes
    return index > 0 && sum > most ? [key] : []
  })
}

export const bytesIn = (entries: readonly FileEntry[]): number => entries.reduce((sum, { bytes }) => sum + bytes, 0)
