import { ROOM_EVENTS_PATH, type RoomEvent, roomEvent } from '@dure/contract'
import { backoffMs } from '../../offline/backoff.ts'
import { fetchHere, subscribeServer } from '../../offline/server.ts'
import { messageCutter } from '../../offline/stream-reader.ts'

/** Heartbeats come every few seconds; this much silence means that the line is dead. */
const SILENCE_MS = 40_000

export interface RoomStreamUse {
  readonly onEvent: (event: RoomEvent) => void
  /** The stream is there (again), or the server forgot what was missed: read anew what is shown. */
  readonly onRenew: () => void
}

/**
 * Follows the live events of rooms, for a person or a guest; the session says for whom. Whether the cell is reached is told by the
 * stream of the whole program, so this one is silent about it. Returns how to stop.
 */
export const followRooms = (use: RoomStreamUse): (() => void) => {
  const stop = new AbortController()
  const wake = { now: () => {}, moved: () => {} }
  const hint = () => wake.now()
  addEventListener('online', hint)
  const leave = subscribeServer(() => {
    wake.moved()
    wake.now()
  })
  void keepFollowing(use, stop.signal, wake)
  return () => {
    removeEventListener('online', hint)
    leave()
    stop.abort()
  }
}

interface Wake {
  now: () => void
  /** Another server is worked with. */
  moved: () => void
}

const keepFollowing = async (use: RoomStreamUse, stopped: AbortSignal, wake: Wake): Promise<void> => {
  const cursor = { id: null as string | null }
  let attempt = 0
  while (!stopped.aborted) {
    const opened = () => {
      attempt = 0
      use.onRenew()
    }
    const moved = new AbortController()
    wake.moved = () => {
      cursor.id = null
      moved.abort()
    }
    const over = await followOnce(use, cursor, AbortSignal.any([stopped, moved.signal]), opened).catch(() => false)
    if (stopped.aborted) return
    if (moved.signal.aborted) continue
    if (over) return
    attempt += 1
    await pause(backoffMs(attempt, Math.random()), wake, stopped)
  }
}

const pause = (ms: number, wake: Wake, stopped: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    wake.now = () => {
      clearTimeout(timer)
      resolve()
    }
    stopped.addEventListener('abort', () => wake.now(), { once: true })
  })

/** One connection until it ends. True = nobody may listen (any more). */
const followOnce = async (
  use: RoomStreamUse,
  cursor: { id: string | null },
  stopped: AbortSignal,
  opened: () => void,
): Promise<boolean> => {
  const dead = new AbortController()
  let watch = setTimeout(() => dead.abort(), SILENCE_MS)
  const heard = () => {
    clearTimeout(watch)
    watch = setTimeout(() => dead.abort(), SILENCE_MS)
  }
  try {
    const response = await fetchHere(ROOM_EVENTS_PATH, {
      headers: { accept: 'text/event-stream', ...(cursor.id === null ? {} : { 'last-event-id': cursor.id }) },
      cache: 'no-store',
      signal: AbortSignal.any([stopped, dead.signal]),
    })
    if (response.status === 401) return true
    if (!response.ok || response.body === null) return false
    opened()
    const cut = messageCutter()
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return false
      heard()
      for (const message of cut(value)) {
        if (message.id !== null) cursor.id = message.id
        if (message.event === 'reset') use.onRenew()
        else if (message.event !== 'hello' && message.data !== '') hand(use, message.data)
      }
    }
  } finally {
    clearTimeout(watch)
  }
}

/** An event newer than this screen is passed over. */
const hand = (use: RoomStreamUse, data: string): void => {
  const event = roomEvent.safeParse(JSON.parse(data))
  if (event.success) use.onEvent(event.data)
}
