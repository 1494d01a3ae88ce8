import { ackEndpoints } from './acks.ts'
import { guestEndpoints } from './guests.ts'
import { memberEndpoints } from './members.ts'
import { messageEndpoints } from './messages.ts'
import { timelineEndpoints } from './timeline.ts'

/**
 * Shapes of the coordination rooms. A room's timeline is the union of what people wrote (messages) and what happened to its request
 * (cards): cards are made from the request's own record whenever it is read and are kept nowhere, so there is one truth.
 *
 * Order is the hybrid logical clock `hlc` (`ms-counter-cell`), then the id: compare `key` as text.
 */
export const roomEndpoints = {
  ...memberEndpoints,
  ...timelineEndpoints,
  ...messageEndpoints,
  ...ackEndpoints,
  ...guestEndpoints,
} as const

export * from './ack-views.ts'
export { invitationView } from './guests.ts'
export * from './live.ts'
export { memberView, type PartyView, partyView, type RoomParty, type RoomView, roomParty, roomView } from './members.ts'
export {
  type FileView,
  fileView,
  type Mention,
  type MessageView,
  mention,
  mentionView,
  messageView,
  type NewMessage,
  newMessage,
  receiptView,
} from './messages.ts'
export {
  type CardAct,
  type CardView,
  cardAct,
  cardView,
  type ReachView,
  reachView,
  type TimelineItem,
  timelineItem,
} from './timeline.ts'
export { uploadRoomFile } from './upload.ts'
export * from './vocabulary.ts'
