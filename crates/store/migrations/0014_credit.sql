-- What the tax ids of a customer are sealed with, itself sealed by the carrier's key `sealed_by`:
-- nonce and ciphertext in hexadecimal. Empty: destroyed, and all that was sealed with it.
create table data_key (
  tenant text not null, subject text not null, number bigint not null,
  sealed_by text not null, sealed text not null,
  primary key (tenant, subject, number)
);

-- Equal exactly for equal tax ids of one environment; empty where an application has none.
alter table credit_check add column tax_id text not null default '';
create index credit_check_tax_id on credit_check (environment, tax_id) where tax_id <> '';

-- What a customer owes by its quotes, over all partners.
create index quote_subject on quote (environment, subject);
