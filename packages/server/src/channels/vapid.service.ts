import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** The pair by which push services know this cell (RFC 8292), base64url. */
export interface VapidKeys {
  readonly publicKey: string
  readonly privateKey: string
}

const schema = z.object({ publicKey: z.string().length(87), privateKey: z.string().length(43) })
const FILE = 'vapid.json'

/** The cell's pair, made at the first use and kept in its data folder: with another pair every device would have to subscribe anew. */
export const lazyVapidKeys = (dataDir: string): (() => Promise<VapidKeys>) => {
  let keys: Promise<VapidKeys> | undefined
  return () => {
    keys ??= loadOrMake(dataDir).catch((error: unknown) => {
      keys = undefined
      throw error
    })
    return keys
  }
}

const loadOrMake = async (dataDir: string): Promise<VapidKeys> => {
  const file = join(dataDir, FILE)
  const found = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (found !== undefined) return schema.parse(JSON.parse(found))
  await mkdir(dataDir, { recursive: true })
  const { default: webPush } = await import('web-push')
  try {
    await writeFile(file, `${JSON.stringify(webPush.generateVAPIDKeys())}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    // Another process of the cell was first: its pair counts.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return schema.parse(JSON.parse(await readFile(file, 'utf8')))
}
