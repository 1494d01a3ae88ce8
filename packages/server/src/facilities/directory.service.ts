import type { PoolClient } from 'pg'
import type { Deps } from '../platform/deps.ts'
import { DIRECTORY_CHANNEL, directoryVersion, loadHospitals } from './directory.sql.ts'
import type { DirectorySnapshot } from './types.ts'

/** The directory in memory, for ranking thousands of hospitals without a query. */
export interface Directory {
  /** The directory as of the last change that reached us. Loads it when there is none yet. */
  current(): Promise<DirectorySnapshot>
  /** Looks at the version and reloads if it moved: after one's own write, and in tests. */
  refresh(): Promise<DirectorySnapshot>
  /** Begins to listen for changes. */
  begin(): Promise<void>
  end(): Promise<void>
}

type Needs = Pick<Deps, 'db' | 'clock' | 'log'>

/** NOTIFY is lost while a connection is; the version is looked at anyway this often. */
export const LOOK_EVERY_MS = 30_000

export const makeDirectory = (deps: Needs): Directory => {
  let snapshot: DirectorySnapshot | undefined
  let loading: Promise<DirectorySnapshot> | undefined
  let again = false
  const load = async (): Promise<DirectorySnapshot> => {
    do {
      again = false
      snapshot = await loadSnapshot(deps, snapshot)
    } while (again)
    return snapshot
  }
  /** One load at a time; whoever asks during one gets what is true after their asking. */
  const refresh = (): Promise<DirectorySnapshot> => {
    again = loading !== undefined
    loading ??= load().finally(() => {
      loading = undefined
    })
    return loading
  }
  const listener = makeListener(deps, () => {
    refresh().catch((error: unknown) => deps.log.warn({ err: error }, 'directory-not-refreshed'))
  })
  return {
    current: async () => snapshot ?? refresh(),
    refresh,
    begin: async () => {
      await refresh()
      listener.begin()
    },
    end: async () => {
      listener.end()
      await loading?.catch(() => undefined)
    },
  }
}

/** The version is read first: a change in between makes the snapshot newer than its number, and it is loaded once more. */
const loadSnapshot = async ({ db, clock }: Needs, known: DirectorySnapshot | undefined): Promise<DirectorySnapshot> => {
  const version = await directoryVersion(db)
  if (known?.version === version) return known
  const hospitals = await loadHospitals(db)
  return { version, loadedAt: clock.now(), hospitals, byId: new Map(hospitals.map((one) => [one.id, one])) }
}

/** Keeps one connection of the pool listening; comes back by itself when that is lost. */
const makeListener = ({ db, log }: Needs, changed: () => void) => {
  let client: PoolClient | undefined
  let timer: NodeJS.Timeout | undefined
  let ended = false
  const connect = async (): Promise<void> => {
    const fresh = await db.pool.connect()
    if (ended) {
      fresh.release()
      return
    }
    client = fresh
    fresh.on('notification', changed)
    fresh.on('error', lost)
    fresh.on('end', lost)
    await fresh.query(`listen ${DIRECTORY_CHANNEL}`)
  }
  const lost = (): void => {
    const gone = client
    client = undefined
    gone?.off('notification', changed)
    gone?.off('error', lost)
    gone?.off('end', lost)
    gone?.release(true)
  }
  const look = (): void => {
    if (client === undefined) {
      connect().catch((error: unknown) => {
        lost()
        log.warn({ err: error }, 'directory-listener-not-connected')
      })
    }
    changed()
  }
  return {
    begin: () => {
      look()
      timer = setInterval(look, LOOK_EVERY_MS)
      timer.unref()
    },
    end: () => {
      ended = true
      clearInterval(timer)
      lost()
    },
  }
}
