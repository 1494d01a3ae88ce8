-- Rooms: who reads them, what was written, who got it, who acknowledged it. Cards of a request are not here: they are made from the
-- request's own record, so nothing of it can be said twice and differently.

create schema rooms;

create table rooms.room (
  id text primary key check (length(id) between 1 and 64),
  kind text not null constraint room_kind_known
    check (kind in ('request', 'region_desk', 'hospital_desk', 'national_desk', 'ad_hoc')),
  -- The region that opened it; another than this cell's: a copy of a shared room.
  region text not null check (region ~ '^[0-9]{2}$'),
  title text not null check (length(title) between 1 and 80),
  request_id text constraint room_one_per_request unique,
  facility_id text,
  opened_at timestamptz not null,
  opened_by text,
  closed_at timestamptz,
  -- Number of the newest message. Taken under the row's lock, so numbers have no gaps and follow commits.
  head bigint not null default 0 check (head >= 0),
  -- Rises with every change of who may read. A message keeps the number it was written under.
  access bigint not null default 0 check (access >= 0),
  -- Newest stamp of the hybrid logical clock in this room.
  hlc text check (hlc ~ '^[0-9]{13}-[0-9a-f]{4}-[0-9]{2}$'),
  last_at timestamptz not null,
  constraint room_of_a_request check ((kind = 'request') = (request_id is not null)),
  constraint room_of_a_hospital check ((kind = 'hospital_desk') = (facility_id is not null))
);
create unique index room_one_per_desk on rooms.room (kind, region) where kind in ('region_desk', 'national_desk');
create unique index room_one_per_hospital on rooms.room (facility_id) where facility_id is not null;

-- Who reads a room: a person, everyone of a role in a region, everyone of a role in a hospital, a guest. From when on and until
-- when is said in message numbers, not in time: a hospital that declined reads nothing that was written afterwards.
create table rooms.reader (
  id bigint generated always as identity primary key,
  room_id text not null references rooms.room,
  key text not null check (length(key) between 1 and 140),
  -- Reads the messages with higher numbers than this,
  after bigint not null check (after >= 0),
  -- and up to this one; null = still reading.
  until bigint check (until >= after),
  -- Follows from the request; false = added by hand.
  by_rule boolean not null,
  since timestamptz not null,
  ended_at timestamptz,
  constraint reader_ended_says_when check ((until is null) = (ended_at is null))
);
create unique index reader_once on rooms.reader (room_id, key) where until is null;
create index reader_key on rooms.reader (key, room_id);
create index reader_room on rooms.reader (room_id);

create table rooms.message (
  -- Made by whoever wrote it: sent twice it is kept once.
  id text primary key check (length(id) between 20 and 64),
  room_id text not null references rooms.room,
  number bigint not null check (number > 0),
  hlc text not null check (hlc ~ '^[0-9]{13}-[0-9a-f]{4}-[0-9]{2}$'),
  -- Cell of the author.
  cell text not null check (cell ~ '^[0-9]{2}$'),
  author_id text,
  author_name text not null check (length(author_name) between 1 and 80),
  author_place text,
  guest boolean not null default false,
  kind text not null constraint message_kind_known check (kind in ('text', 'quick', 'files', 'line', 'retraction')),
  body jsonb not null,
  mentions jsonb not null default '[]',
  reply_to text,
  -- What a retraction takes back.
  target_id text,
  at timestamptz not null,
  written_at timestamptz,
  access bigint not null,
  -- SHA-256 of the content: the same id with another content is not the same message.
  digest bytea not null check (length(digest) = 32),
  -- Every two neighbouring letters of every word: docs/adr/0021-rooms.md.
  grams text[] not null default '{}',
  constraint message_number_once unique (room_id, number),
  constraint message_retraction_names_it check ((kind = 'retraction') = (target_id is not null))
);
create index message_order on rooms.message (room_id, hlc, id);
create index message_target on rooms.message (target_id) where target_id is not null;
create index message_grams on rooms.message using gin (grams);

-- Whom a mention reached when it was written.
create table rooms.mention (
  message_id text not null references rooms.message,
  person_id text not null,
  room_id text not null,
  number bigint not null,
  primary key (message_id, person_id)
);
create index mention_person on rooms.mention (person_id, room_id, number);

-- A person has got, or seen, everything up to a number; a row per step, so that it is known when.
create table rooms.receipt (
  room_id text not null references rooms.room,
  person_id text not null,
  what text not null check (what in ('delivered', 'seen')),
  upto bigint not null check (upto > 0),
  at timestamptz not null,
  primary key (room_id, person_id, what, upto)
);

-- What has to be acknowledged, and how far the pursuit of it has come.
create table rooms.ack_ask (
  message_id text primary key references rooms.message,
  room_id text not null references rooms.room,
  asked_at timestamptz not null,
  due_at timestamptz not null,
  -- Whom the message names: a person or a duty; null = whoever reads the room.
  target jsonb,
  step int not null default 0 check (step >= 0),
  state text not null default 'open' constraint ack_state_known
    check (state in ('open', 'overdue', 'acknowledged', 'exhausted', 'retracted')),
  constraint ack_due_later check (due_at > asked_at)
);
create index ack_open on rooms.ack_ask (room_id, due_at) where state in ('open', 'overdue', 'exhausted');

-- Whom it was asked of so far, rung by rung: these may acknowledge it, beside the room's readers where nobody was named.
create table rooms.ack_asked (
  message_id text not null references rooms.message,
  person_id text not null,
  rung text not null check (rung in ('on_call', 'second', 'desk_lead', 'neighbour')),
  at timestamptz not null,
  primary key (message_id, person_id)
);
create index ack_asked_person on rooms.ack_asked (person_id);

create table rooms.ack (
  message_id text not null references rooms.message,
  person_id text not null,
  person_name text not null,
  at timestamptz not null,
  channel text not null check (channel in ('web', 'phone', 'sms', 'api', 'hl7', 'import', 'system')),
  heard_from text,
  primary key (message_id, person_id),
  constraint ack_phone_says_who check (channel <> 'phone' or heard_from is not null)
);

create table rooms.ack_step (
  id bigint generated always as identity primary key,
  message_id text not null references rooms.message,
  at timestamptz not null,
  step int not null,
  rung text not null,
  channel text not null check (channel in ('push', 'sms', 'voice')),
  person_id text,
  name text not null,
  outcome text not null check (outcome in ('told', 'queued', 'no_driver', 'no_address', 'nobody'))
);
create index ack_step_of_message on rooms.ack_step (message_id, id);

-- The content stands once in the file store under its SHA-256; here is who brought it where, under which name.
create table rooms.file (
  id text primary key check (length(id) between 1 and 64),
  room_id text not null references rooms.room,
  sha256 bytea not null check (length(sha256) = 32),
  name text not null check (length(name) between 1 and 120),
  -- Decided by the content.
  media_type text not null check (length(media_type) between 3 and 100),
  bytes bigint not null check (bytes > 0),
  width int,
  height int,
  image boolean not null,
  brought_by text not null,
  at timestamptz not null
);
create index file_content on rooms.file (sha256);

create table rooms.message_file (
  message_id text not null references rooms.message,
  file_id text not null references rooms.file,
  place int not null check (place >= 0),
  primary key (message_id, place)
);
create index message_file_file on rooms.message_file (file_id);

-- Into one room, once, for some hours, with a code said on another way.
create table rooms.invitation (
  id text primary key,
  room_id text not null references rooms.room,
  token_hash bytea not null unique check (length(token_hash) = 32),
  -- Of token and code together: without the token, which is kept nowhere, six digits cannot be tried out here.
  code_hash bytea not null check (length(code_hash) = 32),
  created_at timestamptz not null,
  created_by text not null,
  created_by_name text not null,
  for_name text not null check (length(for_name) between 1 and 80),
  expires_at timestamptz not null,
  wrong_codes int not null default 0 check (wrong_codes >= 0),
  used_at timestamptz,
  guest_name text check (length(guest_name) between 1 and 80),
  session_hash bytea unique check (length(session_hash) = 32),
  revoked_at timestamptz,
  left_at timestamptz,
  constraint invitation_used_by_someone check ((used_at is null) = (guest_name is null))
);
create index invitation_room on rooms.invitation (room_id, created_at);

-- Every try to enter, also the wrong ones.
create table rooms.invitation_try (
  id bigint generated always as identity primary key,
  invitation_id text references rooms.invitation,
  at timestamptz not null,
  address text not null,
  outcome text not null check (outcome in ('entered', 'wrong_code', 'wrong_token', 'over'))
);
create index invitation_try_of on rooms.invitation_try (invitation_id, id);

-- A region could not be heard from `since` on; what its people wrote meanwhile comes later.
create table rooms.reach (
  id text primary key,
  region text not null check (region ~ '^[0-9]{2}$'),
  since timestamptz not null,
  until timestamptz check (until >= since)
);
create unique index reach_open on rooms.reach (region) where until is null;

-- What was written, who got it and what was done to reach somebody cannot be rewritten, not even by this program.
create function rooms.append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
create trigger message_append_only before update or delete on rooms.message
  for each statement execute function rooms.append_only();
create trigger receipt_append_only before update or delete on rooms.receipt
  for each statement execute function rooms.append_only();
create trigger ack_append_only before update or delete on rooms.ack
  for each statement execute function rooms.append_only();
create trigger ack_step_append_only before update or delete on rooms.ack_step
  for each statement execute function rooms.append_only();
create trigger invitation_try_append_only before update or delete on rooms.invitation_try
  for each statement execute function rooms.append_only();

-- What a list of rooms shows of a request: its code and where it stands.
create view rooms.request_head as select r.id, r.code, r.state from beds.request r;
