import { ok, roomEndpoints } from '@dure/contract'
import { type Http, serve } from '../platform/http.ts'
import { acknowledge, openAcksOf, unansweredOf } from './acks.service.ts'
import type { Guest, Guests } from './guests.service.ts'
import { membersFor } from './members.service.ts'
import { authorOf, retract, writeMessage } from './messages.service.ts'
import { changeMembers, closeRoom, openRoom } from './opening.service.ts'
import { findParties } from './parties.service.ts'
import { receiptsOf, recordReceipts } from './receipts.service.ts'
import { openDeskRooms, type Rooms, refuse, roomFor, roomForRequest, roomsOf } from './rooms.service.ts'
import { guestTimeline, searchFor, timelineFor, viewsOf } from './timeline.service.ts'

export const registerRoomRoutes = (http: Http, rooms: Rooms, guests: Guests): void => {
  const route = serve(http)
  const e = roomEndpoints

  route(e.listRooms, async ({ person, query, now }) => {
    await openDeskRooms(rooms, person)
    const ask = { kind: query.kind, closed: query.closed === 'yes', limit: query.limit }
    return ok({ rooms: await roomsOf(rooms, person, ask), at: now.toISOString() })
  })

  route(e.openRoom, async ({ person, body, now }) => {
    const opened = await openRoom(rooms, person, body, now)
    return opened.ok ? roomFor(rooms, person, opened.value) : opened
  })

  route(e.getRoom, ({ person, params }) => roomFor(rooms, person, params.id))
  route(e.roomOfRequest, ({ person, params }) => roomForRequest(rooms, person, params.id))
  route(e.roomTimeline, ({ person, params, query }) => timelineFor(rooms, person, params.id, query))
  route(e.roomMembers, ({ person, params }) => membersFor(rooms, person, params.id))

  route(e.changeMembers, async ({ person, params, body, now }) => {
    const changed = await changeMembers(rooms, person, params.id, body, now)
    return changed.ok ? membersOrNobody(rooms, person, params.id) : changed
  })

  route(e.closeRoom, async ({ person, params, now }) => {
    const closed = await closeRoom(rooms, person, params.id, now)
    return closed.ok ? roomFor(rooms, person, params.id) : closed
  })

  route(e.findParties, ({ query }) => findParties(rooms, query.q))

  // Its own id makes it once: no answer is kept beside it.
  route(
    e.postMessage,
    async ({ person, params, body, now }) => writeMessage(rooms, await authorOf(rooms, person), params.id, body, now),
    { once: false },
  )

  route(e.retractMessage, async ({ person, params, body, now }) =>
    retract(rooms, await authorOf(rooms, person), params.id, body.id, now),
  )

  route(e.acknowledge, async ({ person, params, body, now }) =>
    acknowledge(rooms, await authorOf(rooms, person), params.id, body, now),
  )

  route(e.listAcknowledgements, async ({ person, now }) => {
    const rows = await openAcksOf(rooms, await authorOf(rooms, person))
    const unanswered = await unansweredOf(rooms, person.id, now)
    return ok({
      messages: await viewsOf(rooms, rows, person.id),
      unanswered: await viewsOf(rooms, unanswered, person.id),
    })
  })

  route(e.sendReceipts, async ({ person, body, now }) =>
    ok({ recorded: await recordReceipts(rooms, person, body.receipts, now) }),
  )

  route(e.messageReceipts, ({ person, params }) => receiptsOf(rooms, person, params.id))
  route(e.searchRooms, async ({ person, query }) => ok(await searchFor(rooms, person, query)))

  route(e.inviteGuest, ({ person, params, body, now }) => guests.invite(person, params.id, body, now))
  route(e.listInvitations, ({ person, params, now }) => guests.list(person, params.id, now))
  route(e.revokeInvitation, ({ person, params, now }) => guests.revoke(person, params.id, now))
  registerGuestRoutes(http, rooms, guests)
}

/** Who has just left sees nobody. */
const membersOrNobody = async (rooms: Rooms, person: Parameters<typeof membersFor>[1], roomId: string) => {
  const members = await membersFor(rooms, person, roomId)
  return members.ok ? members : ok({ members: [], parties: [] })
}

const signInNeeded = refuse('sign-in-needed', 'a guest’s session is needed')

const registerGuestRoutes = (http: Http, rooms: Rooms, guests: Guests): void => {
  const route = serve(http)
  const e = roomEndpoints

  route(e.guestEnter, async ({ body, address, now, setSession }) => {
    const entered = await guests.enter(body, address, now)
    if (!entered.ok) return entered
    const { token, roomId, title, name, until } = entered.value
    setSession(token)
    return ok({ room: { id: roomId, title }, name, until: until.toISOString() })
  })

  route(e.guestRoom, async ({ sessionToken, query, now }) => {
    const guest = await guests.find(sessionToken, now)
    if (guest === undefined) return signInNeeded
    const page = await guestTimeline(rooms, guest.roomId, keyOf(guest), guest.id, query)
    const room = { id: guest.roomId, title: guest.roomTitle }
    return ok({ room, name: guest.name, until: guest.until.toISOString(), ...page })
  })

  route(e.guestPost, async ({ sessionToken, body, now }) => {
    const guest = await guests.find(sessionToken, now)
    if (guest === undefined) return signInNeeded
    if (!guests.mayWrite(guest.id, now)) return refuse('too-many-requests', 'wait a minute')
    const input = {
      id: body.id,
      body: { kind: 'text' as const, text: body.text },
      mentions: [],
      replyTo: null,
      writtenAt: null,
      needsAck: null,
    }
    return writeMessage(rooms, guest, guest.roomId, input, now)
  })

  route(e.guestLeave, async ({ sessionToken, now, setSession }) => {
    const guest = await guests.find(sessionToken, now)
    if (guest === undefined) return signInNeeded
    await guests.leave(guest, now)
    setSession(undefined)
    return ok(undefined)
  })
}

const keyOf = ({ keys: [key = ''] }: Guest): string => key
