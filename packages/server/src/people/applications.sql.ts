import type { ApplicationState, LicenceKind, Role } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'
import type { Doer } from './people.service.ts'

export interface ApplicationRow {
  readonly id: string
  readonly state: ApplicationState
  readonly name: string
  readonly licenceKind: LicenceKind
  readonly licenceHash: Buffer
  readonly licenceTail: string
  readonly facilityId: string | null
  readonly region: string
  readonly roles: readonly Role[]
  readonly phone: string
  readonly askedAt: Date
  readonly expiresAt: Date
  readonly decidedAt: Date | null
  readonly decidedBy: string | null
  readonly decidedByName: string | null
  readonly why: string | null
}

const COLUMNS = `a.id, a.state, a.name, a.licence_kind as "licenceKind", a.licence_hash as "licenceHash",
  a.licence_tail as "licenceTail", a.facility_id as "facilityId", a.region, a.roles, a.phone, a.asked_at as "askedAt",
  a.expires_at as "expiresAt", a.decided_at as "decidedAt", a.decided_by as "decidedBy",
  a.decided_by_name as "decidedByName", a.why`

export const insertApplication = async (
  tx: Tx,
  row: Omit<ApplicationRow, 'state' | 'decidedAt' | 'decidedBy' | 'decidedByName' | 'why'>,
  ticketHash: Buffer,
): Promise<void> => {
  await tx.sql(
    `insert into people.application
       (id, ticket_hash, state, name, licence_kind, licence_hash, licence_tail, facility_id, region, roles, phone,
        asked_at, expires_at)
     values ($1, $2, 'pending', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      row.id,
      ticketHash,
      row.name,
      row.licenceKind,
      row.licenceHash,
      row.licenceTail,
      row.facilityId,
      row.region,
      row.roles,
      row.phone,
      row.askedAt,
      row.expiresAt,
    ],
  )
}

export const applicationByTicket = async (db: Queries, ticketHash: Buffer): Promise<ApplicationRow | undefined> =>
  (
    await db.sql<ApplicationRow>(`select ${COLUMNS} from people.application a where a.ticket_hash = $1`, [ticketHash])
  )[0]

/** Locks the row: of two sponsors who decide at once, the second finds it decided. */
export const lockApplication = async (tx: Tx, id: string): Promise<ApplicationRow | undefined> =>
  (await tx.sql<ApplicationRow>(`select ${COLUMNS} from people.application a where a.id = $1 for update`, [id]))[0]

export const applicationById = async (db: Queries, id: string): Promise<ApplicationRow | undefined> =>
  (await db.sql<ApplicationRow>(`select ${COLUMNS} from people.application a where a.id = $1`, [id]))[0]

/** @param facilityId null: of the whole region */
export const applicationsOf = (
  db: Queries,
  region: string,
  facilityId: string | null,
  scope: 'pending' | 'decided',
  now: Date,
): Promise<ApplicationRow[]> =>
  db.sql<ApplicationRow>(
    `select ${COLUMNS}
       from people.application a
      where a.region = $1
        and ($2::text is null or a.facility_id = $2)
        and case when $3 = 'pending' then a.state = 'pending' and a.expires_at > $4
                 else a.state <> 'pending' or a.expires_at <= $4 end
      order by case when $3 = 'pending' then a.asked_at end, a.asked_at desc, a.id
      limit 200`,
    [region, facilityId, scope, now],
  )

export interface Decision {
  readonly state: Exclude<ApplicationState, 'pending'>
  readonly by: Doer | null
  readonly why: string | null
  readonly personId: string | null
}

export const saveDecision = async (tx: Tx, id: string, decision: Decision, now: Date): Promise<void> => {
  await tx.sql(
    `update people.application
        set state = $2, decided_at = $3, decided_by = $4, decided_by_name = $5, why = $6, person_id = $7
      where id = $1`,
    [id, decision.state, now, decision.by?.id ?? null, decision.by?.name ?? null, decision.why, decision.personId],
  )
}

export const addApplicationEvent = async (
  tx: Tx,
  applicationId: string,
  kind: string,
  by: Doer,
  now: Date,
  detail: string | null = null,
): Promise<void> => {
  await tx.sql(
    `insert into people.application_event (application_id, at, kind, by_person, by_name, detail)
     values ($1, $2, $3, $4, $5, $6)`,
    [applicationId, now, kind, by.id, by.name, detail],
  )
}

export const eventsOfApplication = (
  db: Queries,
  id: string,
): Promise<{ at: Date; kind: string; by: string; detail: string | null }[]> =>
  db.sql(
    `select at, kind, by_name as by, detail from people.application_event where application_id = $1 order by id limit 200`,
    [id],
  )

export interface ProfileRow {
  readonly personId: string
  readonly licenceKind: LicenceKind
  readonly licenceHash: Buffer
  readonly licenceTail: string
  readonly phone: string
}

export const insertProfile = async (tx: Tx, profile: ProfileRow, approvedBy: string, now: Date): Promise<void> => {
  await tx.sql(
    `insert into people.profile (person_id, licence_kind, licence_hash, licence_tail, phone, approved_by, approved_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [profile.personId, profile.licenceKind, profile.licenceHash, profile.licenceTail, profile.phone, approvedBy, now],
  )
}

export const profileOf = async (db: Queries, personId: string): Promise<ProfileRow | undefined> =>
  (
    await db.sql<ProfileRow>(
      `select person_id as "personId", licence_kind as "licenceKind", licence_hash as "licenceHash",
              licence_tail as "licenceTail", phone
         from people.profile
        where person_id = $1`,
      [personId],
    )
  )[0]

/** How many living accounts hold each of these licences: a second account is told to the sponsor, not to the applicant. */
export const accountsWithLicence = async (
  db: Queries,
  hashes: readonly Buffer[],
): Promise<ReadonlyMap<string, number>> => {
  const rows = await db.sql<{ hash: string; n: number }>(
    `select encode(f.licence_hash, 'hex') as hash, count(*)::int as n
       from people.profile f
       join platform.person p on p.id = f.person_id and p.disabled_at is null
      where f.licence_hash = any ($1::bytea[])
      group by 1`,
    [hashes],
  )
  return new Map(rows.map(({ hash, n }) => [hash, n]))
}
