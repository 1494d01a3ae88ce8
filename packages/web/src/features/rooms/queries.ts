import { type MessageView, roomEndpoints } from '@dure/contract'
import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { read } from '../../offline/api.ts'
import { type TimelineData, withMessage, withNewest, withOlder } from './timeline-data.ts'

const NEWEST = 100
const OLDER = 50

export const roomsQuery = (closed: 'no' | 'yes') =>
  queryOptions({
    queryKey: ['rooms', closed],
    queryFn: ({ signal }) => read(roomEndpoints.listRooms, { query: { closed, limit: 200 } }, signal),
  })

export const roomQuery = (id: string) =>
  queryOptions({
    queryKey: ['room', id],
    queryFn: ({ signal }) => read(roomEndpoints.getRoom, { params: { id } }, signal),
  })

export const roomOfRequestQuery = (requestId: string) =>
  queryOptions({
    queryKey: ['room-of-request', requestId],
    queryFn: ({ signal }) => read(roomEndpoints.roomOfRequest, { params: { id: requestId } }, signal),
  })

export const acksQuery = queryOptions({
  queryKey: ['acknowledgements'],
  queryFn: ({ signal }) => read(roomEndpoints.listAcknowledgements, {}, signal),
})

export const membersQuery = (roomId: string) =>
  queryOptions({
    queryKey: ['room-members', roomId],
    queryFn: ({ signal }) => read(roomEndpoints.roomMembers, { params: { id: roomId } }, signal),
  })

export const partiesQuery = (q: string) =>
  queryOptions({
    queryKey: ['room-parties', q],
    queryFn: ({ signal }) => read(roomEndpoints.findParties, { query: { q } }, signal),
  })

export const invitationsQuery = (roomId: string) =>
  queryOptions({
    queryKey: ['room-invitations', roomId],
    queryFn: ({ signal }) => read(roomEndpoints.listInvitations, { params: { id: roomId } }, signal),
  })

export const receiptsQuery = (messageId: string) =>
  queryOptions({
    queryKey: ['receipts', messageId],
    queryFn: ({ signal }) => read(roomEndpoints.messageReceipts, { params: { id: messageId } }, signal),
  })

export const searchQuery = (q: string, roomId?: string) =>
  queryOptions({
    queryKey: ['room-search', q, roomId ?? ''],
    queryFn: ({ signal }) =>
      read(roomEndpoints.searchRooms, { query: { q, ...(roomId === undefined ? {} : { roomId }) } }, signal),
  })

const timelineKey = (roomId: string) => ['room-timeline', roomId]

/** The newest page, put together with what was read before it. */
export const timelineQuery = (queries: QueryClient, roomId: string) =>
  queryOptions({
    queryKey: timelineKey(roomId),
    queryFn: async ({ signal }): Promise<TimelineData> => {
      const page = await read(roomEndpoints.roomTimeline, { params: { id: roomId }, query: { limit: NEWEST } }, signal)
      return withNewest(queries.getQueryData<TimelineData>(timelineKey(roomId)), page)
    },
    structuralSharing: false,
  })

/** Reads the page before what is there. True = something was added. */
export const readOlder = async (queries: QueryClient, roomId: string): Promise<boolean> => {
  const now = queries.getQueryData<TimelineData>(timelineKey(roomId))
  const first = now?.items[0]
  if (now === undefined || first === undefined || !now.more) return false
  const page = await read(roomEndpoints.roomTimeline, {
    params: { id: roomId },
    query: { before: first.key, limit: OLDER },
  })
  queries.setQueryData<TimelineData>(timelineKey(roomId), (latest) => withOlder(latest ?? now, page))
  return page.items.length > 0
}

/** Puts a message into the timeline on the screen, if that room was read at all. */
export const putMessage = (queries: QueryClient, message: MessageView): void => {
  queries.setQueryData<TimelineData>(timelineKey(message.roomId), (now) =>
    now === undefined ? undefined : withMessage(now, message),
  )
}
