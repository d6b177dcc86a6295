-- The state of an order is a fold over its sub-orders: which states there are and how many of each
-- is read from here, and so are the open ones of an order, without the documents.
create index sub_order_state on sub_order (tenant, orders, state, position);
-- Ten thousand jobs of one handoff are due at the same moment: a claim must find the next few of
-- them without sorting all.
drop index job_lane;
create index job_lane on job (state, connector, due_at, id);
