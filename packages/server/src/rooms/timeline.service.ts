import { ok, type ReachView, type TimelineItem } from '@dure/contract'
import { requestForRoom } from '../beds/index.ts'
import { canonicalJson } from '../platform/canonical.ts'
import type { Person } from '../platform/person.ts'
import { cardsOf } from './cards.ts'
import { contains, gramsOf } from './grams.ts'
import { timelineKey } from './hlc.ts'
import { type Key, keysOf } from './keys.ts'
import { toMessageView } from './message-views.ts'
import { besideMessages, messagesOf, searchMessages } from './messages.sql.ts'
import { noSuchRoom, type RoomResult, type Rooms, stampAt } from './rooms.service.ts'
import { type RoomRow, roomById, windowsOf } from './rooms.sql.ts'
import type { MessageRow } from './rows.ts'
import { pageOf, union } from './union.ts'

export interface PageAsk {
  readonly before?: string | undefined
  readonly after?: string | undefined
  readonly limit: number
}

export interface Page {
  readonly items: TimelineItem[]
  readonly more: boolean
}

/** Messages, cards and lines of a room, together, as this person may read them: the union of two records, in the order of one clock. */
export const timelineFor = async (
  rooms: Rooms,
  person: Person,
  roomId: string,
  ask: PageAsk,
): Promise<RoomResult<Page, 'not-found'>> => {
  const keys = keysOf(person)
  const room = await roomById(rooms.db, roomId)
  const windows = room === undefined ? [] : await windowsOf(rooms.db, roomId, keys)
  if (room === undefined || windows.length === 0) return noSuchRoom
  const [messages, cards, lines] = await Promise.all([
    messagePage(rooms, roomId, keys, person.id, ask),
    cardsFor(rooms, person, room),
    reachLines(rooms, room),
  ])
  return ok(pageOf(union<TimelineItem>(canonicalJson, messages, cards, lines), ask))
}

/** One message more than asked for, so that the page knows whether there is more. */
const messagePage = async (rooms: Rooms, roomId: string, keys: readonly Key[], personId: string, ask: PageAsk) => {
  const page = { before: ask.before ?? null, after: ask.after ?? null, limit: ask.limit + 1 }
  return viewsOf(rooms, await messagesOf(rooms.db, roomId, keys, page), personId)
}

export const viewsOf = async (rooms: Rooms, rows: readonly MessageRow[], personId: string) => {
  if (rows.length === 0) return []
  const beside = await besideMessages(rooms.db, rows)
  return rows.map((row) => toMessageView(row, beside, { personId }))
}

/** Looked at anew every time: whoever may not see the request sees no card, and buttons are those of this moment. */
const cardsFor = async (rooms: Rooms, person: Person, room: RoomRow): Promise<TimelineItem[]> => {
  if (room.request_id === null) return []
  const found = await requestForRoom(rooms.beds, person, room.request_id)
  if (!found.ok) return []
  const { view, entries, hospitalName } = found.value
  return cardsOf({ view, entries, hospitalName, facilityId: person.facilityId })
}

/** When a region of the room could not be heard. */
const reachLines = async (rooms: Rooms, room: RoomRow): Promise<ReachView[]> => {
  const rows = await rooms.db.sql<{ id: string; region: string; since: Date; until: Date | null }>(
    `select h.id, h.region, h.since, h.until
       from rooms.reach h
      where (h.until is null or h.until >= $2)
        and exists (select from rooms.reader k
                     where k.room_id = $1 and k.key like 'role:%' and split_part(k.key, ':', 3) in (h.region, '*'))
      order by h.since, h.id`,
    [room.id, room.opened_at],
  )
  return rows.map(({ id, region, since, until }) => ({
    type: 'reach',
    key: timelineKey(stampAt(since, region), `r:${id}`),
    id: `r:${id}`,
    at: since.toISOString(),
    region,
    until: until?.toISOString() ?? null,
  }))
}

// ---------------------------------------------------------------- a guest's page

/** A guest reads what was written since they were let in, and nothing of the request. */
export const guestTimeline = async (
  rooms: Rooms,
  roomId: string,
  key: Key,
  guestId: string,
  ask: PageAsk,
): Promise<Page> => {
  const messages = await messagePage(rooms, roomId, [key], guestId, ask)
  return pageOf<TimelineItem>(messages, ask)
}

// ---------------------------------------------------------------- search

/** What is looked through at most, newest first: a search for something everybody writes ends too. */
const LOOKED_THROUGH = 500

export const searchFor = async (
  rooms: Rooms,
  person: Person,
  ask: { q: string; roomId?: string | undefined; limit: number },
) => {
  const grams = gramsOf(ask.q)
  if (grams.length === 0) return { messages: [], more: false }
  const rows = await searchMessages(rooms.db, keysOf(person), grams, ask.roomId ?? null, LOOKED_THROUGH)
  const found = rows.filter((row) => contains(String(row.body.text ?? ''), ask.q))
  const messages = await viewsOf(rooms, found.slice(0, ask.limit), person.id)
  return { messages, more: found.length > ask.limit || rows.length === LOOKED_THROUGH }
}
