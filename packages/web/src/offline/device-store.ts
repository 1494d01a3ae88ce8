import { deviceDb, type KeptRecord, type KeptVault, rangeOf, readFact, writeFact } from './device-db.ts'
import { eraseSeenFiles } from './files-db.ts'
import { hiddenName, seal, unseal, type Vault, vaultOf } from './vault.ts'

/**
 * What a person keeps on this device: in memory as it is, on the disk sealed. Reading is at once; writing is seen at once and on
 * the disk a moment later. See docs/adr/0030.
 *
 * me · what was last seen of the cell · what is being typed · what is on its way · the desk's sheet · the session with another server
 */
export type Kind = 'me' | 'query' | 'draft' | 'outbox' | 'sheet' | 'line'
const KINDS: readonly Kind[] = ['me', 'query', 'draft', 'outbox', 'sheet', 'line']
/** Read again from the cell after the next sign-in. What the person made (drafts, outbox) is not: it stays, sealed. */
const FROM_THE_CELL: readonly Kind[] = ['me', 'query', 'sheet', 'line']
/** As many as fit in a second of opening; the oldest go first. */
const QUERIES_MOST = 400

interface Entry {
  readonly value: unknown
  /** When it was written, milliseconds since 1970. */
  readonly at: number
}
interface Written {
  readonly name: string
  readonly value: unknown
  readonly at: number
}

const memory = new Map<Kind, Map<string, Entry>>(KINDS.map((kind) => [kind, new Map()]))
const listeners = new Map<Kind, Set<() => void>>(KINDS.map((kind) => [kind, new Set()]))
const lockListeners = new Set<() => void>()
let opened: KeptVault | undefined

const of = (kind: Kind): Map<string, Entry> => memory.get(kind) ?? new Map()
const tell = (kind: Kind): void => {
  for (const listener of listeners.get(kind) ?? []) listener()
}

// ---------------------------------------------------------------- reading and writing

export const kept = <T>(kind: Kind, name: string): T | undefined => of(kind).get(name)?.value as T | undefined
export const allKept = <T>(kind: Kind): readonly { readonly name: string; readonly value: T; readonly at: number }[] =>
  [...of(kind)].map(([name, { value, at }]) => ({ name, value: value as T, at }))

/** Ends when it is on the disk, or something newer with this name is. */
export const keep = (kind: Kind, name: string, value: unknown): Promise<void> => {
  of(kind).set(name, { value, at: Date.now() })
  tell(kind)
  return write(kind, name)
}

export const drop = (kind: Kind, name: string): Promise<void> => {
  if (!of(kind).delete(name)) return Promise.resolve()
  tell(kind)
  return write(kind, name)
}

export const onKept = (kind: Kind, listener: () => void): (() => void) => {
  listeners.get(kind)?.add(listener)
  return () => void listeners.get(kind)?.delete(listener)
}

/** The key has left this device, here or in another tab. */
export const onLocked = (listener: () => void): (() => void) => {
  lockListeners.add(listener)
  return () => void lockListeners.delete(listener)
}

export const openedFor = (): string | undefined => opened?.personId
/** For what is kept beside the records. */
export const openVault = (): KeptVault | undefined => opened

// ---------------------------------------------------------------- the disk

const unwritten = new Map<string, Promise<void>>()
/** What the disk did not take: it was full, or none was open. It lives as long as this page does. */
const notTaken = new Set<string>()
/** What the disk has; a burst of keys is then one or two writes. */
const onDisk = new Map<string, Entry | undefined>()

/** Would it still be here after this page is closed? While it is being written: yes, until the disk says otherwise. */
export const isOnDevice = (kind: Kind, name: string): boolean => !notTaken.has(`${kind}/${name}`)

const noteTaken = (kind: Kind, name: string, taken: boolean): void => {
  const key = `${kind}/${name}`
  if (notTaken.has(key) === !taken) return
  if (taken) notTaken.delete(key)
  else notTaken.add(key)
  tell(kind)
}

/** One write per name at a time, in order; each writes what stands in memory when its turn comes. */
const write = (kind: Kind, name: string): Promise<void> => {
  const owner = opened
  if (owner === undefined) {
    noteTaken(kind, name, !of(kind).has(name))
    return Promise.resolve()
  }
  const key = `${kind}/${name}`
  const ended: Promise<void> = (unwritten.get(key) ?? Promise.resolve())
    .then(() => writeNow(owner, kind, name))
    .then(() => noteTaken(kind, name, true))
    // A full disk must not stop the work: it goes on from memory, and is sent while there is a line.
    .catch((fault: unknown) => {
      console.warn('not kept on this device', fault)
      noteTaken(kind, name, false)
    })
    .finally(() => {
      if (unwritten.get(key) === ended) unwritten.delete(key)
    })
  unwritten.set(key, ended)
  return ended
}

/** Where things lie, so that what is typed is on the disk one step sooner. */
const places = new Map<string, string>()

const placeOf = async (owner: KeptVault, kind: Kind, name: string): Promise<string> => {
  const known = places.get(`${owner.id}/${kind}/${name}`)
  if (known !== undefined) return known
  const made = `${owner.id}/${kind}/${await hiddenName(owner.vault, `${kind}/${name}`)}`
  places.set(`${owner.id}/${kind}/${name}`, made)
  return made
}

const writeNow = async (owner: KeptVault, kind: Kind, name: string): Promise<void> => {
  const [db, key] = await Promise.all([deviceDb(), placeOf(owner, kind, name)])
  const entry = of(kind).get(name)
  // Somebody else's vault is open by now: memory is theirs.
  if (opened?.id !== owner.id) return
  if (db === undefined) throw new Error('this browser lets pages keep nothing')
  if (onDisk.has(key) && onDisk.get(key) === entry) return
  if (entry === undefined) await db.delete('records', key)
  else {
    const written: Written = { name, value: entry.value, at: entry.at }
    await db.put('records', { key, at: entry.at, ...(await seal(owner.vault, key, written)) })
  }
  onDisk.set(key, entry)
  announce({ told: 'written', vault: owner.id, kind })
}

const readKind = async ({ id, vault }: KeptVault, kind: Kind): Promise<Map<string, Entry>> => {
  const records = (await (await deviceDb())?.getAll('records', rangeOf(`${id}/${kind}/`))) ?? []
  const found = await Promise.all(records.map((record) => openRecord(vault, record)))
  return new Map(found.flatMap((one) => (one === undefined ? [] : [[one.name, { value: one.value, at: one.at }]])))
}

const openRecord = async (vault: Vault, record: KeptRecord): Promise<Written | undefined> =>
  (await unseal(vault, record.key, record)) as Written | undefined

/** What other tabs wrote. What this tab has written and is not on the disk, yet or at all, stands above it. */
export const reread = async (kind: Kind): Promise<void> => {
  const owner = opened
  if (owner === undefined) return
  await Promise.all([...unwritten].flatMap(([key, ending]) => (key.startsWith(`${kind}/`) ? [ending] : [])))
  const found = await readKind(owner, kind).catch(() => undefined)
  if (found === undefined || (await deviceDb()) === undefined || opened?.id !== owner.id) return
  const isMine = (name: string) => unwritten.has(`${kind}/${name}`) || !isOnDevice(kind, name)
  const mine = [...of(kind)].filter(([name]) => isMine(name))
  for (const name of [...found.keys()]) if (isMine(name)) found.delete(name)
  memory.set(kind, new Map([...found, ...mine]))
  onDisk.clear()
  tell(kind)
}

// ---------------------------------------------------------------- opening and closing

/** At the start of the page: opens what the last person here may still read without asking anybody. */
export const wakeStore = async (): Promise<void> => {
  const id = await readFact<string>('current')
  const found = id === undefined ? undefined : await (await deviceDb())?.get('vaults', id).catch(() => undefined)
  if (found === undefined) return
  if (found.until <= Date.now()) await erase(found.id)
  else await open(found)
}

/** After sign-in, with the secret that the cell gave to the session. */
export const unlockStore = async (id: string, personId: string, secret: string, until: number): Promise<void> => {
  const found: KeptVault = { id, personId, vault: await vaultOf(secret), until }
  if (opened !== undefined && opened.id !== id) {
    forgetMemory()
    opened = undefined
  }
  await (await deviceDb())?.put('vaults', found).catch(() => undefined)
  await writeFact('current', id)
  await open(found)
  announce({ told: 'opened', vault: id })
}

/** The same person, signed in again for longer. */
export const prolongStore = async (until: number): Promise<void> => {
  if (opened === undefined || opened.until === until) return
  opened = { ...opened, until }
  await (await deviceDb())?.put('vaults', opened).catch(() => undefined)
}

const open = async (found: KeptVault): Promise<void> => {
  const early = opened === undefined ? [...memory].map(([kind, entries]) => [kind, new Map(entries)] as const) : []
  opened = found
  for (const kind of KINDS) memory.set(kind, await readKind(found, kind).catch(() => new Map()))
  // What was written before the store was open belongs to the same person, and is newer.
  for (const [kind, entries] of early)
    for (const [name, entry] of entries) {
      of(kind).set(name, entry)
      void write(kind, name)
    }
  void dropOldQueries()
  for (const kind of KINDS) tell(kind)
}

const dropOldQueries = async (): Promise<void> => {
  const oldest = allKept('query')
    .toSorted((a, b) => b.at - a.at)
    .slice(QUERIES_MOST)
  for (const { name } of oldest) await drop('query', name)
}

/** Nobody is signed in any more: the key leaves the device, and with it what was read from the cell. */
export const lockStore = async (): Promise<void> => {
  const owner = opened
  forgetMemory()
  opened = undefined
  if (owner !== undefined) {
    await erase(owner.id)
    announce({ told: 'locked', vault: owner.id })
  }
}

const forgetMemory = (): void => {
  onDisk.clear()
  places.clear()
  notTaken.clear()
  for (const kind of KINDS) {
    memory.set(kind, new Map())
    tell(kind)
  }
}

const erase = async (id: string): Promise<void> => {
  const files = eraseSeenFiles(id).catch(() => undefined)
  const db = await deviceDb()
  if (db === undefined) return files
  const work = db.transaction(['vaults', 'records', 'facts'], 'readwrite')
  await Promise.all([
    work.objectStore('vaults').delete(id),
    work.objectStore('facts').delete('current'),
    ...FROM_THE_CELL.map((kind) => work.objectStore('records').delete(rangeOf(`${id}/${kind}/`))),
    work.done,
  ]).catch(() => undefined)
  await files
}

const SWEEP_MS = 60_000

/** A page that stays open keeps working; but from the end of the session on, the next start finds no key on the disk. */
const removeKeyWhenOver = async (): Promise<void> => {
  if (opened !== undefined && opened.until <= Date.now()) await (await deviceDb())?.delete('vaults', opened.id)
}

// ---------------------------------------------------------------- other tabs

type Told =
  | { readonly told: 'written'; readonly vault: string; readonly kind: Kind }
  | { readonly told: 'opened' | 'locked'; readonly vault: string }

const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('dure-store')
const announce = (what: Told): void => channel?.postMessage(what)

/** Another tab's screen shows nothing of these; it reads the cell itself. */
const NOT_SHARED: readonly Kind[] = ['query', 'sheet', 'me', 'line']

const hear = ({ data }: MessageEvent<Told>): void => {
  if (data.told === 'written') {
    if (data.vault === opened?.id && !NOT_SHARED.includes(data.kind)) void reread(data.kind)
    return
  }
  const over = data.told === 'locked' ? data.vault === opened?.id : opened !== undefined && data.vault !== opened.id
  if (!over) return
  forgetMemory()
  opened = undefined
  for (const listener of lockListeners) listener()
}

/** Begins to listen to other tabs and to watch the end of the session. Called once. */
export const watchStore = (): void => {
  channel?.addEventListener('message', hear)
  setInterval(() => void removeKeyWhenOver().catch(() => undefined), SWEEP_MS)
}
