/**
 * What is known about the way to the cell, from what really happened on it: bytes of the event stream and answers to
 * requests. `navigator.onLine` only says that there is some network card, so it decides nothing here.
 */
export interface ConnectionFacts {
  /** When anything last came from the server: a byte of the stream or any answer. Milliseconds since 1970; null = never. */
  readonly heardAt: number | null
  /** Since when the event stream does not arrive; null = it does, or none was asked for. */
  readonly streamFailingSince: number | null
  /** Since when requests get no answer; null = the last one did. */
  readonly requestsFailingSince: number | null
  /** When the server last said that a neighbour stands in for its region; null = it did not. */
  readonly stoodInSaidAt: number | null
}

export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'offline'
export interface Connection {
  readonly state: ConnectionState
  /** Since when this state lasts; null for connected and connecting. */
  readonly since: number | null
  readonly heardAt: number | null
}

/** After this much silence we no longer say "reconnecting" but "offline". */
export const OFFLINE_AFTER_MS = 20_000

export const connectionOf = (facts: ConnectionFacts, now: number): Connection => {
  const failing = [facts.streamFailingSince, facts.requestsFailingSince].filter((at) => at !== null)
  const { heardAt } = facts
  if (failing.length === 0) return { state: heardAt === null ? 'connecting' : 'connected', since: null, heardAt }
  const since = Math.min(...failing)
  const silentSince = heardAt === null ? since : Math.max(since, heardAt)
  return { state: now - silentSince < OFFLINE_AFTER_MS ? 'reconnecting' : 'offline', since, heardAt }
}

/** So long the own server may be silent before another is looked for: a restart is not a loss. */
export const SILENT_MS = 5_000
/** What a server said of its neighbour holds this long: it may decide again by then, and says so anew if not. */
export const STOOD_IN_HOLDS_MS = 60_000

/** Is it time to look for another server: is this one silent, or has it sent us to the neighbour? */
export const looksElsewhere = (facts: ConnectionFacts, now: number): boolean => {
  const { requestsFailingSince, streamFailingSince, stoodInSaidAt } = facts
  const since = requestsFailingSince ?? streamFailingSince
  const isSilent = since !== null && now - since >= SILENT_MS
  return isSilent || (stoodInSaidAt !== null && now - stoodInSaidAt < STOOD_IN_HOLDS_MS)
}

/**
 * Up to when a figure on the screen is known to be true. While the stream arrives, silence about a thing means that it
 * has not changed, so the figure is as young as the last heartbeat; without the stream it is as old as its own answer.
 */
export const trueAsOf = (fetchedAt: number, invalidated: boolean, facts: ConnectionFacts): number =>
  facts.streamFailingSince === null && !invalidated && facts.heardAt !== null
    ? Math.max(fetchedAt, facts.heardAt)
    : fetchedAt

type Listener = () => void
const listeners = new Set<Listener>()
const NOTHING: ConnectionFacts = {
  heardAt: null,
  streamFailingSince: null,
  requestsFailingSince: null,
  stoodInSaidAt: null,
}
let facts: ConnectionFacts = NOTHING

const change = (next: Partial<ConnectionFacts>) => {
  facts = { ...facts, ...next }
  for (const listener of listeners) listener()
}

export const connectionFacts = (): ConnectionFacts => facts
export const subscribeConnection = (listener: Listener) => {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}

export const noteStreamHeard = (now: number) => change({ heardAt: now, streamFailingSince: null })
export const noteStreamLost = (now: number) => change({ streamFailingSince: facts.streamFailingSince ?? now })
/** Nobody follows the stream now (signed out), so its absence means nothing. */
export const noteStreamEnded = () => change({ streamFailingSince: null })
export const noteAnswer = (now: number) => change({ heardAt: now, requestsFailingSince: null })
export const noteNoAnswer = (now: number) => change({ requestsFailingSince: facts.requestsFailingSince ?? now })
/** Another server is worked with: what failed before says nothing about it. */
export const forgetFailures = () => change(NOTHING)
export const noteStoodIn = (now: number) => change({ stoodInSaidAt: now })
