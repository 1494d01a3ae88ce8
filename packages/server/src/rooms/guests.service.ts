import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { type BodyOf, type invitationView, ok, type roomEndpoints } from '@dure/contract'
import type { z } from 'zod'
import type { Queries, Tx } from '../platform/db.ts'
import type { Person } from '../platform/person.ts'
import { makeRateLimit } from '../platform/rate-limit.ts'
import { guestKey, isLive, keysOf } from './keys.ts'
import { type Author, writeLine } from './messages.service.ts'
import { mayManage, noSuchRoom, type RoomResult, type Rooms, refuse } from './rooms.service.ts'
import { addReaders, endReaders, lockRoom, tellChange, windowsOf } from './rooms.sql.ts'

/**
 * Somebody without an account, let into one room for some hours: a link with a secret of 256 bits, spent once, and a code of six
 * digits said on another way. Their session is none of the cell's: it opens a guest's routes and nothing else.
 */
type InvitationView = z.infer<typeof invitationView>

interface InvitationRow {
  readonly id: string
  readonly room_id: string
  readonly code_hash: Buffer
  readonly created_at: Date
  readonly created_by_name: string
  readonly for_name: string
  readonly expires_at: Date
  readonly wrong_codes: number
  readonly used_at: Date | null
  readonly guest_name: string | null
  readonly revoked_at: Date | null
  readonly left_at: Date | null
}

const SELECT = `select i.id, i.room_id, i.code_hash, i.created_at, i.created_by_name, i.for_name, i.expires_at, i.wrong_codes, i.used_at,
       i.guest_name, i.revoked_at, i.left_at
  from rooms.invitation i`

/** After so many wrong codes the link is void: a thief of the link has a chance of 5 in a million. @see docs/sources/rooms.md#guests */
export const WRONG_CODES_MAX = 5
const ENTRIES_PER_MINUTE = 10
const INVITATIONS_PER_HOUR = 30
const MESSAGES_PER_MINUTE = 30

const hashOf = (...parts: readonly string[]): Buffer => createHash('sha256').update(parts.join('\n')).digest()

export const stateOf = (row: InvitationRow, now: Date): InvitationView['state'] => {
  if (row.revoked_at !== null) return 'revoked'
  if (row.used_at !== null) return 'used'
  if (row.wrong_codes >= WRONG_CODES_MAX) return 'locked'
  return row.expires_at <= now ? 'expired' : 'open'
}

const toView = (row: InvitationRow, now: Date): InvitationView => ({
  id: row.id,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by_name,
  forName: row.for_name,
  expiresAt: row.expires_at.toISOString(),
  state: stateOf(row, now),
  guestName: row.guest_name,
  usedAt: row.used_at?.toISOString() ?? null,
})

export interface Guest extends Author {
  readonly roomId: string
  readonly roomTitle: string
  readonly until: Date
}

export interface Guests {
  invite(
    person: Person,
    roomId: string,
    ask: BodyOf<typeof roomEndpoints.inviteGuest>,
    now: Date,
  ): Promise<
    RoomResult<
      { invitation: InvitationView; link: string; code: string },
      'not-found' | 'not-allowed' | 'too-many-requests'
    >
  >
  list(
    person: Person,
    roomId: string,
    now: Date,
  ): Promise<RoomResult<{ invitations: InvitationView[] }, 'not-found' | 'not-allowed'>>
  revoke(person: Person, id: string, now: Date): Promise<RoomResult<InvitationView, 'not-found' | 'not-allowed'>>
  enter(
    ask: BodyOf<typeof roomEndpoints.guestEnter>,
    address: string,
    now: Date,
  ): Promise<
    RoomResult<
      { token: string; roomId: string; title: string; name: string; until: Date },
      'link-spent' | 'too-many-requests'
    >
  >
  /** The guest a session token belongs to, while it lasts. */
  find(token: string | undefined, now: Date): Promise<Guest | undefined>
  mayWrite(guestId: string, now: Date): boolean
  leave(guest: Guest, now: Date): Promise<void>
}

/** @param publicUrl gives what people type, without a final slash */
export const makeGuests = (rooms: Rooms, publicUrl: () => string): Guests => {
  const entries = makeRateLimit(ENTRIES_PER_MINUTE, 60_000)
  const invitations = makeRateLimit(INVITATIONS_PER_HOUR, 3_600_000)
  const messages = makeRateLimit(MESSAGES_PER_MINUTE, 60_000)
  return {
    invite: async (person, roomId, ask, now) =>
      invitations.take(person.id, now)
        ? invite(rooms, publicUrl(), person, roomId, ask, now)
        : refuse('too-many-requests', 'that many invitations in an hour is a mistake'),
    list: (person, roomId, now) => list(rooms, person, roomId, now),
    revoke: (person, id, now) => revoke(rooms, person, id, now),
    enter: async (ask, address, now) =>
      entries.take(address, now) ? enter(rooms, ask, address, now) : refuse('too-many-requests', 'wait a minute'),
    find: (token, now) => find(rooms.db, token, now),
    mayWrite: (guestId, now) => messages.take(guestId, now),
    leave: (guest, now) => rooms.db.tx((tx) => showOut(rooms, tx, guest.id, 'left_at', now)),
  }
}

/** The room, if this person decides who is in it. */
const managed = async (rooms: Rooms, tx: Tx, person: Person, roomId: string) => {
  const room = await lockRoom(tx, roomId)
  const windows = room === undefined ? [] : await windowsOf(tx, roomId, keysOf(person))
  if (room === undefined || !isLive(windows)) return noSuchRoom
  return mayManage(room, person) && room.region === rooms.region
    ? ok(room)
    : refuse('not-allowed', 'others decide who is in this room')
}

const invite = (
  rooms: Rooms,
  publicUrl: string,
  person: Person,
  roomId: string,
  { forName, hours }: BodyOf<typeof roomEndpoints.inviteGuest>,
  now: Date,
) =>
  rooms.db.tx(async (tx) => {
    const room = await managed(rooms, tx, person, roomId)
    if (!room.ok) return room
    const token = randomBytes(32).toString('base64url')
    const code = String(randomInt(1_000_000)).padStart(6, '0')
    const id = rooms.ids.next()
    const expiresAt = new Date(now.getTime() + hours * 3_600_000)
    await tx.sql(
      `insert into rooms.invitation
         (id, room_id, token_hash, code_hash, created_at, created_by, created_by_name, for_name, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [id, roomId, hashOf(token), hashOf(token, code), now, person.id, person.name, forName, expiresAt],
    )
    await writeLine(rooms, tx, roomId, 'guest-invited', { by: person.name, forName }, now)
    const [row] = await tx.sql<InvitationRow>(`${SELECT} where i.id = $1`, [id])
    if (row === undefined) throw new Error('An invitation that was made is not there')
    return ok({ invitation: toView(row, now), link: `${publicUrl}/guest#${token}`, code })
  })

const list = (rooms: Rooms, person: Person, roomId: string, now: Date) =>
  rooms.db.tx(async (tx) => {
    const room = await managed(rooms, tx, person, roomId)
    if (!room.ok) return room
    const rows = await tx.sql<InvitationRow>(
      `${SELECT} where i.room_id = $1 order by i.created_at desc, i.id limit 100`,
      [roomId],
    )
    return ok({ invitations: rows.map((row) => toView(row, now)) })
  })

const revoke = (rooms: Rooms, person: Person, id: string, now: Date) =>
  rooms.db.tx(async (tx) => {
    const [found] = await tx.sql<InvitationRow>(`${SELECT} where i.id = $1`, [id])
    if (found === undefined) return refuse('not-found', 'no such invitation', '/params/id')
    const room = await managed(rooms, tx, person, found.room_id)
    if (!room.ok)
      return room.error.code === 'not-found' ? refuse('not-found', 'no such invitation', '/params/id') : room
    if (found.revoked_at === null) await showOut(rooms, tx, id, 'revoked_at', now)
    const [row] = await tx.sql<InvitationRow>(`${SELECT} where i.id = $1`, [id])
    return ok(toView(row ?? found, now))
  })

/** Ends a guest's session and their reading, at once. */
const showOut = async (
  rooms: Rooms,
  tx: Tx,
  id: string,
  column: 'revoked_at' | 'left_at',
  now: Date,
): Promise<void> => {
  const [row] = await tx.sql<{ room_id: string; guest_name: string | null }>(
    `update rooms.invitation set ${column} = $2, session_hash = null where id = $1 returning room_id, guest_name`,
    [id, now],
  )
  const room = row === undefined ? undefined : await lockRoom(tx, row.room_id)
  if (row === undefined || room === undefined) return
  if ((await endReaders(tx, room, [guestKey(id)], now)) === 0) return
  await tellChange(tx, room.id, now)
  await writeLine(rooms, tx, room.id, 'guest-left', { name: row.guest_name ?? '' }, now)
}

const SPENT = refuse('link-spent', 'the link or the code is wrong, or the link was used', '/body')

/** One answer for every way of being wrong. Wrong codes are counted with the link, wherever they come from. */
const enter = (
  rooms: Rooms,
  { token, code, name }: BodyOf<typeof roomEndpoints.guestEnter>,
  address: string,
  now: Date,
) =>
  rooms.db.tx(async (tx) => {
    const [row] = await tx.sql<InvitationRow>(`${SELECT} where i.token_hash = $1 for update`, [hashOf(token)])
    const refused = row === undefined ? 'wrong_token' : stateOf(row, now) === 'open' ? null : 'over'
    const rightCode = row !== undefined && timingSafeEqual(hashOf(token, code), row.code_hash)
    const outcome = refused ?? (rightCode ? 'entered' : 'wrong_code')
    await tx.sql(`insert into rooms.invitation_try (invitation_id, at, address, outcome) values ($1, $2, $3, $4)`, [
      row?.id ?? null,
      now,
      address.slice(0, 64),
      outcome,
    ])
    if (row === undefined || refused !== null) return SPENT
    if (!rightCode) {
      await tx.sql(`update rooms.invitation set wrong_codes = wrong_codes + 1 where id = $1`, [row.id])
      return SPENT
    }
    const session = randomBytes(32).toString('base64url')
    await tx.sql(`update rooms.invitation set used_at = $2, guest_name = $3, session_hash = $4 where id = $1`, [
      row.id,
      now,
      name,
      hashOf(session),
    ])
    const room = await lockRoom(tx, row.room_id)
    if (room === undefined) throw new Error('An invitation into no room')
    await addReaders(tx, room.id, [{ key: guestKey(row.id), whole: false }], false, now)
    await tellChange(tx, room.id, now)
    await writeLine(rooms, tx, room.id, 'guest-entered', { name, forName: row.for_name }, now)
    return ok({ token: session, roomId: room.id, title: room.title, name, until: row.expires_at })
  })

const find = async (db: Queries, token: string | undefined, now: Date): Promise<Guest | undefined> => {
  if (token === undefined) return undefined
  const [row] = await db.sql<{ id: string; guest_name: string; room_id: string; title: string; expires_at: Date }>(
    `select i.id, i.guest_name, i.room_id, r.title, i.expires_at
       from rooms.invitation i
       join rooms.room r on r.id = i.room_id
      where i.session_hash = $1
        and i.expires_at > $2`,
    [hashOf(token), now],
  )
  if (row === undefined) return undefined
  return {
    id: row.id,
    name: row.guest_name,
    place: null,
    guest: true,
    keys: [guestKey(row.id)],
    roomId: row.room_id,
    roomTitle: row.title,
    until: row.expires_at,
  }
}
