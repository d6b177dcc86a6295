-- The carrier's own number for a partner as a solution provider; null: it has none.
alter table partner add column sp_id text;
create unique index partner_sp_id on partner (tenant, sp_id) where sp_id is not null;
