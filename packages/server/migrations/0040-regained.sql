-- A cell that gets its own log back from others takes up what it says. For that it has to know where its tables end, and the log has
-- to say enough of a request to go on with it.

-- Records of the own log up to this number were decided in these tables; those behind it came from other cells. Written when the right
-- to write the own log is lost, and meant only while it is lost.
alter table platform.cell add column lived_to bigint not null default 0 check (lived_to >= 0);
alter table platform.cell add column lost_at timestamptz;

-- An op that was set aside may have got its number in the life that was lost: then it is in the log that came back, at this place.
alter table exchange.set_aside add column found_seq bigint;
-- A slice has decided it anew.
alter table exchange.set_aside add column settled_at timestamptz;

-- Number of the record that last changed a thing; what a neighbour says when it begins to stand in changes nothing.
alter table beds.told_slot add column changed_seq bigint not null default 0;
alter table beds.told_request add column changed_seq bigint not null default 0;
alter table beds.told_hold add column changed_seq bigint not null default 0;

-- Made from a log, without what does not travel; null again once somebody has completed it.
alter table beds.request add column regained_at timestamptz;

-- A cell that is away while this is installed: what the neighbour's epoch says is what it has to take up.
update platform.cell c
   set lost_at = c.state_since,
       lived_to = coalesce((select min((o ->> 'seq')::bigint) - 1
                              from exchange.log l, jsonb_array_elements(l.openings) o
                             where l.origin = c.region and o ->> 'writer' <> c.region
                               and (o ->> 'seq')::bigint > coalesce(
                                     (select max((p ->> 'seq')::bigint) from jsonb_array_elements(l.openings) p
                                       where p ->> 'writer' = c.region), 0)), 0)
 where c.state = 'stood-in';
update beds.told_slot t set changed_seq = o.seq from (
  select l.origin, (e ->> 'epoch')::bigint as epoch, (e ->> 'seq')::bigint as seq
    from exchange.log l, jsonb_array_elements(l.openings) e) o
 where o.origin = t.sido and o.epoch = t.epoch and not t.taken_over;
update beds.told_request t set changed_seq = o.seq from (
  select l.origin, (e ->> 'epoch')::bigint as epoch, (e ->> 'seq')::bigint as seq
    from exchange.log l, jsonb_array_elements(l.openings) e) o
 where o.origin = t.sido and o.epoch = t.epoch;
update beds.told_hold t set changed_seq = o.seq from (
  select l.origin, (e ->> 'epoch')::bigint as epoch, (e ->> 'seq')::bigint as seq
    from exchange.log l, jsonb_array_elements(l.openings) e) o
 where o.origin = t.sido and o.epoch = t.epoch;

-- With what a cell needs that has only its log: where a request goes on, when it is due, what is open. Still nothing typed freely.
create or replace function beds.request_said() returns trigger language plpgsql as $$
begin
  if new.state = 'draft' then return null; end if;
  perform beds.say('request-stated', new.sido, new.id, jsonb_build_object(
    'id', new.id, 'code', new.code, 'state', new.state, 'stateSince', new.state_since, 'createdAt', new.created_at,
    'waitingSince', new.waiting_since, 'submittedAt', new.submitted_at, 'firstOfferAt', new.first_offer_at,
    'firstHoldAt', new.first_hold_at, 'confirmedAt', new.confirmed_at, 'closedAt', new.closed_at, 'version', new.version,
    'level', new.level, 'requestedClass', new.requested_class, 'isolationNeed', new.isolation_need, 'oxygen', new.oxygen,
    'needs', new.needs, 'pathogen', new.pathogen, 'urgency', new.urgency, 'stability', new.stability,
    'severity', new.severity, 'judged', new.judged_class is not null, 'deteriorating', new.deteriorating,
    'outOfRegionConsent', new.out_of_region_consent, 'ageYears', new.age_years, 'sex', new.sex,
    'originType', new.origin_type, 'originHospitalId', new.origin_hospital_id, 'ownerHospitalId', new.owner_hospital_id,
    'pseudonym', new.pseudonym, 'resumeState', new.resume_state, 'deadlineAt', new.deadline_at,
    'offerRound', new.offer_round, 'conditionsOpen', new.conditions_open, 'retriesAtLevel', new.retries_at_level,
    'noBedRetryAt', new.no_bed_retry_at, 'noBedEscalation', new.no_bed_escalation, 'mergedInto', new.merged_into,
    'placedOutside', new.outside_name is not null), new.state_since);
  return null;
end
$$;
