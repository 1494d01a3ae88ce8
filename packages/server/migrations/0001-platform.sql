-- What every slice stands on: people and their sessions, answers given before, the oplog, durable timers.
create schema platform;

create table platform.person (
  id text primary key,
  name text not null check (length(name) between 1 and 80),
  roles text[] not null check (cardinality(roles) > 0),
  region text not null check (region ~ '^[0-9]{2}$'),
  facility_id text,
  -- Chosen without a secret by anyone in front of a demo cell.
  demo boolean not null default false,
  disabled_at timestamptz,
  created_at timestamptz not null
);

create table platform.session (
  -- SHA-256 of the token; the token itself is with the browser only.
  token_hash bytea primary key check (length(token_hash) = 32),
  person_id text not null references platform.person on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index session_person on platform.session (person_id);
create index session_expiry on platform.session (expires_at);

create table platform.invitation (
  token_hash bytea primary key check (length(token_hash) = 32),
  person_id text not null references platform.person on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index invitation_person on platform.invitation (person_id);

-- The answer to a write is stored by the transaction that made the write, so a repeated request gets the same answer
-- even when the first answer was lost on the way.
create table platform.answer (
  person_id text not null,
  route text not null,
  key text not null check (length(key) between 1 and 100),
  input_hash bytea not null check (length(input_hash) = 32),
  status int,
  body jsonb,
  at timestamptz not null,
  primary key (person_id, route, key)
);
create index answer_age on platform.answer (at);

-- Written by the transaction that decided; emptied by the sequencer.
create table platform.outbox (
  -- Order of writing. Not the order of commit, and never shown to anyone: the sequencer gives the number that counts.
  id bigint generated always as identity primary key,
  kind text not null check (kind ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  at timestamptz not null,
  subject text not null,
  body jsonb not null,
  audience jsonb not null
);

create table platform.oplog (
  origin text not null check (origin ~ '^[0-9]{2}$'),
  epoch int not null check (epoch > 0),
  seq bigint not null check (seq > 0),
  kind text not null,
  at timestamptz not null,
  subject text not null,
  body jsonb not null,
  audience jsonb not null,
  prev_hash bytea not null check (length(prev_hash) = 32),
  hash bytea not null check (length(hash) = 32),
  -- Of the last op of a batch: signs its hash, and by the chain everything before it.
  signature bytea check (length(signature) = 64),
  -- A cell restored from a backup writes on in a higher epoch: another cell may know two ops of one number.
  primary key (origin, seq, epoch)
);
create index oplog_subject on platform.oplog (subject, seq);

-- This cell's own identity: one row.
create table platform.cell (
  one boolean primary key default true check (one),
  region text not null check (region ~ '^[0-9]{2}$'),
  epoch int not null check (epoch > 0),
  public_key bytea not null check (length(public_key) = 32),
  created_at timestamptz not null
);

create table platform.timer (
  id text primary key,
  kind text not null,
  subject text not null,
  due_at timestamptz not null,
  payload jsonb not null,
  created_at timestamptz not null,
  done_at timestamptz,
  -- Failures so far; due_at moves into the future with each.
  attempts int not null default 0,
  last_error text
);
create index timer_due on platform.timer (due_at, id) where done_at is null;
create index timer_subject on platform.timer (subject, kind) where done_at is null;
