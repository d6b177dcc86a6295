select raise_wall('order_identifier');
-- As SQLite has it, for the next migration.
create function json_extract(doc text, path text) returns text language sql immutable as $$
  select doc::json #>> string_to_array(substr(path, 3), '.')
$$;
