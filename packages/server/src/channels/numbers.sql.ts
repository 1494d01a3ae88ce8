import type { NumberKind } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'
import { isRole, type Person } from '../platform/person.ts'
import type { PhoneNumber } from './phone-number.ts'

export interface NumberRow {
  readonly id: string
  readonly phone: PhoneNumber
  readonly kind: NumberKind
  readonly person_id: string | null
  readonly person_name: string | null
  /** Of the desk, or where the person works. */
  readonly person_facility_id: string | null
  readonly facility_id: string | null
  readonly label: string
  readonly state: 'pending' | 'confirmed' | 'removed'
  readonly code_hash: Buffer | null
  readonly code_expires_at: Date | null
  readonly code_attempts: number
  readonly registered_at: Date
  readonly confirmed_at: Date | null
}

const SELECTED = `n.id, n.phone, n.kind, n.person_id, p.name as person_name, p.facility_id as person_facility_id, n.facility_id,
  n.label, n.state, n.code_hash, n.code_expires_at, n.code_attempts, n.registered_at, n.confirmed_at`
const FROM = `channels.number n left join platform.person p on p.id = n.person_id`

export const numberById = async (db: Queries, id: string): Promise<NumberRow | null> =>
  (await db.sql<NumberRow>(`select ${SELECTED} from ${FROM} where n.id = $1 and n.state <> 'removed'`, [id]))[0] ?? null

export const lockNumber = async (tx: Tx, id: string): Promise<NumberRow | null> =>
  (
    await tx.sql<NumberRow>(
      `select ${SELECTED} from ${FROM} where n.id = $1 and n.state <> 'removed' for update of n`,
      [id],
    )
  )[0] ?? null

/** The one a text came from; a number of somebody whose access has ended is no number. */
export const confirmedNumber = async (db: Queries, phone: string): Promise<NumberRow | null> =>
  (
    await db.sql<NumberRow>(
      `select ${SELECTED} from ${FROM} where n.phone = $1 and n.state = 'confirmed' and p.disabled_at is null`,
      [phone],
    )
  )[0] ?? null

export interface NumberFilter {
  /** Everything of the region. */
  readonly all: boolean
  readonly personId: string
  readonly facilityId: string | null
  readonly placementDesk: boolean
}

export const listNumbers = (db: Queries, filter: NumberFilter): Promise<NumberRow[]> =>
  db.sql<NumberRow>(
    `select ${SELECTED}
       from ${FROM}
      where n.state <> 'removed'
        and ($1
             or n.person_id = $2
             or ($3::text is not null and (n.facility_id = $3 or p.facility_id = $3))
             or ($4 and n.kind = 'desk' and n.facility_id is null))
      order by n.facility_id nulls first, n.kind, n.label, n.id
      limit 1000`,
    [filter.all, filter.personId, filter.facilityId, filter.placementDesk],
  )

/** Confirmed numbers of these people, and those that lie on the desk. */
export const numbersToReach = (
  db: Queries,
  to: { readonly people: readonly string[]; readonly facilityId: string | null; readonly desk: boolean },
): Promise<NumberRow[]> =>
  db.sql<NumberRow>(
    `select ${SELECTED}
       from ${FROM}
      where n.state = 'confirmed'
        and p.disabled_at is null
        and (n.person_id = any($1)
             or ($3 and n.kind = 'desk' and n.facility_id is not distinct from $2))
      order by n.id`,
    [to.people, to.facilityId, to.desk],
  )

/** Confirmed numbers of the people who work at a hospital's bed desk. */
export const numbersOfDeskPeople = (db: Queries, facilityId: string): Promise<NumberRow[]> =>
  db.sql<NumberRow>(
    `select ${SELECTED}
       from ${FROM}
      where n.state = 'confirmed'
        and p.disabled_at is null
        and p.facility_id = $1
        and 'hospital_desk' = any(p.roles)
      order by n.id`,
    [facilityId],
  )

export interface NewNumber {
  readonly id: string
  readonly phone: PhoneNumber
  readonly kind: NumberKind
  readonly personId: string | null
  readonly facilityId: string | null
  readonly label: string
  readonly registeredBy: string
}

export const insertNumber = async (tx: Tx, number: NewNumber, now: Date): Promise<void> => {
  await tx.sql(
    `insert into channels.number (id, phone, kind, person_id, facility_id, label, state, registered_by, registered_at)
     values ($1, $2, $3, $4, $5, $6, 'pending', $7, $8)`,
    [number.id, number.phone, number.kind, number.personId, number.facilityId, number.label, number.registeredBy, now],
  )
}

export const saveCode = async (tx: Tx, id: string, hash: Buffer, expiresAt: Date): Promise<void> => {
  await tx.sql(`update channels.number set code_hash = $2, code_expires_at = $3, code_attempts = 0 where id = $1`, [
    id,
    hash,
    expiresAt,
  ])
}

export const countAttempt = async (tx: Tx, id: string): Promise<void> => {
  await tx.sql(`update channels.number set code_attempts = code_attempts + 1 where id = $1`, [id])
}

/** The number is this one's from now on; whoever had it before loses it. */
export const saveConfirmed = async (tx: Tx, id: string, phone: string, now: Date): Promise<void> => {
  await tx.sql(
    `update channels.number set state = 'removed', removed_at = $3 where phone = $2 and state = 'confirmed' and id <> $1`,
    [id, phone, now],
  )
  await tx.sql(
    `update channels.number
        set state = 'confirmed', confirmed_at = $2, code_hash = null, code_expires_at = null
      where id = $1`,
    [id, now],
  )
}

export const saveRemoved = async (tx: Tx, id: string, now: Date): Promise<void> => {
  await tx.sql(`update channels.number set state = 'removed', removed_at = $2 where id = $1`, [id, now])
}

export const countRegistered = async (db: Queries, personId: string, since: Date): Promise<number> =>
  (
    await db.sql<{ count: number }>(
      `select count(*)::int as count from channels.number where registered_by = $1 and registered_at >= $2`,
      [personId, since],
    )
  )[0]?.count ?? 0

/** Confirmation codes sent to this telephone, whoever asked for them. */
export const countCodesSent = async (db: Queries, phone: string, since: Date): Promise<number> =>
  (
    await db.sql<{ count: number }>(
      `select count(*)::int as count
         from channels.message
        where phone = $1 and purpose = 'confirm_number' and created_at >= $2`,
      [phone, since],
    )
  )[0]?.count ?? 0

/** Somebody with an account that still works. */
export const personById = async (db: Queries, id: string): Promise<Person | null> => {
  const [row] = await db.sql<{ id: string; name: string; roles: string[]; region: string; facility_id: string | null }>(
    `select id, name, roles, region, facility_id from platform.person where id = $1 and disabled_at is null`,
    [id],
  )
  if (row === undefined) return null
  return {
    id: row.id,
    name: row.name,
    roles: row.roles.filter(isRole),
    region: row.region,
    facilityId: row.facility_id,
  }
}

/** The telephone of the placement desk that is shown to others. */
export const placementPhone = async (db: Queries): Promise<string | null> =>
  (
    await db.sql<{ phone: string }>(
      `select phone from channels.number
        where kind = 'desk' and facility_id is null and state = 'confirmed'
        order by registered_at, id limit 1`,
    )
  )[0]?.phone ?? null
