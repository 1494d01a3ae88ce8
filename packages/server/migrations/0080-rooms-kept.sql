-- Rooms that people open themselves say what they are for, and somebody looks after each. An acknowledgement nobody gives is pursued
-- until its policy ends, and says where it stands.

alter table rooms.room add column purpose text constraint room_purpose_length check (length(purpose) between 1 and 300);
-- Takes people in and out, invites and closes: whoever opened the room, or who was there longest once they have left. Null = everybody
-- who reads it.
alter table rooms.room add column kept_by text;
update rooms.room set kept_by = opened_by where kind = 'ad_hoc';

alter table rooms.ack_ask drop constraint ack_state_known;
alter table rooms.ack_ask add constraint ack_state_known
  check (state in ('open', 'overdue', 'unanswered', 'acknowledged', 'exhausted', 'retracted'));
alter table rooms.ack_ask add column rung text not null default 'on_call'
  constraint ack_rung_known check (rung in ('on_call', 'second', 'desk_lead', 'neighbour'));
-- When somebody is tried next; null = nobody will be.
alter table rooms.ack_ask add column next_at timestamptz;

drop index rooms.ack_open;
create index ack_open on rooms.ack_ask (room_id, due_at) where state in ('open', 'overdue', 'unanswered', 'exhausted');
