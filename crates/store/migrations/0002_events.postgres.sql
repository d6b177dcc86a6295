-- The order in which events were written, which SQLite's tables keep by themselves: an event that
-- followed from another was written after it was committed, so a number taken then is higher.
alter table event add column rowid bigint generated always as identity;
