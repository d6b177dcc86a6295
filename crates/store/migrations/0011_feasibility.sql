-- Which quotes operations are asked about: `requested`, or empty.
alter table quote add column feasibility text not null default '';
create index quote_feasibility on quote (environment, id) where feasibility = 'requested';
