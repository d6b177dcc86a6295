-- A quote knows its sites without looking at them: the columns say which lack something, and the
-- tally in the quote's document counts them. `address` is passed, requested or open; `basis` is
-- what a price rests on, empty for a site to be priced: as all are whose price is older than this.
alter table site add column address text not null default 'open';
alter table site add column configured bigint not null default 0;
alter table site add column basis text not null default '';
update site set
  address = case
    when doc like '%"validation":{"validation":"accepted"%' then 'passed'
    when doc like '%"validation":{"validation":"answered","avps":{"result":"match"%' then 'passed'
    when doc like '%"validation":{"validation":"requested"%' then 'requested'
    else 'open' end,
  configured = case when doc like '%"configuration":null%' then 0 else 1 end;
create index site_unpassed on site (tenant, quote, position) where address <> 'passed';
create index site_unconfigured on site (tenant, quote, position) where configured = 0;
create index site_basis on site (tenant, quote, basis, position);

update quote set doc = substr(doc, 1, length(doc) - 1) || ',"tally":' || (
  select '{"sites":' || cast(count(*) as text)
    || ',"passed":' || cast(coalesce(sum(case when s.address = 'passed' then 1 else 0 end), 0) as text)
    || ',"requested":' || cast(coalesce(sum(case when s.address = 'requested' then 1 else 0 end), 0) as text)
    || ',"configured":' || cast(coalesce(sum(s.configured), 0) as text)
    || ',"assigned":' || cast(coalesce(sum(case when s.doc like '%"customer":null%' then 0 else 1 end), 0) as text)
    || ',"priced":{}}'
  from site s where s.tenant = quote.tenant and s.quote = quote.id) || '}';
