-- Letters of agency: an end customer's written consent that a partner acts for it.
create table letter_of_agency (
  tenant text not null, id text not null, version bigint not null,
  environment text not null, account text not null, state text not null, doc text not null,
  primary key (tenant, id)
);
create index letter_of_agency_account on letter_of_agency (tenant, account);
create index letter_of_agency_everybodys on letter_of_agency (environment, id);
-- One letter per partner and end customer waits for its signature, for ever.
create unique index letter_of_agency_generated on letter_of_agency (tenant, account)
  where state = 'generated';
