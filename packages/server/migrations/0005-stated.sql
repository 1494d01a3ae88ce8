-- The hospital's own word: what it can do until when, and where it takes no patients. What it said is a record that only grows;
-- what stands now follows from it.

-- How long the hospital's word stands; null = until it says otherwise. Answers of other sources grow old by their own rules.
alter table facilities.capability
  add column usable_until timestamptz,
  add constraint capability_until_is_the_hospitals check (usable_until is null or source = 'hospital');

create table facilities.statement (
  -- Whoever states has locked the hospital's row, so of one hospital the order of ids is the order of commits.
  id bigint generated always as identity primary key,
  hospital_id text not null references facilities.hospital (id),
  said text not null constraint statement_known check (said in ('capability', 'capability_withdrawn', 'stop', 'resume')),
  code text,
  answer text check (answer in ('yes', 'no', 'unknown')),
  -- Null with a stop or a resumption = the hospital as a whole.
  bed_class text,
  reason text check (reason in ('staff', 'beds', 'equipment', 'crowded_er', 'infection', 'building', 'other')),
  note text check (length(note) between 1 and 300),
  until timestamptz,
  at timestamptz not null,
  by_person text not null,
  by_name text not null,
  channel text not null check (channel in ('web', 'phone', 'sms', 'api', 'hl7', 'import', 'system')),
  heard_from text,
  constraint statement_of_a_capability_names_it check ((code is not null) = (said in ('capability', 'capability_withdrawn'))),
  constraint statement_of_a_capability_answers check ((answer is not null) = (said = 'capability')),
  constraint statement_stop_says_why check ((reason is not null) = (said = 'stop')),
  constraint statement_class_of_intake_only check (bed_class is null or said in ('stop', 'resume')),
  constraint statement_ends_after_it_began check (until is null or (until > at and said in ('capability', 'stop'))),
  constraint statement_by_phone_says_who check (channel not in ('phone', 'sms') or heard_from is not null)
);
create index statement_of_hospital on facilities.statement (hospital_id, id desc);
-- Of each hospital and class the last word about taking patients is the one that stands.
create index statement_of_intake on facilities.statement (hospital_id, bed_class, id desc) where said in ('stop', 'resume');

create function facilities.append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
create trigger statement_append_only before update or delete on facilities.statement
  for each statement execute function facilities.append_only();

create trigger statement_changes_directory
  after insert on facilities.statement
  for each statement execute function facilities.directory_changed();
