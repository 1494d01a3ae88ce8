import type { DBSchema } from 'idb'
import { openedOnce } from './opened-once.ts'
import type { Sealed, Vault } from './vault.ts'

/** A key that is still on this device, and until when it may be. */
export interface KeptVault {
  /** Cell and person: `28.demo-28-er-1`. */
  readonly id: string
  readonly personId: string
  readonly vault: Vault
  /** End of the session, milliseconds since 1970. */
  readonly until: number
}

/** One sealed thing. `at` = when it was written: the oldest leave first. */
export interface KeptRecord extends Sealed {
  readonly key: string
  readonly at: number
}

interface Schema extends DBSchema {
  vaults: { key: string; value: KeptVault }
  records: { key: string; value: KeptRecord }
  /** What is no secret: this device's own id, whose vault was open last, the signed list of servers. */
  facts: { key: string; value: unknown }
}

export const deviceDb = openedOnce<Schema>('dure-store', (db) => {
  db.createObjectStore('vaults', { keyPath: 'id' })
  db.createObjectStore('records', { keyPath: 'key' })
  db.createObjectStore('facts')
})

export const readFact = async <T>(name: string): Promise<T | undefined> =>
  (await (await deviceDb())?.get('facts', name).catch(() => undefined)) as T | undefined

export const writeFact = async (name: string, value: unknown): Promise<void> => {
  await (await deviceDb())?.put('facts', value, name).catch(() => undefined)
}

/** An id this device made for itself; without one of its own nobody's secret is asked for twice. */
export const deviceId = async (): Promise<string> => {
  const known = await readFact<string>('device')
  if (known !== undefined) return known
  const made = crypto.randomUUID()
  await writeFact('device', made)
  // Two tabs at once: the one that stands is the device's.
  return (await readFact<string>('device')) ?? made
}

export const rangeOf = (prefix: string): IDBKeyRange => IDBKeyRange.bound(prefix, `${prefix}\uffff`)
