-- Bed places, who asked for one, who was asked, who got it. The one promise the database itself keeps:
-- a bed place is promised to one patient at a time, and a patient is promised one bed place at a time.

create schema beds;

create table beds.slot (
  id text primary key check (length(id) between 1 and 64),
  -- Of facilities.hospital. No foreign key: slices own their tables, and the directory never deletes a hospital.
  hospital_id text not null check (length(hospital_id) between 1 and 64),
  label text not null check (length(label) between 1 and 40),
  bed_class text not null constraint slot_class_known check (bed_class in (
    'CRITICAL', 'SEMI_CRITICAL', 'MODERATE', 'COHORT', 'ICU_ID', 'ICU_ID_NEG', 'ICU_NEG', 'ICU_GENERAL', 'WARD_NEG',
    'WARD_GENERAL', 'ED_NEG', 'ED_ISO', 'PED_NEG', 'PED_ISO', 'PSYCH_LOCKED', 'DELIVERY')),
  isolation text not null constraint slot_isolation_known
    check (isolation in ('none', 'single_room', 'negative_pressure', 'cohort')),
  -- The hospital's own, the region's to place, kept for duty (119). Changing it hands the right to promise to another.
  share text not null constraint slot_share_known check (share in ('own_use', 'placeable', 'duty_reserve')),
  state text not null constraint slot_state_known
    check (state in ('available', 'held', 'occupied', 'cleaning', 'blocked', 'surge', 'closed')),
  blocked_reason text constraint slot_blocked_reason_known check (blocked_reason in ('staff', 'clinical', 'maintenance')),
  opens_in_hours real constraint slot_opens_soon check (opens_in_hours between 0 and 72),
  room_sex text not null default 'any' constraint slot_room_sex_known check (room_sex in ('any', 'female', 'male')),
  min_age_years int check (min_age_years between 0 and 130),
  max_age_years int check (max_age_years between 0 and 130),
  cohort_pathogen text constraint slot_pathogen_known
    check (cohort_pathogen in ('covid19', 'influenza', 'measles', 'tuberculosis', 'mers', 'other', 'none')),
  -- When somebody last said that this is true, and how we heard it.
  as_of timestamptz not null,
  source text not null constraint slot_source_known
    check (source in ('web', 'phone', 'sms', 'api', 'hl7', 'import', 'system')),
  -- A hospital that was asked said that our figure is wrong; until somebody says it anew the place is not used.
  doubted_at timestamptz,
  -- The fencing number of the newest hold. It only rises, so an old promise can be told from the present one.
  fencing bigint not null default 0 check (fencing >= 0),
  version int not null default 1 check (version > 0),
  created_at timestamptz not null,
  changed_at timestamptz not null,
  constraint slot_label_once_per_hospital unique (hospital_id, label),
  constraint slot_blocked_says_why check ((blocked_reason is not null) = (state = 'blocked')),
  constraint slot_surge_says_when check ((opens_in_hours is not null) = (state = 'surge')),
  constraint slot_ages_in_order check (min_age_years <= max_age_years),
  constraint slot_cohort_of_one_pathogen check (cohort_pathogen is null or isolation = 'cohort')
);
create index slot_free on beds.slot (hospital_id, bed_class, id) where state = 'available';

create function beds.slot_fencing_rises() returns trigger language plpgsql as $$
begin
  if new.fencing < old.fencing then
    raise exception 'fencing number of slot % may not fall', old.id
      using errcode = 'check_violation', constraint = 'slot_fencing_rises';
  end if;
  return new;
end
$$;
create trigger slot_fencing_rises before update of fencing on beds.slot
  for each row execute function beds.slot_fencing_rises();

-- Every server process keeps the slots in memory for ranking and looks here for those that others changed. Not NOTIFY:
-- PostgreSQL takes one lock for all commits that notify, and two hundred acceptances at once would queue there.
create index slot_changed on beds.slot (changed_at);

create table beds.slot_event (
  id bigint generated always as identity primary key,
  slot_id text not null references beds.slot,
  at timestamptz not null,
  kind text not null,
  from_state text not null,
  to_state text not null,
  by_person text,
  by_name text not null,
  channel text not null,
  heard_from text,
  data jsonb not null default '{}'
);
create index slot_event_of_slot on beds.slot_event (slot_id, id);

create table beds.capacity_report (
  id bigint generated always as identity primary key,
  hospital_id text not null check (length(hospital_id) between 1 and 64),
  bed_class text not null,
  -- null = not known, which is never 0.
  staffed_total int check (staffed_total between 0 and 10000),
  -- Below zero: that many patients over capacity.
  available int check (available between -1000 and 10000),
  surge int check (surge between 0 and 1000),
  expected_discharges_24h int check (expected_discharges_24h between 0 and 1000),
  as_of timestamptz not null,
  received_at timestamptz not null,
  channel text not null check (channel in ('web', 'phone', 'sms', 'api', 'hl7', 'import', 'system')),
  heard_from text,
  reporter_id text,
  reporter text,
  constraint capacity_not_from_the_future check (as_of <= received_at + interval '5 minutes')
);
create index capacity_newest on beds.capacity_report (hospital_id, bed_class, as_of desc, id desc);

create table beds.request (
  id text primary key check (length(id) between 1 and 64),
  sido text not null check (sido ~ '^[0-9]{2}$'),
  -- Spoken on the phone; drawn at random, so a code heard by chance says nothing about the next one.
  code text not null check (code ~ '^[0-9]{4}$'),
  state text not null constraint request_state_known check (state in (
    'draft', 'submitted', 'needs_info', 'triaged', 'matching', 'offered', 'held', 'confirmed', 'transport_arranged',
    'in_transit', 'arrived', 'on_hold', 'escalated', 'no_bed', 'diverted', 'admitted', 'cancelled', 'deceased',
    'stepped_down', 'merged', 'entered_in_error')),
  state_since timestamptz not null,
  -- Where a request that was put aside goes on.
  resume_state text check (resume_state in ('submitted', 'triaged', 'matching')),
  created_at timestamptz not null,
  -- Counted through every detour; a diversion does not send the patient to the end of the queue.
  waiting_since timestamptz not null,
  deadline_at timestamptz,
  version int not null default 1 check (version > 0),

  created_by text not null,
  created_by_name text not null,
  created_by_role text not null,
  -- The facility whose people may see who the patient is.
  owner_hospital_id text,

  origin_type text not null,
  origin_hospital_id text,
  origin_lat double precision check (origin_lat between 32 and 40),
  origin_lon double precision check (origin_lon between 123 and 133),
  callback_phone text not null,
  age_years int not null check (age_years between 0 and 130),
  sex text not null check (sex in ('female', 'male', 'unknown')),
  complaint text not null check (length(complaint) between 1 and 300),
  isolation_need text not null check (isolation_need in ('none', 'droplet', 'airborne_negative', 'cohort')),
  oxygen text not null check (oxygen in ('room_air', 'nasal_cannula', 'mask', 'hfnc', 'niv', 'imv', 'ecmo')),
  requested_class text not null,
  needs text[] not null default '{}',
  pathogen text,
  urgency text not null check (urgency in ('immediate', 'within_1h', 'within_4h', 'within_24h')),
  stability text not null check (stability in ('unstable', 'ventilated', 'stable')),
  out_of_region_consent boolean not null default false,
  -- Everything else the contract's requestInput allows, validated there.
  details jsonb not null,
  pseudonym text not null,

  severity_suggested text,
  severity_score text check (severity_score in ('mews', 'news2')),
  severity_points int,
  severity_parts jsonb not null default '{}',
  severity_missing text[] not null default '{}',
  -- A clinician's word stands above the score.
  judged_class text,
  judged_by text,
  judged_by_name text,
  judged_at timestamptz,
  severity text generated always as (coalesce(judged_class, severity_suggested)) stored,
  deteriorating boolean not null default false,

  -- How many times hospitals were asked; a designation of an earlier round counts for nothing.
  offer_round int not null default 0 check (offer_round >= 0),
  no_bed_interim_plan text,
  no_bed_retry_at timestamptz,
  no_bed_escalation text,
  -- Who looks for the bed: the own region, the regions of its zone, the whole country.
  level text not null default 'region' check (level in ('region', 'neighbours', 'national')),
  retries_at_level int not null default 0 check (retries_at_level >= 0),
  -- The accepting hospital named conditions nobody has agreed to yet.
  conditions_open boolean not null default false,
  outside_name text,
  outside_phone text,
  merged_into text references beds.request,
  submitted_at timestamptz,
  first_offer_at timestamptz,
  first_hold_at timestamptz,
  confirmed_at timestamptz,
  closed_at timestamptz,
  closed_reason text,

  constraint request_judged_by_someone check ((judged_class is null) = (judged_by is null) and (judged_class is null) = (judged_at is null)),
  constraint request_no_bed_has_a_plan check ((state = 'no_bed') <= (no_bed_interim_plan is not null and no_bed_retry_at is not null)),
  constraint request_merged_says_into check ((merged_into is not null) = (state = 'merged')),
  constraint request_merged_elsewhere check (merged_into <> id),
  constraint request_closed_says_when check (
    (closed_at is not null) = (state in ('admitted', 'cancelled', 'deceased', 'stepped_down', 'merged', 'entered_in_error')))
);
create unique index request_code_once_while_open on beds.request (sido, code)
  where state not in ('admitted', 'cancelled', 'deceased', 'stepped_down', 'merged', 'entered_in_error');
create index request_open on beds.request (sido, waiting_since, id)
  where state not in ('admitted', 'cancelled', 'deceased', 'stepped_down', 'merged', 'entered_in_error');
create index request_of_owner on beds.request (owner_hospital_id, created_at desc, id);
create index request_of_person on beds.request (created_by, created_at desc, id);
create index request_closed on beds.request (sido, closed_at desc, id) where closed_at is not null;

-- Who the patient is, apart from everything else: sealed with a key that is not in this database.
create table beds.patient_identity (
  request_id text primary key references beds.request,
  -- Initialisation vector (12 bytes), authentication tag (16 bytes), ciphertext of AES-256-GCM.
  sealed bytea not null check (length(sealed) > 28),
  -- HMAC-SHA-256 of the resident number under the cell's key: equal for the same patient, useless without the key.
  same_patient bytea check (length(same_patient) = 32),
  recorded_at timestamptz not null,
  recorded_by text not null
);
create index patient_identity_same on beds.patient_identity (same_patient) where same_patient is not null;

create table beds.identity_access (
  id bigint generated always as identity primary key,
  request_id text not null references beds.request,
  at timestamptz not null,
  act text not null check (act in ('recorded', 'seen', 'refused')),
  person_id text not null,
  person_name text not null,
  hospital_id text
);
create index identity_access_of_request on beds.identity_access (request_id, id);

create table beds.offer (
  id text primary key check (length(id) between 1 and 64),
  request_id text not null references beds.request,
  hospital_id text not null,
  round int not null check (round > 0),
  -- Place in the ranking when it was sent, 1 = best.
  rank int not null check (rank > 0),
  state text not null constraint offer_state_known check (state in (
    'sent', 'delivered', 'seen', 'acked', 'accepted', 'accepted_with_conditions', 'declined', 'expired', 'withdrawn')),
  -- In war mode the offer designates the hospital: it is answered by a reasoned refusal or not at all.
  designated boolean not null default false,
  bed_class text not null,
  sent_at timestamptz not null,
  expires_at timestamptz not null,
  answered_at timestamptz,
  answered_by text,
  answered_by_name text,
  decline_reason text check (decline_reason in ('staff', 'bed', 'equipment', 'specialty', 'isolation', 'data_wrong', 'other')),
  decline_note text,
  conditions text,
  channel text not null default 'web' check (channel in ('web', 'phone', 'sms', 'api', 'hl7', 'import', 'system')),
  heard_from text,
  version int not null default 1 check (version > 0),
  constraint offer_expires_later check (expires_at > sent_at),
  constraint offer_declined_says_why check ((decline_reason is not null) = (state = 'declined')),
  constraint offer_conditions_when_conditional check ((state = 'accepted_with_conditions') <= (conditions is not null)),
  constraint offer_phone_says_who check (channel <> 'phone' or heard_from is not null)
);
create unique index offer_open_once_per_hospital on beds.offer (request_id, hospital_id)
  where state in ('sent', 'delivered', 'seen', 'acked');
create unique index offer_accepted_once_per_round on beds.offer (request_id, round)
  where state in ('accepted', 'accepted_with_conditions');
create index offer_of_request on beds.offer (request_id, id);
create index offer_open_of_hospital on beds.offer (hospital_id, sent_at, id)
  where state in ('sent', 'delivered', 'seen', 'acked');
-- A hospital's own record of the last two weeks: what it accepts, and how fast it answers.
create index offer_history on beds.offer (hospital_id, sent_at desc, id);

create table beds.hold (
  id text primary key check (length(id) between 1 and 64),
  request_id text not null references beds.request,
  slot_id text not null references beds.slot,
  hospital_id text not null,
  offer_id text constraint hold_one_per_offer unique references beds.offer,
  state text not null constraint hold_state_known check (state in ('granted', 'confirmed', 'occupied', 'released', 'expired')),
  granted_at timestamptz not null,
  -- Set while granted: a bed that nobody confirms goes back to others.
  expires_at timestamptz,
  extensions int not null default 0 constraint hold_extended_at_most_twice check (extensions between 0 and 2),
  fencing bigint not null check (fencing > 0),
  conditions text,
  confirmed_at timestamptz,
  occupied_at timestamptz,
  ended_at timestamptz,
  end_reason text,
  constraint hold_fencing_once unique (slot_id, fencing),
  constraint hold_granted_expires check ((state = 'granted') = (expires_at is not null)),
  constraint hold_ended_says_when check ((ended_at is not null) = (state in ('released', 'expired')))
);
-- No bed place twice, no patient twice: everything else may be wrong and these two still hold.
create unique index hold_one_live_per_slot on beds.hold (slot_id) where state in ('granted', 'confirmed', 'occupied');
create unique index hold_one_live_per_request on beds.hold (request_id) where state in ('granted', 'confirmed', 'occupied');
create index hold_of_request on beds.hold (request_id, granted_at, id);
create index hold_ended on beds.hold (ended_at desc, id) where ended_at is not null;
create index hold_granted on beds.hold (granted_at desc, id);

create table beds.request_event (
  id bigint generated always as identity primary key,
  request_id text not null references beds.request,
  at timestamptz not null,
  kind text not null,
  from_state text,
  to_state text,
  by_person text,
  by_name text not null,
  by_role text,
  by_hospital text,
  channel text not null,
  heard_from text,
  data jsonb not null default '{}'
);
create index request_event_of_request on beds.request_event (request_id, id);

create table beds.region_mode (
  sido text primary key check (sido ~ '^[0-9]{2}$'),
  mode text not null check (mode in ('peace', 'war')),
  since timestamptz not null,
  why text not null,
  set_by text not null,
  set_by_name text not null
);

-- What was reported, who looked and what happened cannot be rewritten, not even by this program.
create function beds.append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
create trigger capacity_report_append_only before update or delete on beds.capacity_report
  for each statement execute function beds.append_only();
create trigger identity_access_append_only before update or delete on beds.identity_access
  for each statement execute function beds.append_only();
create trigger request_event_append_only before update or delete on beds.request_event
  for each statement execute function beds.append_only();
create trigger slot_event_append_only before update or delete on beds.slot_event
  for each statement execute function beds.append_only();
