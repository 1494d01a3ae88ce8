import type { Endpoint, InputOf, Problem, ResponseOf } from '@dure/contract'
import { toProblem } from '@dure/contract'
import { call } from './api.ts'
import { connectionFacts, subscribeConnection } from './connection.ts'
import { allKept, drop, keep, onKept, reread } from './device-store.ts'
import { endpointById } from './endpoints.ts'
import { bringFilesOf, hasLocalFiles, tidyGoingFiles } from './going-files.ts'
import {
  afterTry,
  inOrder,
  isOld,
  nextToBring,
  nextToSend,
  type OutboxItem,
  type OutboxLabel,
  type Outcome,
  orderAfter,
  samePress,
} from './outbox-item.ts'
import { subscribeServer } from './server.ts'

const LOCK = 'dure-outbox'
const FILES_LOCK = 'dure-outbox-files'
const CHECK_MS = 1_000
const TIDY_MS = 5 * 60_000

export type Settled<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem }
export interface SettledAction {
  readonly item: OutboxItem
  readonly value: unknown
}

const listeners = new Set<() => void>()
const settledListeners = new Set<(action: SettledAction) => void>()
const waiters = new Map<string, ((settled: Settled<unknown>) => void)[]>()
let items: readonly OutboxItem[] = []
let personId: string | null = null
let sending = false
let bringing = false
/** The item that this tab is sending. */
let inHand: string | null = null

/** The store is the truth, for this tab and the others; this is its list in order, one object until something changes. */
const takeItems = (): void => {
  items = inOrder(allKept<OutboxItem>('outbox').map(({ value }) => value))
  settleElsewhere()
  for (const listener of listeners) listener()
}
onKept('outbox', takeItems)

export const outboxItems = (): readonly OutboxItem[] => items
export const subscribeOutbox = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}
export const onSettled = (listener: (action: SettledAction) => void): (() => void) => {
  settledListeners.add(listener)
  return () => {
    settledListeners.delete(listener)
  }
}

export interface Action<E extends Endpoint> {
  readonly endpoint: E
  readonly input: InputOf<E>
  readonly intent: string
  readonly label: OutboxLabel
  /** A form's own key, so that the same filling-in is one action across reloads. */
  readonly id?: string
}

/** Writes the action down on the device, then sends it. The promise ends when the server has accepted or refused it. */
export const act = <E extends Endpoint>(action: Action<E>): Promise<Settled<ResponseOf<E>>> => {
  const owner = personId
  if (owner === null) return Promise.resolve({ ok: false, problem: toProblem({ code: 'sign-in-needed' }) })
  const now = Date.now()
  const same = samePress(items, owner, action.intent, now)
  const id = same?.id ?? action.id ?? crypto.randomUUID()
  const settled = new Promise<Settled<unknown>>((resolve) => {
    if (same?.state === 'accepted') return
    waiters.set(id, [...(waiters.get(id) ?? []), resolve])
  })
  const written = same === undefined ? keep('outbox', id, itemOf(action, id, owner, now)) : Promise.resolve()
  // Sent when it lies on the disk: what was sent and forgotten could not be asked for again.
  void written.then(flush)
  return settled as Promise<Settled<ResponseOf<E>>>
}

const itemOf = <E extends Endpoint>(action: Action<E>, id: string, owner: string, now: number): OutboxItem => {
  const { endpoint, input, intent, label } = action
  return {
    ...{ id, intent, personId: owner, endpointId: endpoint.id, label, createdAt: orderAfter(items, now) },
    ...{ state: 'waiting', input, attempts: 0, nextTryAt: 0 },
  }
}

/** Tries everything that is waiting at once, e.g. when the connection is back. */
export const retryNow = (): void => {
  for (const item of items)
    if (item.state === 'waiting' && item.nextTryAt > 0) void keep('outbox', item.id, { ...item, nextTryAt: 0 })
  void flush()
}

/** Takes a waiting action back before it was sent, or puts a settled one out of sight. */
export const dismiss = (id: string): void => {
  void drop('outbox', id)
  settle(id, { ok: false, problem: toProblem({ code: 'conflict' }) })
}

const settle = (id: string, settled: Settled<unknown>): void => {
  for (const resolve of waiters.get(id) ?? []) resolve(settled)
  waiters.delete(id)
}

/** Another tab has sent what this one waits for. */
const settleElsewhere = (): void => {
  for (const item of items)
    if (item.state !== 'waiting' && item.id !== inHand && waiters.has(item.id)) tellSettled(item)
}

const tellSettled = (item: OutboxItem): void => {
  if (item.state === 'waiting') return
  const value = item.state === 'accepted' ? item.value : undefined
  for (const listener of settledListeners) listener({ item, value })
  settle(item.id, item.state === 'refused' ? { ok: false, problem: item.problem } : { ok: true, value })
}

/** One tab sends at a time, so that nothing overtakes; when that tab is closed, the lock is free and another goes on. */
const flush = async (): Promise<void> => {
  void bringFiles()
  if (sending) return
  sending = true
  try {
    await unlessOther(LOCK, sendAllDue)
  } finally {
    sending = false
  }
}

const unlessOther = (name: string, work: () => Promise<void>): Promise<void> =>
  'locks' in navigator
    ? navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
        if (lock !== null) await work()
      })
    : work()

const nextDue = () => (personId === null ? undefined : nextToSend(items, personId, Date.now(), hasLocalFiles))
const nextWithFiles = () => (personId === null ? undefined : nextToBring(items, personId, Date.now(), hasLocalFiles))

/** Files that messages name and that are only here are brought beside the other actions, by one tab too. */
const bringFiles = async (): Promise<void> => {
  if (bringing || nextWithFiles() === undefined) return
  bringing = true
  try {
    await unlessOther(FILES_LOCK, bringAllDue)
  } finally {
    bringing = false
  }
}

const bringAllDue = async (): Promise<void> => {
  await reread('outbox')
  for (let item = nextWithFiles(); item !== undefined; item = nextWithFiles()) await bringFilesOfOne(item)
  void flush()
}

const bringFilesOfOne = async (item: OutboxItem & { readonly state: 'waiting' }): Promise<void> => {
  const brought = await bringFilesOf(item)
  const latest = items.find(({ id }) => id === item.id)
  // Taken back meanwhile.
  if (latest?.state !== 'waiting') return
  if (brought.ok) return keep('outbox', item.id, { ...latest, input: brought.input, attempts: 0, nextTryAt: 0 })
  const after = afterTry(latest, brought.outcome, Date.now(), Math.random())
  await keep('outbox', item.id, after)
  tellSettled(after)
}

const sendAllDue = async (): Promise<void> => {
  // What another tab sent a moment ago must not be sent again, and what it wrote down comes in its order.
  if (nextDue() !== undefined) await reread('outbox')
  for (let item = nextDue(); item !== undefined; item = nextDue()) await sendOne(item)
}

const sendOne = async (item: OutboxItem & { readonly state: 'waiting' }): Promise<void> => {
  const endpoint = endpointById(item.endpointId)
  if (endpoint === undefined) return dismiss(item.id)
  const anyCall = call as (e: Endpoint, input: unknown, options: { key: string }) => ReturnType<typeof call<Endpoint>>
  inHand = item.id
  const answer = await anyCall(endpoint, item.input, { key: item.id }).catch(() => null)
  const outcome: Outcome =
    answer === null
      ? { kind: 'no-answer' }
      : answer.ok
        ? { kind: 'accepted', value: answer.value }
        : { kind: 'refused', problem: answer.error }
  const after = afterTry(item, outcome, Date.now(), Math.random())
  await keep('outbox', item.id, after)
  inHand = null
  tellSettled(after)
}

const dropOld = (): void => {
  const now = Date.now()
  for (const item of items) if (isOld(item, now)) void drop('outbox', item.id)
}

/** Starts sending for this person; what somebody else left on the device waits for them, sealed. Returns how to stop. */
export const runOutboxFor = (id: string): (() => void) => {
  personId = id
  takeItems()
  void tidyGoingFiles()
  const tidying = setInterval(() => void tidyGoingFiles(), TIDY_MS)
  const timer = setInterval(() => {
    dropOld()
    void flush()
  }, CHECK_MS)
  let wasFailing = false
  const unsubscribe = subscribeConnection(() => {
    const { streamFailingSince, requestsFailingSince } = connectionFacts()
    const failing = streamFailingSince !== null || requestsFailingSince !== null
    if (wasFailing && !failing) retryNow()
    wasFailing = failing
  })
  // Another server may decide what this one could not.
  const leave = subscribeServer(retryNow)
  void flush()
  return () => {
    personId = null
    clearInterval(timer)
    clearInterval(tidying)
    unsubscribe()
    leave()
  }
}
