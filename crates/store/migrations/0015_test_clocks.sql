-- A partner's time in the test environment, by the partner's id.
create table test_clock (
  tenant text not null, id text not null, version bigint not null,
  state text not null, doc text not null,
  primary key (tenant, id)
);
-- When a job is due by its partner's test clock, in milliseconds; null: it goes by the server's.
-- One that waits for the clock has a due_at that never comes.
alter table job add column clock_due bigint;
create index job_clock on job (tenant, clock_due) where clock_due is not null;
