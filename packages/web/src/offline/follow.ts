import { backoffMs } from './backoff.ts'
import { fetchHere, subscribeServer } from './server.ts'
import { messageCutter, type StreamMessage } from './stream-reader.ts'

/** Heartbeats come every few seconds; this much silence means that the line is dead even if nobody closed it. */
const SILENCE_MS = 40_000

export interface StreamUse {
  readonly path: string
  /** The stream is there (again): what was read before may have missed changes, unless it was `resumed`. */
  readonly onOpen: (resumed: boolean) => void
  readonly onMessage: (message: StreamMessage) => void
  /** The server says that nobody is signed in who may listen: it is over. */
  readonly onRefused?: () => void
  /** Something came, a heartbeat too. */
  readonly onHeard?: () => void
  /** It broke off and is tried again. */
  readonly onLost?: () => void
}

/**
 * Follows a stream of server-sent events by `fetch`, not EventSource, because heartbeats are comments which EventSource hides, and
 * silence is exactly what we must notice. Resumes by Last-Event-ID. Returns how to stop.
 */
export const follow = (use: StreamUse): (() => void) => {
  const stop = new AbortController()
  const wake = { now: () => {}, moved: () => {} }
  const hint = () => wake.now()
  addEventListener('online', hint)
  // Another server has another numbering: its stream is begun anew, and what is shown is read anew.
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

const keepFollowing = async (use: StreamUse, stopped: AbortSignal, wake: Wake): Promise<void> => {
  const cursor = { id: null as string | null }
  let attempt = 0
  while (!stopped.aborted) {
    const opened = () => {
      attempt = 0
      use.onOpen(cursor.id !== null)
    }
    const moved = new AbortController()
    wake.moved = () => {
      cursor.id = null
      moved.abort()
    }
    const refused = await followOnce(use, cursor, AbortSignal.any([stopped, moved.signal]), opened).catch(() => false)
    if (stopped.aborted) return
    if (moved.signal.aborted) continue
    if (refused) {
      use.onRefused?.()
      return
    }
    use.onLost?.()
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
  use: StreamUse,
  cursor: { id: string | null },
  stopped: AbortSignal,
  opened: () => void,
): Promise<boolean> => {
  const dead = new AbortController()
  let watch = setTimeout(() => dead.abort(), SILENCE_MS)
  const heard = () => {
    clearTimeout(watch)
    watch = setTimeout(() => dead.abort(), SILENCE_MS)
    use.onHeard?.()
  }
  try {
    const response = await fetchHere(use.path, {
      headers: { accept: 'text/event-stream', ...(cursor.id === null ? {} : { 'last-event-id': cursor.id }) },
      cache: 'no-store',
      signal: AbortSignal.any([stopped, dead.signal]),
    })
    if (response.status === 401) return true
    if (!response.ok || response.body === null) return false
    heard()
    opened()
    const cut = messageCutter()
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return false
      heard()
      for (const message of cut(value)) {
        if (message.id !== null) cursor.id = message.id
        // An id alone moves the cursor; `hello` only says where the stream starts.
        if (message.event !== 'hello') use.onMessage(message)
      }
    }
  } finally {
    clearTimeout(watch)
  }
}
