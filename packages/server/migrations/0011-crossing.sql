-- Beds across regions. What other regions were told stands apart from what this cell decides: a projection of their logs, made anew
-- whenever a log is cut back. Asks and grants are one table each for all regions: who writes a region works on its rows, everybody
-- else reads them, so a neighbour that stands in goes on where the log ends.

-- ---------------------------------------------------------------- what this cell decides

-- The region whose log a promise of this place belongs to; null = this cell's own. Set while a neighbour's cell is stood in for.
alter table beds.slot add column sido text constraint slot_sido_known check (sido ~ '^[0-9]{2}$');

-- A bed given to another region's patient is a hold like any other: the same partial index keeps it one per slot.
alter table beds.hold alter column request_id drop not null;
alter table beds.hold add column ask_id text constraint hold_one_per_ask unique;
alter table beds.hold add constraint hold_for_a_request_or_an_ask check ((request_id is null) <> (ask_id is null));

-- HMAC of the resident number under the key all regions share: finds the same patient asked for in two of them.
alter table beds.patient_identity add column nation_hash text check (nation_hash ~ '^[0-9a-f]{64}$');
create index patient_identity_nation on beds.patient_identity (nation_hash) where nation_hash is not null;

-- ---------------------------------------------------------------- asks and grants: rows of all regions

create table beds.ask (
  id text primary key check (length(id) between 1 and 64),
  -- The region that asks: its cell is the one that writes this row's log.
  sido text not null check (sido ~ '^[0-9]{2}$'),
  request_id text not null,
  owner text not null check (owner ~ '^[0-9]{2}$'),
  hospital_id text,
  state text not null constraint ask_state_known
    check (state in ('asked', 'accepted', 'confirmed', 'refused', 'lapsed', 'given_up')),
  asked_at timestamptz not null,
  expires_at timestamptz not null,
  -- What has to fit, without who the patient is.
  need jsonb not null,
  slot_id text,
  slot_hospital_id text,
  fencing bigint,
  -- Who the patient is, for the owner's cell alone.
  sealed text,
  accepted_at timestamptz,
  confirmed_at timestamptz,
  ended_at timestamptz,
  why text,
  constraint ask_goes_elsewhere check (owner <> sido),
  constraint ask_accepted_names_the_promise
    check (state not in ('accepted', 'confirmed') or (slot_id is not null and fencing is not null and slot_hospital_id is not null))
);
-- A request takes one bed elsewhere, as it takes one at home.
create unique index ask_one_accepted_per_request on beds.ask (sido, request_id) where state in ('accepted', 'confirmed');
create index ask_of_request on beds.ask (request_id, asked_at, id);
create index ask_open on beds.ask (owner, sido, id) where state in ('asked', 'accepted', 'confirmed');

create table beds.grant (
  -- An ask is granted once: the same ask never takes a second slot.
  ask_id text primary key,
  -- The region that owns the bed.
  sido text not null check (sido ~ '^[0-9]{2}$'),
  asker text not null check (asker ~ '^[0-9]{2}$'),
  state text not null constraint grant_state_known check (state in ('granted', 'confirmed', 'refused', 'released', 'expired')),
  slot_id text,
  hospital_id text,
  fencing bigint,
  until timestamptz not null,
  -- The highest number of this promise that lapsed.
  lapsed bigint,
  answered_at timestamptz not null,
  -- The hospital said that the patient lies in the bed: from here on it is its patient.
  occupied_at timestamptz,
  ended_at timestamptz,
  why text,
  constraint grant_live_names_the_slot
    check (state not in ('granted', 'confirmed') or (slot_id is not null and fencing is not null and hospital_id is not null))
);
create index grant_live on beds.grant (sido, state, until) where state in ('granted', 'confirmed');
create index grant_of_slot on beds.grant (slot_id) where slot_id is not null;

-- Who the patient of a confirmed grant is, sealed anew with this cell's key; every look is written down.
create table beds.grant_patient (
  ask_id text primary key references beds.grant,
  sealed bytea not null check (length(sealed) > 28),
  received_at timestamptz not null
);
create table beds.grant_look (
  id bigint generated always as identity primary key,
  ask_id text not null references beds.grant,
  at timestamptz not null,
  act text not null check (act in ('seen', 'refused')),
  person_id text not null,
  person_name text not null,
  hospital_id text
);
create trigger grant_look_append_only before update or delete on beds.grant_look
  for each statement execute function beds.append_only();

-- ---------------------------------------------------------------- what the logs of regions say

create table beds.told_slot (
  id text primary key,
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
  min_age_years int,
  max_age_years int,
  cohort_pathogen text,
  as_of timestamptz not null,
  source text not null,
  doubted_at timestamptz,
  fencing bigint not null,
  version int not null,
  -- Of the record that said so; `taken_over`: said by a neighbour when it began to stand in, not by a change.
  epoch bigint not null,
  taken_over boolean not null,
  told_at timestamptz not null,
  changed_at timestamptz not null
);
create index told_slot_of_region on beds.told_slot (sido, id);
create index told_slot_changed on beds.told_slot (changed_at);

create table beds.told_request (
  id text primary key,
  sido text not null,
  code text not null,
  state text not null,
  facts jsonb not null,
  waiting_since timestamptz not null,
  confirmed_at timestamptz,
  closed_at timestamptz,
  nation_hash text,
  epoch bigint not null,
  told_at timestamptz not null
);
create index told_request_of_region on beds.told_request (sido, state);
create index told_request_nation on beds.told_request (nation_hash) where nation_hash is not null;

create table beds.told_hold (
  id text primary key,
  sido text not null,
  request_id text,
  ask_id text,
  slot_id text not null,
  hospital_id text not null,
  state text not null,
  fencing bigint not null,
  granted_at timestamptz not null,
  expires_at timestamptz,
  epoch bigint not null,
  told_at timestamptz not null
);
create index told_hold_of_region on beds.told_hold (sido, slot_id);

create table beds.told_hospital (
  id text primary key,
  sido text not null,
  facts jsonb not null,
  told_at timestamptz not null
);

-- What of the own directory was said in the log, by content: said again only when it changed.
create table beds.hospital_said (
  id text primary key,
  sido text not null,
  digest bytea not null check (length(digest) = 32)
);

-- The same patient asked for in two regions: which of the two is kept, and whether the other was put aside here.
create table beds.same_patient (
  request_id text not null,
  other_id text not null,
  other_sido text not null,
  found_at timestamptz not null,
  kept text not null check (kept in ('mine', 'theirs')),
  put_aside boolean not null default false,
  primary key (request_id, other_id)
);

-- What a cell found when it came back: what was decided twice, and what became of it.
create table beds.reconciliation (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  sido text not null,
  epoch bigint not null,
  kind text not null check (kind in (
    'slot-promised-twice', 'request-moved-twice', 'hold-taken-up', 'hold-not-kept', 'request-kept', 'ask-kept')),
  subject text not null,
  -- The number of the promise that was given up, and of the one that stands.
  given_up_fencing bigint,
  standing_fencing bigint,
  data jsonb not null
);
create index reconciliation_of on beds.reconciliation (sido, epoch, id);

-- ---------------------------------------------------------------- telling

-- Said by the tables themselves, so that no path of the program can change a bed, a promise or a request and forget to tell.
-- Nobody's screen hears of these (empty audience): they are for other cells, and for who has to stand in.
-- `dure.telling`: 'silent' while rows are made from what a log says, 'taken-over' while a neighbour begins to stand in.
create function beds.say(kind text, origin text, subject text, body jsonb, at timestamptz) returns void language plpgsql as $$
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
$$;

create function beds.slot_said() returns trigger language plpgsql as $$
begin
  perform beds.say('slot-stated', new.sido, new.id, jsonb_build_object(
    'id', new.id, 'hospitalId', new.hospital_id, 'label', new.label, 'bedClass', new.bed_class, 'isolation', new.isolation,
    'share', new.share, 'state', new.state, 'blockedReason', new.blocked_reason, 'opensInHours', new.opens_in_hours,
    'roomSex', new.room_sex, 'minAgeYears', new.min_age_years, 'maxAgeYears', new.max_age_years,
    'cohortPathogen', new.cohort_pathogen, 'asOf', new.as_of, 'source', new.source, 'doubtedAt', new.doubted_at,
    'fencing', new.fencing, 'version', new.version), new.changed_at);
  return null;
end
$$;
create trigger slot_said after insert or update on beds.slot for each row execute function beds.slot_said();

create function beds.hold_said() returns trigger language plpgsql as $$
declare of_region text;
begin
  select s.sido into of_region from beds.slot s where s.id = new.slot_id;
  perform beds.say('hold-stated', of_region, new.slot_id, jsonb_build_object(
    'id', new.id, 'requestId', new.request_id, 'askId', new.ask_id, 'slotId', new.slot_id, 'hospitalId', new.hospital_id,
    'state', new.state, 'fencing', new.fencing, 'grantedAt', new.granted_at, 'expiresAt', new.expires_at),
    coalesce(new.ended_at, new.occupied_at, new.confirmed_at, new.granted_at));
  return null;
end
$$;
create trigger hold_said after insert or update on beds.hold for each row execute function beds.hold_said();

-- What a neighbour needs to go on placing, and nothing that was typed freely: no name, no telephone number, no complaint.
create function beds.request_said() returns trigger language plpgsql as $$
begin
  if new.state = 'draft' then return null; end if;
  perform beds.say('request-stated', new.sido, new.id, jsonb_build_object(
    'id', new.id, 'code', new.code, 'state', new.state, 'stateSince', new.state_since, 'createdAt', new.created_at,
    'waitingSince', new.waiting_since, 'submittedAt', new.submitted_at, 'firstHoldAt', new.first_hold_at,
    'confirmedAt', new.confirmed_at, 'closedAt', new.closed_at, 'version', new.version, 'level', new.level,
    'requestedClass', new.requested_class, 'isolationNeed', new.isolation_need, 'oxygen', new.oxygen, 'needs', new.needs,
    'pathogen', new.pathogen, 'urgency', new.urgency, 'stability', new.stability, 'severity', new.severity,
    'outOfRegionConsent', new.out_of_region_consent, 'ageYears', new.age_years, 'sex', new.sex,
    'originType', new.origin_type, 'originHospitalId', new.origin_hospital_id, 'ownerHospitalId', new.owner_hospital_id,
    'pseudonym', new.pseudonym), new.state_since);
  return null;
end
$$;
create trigger request_said after insert or update on beds.request for each row execute function beds.request_said();

create function beds.patient_said() returns trigger language plpgsql as $$
declare of_region text;
begin
  if new.nation_hash is null then return null; end if;
  if tg_op = 'UPDATE' and old.nation_hash is not distinct from new.nation_hash then return null; end if;
  select r.sido into of_region from beds.request r where r.id = new.request_id;
  perform beds.say('patient-keyed', of_region, new.request_id,
    jsonb_build_object('requestId', new.request_id, 'hash', new.nation_hash), new.recorded_at);
  return null;
end
$$;
create trigger patient_said after insert or update on beds.patient_identity for each row execute function beds.patient_said();

-- ---------------------------------------------------------------- the nation

create schema national;

-- A notice of the national cell, shown by every region; its rules and packs travel the same way.
create table national.notice (
  id text primary key check (length(id) between 1 and 64),
  origin text not null check (origin ~ '^[0-9]{2}$'),
  weight text not null check (weight in ('info', 'warning', 'urgent')),
  title text not null check (length(title) between 1 and 120),
  body text not null check (length(body) between 1 and 4000),
  published_at timestamptz not null,
  published_by text not null,
  valid_until timestamptz,
  received_at timestamptz not null
);
create index notice_newest on national.notice (published_at desc, id);
