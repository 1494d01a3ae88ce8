-- An op of a log that this cell does not write fails in the statement that appends it: the commit may be sent with that statement, and a
-- transaction in which it failed cannot be committed. The detail is the name of the problem.
create function platform.not_writing(origin text) returns text language plpgsql as $$
begin
  raise exception 'this cell does not write the log of %', coalesce(origin, 'its region') using
    errcode = 'DU002',
    detail = case
      when origin is not null or exists (select from platform.cell c where c.state = 'stood-in') then 'stood-in'
      else 'recovering'
    end;
end
$$;
