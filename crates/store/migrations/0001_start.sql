-- Types TEXT and BIGINT only; moments are milliseconds, documents are JSON text. Keys lead with
-- the tenant. `doc` is the noun; the other columns are what reads and guards look at.

create table partner (
  tenant text not null, id text not null, version bigint not null, doc text not null,
  primary key (tenant, id)
);

create table credential (
  tenant text not null, id text not null, version bigint not null,
  secret_sha256 text not null, doc text not null,
  primary key (tenant, id)
);
create unique index credential_secret on credential (secret_sha256);

create table account (
  tenant text not null, id text not null, version bigint not null,
  name_key text not null, city text not null, state text not null, zip text not null,
  owner text not null, doc text not null,
  primary key (tenant, id)
);
create index account_name on account (tenant, name_key);

create table exception_request (
  tenant text not null, id text not null, version bigint not null,
  environment text not null, account text not null, state text not null, doc text not null,
  primary key (tenant, id)
);
create index exception_request_account on exception_request (tenant, account);
create index exception_request_queue on exception_request (environment, state, id);
-- One open request per partner and end customer, for ever.
create unique index exception_request_open on exception_request (tenant, account)
  where state = 'open';

create table opportunity (
  tenant text not null, id text not null, version bigint not null,
  account text, doc text not null,
  primary key (tenant, id)
);
create index opportunity_account on opportunity (tenant, account);

create table quote (
  tenant text not null, id text not null, version bigint not null,
  environment text not null, opportunity text not null, account text, subject text not null,
  state text not null, doc text not null,
  primary key (tenant, id)
);
create index quote_opportunity on quote (tenant, opportunity);
create index quote_queue on quote (environment, state, id);

create table site (
  tenant text not null, id text not null, version bigint not null,
  quote text not null, position bigint not null, doc text not null,
  primary key (tenant, id)
);
create unique index site_place on site (tenant, quote, position);

create table credit_check (
  tenant text not null, id text not null, version bigint not null,
  environment text not null, subject text not null, quote text not null,
  state text not null, doc text not null,
  primary key (tenant, id)
);
create index credit_check_subject on credit_check (tenant, subject);
create index credit_check_queue on credit_check (environment, state, id);
-- One undecided check per subject, for ever.
create unique index credit_check_undecided on credit_check (tenant, subject)
  where state in ('requested', 'in_review');

create table contract (
  tenant text not null, id text not null, version bigint not null,
  quote text not null, state text not null, doc text not null,
  primary key (tenant, id)
);
create index contract_quote on contract (tenant, quote);
-- One contract out or signed per quote version, for ever.
create unique index contract_live on contract (tenant, quote)
  where state in ('generated', 'sent', 'viewed', 'signed');

create table document (
  tenant text not null, contract text not null, body text not null,
  primary key (tenant, contract)
);

create table orders (
  tenant text not null, id text not null, version bigint not null,
  quote text not null, account text, doc text not null,
  primary key (tenant, id)
);
-- A quote is ordered once, for ever.
create unique index orders_quote on orders (tenant, quote);

create table sub_order (
  tenant text not null, id text not null, version bigint not null,
  orders text not null, quote text not null, site text not null, position bigint not null,
  state text not null, doc text not null,
  primary key (tenant, id)
);
create index sub_order_orders on sub_order (tenant, orders, position);
create unique index sub_order_site on sub_order (tenant, site);
create index sub_order_quote on sub_order (tenant, quote, position);

create table billing_account (
  tenant text not null, id text not null, version bigint not null, doc text not null,
  primary key (tenant, id)
);

create table customer_group (
  tenant text not null, id text not null, version bigint not null,
  name text not null, doc text not null,
  primary key (tenant, id)
);
create unique index customer_group_name on customer_group (tenant, name);

-- What happened: one row per change of an object. The key makes the sequence per object dense
-- and single, because an event's sequence is its object's version.
create table event (
  tenant text not null, object text not null, sequence bigint not null,
  id text not null, doc text not null,
  primary key (tenant, object, sequence)
);

create table job (
  id text not null primary key, tenant text not null, state text not null,
  due_at bigint not null, lease_until bigint not null, owner text not null,
  epoch bigint not null, tries bigint not null, why text, doc text not null
);
create index job_due on job (state, due_at);

create table idempotency (
  tenant text not null, name text not null, fingerprint text not null,
  status bigint not null, headers text not null, body text not null,
  forget_at bigint not null,
  primary key (tenant, name)
);
create index idempotency_forget on idempotency (forget_at);
