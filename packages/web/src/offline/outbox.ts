import type { Endpoint, InputOf, Problem, ResponseOf } from '@dure/contract'
import { toProblem } from '@dure/contract'
import { call } from './api.ts'
import { connectionFacts, subscribeConnection } from './connection.ts'
import { endpointById } from './endpoints.ts'
import { afterTry, nextToSend, type OutboxItem, type OutboxLabel, samePress, withoutOld } from './outbox-item.ts'

const STORE = 'dure.outbox.v1'
const LOCK = 'dure-outbox'
const CHECK_MS = 1_000

export type Settled<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem }
export interface SettledAction {
  readonly item: OutboxItem
  readonly value: unknown
}

const listeners = new Set<() => void>()
const settledListeners = new Set<(action: SettledAction) => void>()
const waiters = new Map<string, ((settled: Settled<unknown>) => void)[]>()
let items: readonly OutboxItem[] = load()
let personId: string | null = null
let sending = false

function load(): readonly OutboxItem[] {
  try {
    const raw = localStorage.getItem(STORE)
    return raw === null ? [] : (JSON.parse(raw) as readonly OutboxItem[])
  } catch {
    return []
  }
}

/** Another tab may have written meanwhile, so the stored list is read, changed and written in one go. */
const change = (how: (now: readonly OutboxItem[]) => readonly OutboxItem[]): void => {
  items = withoutOld(how(load()), Date.now())
  localStorage.setItem(STORE, JSON.stringify(items))
  for (const listener of listeners) listener()
}

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
  const same = samePress(load(), owner, action.intent, now)
  const id = same?.id ?? action.id ?? crypto.randomUUID()
  if (same === undefined) {
    const { endpoint, input, intent, label } = action
    const item: OutboxItem = {
      ...{ id, intent, personId: owner, endpointId: endpoint.id, label, createdAt: now },
      ...{ state: 'waiting', input, attempts: 0, nextTryAt: 0 },
    }
    change((all) => [...all.filter((other) => other.id !== id), item])
  }
  const settled = new Promise<Settled<unknown>>((resolve) => {
    if (same?.state === 'accepted') return
    waiters.set(id, [...(waiters.get(id) ?? []), resolve])
  })
  void flush()
  return settled as Promise<Settled<ResponseOf<E>>>
}

/** Tries everything that is waiting at once, e.g. when the connection is back. */
export const retryNow = (): void => {
  change((all) => all.map((item) => (item.state === 'waiting' ? { ...item, nextTryAt: 0 } : item)))
  void flush()
}

/** Takes a waiting action back before it was sent, or puts a settled one out of sight. */
export const dismiss = (id: string): void => {
  change((all) => all.filter((item) => item.id !== id))
  settle(id, { ok: false, problem: toProblem({ code: 'conflict' }) })
}

const settle = (id: string, settled: Settled<unknown>): void => {
  for (const resolve of waiters.get(id) ?? []) resolve(settled)
  waiters.delete(id)
}

/** One tab sends at a time; two would do no harm (same key), only noise. */
const flush = async (): Promise<void> => {
  if (sending) return
  sending = true
  try {
    if ('locks' in navigator) await navigator.locks.request(LOCK, sendAllDue)
    else await sendAllDue()
  } finally {
    sending = false
  }
}

const sendAllDue = async (): Promise<void> => {
  items = load()
  for (;;) {
    const item = personId === null ? undefined : nextToSend(items, personId, Date.now())
    if (item === undefined) return
    await sendOne(item)
  }
}

const sendOne = async (item: OutboxItem): Promise<void> => {
  const endpoint = endpointById(item.endpointId)
  if (item.state !== 'waiting' || endpoint === undefined) return dismiss(item.id)
  const anyCall = call as (e: Endpoint, input: unknown, options: { key: string }) => ReturnType<typeof call<Endpoint>>
  const answer = await anyCall(endpoint, item.input, { key: item.id }).catch(() => null)
  const outcome =
    answer === null
      ? ({ kind: 'no-answer' } as const)
      : answer.ok
        ? ({ kind: 'accepted' } as const)
        : ({ kind: 'refused', problem: answer.error } as const)
  const after = afterTry(item, outcome, Date.now(), Math.random())
  change((all) => all.map((one) => (one.id === item.id ? after : one)))
  if (after.state === 'waiting') return
  const value = answer?.ok === true ? answer.value : undefined
  for (const listener of settledListeners) listener({ item: after, value })
  settle(item.id, after.state === 'refused' ? { ok: false, problem: after.problem } : { ok: true, value })
}

/** Starts sending for this person; what somebody else left on the device waits for them. Returns how to stop. */
export const runOutboxFor = (id: string): (() => void) => {
  personId = id
  change((all) => all)
  const timer = setInterval(() => void flush(), CHECK_MS)
  let wasFailing = false
  const unsubscribe = subscribeConnection(() => {
    const { streamFailingSince, requestsFailingSince } = connectionFacts()
    const failing = streamFailingSince !== null || requestsFailingSince !== null
    if (wasFailing && !failing) retryNow()
    wasFailing = failing
  })
  const otherTab = (event: StorageEvent) => {
    if (event.key !== STORE) return
    items = load()
    for (const listener of listeners) listener()
  }
  addEventListener('storage', otherTab)
  void flush()
  return () => {
    personId = null
    clearInterval(timer)
    unsubscribe()
    removeEventListener('storage', otherTab)
  }
}
