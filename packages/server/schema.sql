-- The result of all migrations. Written by `npm run db:dump`; not edited, not run.

create schema beds;
create schema channels;
create schema exchange;
create schema facilities;
create schema "national";
create schema people;
create schema platform;
create schema rooms;
create schema rosters;

create table beds.ask (
  id text not null,
  sido text not null,
  request_id text not null,
  owner text not null,
  hospital_id text,
  state text not null,
  asked_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  need jsonb not null,
  slot_id text,
  slot_hospital_id text,
  fencing bigint,
  sealed text,
  accepted_at timestamp with time zone,
  confirmed_at timestamp with time zone,
  ended_at timestamp with time zone,
  why text,
  constraint ask_accepted_names_the_promise CHECK ((state <> ALL (ARRAY['accepted'::text, 'confirmed'::text])) OR slot_id IS NOT NULL AND fencing IS NOT NULL AND slot_hospital_id IS NOT NULL),
  constraint ask_goes_elsewhere CHECK (owner <> sido),
  constraint ask_id_check CHECK (length(id) >= 1 AND length(id) <= 64),
  constraint ask_owner_check CHECK (owner ~ '^[0-9]{2}$'::text),
  constraint ask_sido_check CHECK (sido ~ '^[0-9]{2}$'::text),
  constraint ask_state_known CHECK (state = ANY (ARRAY['asked'::text, 'accepted'::text, 'confirmed'::text, 'refused'::text, 'lapsed'::text, 'given_up'::text])),
  constraint ask_pkey PRIMARY KEY (id)
);

create table beds.capacity_report (
  id bigint generated always as identity not null,
  hospital_id text not null,
  bed_class text not null,
  staffed_total integer,
  available integer,
  surge integer,
  expected_discharges_24h integer,
  as_of timestamp with time zone not null,
  received_at timestamp with time zone not null,
  channel text not null,
  heard_from text,
  reporter_id text,
  reporter text,
  constraint capacity_not_from_the_future CHECK (as_of <= (received_at + '00:05:00'::interval)),
  constraint capacity_report_available_check CHECK (available >= '-1000'::integer AND available <= 10000),
  constraint capacity_report_channel_check CHECK (channel = ANY (ARRAY['web'::text, 'phone'::text, 'sms'::text, 'api'::text, 'hl7'::text, 'import'::text, 'system'::text])),
  constraint capacity_report_expected_discharges_24h_check CHECK (expected_discharges_24h >= 0 AND expected_discharges_24h <= 1000),
  constraint capacity_report_hospital_id_check CHECK (length(hospital_id) >= 1 AND length(hospital_id) <= 64),
  constraint capacity_report_staffed_total_check CHECK (staffed_total >= 0 AND staffed_total <= 10000),
  constraint capacity_report_surge_check CHECK (surge >= 0 AND surge <= 1000),
  constraint capacity_report_pkey PRIMARY KEY (id)
);

create table beds."grant" (
  ask_id text not null,
  sido text not null,
  asker text not null,
  state text not null,
  slot_id text,
  hospital_id text,
  fencing bigint,
  until timestamp with time zone not null,
  lapsed bigint,
  answered_at timestamp with time zone not null,
  occupied_at timestamp with time zone,
  ended_at timestamp with time zone,
  why text,
  constraint grant_asker_check CHECK (asker ~ '^[0-9]{2}$'::text),
  constraint grant_live_names_the_slot CHECK ((state <> ALL (ARRAY['granted'::text, 'confirmed'::text])) OR slot_id IS NOT NULL AND fencing IS NOT NULL AND hospital_id IS NOT NULL),
  constraint grant_sido_check CHECK (sido ~ '^[0-9]{2}$'::text),
  constraint grant_state_known CHECK (state = ANY (ARRAY['granted'::text, 'confirmed'::text, 'refused'::text, 'released'::text, 'expired'::text])),
  constraint grant_pkey PRIMARY KEY (ask_id)
);

create table beds.grant_look (
  id bigint generated always as identity not null,
  ask_id text not null,
  at timestamp with time zone not null,
  act text not null,
  person_id text not null,
  person_name text not null,
  hospital_id text,
  constraint grant_look_act_check CHECK (act = ANY (ARRAY['seen'::text, 'refused'::text])),
  constraint grant_look_ask_id_fkey FOREIGN KEY (ask_id) REFERENCES beds."grant"(ask_id),
  constraint grant_look_pkey PRIMARY KEY (id)
);

create table beds.grant_patient (
  ask_id text not null,
  sealed bytea not null,
  received_at timestamp with time zone not null,
  constraint grant_patient_sealed_check CHECK (length(sealed) > 28),
  constraint grant_patient_ask_id_fkey FOREIGN KEY (ask_id) REFERENCES beds."grant"(ask_id),
  constraint grant_patient_pkey PRIMARY KEY (ask_id)
);

create table beds.hold (
  id text not null,
  request_id text,
  slot_id text not null,
  hospital_id text not null,
  offer_id text,
  state text not null,
  granted_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  extensions integer default 0 not null,
  fencing bigint not null,
  conditions text,
  confirmed_at timestamp with time zone,
  occupied_at timestamp with time zone,
  ended_at timestamp with time zone,
  end_reason text,
  ask_id text,
  constraint hold_ended_says_when CHECK ((ended_at IS NOT NULL) = (state = ANY (ARRAY['released'::text, 'expired'::text]))),
  constraint hold_extended_at_most_twice CHECK (extensions >= 0 AND extensions <= 2),
  constraint hold_fencing_check CHECK (fencing > 0),
  constraint hold_for_a_request_or_an_ask CHECK ((request_id IS NULL) <> (ask_id IS NULL)),
  constraint hold_granted_expires CHECK ((state = 'granted'::text) = (expires_at IS NOT NULL)),
  constraint hold_id_check CHECK (length(id) >= 1 AND length(id) <= 64),
  constraint hold_state_known CHECK (state = ANY (ARRAY['granted'::text, 'confirmed'::text, 'occupied'::text, 'released'::text, 'expired'::text])),
  constraint hold_offer_id_fkey FOREIGN KEY (offer_id) REFERENCES beds.offer(id),
  constraint hold_request_id_fkey FOREIGN KEY (request_id) REFERENCES beds.request(id),
  constraint hold_slot_id_fkey FOREIGN KEY (slot_id) REFERENCES beds.slot(id),
  constraint hold_pkey PRIMARY KEY (id),
  constraint hold_fencing_once UNIQUE (slot_id, fencing),
  constraint hold_one_per_ask UNIQUE (ask_id),
  constraint hold_one_per_offer UNIQUE (offer_id)
);

create table beds.hospital_said (
  id text not null,
  sido text not null,
  digest bytea not null,
  constraint hospital_said_digest_check CHECK (length(digest) = 32),
  constraint hospital_said_pkey PRIMARY KEY (id)
);

create table beds.identity_access (
  id bigint generated always as identity not null,
  request_id text not null,
  at timestamp with time zone not null,
  act text not null,
  person_id text not null,
  person_name text not null,
  hospital_id text,
  constraint identity_access_act_check CHECK (act = ANY (ARRAY['recorded'::text, 'seen'::text, 'refused'::text])),
  constraint identity_access_request_id_fkey FOREIGN KEY (request_id) REFERENCES beds.request(id),
  constraint identity_access_pkey PRIMARY KEY (id)
);

create table beds.offer (
  id text not null,
  request_id text not null,
  hospital_id text not null,
  round integer not null,
  rank integer not null,
  state text not null,
  designated boolean default false not null,
  bed_class text not null,
  sent_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  answered_at timestamp with time zone,
  answered_by text,
  answered_by_name text,
  decline_reason text,
  decline_note text,
  conditions text,
  channel text default 'web'::text not null,
  heard_from text,
  version integer default 1 not null,
  constraint offer_channel_check CHECK (channel = ANY (ARRAY['web'::text, 'phone'::text, 'sms'::text, 'api'::text, 'hl7'::text, 'import'::text, 'system'::text])),
  constraint offer_conditions_when_conditional CHECK ((state = 'accepted_with_conditions'::text) <= (conditions IS NOT NULL)),
  constraint offer_decline_reason_check CHECK (decline_reason = ANY (ARRAY['staff'::text, 'bed'::text, 'equipment'::text, 'specialty'::text, 'isolation'::text, 'data_wrong'::text, 'other'::text])),
  constraint offer_declined_says_why CHECK ((decline_reason IS NOT NULL) = (state = 'declined'::text)),
  constraint offer_expires_later CHECK (expires_at > sent_at),
  constraint offer_id_check CHECK (length(id) >= 1 AND length(id) <= 64),
  constraint offer_phone_says_who CHECK (channel <> 'phone'::text OR heard_from IS NOT NULL),
  constraint offer_rank_check CHECK (rank > 0),
  constraint offer_round_check CHECK (round > 0),
  constraint offer_state_known CHECK (state = ANY (ARRAY['sent'::text, 'delivered'::text, 'seen'::text, 'acked'::text, 'accepted'::text, 'accepted_with_conditions'::text, 'declined'::text, 'expired'::text, 'withdrawn'::text])),
  constraint offer_version_check CHECK (version > 0),
  constraint offer_request_id_fkey FOREIGN KEY (request_id) REFERENCES beds.request(id),
  constraint offer_pkey PRIMARY KEY (id)
);

create table beds.patient_identity (
  request_id text not null,
  sealed bytea not null,
  same_patient bytea,
  recorded_at timestamp with time zone not null,
  recorded_by text not null,
  nation_hash text,
  constraint patient_identity_nation_hash_check CHECK (nation_hash ~ '^[0-9a-f]{64}$'::text),
  constraint patient_identity_same_patient_check CHECK (length(same_patient) = 32),
  constraint patient_identity_sealed_check CHECK (length(sealed) > 28),
  constraint patient_identity_request_id_fkey FOREIGN KEY (request_id) REFERENCES beds.request(id),
  constraint patient_identity_pkey PRIMARY KEY (request_id)
);

create table beds.phone_check (
  id bigint generated always as identity not null,
  request_id text,
  hospital_id text not null,
  bed_class text,
  bed boolean not null,
  needs_met text[] default '{}'::text[] not null,
  needs_unmet text[] default '{}'::text[] not null,
  at timestamp with time zone not null,
  by_person text not null,
  by_name text not null,
  channel text not null,
  heard_from text not null,
  constraint phone_check_channel_check CHECK (channel = ANY (ARRAY['phone'::text, 'sms'::text])),
  constraint phone_check_class_of_figures_only CHECK (bed_class IS NULL OR request_id IS NULL),
  constraint phone_check_heard_from_check CHECK (length(heard_from) >= 1 AND length(heard_from) <= 80),
  constraint phone_check_hospital_id_check CHECK (length(hospital_id) >= 1 AND length(hospital_id) <= 64),
  constraint phone_check_needs_of_a_patient CHECK (request_id IS NOT NULL OR needs_met = '{}'::text[] AND needs_unmet = '{}'::text[]),
  constraint phone_check_settles_something CHECK (bed OR needs_met <> '{}'::text[] OR needs_unmet <> '{}'::text[]),
  constraint phone_check_request_id_fkey FOREIGN KEY (request_id) REFERENCES beds.request(id),
  constraint phone_check_pkey PRIMARY KEY (id)
);

create table beds.reconciliation (
  id bigint generated always as identity not null,
  at timestamp with time zone not null,
  sido text not null,
  epoch bigint not null,
  kind text not null,
  subject text not null,
  given_up_fencing bigint,
  standing_fencing bigint,
  data jsonb not null,
  constraint reconciliation_kind_check CHECK (kind = ANY (ARRAY['slot-promised-twice'::text, 'request-moved-twice'::text, 'hold-taken-up'::text, 'hold-not-kept'::text, 'request-kept'::text, 'ask-kept'::text])),
  constraint reconciliation_pkey PRIMARY KEY (id)
);

create table beds.region_mode (
  sido text not null,
  mode text not null,
  since timestamp with time zone not null,
  why text not null,
  set_by text not null,
  set_by_name text not null,
  constraint region_mode_mode_check CHECK (mode = ANY (ARRAY['peace'::text, 'war'::text])),
  constraint region_mode_sido_check CHECK (sido ~ '^[0-9]{2}$'::text),
  constraint region_mode_pkey PRIMARY KEY (sido)
);

create table beds.request (
  id text not null,
  sido text not null,
  code text not null,
  state text not null,
  state_since timestamp with time zone not null,
  resume_state text,
  created_at timestamp with time zone not null,
  waiting_since timestamp with time zone not null,
  deadline_at timestamp with time zone,
  version integer default 1 not null,
  created_by text not null,
  created_by_name text not null,
  created_by_role text not null,
  owner_hospital_id text,
  origin_type text not null,
  origin_hospital_id text,
  origin_lat double precision,
  origin_lon double precision,
  callback_phone text not null,
  age_years integer not null,
  sex text not null,
  complaint text not null,
  isolation_need text not null,
  oxygen text not null,
  requested_class text not null,
  needs text[] default '{}'::text[] not null,
  pathogen text,
  urgency text not null,
  stability text not null,
  out_of_region_consent boolean default false not null,
  details jsonb not null,
  pseudonym text not null,
  severity_suggested text,
  severity_score text,
  severity_points integer,
  severity_parts jsonb default '{}'::jsonb not null,
  severity_missing text[] default '{}'::text[] not null,
  judged_class text,
  judged_by text,
  judged_by_name text,
  judged_at timestamp with time zone,
  severity text generated always as (COALESCE(judged_class, severity_suggested)) stored,
  deteriorating boolean default false not null,
  offer_round integer default 0 not null,
  no_bed_interim_plan text,
  no_bed_retry_at timestamp with time zone,
  no_bed_escalation text,
  level text default 'region'::text not null,
  retries_at_level integer default 0 not null,
  conditions_open boolean default false not null,
  outside_name text,
  outside_phone text,
  merged_into text,
  submitted_at timestamp with time zone,
  first_offer_at timestamp with time zone,
  first_hold_at timestamp with time zone,
  confirmed_at timestamp with time zone,
  closed_at timestamp with time zone,
  closed_reason text,
  regained_at timestamp with time zone,
  constraint request_age_years_check CHECK (age_years >= 0 AND age_years <= 130),
  constraint request_closed_says_when CHECK ((closed_at IS NOT NULL) = (state = ANY (ARRAY['admitted'::text, 'cancelled'::text, 'deceased'::text, 'stepped_down'::text, 'merged'::text, 'entered_in_error'::text]))),
  constraint request_code_check CHECK (code ~ '^[0-9]{4}$'::text),
  constraint request_complaint_check CHECK (length(complaint) >= 1 AND length(complaint) <= 300),
  constraint request_id_check CHECK (length(id) >= 1 AND length(id) <= 64),
  constraint request_isolation_need_check CHECK (isolation_need = ANY (ARRAY['none'::text, 'droplet'::text, 'airborne_negative'::text, 'cohort'::text])),
  constraint request_judged_by_someone CHECK ((judged_class IS NULL) = (judged_by IS NULL) AND (judged_class IS NULL) = (judged_at IS NULL)),
  constraint request_level_check CHECK (level = ANY (ARRAY['region'::text, 'neighbours'::text, 'national'::text])),
  constraint request_merged_elsewhere CHECK (merged_into <> id),
  constraint request_merged_says_into CHECK ((merged_into IS NOT NULL) = (state = 'merged'::text)),
  constraint request_no_bed_has_a_plan CHECK ((state = 'no_bed'::text) <= (no_bed_interim_plan IS NOT NULL AND no_bed_retry_at IS NOT NULL)),
  constraint request_offer_round_check CHECK (offer_round >= 0),
  constraint request_origin_lat_check CHECK (origin_lat >= 32::double precision AND origin_lat <= 40::double precision),
  constraint request_origin_lon_check CHECK (origin_lon >= 123::double precision AND origin_lon <= 133::double precision),
  constraint request_oxygen_check CHECK (oxygen = ANY (ARRAY['room_air'::text, 'nasal_cannula'::text, 'mask'::text, 'hfnc'::text, 'niv'::text, 'imv'::text, 'ecmo'::text])),
  constraint request_resume_state_check CHECK (resume_state = ANY (ARRAY['submitted'::text, 'triaged'::text, 'matching'::text])),
  constraint request_retries_at_level_check CHECK (retries_at_level >= 0),
  constraint request_severity_score_check CHECK (severity_score = ANY (ARRAY['mews'::text, 'news2'::text])),
  constraint request_sex_check CHECK (sex = ANY (ARRAY['female'::text, 'male'::text, 'unknown'::text])),
  constraint request_sido_check CHECK (sido ~ '^[0-9]{2}$'::text),
  constraint request_stability_check CHECK (stability = ANY (ARRAY['unstable'::text, 'ventilated'::text, 'stable'::text])),
  constraint request_state_known CHECK (state = ANY (ARRAY['draft'::text, 'submitted'::text, 'needs_info'::text, 'triaged'::text, 'matching'::text, 'offered'::text, 'held'::text, 'confirmed'::text, 'transport_arranged'::text, 'in_transit'::text, 'arrived'::text, 'on_hold'::text, 'escalated'::text, 'no_bed'::text, 'diverted'::text, 'admitted'::text, 'cancelled'::text, 'deceased'::text, 'stepped_down'::text, 'merged'::text, 'entered_in_error'::text])),
  constraint request_urgency_check CHECK (urgency = ANY (ARRAY['immediate'::text, 'within_1h'::text, 'within_4h'::text, 'within_24h'::text])),
  constraint request_version_check CHECK (version > 0),
  constraint request_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES beds.request(id),
  constraint request_pkey PRIMARY KEY (id)
);

create table beds.request_event (
  id bigint generated always as identity not null,
  request_id text not null,
  at timestamp with time zone not null,
  kind text not null,
  from_state text,
  to_state text,
  by_person text,
  by_name text not null,
  by_role text,
  by_hospital text,
  channel text not null,
  heard_from text,
  data jsonb default '{}'::jsonb not null,
  constraint request_event_request_id_fkey FOREIGN KEY (request_id) REFERENCES beds.request(id),
  constraint request_event_pkey PRIMARY KEY (id)
);

create table beds.same_patient (
  request_id text not null,
  other_id text not null,
  other_sido text not null,
  found_at timestamp with time zone not null,
  kept text not null,
  put_aside boolean default false not null,
  constraint same_patient_kept_check CHECK (kept = ANY (ARRAY['mine'::text, 'theirs'::text])),
  constraint same_patient_pkey PRIMARY KEY (request_id, other_id)
);

create table beds.slot (
  id text not null,
  hospital_id text not null,
  label text not null,
  bed_class text not null,
  isolation text not null,
  share text not null,
  state text not null,
  blocked_reason text,
  opens_in_hours real,
  room_sex text default 'any'::text not null,
  min_age_years integer,
  max_age_years integer,
  cohort_pathogen text,
  as_of timestamp with time zone not null,
  source text not null,
  doubted_at timestamp with time zone,
  fencing bigint default 0 not null,
  version integer default 1 not null,
  created_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  sido text,
  constraint slot_ages_in_order CHECK (min_age_years <= max_age_years),
  constraint slot_blocked_reason_known CHECK (blocked_reason = ANY (ARRAY['staff'::text, 'clinical'::text, 'maintenance'::text])),
  constraint slot_blocked_says_why CHECK ((blocked_reason IS NOT NULL) = (state = 'blocked'::text)),
  constraint slot_class_known CHECK (bed_class = ANY (ARRAY['CRITICAL'::text, 'SEMI_CRITICAL'::text, 'MODERATE'::text, 'COHORT'::text, 'ICU_ID'::text, 'ICU_ID_NEG'::text, 'ICU_NEG'::text, 'ICU_GENERAL'::text, 'WARD_NEG'::text, 'WARD_GENERAL'::text, 'ED_NEG'::text, 'ED_ISO'::text, 'PED_NEG'::text, 'PED_ISO'::text, 'PSYCH_LOCKED'::text, 'DELIVERY'::text])),
  constraint slot_cohort_of_one_pathogen CHECK (cohort_pathogen IS NULL OR isolation = 'cohort'::text),
  constraint slot_fencing_check CHECK (fencing >= 0),
  constraint slot_hospital_id_check CHECK (length(hospital_id) >= 1 AND length(hospital_id) <= 64),
  constraint slot_id_check CHECK (length(id) >= 1 AND length(id) <= 64),
  constraint slot_isolation_known CHECK (isolation = ANY (ARRAY['none'::text, 'single_room'::text, 'negative_pressure'::text, 'cohort'::text])),
  constraint slot_label_check CHECK (length(label) >= 1 AND length(label) <= 40),
  constraint slot_max_age_years_check CHECK (max_age_years >= 0 AND max_age_years <= 130),
  constraint slot_min_age_years_check CHECK (min_age_years >= 0 AND min_age_years <= 130),
  constraint slot_opens_soon CHECK (opens_in_hours >= 0::double precision AND opens_in_hours <= 72::double precision),
  constraint slot_pathogen_known CHECK (cohort_pathogen = ANY (ARRAY['covid19'::text, 'influenza'::text, 'measles'::text, 'tuberculosis'::text, 'mers'::text, 'other'::text, 'none'::text])),
  constraint slot_room_sex_known CHECK (room_sex = ANY (ARRAY['any'::text, 'female'::text, 'male'::text])),
  constraint slot_share_known CHECK (share = ANY (ARRAY['own_use'::text, 'placeable'::text, 'duty_reserve'::text])),
  constraint slot_sido_known CHECK (sido ~ '^[0-9]{2}$'::text),
  constraint slot_source_known CHECK (source = ANY (ARRAY['web'::text, 'phone'::text, 'sms'::text, 'api'::text, 'hl7'::text, 'import'::text, 'system'::text])),
  constraint slot_state_known CHECK (state = ANY (ARRAY['available'::text, 'held'::text, 'occupied'::text, 'cleaning'::text, 'blocked'::text, 'surge'::text, 'closed'::text])),
  constraint slot_surge_says_when CHECK ((opens_in_hours IS NOT NULL) = (state = 'surge'::text)),
  constraint slot_version_check CHECK (version > 0),
  constraint slot_pkey PRIMARY KEY (id),
  constraint slot_label_once_per_hospital UNIQUE (hospital_id, label)
);

create table beds.slot_event (
  id bigint generated always as identity not null,
  slot_id text not null,
  at timestamp with time zone not null,
  kind text not null,
  from_state text not null,
  to_state text not null,
  by_person text,
  by_name text not null,
  channel text not null,
  heard_from text,
  data jsonb default '{}'::jsonb not null,
  constraint slot_event_slot_id_fkey FOREIGN KEY (slot_id) REFERENCES beds.slot(id),
  constraint slot_event_pkey PRIMARY KEY (id)
);

create table beds.told_hold (
  id text not null,
  sido text not null,
  request_id text,
  ask_id text,
  slot_id text not null,
  hospital_id text not null,
  state text not null,
  fencing bigint not null,
  granted_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  epoch bigint not null,
  told_at timestamp with time zone not null,
  changed_seq bigint default 0 not null,
  constraint told_hold_pkey PRIMARY KEY (id)
);

create table beds.told_hospital (
  id text not null,
  sido text not null,
  facts jsonb not null,
  told_at timestamp with time zone not null,
  constraint told_hospital_pkey PRIMARY KEY (id)
);

create table beds.told_request (
  id text not null,
  sido text not null,
  code text not null,
  state text not null,
  facts jsonb not null,
  waiting_since timestamp with time zone not null,
  confirmed_at timestamp with time zone,
  closed_at timestamp with time zone,
  nation_hash text,
  epoch bigint not null,
  told_at timestamp with time zone not null,
  changed_seq bigint default 0 not null,
  constraint told_request_pkey PRIMARY KEY (id)
);

create table beds.told_slot (
  id text not null,
  sido text not null,
  hospital_id text not null,
  label text not null,
  bed_class text not null,
  isolation text not null,
  share text not null,
  state text not null,
  blocked_reason text,
  opens_in_hours real,
  room_sex text not null,
  min_age_years integer,
  max_age_years integer,
  cohort_pathogen text,
  as_of timestamp with time zone not null,
  source text not null,
  doubted_at timestamp with time zone,
  fencing bigint not null,
  version integer not null,
  epoch bigint not null,
  taken_over boolean not null,
  told_at timestamp with time zone not null,
  changed_at timestamp with time zone not null,
  changed_seq bigint default 0 not null,
  constraint told_slot_pkey PRIMARY KEY (id)
);

create table channels.call_back (
  id text not null,
  at timestamp with time zone not null,
  request_id text not null,
  code text not null,
  offer_id text not null,
  hospital_id text not null,
  number_id text not null,
  done_at timestamp with time zone,
  done_by text,
  constraint call_back_number_id_fkey FOREIGN KEY (number_id) REFERENCES channels.number(id),
  constraint call_back_pkey PRIMARY KEY (id)
);

create table channels.carrier (
  key text not null,
  failures_in_row integer default 0 not null,
  open_until timestamp with time zone,
  silent_since timestamp with time zone,
  last_accepted_at timestamp with time zone,
  last_delivered_at timestamp with time zone,
  last_error text,
  probe_id text,
  probe_sent_at timestamp with time zone,
  last_heard_at timestamp with time zone,
  constraint carrier_failures_in_row_check CHECK (failures_in_row >= 0),
  constraint carrier_pkey PRIMARY KEY (key)
);

create table channels.dark_sheet (
  desk text not null,
  language text not null,
  made_at timestamp with time zone not null,
  html text not null,
  constraint dark_sheet_language_check CHECK (language = ANY (ARRAY['ko'::text, 'en'::text])),
  constraint dark_sheet_pkey PRIMARY KEY (desk, language)
);

create table channels.early_report (
  carrier text not null,
  ref text not null,
  status text not null,
  at timestamp with time zone not null,
  constraint early_report_status_check CHECK (status = ANY (ARRAY['delivered'::text, 'failed'::text])),
  constraint early_report_pkey PRIMARY KEY (carrier, ref)
);

create table channels.inbound (
  id text not null,
  at timestamp with time zone not null,
  carrier text not null,
  ref text,
  phone text not null,
  number_id text,
  text text not null,
  outcome text not null,
  code text,
  offer_id text,
  constraint inbound_code_check CHECK (code ~ '^[0-9]{4}$'::text),
  constraint inbound_phone_check CHECK (length(phone) >= 1 AND length(phone) <= 20),
  constraint inbound_text_check CHECK (length(text) <= 200),
  constraint inbound_number_id_fkey FOREIGN KEY (number_id) REFERENCES channels.number(id),
  constraint inbound_pkey PRIMARY KEY (id),
  constraint inbound_once UNIQUE (carrier, ref)
);

create table channels.message (
  id text not null,
  reason text not null,
  purpose text not null,
  medium text not null,
  phone text not null,
  number_id text,
  text text not null,
  subject text,
  pinned_to text,
  state text not null,
  state_since timestamp with time zone not null,
  next_try_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  attempts integer default 0 not null,
  created_at timestamp with time zone not null,
  constraint message_attempts_check CHECK (attempts >= 0),
  constraint message_id_check CHECK (length(id) >= 1 AND length(id) <= 64),
  constraint message_medium_known CHECK (medium = ANY (ARRAY['sms'::text, 'voice'::text])),
  constraint message_phone_check CHECK (phone ~ '^[0-9]{8,12}$'::text),
  constraint message_purpose_known CHECK (purpose = ANY (ARRAY['offer'::text, 'answer'::text, 'confirm_number'::text, 'alert'::text, 'probe'::text])),
  constraint message_reason_check CHECK (length(reason) >= 1 AND length(reason) <= 200),
  constraint message_state_known CHECK (state = ANY (ARRAY['queued'::text, 'handed_over'::text, 'accepted'::text, 'delivered'::text, 'failed'::text, 'unknown'::text])),
  constraint message_text_check CHECK (length(text) >= 1 AND length(text) <= 2000),
  constraint message_number_id_fkey FOREIGN KEY (number_id) REFERENCES channels.number(id),
  constraint message_pkey PRIMARY KEY (id),
  constraint message_once_per_reason UNIQUE (reason)
);

create table channels.message_try (
  id text not null,
  message_id text not null,
  carrier text not null,
  at timestamp with time zone not null,
  state text not null,
  state_since timestamp with time zone not null,
  ref text,
  error text,
  constraint message_try_state_check CHECK (state = ANY (ARRAY['handed_over'::text, 'accepted'::text, 'delivered'::text, 'failed'::text, 'unknown'::text])),
  constraint message_try_message_id_fkey FOREIGN KEY (message_id) REFERENCES channels.message(id) ON DELETE CASCADE,
  constraint message_try_pkey PRIMARY KEY (id),
  constraint message_try_ref_once UNIQUE (carrier, ref)
);

create table channels.number (
  id text not null,
  phone text not null,
  kind text not null,
  person_id text,
  facility_id text,
  label text not null,
  state text not null,
  code_hash bytea,
  code_expires_at timestamp with time zone,
  code_attempts integer default 0 not null,
  registered_by text not null,
  registered_at timestamp with time zone not null,
  confirmed_at timestamp with time zone,
  removed_at timestamp with time zone,
  constraint number_code_hash_check CHECK (length(code_hash) = 32),
  constraint number_confirmed_says_when CHECK ((state = 'confirmed'::text) <= (confirmed_at IS NOT NULL)),
  constraint number_id_check CHECK (length(id) >= 1 AND length(id) <= 64),
  constraint number_kind_known CHECK (kind = ANY (ARRAY['person'::text, 'desk'::text])),
  constraint number_label_check CHECK (length(label) >= 1 AND length(label) <= 40),
  constraint number_of_a_person_has_no_desk CHECK (kind = 'desk'::text OR facility_id IS NULL),
  constraint number_of_a_person_names_them CHECK ((kind = 'person'::text) = (person_id IS NOT NULL)),
  constraint number_phone_check CHECK (phone ~ '^[0-9]{8,12}$'::text),
  constraint number_removed_says_when CHECK ((state = 'removed'::text) = (removed_at IS NOT NULL)),
  constraint number_state_known CHECK (state = ANY (ARRAY['pending'::text, 'confirmed'::text, 'removed'::text])),
  constraint number_person_id_fkey FOREIGN KEY (person_id) REFERENCES platform.person(id),
  constraint number_pkey PRIMARY KEY (id)
);

create table channels.push_job (
  id text not null,
  reason text not null,
  subscription_id text not null,
  state text not null,
  attempts integer default 0 not null,
  next_try_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  constraint push_job_state_check CHECK (state = ANY (ARRAY['queued'::text, 'sent'::text, 'failed'::text])),
  constraint push_job_subscription_id_fkey FOREIGN KEY (subscription_id) REFERENCES channels.push_subscription(id) ON DELETE CASCADE,
  constraint push_job_pkey PRIMARY KEY (id),
  constraint push_once_per_reason UNIQUE (subscription_id, reason)
);

create table channels.push_subscription (
  id text not null,
  person_id text not null,
  endpoint text not null,
  p256dh text not null,
  auth text not null,
  label text not null,
  created_at timestamp with time zone not null,
  last_sent_at timestamp with time zone,
  constraint push_subscription_endpoint_check CHECK (length(endpoint) <= 600),
  constraint push_subscription_label_check CHECK (length(label) >= 1 AND length(label) <= 60),
  constraint push_subscription_person_id_fkey FOREIGN KEY (person_id) REFERENCES platform.person(id),
  constraint push_subscription_pkey PRIMARY KEY (id),
  constraint push_endpoint_once UNIQUE (endpoint)
);

create table channels.question (
  phone text not null,
  offer_id text not null,
  code text not null,
  number_id text not null,
  asked_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint question_number_id_fkey FOREIGN KEY (number_id) REFERENCES channels.number(id),
  constraint question_pkey PRIMARY KEY (phone, offer_id)
);

create table exchange.alarm (
  id bigint generated always as identity not null,
  at timestamp with time zone not null,
  origin text not null,
  what text not null,
  detail jsonb not null,
  cleared_at timestamp with time zone,
  constraint alarm_pkey PRIMARY KEY (id)
);

create table exchange.arriving (
  origin text not null,
  checkpoint jsonb not null,
  signature bytea not null,
  pieces jsonb not null,
  openings jsonb not null,
  taken_from text not null,
  begun_at timestamp with time zone not null,
  constraint arriving_origin_check CHECK (origin ~ '^[0-9]{2}$'::text),
  constraint arriving_signature_check CHECK (length(signature) = 64),
  constraint arriving_pkey PRIMARY KEY (origin)
);

create table exchange.arriving_piece (
  origin text not null,
  piece integer not null,
  lines text not null,
  constraint arriving_piece_origin_fkey FOREIGN KEY (origin) REFERENCES exchange.arriving(origin) ON DELETE CASCADE,
  constraint arriving_piece_pkey PRIMARY KEY (origin, piece)
);

create table exchange.base (
  origin text not null,
  seq bigint not null,
  rules text not null,
  checkpoint jsonb not null,
  signature bytea not null,
  pieces jsonb not null,
  taken_at timestamp with time zone not null,
  taken_from text not null,
  constraint base_origin_check CHECK (origin ~ '^[0-9]{2}$'::text),
  constraint base_signature_check CHECK (length(signature) = 64),
  constraint base_pkey PRIMARY KEY (origin)
);

create table exchange.base_record (
  origin text not null,
  seq bigint not null,
  constraint base_record_pkey PRIMARY KEY (origin, seq)
);

create table exchange.checkpoint (
  origin text not null,
  seq bigint not null,
  upto bigint not null,
  state text not null,
  pieces jsonb,
  constraint checkpoint_state_check CHECK (state = ANY (ARRAY['claimed'::text, 'good'::text, 'differs'::text, 'passed-over'::text])),
  constraint checkpoint_pkey PRIMARY KEY (origin, seq)
);

create table exchange.command (
  id text not null,
  kind text not null,
  payload jsonb not null,
  asked_at timestamp with time zone not null,
  done_at timestamp with time zone,
  refused text,
  outcome jsonb,
  constraint command_kind_check CHECK (kind = ANY (ARRAY['stand-in'::text, 'return'::text, 'restore'::text, 'reopen'::text, 'clear-alarm'::text])),
  constraint command_pkey PRIMARY KEY (id)
);

create table exchange.directory (
  one boolean default true not null,
  version bigint not null,
  document jsonb not null,
  adopted_at timestamp with time zone not null,
  constraint directory_one_check CHECK (one),
  constraint directory_pkey PRIMARY KEY (one)
);

create table exchange.fold (
  origin text not null,
  rules text not null,
  upto bigint not null,
  constraint fold_origin_check CHECK (origin ~ '^[0-9]{2}$'::text),
  constraint fold_pkey PRIMARY KEY (origin)
);

create table exchange.kept (
  origin text not null,
  seq bigint not null,
  key text,
  first boolean not null,
  aging_from timestamp with time zone,
  gone_at bigint,
  hash bytea not null,
  constraint kept_hash_check CHECK (length(hash) = 32),
  constraint kept_pkey PRIMARY KEY (origin, seq)
);

create table exchange.log (
  origin text not null,
  openings jsonb default '[]'::jsonb not null,
  followed jsonb default '[]'::jsonb not null,
  doubts integer default 0 not null,
  stopped_at timestamp with time zone,
  stopped_why text,
  constraint log_origin_check CHECK (origin ~ '^[0-9]{2}$'::text),
  constraint log_pkey PRIMARY KEY (origin)
);

create table exchange.orphan (
  id bigint generated always as identity not null,
  origin text not null,
  epoch bigint not null,
  seq bigint not null,
  kind text not null,
  at timestamp with time zone not null,
  subject text not null,
  body jsonb not null,
  extra jsonb,
  prev_hash bytea not null,
  hash bytea not null,
  given_up_at timestamp with time zone not null,
  given_up_for bigint not null,
  constraint orphan_pkey PRIMARY KEY (id)
);

create table exchange.peer (
  cell text not null,
  direct_at timestamp with time zone,
  failing_since timestamp with time zone,
  last_error text,
  known_as_of timestamp with time zone,
  relayed_by text,
  constraint peer_cell_check CHECK (cell ~ '^[0-9]{2}$'::text),
  constraint peer_pkey PRIMARY KEY (cell)
);

create table exchange.sealing_key (
  cell text not null,
  key_id text not null,
  public_key bytea not null,
  published_seq bigint not null,
  published_at timestamp with time zone not null,
  withdrawn_at timestamp with time zone,
  constraint sealing_key_pkey PRIMARY KEY (cell, key_id)
);

create table exchange.set_aside (
  id bigint generated always as identity not null,
  origin text not null,
  kind text not null,
  at timestamp with time zone not null,
  subject text not null,
  body jsonb not null,
  audience jsonb not null,
  set_aside_at timestamp with time zone not null,
  why text not null,
  found_seq bigint,
  settled_at timestamp with time zone,
  constraint set_aside_pkey PRIMARY KEY (id)
);

create table exchange.unapplied (
  origin text not null,
  kind text not null,
  first_seq bigint not null,
  last_seq bigint not null,
  error text,
  version text not null,
  since timestamp with time zone not null,
  constraint unapplied_pkey PRIMARY KEY (origin, kind)
);

create table facilities.bed_count (
  hospital_id text not null,
  bed_class text not null,
  source text not null,
  reading text not null,
  available integer,
  total integer,
  raw text,
  flags text[] default '{}'::text[] not null,
  as_of timestamp with time zone,
  received_at timestamp with time zone not null,
  constraint available_only_when_known CHECK ((available IS NOT NULL) = (reading = 'known'::text)),
  constraint bed_count_reading_check CHECK (reading = ANY (ARRAY['known'::text, 'not_entered'::text, 'unusable'::text])),
  constraint bed_count_source_check CHECK (source = ANY (ARRAY['nemc'::text, 'demo'::text])),
  constraint bed_count_total_check CHECK (total >= 0),
  constraint bed_count_hospital_id_fkey FOREIGN KEY (hospital_id) REFERENCES facilities.hospital(id),
  constraint bed_count_pkey PRIMARY KEY (hospital_id, bed_class, source)
);

create table facilities.bed_count_history (
  id bigint generated always as identity not null,
  hospital_id text not null,
  bed_class text not null,
  source text not null,
  reading text not null,
  available integer,
  total integer,
  raw text,
  flags text[] not null,
  as_of timestamp with time zone,
  received_at timestamp with time zone not null,
  constraint bed_count_history_hospital_id_fkey FOREIGN KEY (hospital_id) REFERENCES facilities.hospital(id),
  constraint bed_count_history_pkey PRIMARY KEY (id)
);

create table facilities.capability (
  hospital_id text not null,
  code text not null,
  source text not null,
  answer text not null,
  raw text,
  flags text[] default '{}'::text[] not null,
  as_of timestamp with time zone,
  received_at timestamp with time zone not null,
  usable_until timestamp with time zone,
  constraint capability_answer_check CHECK (answer = ANY (ARRAY['yes'::text, 'no'::text, 'unknown'::text])),
  constraint capability_source_check CHECK (source = ANY (ARRAY['register'::text, 'nemc'::text, 'hospital'::text, 'demo'::text])),
  constraint capability_until_is_the_hospitals CHECK (usable_until IS NULL OR source = 'hospital'::text),
  constraint capability_hospital_id_fkey FOREIGN KEY (hospital_id) REFERENCES facilities.hospital(id),
  constraint capability_pkey PRIMARY KEY (hospital_id, code, source)
);

create table facilities.directory_version (
  only_row boolean default true not null,
  version bigint not null,
  constraint directory_version_only_row_check CHECK (only_row),
  constraint directory_version_pkey PRIMARY KEY (only_row)
);

create table facilities.hospital (
  id text not null,
  hpid text,
  name text not null,
  type text not null,
  kind text not null,
  sido_code text not null,
  sigungu_code text,
  address text not null,
  phone text,
  er_phone text,
  lat double precision not null,
  lon double precision not null,
  licensed_beds integer,
  inpatient_rooms integer,
  medical_staff integer,
  departments text[] default '{}'::text[] not null,
  state text default 'open'::text not null,
  missing_since timestamp with time zone,
  source text not null,
  source_updated_on date,
  imported_at timestamp with time zone not null,
  constraint hospital_check CHECK ((missing_since IS NOT NULL) = (state = 'missing'::text)),
  constraint hospital_hpid_check CHECK (hpid ~ '^[A-Z][0-9]{7}$'::text),
  constraint hospital_id_check CHECK (id ~ '^[A-Za-z0-9-]{3,40}$'::text),
  constraint hospital_inpatient_rooms_check CHECK (inpatient_rooms >= 0),
  constraint hospital_kind_check CHECK (kind = ANY (ARRAY['general'::text, 'hospital'::text, 'long_term_care'::text, 'psychiatric'::text, 'korean_medicine'::text, 'dental'::text, 'other'::text])),
  constraint hospital_lat_check CHECK (lat >= 32::double precision AND lat <= 40::double precision),
  constraint hospital_licensed_beds_check CHECK (licensed_beds >= 0),
  constraint hospital_lon_check CHECK (lon >= 123::double precision AND lon <= 133::double precision),
  constraint hospital_medical_staff_check CHECK (medical_staff >= 0),
  constraint hospital_name_check CHECK (length(name) >= 1 AND length(name) <= 200),
  constraint hospital_sido_code_check CHECK (sido_code ~ '^[0-9]{2}$'::text),
  constraint hospital_sigungu_code_check CHECK (sigungu_code ~ '^[0-9]{5}$'::text),
  constraint hospital_source_check CHECK (source = ANY (ARRAY['register'::text, 'demo'::text, 'hospital'::text])),
  constraint hospital_state_check CHECK (state = ANY (ARRAY['open'::text, 'missing'::text, 'closed'::text])),
  constraint hospital_pkey PRIMARY KEY (id),
  constraint hospital_hpid_once UNIQUE (hpid)
);

create table facilities.source_state (
  key text not null,
  kind text not null,
  sido_code text,
  operation text,
  last_attempt_at timestamp with time zone,
  last_success_at timestamp with time zone,
  last_error_code text,
  last_error_detail text,
  failures_in_row integer default 0 not null,
  next_try_at timestamp with time zone,
  items integer,
  refused integer,
  flagged integer,
  constraint source_state_failures_in_row_check CHECK (failures_in_row >= 0),
  constraint source_state_kind_check CHECK (kind = ANY (ARRAY['register'::text, 'nemc_file'::text, 'nemc_poll'::text, 'demo'::text])),
  constraint source_state_pkey PRIMARY KEY (key)
);

create table facilities.statement (
  id bigint generated always as identity not null,
  hospital_id text not null,
  said text not null,
  code text,
  answer text,
  bed_class text,
  reason text,
  note text,
  until timestamp with time zone,
  at timestamp with time zone not null,
  by_person text not null,
  by_name text not null,
  channel text not null,
  heard_from text,
  constraint statement_answer_check CHECK (answer = ANY (ARRAY['yes'::text, 'no'::text, 'unknown'::text])),
  constraint statement_by_phone_says_who CHECK ((channel <> ALL (ARRAY['phone'::text, 'sms'::text])) OR heard_from IS NOT NULL),
  constraint statement_channel_check CHECK (channel = ANY (ARRAY['web'::text, 'phone'::text, 'sms'::text, 'api'::text, 'hl7'::text, 'import'::text, 'system'::text])),
  constraint statement_class_of_intake_only CHECK (bed_class IS NULL OR (said = ANY (ARRAY['stop'::text, 'resume'::text]))),
  constraint statement_ends_after_it_began CHECK (until IS NULL OR until > at AND (said = ANY (ARRAY['capability'::text, 'stop'::text]))),
  constraint statement_known CHECK (said = ANY (ARRAY['capability'::text, 'capability_withdrawn'::text, 'stop'::text, 'resume'::text])),
  constraint statement_note_check CHECK (length(note) >= 1 AND length(note) <= 300),
  constraint statement_of_a_capability_answers CHECK ((answer IS NOT NULL) = (said = 'capability'::text)),
  constraint statement_of_a_capability_names_it CHECK ((code IS NOT NULL) = (said = ANY (ARRAY['capability'::text, 'capability_withdrawn'::text]))),
  constraint statement_reason_check CHECK (reason = ANY (ARRAY['staff'::text, 'beds'::text, 'equipment'::text, 'crowded_er'::text, 'infection'::text, 'building'::text, 'other'::text])),
  constraint statement_stop_says_why CHECK ((reason IS NOT NULL) = (said = 'stop'::text)),
  constraint statement_hospital_id_fkey FOREIGN KEY (hospital_id) REFERENCES facilities.hospital(id),
  constraint statement_pkey PRIMARY KEY (id)
);

create table "national".notice (
  id text not null,
  origin text not null,
  weight text not null,
  title text not null,
  body text not null,
  published_at timestamp with time zone not null,
  published_by text not null,
  valid_until timestamp with time zone,
  received_at timestamp with time zone not null,
  title_en text,
  body_en text,
  withdrawn_at timestamp with time zone,
  withdrawn_by text,
  replaced_by text,
  constraint notice_body_check CHECK (length(body) >= 1 AND length(body) <= 4000),
  constraint notice_body_en_check CHECK (length(body_en) >= 1 AND length(body_en) <= 4000),
  constraint notice_id_check CHECK (length(id) >= 1 AND length(id) <= 64),
  constraint notice_origin_check CHECK (origin ~ '^[0-9]{2}$'::text),
  constraint notice_title_check CHECK (length(title) >= 1 AND length(title) <= 120),
  constraint notice_title_en_check CHECK (length(title_en) >= 1 AND length(title_en) <= 120),
  constraint notice_weight_check CHECK (weight = ANY (ARRAY['info'::text, 'warning'::text, 'urgent'::text])),
  constraint replaced_is_withdrawn CHECK (replaced_by IS NULL OR withdrawn_at IS NOT NULL),
  constraint withdrawn_by_somebody CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL)),
  constraint notice_pkey PRIMARY KEY (id)
);

create table "national".notice_read (
  notice_id text not null,
  origin text not null,
  desk text not null,
  read_by text not null,
  read_at timestamp with time zone not null,
  constraint notice_read_desk_check CHECK (length(desk) >= 1 AND length(desk) <= 80),
  constraint notice_read_notice_id_check CHECK (length(notice_id) >= 1 AND length(notice_id) <= 64),
  constraint notice_read_origin_check CHECK (origin ~ '^[0-9]{2}$'::text),
  constraint notice_read_pkey PRIMARY KEY (notice_id, origin, desk)
);

create table "national".pack (
  number integer not null,
  hash text not null,
  sha256 text not null,
  file bytea not null,
  issued_at timestamp with time zone not null,
  soft_age_s integer not null,
  hard_age_s integer not null,
  summary jsonb not null,
  published_by text not null,
  received_at timestamp with time zone not null,
  constraint pack_hash_check CHECK (hash ~ '^[0-9a-f]{64}$'::text),
  constraint pack_number_check CHECK (number > 0),
  constraint pack_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$'::text),
  constraint pack_pkey PRIMARY KEY (number),
  constraint pack_hash_key UNIQUE (hash)
);

create table "national".pack_part (
  sha256 text not null,
  part integer not null,
  data bytea not null,
  constraint pack_part_part_check CHECK (part >= 0),
  constraint pack_part_sha256_check CHECK (sha256 ~ '^[0-9a-f]{64}$'::text),
  constraint pack_part_pkey PRIMARY KEY (sha256, part)
);

create table "national".pack_refused (
  id bigint generated always as identity not null,
  at timestamp with time zone not null,
  origin text not null,
  number integer,
  sha256 text not null,
  code text not null,
  detail text not null,
  constraint pack_refused_origin_check CHECK (origin ~ '^[0-9]{2}$'::text),
  constraint pack_refused_pkey PRIMARY KEY (id)
);

create table people.access_log (
  n bigint generated always as identity not null,
  at timestamp with time zone not null,
  person_id text not null,
  person_name text not null,
  roles text[] not null,
  facility_id text,
  address text not null,
  session_kind text not null,
  route text not null,
  subject text not null,
  outcome text not null,
  break_glass_id text,
  constraint access_log_outcome_check CHECK (outcome = ANY (ARRAY['given'::text, 'refused'::text])),
  constraint access_log_pkey PRIMARY KEY (n)
);

create table people.account_event (
  id bigint generated always as identity not null,
  person_id text not null,
  at timestamp with time zone not null,
  kind text not null,
  by_person text,
  by_name text not null,
  detail text,
  constraint account_event_person_id_fkey FOREIGN KEY (person_id) REFERENCES platform.person(id),
  constraint account_event_pkey PRIMARY KEY (id)
);

create table people.application (
  id text not null,
  ticket_hash bytea not null,
  state text not null,
  name text not null,
  licence_kind text not null,
  licence_hash bytea not null,
  licence_tail text not null,
  facility_id text,
  region text not null,
  roles text[] not null,
  phone text not null,
  asked_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  decided_at timestamp with time zone,
  decided_by text,
  decided_by_name text,
  why text,
  person_id text,
  constraint application_approved_makes_a_person CHECK ((state = 'approved'::text) = (person_id IS NOT NULL)),
  constraint application_decided_by_someone CHECK ((state = ANY (ARRAY['approved'::text, 'declined'::text])) = (decided_by IS NOT NULL)),
  constraint application_declined_says_why CHECK ((state = 'declined'::text) <= (why IS NOT NULL)),
  constraint application_licence_hash_check CHECK (length(licence_hash) = 32),
  constraint application_licence_kind_check CHECK (licence_kind = ANY (ARRAY['doctor'::text, 'nurse'::text, 'paramedic'::text, 'official'::text])),
  constraint application_licence_tail_check CHECK (length(licence_tail) >= 1 AND length(licence_tail) <= 3),
  constraint application_name_check CHECK (length(name) >= 2 AND length(name) <= 40),
  constraint application_region_check CHECK (region ~ '^[0-9]{2}$'::text),
  constraint application_roles_check CHECK (cardinality(roles) > 0),
  constraint application_state_check CHECK (state = ANY (ARRAY['pending'::text, 'approved'::text, 'declined'::text, 'withdrawn'::text, 'expired'::text])),
  constraint application_ticket_hash_check CHECK (length(ticket_hash) = 32),
  constraint application_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES platform.person(id),
  constraint application_person_id_fkey FOREIGN KEY (person_id) REFERENCES platform.person(id),
  constraint application_pkey PRIMARY KEY (id),
  constraint application_ticket_hash_key UNIQUE (ticket_hash)
);

create table people.application_event (
  id bigint generated always as identity not null,
  application_id text not null,
  at timestamp with time zone not null,
  kind text not null,
  by_person text,
  by_name text not null,
  detail text,
  constraint application_event_application_id_fkey FOREIGN KEY (application_id) REFERENCES people.application(id),
  constraint application_event_pkey PRIMARY KEY (id)
);

create table people.authority_key (
  id text not null,
  level text not null,
  facility_id text,
  public_key bytea not null,
  sealed_key bytea not null,
  certificate text,
  valid_from timestamp with time zone not null,
  valid_until timestamp with time zone not null,
  revoked_at timestamp with time zone,
  revoked_why text,
  revoked_by text,
  replaced_at timestamp with time zone,
  constraint authority_key_level_check CHECK (level = ANY (ARRAY['region'::text, 'facility'::text])),
  constraint authority_key_public_key_check CHECK (length(public_key) = 32),
  constraint authority_key_revoked_says_why CHECK ((revoked_at IS NULL) = (revoked_why IS NULL)),
  constraint authority_key_pkey PRIMARY KEY (id)
);

create table people.challenge (
  hash bytea not null,
  purpose text not null,
  person_id text,
  data jsonb default '{}'::jsonb not null,
  expires_at timestamp with time zone not null,
  constraint challenge_hash_check CHECK (length(hash) = 32),
  constraint challenge_purpose_check CHECK (purpose = ANY (ARRAY['passkey-registration'::text, 'passkey-sign-in'::text, 'credential-sign-in'::text, 'oidc-sign-in'::text, 'oidc-link'::text])),
  constraint challenge_person_id_fkey FOREIGN KEY (person_id) REFERENCES platform.person(id),
  constraint challenge_pkey PRIMARY KEY (hash)
);

create table people.credential (
  id text not null,
  person_id text not null,
  authority_key_id text not null,
  label text not null,
  device_key jsonb not null,
  issued_at timestamp with time zone not null,
  valid_until timestamp with time zone not null,
  revoked_at timestamp with time zone,
  revoked_why text,
  constraint credential_label_check CHECK (length(label) >= 1 AND length(label) <= 40),
  constraint credential_authority_key_id_fkey FOREIGN KEY (authority_key_id) REFERENCES people.authority_key(id),
  constraint credential_person_id_fkey FOREIGN KEY (person_id) REFERENCES platform.person(id),
  constraint credential_pkey PRIMARY KEY (id)
);

create table people.national_key (
  public_key bytea not null,
  added_at timestamp with time zone not null,
  added_by text not null,
  constraint national_key_public_key_check CHECK (length(public_key) = 32),
  constraint national_key_pkey PRIMARY KEY (public_key)
);

create table people.organisation_account (
  id text not null,
  issuer text not null,
  subject text not null,
  provider text not null,
  person_id text not null,
  linked_at timestamp with time zone not null,
  constraint organisation_account_subject_check CHECK (length(subject) >= 1 AND length(subject) <= 255),
  constraint organisation_account_person_id_fkey FOREIGN KEY (person_id) REFERENCES platform.person(id),
  constraint organisation_account_pkey PRIMARY KEY (id),
  constraint organisation_account_once UNIQUE (issuer, subject)
);

create table people.passkey (
  id text not null,
  person_id text not null,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  synced boolean not null,
  name text not null,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  constraint passkey_counter_check CHECK (counter >= 0),
  constraint passkey_id_check CHECK (length(id) >= 1 AND length(id) <= 1400),
  constraint passkey_name_check CHECK (length(name) >= 1 AND length(name) <= 40),
  constraint passkey_person_id_fkey FOREIGN KEY (person_id) REFERENCES platform.person(id),
  constraint passkey_pkey PRIMARY KEY (id)
);

create table people.profile (
  person_id text not null,
  licence_kind text not null,
  licence_hash bytea not null,
  licence_tail text not null,
  phone text not null,
  approved_by text not null,
  approved_at timestamp with time zone not null,
  constraint profile_licence_hash_check CHECK (length(licence_hash) = 32),
  constraint profile_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES platform.person(id),
  constraint profile_person_id_fkey FOREIGN KEY (person_id) REFERENCES platform.person(id),
  constraint profile_pkey PRIMARY KEY (person_id)
);

create table people.revocation_list (
  region text not null,
  number bigint not null,
  at timestamp with time zone not null,
  list text not null,
  received_at timestamp with time zone not null,
  constraint revocation_list_number_check CHECK (number > 0),
  constraint revocation_list_region_check CHECK (region ~ '^[0-9]{2}$'::text),
  constraint revocation_list_pkey PRIMARY KEY (region)
);

create table platform.answer (
  person_id text not null,
  route text not null,
  key text not null,
  input_hash bytea not null,
  status integer,
  body jsonb,
  at timestamp with time zone not null,
  constraint answer_input_hash_check CHECK (length(input_hash) = 32),
  constraint answer_key_check CHECK (length(key) >= 1 AND length(key) <= 100),
  constraint answer_pkey PRIMARY KEY (person_id, route, key)
);

create table platform.break_glass (
  id text not null,
  at timestamp with time zone not null,
  until timestamp with time zone not null,
  person_id text not null,
  person_name text not null,
  facility_id text,
  request_id text not null,
  request_code text not null,
  reason text not null,
  note text not null,
  constraint break_glass_ends CHECK (until > at AND until <= (at + '02:00:00'::interval)),
  constraint break_glass_note_check CHECK (length(note) >= 4 AND length(note) <= 300),
  constraint break_glass_reason_check CHECK (reason = ANY (ARRAY['life_at_risk'::text, 'patient_arrived_here'::text, 'handover_failed'::text, 'other'::text])),
  constraint break_glass_person_id_fkey FOREIGN KEY (person_id) REFERENCES platform.person(id),
  constraint break_glass_pkey PRIMARY KEY (id)
);

create table platform.break_glass_review (
  break_glass_id text not null,
  at timestamp with time zone not null,
  reviewer_id text not null,
  reviewer_name text not null,
  verdict text not null,
  note text not null,
  constraint break_glass_review_note_check CHECK (length(note) >= 4 AND length(note) <= 300),
  constraint break_glass_review_verdict_check CHECK (verdict = ANY (ARRAY['accepted'::text, 'objected'::text])),
  constraint break_glass_review_break_glass_id_fkey FOREIGN KEY (break_glass_id) REFERENCES platform.break_glass(id),
  constraint break_glass_review_reviewer_id_fkey FOREIGN KEY (reviewer_id) REFERENCES platform.person(id),
  constraint break_glass_review_pkey PRIMARY KEY (break_glass_id)
);

create table platform.cell (
  one boolean default true not null,
  region text not null,
  public_key bytea not null,
  created_at timestamp with time zone not null,
  state text default 'recovering'::text not null,
  state_since timestamp with time zone default now() not null,
  founded boolean default false not null,
  lived_to bigint default 0 not null,
  lost_at timestamp with time zone,
  constraint cell_lived_to_check CHECK (lived_to >= 0),
  constraint cell_one_check CHECK (one),
  constraint cell_public_key_check CHECK (length(public_key) = 32),
  constraint cell_region_check CHECK (region ~ '^[0-9]{2}$'::text),
  constraint cell_state_check CHECK (state = ANY (ARRAY['writing'::text, 'recovering'::text, 'stood-in'::text])),
  constraint cell_pkey PRIMARY KEY (one)
);

create table platform.invitation (
  token_hash bytea not null,
  person_id text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint invitation_token_hash_check CHECK (length(token_hash) = 32),
  constraint invitation_person_id_fkey FOREIGN KEY (person_id) REFERENCES platform.person(id) ON DELETE CASCADE,
  constraint invitation_pkey PRIMARY KEY (token_hash)
);

create table platform.oplog (
  origin text not null,
  epoch bigint not null,
  seq bigint not null,
  kind text not null,
  at timestamp with time zone not null,
  subject text not null,
  body jsonb not null,
  audience jsonb not null,
  prev_hash bytea not null,
  hash bytea not null,
  signature bytea,
  extra jsonb,
  constraint oplog_epoch_check CHECK (epoch > 0),
  constraint oplog_hash_check CHECK (length(hash) = 32),
  constraint oplog_origin_check CHECK (origin ~ '^[0-9]{2}$'::text),
  constraint oplog_prev_hash_check CHECK (length(prev_hash) = 32),
  constraint oplog_seq_check CHECK (seq > 0),
  constraint oplog_signature_check CHECK (length(signature) = 64),
  constraint oplog_pkey PRIMARY KEY (origin, seq)
);

create table platform.outbox (
  id bigint generated always as identity not null,
  kind text not null,
  at timestamp with time zone not null,
  subject text not null,
  body jsonb not null,
  audience jsonb not null,
  origin text not null,
  constraint outbox_kind_check CHECK (kind ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text),
  constraint outbox_origin_check CHECK (origin ~ '^[0-9]{2}$'::text),
  constraint outbox_pkey PRIMARY KEY (id)
);

create table platform.person (
  id text not null,
  name text not null,
  roles text[] not null,
  region text not null,
  facility_id text,
  demo boolean default false not null,
  disabled_at timestamp with time zone,
  created_at timestamp with time zone not null,
  home_region text,
  constraint person_home_region_check CHECK (home_region ~ '^[0-9]{2}$'::text),
  constraint person_name_check CHECK (length(name) >= 1 AND length(name) <= 80),
  constraint person_region_check CHECK (region ~ '^[0-9]{2}$'::text),
  constraint person_roles_check CHECK (cardinality(roles) > 0),
  constraint person_pkey PRIMARY KEY (id)
);

create table platform.session (
  token_hash bytea not null,
  person_id text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  id text not null,
  kind text not null,
  last_seen_at timestamp with time zone not null,
  idle_min integer not null,
  device text default ''::text not null,
  address text default ''::text not null,
  began_with text,
  constraint session_address_check CHECK (length(address) <= 64),
  constraint session_began_with_check CHECK (length(began_with) <= 1400),
  constraint session_device_check CHECK (length(device) <= 80),
  constraint session_idle_min_check CHECK (idle_min > 0),
  constraint session_kind_check CHECK (kind = ANY (ARRAY['link'::text, 'passkey'::text, 'oidc'::text, 'credential'::text, 'demo'::text])),
  constraint session_token_hash_check CHECK (length(token_hash) = 32),
  constraint session_person_id_fkey FOREIGN KEY (person_id) REFERENCES platform.person(id) ON DELETE CASCADE,
  constraint session_pkey PRIMARY KEY (token_hash),
  constraint session_id_key UNIQUE (id)
);

create table platform.timer (
  id text not null,
  kind text not null,
  subject text not null,
  due_at timestamp with time zone not null,
  payload jsonb not null,
  created_at timestamp with time zone not null,
  done_at timestamp with time zone,
  attempts integer default 0 not null,
  last_error text,
  constraint timer_pkey PRIMARY KEY (id)
);

create table platform.writing (
  origin text not null,
  own boolean not null,
  epoch bigint not null,
  timeline text not null,
  since timestamp with time zone not null,
  constraint writing_epoch_check CHECK (epoch > 0),
  constraint writing_origin_check CHECK (origin ~ '^[0-9]{2}$'::text),
  constraint writing_pkey PRIMARY KEY (origin)
);

create table rooms.ack (
  message_id text not null,
  person_id text not null,
  person_name text not null,
  at timestamp with time zone not null,
  channel text not null,
  heard_from text,
  constraint ack_channel_check CHECK (channel = ANY (ARRAY['web'::text, 'phone'::text, 'sms'::text, 'api'::text, 'hl7'::text, 'import'::text, 'system'::text])),
  constraint ack_phone_says_who CHECK (channel <> 'phone'::text OR heard_from IS NOT NULL),
  constraint ack_message_id_fkey FOREIGN KEY (message_id) REFERENCES rooms.message(id),
  constraint ack_pkey PRIMARY KEY (message_id, person_id)
);

create table rooms.ack_ask (
  message_id text not null,
  room_id text not null,
  asked_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  target jsonb,
  step integer default 0 not null,
  state text default 'open'::text not null,
  rung text default 'on_call'::text not null,
  next_at timestamp with time zone,
  constraint ack_ask_step_check CHECK (step >= 0),
  constraint ack_due_later CHECK (due_at > asked_at),
  constraint ack_rung_known CHECK (rung = ANY (ARRAY['on_call'::text, 'second'::text, 'desk_lead'::text, 'neighbour'::text])),
  constraint ack_state_known CHECK (state = ANY (ARRAY['open'::text, 'overdue'::text, 'unanswered'::text, 'acknowledged'::text, 'exhausted'::text, 'retracted'::text])),
  constraint ack_ask_message_id_fkey FOREIGN KEY (message_id) REFERENCES rooms.message(id),
  constraint ack_ask_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms.room(id),
  constraint ack_ask_pkey PRIMARY KEY (message_id)
);

create table rooms.ack_asked (
  message_id text not null,
  person_id text not null,
  rung text not null,
  at timestamp with time zone not null,
  constraint ack_asked_rung_check CHECK (rung = ANY (ARRAY['on_call'::text, 'second'::text, 'desk_lead'::text, 'neighbour'::text])),
  constraint ack_asked_message_id_fkey FOREIGN KEY (message_id) REFERENCES rooms.message(id),
  constraint ack_asked_pkey PRIMARY KEY (message_id, person_id)
);

create table rooms.ack_region (
  message_id text not null,
  region text not null,
  asked_by text not null,
  at timestamp with time zone not null,
  constraint ack_region_message_id_fkey FOREIGN KEY (message_id) REFERENCES rooms.message(id),
  constraint ack_region_pkey PRIMARY KEY (message_id, region)
);

create table rooms.ack_step (
  id bigint generated always as identity not null,
  message_id text not null,
  at timestamp with time zone not null,
  step integer not null,
  rung text not null,
  channel text not null,
  person_id text,
  name text not null,
  outcome text not null,
  region text,
  constraint ack_step_channel_check CHECK (channel = ANY (ARRAY['push'::text, 'sms'::text, 'voice'::text])),
  constraint ack_step_outcome_check CHECK (outcome = ANY (ARRAY['told'::text, 'queued'::text, 'no_driver'::text, 'no_address'::text, 'nobody'::text])),
  constraint ack_step_message_id_fkey FOREIGN KEY (message_id) REFERENCES rooms.message(id),
  constraint ack_step_pkey PRIMARY KEY (id)
);

create table rooms.file (
  id text not null,
  room_id text not null,
  sha256 bytea not null,
  name text not null,
  media_type text not null,
  bytes bigint not null,
  width integer,
  height integer,
  image boolean not null,
  brought_by text not null,
  at timestamp with time zone not null,
  constraint file_bytes_check CHECK (bytes > 0),
  constraint file_id_check CHECK (length(id) >= 1 AND length(id) <= 64),
  constraint file_media_type_check CHECK (length(media_type) >= 3 AND length(media_type) <= 100),
  constraint file_name_check CHECK (length(name) >= 1 AND length(name) <= 120),
  constraint file_sha256_check CHECK (length(sha256) = 32),
  constraint file_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms.room(id),
  constraint file_pkey PRIMARY KEY (id)
);

create table rooms.invitation (
  id text not null,
  room_id text not null,
  token_hash bytea not null,
  code_hash bytea not null,
  created_at timestamp with time zone not null,
  created_by text not null,
  created_by_name text not null,
  for_name text not null,
  expires_at timestamp with time zone not null,
  wrong_codes integer default 0 not null,
  used_at timestamp with time zone,
  guest_name text,
  session_hash bytea,
  revoked_at timestamp with time zone,
  left_at timestamp with time zone,
  constraint invitation_code_hash_check CHECK (length(code_hash) = 32),
  constraint invitation_for_name_check CHECK (length(for_name) >= 1 AND length(for_name) <= 80),
  constraint invitation_guest_name_check CHECK (length(guest_name) >= 1 AND length(guest_name) <= 80),
  constraint invitation_session_hash_check CHECK (length(session_hash) = 32),
  constraint invitation_token_hash_check CHECK (length(token_hash) = 32),
  constraint invitation_used_by_someone CHECK ((used_at IS NULL) = (guest_name IS NULL)),
  constraint invitation_wrong_codes_check CHECK (wrong_codes >= 0),
  constraint invitation_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms.room(id),
  constraint invitation_pkey PRIMARY KEY (id),
  constraint invitation_session_hash_key UNIQUE (session_hash),
  constraint invitation_token_hash_key UNIQUE (token_hash)
);

create table rooms.invitation_try (
  id bigint generated always as identity not null,
  invitation_id text,
  at timestamp with time zone not null,
  address text not null,
  outcome text not null,
  constraint invitation_try_outcome_check CHECK (outcome = ANY (ARRAY['entered'::text, 'wrong_code'::text, 'wrong_token'::text, 'over'::text])),
  constraint invitation_try_invitation_id_fkey FOREIGN KEY (invitation_id) REFERENCES rooms.invitation(id),
  constraint invitation_try_pkey PRIMARY KEY (id)
);

create table rooms.mention (
  message_id text not null,
  person_id text not null,
  room_id text not null,
  number bigint not null,
  constraint mention_message_id_fkey FOREIGN KEY (message_id) REFERENCES rooms.message(id),
  constraint mention_pkey PRIMARY KEY (message_id, person_id)
);

create table rooms.message (
  id text not null,
  room_id text not null,
  number bigint not null,
  hlc text not null,
  cell text not null,
  author_id text,
  author_name text not null,
  author_place text,
  guest boolean default false not null,
  kind text not null,
  body jsonb not null,
  mentions jsonb default '[]'::jsonb not null,
  reply_to text,
  target_id text,
  at timestamp with time zone not null,
  written_at timestamp with time zone,
  access bigint not null,
  digest bytea not null,
  grams text[] default '{}'::text[] not null,
  constraint message_author_name_check CHECK (length(author_name) >= 1 AND length(author_name) <= 80),
  constraint message_cell_check CHECK (cell ~ '^[0-9]{2}$'::text),
  constraint message_digest_check CHECK (length(digest) = 32),
  constraint message_hlc_check CHECK (hlc ~ '^[0-9]{13}-[0-9a-f]{4}-[0-9]{2}$'::text),
  constraint message_id_check CHECK (length(id) >= 20 AND length(id) <= 64),
  constraint message_kind_known CHECK (kind = ANY (ARRAY['text'::text, 'quick'::text, 'files'::text, 'line'::text, 'retraction'::text])),
  constraint message_number_check CHECK (number > 0),
  constraint message_retraction_names_it CHECK ((kind = 'retraction'::text) = (target_id IS NOT NULL)),
  constraint message_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms.room(id),
  constraint message_pkey PRIMARY KEY (id),
  constraint message_number_once UNIQUE (room_id, number)
);

create table rooms.message_file (
  message_id text not null,
  file_id text not null,
  place integer not null,
  constraint message_file_place_check CHECK (place >= 0),
  constraint message_file_file_id_fkey FOREIGN KEY (file_id) REFERENCES rooms.file(id),
  constraint message_file_message_id_fkey FOREIGN KEY (message_id) REFERENCES rooms.message(id),
  constraint message_file_pkey PRIMARY KEY (message_id, place)
);

create table rooms.reach (
  id text not null,
  region text not null,
  since timestamp with time zone not null,
  until timestamp with time zone,
  constraint reach_check CHECK (until >= since),
  constraint reach_region_check CHECK (region ~ '^[0-9]{2}$'::text),
  constraint reach_pkey PRIMARY KEY (id)
);

create table rooms.reader (
  id bigint generated always as identity not null,
  room_id text not null,
  key text not null,
  after bigint not null,
  until bigint,
  by_rule boolean not null,
  since timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint reader_after_check CHECK (after >= 0),
  constraint reader_check CHECK (until >= after),
  constraint reader_ended_says_when CHECK ((until IS NULL) = (ended_at IS NULL)),
  constraint reader_key_check CHECK (length(key) >= 1 AND length(key) <= 140),
  constraint reader_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms.room(id),
  constraint reader_pkey PRIMARY KEY (id)
);

create table rooms.receipt (
  room_id text not null,
  person_id text not null,
  what text not null,
  upto bigint not null,
  at timestamp with time zone not null,
  constraint receipt_upto_check CHECK (upto > 0),
  constraint receipt_what_check CHECK (what = ANY (ARRAY['delivered'::text, 'seen'::text])),
  constraint receipt_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms.room(id),
  constraint receipt_pkey PRIMARY KEY (room_id, person_id, what, upto)
);

create table rooms.room (
  id text not null,
  kind text not null,
  region text not null,
  title text not null,
  request_id text,
  facility_id text,
  opened_at timestamp with time zone not null,
  opened_by text,
  closed_at timestamp with time zone,
  head bigint default 0 not null,
  access bigint default 0 not null,
  hlc text,
  last_at timestamp with time zone not null,
  purpose text,
  kept_by text,
  constraint room_access_check CHECK (access >= 0),
  constraint room_head_check CHECK (head >= 0),
  constraint room_hlc_check CHECK (hlc ~ '^[0-9]{13}-[0-9a-f]{4}-[0-9]{2}$'::text),
  constraint room_id_check CHECK (length(id) >= 1 AND length(id) <= 64),
  constraint room_kind_known CHECK (kind = ANY (ARRAY['request'::text, 'region_desk'::text, 'hospital_desk'::text, 'national_desk'::text, 'ad_hoc'::text])),
  constraint room_of_a_hospital CHECK ((kind = 'hospital_desk'::text) = (facility_id IS NOT NULL)),
  constraint room_of_a_request CHECK ((kind = 'request'::text) = (request_id IS NOT NULL)),
  constraint room_purpose_length CHECK (length(purpose) >= 1 AND length(purpose) <= 300),
  constraint room_region_check CHECK (region ~ '^[0-9]{2}$'::text),
  constraint room_title_check CHECK (length(title) >= 1 AND length(title) <= 80),
  constraint room_pkey PRIMARY KEY (id),
  constraint room_one_per_request UNIQUE (request_id)
);

create table rosters.handover (
  id text not null,
  shift_id text not null,
  place_kind text not null,
  place_id text not null,
  duty text not null,
  from_person text not null,
  from_name text not null,
  to_person text,
  to_name text,
  at timestamp with time zone not null,
  items jsonb not null,
  note text,
  acknowledged_at timestamp with time zone,
  acknowledged_by text,
  acknowledged_by_name text,
  constraint handover_acknowledged_by_someone CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL)),
  constraint handover_id_check CHECK (length(id) >= 1 AND length(id) <= 64),
  constraint handover_note_check CHECK (length(note) >= 1 AND length(note) <= 1000),
  constraint handover_shift_id_fkey FOREIGN KEY (shift_id) REFERENCES rosters.shift(id),
  constraint handover_pkey PRIMARY KEY (id)
);

create table rosters.shift (
  id text not null,
  place_kind text not null,
  place_id text not null,
  duty text not null,
  rank text not null,
  person_id text,
  name text not null,
  phone text,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  state text default 'planned'::text not null,
  version integer default 1 not null,
  changed_at timestamp with time zone not null,
  changed_by text not null,
  constraint shift_at_most_three_days CHECK (ends_at <= (starts_at + '72:00:00'::interval)),
  constraint shift_duty_check CHECK (length(duty) >= 1 AND length(duty) <= 40),
  constraint shift_ends_later CHECK (ends_at > starts_at),
  constraint shift_id_check CHECK (length(id) >= 1 AND length(id) <= 64),
  constraint shift_name_check CHECK (length(name) >= 1 AND length(name) <= 80),
  constraint shift_phone_check CHECK (phone ~ '^[0-9+][0-9 -]{2,19}$'::text),
  constraint shift_place_id_check CHECK (length(place_id) >= 1 AND length(place_id) <= 64),
  constraint shift_place_known CHECK (place_kind = ANY (ARRAY['hospital'::text, 'desk'::text])),
  constraint shift_rank_known CHECK (rank = ANY (ARRAY['on_call'::text, 'second'::text, 'lead'::text])),
  constraint shift_state_check CHECK (state = ANY (ARRAY['planned'::text, 'cancelled'::text])),
  constraint shift_version_check CHECK (version > 0),
  constraint shift_pkey PRIMARY KEY (id)
);

create table rosters.shift_event (
  id bigint generated always as identity not null,
  shift_id text not null,
  at timestamp with time zone not null,
  kind text not null,
  by_person text,
  by_name text not null,
  data jsonb default '{}'::jsonb not null,
  constraint shift_event_kind_check CHECK (kind = ANY (ARRAY['planned'::text, 'cancelled'::text, 'given'::text, 'handed_over'::text])),
  constraint shift_event_shift_id_fkey FOREIGN KEY (shift_id) REFERENCES rosters.shift(id),
  constraint shift_event_pkey PRIMARY KEY (id)
);

create table rosters.swap (
  id text not null,
  gives text not null,
  takes text,
  from_person text not null,
  to_person text not null,
  proposed_at timestamp with time zone not null,
  proposed_by text not null,
  proposed_by_name text not null,
  note text,
  state text default 'proposed'::text not null,
  from_agreed_at timestamp with time zone,
  to_agreed_at timestamp with time zone,
  ended_at timestamp with time zone,
  gives_version integer not null,
  takes_version integer,
  constraint swap_agreed_by_both CHECK (state <> 'agreed'::text OR from_agreed_at IS NOT NULL AND to_agreed_at IS NOT NULL),
  constraint swap_ended_says_when CHECK ((ended_at IS NULL) = (state = 'proposed'::text)),
  constraint swap_id_check CHECK (length(id) >= 1 AND length(id) <= 64),
  constraint swap_note_check CHECK (length(note) >= 1 AND length(note) <= 200),
  constraint swap_of_two_people CHECK (from_person <> to_person),
  constraint swap_state_check CHECK (state = ANY (ARRAY['proposed'::text, 'agreed'::text, 'refused'::text, 'withdrawn'::text, 'overtaken'::text])),
  constraint swap_gives_fkey FOREIGN KEY (gives) REFERENCES rosters.shift(id),
  constraint swap_takes_fkey FOREIGN KEY (takes) REFERENCES rosters.shift(id),
  constraint swap_pkey PRIMARY KEY (id)
);


CREATE INDEX ask_of_request ON beds.ask USING btree (request_id, asked_at, id);
CREATE UNIQUE INDEX ask_one_accepted_per_request ON beds.ask USING btree (sido, request_id) WHERE (state = ANY (ARRAY['accepted'::text, 'confirmed'::text]));
CREATE INDEX ask_open ON beds.ask USING btree (owner, sido, id) WHERE (state = ANY (ARRAY['asked'::text, 'accepted'::text, 'confirmed'::text]));
CREATE INDEX capacity_newest ON beds.capacity_report USING btree (hospital_id, bed_class, as_of DESC, id DESC);
CREATE INDEX grant_live ON beds."grant" USING btree (sido, state, until) WHERE (state = ANY (ARRAY['granted'::text, 'confirmed'::text]));
CREATE INDEX grant_of_slot ON beds."grant" USING btree (slot_id) WHERE (slot_id IS NOT NULL);
CREATE INDEX hold_ended ON beds.hold USING btree (ended_at DESC, id) WHERE (ended_at IS NOT NULL);
CREATE INDEX hold_granted ON beds.hold USING btree (granted_at DESC, id);
CREATE INDEX hold_of_request ON beds.hold USING btree (request_id, granted_at, id);
CREATE UNIQUE INDEX hold_one_live_per_request ON beds.hold USING btree (request_id) WHERE (state = ANY (ARRAY['granted'::text, 'confirmed'::text, 'occupied'::text]));
CREATE UNIQUE INDEX hold_one_live_per_slot ON beds.hold USING btree (slot_id) WHERE (state = ANY (ARRAY['granted'::text, 'confirmed'::text, 'occupied'::text]));
CREATE INDEX identity_access_of_request ON beds.identity_access USING btree (request_id, id);
CREATE UNIQUE INDEX offer_accepted_once_per_round ON beds.offer USING btree (request_id, round) WHERE (state = ANY (ARRAY['accepted'::text, 'accepted_with_conditions'::text]));
CREATE INDEX offer_history ON beds.offer USING btree (hospital_id, sent_at DESC, id);
CREATE INDEX offer_of_request ON beds.offer USING btree (request_id, id);
CREATE INDEX offer_open_of_hospital ON beds.offer USING btree (hospital_id, sent_at, id) WHERE (state = ANY (ARRAY['sent'::text, 'delivered'::text, 'seen'::text, 'acked'::text]));
CREATE UNIQUE INDEX offer_open_once_per_hospital ON beds.offer USING btree (request_id, hospital_id) WHERE (state = ANY (ARRAY['sent'::text, 'delivered'::text, 'seen'::text, 'acked'::text]));
CREATE INDEX patient_identity_nation ON beds.patient_identity USING btree (nation_hash) WHERE (nation_hash IS NOT NULL);
CREATE INDEX patient_identity_same ON beds.patient_identity USING btree (same_patient) WHERE (same_patient IS NOT NULL);
CREATE INDEX phone_check_of_figures ON beds.phone_check USING btree (at) WHERE (request_id IS NULL);
CREATE INDEX phone_check_of_request ON beds.phone_check USING btree (request_id, at) WHERE (request_id IS NOT NULL);
CREATE INDEX reconciliation_of ON beds.reconciliation USING btree (sido, epoch, id);
CREATE INDEX request_closed ON beds.request USING btree (sido, closed_at DESC, id) WHERE (closed_at IS NOT NULL);
CREATE UNIQUE INDEX request_code_once_while_open ON beds.request USING btree (sido, code) WHERE (state <> ALL (ARRAY['admitted'::text, 'cancelled'::text, 'deceased'::text, 'stepped_down'::text, 'merged'::text, 'entered_in_error'::text]));
CREATE INDEX request_event_of_request ON beds.request_event USING btree (request_id, id);
CREATE INDEX request_of_owner ON beds.request USING btree (owner_hospital_id, created_at DESC, id);
CREATE INDEX request_of_person ON beds.request USING btree (created_by, created_at DESC, id);
CREATE INDEX request_open ON beds.request USING btree (sido, waiting_since, id) WHERE (state <> ALL (ARRAY['admitted'::text, 'cancelled'::text, 'deceased'::text, 'stepped_down'::text, 'merged'::text, 'entered_in_error'::text]));
CREATE INDEX slot_changed ON beds.slot USING btree (changed_at);
CREATE INDEX slot_event_of_slot ON beds.slot_event USING btree (slot_id, id);
CREATE INDEX slot_free ON beds.slot USING btree (hospital_id, bed_class, id) WHERE (state = 'available'::text);
CREATE INDEX told_hold_of_region ON beds.told_hold USING btree (sido, slot_id);
CREATE INDEX told_request_nation ON beds.told_request USING btree (nation_hash) WHERE (nation_hash IS NOT NULL);
CREATE INDEX told_request_of_region ON beds.told_request USING btree (sido, state);
CREATE INDEX told_slot_changed ON beds.told_slot USING btree (changed_at);
CREATE INDEX told_slot_of_region ON beds.told_slot USING btree (sido, id);
CREATE UNIQUE INDEX call_back_open_once ON channels.call_back USING btree (offer_id, number_id) WHERE (done_at IS NULL);
CREATE INDEX inbound_newest ON channels.inbound USING btree (at DESC, id DESC);
CREATE INDEX inbound_of_code ON channels.inbound USING btree (code, at) WHERE (code IS NOT NULL);
CREATE INDEX inbound_of_phone ON channels.inbound USING btree (phone, at);
CREATE INDEX message_due ON channels.message USING btree (next_try_at, id) WHERE (state = 'queued'::text);
CREATE INDEX message_newest ON channels.message USING btree (created_at DESC, id DESC);
CREATE INDEX message_of_subject ON channels.message USING btree (subject) WHERE (subject IS NOT NULL);
CREATE INDEX message_open_of_phone ON channels.message USING btree (phone, id) WHERE (state = ANY (ARRAY['queued'::text, 'handed_over'::text]));
CREATE INDEX message_try_of_message ON channels.message_try USING btree (message_id, id);
CREATE INDEX message_under_way ON channels.message USING btree (state_since) WHERE (state = ANY (ARRAY['handed_over'::text, 'accepted'::text]));
CREATE UNIQUE INDEX number_confirmed_once ON channels.number USING btree (phone) WHERE (state = 'confirmed'::text);
CREATE INDEX number_of_facility ON channels.number USING btree (facility_id) WHERE (state <> 'removed'::text);
CREATE INDEX number_of_person ON channels.number USING btree (person_id) WHERE (state <> 'removed'::text);
CREATE INDEX number_registered_by ON channels.number USING btree (registered_by, registered_at);
CREATE INDEX push_job_due ON channels.push_job USING btree (next_try_at, id) WHERE (state = 'queued'::text);
CREATE INDEX push_subscription_of_person ON channels.push_subscription USING btree (person_id);
CREATE INDEX alarm_open ON exchange.alarm USING btree (origin) WHERE (cleared_at IS NULL);
CREATE INDEX command_open ON exchange.command USING btree (asked_at) WHERE (done_at IS NULL);
CREATE INDEX kept_aging ON exchange.kept USING btree (origin, aging_from) WHERE ((gone_at IS NULL) AND (aging_from IS NOT NULL));
CREATE INDEX kept_gone ON exchange.kept USING btree (origin, gone_at) WHERE (gone_at IS NOT NULL);
CREATE INDEX kept_newest ON exchange.kept USING btree (origin, key) WHERE ((gone_at IS NULL) AND (key IS NOT NULL));
CREATE INDEX orphan_origin ON exchange.orphan USING btree (origin, seq);
CREATE INDEX bed_count_history_by_hospital ON facilities.bed_count_history USING btree (hospital_id, bed_class, received_at DESC, id DESC);
CREATE INDEX capability_yes ON facilities.capability USING btree (code, hospital_id) WHERE (answer = 'yes'::text);
CREATE INDEX hospital_by_name ON facilities.hospital USING btree (name, id);
CREATE INDEX hospital_by_sido ON facilities.hospital USING btree (sido_code, name, id);
CREATE INDEX statement_of_hospital ON facilities.statement USING btree (hospital_id, id DESC);
CREATE INDEX statement_of_intake ON facilities.statement USING btree (hospital_id, bed_class, id DESC) WHERE (said = ANY (ARRAY['stop'::text, 'resume'::text]));
CREATE INDEX notice_newest ON "national".notice USING btree (published_at DESC, id);
CREATE INDEX access_log_of_break_glass ON people.access_log USING btree (break_glass_id) WHERE (break_glass_id IS NOT NULL);
CREATE INDEX access_log_of_person ON people.access_log USING btree (person_id, n DESC);
CREATE INDEX access_log_of_subject ON people.access_log USING btree (subject, n DESC);
CREATE INDEX account_event_of_person ON people.account_event USING btree (person_id, id DESC);
CREATE INDEX application_decided ON people.application USING btree (decided_at DESC, id) WHERE (decided_at IS NOT NULL);
CREATE INDEX application_event_of ON people.application_event USING btree (application_id, id);
CREATE INDEX application_open ON people.application USING btree (facility_id, asked_at, id) WHERE (state = 'pending'::text);
CREATE UNIQUE INDEX authority_key_in_use ON people.authority_key USING btree (level, COALESCE(facility_id, ''::text)) WHERE ((revoked_at IS NULL) AND (replaced_at IS NULL));
CREATE INDEX challenge_expiry ON people.challenge USING btree (expires_at);
CREATE INDEX credential_of_key ON people.credential USING btree (authority_key_id);
CREATE INDEX credential_of_person ON people.credential USING btree (person_id, issued_at, id);
CREATE INDEX organisation_account_of_person ON people.organisation_account USING btree (person_id, linked_at, id);
CREATE INDEX passkey_of_person ON people.passkey USING btree (person_id, created_at, id);
CREATE INDEX profile_licence ON people.profile USING btree (licence_kind, licence_hash);
CREATE INDEX answer_age ON platform.answer USING btree (at);
CREATE INDEX break_glass_by_time ON platform.break_glass USING btree (at DESC, id);
CREATE INDEX break_glass_of_person ON platform.break_glass USING btree (person_id, until);
CREATE INDEX invitation_person ON platform.invitation USING btree (person_id);
CREATE INDEX oplog_at ON platform.oplog USING btree (at, origin, seq);
CREATE INDEX oplog_subject ON platform.oplog USING btree (subject, seq);
CREATE INDEX session_expiry ON platform.session USING btree (expires_at);
CREATE INDEX session_person ON platform.session USING btree (person_id);
CREATE INDEX timer_due ON platform.timer USING btree (due_at, id) WHERE (done_at IS NULL);
CREATE INDEX timer_subject ON platform.timer USING btree (subject, kind) WHERE (done_at IS NULL);
CREATE UNIQUE INDEX writing_own ON platform.writing USING btree (own) WHERE own;
CREATE INDEX ack_asked_person ON rooms.ack_asked USING btree (person_id);
CREATE INDEX ack_open ON rooms.ack_ask USING btree (room_id, due_at) WHERE (state = ANY (ARRAY['open'::text, 'overdue'::text, 'unanswered'::text, 'exhausted'::text]));
CREATE INDEX ack_step_of_message ON rooms.ack_step USING btree (message_id, id);
CREATE INDEX file_content ON rooms.file USING btree (sha256);
CREATE INDEX invitation_room ON rooms.invitation USING btree (room_id, created_at);
CREATE INDEX invitation_try_of ON rooms.invitation_try USING btree (invitation_id, id);
CREATE INDEX mention_person ON rooms.mention USING btree (person_id, room_id, number);
CREATE INDEX message_file_file ON rooms.message_file USING btree (file_id);
CREATE INDEX message_grams ON rooms.message USING gin (grams);
CREATE INDEX message_order ON rooms.message USING btree (room_id, hlc, id);
CREATE INDEX message_target ON rooms.message USING btree (target_id) WHERE (target_id IS NOT NULL);
CREATE UNIQUE INDEX reach_open ON rooms.reach USING btree (region) WHERE (until IS NULL);
CREATE INDEX reader_key ON rooms.reader USING btree (key, room_id);
CREATE UNIQUE INDEX reader_once ON rooms.reader USING btree (room_id, key) WHERE (until IS NULL);
CREATE INDEX reader_room ON rooms.reader USING btree (room_id);
CREATE UNIQUE INDEX room_one_per_desk ON rooms.room USING btree (kind, region) WHERE (kind = ANY (ARRAY['region_desk'::text, 'national_desk'::text]));
CREATE UNIQUE INDEX room_one_per_hospital ON rooms.room USING btree (facility_id) WHERE (facility_id IS NOT NULL);
CREATE INDEX handover_from ON rosters.handover USING btree (from_person, at DESC);
CREATE INDEX handover_place ON rosters.handover USING btree (place_kind, place_id, at DESC);
CREATE INDEX handover_to ON rosters.handover USING btree (to_person, at DESC);
CREATE INDEX shift_event_of ON rosters.shift_event USING btree (shift_id, id);
CREATE INDEX shift_of_person ON rosters.shift USING btree (person_id, ends_at) WHERE (state = 'planned'::text);
CREATE INDEX shift_of_place ON rosters.shift USING btree (place_kind, place_id, ends_at) WHERE (state = 'planned'::text);
CREATE INDEX swap_of_person ON rosters.swap USING btree (to_person, from_person);
CREATE UNIQUE INDEX swap_open_once ON rosters.swap USING btree (gives) WHERE (state = 'proposed'::text);

create view rooms.request_head as
 SELECT id,
    code,
    state
   FROM beds.request r;

CREATE OR REPLACE FUNCTION beds.append_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$function$;
CREATE OR REPLACE FUNCTION beds.hold_said()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare of_region text;
begin
  select s.sido into of_region from beds.slot s where s.id = new.slot_id;
  perform beds.say('hold-stated', of_region, new.slot_id, jsonb_build_object(
    'id', new.id, 'requestId', new.request_id, 'askId', new.ask_id, 'slotId', new.slot_id, 'hospitalId', new.hospital_id,
    'state', new.state, 'fencing', new.fencing, 'grantedAt', new.granted_at, 'expiresAt', new.expires_at),
    coalesce(new.ended_at, new.occupied_at, new.confirmed_at, new.granted_at));
  return null;
end
$function$;
CREATE OR REPLACE FUNCTION beds.patient_said()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare of_region text;
begin
  if new.nation_hash is null then return null; end if;
  if tg_op = 'UPDATE' and old.nation_hash is not distinct from new.nation_hash then return null; end if;
  select r.sido into of_region from beds.request r where r.id = new.request_id;
  perform beds.say('patient-keyed', of_region, new.request_id,
    jsonb_build_object('requestId', new.request_id, 'hash', new.nation_hash), new.recorded_at);
  return null;
end
$function$;
CREATE OR REPLACE FUNCTION beds.request_said()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.state = 'draft' then return null; end if;
  perform beds.say('request-stated', new.sido, new.id, jsonb_build_object(
    'id', new.id, 'code', new.code, 'state', new.state, 'stateSince', new.state_since, 'createdAt', new.created_at,
    'waitingSince', new.waiting_since, 'submittedAt', new.submitted_at, 'firstOfferAt', new.first_offer_at,
    'firstHoldAt', new.first_hold_at, 'confirmedAt', new.confirmed_at, 'closedAt', new.closed_at, 'version', new.version,
    'level', new.level, 'requestedClass', new.requested_class, 'isolationNeed', new.isolation_need, 'oxygen', new.oxygen,
    'needs', new.needs, 'pathogen', new.pathogen, 'urgency', new.urgency, 'stability', new.stability,
    'severity', new.severity, 'judged', new.judged_class is not null, 'deteriorating', new.deteriorating,
    'outOfRegionConsent', new.out_of_region_consent, 'ageYears', new.age_years, 'sex', new.sex,
    'originType', new.origin_type, 'originHospitalId', new.origin_hospital_id, 'ownerHospitalId', new.owner_hospital_id,
    'pseudonym', new.pseudonym, 'resumeState', new.resume_state, 'deadlineAt', new.deadline_at,
    'offerRound', new.offer_round, 'conditionsOpen', new.conditions_open, 'retriesAtLevel', new.retries_at_level,
    'noBedRetryAt', new.no_bed_retry_at, 'noBedEscalation', new.no_bed_escalation, 'mergedInto', new.merged_into,
    'placedOutside', new.outside_name is not null), new.state_since);
  return null;
end
$function$;
CREATE OR REPLACE FUNCTION beds.say(kind text, origin text, subject text, body jsonb, at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  telling text := current_setting('dure.telling', true);
begin
  if telling = 'silent' then return; end if;
  insert into platform.outbox (kind, at, subject, body, audience, origin)
  select say.kind, say.at, say.subject,
         case when telling = 'taken-over' then say.body || '{"takenOver": true}' else say.body end, '{}', w.origin
    from platform.writing w
   where case when say.origin is null then w.own else w.origin = say.origin end;
  -- A region that another cell writes by now: nothing of it may be changed here.
  if not found and say.origin is not null and not exists (select from platform.cell c where c.region = say.origin) then
    raise exception 'region % is not written by this cell', say.origin using errcode = 'DU001';
  end if;
end
$function$;
CREATE OR REPLACE FUNCTION beds.slot_fencing_rises()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.fencing < old.fencing then
    raise exception 'fencing number of slot % may not fall', old.id
      using errcode = 'check_violation', constraint = 'slot_fencing_rises';
  end if;
  return new;
end
$function$;
CREATE OR REPLACE FUNCTION beds.slot_said()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform beds.say('slot-stated', new.sido, new.id, jsonb_build_object(
    'id', new.id, 'hospitalId', new.hospital_id, 'label', new.label, 'bedClass', new.bed_class, 'isolation', new.isolation,
    'share', new.share, 'state', new.state, 'blockedReason', new.blocked_reason, 'opensInHours', new.opens_in_hours,
    'roomSex', new.room_sex, 'minAgeYears', new.min_age_years, 'maxAgeYears', new.max_age_years,
    'cohortPathogen', new.cohort_pathogen, 'asOf', new.as_of, 'source', new.source, 'doubtedAt', new.doubted_at,
    'fencing', new.fencing, 'version', new.version), new.changed_at);
  return null;
end
$function$;
CREATE OR REPLACE FUNCTION exchange.give_up(of_origin text, behind bigint, for_epoch bigint, at timestamp with time zone)
 RETURNS SETOF exchange.orphan
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with gone as (
    delete from platform.oplog o where o.origin = of_origin and o.seq > behind returning o.*
  )
  insert into exchange.orphan (origin, epoch, seq, kind, at, subject, body, extra, prev_hash, hash, given_up_at, given_up_for)
  select g.origin, g.epoch, g.seq, g.kind, g.at, g.subject, g.body, g.extra, g.prev_hash, g.hash, give_up.at, for_epoch
    from gone g
   order by g.seq
  returning *
$function$;
CREATE OR REPLACE FUNCTION facilities.append_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$function$;
CREATE OR REPLACE FUNCTION facilities.directory_changed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  update facilities.directory_version set version = version + 1;
  -- Delivered at commit and folded into one: a whole import wakes a reader once.
  perform pg_notify('facilities_directory', '');
  return null;
end
$function$;
CREATE OR REPLACE FUNCTION platform.append_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$function$;
CREATE OR REPLACE FUNCTION platform.no_own_review()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if exists (select from platform.break_glass b where b.id = new.break_glass_id and b.person_id = new.reviewer_id) then
    raise exception 'nobody reviews their own access' using errcode = 'check_violation', constraint = 'no_own_review';
  end if;
  return new;
end
$function$;
CREATE OR REPLACE FUNCTION platform.not_writing(origin text)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'this cell does not write the log of %', coalesce(origin, 'its region') using
    errcode = 'DU002',
    detail = case
      when origin is not null or exists (select from platform.cell c where c.state = 'stood-in') then 'stood-in'
      else 'recovering'
    end;
end
$function$;
CREATE OR REPLACE FUNCTION rooms.append_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$function$;
CREATE OR REPLACE FUNCTION rooms.tick(last text, now_ms bigint, cell text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  select case
           when last is null or now_ms > left(last, 13)::bigint then lpad(now_ms::text, 13, '0') || '-0000-' || cell
           when substr(last, 15, 4) < 'ffff' then
             left(last, 13) || '-' || lpad(to_hex(('x' || substr(last, 15, 4))::bit(16)::int + 1), 4, '0') || '-' || cell
           else lpad((left(last, 13)::bigint + 1)::text, 13, '0') || '-0000-' || cell
         end
$function$;
CREATE OR REPLACE FUNCTION rosters.append_only()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$function$;
CREATE OR REPLACE FUNCTION rosters.handover_stays()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.acknowledged_at is not null or new.items is distinct from old.items or new.note is distinct from old.note then
    raise exception 'a handover is not rewritten' using errcode = 'restrict_violation';
  end if;
  return new;
end
$function$;

CREATE TRIGGER capacity_report_append_only BEFORE DELETE OR UPDATE ON beds.capacity_report FOR EACH STATEMENT EXECUTE FUNCTION beds.append_only();
CREATE TRIGGER grant_look_append_only BEFORE DELETE OR UPDATE ON beds.grant_look FOR EACH STATEMENT EXECUTE FUNCTION beds.append_only();
CREATE TRIGGER hold_said AFTER INSERT OR UPDATE ON beds.hold FOR EACH ROW EXECUTE FUNCTION beds.hold_said();
CREATE TRIGGER identity_access_append_only BEFORE DELETE OR UPDATE ON beds.identity_access FOR EACH STATEMENT EXECUTE FUNCTION beds.append_only();
CREATE TRIGGER patient_said AFTER INSERT OR UPDATE ON beds.patient_identity FOR EACH ROW EXECUTE FUNCTION beds.patient_said();
CREATE TRIGGER phone_check_append_only BEFORE DELETE OR UPDATE ON beds.phone_check FOR EACH STATEMENT EXECUTE FUNCTION beds.append_only();
CREATE TRIGGER request_said AFTER INSERT OR UPDATE ON beds.request FOR EACH ROW EXECUTE FUNCTION beds.request_said();
CREATE TRIGGER request_event_append_only BEFORE DELETE OR UPDATE ON beds.request_event FOR EACH STATEMENT EXECUTE FUNCTION beds.append_only();
CREATE TRIGGER slot_fencing_rises BEFORE UPDATE OF fencing ON beds.slot FOR EACH ROW EXECUTE FUNCTION beds.slot_fencing_rises();
CREATE TRIGGER slot_said AFTER INSERT OR UPDATE ON beds.slot FOR EACH ROW EXECUTE FUNCTION beds.slot_said();
CREATE TRIGGER slot_event_append_only BEFORE DELETE OR UPDATE ON beds.slot_event FOR EACH STATEMENT EXECUTE FUNCTION beds.append_only();
CREATE TRIGGER capability_changes_directory AFTER INSERT OR DELETE OR UPDATE ON facilities.capability FOR EACH STATEMENT EXECUTE FUNCTION facilities.directory_changed();
CREATE TRIGGER hospital_changes_directory AFTER INSERT OR DELETE OR UPDATE ON facilities.hospital FOR EACH STATEMENT EXECUTE FUNCTION facilities.directory_changed();
CREATE TRIGGER statement_append_only BEFORE DELETE OR UPDATE ON facilities.statement FOR EACH STATEMENT EXECUTE FUNCTION facilities.append_only();
CREATE TRIGGER statement_changes_directory AFTER INSERT ON facilities.statement FOR EACH STATEMENT EXECUTE FUNCTION facilities.directory_changed();
CREATE TRIGGER access_log_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON people.access_log FOR EACH STATEMENT EXECUTE FUNCTION platform.append_only();
CREATE TRIGGER account_event_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON people.account_event FOR EACH STATEMENT EXECUTE FUNCTION platform.append_only();
CREATE TRIGGER application_event_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON people.application_event FOR EACH STATEMENT EXECUTE FUNCTION platform.append_only();
CREATE TRIGGER break_glass_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON platform.break_glass FOR EACH STATEMENT EXECUTE FUNCTION platform.append_only();
CREATE TRIGGER break_glass_review_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON platform.break_glass_review FOR EACH STATEMENT EXECUTE FUNCTION platform.append_only();
CREATE TRIGGER no_own_review BEFORE INSERT ON platform.break_glass_review FOR EACH ROW EXECUTE FUNCTION platform.no_own_review();
CREATE TRIGGER ack_append_only BEFORE DELETE OR UPDATE ON rooms.ack FOR EACH STATEMENT EXECUTE FUNCTION rooms.append_only();
CREATE TRIGGER ack_step_append_only BEFORE DELETE OR UPDATE ON rooms.ack_step FOR EACH STATEMENT EXECUTE FUNCTION rooms.append_only();
CREATE TRIGGER invitation_try_append_only BEFORE DELETE OR UPDATE ON rooms.invitation_try FOR EACH STATEMENT EXECUTE FUNCTION rooms.append_only();
CREATE TRIGGER message_append_only BEFORE DELETE OR UPDATE ON rooms.message FOR EACH STATEMENT EXECUTE FUNCTION rooms.append_only();
CREATE TRIGGER receipt_append_only BEFORE DELETE OR UPDATE ON rooms.receipt FOR EACH STATEMENT EXECUTE FUNCTION rooms.append_only();
CREATE TRIGGER handover_stays BEFORE UPDATE ON rosters.handover FOR EACH ROW EXECUTE FUNCTION rosters.handover_stays();
CREATE TRIGGER shift_event_append_only BEFORE DELETE OR UPDATE ON rosters.shift_event FOR EACH STATEMENT EXECUTE FUNCTION rosters.append_only();
