import { createHash, randomBytes } from 'node:crypto'
import type { SessionKind } from '@dure/contract'
import type { Db, Queries } from './db.ts'
import type { KeptAnswer } from './idempotency.ts'
import { isFull } from './outage.ts'
import { isRole, type OpenedAccess, type Person } from './person.ts'
import { idleMinutes, SESSION_ROLES, SESSION_TIMES } from './session-times.ts'

export { SESSION_HOURS } from './session-times.ts'
export const INVITATION_HOURS = 48
/** Use is noted once a minute: a busy screen does not write with every request. */
const NOTED_EVERY_MS = 60_000

interface PersonRow {
  id: string
  name: string
  roles: string[]
  region: string
  facility_id: string | null
}

const toPerson = (row: PersonRow): Person => ({
  id: row.id,
  name: row.name,
  roles: row.roles.filter(isRole),
  region: row.region,
  facilityId: row.facility_id,
})

export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()
export const newToken = (): string => randomBytes(32).toString('base64url')
const hoursAfter = (now: Date, hours: number): Date => new Date(now.getTime() + hours * 3_600_000)

interface SessionRow extends PersonRow {
  kind: SessionKind
  last_seen_at: Date
  opened: OpenedAccess[]
  kept_hash: Buffer | null
  kept_status: number | null
  kept_body: unknown
}

export interface SessionFound {
  readonly person: Person
  /** What this person was answered under this key before. */
  readonly kept: KeptAnswer | undefined
}

/**
 * The person a session token belongs to: while it lasts, is in use, and the person is not disabled. Asking counts as use; an
 * open live screen asks every few seconds, so a desk that watches is never signed out by silence.
 */
export const findSession = async (db: Queries, token: string, now: Date): Promise<Person | undefined> =>
  (await findSessionAnd(db, token, now))?.person

/** The same, and what was answered before under a route's key: every keyed request asks both, in one round trip. */
export const findSessionAnd = async (
  db: Queries,
  token: string,
  now: Date,
  keyed?: { readonly route: string; readonly key: string },
): Promise<SessionFound | undefined> => {
  const [row] = await db.sql<SessionRow>(
    `select p.id, p.name, p.roles, p.region, p.facility_id, s.kind, s.last_seen_at,
            coalesce((select jsonb_agg(jsonb_build_object('id', b.id, 'requestId', b.request_id))
                        from platform.break_glass b
                       where b.person_id = p.id
                         and b.until > $2), '[]') as opened,
            a.input_hash as kept_hash, a.status as kept_status, a.body as kept_body
       from platform.session s
       join platform.person p on p.id = s.person_id
       left join platform.answer a on a.person_id = p.id and a.route = $3 and a.key = $4
      where s.token_hash = $1
        and s.expires_at > $2
        and s.last_seen_at + s.idle_min * interval '1 minute' > $2
        and p.disabled_at is null`,
    [hashOf(token), now, keyed?.route ?? null, keyed?.key ?? null],
  )
  if (row === undefined) return undefined
  if (now.getTime() - row.last_seen_at.getTime() >= NOTED_EVERY_MS) await noteUse(db, token, now).catch(unlessFull)
  const person = limitedTo(toPerson(row), row.kind)
  return { person: row.opened.length === 0 ? person : { ...person, opened: row.opened }, kept: keptOf(row) }
}

/** A disk without room stops writing, not reading: the session is noted when there is room again. */
const unlessFull = (error: unknown): void => {
  if (!isFull(error)) throw error
}

const keptOf = ({ kept_hash: inputHash, kept_status: status, kept_body: body }: SessionRow): KeptAnswer | undefined =>
  inputHash === null || status === null ? undefined : { inputHash, answer: { status, body } }

const limitedTo = (person: Person, kind: SessionKind): Person => {
  const allowed = SESSION_ROLES[kind]
  return allowed === undefined ? person : { ...person, roles: person.roles.filter((role) => allowed.includes(role)) }
}

const noteUse = async (db: Queries, token: string, now: Date): Promise<void> => {
  await db.sql(`update platform.session set last_seen_at = $2 where token_hash = $1 and last_seen_at < $2`, [
    hashOf(token),
    now,
  ])
}

/** How a session began. */
export interface SessionStart {
  readonly kind: SessionKind
  readonly address?: string
  readonly device?: string
  /** Id of the passkey, organisation account or credential. */
  readonly beganWith?: string
  /** Shorter than the kind's own time. */
  readonly absoluteMin?: number
}

/** Starts a session; the token is given out once and not kept. */
export const startSession = async (
  db: Queries,
  personId: string,
  now: Date,
  { kind, address = '', device = '', beganWith, absoluteMin }: SessionStart = { kind: 'passkey' },
): Promise<string> => {
  const token = newToken()
  const minutes = Math.min(SESSION_TIMES[kind].absoluteMin, absoluteMin ?? Number.POSITIVE_INFINITY)
  await db.sql(
    `insert into platform.session
       (token_hash, id, person_id, kind, created_at, last_seen_at, expires_at, idle_min, address, device, began_with)
     values ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10)`,
    [
      hashOf(token),
      randomBytes(9).toString('base64url'),
      personId,
      kind,
      now,
      new Date(now.getTime() + minutes * 60_000),
      idleMinutes(kind, minutes),
      address.slice(0, 64),
      device.slice(0, 80),
      beganWith ?? null,
    ],
  )
  return token
}

export interface SessionFacts {
  readonly id: string
  readonly kind: SessionKind
  readonly created_at: Date
  readonly expires_at: Date
}

/** The session itself; it may have ended. */
export const sessionOf = async (db: Queries, token: string): Promise<SessionFacts | undefined> =>
  (
    await db.sql<SessionFacts>(`select id, kind, created_at, expires_at from platform.session where token_hash = $1`, [
      hashOf(token),
    ])
  )[0]

export const endSession = async (db: Queries, token: string): Promise<void> => {
  await db.sql(`delete from platform.session where token_hash = $1`, [hashOf(token)])
}

/** A one-time sign-in token for a person; the older ones of this person are void from now on. */
export const invite = (db: Db, personId: string, now: Date): Promise<string> =>
  db.tx(async (tx) => {
    const token = newToken()
    await tx.sql(`delete from platform.invitation where person_id = $1 and used_at is null`, [personId])
    await tx.sql(
      `insert into platform.invitation (token_hash, person_id, created_at, expires_at) values ($1, $2, $3, $4)`,
      [hashOf(token), personId, now, hoursAfter(now, INVITATION_HOURS)],
    )
    return token
  })

/** Spends an invitation. The update takes the row's lock: of two who come at once one finds it used. */
export const spendInvitation = async (db: Queries, token: string, now: Date): Promise<Person | undefined> => {
  const rows = await db.sql<PersonRow>(
    `with spent as (
       update platform.invitation
          set used_at = $2
        where token_hash = $1
          and used_at is null
          and expires_at > $2
       returning person_id
     )
     select p.id, p.name, p.roles, p.region, p.facility_id
       from spent
       join platform.person p on p.id = spent.person_id
      where p.disabled_at is null`,
    [hashOf(token), now],
  )
  return rows[0] === undefined ? undefined : toPerson(rows[0])
}

export interface NewPerson extends Person {
  /** Can be chosen without a secret in front of a demo cell. */
  readonly demo?: boolean
}

export const insertPerson = async (db: Queries, person: NewPerson, now: Date): Promise<void> => {
  await db.sql(
    `insert into platform.person (id, name, roles, region, facility_id, demo, created_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [person.id, person.name, person.roles, person.region, person.facilityId, person.demo ?? false, now],
  )
}

export const listPeople = async (db: Queries, only?: { readonly demo: boolean }): Promise<Person[]> => {
  const rows = await db.sql<PersonRow>(
    `select id, name, roles, region, facility_id
       from platform.person
      where disabled_at is null
        and ($1::boolean is null or demo = $1)
      order by id`,
    [only?.demo ?? null],
  )
  return rows.map(toPerson)
}

/** Ends a person's access at once: sessions and open invitations too. Gives whether there was such a person. */
export const disablePerson = (db: Db, personId: string, now: Date): Promise<boolean> =>
  db.tx(async (tx) => {
    const rows = await tx.sql(`update platform.person set disabled_at = $2 where id = $1 returning id`, [personId, now])
    await tx.sql(`delete from platform.session where person_id = $1`, [personId])
    await tx.sql(`delete from platform.invitation where person_id = $1 and used_at is null`, [personId])
    return rows.length > 0
  })

/** Forgets what has run out. */
export const sweepSessions = async (db: Queries, now: Date): Promise<void> => {
  await db.sql(
    `delete from platform.session
      where expires_at <= $1
         or last_seen_at + idle_min * interval '1 minute' <= $1`,
    [now],
  )
  await db.sql(`delete from platform.invitation where expires_at <= $1`, [now])
}
