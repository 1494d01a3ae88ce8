import type { Problem } from '@dure/contract'
import { backoffMs } from './backoff.ts'

/** One action of a person on its way to the cell. Its id is the idempotency key: however often it is sent, it acts once. */
export type OutboxItem = OutboxHead &
  (
    | {
        readonly state: 'waiting'
        readonly input: unknown
        readonly attempts: number
        readonly nextTryAt: number
        /** What the server said to the last try; absent: it was not reached, or not yet tried. */
        readonly putOff?: Problem['code']
      }
    | { readonly state: 'accepted'; readonly settledAt: number; readonly value?: unknown }
    | { readonly state: 'refused'; readonly settledAt: number; readonly problem: Problem }
  )

interface OutboxHead {
  readonly id: string
  /** What the person means to do; while it is on its way a second press is the same action. */
  readonly intent: string
  readonly personId: string
  readonly endpointId: string
  /** Key of the sentence that names the action, and what fills its gaps; never clinical text. */
  readonly label: OutboxLabel
  readonly createdAt: number
}

export interface OutboxLabel {
  readonly key: string
  readonly values?: Readonly<Record<string, string>>
}

/** What came of one try. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly value?: unknown }
  | { readonly kind: 'refused'; readonly problem: Problem }
  | { readonly kind: 'no-answer' }

const SERVER_FAULT_TRIES = 5
/** Settled actions stay visible this long and then leave the device. */
export const KEEP_SETTLED_MS = 15 * 60_000
/** Somebody whose finger was faster than the answer presses again within this time. */
export const SECOND_PRESS_MS = 700

/**
 * Busy servers are asked again; so is one that made an error, but not for ever. A sign-in that ran out waits for the next, and what the
 * own cell may not decide waits for the neighbour that stands in for it.
 */
const isWorthRetrying = (problem: Problem, attempts: number): boolean =>
  problem.code === 'sign-in-needed' ||
  problem.code === 'stood-in' ||
  problem.code === 'too-many-requests' ||
  problem.code === 'overloaded' ||
  problem.code === 'storage-full' ||
  (problem.status >= 500 && attempts < SERVER_FAULT_TRIES)

/** The item after a try. The input leaves the device as soon as the action is settled. */
export const afterTry = (item: OutboxItem, outcome: Outcome, now: number, chance: number): OutboxItem => {
  if (item.state !== 'waiting') return item
  const { input, attempts: tries, nextTryAt: _next, state: _state, putOff: _said, ...head } = item
  if (outcome.kind === 'accepted') return { ...head, state: 'accepted', settledAt: now, value: outcome.value }
  const attempts = tries + 1
  if (outcome.kind === 'refused' && !isWorthRetrying(outcome.problem, attempts))
    return { ...head, state: 'refused', settledAt: now, problem: outcome.problem }
  const putOff = outcome.kind === 'refused' ? { putOff: outcome.problem.code } : {}
  return { ...head, state: 'waiting', input, attempts, nextTryAt: now + backoffMs(attempts, chance), ...putOff }
}

/** The action that a press with this intent means: one on its way, or one settled a moment ago. */
export const samePress = (
  items: readonly OutboxItem[],
  personId: string,
  intent: string,
  now: number,
): OutboxItem | undefined =>
  items.findLast(
    (item) =>
      item.personId === personId &&
      item.intent === intent &&
      (item.state === 'waiting' || (item.state === 'accepted' && now - item.settledAt < SECOND_PRESS_MS)),
  )

type Waiting = OutboxItem & { readonly state: 'waiting' }

/**
 * Oldest first, and only what is due: an action never overtakes one the same person did before. One exception: a message whose files
 * are still on their way (`held`) holds back its own room and nothing else. An acceptance does not wait for a picture.
 */
export const nextToSend = (
  items: readonly OutboxItem[],
  personId: string,
  now: number,
  held: (item: Waiting) => boolean = () => false,
): Waiting | undefined => {
  const heldLanes = new Set<string>()
  for (const item of items) {
    if (item.state !== 'waiting' || item.personId !== personId || heldLanes.has(laneOf(item))) continue
    if (!held(item)) return item.nextTryAt <= now ? item : undefined
    heldLanes.add(laneOf(item))
  }
  return undefined
}

/** The oldest message whose files have to go first. */
export const nextToBring = (
  items: readonly OutboxItem[],
  personId: string,
  now: number,
  held: (item: Waiting) => boolean,
): Waiting | undefined =>
  items.find(
    (item): item is Waiting =>
      item.state === 'waiting' && item.personId === personId && item.nextTryAt <= now && held(item),
  )

/** `room:<id>:<message>`: messages of a room keep their order among each other. */
const laneOf = ({ id, intent }: OutboxItem): string => /^room:[^:]+:/.exec(intent)?.[0] ?? id

/** In the order in which they were done. Two tabs in the same millisecond did not do one after the other. */
export const inOrder = (items: readonly OutboxItem[]): readonly OutboxItem[] =>
  items.toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))

/** The time of a new item: later than every other, also when the clock of this device was put back. */
export const orderAfter = (items: readonly OutboxItem[], now: number): number =>
  items.reduce((latest, { createdAt }) => Math.max(latest, createdAt + 1), now)

export const isOld = (item: OutboxItem, now: number): boolean =>
  item.state !== 'waiting' && now - item.settledAt >= KEEP_SETTLED_MS
