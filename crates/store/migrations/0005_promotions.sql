-- What signatures have used of a promotion: one row of the carrier's own for each code, with the
-- limits that held when it was last used; null: none. Amounts are minor units.
create table promotion_use (
  tenant text not null, code text not null,
  uses bigint not null, amount bigint not null,
  most_uses bigint, most_amount bigint,
  primary key (tenant, code)
);

-- Which contract used what of it: the rows that the numbers above are the sums of.
create table promotion_spend (
  tenant text not null, contract text not null, code text not null, amount bigint not null,
  primary key (tenant, contract, code)
);
create index promotion_spend_code on promotion_spend (code);
