-- What reaches people when a screen does not: text messages with what became of each, replies, numbers, notifications.
create schema channels;

create table channels.number (
  id text primary key check (length(id) between 1 and 64),
  -- Digits only, from the leading 0: two ways of writing one number are one number.
  phone text not null check (phone ~ '^[0-9]{8,12}$'),
  kind text not null constraint number_kind_known check (kind in ('person', 'desk')),
  person_id text references platform.person,
  -- Of a desk's number; null: the placement desk of the region.
  facility_id text,
  label text not null check (length(label) between 1 and 40),
  state text not null constraint number_state_known check (state in ('pending', 'confirmed', 'removed')),
  -- SHA-256 of the id and the code that was sent; the code itself is in the message only.
  code_hash bytea check (length(code_hash) = 32),
  code_expires_at timestamptz,
  code_attempts int not null default 0,
  registered_by text not null,
  registered_at timestamptz not null,
  confirmed_at timestamptz,
  removed_at timestamptz,
  constraint number_of_a_person_names_them check ((kind = 'person') = (person_id is not null)),
  constraint number_of_a_person_has_no_desk check (kind = 'desk' or facility_id is null),
  constraint number_confirmed_says_when check ((state = 'confirmed') <= (confirmed_at is not null)),
  constraint number_removed_says_when check ((state = 'removed') = (removed_at is not null))
);
-- A number speaks for one person or one desk. Somebody else's unconfirmed claim does not keep its owner out.
create unique index number_confirmed_once on channels.number (phone) where state = 'confirmed';
create index number_of_person on channels.number (person_id) where state <> 'removed';
create index number_of_facility on channels.number (facility_id) where state <> 'removed';
create index number_registered_by on channels.number (registered_by, registered_at);

create table channels.message (
  id text primary key check (length(id) between 1 and 64),
  -- Why it is sent: the same reason never makes a second message.
  reason text not null constraint message_once_per_reason unique check (length(reason) between 1 and 200),
  purpose text not null constraint message_purpose_known
    check (purpose in ('offer', 'answer', 'confirm_number', 'alert', 'probe')),
  medium text not null constraint message_medium_known check (medium in ('sms', 'voice')),
  phone text not null check (phone ~ '^[0-9]{8,12}$'),
  number_id text references channels.number,
  text text not null check (length(text) between 1 and 2000),
  -- Of an offer or a request, for those who read the record.
  subject text,
  -- A probe goes through the carrier it tries, and no other.
  pinned_to text,
  state text not null constraint message_state_known
    check (state in ('queued', 'handed_over', 'accepted', 'delivered', 'failed', 'unknown')),
  state_since timestamptz not null,
  next_try_at timestamptz not null,
  -- After this it says nothing any more and is not sent.
  expires_at timestamptz not null,
  attempts int not null default 0 check (attempts >= 0),
  created_at timestamptz not null
);
create index message_due on channels.message (next_try_at, id) where state = 'queued';
create index message_under_way on channels.message (state_since) where state in ('handed_over', 'accepted');
create index message_newest on channels.message (created_at desc, id desc);
create index message_of_subject on channels.message (subject) where subject is not null;

-- One row for each carrier a message was given to: the record of what became of it.
create table channels.message_try (
  id text primary key,
  message_id text not null references channels.message on delete cascade,
  carrier text not null,
  at timestamptz not null,
  state text not null check (state in ('handed_over', 'accepted', 'delivered', 'failed', 'unknown')),
  state_since timestamptz not null,
  -- The carrier's name of it, by which it reports.
  ref text,
  error text,
  constraint message_try_ref_once unique (carrier, ref)
);
create index message_try_of_message on channels.message_try (message_id, id);

create table channels.carrier (
  key text primary key,
  failures_in_row int not null default 0 check (failures_in_row >= 0),
  open_until timestamptz,
  silent_since timestamptz,
  last_accepted_at timestamptz,
  last_delivered_at timestamptz,
  last_error text,
  -- The newest probe and the newest that was seen to arrive.
  probe_id text,
  probe_sent_at timestamptz,
  last_heard_at timestamptz
);

create table channels.inbound (
  id text primary key,
  at timestamptz not null,
  carrier text not null,
  -- The carrier's name of the message: sent to us twice, it is one message.
  ref text,
  phone text not null check (length(phone) between 1 and 20),
  number_id text references channels.number,
  text text not null check (length(text) <= 200),
  outcome text not null,
  code text check (code ~ '^[0-9]{4}$'),
  offer_id text,
  constraint inbound_once unique (carrier, ref)
);
create index inbound_of_phone on channels.inbound (phone, at);
create index inbound_of_code on channels.inbound (code, at) where code is not null;
create index inbound_newest on channels.inbound (at desc, id desc);

-- A question we asked by text that a bare number answers: why was it declined?
create table channels.question (
  phone text not null,
  offer_id text not null,
  code text not null,
  number_id text not null references channels.number,
  asked_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (phone, offer_id)
);

-- A report that came before the carrier's answer was written down, which names the message.
create table channels.early_report (
  carrier text not null,
  ref text not null,
  status text not null check (status in ('delivered', 'failed')),
  at timestamptz not null,
  primary key (carrier, ref)
);

create table channels.call_back (
  id text primary key,
  at timestamptz not null,
  request_id text not null,
  code text not null,
  offer_id text not null,
  hospital_id text not null,
  number_id text not null references channels.number,
  done_at timestamptz,
  done_by text
);
create unique index call_back_open_once on channels.call_back (offer_id, number_id) where done_at is null;

create table channels.push_subscription (
  id text primary key,
  person_id text not null references platform.person,
  -- An address at a push service: whoever has it can wake this device, so it never leaves the server.
  endpoint text not null constraint push_endpoint_once unique check (length(endpoint) <= 600),
  p256dh text not null,
  auth text not null,
  label text not null check (length(label) between 1 and 60),
  created_at timestamptz not null,
  last_sent_at timestamptz
);
create index push_subscription_of_person on channels.push_subscription (person_id);

create table channels.push_job (
  id text primary key,
  reason text not null,
  subscription_id text not null references channels.push_subscription on delete cascade,
  state text not null check (state in ('queued', 'sent', 'failed')),
  attempts int not null default 0,
  next_try_at timestamptz not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  constraint push_once_per_reason unique (subscription_id, reason)
);
create index push_job_due on channels.push_job (next_try_at, id) where state = 'queued';

-- The newest sheet of each desk, ready to be fetched however slow everything else is.
create table channels.dark_sheet (
  -- `region` or the id of a hospital, and the language.
  desk text not null,
  language text not null check (language in ('ko', 'en')),
  made_at timestamptz not null,
  html text not null,
  primary key (desk, language)
);
