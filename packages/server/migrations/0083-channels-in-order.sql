-- A telephone gets its texts in the order they were queued: is an older one to the same telephone still on its way?
create index message_open_of_phone on channels.message (phone, id) where state in ('queued', 'handed_over');
