import { randomBytes } from 'node:crypto'
import { createReadStream, type ReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Contents by their SHA-256: each stands there once, whoever brought it how often. */
export interface FileStore {
  /** Keeps a content; on disk when this resolves. */
  keep(sha256: Buffer, bytes: Uint8Array): Promise<void>
  /** The content, or undefined when it is not there. */
  read(sha256: Buffer): Promise<ReadStream | undefined>
}

export const makeFileStore = (folder: string): FileStore => {
  const placeOf = (sha256: Buffer): string => {
    const name = sha256.toString('hex')
    return join(folder, name.slice(0, 2), name)
  }
  const keep = async (sha256: Buffer, bytes: Uint8Array): Promise<void> => {
    const place = placeOf(sha256)
    if (await isFile(place, bytes.length)) return
    await mkdir(dirname(place), { recursive: true, mode: 0o700 })
    const draft = `${place}.${randomBytes(6).toString('hex')}`
    try {
      await write(draft, bytes)
      // Under its name only when it is whole: a server killed here leaves a draft, not half a picture.
      await rename(draft, place)
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
    await syncFolder(dirname(place))
  }
  return { keep, read: async (sha256) => openForReading(placeOf(sha256)) }
}

const isFile = async (place: string, size: number): Promise<boolean> => {
  const found = await stat(place).catch(() => undefined)
  return found?.isFile() === true && found.size === size
}

const write = async (place: string, bytes: Uint8Array): Promise<void> => {
  const file = await open(place, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const openForReading = async (place: string): Promise<ReadStream | undefined> => {
  const found = await stat(place).catch(() => undefined)
  return found?.isFile() === true ? createReadStream(place) : undefined
}
