-- The feed: every event has a position, given when its transaction is known to be committed, so
-- that a reader that has seen position n has seen everything before it. Null: not placed yet.
alter table event add column environment text not null default '';
alter table event add column noun text not null default '';
alter table event add column kind text not null default '';
alter table event add column position bigint;
update event set environment = substr(tenant, length(tenant) - 3);
create unique index event_id on event (id);
create index event_position on event (position);
create index event_feed on event (tenant, position);

-- The last position given. Whoever places events holds this row meanwhile.
create table feed (name text not null primary key, position bigint not null);
insert into feed (name, position) values ('events', 0);

create table webhook_endpoint (
  tenant text not null, id text not null, version bigint not null,
  state text not null, doc text not null,
  primary key (tenant, id)
);

-- What active endpoints hear: a kind, a noun's kinds (quote.*), or everything (*).
create table subscription (
  tenant text not null, endpoint text not null, kind text not null,
  primary key (tenant, endpoint, kind)
);
create index subscription_kind on subscription (tenant, kind);

-- One row per active endpoint: when it has something to send, and which node sends it. Far in the
-- future: nothing to send.
create table sender_turn (
  tenant text not null, endpoint text not null, due_at bigint not null,
  lease_until bigint not null, owner text not null, epoch bigint not null,
  failing_since bigint not null,
  primary key (tenant, endpoint)
);
create index sender_turn_due on sender_turn (due_at);

-- One event on its way to one endpoint. `doc` keeps the attempts.
create table delivery (
  tenant text not null, endpoint text not null, event text not null,
  position bigint not null, state text not null, due_at bigint not null,
  tries bigint not null, planned_at bigint not null, doc text not null,
  primary key (tenant, endpoint, event)
);
create index delivery_due on delivery (endpoint, state, due_at);
create index delivery_position on delivery (position);
