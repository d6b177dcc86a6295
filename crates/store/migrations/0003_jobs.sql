-- Jobs wait in lanes, one a connector, so that one that is slow or down keeps no other waiting.
-- An empty connector: not known, it is in the document.
alter table job add column connector text not null default '';
-- When it was put aside for a person to look at, in milliseconds; null unless it is.
alter table job add column quarantined_at bigint;
-- How often a person moved it: the sequence of the events that say so.
alter table job add column moves bigint not null default 0;
update job set connector = case
  when doc like '%"job":"validate_addresses"%' then 'address'
  when doc like '%"job":"assess_credit"%' then 'credit'
  when doc like '%"job":"send_contract"%' then 'signature'
  when doc like '%"job":"submit_order"%' then 'fulfilment'
  when doc like '%"job":"follow_order"%' then 'fulfilment'
  else '' end;
update job set quarantined_at = due_at where state = 'quarantined';
create index job_lane on job (state, connector, due_at);
