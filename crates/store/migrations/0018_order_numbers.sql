-- What follows from an order itself, and it is found by.
alter table orders add column contract text;
alter table orders add column number text;
alter table orders add column purchase_order text;
update orders set contract = json_extract(doc, '$.contract'),
  number = json_extract(doc, '$.number'),
  purchase_order = json_extract(doc, '$.purchase_order');
create index orders_contract on orders (tenant, contract);
create index orders_number on orders (tenant, number);
create index orders_purchase_order on orders (tenant, purchase_order)
  where purchase_order is not null;

-- How a sub-order is billed; null: it is not said yet, or in none of the carrier's sub-accounts.
alter table sub_order add column billing_account text;
alter table sub_order add column sub_account text;
update sub_order set
  billing_account = json_extract(doc, '$.enrichments.billing.value.billing_account');
create index sub_order_billing_account on sub_order (tenant, billing_account)
  where billing_account is not null;
create index sub_order_sub_account on sub_order (tenant, sub_account)
  where sub_account is not null;

-- Operations name an order without its partner.
create index orders_id on orders (id);
create index sub_order_id on sub_order (id);
