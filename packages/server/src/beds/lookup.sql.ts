import type { Queries } from '../platform/db.ts'

export interface RequestName {
  readonly id: string
  readonly code: string
}

/** A request by its id, or by the spoken code while it is open in this region. Says nothing of the patient. */
export const requestNamed = async (db: Queries, sido: string, idOrCode: string): Promise<RequestName | null> =>
  (
    await db.sql<RequestName>(
      `select r.id, r.code
         from beds.request r
        where r.id = $2
           or (r.sido = $1 and r.code = $2 and r.closed_at is null)
        order by r.id = $2 desc, r.created_at desc
        limit 1`,
      [sido, idOrCode],
    )
  )[0] ?? null

/** The spoken codes of these requests. */
export const codesOfRequests = async (db: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const rows = await db.sql<RequestName>(`select r.id, r.code from beds.request r where r.id = any ($1::text[])`, [ids])
  return new Map(rows.map(({ id, code }) => [id, code]))
}

/** Names of hospitals of other regions, as their logs tell them: whose people come here while this cell stands in. */
export const farHospitalNames = async (db: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const rows = await db.sql<{ id: string; name: string }>(
    `select h.id, h.facts ->> 'name' as name from beds.told_hospital h where h.id = any ($1::text[])`,
    [ids],
  )
  return new Map(rows.map(({ id, name }) => [id, name]))
}
