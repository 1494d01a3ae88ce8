import type { Tx } from '../platform/db.ts'
import { type AdoptedAnswer, type AdoptedHospital, answersTold, hospitalTold } from './adopting.ts'

/**
 * The hospitals of a region as its log says them: of a region this cell begins to stand in for (`stands-in`: the region's cell knew
 * them best), or of the own region where these tables were lost (`regained`: only what is missing). Address, departments and figures
 * are in no log; the register's file brings them.
 */
export const adoptHospitals = async (
  tx: Tx,
  sido: string,
  told: readonly unknown[],
  how: 'stands-in' | 'regained',
  now: Date,
): Promise<void> => {
  const hospitals = told.flatMap((facts) => hospitalTold(facts, sido) ?? [])
  if (hospitals.length === 0) return
  const made = await insertMissing(tx, hospitals, now)
  if (how === 'stands-in') await updateKnown(tx, hospitals, now)
  const taken = new Set(how === 'stands-in' ? hospitals.map(({ id }) => id) : made)
  const answers = told.flatMap(answersTold).filter(({ hospitalId }) => taken.has(hospitalId))
  await saveAnswers(tx, answers, now)
}

type Rows = readonly (AdoptedHospital | AdoptedAnswer)[]

const HOSPITALS = `jsonb_to_recordset($1::jsonb) as t (id text, hpid text, name text, kind text, "sidoCode" text, "sigunguCode" text,
  lat float8, lon float8, phone text, "erPhone" text, "licensedBeds" int, state text, source text)`

const insertMissing = async (tx: Tx, hospitals: Rows, now: Date): Promise<readonly string[]> =>
  (
    await tx.sql<{ id: string }>(
      `insert into facilities.hospital (id, hpid, name, type, kind, sido_code, sigungu_code, address, phone, er_phone, lat, lon,
          licensed_beds, state, missing_since, source, imported_at)
       select t.id,
              -- The emergency centre's number is of one hospital: one that has it already keeps it.
              case when not exists (select from facilities.hospital other where other.hpid = t.hpid) then t.hpid end,
              t.name, '', t.kind, t."sidoCode", t."sigunguCode", '', t.phone, t."erPhone", t.lat, t.lon, t."licensedBeds",
              t.state, case when t.state = 'missing' then $2::timestamptz end, t.source, $2
         from ${HOSPITALS}
        order by t.id
           on conflict (id) do nothing
       returning id`,
      [JSON.stringify(hospitals), now],
    )
  ).map(({ id }) => id)

const updateKnown = async (tx: Tx, hospitals: Rows, now: Date): Promise<void> => {
  await tx.sql(
    `update facilities.hospital h
        set phone = t.phone, er_phone = t."erPhone", licensed_beds = t."licensedBeds", state = t.state,
            missing_since = case when t.state = 'missing' then coalesce(h.missing_since, $2::timestamptz) end
       from ${HOSPITALS}
      where h.id = t.id
        and h.sido_code = t."sidoCode"
        and (h.phone, h.er_phone, h.licensed_beds, h.state) is distinct from (t.phone, t."erPhone", t."licensedBeds", t.state)`,
    [JSON.stringify(hospitals), now],
  )
}

const saveAnswers = async (tx: Tx, answers: Rows, now: Date): Promise<void> => {
  await tx.sql(
    `insert into facilities.capability (hospital_id, code, source, answer, as_of, received_at)
     select t."hospitalId", t.code, t.source, t.answer, t."asOf", coalesce(t."asOf", $2)
       from jsonb_to_recordset($1::jsonb) as t ("hospitalId" text, code text, source text, answer text, "asOf" timestamptz)
      order by t."hospitalId", t.code
         on conflict (hospital_id, code, source) do update
            set answer = excluded.answer, raw = null, flags = '{}', as_of = excluded.as_of, received_at = excluded.received_at`,
    [JSON.stringify(answers), now],
  )
}
