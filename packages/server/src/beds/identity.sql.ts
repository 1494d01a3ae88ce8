import type { Queries, Tx } from '../platform/db.ts'
import { IS_OPEN } from './request-states.sql.ts'

export interface SealedIdentity {
  readonly sealed: Buffer
  readonly same_patient: Buffer | null
  readonly nation_hash: string | null
}

export const sealedIdentity = async (db: Queries, requestId: string): Promise<SealedIdentity | null> =>
  (
    await db.sql<SealedIdentity>(
      `select i.sealed, i.same_patient, i.nation_hash from beds.patient_identity i where i.request_id = $1`,
      [requestId],
    )
  )[0] ?? null

export const saveIdentity = async (
  tx: Tx,
  requestId: string,
  sealed: Buffer,
  samePatient: Buffer | null,
  by: string,
  now: Date,
  nationHash: string | null = null,
): Promise<void> => {
  await tx.sql(
    `insert into beds.patient_identity (request_id, sealed, same_patient, recorded_at, recorded_by, nation_hash)
     values ($1, $2, $3, $4, $5, $6)
         on conflict (request_id) do update
            set sealed = excluded.sealed,
                same_patient = excluded.same_patient,
                recorded_at = excluded.recorded_at,
                recorded_by = excluded.recorded_by,
                nation_hash = excluded.nation_hash`,
    [requestId, sealed, samePatient, now, by, nationHash],
  )
}

/** Other open requests for the patient of this one. */
export const samePatientOf = (db: Queries, requestId: string): Promise<{ id: string; code: string }[]> =>
  db.sql(
    `select r.id, r.code
       from beds.patient_identity mine
       join beds.patient_identity other on other.same_patient = mine.same_patient and other.request_id <> mine.request_id
       join beds.request r on r.id = other.request_id
      where mine.request_id = $1
        and ${IS_OPEN}
      order by r.created_at, r.id`,
    [requestId],
  )

/** Whether somebody recorded who the patient is, and other open requests for the same one. */
export interface IdentityState {
  readonly known: boolean
  readonly same: { readonly id: string; readonly code: string }[]
}

/** Its two columns, for the request `$1`. */
export const IDENTITY_STATE = `exists (select from beds.patient_identity i where i.request_id = $1) as known,
              coalesce((
                select jsonb_agg(jsonb_build_object('id', r.id, 'code', r.code) order by r.created_at, r.id)
                  from beds.patient_identity mine
                  join beds.patient_identity other
                    on other.same_patient = mine.same_patient and other.request_id <> mine.request_id
                  join beds.request r on r.id = other.request_id
                 where mine.request_id = $1
                   and ${IS_OPEN}
              ), '[]'::jsonb) as same`

export interface Look {
  readonly at: Date
  readonly act: 'recorded' | 'seen' | 'refused'
  readonly person_name: string
  readonly hospital_id: string | null
}

export const logLook = async (
  db: Queries,
  requestId: string,
  act: Look['act'],
  person: { readonly id: string; readonly name: string; readonly facilityId: string | null },
  now: Date,
): Promise<void> => {
  await db.sql(
    `insert into beds.identity_access (request_id, at, act, person_id, person_name, hospital_id)
     values ($1, $2, $3, $4, $5, $6)`,
    [requestId, now, act, person.id, person.name, person.facilityId],
  )
}

export const looksAt = (db: Queries, requestId: string): Promise<Look[]> =>
  db.sql<Look>(
    `select a.at, a.act, a.person_name, a.hospital_id from beds.identity_access a where a.request_id = $1 order by a.id`,
    [requestId],
  )
