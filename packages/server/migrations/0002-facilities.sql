-- The directory of hospitals: what each is, what it can do, what it last said about its beds, and how old every word of it is.
-- Unknown is null or the answer 'unknown' and never 0 or 'no': a full hospital and a silent one must not look alike.

create schema facilities;

create table facilities.hospital (
  -- The register's number (관리번호) where there is one: every cell must know one hospital by one id.
  id text primary key check (id ~ '^[A-Za-z0-9-]{3,40}$'),
  hpid text constraint hospital_hpid_once unique check (hpid ~ '^[A-Z][0-9]{7}$'),
  name text not null check (length(name) between 1 and 200),
  -- The register's own word (종합병원, 요양병원(정신병원) …) and our code for it.
  type text not null,
  kind text not null
    check (kind in ('general', 'hospital', 'long_term_care', 'psychiatric', 'korean_medicine', 'dental', 'other')),
  sido_code text not null check (sido_code ~ '^[0-9]{2}$'),
  sigungu_code text check (sigungu_code ~ '^[0-9]{5}$'),
  address text not null,
  phone text,
  er_phone text,
  lat double precision not null check (lat between 32 and 40),
  lon double precision not null check (lon between 123 and 133),
  licensed_beds integer check (licensed_beds >= 0),
  inpatient_rooms integer check (inpatient_rooms >= 0),
  medical_staff integer check (medical_staff >= 0),
  departments text[] not null default '{}',
  -- open: in its source's newest file. missing: was there, is not any more; nothing of it is deleted. closed: its operator said so.
  state text not null default 'open' check (state in ('open', 'missing', 'closed')),
  missing_since timestamptz check ((missing_since is not null) = (state = 'missing')),
  source text not null check (source in ('register', 'demo', 'hospital')),
  source_updated_on date,
  imported_at timestamptz not null
);

create index hospital_by_sido on facilities.hospital (sido_code, name, id);
create index hospital_by_name on facilities.hospital (name, id);

-- One answer per source: the register, the emergency centre and the hospital may differ, and each keeps its own age.
create table facilities.capability (
  hospital_id text not null references facilities.hospital (id),
  code text not null,
  source text not null check (source in ('register', 'nemc', 'hospital', 'demo')),
  answer text not null check (answer in ('yes', 'no', 'unknown')),
  raw text,
  flags text[] not null default '{}',
  -- When the source says it was true; null where it does not say or its clock is wrong.
  as_of timestamptz,
  received_at timestamptz not null,
  primary key (hospital_id, code, source)
);

create index capability_yes on facilities.capability (code, hospital_id) where answer = 'yes';

create table facilities.bed_count (
  hospital_id text not null references facilities.hospital (id),
  bed_class text not null,
  source text not null check (source in ('nemc', 'demo')),
  reading text not null check (reading in ('known', 'not_entered', 'unusable')),
  -- Below zero: that many patients over capacity, a real figure.
  available integer constraint available_only_when_known check ((available is not null) = (reading = 'known')),
  total integer check (total >= 0),
  raw text,
  flags text[] not null default '{}',
  as_of timestamptz,
  received_at timestamptz not null,
  primary key (hospital_id, bed_class, source)
);

create table facilities.bed_count_history (
  id bigint generated always as identity primary key,
  hospital_id text not null references facilities.hospital (id),
  bed_class text not null,
  source text not null,
  reading text not null,
  available integer,
  total integer,
  raw text,
  flags text[] not null,
  as_of timestamptz,
  received_at timestamptz not null
);

create index bed_count_history_by_hospital
  on facilities.bed_count_history (hospital_id, bed_class, received_at desc, id desc);

-- One row per thing we listen to. A failure changes the attempt and the error, never the last success.
create table facilities.source_state (
  key text primary key,
  kind text not null check (kind in ('register', 'nemc_file', 'nemc_poll', 'demo')),
  sido_code text,
  operation text,
  last_attempt_at timestamptz,
  last_success_at timestamptz,
  last_error_code text,
  last_error_detail text,
  failures_in_row integer not null default 0 check (failures_in_row >= 0),
  next_try_at timestamptz,
  items integer,
  refused integer,
  flagged integer
);

-- Readers keep the directory in memory and reload when this number moves.
create table facilities.directory_version (
  only_row boolean primary key default true check (only_row),
  version bigint not null
);
insert into facilities.directory_version (version) values (1);

create function facilities.directory_changed() returns trigger language plpgsql as $$
begin
  update facilities.directory_version set version = version + 1;
  -- Delivered at commit and folded into one: a whole import wakes a reader once.
  perform pg_notify('facilities_directory', '');
  return null;
end
$$;

create trigger hospital_changes_directory
  after insert or update or delete on facilities.hospital
  for each statement execute function facilities.directory_changed();

create trigger capability_changes_directory
  after insert or update or delete on facilities.capability
  for each statement execute function facilities.directory_changed();
