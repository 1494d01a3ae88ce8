-- An acknowledgement that nobody gives is asked of the desks of neighbouring regions too, by their own cells.

-- Regions whose cells were asked to reach their desk about a message: the same row in the cell that asks and in the one that is asked.
create table rooms.ack_region (
  message_id text not null references rooms.message,
  region text not null,
  asked_by text not null,
  at timestamptz not null,
  primary key (message_id, region)
);

-- The region whose cell made the try; null = this one.
alter table rooms.ack_step add column region text;
