import { noteStreamEnded, noteStreamHeard, noteStreamLost } from './connection.ts'
import { follow } from './follow.ts'
import type { StreamMessage } from './stream-reader.ts'

interface EventsUse {
  readonly onMessage: (message: StreamMessage) => void
  /** The stream is there (again): what was read before may have missed changes. */
  readonly onOpen: (resumed: boolean) => void
  readonly onSignedOut: () => void
}

/** Follows /api/events, and with it whether the cell is reached. Returns how to stop. */
export const followEvents = (use: EventsUse): (() => void) => {
  const stop = follow({
    path: '/api/events',
    onOpen: use.onOpen,
    onMessage: (message) => {
      if (message.data !== '') use.onMessage(message)
    },
    onHeard: () => noteStreamHeard(Date.now()),
    onLost: () => noteStreamLost(Date.now()),
    onRefused: () => {
      noteStreamEnded()
      use.onSignedOut()
    },
  })
  return () => {
    stop()
    noteStreamEnded()
  }
}
