-- What a call settled, for one patient or for a hospital's figures as a whole, and who said so. Ranking uses it as long as a report
-- of that age would be used; the record stays.

create table beds.phone_check (
  id bigint generated always as identity primary key,
  -- Null = about the hospital's figures, whoever the patient.
  request_id text references beds.request,
  hospital_id text not null check (length(hospital_id) between 1 and 64),
  -- Of figures: the class that was confirmed; null = all.
  bed_class text,
  -- The bed, or the figures, are as shown.
  bed boolean not null,
  needs_met text[] not null default '{}',
  needs_unmet text[] not null default '{}',
  at timestamptz not null,
  by_person text not null,
  by_name text not null,
  channel text not null check (channel in ('phone', 'sms')),
  heard_from text not null check (length(heard_from) between 1 and 80),
  constraint phone_check_settles_something check (bed or needs_met <> '{}' or needs_unmet <> '{}'),
  constraint phone_check_class_of_figures_only check (bed_class is null or request_id is null),
  constraint phone_check_needs_of_a_patient check (request_id is not null or (needs_met = '{}' and needs_unmet = '{}'))
);
create index phone_check_of_request on beds.phone_check (request_id, at) where request_id is not null;
create index phone_check_of_figures on beds.phone_check (at) where request_id is null;

create trigger phone_check_append_only before update or delete on beds.phone_check
  for each statement execute function beds.append_only();
