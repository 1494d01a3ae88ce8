import type { BreakGlassReason } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'

export interface AccessLogEntry {
  readonly at: Date
  readonly personId: string
  readonly personName: string
  readonly roles: readonly string[]
  readonly facilityId: string | null
  readonly address: string
  readonly sessionKind: string
  readonly route: string
  readonly subject: string
  readonly outcome: 'given' | 'refused'
  readonly breakGlassId: string | null
}

export const insertAccess = async (db: Queries, entry: AccessLogEntry): Promise<void> => {
  await db.sql(
    `insert into people.access_log
       (at, person_id, person_name, roles, facility_id, address, session_kind, route, subject, outcome, break_glass_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      entry.at,
      entry.personId,
      entry.personName,
      entry.roles,
      entry.facilityId,
      entry.address,
      entry.sessionKind,
      entry.route,
      entry.subject,
      entry.outcome,
      entry.breakGlassId,
    ],
  )
}

export interface AccessSearch {
  /** Id, or part of the name. */
  readonly person: string | undefined
  /** Ids and codes the request is known by. */
  readonly subjects: readonly string[] | undefined
  /** Number of the last row of the page before. */
  readonly before: string | undefined
  readonly limit: number
}

export const searchAccess = (
  db: Queries,
  { person, subjects, before, limit }: AccessSearch,
): Promise<(AccessLogEntry & { readonly n: string })[]> =>
  db.sql(
    `select n::text as n, at, person_id as "personId", person_name as "personName", roles, facility_id as "facilityId",
            address, session_kind as "sessionKind", route, subject, outcome, break_glass_id as "breakGlassId"
       from people.access_log
      where ($1::text is null or person_id = $1 or person_name ilike $2 escape '\\')
        and ($3::text[] is null or subject = any ($3))
        and ($4::bigint is null or n < $4)
      order by n desc
      limit $5`,
    [
      person ?? null,
      person === undefined ? null : `%${person.replace(/[\\%_]/g, '\\$&')}%`,
      subjects ?? null,
      before ?? null,
      limit,
    ],
  )

// ---------------------------------------------------------------- break-glass

export interface BreakGlassRow {
  readonly id: string
  readonly at: Date
  readonly until: Date
  readonly personId: string
  readonly personName: string
  readonly facilityId: string | null
  readonly requestId: string
  readonly requestCode: string
  readonly reason: BreakGlassReason
  readonly note: string
}

export interface ReviewedRow extends BreakGlassRow {
  readonly looks: number
  readonly reviewAt: Date | null
  readonly reviewer: string | null
  readonly verdict: 'accepted' | 'objected' | null
  readonly reviewNote: string | null
}

export const insertBreakGlass = async (tx: Tx, row: BreakGlassRow): Promise<void> => {
  await tx.sql(
    `insert into platform.break_glass
       (id, at, until, person_id, person_name, facility_id, request_id, request_code, reason, note)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      row.id,
      row.at,
      row.until,
      row.personId,
      row.personName,
      row.facilityId,
      row.requestId,
      row.requestCode,
      row.reason,
      row.note,
    ],
  )
}

/** An access of this person to this request that is open: a second press opens no second one. */
export const openAccessOf = async (
  db: Queries,
  personId: string,
  requestId: string,
  now: Date,
): Promise<string | undefined> =>
  (
    await db.sql<{ id: string }>(
      `select id from platform.break_glass where person_id = $1 and request_id = $2 and until > $3 order by at desc limit 1`,
      [personId, requestId, now],
    )
  )[0]?.id

const REVIEWED = `select b.id, b.at, b.until, b.person_id as "personId", b.person_name as "personName",
            b.facility_id as "facilityId", b.request_id as "requestId", b.request_code as "requestCode", b.reason, b.note,
            (select count(*)::int from people.access_log l where l.break_glass_id = b.id and l.outcome = 'given') as looks,
            r.at as "reviewAt", r.reviewer_name as reviewer, r.verdict, r.note as "reviewNote"
       from platform.break_glass b
       left join platform.break_glass_review r on r.break_glass_id = b.id`

export const breakGlassById = async (db: Queries, id: string): Promise<ReviewedRow | undefined> =>
  (await db.sql<ReviewedRow>(`${REVIEWED} where b.id = $1`, [id]))[0]

/** @param personId null: of everybody */
export const breakGlasses = (db: Queries, personId: string | null, toReview: boolean): Promise<ReviewedRow[]> =>
  db.sql<ReviewedRow>(
    `${REVIEWED}
      where ($1::text is null or b.person_id = $1)
        and (not $2 or r.break_glass_id is null)
      order by b.at desc, b.id
      limit 200`,
    [personId, toReview],
  )

/** False when somebody has reviewed it already. */
export const insertReview = async (
  tx: Tx,
  review: {
    readonly id: string
    readonly reviewerId: string
    readonly reviewer: string
    readonly verdict: string
    readonly note: string
  },
  now: Date,
): Promise<boolean> =>
  (
    await tx.sql(
      `insert into platform.break_glass_review (break_glass_id, at, reviewer_id, reviewer_name, verdict, note)
       values ($1, $2, $3, $4, $5, $6)
           on conflict do nothing
       returning break_glass_id`,
      [review.id, now, review.reviewerId, review.reviewer, review.verdict, review.note],
    )
  ).length > 0
