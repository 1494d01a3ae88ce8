import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { wipeData } from '../platform/postgres.place.ts'
import { isInUse } from '../platform/postgres.ts'

/** What a data folder of ours has at its top, whichever demo ran on it. */
const OURS = ['cell.key', 'postgres', 'postgres.password']

/** Removes a data folder, and only one: a folder named by mistake stays as it is. */
export const forgetFolder = async (dataDir: string): Promise<void> => {
  if (!existsSync(dataDir)) return
  const files = await readdir(dataDir)
  if (files.length > 0 && !files.some((file) => OURS.includes(file)))
    throw new Error(`${dataDir} does not look like a data folder of Dure; it was left alone`)
  if (await isInUse(dataDir)) throw new Error(`another Dure runs on ${dataDir}; stop it first`)
  await wipeData(dataDir)
}
