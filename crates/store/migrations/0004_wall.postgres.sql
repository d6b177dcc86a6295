-- Row-level security: each transaction says whose rows it may touch, in the setting
-- `demarc.sight`, for itself only. Words with a blank between them: a tenant, an environment, or
-- * for all. Not said, or forgotten by the end of a transaction: no rows at all.
--
-- The words are asked for in a select of their own, so that they are taken apart once a statement
-- and not once a row.
create function raise_wall(wall regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', wall);
  -- The owner of the tables is who we connect as.
  execute format('alter table %s force row level security', wall);
  execute format(
    'create policy sight on %s using (array[''*'', right(tenant, 4), tenant] && '
    '(select string_to_array(current_setting(''demarc.sight'', true), '' '')))', wall);
end $$;

-- Every table that has a tenant. One that comes later is raised a wall by its own migration.
select raise_wall(c.oid::regclass)
from pg_class c join pg_attribute a on a.attrelid = c.oid
where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
  and a.attname = 'tenant' and not a.attisdropped
order by c.relname;

-- A partner reads the carrier's end customers, and its own prospects among them. Only reads:
-- nothing but the carrier's own sight writes there.
create policy customers on account for select using (
  tenant = 'carrier.' || right((select current_setting('demarc.sight', true)), 4)
  and (select current_setting('demarc.sight', true)) like '%.%'
  and owner in ('', left((select current_setting('demarc.sight', true)), 15)));
