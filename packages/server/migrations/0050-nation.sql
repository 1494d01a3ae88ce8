-- Notices in both languages, taken back or replaced, and read by desks; and the signed packs of rules a cell holds and serves.

alter table national.notice
  add column title_en text check (length(title_en) between 1 and 120),
  add column body_en text check (length(body_en) between 1 and 4000),
  add column withdrawn_at timestamptz,
  add column withdrawn_by text,
  add column replaced_by text,
  add constraint withdrawn_by_somebody check ((withdrawn_at is null) = (withdrawn_by is null)),
  add constraint replaced_is_withdrawn check (replaced_by is null or withdrawn_at is not null);

-- Of every region's desks. An acknowledgement may arrive before the notice it is of: its region heard it by another way.
create table national.notice_read (
  notice_id text not null check (length(notice_id) between 1 and 64),
  origin text not null check (origin ~ '^[0-9]{2}$'),
  -- A hospital's id, or the name of a desk of the region.
  desk text not null check (length(desk) between 1 and 80),
  read_by text not null,
  read_at timestamptz not null,
  primary key (notice_id, origin, desk)
);

-- Only packs whose signatures and chain were checked are here. A number is held once: the one with another hash is a fork and is refused.
create table national.pack (
  number integer primary key check (number > 0),
  hash text not null unique check (hash ~ '^[0-9a-f]{64}$'),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  file bytea not null,
  issued_at timestamptz not null,
  soft_age_s integer not null,
  hard_age_s integer not null,
  -- What the page says of it: sections and their sizes, rule set, counts.
  summary jsonb not null,
  published_by text not null,
  received_at timestamptz not null
);

-- A file on its way: an op holds less than a pack.
create table national.pack_part (
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  part integer not null check (part >= 0),
  data bytea not null,
  primary key (sha256, part)
);

create table national.pack_refused (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  origin text not null check (origin ~ '^[0-9]{2}$'),
  number integer,
  sha256 text not null,
  code text not null,
  detail text not null
);
