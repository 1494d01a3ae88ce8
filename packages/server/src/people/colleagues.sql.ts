import type { LicenceKind } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'
import type { PersonRow } from './people.service.ts'

export interface ColleagueRow extends PersonRow {
  readonly licenceKind: LicenceKind | null
  readonly licenceTail: string | null
  readonly passkeys: number
  readonly sessions: number
}

/** @param facilityId null: of the whole region */
export const colleaguesOf = (
  db: Queries,
  region: string,
  facilityId: string | null,
  now: Date,
): Promise<ColleagueRow[]> =>
  db.sql<ColleagueRow>(
    `select p.id, p.name, p.roles, p.region, p.facility_id as "facilityId", p.disabled_at is not null as disabled,
            p.home_region as "homeRegion", f.licence_kind as "licenceKind", f.licence_tail as "licenceTail",
            (select count(*)::int from people.passkey k where k.person_id = p.id) as passkeys,
            (select count(*)::int from platform.session s
              where s.person_id = p.id and s.expires_at > $3
                and s.last_seen_at + s.idle_min * interval '1 minute' > $3) as sessions
       from platform.person p
       left join people.profile f on f.person_id = p.id
      where p.region = $1
        and ($2::text is null or p.facility_id = $2)
      order by p.disabled_at nulls first, p.facility_id nulls first, p.name, p.id
      limit 500`,
    [region, facilityId, now],
  )

/** All but one of a person's sessions, when one is named; gives how many. */
export const endSessionsOf = async (db: Queries, personId: string, except?: string): Promise<number> => {
  const rows = await db.sql(
    `delete from platform.session where person_id = $1 and ($2::text is null or id <> $2) returning id`,
    [personId, except ?? null],
  )
  return rows.length
}

/** Sessions that began with something that is gone now: a passkey, an organisation account, a credential. */
export const endSessionsBegunWith = async (tx: Tx, personId: string, beganWith: string): Promise<void> => {
  await tx.sql(`delete from platform.session where person_id = $1 and began_with = $2`, [personId, beganWith])
}

export const accountEventsOf = (
  db: Queries,
  personId: string,
): Promise<{ at: Date; kind: string; by: string; detail: string | null }[]> =>
  db.sql(
    `select at, kind, by_name as by, detail from people.account_event where person_id = $1 order by id desc limit 100`,
    [personId],
  )
