import type { BedClass, Capability, HospitalKind, HospitalState } from '@dure/contract'
import type { Queries } from '../platform/db.ts'
import type { FoundHospital, HospitalDetail, SearchPlace, StatedAnswer, StatedCount } from './stated.ts'
import type { Position, ToldHospital } from './types.ts'
import { speaksHere } from './written.sql.ts'

export type HospitalSearch = {
  readonly q?: string | undefined
  readonly sido?: string | undefined
  readonly kind?: HospitalKind | undefined
  readonly state: HospitalState
  /** The nearest come first; without it, by name. */
  readonly near?: Position | undefined
  readonly withinKm?: number | undefined
  readonly capability?: Capability | undefined
  readonly bedClass?: BedClass | undefined
  /** Answers of the emergency centre received before this count as unknown. */
  readonly answersSince: Date
  readonly now: Date
  readonly limit: number
  readonly after?: SearchPlace | undefined
  /** Hospitals that our tables do not hold, as the logs of their regions tell them, where they fit. */
  readonly told: readonly ToldHospital[]
  /** Ids of hospitals of our tables of which their regions tell that they can do `capability`, and that they cannot or may not. */
  readonly toldYes: readonly string[]
  readonly toldOtherwise: readonly string[]
}

/** Whole metres, so that the place in a list compares exactly. */
const DISTANCE_M = `
  case when $5::float8 is null then null
       else round(2 * 6371008.8 * asin(least(1, sqrt(
              sin(radians(h.lat - $5) / 2) ^ 2
              + cos(radians($5)) * cos(radians(h.lat)) * sin(radians(h.lon - $6) / 2) ^ 2))))::int
  end`

const SEARCH = `
with known as (
  select id, hpid, name, kind, type, sido_code, sigungu_code, address, phone, er_phone, lat, lon, licensed_beds, state, source,
         null as told_by, null as told_at
    from facilities.hospital
  union all
  select t.id, t.hpid, t.name, t.kind, '', t.sido_code, t.sigungu_code, '', t.phone, t.er_phone, t.lat, t.lon, t.licensed_beds, t.state,
         t.source, t.told_by, t.told_at
    from jsonb_to_recordset($16::jsonb)
           as t (id text, hpid text, name text, kind text, sido_code text, sigungu_code text, phone text, er_phone text, lat float8,
                 lon float8, licensed_beds float8, state text, source text, told_by text, told_at timestamptz)
   where not exists (select from facilities.hospital own where own.id = t.id)
),
found as (
  select h.*, ${DISTANCE_M} as distance_m
    from known h
   where h.state = $1
     and ($2::text is null or h.name ilike $2 escape '\\')
     and ($3::text is null or h.sido_code = $3)
     and ($4::text is null or h.kind = $4)
     and h.id <> all ($18::text[])
     and ($8::text is null or h.told_by is not null or h.id = any ($17::text[]) or exists (
           select from facilities.capability c
            where c.hospital_id = h.id and c.code = $8 and c.answer = 'yes'
              and (c.source <> 'hospital' or ${speaksHere('h.sido_code')})
              and (c.usable_until is null or c.usable_until > $15)
              and (c.source <> 'nemc' or (coalesce(c.as_of, c.received_at) >= $10
                                          and not c.flags && array['clock_ahead', 'clock_unreadable'])))
         -- Whatever others say, the hospital itself says something else.
         and not exists (
           select from facilities.capability own
            where own.hospital_id = h.id and own.code = $8 and own.source = 'hospital' and own.answer <> 'yes'
              and ${speaksHere('h.sido_code')}
              and (own.usable_until is null or own.usable_until > $15)))
     and ($9::text is null or exists (
           select from facilities.bed_count b
            where b.hospital_id = h.id and b.bed_class = $9 and b.reading = 'known'))
)
select id, hpid, name, kind, type, sido_code as "sidoCode", sigungu_code as "sigunguCode", address, phone,
       er_phone as "erPhone", lat, lon, distance_m as "distanceM", licensed_beds as "licensedBeds", state, source,
       told_by as "toldBy", told_at as "toldAt"
  from found
 where ($7::int is null or distance_m <= $7)
   and ($13::text is null or (coalesce(distance_m, 0), name, id) > (coalesce($11::int, 0), $12::text, $13))
 order by coalesce(distance_m, 0), name, id
 limit $14`

export const searchHospitals = async (db: Queries, search: HospitalSearch): Promise<readonly FoundHospital[]> =>
  db.sql<FoundHospital>(SEARCH, [
    search.state,
    search.q === undefined ? null : `%${search.q.replace(/[\\%_]/g, '\\$&')}%`,
    search.sido ?? null,
    search.kind ?? null,
    search.near?.lat ?? null,
    search.near?.lon ?? null,
    search.withinKm === undefined ? null : Math.round(search.withinKm * 1_000),
    search.capability ?? null,
    search.bedClass ?? null,
    search.answersSince,
    search.after?.distanceM ?? null,
    search.after?.name ?? null,
    search.after?.id ?? null,
    search.limit,
    search.now,
    JSON.stringify(search.told.map(toldRow)),
    search.toldYes,
    search.toldOtherwise,
  ])

const toldRow = (one: ToldHospital) => ({
  ...{ id: one.id, hpid: one.hpid, name: one.name, kind: one.kind, phone: one.phone, er_phone: one.erPhone },
  ...{ sido_code: one.sidoCode, sigungu_code: one.sigunguCode, ...one.position, licensed_beds: one.licensedBeds },
  ...{ state: one.state, source: one.source, told_by: one.toldBy, told_at: one.toldAt },
})

export const hospitalDetail = async (db: Queries, id: string): Promise<HospitalDetail | undefined> => {
  const [row] = await db.sql<HospitalDetail>(
    `select id, hpid, name, kind, type, sido_code as "sidoCode", sigungu_code as "sigunguCode", address, phone,
            er_phone as "erPhone", lat, lon, licensed_beds as "licensedBeds", inpatient_rooms as "inpatientRooms",
            medical_staff as "medicalStaff", departments, state, source, source_updated_on as "sourceUpdatedOn",
            imported_at as "importedAt", missing_since as "missingSince"
       from facilities.hospital
      where id = $1`,
    [id],
  )
  return row
}

export const statedAnswers = async (db: Queries, hospitalId: string): Promise<readonly StatedAnswer[]> =>
  db.sql(
    `select c.code, c.answer, c.source, c.raw, c.flags, c.as_of as "asOf", c.received_at as "receivedAt",
            c.usable_until as until
       from facilities.capability c
       join facilities.hospital h on h.id = c.hospital_id
      where c.hospital_id = $1
        and (c.source <> 'hospital' or ${speaksHere('h.sido_code')})
      order by c.code, c.source`,
    [hospitalId],
  )

export const statedCounts = async (db: Queries, hospitalId: string): Promise<readonly StatedCount[]> =>
  db.sql(
    `select bed_class as "bedClass", source, reading, available, total, raw, flags, as_of as "asOf",
            received_at as "receivedAt"
       from facilities.bed_count
      where hospital_id = $1
      order by bed_class, source`,
    [hospitalId],
  )

/** `after` is the id of the last row of the page before. */
export const countHistory = async (
  db: Queries,
  ask: {
    readonly hospitalId: string
    readonly bedClass: BedClass | undefined
    readonly limit: number
    readonly after: string | undefined
  },
): Promise<readonly (StatedCount & { readonly id: string })[]> =>
  db.sql(
    `select id, bed_class as "bedClass", source, reading, available, total, raw, flags, as_of as "asOf",
            received_at as "receivedAt"
       from facilities.bed_count_history
      where hospital_id = $1
        and ($2::text is null or bed_class = $2)
        and ($3::bigint is null or id < $3)
      order by id desc
      limit $4`,
    [ask.hospitalId, ask.bedClass ?? null, ask.after ?? null, ask.limit],
  )
