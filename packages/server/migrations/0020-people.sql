-- People: how they come in, what they prove themselves with, what they looked at, and who answered for it.

-- ---------------------------------------------------------------- sessions that can be seen, named and ended one by one

-- Those of before cannot say how they began: everybody signs in once more.
delete from platform.session;
alter table platform.session add column id text not null unique;
alter table platform.session add column kind text not null check (kind in ('link', 'passkey', 'oidc', 'credential', 'demo'));
alter table platform.session add column last_seen_at timestamptz not null;
alter table platform.session add column idle_min int not null check (idle_min > 0);
-- Browser, system and network address, for the person's own list.
alter table platform.session add column device text not null default '' check (length(device) <= 80);
alter table platform.session add column address text not null default '' check (length(address) <= 64);
-- The passkey, the organisation account or the credential it began with: removed, its sessions end with it.
alter table platform.session add column began_with text check (length(began_with) <= 1400);

-- A person who was admitted by a credential of another region: their own cell is the one that answers for them.
alter table platform.person add column home_region text check (home_region ~ '^[0-9]{2}$');

-- ---------------------------------------------------------------- looking without a part in it

-- Not of the people slice: every request's person carries their open accesses, whatever slice serves it.
create table platform.break_glass (
  id text primary key,
  at timestamptz not null,
  until timestamptz not null,
  person_id text not null references platform.person,
  person_name text not null,
  facility_id text,
  request_id text not null,
  request_code text not null,
  reason text not null check (reason in ('life_at_risk', 'patient_arrived_here', 'handover_failed', 'other')),
  note text not null check (length(note) between 4 and 300),
  constraint break_glass_ends check (until > at and until <= at + interval '2 hours')
);
create index break_glass_of_person on platform.break_glass (person_id, until);
create index break_glass_by_time on platform.break_glass (at desc, id);

create table platform.break_glass_review (
  break_glass_id text primary key references platform.break_glass,
  at timestamptz not null,
  reviewer_id text not null references platform.person,
  reviewer_name text not null,
  verdict text not null check (verdict in ('accepted', 'objected')),
  note text not null check (length(note) between 4 and 300)
);

-- Written whoever writes: the owner of the tables too. The application's own login has no right to change them either.
create function platform.append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
create function platform.no_own_review() returns trigger language plpgsql as $$
begin
  if exists (select from platform.break_glass b where b.id = new.break_glass_id and b.person_id = new.reviewer_id) then
    raise exception 'nobody reviews their own access' using errcode = 'check_violation', constraint = 'no_own_review';
  end if;
  return new;
end
$$;
create trigger no_own_review before insert on platform.break_glass_review
  for each row execute function platform.no_own_review();
create trigger break_glass_append_only before update or delete or truncate on platform.break_glass
  for each statement execute function platform.append_only();
create trigger break_glass_review_append_only before update or delete or truncate on platform.break_glass_review
  for each statement execute function platform.append_only();

create schema people;

-- 접속기록: who, when, from where, whose data, which task (개인정보의 안전성 확보조치 기준 제8조), given or refused.
create table people.access_log (
  n bigint generated always as identity primary key,
  at timestamptz not null,
  person_id text not null,
  person_name text not null,
  roles text[] not null,
  facility_id text,
  address text not null,
  session_kind text not null,
  route text not null,
  -- Id of the request the patient is known by here; never a name.
  subject text not null,
  outcome text not null check (outcome in ('given', 'refused')),
  break_glass_id text
);
create index access_log_of_person on people.access_log (person_id, n desc);
create index access_log_of_subject on people.access_log (subject, n desc);
create index access_log_of_break_glass on people.access_log (break_glass_id) where break_glass_id is not null;
create trigger access_log_append_only before update or delete or truncate on people.access_log
  for each statement execute function platform.append_only();

-- ---------------------------------------------------------------- coming in

create table people.application (
  id text primary key,
  -- SHA-256 of the ticket that the applicant's own device holds.
  ticket_hash bytea not null unique check (length(ticket_hash) = 32),
  state text not null check (state in ('pending', 'approved', 'declined', 'withdrawn', 'expired')),
  name text not null check (length(name) between 2 and 40),
  licence_kind text not null check (licence_kind in ('doctor', 'nurse', 'paramedic', 'official')),
  -- HMAC-SHA-256 under the cell's key: equal for the same licence, useless without the key.
  licence_hash bytea not null check (length(licence_hash) = 32),
  licence_tail text not null check (length(licence_tail) between 1 and 3),
  facility_id text,
  region text not null check (region ~ '^[0-9]{2}$'),
  roles text[] not null check (cardinality(roles) > 0),
  phone text not null,
  asked_at timestamptz not null,
  expires_at timestamptz not null,
  decided_at timestamptz,
  decided_by text references platform.person,
  decided_by_name text,
  why text,
  person_id text references platform.person,
  constraint application_decided_by_someone check ((state in ('approved', 'declined')) = (decided_by is not null)),
  constraint application_declined_says_why check ((state = 'declined') <= (why is not null)),
  constraint application_approved_makes_a_person check ((state = 'approved') = (person_id is not null))
);
create index application_open on people.application (facility_id, asked_at, id) where state = 'pending';
create index application_decided on people.application (decided_at desc, id) where decided_at is not null;

create table people.application_event (
  id bigint generated always as identity primary key,
  application_id text not null references people.application,
  at timestamptz not null,
  kind text not null,
  by_person text,
  by_name text not null,
  detail text
);
create index application_event_of on people.application_event (application_id, id);
create trigger application_event_append_only before update or delete or truncate on people.application_event
  for each statement execute function platform.append_only();

create table people.profile (
  person_id text primary key references platform.person,
  licence_kind text not null,
  licence_hash bytea not null check (length(licence_hash) = 32),
  licence_tail text not null,
  phone text not null,
  approved_by text not null references platform.person,
  approved_at timestamptz not null
);
create index profile_licence on people.profile (licence_kind, licence_hash);

-- What happened to a person's access; the person reads it themselves.
create table people.account_event (
  id bigint generated always as identity primary key,
  person_id text not null references platform.person,
  at timestamptz not null,
  kind text not null,
  by_person text,
  by_name text not null,
  detail text
);
create index account_event_of_person on people.account_event (person_id, id desc);
create trigger account_event_append_only before update or delete or truncate on people.account_event
  for each statement execute function platform.append_only();

-- ---------------------------------------------------------------- passkeys

create table people.passkey (
  -- The credential id, base64url.
  id text primary key check (length(id) between 1 and 1400),
  person_id text not null references platform.person,
  -- COSE key.
  public_key bytea not null,
  counter bigint not null check (counter >= 0),
  transports text[] not null,
  synced boolean not null,
  name text not null check (length(name) between 1 and 40),
  created_at timestamptz not null,
  last_used_at timestamptz
);
create index passkey_of_person on people.passkey (person_id, created_at, id);

-- Every challenge and every flow of another organisation's sign-in: used once, and gone.
create table people.challenge (
  -- SHA-256 of the challenge, or of the flow's secret.
  hash bytea primary key check (length(hash) = 32),
  purpose text not null check (purpose in ('passkey-registration', 'passkey-sign-in', 'credential-sign-in', 'oidc-sign-in', 'oidc-link')),
  -- Whose it is, when that was known.
  person_id text references platform.person,
  data jsonb not null default '{}',
  expires_at timestamptz not null
);
create index challenge_expiry on people.challenge (expires_at);

-- The explicit table from an organisation's subject to a person. Nothing else in a token gives anybody anything.
create table people.organisation_account (
  id text primary key,
  issuer text not null,
  subject text not null check (length(subject) between 1 and 255),
  provider text not null,
  person_id text not null references platform.person,
  linked_at timestamptz not null,
  constraint organisation_account_once unique (issuer, subject)
);
create index organisation_account_of_person on people.organisation_account (person_id, linked_at, id);

-- ---------------------------------------------------------------- staff credentials

-- Keys this region signs with: its own, and those of its facilities, kept here for them.
create table people.authority_key (
  id text primary key,
  level text not null check (level in ('region', 'facility')),
  -- null at facility level: the regional desk.
  facility_id text,
  public_key bytea not null check (length(public_key) = 32),
  -- AES-256-GCM under the cell's key, which is not in this database.
  sealed_key bytea not null,
  -- Signed by the level above. Null: a region key that the national key has not signed yet.
  certificate text,
  valid_from timestamptz not null,
  valid_until timestamptz not null,
  revoked_at timestamptz,
  revoked_why text,
  revoked_by text,
  replaced_at timestamptz,
  constraint authority_key_revoked_says_why check ((revoked_at is null) = (revoked_why is null))
);
create unique index authority_key_in_use on people.authority_key (level, coalesce(facility_id, ''))
  where revoked_at is null and replaced_at is null;

create table people.credential (
  id text primary key,
  person_id text not null references platform.person,
  authority_key_id text not null references people.authority_key,
  label text not null check (length(label) between 1 and 40),
  device_key jsonb not null,
  issued_at timestamptz not null,
  valid_until timestamptz not null,
  revoked_at timestamptz,
  revoked_why text
);
create index credential_of_person on people.credential (person_id, issued_at, id);
create index credential_of_key on people.credential (authority_key_id);

-- The newest signed list of each region; '00' is the national one, of region keys.
create table people.revocation_list (
  region text primary key check (region ~ '^[0-9]{2}$'),
  number bigint not null check (number > 0),
  at timestamptz not null,
  list text not null,
  received_at timestamptz not null
);

-- National keys this cell believes, by the operator's hand.
create table people.national_key (
  public_key bytea primary key check (length(public_key) = 32),
  added_at timestamptz not null,
  added_by text not null
);
