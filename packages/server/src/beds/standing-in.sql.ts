import type { RequestState } from '@dure/contract'
import type { Queries, Tx } from '../platform/db.ts'

/** What the tables say of the changes in this transaction (triggers of 0011-crossing.sql). */
export const telling = async (tx: Tx, how: 'on' | 'silent' | 'taken-over'): Promise<void> => {
  await tx.sql(`select set_config('dure.telling', $1, true)`, [how])
}

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

/**
 * Which of the things a log told are taken: those changed behind this number of the log, but for what these tables decided themselves
 * and had not numbered yet. Below every number: all of them.
 */
export interface Taken {
  readonly behind: number
}
export const EVERYTHING: Taken = { behind: -1 }
const NEWS = `(t.changed_seq > $2 and not exists (
  select from exchange.set_aside a where a.origin = t.sido and a.found_seq = t.changed_seq))`

/** Rows of slots from what the log says. `ownCode`: what `beds.slot.sido` becomes, null for the own region. */
export const adoptSlots = async (
  tx: Tx,
  sido: string,
  { behind, ownCode }: Taken & { readonly ownCode: string | null },
): Promise<void> => {
  await tx.sql(
    `insert into beds.slot as s (id, sido, hospital_id, label, bed_class, isolation, share, state, blocked_reason,
        opens_in_hours, room_sex, min_age_years, max_age_years, cohort_pathogen, as_of, source, doubted_at, fencing, version,
        created_at, changed_at)
     select t.id, $3, t.hospital_id, t.label, t.bed_class, t.isolation, t.share, t.state, t.blocked_reason,
            t.opens_in_hours, t.room_sex, t.min_age_years, t.max_age_years, t.cohort_pathogen, t.as_of, t.source,
            t.doubted_at, t.fencing, t.version, t.told_at, now()
       from beds.told_slot t
      where t.sido = $1
        and ${NEWS}
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
    [sido, behind, ownCode],
  )
}

export interface MovedRequest {
  readonly id: string
  readonly before: RequestState | null
  readonly after: RequestState
}

/** A name or a word that a log does not tell. */
const UNTOLD = '(기록에 없음)'

/** Of a merge the request it went into has to be known here. */
const MERGED = `(t.state = 'merged' and f.f ->> 'mergedInto' is not null
  and (exists (select from beds.request r where r.id = f.f ->> 'mergedInto')
       or ($3 and exists (select from beds.told_request o where o.id = f.f ->> 'mergedInto' and o.sido = t.sido))))`

/**
 * Rows of requests from what the log says of them; what never travelled (names, numbers, free text) is not there.
 * @param closedToo also those that are over: a cell's own past, which nobody needs who only goes on with what is open
 */
export const adoptRequests = async (
  tx: Tx,
  sido: string,
  { behind, closedToo }: Taken & { readonly closedToo: boolean },
): Promise<MovedRequest[]> => {
  const moved = await tx.sql<MovedRequest>(
    `select t.id, r.state as before, t.state as after
       from beds.told_request t
       left join beds.request r on r.id = t.id
      where t.sido = $1 and ${NEWS} and ($3 or t.closed_at is null or r.id is not null)
      order by t.id`,
    [sido, behind, closedToo],
  )
  await tx.sql(
    `insert into beds.request as r (id, sido, code, state, state_since, resume_state, created_at, waiting_since, deadline_at,
        version, created_by, created_by_name, created_by_role, owner_hospital_id, origin_type, origin_hospital_id,
        callback_phone, age_years, sex, complaint, isolation_need, oxygen, requested_class, needs, pathogen, urgency,
        stability, out_of_region_consent, details, pseudonym, severity_suggested, judged_class, judged_by, judged_by_name,
        judged_at, deteriorating, level, offer_round, retries_at_level, conditions_open, no_bed_interim_plan,
        no_bed_retry_at, no_bed_escalation, outside_name, merged_into, submitted_at, first_offer_at, first_hold_at,
        confirmed_at, closed_at, regained_at)
     select t.id, t.sido, t.code,
            case when t.state = 'merged' and not ${MERGED} then 'entered_in_error' else t.state end,
            (f.f ->> 'stateSince')::timestamptz, f.f ->> 'resumeState', (f.f ->> 'createdAt')::timestamptz,
            t.waiting_since, (f.f ->> 'deadlineAt')::timestamptz, (f.f ->> 'version')::int, 'log', f.f ->> 'pseudonym',
            'placement_desk', f.f ->> 'ownerHospitalId', f.f ->> 'originType', f.f ->> 'originHospitalId', '',
            (f.f ->> 'ageYears')::int, f.f ->> 'sex', '${UNTOLD}', f.f ->> 'isolationNeed', f.f ->> 'oxygen',
            f.f ->> 'requestedClass', array(select jsonb_array_elements_text(f.f -> 'needs')), f.f ->> 'pathogen',
            f.f ->> 'urgency', f.f ->> 'stability', (f.f ->> 'outOfRegionConsent')::boolean,
            jsonb_strip_nulls(jsonb_build_object(
              'originType', f.f -> 'originType', 'originHospitalId', f.f -> 'originHospitalId',
              'requestedClass', f.f -> 'requestedClass', 'isolationNeed', f.f -> 'isolationNeed', 'oxygen', f.f -> 'oxygen',
              'needs', f.f -> 'needs', 'pathogen', f.f -> 'pathogen', 'urgency', f.f -> 'urgency',
              'stability', f.f -> 'stability', 'outOfRegionConsent', f.f -> 'outOfRegionConsent', 'sex', f.f -> 'sex',
              'ageYears', f.f -> 'ageYears', 'complaint', '${UNTOLD}'::text)),
            f.f ->> 'pseudonym', case when judged.judged then null else f.f ->> 'severity' end,
            case when judged.judged then f.f ->> 'severity' end, case when judged.judged then 'log' end,
            case when judged.judged then '${UNTOLD}' end, case when judged.judged then t.told_at end,
            coalesce((f.f ->> 'deteriorating')::boolean, false), f.f ->> 'level',
            coalesce((f.f ->> 'offerRound')::int, 0), coalesce((f.f ->> 'retriesAtLevel')::int, 0),
            coalesce((f.f ->> 'conditionsOpen')::boolean, false),
            case when t.state = 'no_bed' then '원 지역의 계획을 확인할 것' end,
            case when t.state = 'no_bed' then coalesce((f.f ->> 'noBedRetryAt')::timestamptz, now()) end,
            f.f ->> 'noBedEscalation', case when (f.f ->> 'placedOutside')::boolean then '${UNTOLD}' end,
            case when ${MERGED} then f.f ->> 'mergedInto' end, (f.f ->> 'submittedAt')::timestamptz,
            (f.f ->> 'firstOfferAt')::timestamptz, (f.f ->> 'firstHoldAt')::timestamptz, t.confirmed_at, t.closed_at, now()
       from beds.told_request t
      cross join lateral (select t.facts as f) f
      cross join lateral (
        select coalesce((f.f ->> 'judged')::boolean, false) and f.f ->> 'severity' is not null as judged) judged
      where t.sido = $1
        and ${NEWS}
        and ($3 or t.closed_at is null or exists (select from beds.request old where old.id = t.id))
      order by t.id
         on conflict (id) do update
            set state = excluded.state, state_since = excluded.state_since, resume_state = excluded.resume_state,
                waiting_since = excluded.waiting_since, deadline_at = coalesce(excluded.deadline_at, r.deadline_at),
                version = greatest(r.version, excluded.version) + 1, owner_hospital_id = excluded.owner_hospital_id,
                origin_hospital_id = excluded.origin_hospital_id, age_years = excluded.age_years, sex = excluded.sex,
                isolation_need = excluded.isolation_need, oxygen = excluded.oxygen, needs = excluded.needs,
                pathogen = excluded.pathogen, urgency = excluded.urgency, stability = excluded.stability,
                out_of_region_consent = excluded.out_of_region_consent, requested_class = excluded.requested_class,
                details = r.details || (excluded.details - 'complaint'),
                severity_suggested = case when excluded.judged_class is null and r.judged_class is null
                                          then excluded.severity_suggested else r.severity_suggested end,
                judged_class = coalesce(excluded.judged_class, r.judged_class),
                judged_by = coalesce(r.judged_by, excluded.judged_by),
                judged_by_name = coalesce(r.judged_by_name, excluded.judged_by_name),
                judged_at = coalesce(r.judged_at, excluded.judged_at), deteriorating = excluded.deteriorating,
                level = excluded.level, offer_round = greatest(r.offer_round, excluded.offer_round),
                retries_at_level = excluded.retries_at_level, conditions_open = excluded.conditions_open,
                no_bed_interim_plan = coalesce(r.no_bed_interim_plan, excluded.no_bed_interim_plan),
                no_bed_retry_at = coalesce(excluded.no_bed_retry_at, r.no_bed_retry_at),
                no_bed_escalation = coalesce(excluded.no_bed_escalation, r.no_bed_escalation),
                outside_name = case when excluded.outside_name is null then null
                                    else coalesce(r.outside_name, excluded.outside_name) end,
                merged_into = excluded.merged_into, submitted_at = coalesce(r.submitted_at, excluded.submitted_at),
                first_offer_at = coalesce(r.first_offer_at, excluded.first_offer_at),
                first_hold_at = coalesce(r.first_hold_at, excluded.first_hold_at),
                confirmed_at = excluded.confirmed_at, closed_at = excluded.closed_at`,
    [sido, behind, closedToo],
  )
  return moved
}

/**
 * Promises as the log has them. One that ended there ends here too, and comes first: its bed may be another's by now.
 * @param endedToo also those of which these tables knew nothing and that are over
 */
export const adoptHolds = async (
  tx: Tx,
  sido: string,
  { behind, endedToo }: Taken & { readonly endedToo: boolean },
): Promise<void> => {
  await tx.sql(
    `update beds.hold h
        set state = t.state, ended_at = t.told_at, end_reason = 'ended in the log', expires_at = null
       from beds.told_hold t
      where t.id = h.id and t.sido = $1 and ${NEWS} and t.state in ('released', 'expired')
        and h.state in ('granted', 'confirmed', 'occupied')`,
    [sido, behind],
  )
  await tx.sql(
    `insert into beds.hold as h (id, request_id, ask_id, slot_id, hospital_id, state, granted_at, expires_at, fencing,
        confirmed_at, occupied_at, ended_at, end_reason)
     select t.id, t.request_id, t.ask_id, t.slot_id, t.hospital_id, t.state, t.granted_at, t.expires_at, t.fencing,
            case when t.state in ('confirmed', 'occupied') then t.told_at end, case when t.state = 'occupied' then t.told_at end,
            case when over.over then t.told_at end, case when over.over then 'ended in the log' end
       from beds.told_hold t
       join beds.slot s on s.id = t.slot_id
      cross join lateral (select t.state in ('released', 'expired') as over) over
      where t.sido = $1
        and ${NEWS}
        and ($3 or not over.over)
        and (t.request_id is null or exists (select from beds.request r where r.id = t.request_id))
      order by t.id
         on conflict (id) do update
            set state = excluded.state, slot_id = excluded.slot_id, hospital_id = excluded.hospital_id,
                expires_at = excluded.expires_at, fencing = excluded.fencing,
                confirmed_at = coalesce(h.confirmed_at, excluded.confirmed_at),
                occupied_at = coalesce(h.occupied_at, excluded.occupied_at), ended_at = null, end_reason = null
          where excluded.ended_at is null
            and excluded.fencing >= h.fencing
            and (h.state, h.fencing, h.expires_at) is distinct from (excluded.state, excluded.fencing, excluded.expires_at)`,
    [sido, behind, endedToo],
  )
}

/** Offers do not travel: who waits for a hospital's answer, and of nobody is known who was asked. */
export const unansweredRequests = async (db: Queries, sido: string): Promise<readonly string[]> =>
  (
    await db.sql<{ id: string }>(
      `select r.id from beds.request r
        where r.sido = $1 and r.state = 'offered'
          and not exists (select from beds.offer o
                           where o.request_id = r.id and o.state in ('sent', 'delivered', 'seen', 'acked'))
          and not exists (select from beds.ask a where a.request_id = r.id and a.state = 'asked')
        order by r.id`,
      [sido],
    )
  ).map(({ id }) => id)

/** Own beds kept for asks of other regions whose grant is not alive any more. */
export const endedGrantHolds = (
  db: Queries,
): Promise<{ id: string; ask_id: string; slot_id: string; fencing: string }[]> =>
  db.sql(
    `select h.id, h.ask_id, h.slot_id, h.fencing
       from beds.hold h
       join beds.slot s on s.id = h.slot_id
      where s.sido is null
        and h.ask_id is not null
        and h.state in ('granted', 'confirmed')
        and not exists (select from beds.grant g where g.ask_id = h.ask_id and g.state in ('granted', 'confirmed'))
      order by h.id`,
  )

/** Open requests that are in a state in which a bed is kept, or asked for. Who was placed outside has a bed nobody here knows. */
export const holdingRequests = (
  db: Queries,
  sido: string,
  states: readonly RequestState[],
): Promise<{ id: string; state: RequestState }[]> =>
  db.sql(
    `select r.id, r.state
       from beds.request r
      where r.sido = $1 and r.closed_at is null and r.outside_name is null and r.state = any($2)
      order by r.id`,
    [sido, states],
  )

/** The own tables hold it now; what the own log said is not needed twice. */
export const forgetTold = async (tx: Tx, sido: string): Promise<void> => {
  for (const table of ['told_slot', 'told_hold', 'told_request', 'told_hospital'])
    await tx.sql(`delete from beds.${table} where sido = $1`, [sido])
}
