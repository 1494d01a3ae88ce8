import type { Capability } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'
import type { NewStatement, StandingStop, Statement } from './stated.ts'
import { noWords, type Words } from './words.ts'
import { speaksHere } from './written.sql.ts'

const COLUMNS = `s.id, s.hospital_id as "hospitalId", s.said, s.code, s.answer, s.bed_class as "bedClass", s.reason, s.note,
       s.until, s.at, s.by_name as "byName", s.channel, s.heard_from as "heardFrom"`

/**
 * The last word of each hospital and class about taking patients, where it is a stop, and the hospital's word is kept here. Some have
 * ended by their own `until`.
 */
export const standingStops = (db: Queries, hospitalIds: readonly string[] | null): Promise<StandingStop[]> =>
  db.sql<StandingStop>(
    `select *
       from (select distinct on (s.hospital_id, s.bed_class) ${COLUMNS}
               from facilities.statement s
               join facilities.hospital h on h.id = s.hospital_id
              where s.said in ('stop', 'resume')
                and ${speaksHere('h.sido_code')}
                and ($1::text[] is null or s.hospital_id = any ($1))
              order by s.hospital_id, s.bed_class, s.id desc) newest
      where newest.said = 'stop'
      order by newest."hospitalId", newest."bedClass" nulls first`,
    [hospitalIds],
  )

/** What stands now, the hospital as a whole first. */
export const stopsAt = async (db: Queries, hospitalIds: readonly string[], now: Date): Promise<StandingStop[]> =>
  (await standingStops(db, hospitalIds)).filter(({ until }) => until === null || now < until)

/** Does this cell keep the words of this region's hospitals: its own, or one it stands in for? */
export const isSpokenHere = async (tx: Queries, sido: string): Promise<boolean> =>
  (await tx.sql(`select where ${speaksHere('$1::text')}`, [sido])).length > 0

/** Statements of one hospital are made one after another. False when there is no such hospital. */
export const lockHospital = async (tx: Tx, id: string): Promise<{ readonly sidoCode: string } | undefined> =>
  (
    await tx.sql<{ sidoCode: string }>(
      `select sido_code as "sidoCode" from facilities.hospital where id = $1 for no key update`,
      [id],
    )
  )[0]

export const addStatements = async (tx: Tx, statements: readonly NewStatement[]): Promise<void> => {
  for (const one of statements)
    await tx.sql(
      `insert into facilities.statement
         (hospital_id, said, code, answer, bed_class, reason, note, until, at, by_person, by_name, channel, heard_from)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        one.hospitalId,
        one.said,
        one.code,
        one.answer,
        one.bedClass,
        one.reason,
        one.note,
        one.until,
        one.at,
        one.byPerson,
        one.byName,
        one.channel,
        one.heardFrom,
      ],
    )
}

/** The hospital's answer as it stands from now on. */
export const saveOwnAnswer = async (
  tx: Tx,
  hospitalId: string,
  word: { readonly code: Capability; readonly answer: string; readonly until: Date | null },
  now: Date,
): Promise<void> => {
  await tx.sql(
    `insert into facilities.capability (hospital_id, code, source, answer, as_of, received_at, usable_until)
     values ($1, $2, 'hospital', $3, $4, $4, $5)
         on conflict (hospital_id, code, source) do update
            set answer = excluded.answer, raw = null, flags = '{}', as_of = excluded.as_of,
                received_at = excluded.received_at, usable_until = excluded.usable_until`,
    [hospitalId, word.code, word.answer, now, word.until],
  )
}

/** The own word is taken back; what was said stays in the record. False when there was none. */
export const dropOwnAnswer = async (tx: Tx, hospitalId: string, code: Capability): Promise<boolean> => {
  const own = `facilities.capability where hospital_id = $1 and code = $2 and source = 'hospital'`
  // Looked at first: a deletion of nothing too would make everybody read the directory again.
  if ((await tx.sql(`select from ${own}`, [hospitalId, code])).length === 0) return false
  await tx.sql(`delete from ${own}`, [hospitalId, code])
  return true
}

/** What stands in these tables of the own words of a region's hospitals, those among them that have ended by themselves too. */
export const wordsOfRegion = async (db: Queries, sido: string): Promise<Map<string, Words>> => {
  const words = new Map<string, Words>()
  const of = (hospitalId: string): Words => {
    const known = words.get(hospitalId) ?? noWords()
    words.set(hospitalId, known)
    return known
  }
  const hospitals = await db.sql<{ id: string }>(`select h.id from facilities.hospital h where h.sido_code = $1`, [
    sido,
  ])
  const ids = hospitals.map(({ id }) => id)
  for (const { hospitalId, bedClass, reason, until, at } of await standingStops(db, ids))
    of(hospitalId).stops.set(bedClass, { reason, until, at })
  const answers = await db.sql<{
    hospitalId: string
    code: Capability
    answer: 'yes' | 'no' | 'unknown'
    until: Date
    at: Date
  }>(
    `select c.hospital_id as "hospitalId", c.code, c.answer, c.usable_until as until, coalesce(c.as_of, c.received_at) as at
       from facilities.capability c
      where c.source = 'hospital' and c.hospital_id = any ($1::text[])
      order by c.hospital_id, c.code`,
    [ids],
  )
  for (const { hospitalId, code, ...word } of answers) of(hospitalId).answers.set(code, word)
  return words
}

/** Newest first; `after` is the id of the last one of the page before. */
export const statementsOf = (
  db: Queries,
  hospitalId: string,
  limit: number,
  after: string | undefined,
): Promise<Statement[]> =>
  db.sql<Statement>(
    `select ${COLUMNS}
       from facilities.statement s
      where s.hospital_id = $1
        and ($2::bigint is null or s.id < $2)
      order by s.id desc
      limit $3`,
    [hospitalId, after ?? null, limit],
  )
