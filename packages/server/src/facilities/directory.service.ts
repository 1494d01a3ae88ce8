import type { Channel, HospitalStatement } from '@dure/contract'
import type { Tx } from '../platform/db.ts'
import type { Deps } from '../platform/deps.ts'
import { type Listening, listen } from '../platform/listen.ts'
import { startWorker, type Worker } from '../platform/worker.ts'
import { DIRECTORY_CHANNEL, directoryVersion, loadHospitals } from './directory.sql.ts'
import type { DirectorySnapshot, ToldHospital } from './types.ts'

/** The directory in memory, for ranking thousands of hospitals without a query. */
export interface Directory {
  /** The directory as of the last change that reached us. Loads it when there is none yet. */
  current(): Promise<DirectorySnapshot>
  /** Looks at the version and reloads if it moved: after one's own write, and in tests. */
  refresh(): Promise<DirectorySnapshot>
  /**
   * Hears every word of a hospital in the transaction that keeps it, before it is kept: what a listener throws undoes it.
   * Listeners are added before the cell serves.
   */
  onWord(listener: WordListener): void
  /** Tells the listeners, and reads the directory again once the word is kept. */
  heard(tx: Tx, word: HospitalWord): Promise<void>
  /** Reads the directory again once this transaction is committed; other processes are notified. */
  renew(tx: Tx): void
  /** What other regions' logs tell of hospitals that may not stand in our tables. */
  elsewhere(): Promise<readonly ToldHospital[]>
  /** Whoever reads those logs says how. Before the cell serves. */
  onElsewhere(read: () => Promise<readonly ToldHospital[]>): void
  /** Begins to listen for changes. */
  begin(): Promise<void>
  end(): Promise<void>
}

/** What a hospital just said. */
export interface HospitalWord {
  readonly hospitalId: string
  readonly statement: HospitalStatement
  readonly at: Date
  readonly by: {
    readonly personId: string
    readonly name: string
    readonly channel: Channel
    readonly heardFrom: string | null
  }
}
export type WordListener = (tx: Tx, word: HospitalWord) => Promise<void>

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
  const round = async (): Promise<boolean> => {
    await refresh()
    return false
  }
  let worker: Worker | undefined
  let listening: Listening | undefined
  const listeners: WordListener[] = []
  let readElsewhere = async (): Promise<readonly ToldHospital[]> => []
  const renew = (tx: Tx): void =>
    tx.afterCommit(() => {
      refresh().catch((error: unknown) => deps.log.warn({ err: error }, 'directory-not-read-again'))
    })
  return {
    onWord: (listener) => {
      listeners.push(listener)
    },
    heard: async (tx, word) => {
      for (const listener of listeners) await listener(tx, word)
      renew(tx)
    },
    renew,
    elsewhere: () => readElsewhere(),
    onElsewhere: (read) => {
      readElsewhere = read
    },
    // Nobody tells us of changes before we listen: then the version is looked at every time. A transaction looks by itself: another's
    // load may wait for a connection that is only free once this transaction has ended.
    current: async () => {
      if (listening !== undefined && snapshot !== undefined) return snapshot
      return deps.db.within ? loadSnapshot(deps, snapshot) : refresh()
    },
    refresh,
    begin: async () => {
      await refresh()
      worker = startWorker('directory', LOOK_EVERY_MS, round, deps.log)
      const { options } = deps.db.pool
      // The pool keeps its password out of copies; the connection needs it.
      const connection = options.password === undefined ? options : { ...options, password: options.password }
      listening = listen(connection, [DIRECTORY_CHANNEL], () => worker?.wake(), deps.log)
    },
    end: async () => {
      await listening?.close()
      await worker?.close()
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
