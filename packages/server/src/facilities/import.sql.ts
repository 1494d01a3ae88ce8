import type { Queries, Tx } from '../platform/db.ts'
import type { RegisteredHospital } from './hospital-row.ts'
import type { HpidLink, Registered } from './hpid-match.ts'
import type { HospitalId } from './types.ts'

/** Any number nobody else uses: two imports at once would judge each other's half. */
const IMPORT_LOCK = 7_382_012
const CHUNK = 500

/** One import at a time; released with the transaction. */
export const lockImports = async (tx: Tx): Promise<void> => {
  await tx.sql('select pg_advisory_xact_lock($1)', [IMPORT_LOCK])
}

export type HospitalSource = 'register' | 'demo' | 'hospital'
/** A hospital to write; `hpid` and `erPhone` are left as they are when not given. */
export type HospitalToSave = RegisteredHospital & { readonly erPhone?: string; readonly hpid?: string }
export type SavedHospitals = { readonly added: number; readonly changed: number; readonly unchanged: number }

/** Adds and updates hospitals, never deletes. A hospital that is back in its source is open again. */
export const saveHospitals = async (
  tx: Tx,
  hospitals: readonly HospitalToSave[],
  source: HospitalSource,
  now: Date,
): Promise<SavedHospitals> => {
  const sum = { added: 0, changed: 0, unchanged: 0 }
  for (const chunk of chunksOf(hospitals)) {
    const [counts] = await tx.sql<SavedHospitals>(SAVE_HOSPITALS, [JSON.stringify(chunk), source, now])
    if (counts === undefined) continue
    sum.added += counts.added
    sum.changed += counts.changed
    sum.unchanged += counts.unchanged
  }
  return sum
}

const SAVE_HOSPITALS = `
with given as (
  select *
    from jsonb_to_recordset($1::jsonb) as g (
      "id" text, "hpid" text, "name" text, "type" text, "kind" text, "sidoCode" text, "sigunguCode" text, "address" text,
      "phone" text, "erPhone" text, "lat" float8, "lon" float8, "licensedBeds" int, "inpatientRooms" int,
      "medicalStaff" int, "departments" text[], "sourceUpdatedOn" date)
), before as (
  select id,
         h.state = 'missing'
           or (h.name, h.type, h.kind, h.sido_code, h.sigungu_code, h.address, h.phone, h.lat, h.lon, h.licensed_beds,
               h.inpatient_rooms, h.medical_staff, h.departments, h.source_updated_on, h.er_phone, h.hpid)
              is distinct from
              (g.name, g.type, g.kind, g."sidoCode", g."sigunguCode", g.address, g.phone, g.lat, g.lon, g."licensedBeds",
               g."inpatientRooms", g."medicalStaff", g.departments, g."sourceUpdatedOn", coalesce(g."erPhone", h.er_phone),
               coalesce(g.hpid, h.hpid))
           as differs
    from facilities.hospital h
    join given g using (id)
), saved as (
  insert into facilities.hospital as h (
         id, hpid, name, type, kind, sido_code, sigungu_code, address, phone, er_phone, lat, lon, licensed_beds,
         inpatient_rooms, medical_staff, departments, source, source_updated_on, imported_at)
  select id, hpid, name, type, kind, "sidoCode", "sigunguCode", address, phone, "erPhone", lat, lon, "licensedBeds",
         "inpatientRooms", "medicalStaff", departments, $2, "sourceUpdatedOn", $3::timestamptz
    from given
   order by id    -- one order of row locks for everybody
  on conflict (id) do update
     set (name, type, kind, sido_code, sigungu_code, address, phone, lat, lon, licensed_beds, inpatient_rooms,
          medical_staff, departments, source_updated_on, imported_at)
       = (excluded.name, excluded.type, excluded.kind, excluded.sido_code, excluded.sigungu_code, excluded.address,
          excluded.phone, excluded.lat, excluded.lon, excluded.licensed_beds, excluded.inpatient_rooms,
          excluded.medical_staff, excluded.departments, excluded.source_updated_on, excluded.imported_at),
         -- What another source told us stays when this one says nothing of it.
         hpid = coalesce(excluded.hpid, h.hpid),
         er_phone = coalesce(excluded.er_phone, h.er_phone),
         -- An operator's "closed" outlives the register's next file.
         state = case when h.state = 'closed' then 'closed' else 'open' end,
         missing_since = null
)
select ((select count(*) from given) - (select count(*) from before))::int as added,
       (select count(*) from before where differs)::int as changed,
       (select count(*) from before where not differs)::int as unchanged`

/** Open hospitals of a source in these provinces that are not among the present ones: first counted, then marked. */
export const countMissing = async (
  tx: Queries,
  source: HospitalSource,
  sidoCodes: readonly string[],
  present: readonly string[],
): Promise<{ readonly known: number; readonly missing: number }> => {
  const [counts] = await tx.sql<{ known: number; missing: number }>(
    `select count(*)::int as known,
            count(*) filter (where not id = any ($3::text[]))::int as missing
       from facilities.hospital
      where source = $1 and state = 'open' and sido_code = any ($2::text[])`,
    [source, sidoCodes, present],
  )
  return counts ?? { known: 0, missing: 0 }
}

export const markMissing = async (
  tx: Tx,
  source: HospitalSource,
  sidoCodes: readonly string[],
  present: readonly string[],
  now: Date,
): Promise<readonly { readonly id: HospitalId; readonly name: string }[]> =>
  tx.sql(
    `update facilities.hospital
        set state = 'missing', missing_since = $4
      where source = $1 and state = 'open' and sido_code = any ($2::text[]) and not id = any ($3::text[])
      returning id, name`,
    [source, sidoCodes, present, now],
  )

export type CapabilityToSave = {
  readonly hospitalId: string
  readonly code: string
  readonly answer: string
  readonly raw: string | null
  readonly flags: readonly string[]
  readonly asOf: Date | null
}

/** Gives how many were taken; the rest were older than what is known. */
export const saveCapabilities = async (
  tx: Tx,
  source: 'register' | 'nemc' | 'hospital' | 'demo',
  facts: readonly CapabilityToSave[],
  receivedAt: Date,
): Promise<number> => {
  let taken = 0
  for (const chunk of chunksOf(facts, 5_000)) {
    const [counts] = await tx.sql<{ taken: number }>(SAVE_CAPABILITIES, [JSON.stringify(chunk), source, receivedAt])
    taken += counts?.taken ?? 0
  }
  return taken
}

const SAVE_CAPABILITIES = `
with saved as (
  insert into facilities.capability as c (hospital_id, code, source, answer, raw, flags, as_of, received_at)
  select "hospitalId", code, $2, answer, raw, flags, "asOf", $3::timestamptz
    from jsonb_to_recordset($1::jsonb) as g (
      "hospitalId" text, code text, answer text, raw text, flags text[], "asOf" timestamptz)
   order by "hospitalId", code
  on conflict (hospital_id, code, source) do update
     set answer = excluded.answer, raw = excluded.raw, flags = excluded.flags, as_of = excluded.as_of,
         received_at = excluded.received_at
   -- A late delivery of an old statement does not undo a newer one.
   where excluded.received_at >= c.received_at
     and (excluded.as_of is null or c.as_of is null or excluded.as_of >= c.as_of)
  returning 1
)
select count(*)::int as taken from saved`

/** What the register once said of these hospitals and no longer says is unknown, not no: a department may have been renamed. */
export const forgetCapabilities = async (
  tx: Tx,
  source: 'register' | 'demo',
  hospitalIds: readonly string[],
  kept: readonly { readonly hospitalId: string; readonly code: string }[],
  now: Date,
): Promise<void> => {
  await tx.sql(
    `update facilities.capability c
        set answer = 'unknown', received_at = $4
      where c.source = $1
        and c.answer <> 'unknown'
        and c.hospital_id = any ($2::text[])
        and not exists (
          select from jsonb_to_recordset($3::jsonb) as k ("hospitalId" text, code text)
           where k."hospitalId" = c.hospital_id and k.code = c.code)`,
    [source, hospitalIds, JSON.stringify(kept), now],
  )
}

export type BedCountToSave = {
  readonly hospitalId: string
  readonly bedClass: string
  readonly reading: string
  readonly available: number | null
  readonly total: number | null
  readonly raw: string | null
  readonly flags: readonly string[]
  readonly asOf: Date | null
}

/** Replaces the latest figures and keeps every change of a figure. Gives how many were taken; the rest were older. */
export const saveBedCounts = async (
  tx: Tx,
  source: 'nemc' | 'demo',
  counts: readonly BedCountToSave[],
  receivedAt: Date,
): Promise<number> => {
  let taken = 0
  for (const chunk of chunksOf(counts, 5_000)) {
    const [saved] = await tx.sql<{ taken: number }>(SAVE_BED_COUNTS, [JSON.stringify(chunk), source, receivedAt])
    taken += saved?.taken ?? 0
  }
  return taken
}

const SAVE_BED_COUNTS = `
with given as (
  select "hospitalId" as hospital_id, "bedClass" as bed_class, $2::text as source, reading, available, total, raw, flags,
         "asOf" as as_of, $3::timestamptz as received_at
    from jsonb_to_recordset($1::jsonb) as g (
      "hospitalId" text, "bedClass" text, reading text, available int, total int, raw text, flags text[], "asOf" timestamptz)
), newer as (
  select g.*,
         b.hospital_id is null
           or (b.reading, b.available, b.total, b.flags) is distinct from (g.reading, g.available, g.total, g.flags)
           as differs
    from given g
    left join facilities.bed_count b using (hospital_id, bed_class, source)
   where b.hospital_id is null
      or (g.received_at >= b.received_at and (g.as_of is null or b.as_of is null or g.as_of >= b.as_of))
), kept as (
  insert into facilities.bed_count_history
         (hospital_id, bed_class, source, reading, available, total, raw, flags, as_of, received_at)
  select hospital_id, bed_class, source, reading, available, total, raw, flags, as_of, received_at
    from newer
   where differs
   order by hospital_id, bed_class
), saved as (
  insert into facilities.bed_count
         (hospital_id, bed_class, source, reading, available, total, raw, flags, as_of, received_at)
  select hospital_id, bed_class, source, reading, available, total, raw, flags, as_of, received_at
    from newer
   order by hospital_id, bed_class
  on conflict (hospital_id, bed_class, source) do update
     set reading = excluded.reading, available = excluded.available, total = excluded.total, raw = excluded.raw,
         flags = excluded.flags, as_of = excluded.as_of, received_at = excluded.received_at
)
select count(*)::int as taken from newer`

/** Emergency-room numbers as the centre gives them; hospitals that gave none keep theirs. */
export const saveErPhones = async (
  tx: Tx,
  phones: readonly { readonly hospitalId: string; readonly phone: string }[],
): Promise<void> => {
  if (phones.length === 0) return
  await tx.sql(
    `update facilities.hospital h
        set er_phone = g.phone
       from jsonb_to_recordset($1::jsonb) as g ("hospitalId" text, phone text)
      where h.id = g."hospitalId" and h.er_phone is distinct from g.phone`,
    [JSON.stringify(phones)],
  )
}

/** Our id of every known hpid among these. */
export const hospitalsByHpid = async (
  tx: Queries,
  hpids: readonly string[],
): Promise<ReadonlyMap<string, { readonly id: HospitalId; readonly sidoCode: string }>> => {
  const rows = await tx.sql<{ hpid: string; id: HospitalId; sidoCode: string }>(
    `select hpid, id, sido_code as "sidoCode" from facilities.hospital where hpid = any ($1::text[])`,
    [hpids],
  )
  return new Map(rows.map(({ hpid, id, sidoCode }) => [hpid, { id, sidoCode }]))
}

/** Ties hpids to hospitals. Gives the links that could not be made: no such hospital, or the hpid is another's. */
export const linkHpids = async (
  tx: Tx,
  links: readonly HpidLink[],
): Promise<readonly (HpidLink & { readonly why: 'no_such_hospital' | 'hpid_of_another' })[]> => {
  const refused = await tx.sql<HpidLink & { why: 'no_such_hospital' | 'hpid_of_another' }>(
    `select g.hpid, g."hospitalId", case when h.id is null then 'no_such_hospital' else 'hpid_of_another' end as why
       from jsonb_to_recordset($1::jsonb) as g (hpid text, "hospitalId" text)
       left join facilities.hospital h on h.id = g."hospitalId"
       left join facilities.hospital other on other.hpid = g.hpid and other.id <> g."hospitalId"
      where h.id is null or other.id is not null`,
    [JSON.stringify(links)],
  )
  const bad = new Set(refused.map(({ hpid }) => hpid))
  await tx.sql(
    `update facilities.hospital h
        set hpid = g.hpid
       from jsonb_to_recordset($1::jsonb) as g (hpid text, "hospitalId" text)
      where h.id = g."hospitalId" and h.hpid is distinct from g.hpid`,
    [JSON.stringify(links.filter(({ hpid }) => !bad.has(hpid)))],
  )
  return refused
}

/** The directory as it is matched with other lists. */
export const registeredPlaces = (tx: Tx): Promise<readonly (Registered & { readonly hpid: string | null })[]> =>
  tx.sql(
    `select id, name, hpid, array_remove(array[phone, er_phone], null) as phones, lat, lon
       from facilities.hospital
      where missing_since is null
      order by id`,
  )

const chunksOf = <T>(all: readonly T[], size = CHUNK): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
