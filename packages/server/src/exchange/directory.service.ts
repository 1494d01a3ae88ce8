import { readFile, stat } from 'node:fs/promises'
import type { Clock } from '../platform/clock.ts'
import type { ExchangeConfig } from '../platform/config.ts'
import type { Db } from '../platform/db.ts'
import type { Logger } from '../platform/logger.ts'
import { type Directory, EMPTY_DIRECTORY, readDirectory, readScreens, type SignedScreens } from './directory.ts'

/** The signed list of cells in force: the newest of the file's and the one adopted before. */
export interface DirectoryKeeper {
  current(): Directory
  /** What of it browsers may know; undefined: the list names no screens, or this part of it was not signed with it. */
  screens(): SignedScreens | undefined
  /** @throws when there is no list that this cell can believe */
  begin(): Promise<void>
  /** Adopts the file if it is newer; the list in force stays when the file is wrong. */
  look(): Promise<void>
}

export const makeDirectoryKeeper = (
  db: Db,
  { cellsFile, cellsKey }: Pick<ExchangeConfig, 'cellsFile' | 'cellsKey'>,
  clock: Clock,
  log: Logger,
): DirectoryKeeper => {
  let directory = EMPTY_DIRECTORY
  let screens: SignedScreens | undefined
  let seen = ''

  const adopted = async (): Promise<Directory | undefined> => {
    const [row] = await db.sql<{ document: unknown }>(`select document from exchange.directory`)
    const read = row === undefined ? undefined : readDirectory(row.document, cellsKey)
    if (read?.ok !== true) return undefined
    screens = readScreens(row?.document, cellsKey)
    return read.value
  }

  const adopt = async (): Promise<void> => {
    const document: unknown = JSON.parse(await readFile(cellsFile, 'utf8'))
    const read = readDirectory(document, cellsKey)
    if (!read.ok) throw new Error(`${cellsFile}: ${read.error}`)
    await db.sql(
      `insert into exchange.directory (version, document, adopted_at) values ($1, $2, $3)
       on conflict (one) do update
          set version = excluded.version, document = excluded.document, adopted_at = excluded.adopted_at
        where directory.version < excluded.version`,
      [read.value.version, JSON.stringify(document), clock.now()],
    )
    if (read.value.version < directory.version)
      log.warn({ file: read.value.version, inForce: directory.version }, 'list-of-cells-is-older-than-the-one-in-force')
  }

  const stamp = async (): Promise<string> => {
    const { mtimeMs, size } = await stat(cellsFile)
    return `${mtimeMs}/${size}`
  }

  return {
    current: () => directory,
    screens: () => screens,
    begin: async () => {
      directory = (await adopted()) ?? EMPTY_DIRECTORY
      seen = await stamp()
      await adopt()
      directory = (await adopted()) ?? EMPTY_DIRECTORY
    },
    look: async () => {
      const now = await stamp().catch(() => seen)
      if (now !== seen) {
        seen = now
        await adopt().catch((error: unknown) => log.error({ err: error }, 'list-of-cells-not-adopted'))
      }
      const [row] = await db.sql<{ version: string }>(`select version from exchange.directory`)
      if (Number(row?.version ?? 0) > directory.version || (directory === EMPTY_DIRECTORY && row !== undefined)) {
        directory = (await adopted()) ?? directory
        log.info({ version: directory.version }, 'list-of-cells-adopted')
      }
    },
  }
}
