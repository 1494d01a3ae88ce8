-- Who is on call: by hospital or desk, duty and time. Handing over and swapping are acts with a record.

create schema rosters;

create table rosters.shift (
  id text primary key check (length(id) between 1 and 64),
  place_kind text not null constraint shift_place_known check (place_kind in ('hospital', 'desk')),
  place_id text not null check (length(place_id) between 1 and 64),
  duty text not null check (length(duty) between 1 and 40),
  rank text not null constraint shift_rank_known check (rank in ('on_call', 'second', 'lead')),
  -- null: on call without an account here.
  person_id text,
  name text not null check (length(name) between 1 and 80),
  phone text check (phone ~ '^[0-9+][0-9 -]{2,19}$'),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  state text not null default 'planned' check (state in ('planned', 'cancelled')),
  version int not null default 1 check (version > 0),
  changed_at timestamptz not null,
  changed_by text not null,
  constraint shift_ends_later check (ends_at > starts_at),
  constraint shift_at_most_three_days check (ends_at <= starts_at + interval '72 hours')
);
create index shift_of_place on rosters.shift (place_kind, place_id, ends_at) where state = 'planned';
create index shift_of_person on rosters.shift (person_id, ends_at) where state = 'planned';

create table rosters.shift_event (
  id bigint generated always as identity primary key,
  shift_id text not null references rosters.shift,
  at timestamptz not null,
  kind text not null check (kind in ('planned', 'cancelled', 'given', 'handed_over')),
  by_person text,
  by_name text not null,
  data jsonb not null default '{}'
);
create index shift_event_of on rosters.shift_event (shift_id, id);

create table rosters.swap (
  id text primary key check (length(id) between 1 and 64),
  gives text not null references rosters.shift,
  takes text references rosters.shift,
  from_person text not null,
  to_person text not null,
  proposed_at timestamptz not null,
  proposed_by text not null,
  proposed_by_name text not null,
  note text check (length(note) between 1 and 200),
  state text not null default 'proposed' check (state in ('proposed', 'agreed', 'refused', 'withdrawn', 'overtaken')),
  from_agreed_at timestamptz,
  to_agreed_at timestamptz,
  ended_at timestamptz,
  -- Versions of the shifts the two have agreed about.
  gives_version int not null,
  takes_version int,
  constraint swap_of_two_people check (from_person <> to_person),
  constraint swap_agreed_by_both check (state <> 'agreed' or (from_agreed_at is not null and to_agreed_at is not null)),
  constraint swap_ended_says_when check ((ended_at is null) = (state = 'proposed'))
);
create unique index swap_open_once on rosters.swap (gives) where state = 'proposed';
create index swap_of_person on rosters.swap (to_person, from_person);

create table rosters.handover (
  id text primary key check (length(id) between 1 and 64),
  shift_id text not null references rosters.shift,
  place_kind text not null,
  place_id text not null,
  duty text not null,
  from_person text not null,
  from_name text not null,
  to_person text,
  to_name text,
  at timestamptz not null,
  -- What was open then, as it was.
  items jsonb not null,
  note text check (length(note) between 1 and 1000),
  acknowledged_at timestamptz,
  acknowledged_by text,
  acknowledged_by_name text,
  constraint handover_acknowledged_by_someone check ((acknowledged_at is null) = (acknowledged_by is null))
);
create index handover_to on rosters.handover (to_person, at desc);
create index handover_from on rosters.handover (from_person, at desc);
create index handover_place on rosters.handover (place_kind, place_id, at desc);

create function rosters.append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
create trigger shift_event_append_only before update or delete on rosters.shift_event
  for each statement execute function rosters.append_only();
create function rosters.handover_stays() returns trigger language plpgsql as $$
begin
  if old.acknowledged_at is not null or new.items is distinct from old.items or new.note is distinct from old.note then
    raise exception 'a handover is not rewritten' using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
create trigger handover_stays before update on rosters.handover for each row execute function rosters.handover_stays();
