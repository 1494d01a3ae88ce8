-- Newcomers begin with a snapshot of a log: the records whose effect no later one took, under a checkpoint that the log's writer signed.

-- How far the records of a log were sorted into those that still have an effect and those that have none, and by which rules.
create table exchange.fold (
  origin text primary key check (origin ~ '^[0-9]{2}$'),
  rules text not null,
  upto bigint not null
);

-- Records that have an effect, or had one at a checkpoint that is still served.
create table exchange.kept (
  origin text not null,
  seq bigint not null,
  -- What it is the state of; null: nothing takes its effect but time.
  key text,
  -- The first of its key, kept beside the newest: it makes the row that later ones change.
  first boolean not null,
  -- When it was said, if its effect ends by age.
  aging_from timestamptz,
  -- Number of the record that took its effect; it belongs to every snapshot before that.
  gone_at bigint,
  hash bytea not null check (length(hash) = 32),
  primary key (origin, seq)
);
create index kept_newest on exchange.kept (origin, key) where gone_at is null and key is not null;
create index kept_aging on exchange.kept (origin, aging_from) where gone_at is null and aging_from is not null;
create index kept_gone on exchange.kept (origin, gone_at) where gone_at is not null;

-- What the writer of a log signed about a snapshot of it, and what the records here say to that.
create table exchange.checkpoint (
  origin text not null,
  -- Of the record that says it.
  seq bigint not null,
  upto bigint not null,
  -- 'claimed': not looked at yet. 'good': worked out here too, and served. 'differs': the records here give another one.
  -- 'passed-over': made by rules of another version, or not to be worked out from what is here.
  state text not null check (state in ('claimed', 'good', 'differs', 'passed-over')),
  -- [[number of the last record, digest]] of each piece.
  pieces jsonb,
  primary key (origin, seq)
);

-- Copies that do not begin with record 1: what is at or below `seq` is here only as far as the snapshot had it.
create table exchange.base (
  origin text primary key check (origin ~ '^[0-9]{2}$'),
  seq bigint not null,
  rules text not null,
  -- The record that vouches for it, as it travelled, with its own signature.
  checkpoint jsonb not null,
  signature bytea not null check (length(signature) = 64),
  pieces jsonb not null,
  taken_at timestamptz not null,
  taken_from text not null
);
create table exchange.base_record (
  origin text not null,
  seq bigint not null,
  primary key (origin, seq)
);

-- A snapshot on its way, checked piece by piece; it counts when all of it is here.
create table exchange.arriving (
  origin text primary key check (origin ~ '^[0-9]{2}$'),
  checkpoint jsonb not null,
  signature bytea not null check (length(signature) = 64),
  pieces jsonb not null,
  -- [{record, signature}] of the epochs up to it: who may sign it follows from them.
  openings jsonb not null,
  taken_from text not null,
  begun_at timestamptz not null
);
create table exchange.arriving_piece (
  origin text not null references exchange.arriving on delete cascade,
  piece int not null,
  -- Records as they travelled, a line each.
  lines text not null,
  primary key (origin, piece)
);
