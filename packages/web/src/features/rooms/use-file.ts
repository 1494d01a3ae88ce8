import type { FileView } from '@dure/contract'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { connectionFacts, subscribeConnection } from '../../offline/connection.ts'
import { keepSeen, seenFile } from '../../offline/kept-files.ts'
import { fetchHere } from '../../offline/server.ts'

/** Ten megabytes on a poor line. */
const READ_TIMEOUT_MS = 5 * 60_000

/** `absent`: not on this device, and nobody answers. `refused`: it is not this person's to read any more. */
export type FileState =
  | { readonly state: 'unread' | 'reading' | 'absent' | 'refused' }
  | { readonly state: 'here'; readonly url: string }
const UNREAD: FileState = { state: 'unread' }

type Bytes = Uint8Array<ArrayBuffer>
const reading = new Map<string, Promise<Bytes | 'absent' | 'refused'>>()

/** From this device, else from the cell, and then it stays on this device. A content never changes under its id. */
const readFile = (file: FileView): Promise<Bytes | 'absent' | 'refused'> => {
  const under = reading.get(file.id)
  if (under !== undefined) return under
  const begun = fetchFile(file).finally(() => reading.delete(file.id))
  reading.set(file.id, begun)
  return begun
}

const fetchFile = async ({ id, url }: FileView): Promise<Bytes | 'absent' | 'refused'> => {
  try {
    const response = await fetchHere(url, { signal: AbortSignal.timeout(READ_TIMEOUT_MS) })
    if ([401, 403, 404].includes(response.status)) return 'refused'
    if (!response.ok) return 'absent'
    const bytes = new Uint8Array(await response.arrayBuffer())
    void keepSeen(id, bytes)
    return bytes
  } catch {
    return 'absent'
  }
}

/** A page of ours is never made of a file: only pictures keep their kind. */
const asUrl = (file: FileView, bytes: Bytes): string =>
  URL.createObjectURL(new Blob([bytes], { type: file.image ? file.mediaType : 'application/octet-stream' }))

const isAnswered = (): boolean => {
  const { requestsFailingSince, streamFailingSince } = connectionFacts()
  return requestsFailingSince === null && streamFailingSince === null
}

/** What did not come is asked for again when the line is back, and so often while it seems to be there. */
const AGAIN_MS = 20_000

/** @param wanted read it from the cell if it is not on this device */
export const useFile = (file: FileView, near: boolean, wanted: boolean): FileState => {
  const [found, setFound] = useState<FileState>(UNREAD)
  const answered = useSyncExternalStore(subscribeConnection, isAnswered)
  const isHere = found.state === 'here'
  const [again, setAgain] = useState(0)
  useEffect(() => {
    if (found.state !== 'absent') return undefined
    const timer = setTimeout(() => setAgain((times) => times + 1), AGAIN_MS)
    return () => clearTimeout(timer)
  }, [found])
  // biome-ignore lint/correctness/useExhaustiveDependencies: a file is one content; a line that is back is a reason to ask again
  useEffect(() => {
    if (!near || isHere) return
    let left = false
    const look = async () => {
      const kept = await seenFile(file.id)
      if (kept === undefined && wanted && !left)
        setFound((was) => (was.state === 'unread' ? { state: 'reading' } : was))
      const bytes = kept ?? (wanted ? await readFile(file) : answered ? 'unread' : 'absent')
      if (!left) setFound(typeof bytes === 'string' ? { state: bytes } : { state: 'here', url: asUrl(file, bytes) })
    }
    void look()
    return () => {
      left = true
    }
  }, [file.id, near, wanted, answered, again])
  const url = found.state === 'here' ? found.url : null
  useEffect(() => (url === null ? undefined : () => URL.revokeObjectURL(url)), [url])
  return found
}
