import type { RequestState } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'

/** What the tables say of the changes in this transaction (triggers of 0011-crossing.sql). */
export const telling = async (tx: Tx, how: 'on' | 'silent' | 'taken-over'): Promise<void> => {
  await tx.sql(`select set_config('dure.telling', $1, true)`, [how])
}

/** Why the newest epoch of a log was opened. */
export const newestReason = async (db: Queries, origin: string): Promise<string | null> =>
  (
    await db.sql<{ reason: string | null }>(
      `select l.openings -> -1 ->> 'reason' as reason from exchange.log l where l.origin = $1`,
      [origin],
    )
  )[0]?.reason ?? null

/** Free places are not placed upon until their hospital has spoken. `sido` null = this cell's own. */
export const doubtFree = async (tx: Tx, sido: string | null, now: Date): Promise<void> => {
  await tx.sql(
    `update beds.slot s
        set doubted_at = $2, version = s.version + 1, changed_at = $2
      where s.sido is not distinct from $1
        and s.doubted_at is null
        and s.state in ('available', 'surge')`,
    [sido, now],
  )
}

/** A new epoch begins with what is true: for readers who lost the old one, and for what was put here before a log was open. */
export const restate = async (tx: Tx): Promise<void> => {
  await tx.sql(`update beds.slot s set version = s.version where s.sido is null`)
  await tx.sql(
    `update beds.request r set version = r.version
       from platform.cell c
      where r.sido = c.region and r.closed_at is null and r.state <> 'draft'`,
  )
  await tx.sql(
    `update beds.hold h set state = h.state
       from beds.slot s
      where s.id = h.slot_id and s.sido is null and h.state in ('granted', 'confirmed', 'occupied')`,
  )
}

/** Said by the neighbour because it changed, not because it began: the log's own cell did not write it. */
const TOUCHED = `(not t.taken_over and exists (
  select from exchange.log l, jsonb_array_elements(l.openings) o
   where l.origin = t.sido and (o ->> 'epoch')::bigint = t.epoch and o ->> 'writer' <> t.sido))`
const TOUCHED_THING = TOUCHED.replace('not t.taken_over and ', '')

/** Rows of slots from what the log says. `ownCode`: what `beds.slot.sido` becomes, null for the own region. */
export const adoptSlots = async (
  tx: Tx,
  sido: string,
  { onlyTouched, ownCode }: { readonly onlyTouched: boolean; readonly ownCode: string | null },
): Promise<void> => {
  await tx.sql(
    `insert into beds.slot as s (id, sido, hospital_id, label, bed_class, isolation, share, state, blocked_reason,
        opens_in_hours, room_sex, min_age_years, max_age_years, cohort_pathogen, as_of, source, doubted_at, fencing, version,
        created_at, changed_at)
     select t.id, $2, t.hospital_id, t.label, t.bed_class, t.isolation, t.share, t.state, t.blocked_reason,
            t.opens_in_hours, t.room_sex, t.min_age_years, t.max_age_years, t.cohort_pathogen, t.as_of, t.source,
            t.doubted_at, t.fencing, t.version, t.told_at, now()
       from beds.told_slot t
      where t.sido = $1
        and (not $3 or ${TOUCHED})
      order by t.id
         on conflict (id) do update
            set sido = excluded.sido, label = excluded.label, bed_class = excluded.bed_class,
                isolation = excluded.isolation, share = excluded.share, state = excluded.state,
                blocked_reason = excluded.blocked_reason, opens_in_hours = excluded.opens_in_hours,
                room_sex = excluded.room_sex, min_age_years = excluded.min_age_years,
                max_age_years = excluded.max_age_years, cohort_pathogen = excluded.cohort_pathogen,
                as_of = excluded.as_of, source = excluded.source, doubted_at = excluded.doubted_at,
                fencing = greatest(s.fencing, excluded.fencing), version = greatest(s.version, excluded.version) + 1,
                changed_at = excluded.changed_at`,
    [sido, ownCode, onlyTouched],
  )
}

export interface MovedRequest {
  readonly id: string
  readonly before: RequestState | null
  readonly after: RequestState
}

/** Rows of requests from what the log says of them; what never travelled (names, numbers, free text) is not there. */
export const adoptRequests = async (
  tx: Tx,
  sido: string,
  { onlyTouched }: { readonly onlyTouched: boolean },
): Promise<MovedRequest[]> => {
  const moved = await tx.sql<MovedRequest>(
    `select t.id, r.state as before, t.state as after
       from beds.told_request t
       left join beds.request r on r.id = t.id
      where t.sido = $1 and (not $2 or ${TOUCHED_THING})
      order by t.id`,
    [sido, onlyTouched],
  )
  await tx.sql(
    `insert into beds.request as r (id, sido, code, state, state_since, created_at, waiting_since, version, created_by,
        created_by_name, created_by_role, owner_hospital_id, origin_type, origin_hospital_id, callback_phone, age_years, sex,
        complaint, isolation_need, oxygen, requested_class, needs, pathogen, urgency, stability, out_of_region_consent,
        details, pseudonym, severity_suggested, level, no_bed_interim_plan, no_bed_retry_at, merged_into, submitted_at,
        first_hold_at, confirmed_at, closed_at)
     select t.id, t.sido, t.code,
            -- Of a merge only that it is over is known here.
            case when t.state = 'merged' then 'entered_in_error' else t.state end,
            (f.f ->> 'stateSince')::timestamptz, (f.f ->> 'createdAt')::timestamptz, t.waiting_since,
            (f.f ->> 'version')::int, 'log', f.f ->> 'pseudonym', 'placement_desk', f.f ->> 'ownerHospitalId',
            f.f ->> 'originType', f.f ->> 'originHospitalId', '', (f.f ->> 'ageYears')::int, f.f ->> 'sex',
            '(원 지역의 기록에서 이어받음)', f.f ->> 'isolationNeed', f.f ->> 'oxygen', f.f ->> 'requestedClass',
            array(select jsonb_array_elements_text(f.f -> 'needs')), f.f ->> 'pathogen', f.f ->> 'urgency',
            f.f ->> 'stability', (f.f ->> 'outOfRegionConsent')::boolean,
            jsonb_build_object('requestedClass', f.f -> 'requestedClass', 'isolationNeed', f.f -> 'isolationNeed',
                               'oxygen', f.f -> 'oxygen', 'sex', f.f -> 'sex', 'ageYears', f.f -> 'ageYears'),
            f.f ->> 'pseudonym', f.f ->> 'severity', f.f ->> 'level',
            case when t.state = 'no_bed' then '원 지역의 계획을 확인할 것' end,
            case when t.state = 'no_bed' then now() end, null,
            (f.f ->> 'submittedAt')::timestamptz, (f.f ->> 'firstHoldAt')::timestamptz, t.confirmed_at, t.closed_at
       from beds.told_request t
      cross join lateral (select t.facts as f) f
      where t.sido = $1
        and (not $2 or ${TOUCHED_THING})
        and (t.closed_at is null or exists (select from beds.request old where old.id = t.id))
      order by t.id
         on conflict (id) do update
            set state = excluded.state, state_since = excluded.state_since, waiting_since = excluded.waiting_since,
                version = greatest(r.version, excluded.version) + 1, urgency = excluded.urgency,
                stability = excluded.stability, requested_class = excluded.requested_class, level = excluded.level,
                no_bed_interim_plan = coalesce(r.no_bed_interim_plan, excluded.no_bed_interim_plan),
                no_bed_retry_at = coalesce(r.no_bed_retry_at, excluded.no_bed_retry_at),
                merged_into = null, submitted_at = coalesce(r.submitted_at, excluded.submitted_at),
                first_hold_at = coalesce(r.first_hold_at, excluded.first_hold_at),
                confirmed_at = excluded.confirmed_at, closed_at = excluded.closed_at`,
    [sido, onlyTouched],
  )
  return moved
}

/** Live promises the log has and these tables have not. The slot of an ended one was adopted free; its row ends here too. */
export const adoptHolds = async (tx: Tx, sido: string): Promise<void> => {
  await tx.sql(
    `update beds.hold h
        set state = t.state, ended_at = t.told_at, end_reason = 'ended where another cell stood in', expires_at = null
       from beds.told_hold t
      where t.id = h.id and t.sido = $1 and t.state in ('released', 'expired')
        and h.state in ('granted', 'confirmed', 'occupied')`,
    [sido],
  )
  await tx.sql(
    `insert into beds.hold as h (id, request_id, ask_id, slot_id, hospital_id, state, granted_at, expires_at, fencing,
        confirmed_at, occupied_at)
     select t.id, t.request_id, t.ask_id, t.slot_id, t.hospital_id, t.state, t.granted_at, t.expires_at, t.fencing,
            case when t.state <> 'granted' then t.told_at end, case when t.state = 'occupied' then t.told_at end
       from beds.told_hold t
       join beds.slot s on s.id = t.slot_id
      where t.sido = $1
        and t.state in ('granted', 'confirmed', 'occupied')
        and (t.request_id is null or exists (select from beds.request r where r.id = t.request_id))
      order by t.id
         on conflict (id) do update
            set state = excluded.state, expires_at = excluded.expires_at, fencing = excluded.fencing,
                confirmed_at = coalesce(h.confirmed_at, excluded.confirmed_at),
                occupied_at = coalesce(h.occupied_at, excluded.occupied_at), ended_at = null, end_reason = null
          where excluded.fencing >= h.fencing and (h.state, h.fencing) is distinct from (excluded.state, excluded.fencing)`,
    [sido],
  )
}

export interface TouchedHold {
  readonly id: string
  readonly slot_id: string
  readonly request_id: string | null
  readonly ask_id: string | null
  readonly state: string
  readonly fencing: string
  /** The log has this very hold alive. */
  readonly same: boolean
  readonly standing_fencing: string | null
  readonly standing_for: string | null
}

/** Own live promises on slots the neighbour changed, with the promise that stands in the log, if any. */
export const touchedHolds = (db: Queries, sido: string): Promise<TouchedHold[]> =>
  db.sql<TouchedHold>(
    `select h.id, h.slot_id, h.request_id, h.ask_id, h.state, h.fencing,
            coalesce(live.id = h.id, false) as same, live.fencing as standing_fencing,
            coalesce(live.request_id, live.ask_id) as standing_for
       from beds.hold h
       join beds.told_slot t on t.id = h.slot_id and t.sido = $1
       left join lateral (
         select other.id, other.fencing, other.request_id, other.ask_id
           from beds.told_hold other
          where other.slot_id = h.slot_id and other.state in ('granted', 'confirmed', 'occupied')
          order by other.fencing desc
          limit 1) live on true
      where h.state in ('granted', 'confirmed', 'occupied')
        and ${TOUCHED}
        -- A promise the neighbour knew and ended is over; one it never knew, on a bed that is free there, is taken up again.
        and (live.id is not null or exists (select from beds.told_hold k where k.id = h.id))
      order by h.id`,
    [sido],
  )

export const unansweredRequests = async (db: Queries, sido: string): Promise<readonly string[]> =>
  (
    await db.sql<{ id: string }>(
      `select r.id from beds.request r
        where r.sido = $1 and r.state = 'offered'
          and not exists (select from beds.ask a where a.request_id = r.id and a.state = 'asked')
        order by r.id`,
      [sido],
    )
  ).map(({ id }) => id)

/** The tables hold it now; what the log said is not needed twice. */
export const forgetTold = async (tx: Tx, sido: string): Promise<void> => {
  for (const table of ['told_slot', 'told_hold', 'told_request'])
    await tx.sql(`delete from beds.${table} where sido = $1`, [sido])
}
