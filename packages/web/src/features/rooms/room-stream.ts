import { ROOM_EVENTS_PATH, type RoomEvent, roomEvent } from '@dure/contract'
import { follow } from '../../offline/follow.ts'

export interface RoomStreamUse {
  readonly onEvent: (event: RoomEvent) => void
  /** The stream is there (again), or the server forgot what was missed: read anew what is shown. */
  readonly onRenew: () => void
}

/**
 * Follows the live events of rooms, for a person or a guest; the session says for whom. Whether the cell is reached is told by the
 * stream of the whole program, so this one is silent about it. Returns how to stop.
 */
export const followRooms = (use: RoomStreamUse): (() => void) =>
  follow({
    path: ROOM_EVENTS_PATH,
    onOpen: use.onRenew,
    onMessage: ({ event, data }) => {
      if (event === 'reset') use.onRenew()
      else if (data !== '') hand(use, data)
    },
  })

/** An event newer than this screen is passed over. */
const hand = (use: RoomStreamUse, data: string): void => {
  const event = roomEvent.safeParse(JSON.parse(data))
  if (event.success) use.onEvent(event.data)
}
