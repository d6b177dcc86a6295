-- What is forgotten next, without a look at what is kept.
create index delivery_finished on delivery (planned_at) where state <> 'pending';
