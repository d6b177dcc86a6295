-- By what orders are known elsewhere: each number that fulfilment or operations gave, and the order
-- that it leads to; `sub_order` is empty where it is the whole order's.
create table order_identifier (
  tenant text not null, kind text not null, value text not null,
  orders text not null, sub_order text not null,
  primary key (tenant, kind, value, orders, sub_order)
);
