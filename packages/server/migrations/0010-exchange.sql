-- The oplog as it travels between cells: its first record opens an epoch, copies of other cells' logs stand beside our own,
-- and what a newer epoch gave up is kept apart.

-- Until now no other cell could read the log, so its numbers are given anew, behind the record that opens the first epoch.
create temporary table to_be_numbered on commit drop as
  select 0 as stage, seq as place, kind, at, subject, body, audience from platform.oplog
  union all
  select 1, id, kind, at, subject, body, audience from platform.outbox;
delete from platform.oplog;
delete from platform.outbox;

-- A cell also writes for a region it stands in for.
alter table platform.outbox add column origin text not null check (origin ~ '^[0-9]{2}$');
insert into platform.outbox (origin, kind, at, subject, body, audience)
select c.region, n.kind, n.at, n.subject, n.body, n.audience
  from to_be_numbered n cross join platform.cell c
 order by n.stage, n.place;

-- An epoch is the instant of its opening and its writer, so that two that know nothing of each other differ: more than an int.
alter table platform.oplog alter column epoch type bigint;
-- What a newer cell adds to a record: kept and passed on, as the hash covers it.
alter table platform.oplog add column extra jsonb;
-- One branch of each log; what was given up is in exchange.orphan.
alter table platform.oplog drop constraint oplog_pkey;
alter table platform.oplog add primary key (origin, seq);
-- The audit page reads backwards in time.
create index oplog_at on platform.oplog (at, origin, seq);

-- Whether this cell decides: 'recovering' after a restore, 'stood-in' while a neighbour writes its log.
alter table platform.cell drop column epoch;
alter table platform.cell add column state text not null default 'recovering' check (state in ('writing', 'recovering', 'stood-in'));
alter table platform.cell add column state_since timestamptz not null default now();
-- No log was opened yet: found one at the next start.
alter table platform.cell add column founded boolean not null default false;

-- The logs this cell may number ops of. An op is refused when its log has no row here.
create table platform.writing (
  origin text primary key check (origin ~ '^[0-9]{2}$'),
  own boolean not null,
  epoch bigint not null check (epoch > 0),
  -- PostgreSQL's timeline when the epoch was opened: after a promotion nothing is numbered before a higher epoch is open.
  timeline text not null,
  since timestamptz not null
);
create unique index writing_own on platform.writing (own) where own;

create schema exchange;

-- Every log known here, our own too.
create table exchange.log (
  origin text primary key check (origin ~ '^[0-9]{2}$'),
  -- [{epoch, seq, writer, reason}] of the records that are here.
  openings jsonb not null default '[]',
  -- [{epoch, seq}] of the newest branch known; the records here are a beginning of it.
  followed jsonb not null default '[]',
  -- Answers in a row by cells that do not know that branch.
  doubts int not null default 0,
  -- Two records for one place: nothing more is taken of this log until people have looked.
  stopped_at timestamptz,
  stopped_why text
);

-- Contact with each cell: when it itself last answered, when its log was last known to be whole up to some instant, through whom.
create table exchange.peer (
  cell text primary key check (cell ~ '^[0-9]{2}$'),
  direct_at timestamptz,
  failing_since timestamptz,
  last_error text,
  known_as_of timestamptz,
  relayed_by text
);

-- Records of branches that were given up.
create table exchange.orphan (
  id bigint generated always as identity primary key,
  origin text not null,
  epoch bigint not null,
  seq bigint not null,
  kind text not null,
  at timestamptz not null,
  subject text not null,
  body jsonb not null,
  extra jsonb,
  prev_hash bytea not null,
  hash bytea not null,
  given_up_at timestamptz not null,
  -- Epoch of the branch followed instead.
  given_up_for bigint not null
);
create index orphan_origin on exchange.orphan (origin, seq);

-- Ops that were committed and never got a number, because the right to write was lost: to be decided anew by people or slices.
create table exchange.set_aside (
  id bigint generated always as identity primary key,
  origin text not null,
  kind text not null,
  at timestamptz not null,
  subject text not null,
  body jsonb not null,
  audience jsonb not null,
  set_aside_at timestamptz not null,
  why text not null
);

-- Records kept and passed on but not applied: their kind is not known to this version, or its handler failed.
-- While a row stands here, later records of the same log and kind wait behind it.
create table exchange.unapplied (
  origin text not null,
  kind text not null,
  first_seq bigint not null,
  last_seq bigint not null,
  -- Name of the handler's error, null while there is no handler.
  error text,
  -- Version of the program that put them here.
  version text not null,
  since timestamptz not null,
  primary key (origin, kind)
);

-- What operators asked for at a terminal; done by the server, whose slices have to be told.
create table exchange.command (
  id text primary key,
  kind text not null check (kind in ('stand-in', 'return', 'restore', 'reopen', 'clear-alarm')),
  payload jsonb not null,
  asked_at timestamptz not null,
  done_at timestamptz,
  -- null: done as asked.
  refused text,
  outcome jsonb
);
create index command_open on exchange.command (asked_at) where done_at is null;

-- Public keys to seal for other cells' eyes, from their own logs.
create table exchange.sealing_key (
  cell text not null,
  key_id text not null,
  public_key bytea not null,
  published_seq bigint not null,
  published_at timestamptz not null,
  withdrawn_at timestamptz,
  primary key (cell, key_id)
);

create table exchange.alarm (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  origin text not null,
  what text not null,
  detail jsonb not null,
  cleared_at timestamptz
);
create index alarm_open on exchange.alarm (origin) where cleared_at is null;

-- The signed list of cells and operators that is in force: a lower version never replaces a higher one.
create table exchange.directory (
  one boolean primary key default true check (one),
  version bigint not null,
  document jsonb not null,
  adopted_at timestamptz not null
);

-- The program's login may read the oplog and add to it, and nothing else. Cutting a copy back to where a newer branch begins is this
-- one way, which keeps what it takes away.
create function exchange.give_up(of_origin text, behind bigint, for_epoch bigint, at timestamptz)
  returns setof exchange.orphan
  language sql security definer set search_path = pg_catalog, pg_temp
as $$
  with gone as (
    delete from platform.oplog o where o.origin = of_origin and o.seq > behind returning o.*
  )
  insert into exchange.orphan (origin, epoch, seq, kind, at, subject, body, extra, prev_hash, hash, given_up_at, given_up_for)
  select g.origin, g.epoch, g.seq, g.kind, g.at, g.subject, g.body, g.extra, g.prev_hash, g.hash, give_up.at, for_epoch
    from gone g
   order by g.seq
  returning *
$$;
