-- The next stamp of a room's clock, for messages that are written by one statement. The same as `tick` of hlc.ts, which is where the
-- reasons stand; a test compares the two.

create function rooms.tick(last text, now_ms bigint, cell text) returns text language sql immutable parallel safe as $$
  select case
           when last is null or now_ms > left(last, 13)::bigint then lpad(now_ms::text, 13, '0') || '-0000-' || cell
           when substr(last, 15, 4) < 'ffff' then
             left(last, 13) || '-' || lpad(to_hex(('x' || substr(last, 15, 4))::bit(16)::int + 1), 4, '0') || '-' || cell
           else lpad((left(last, 13)::bigint + 1)::text, 13, '0') || '-0000-' || cell
         end
$$;
