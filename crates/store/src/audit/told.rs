//! The feed, and who is told of it: endpoints' wishes, their senders' turns, deliveries.

use super::tables::place;
use super::{Audit, Invariant, PAGE};
use crate::ask::{Ask, doc_in};
use crate::{Query, Store, StoreError, Value};
use domain::delivery::Log;

/// The feed's end, the last place given, how many have one, and how many places there are.
pub(super) const FEED: &str = "select position, \
    (select coalesce(max(position), 0) from event), \
    (select count(*) from event where position is not null), \
    (select count(distinct position) from event) from feed where name = 'events'";
pub(super) const SUBSCRIPTIONS: &str = "select s.tenant, s.endpoint, s.kind, \
    (select count(*) from webhook_endpoint w where w.tenant = s.tenant and w.id = s.endpoint \
    and w.state = 'active') from subscription s \
    where (s.tenant, s.endpoint, s.kind) > ($1, $2, $3) \
    order by s.tenant, s.endpoint, s.kind limit $4";
pub(super) const TURNS: &str = "select t.tenant, t.endpoint, \
    (select count(*) from webhook_endpoint w where w.tenant = t.tenant and w.id = t.endpoint) \
    from sender_turn t where (t.tenant, t.endpoint) > ($1, $2) \
    order by t.tenant, t.endpoint limit $3";
pub(super) const DELIVERIES: &str = "select d.tenant, d.event, d.endpoint, d.doc, \
    (select count(*) from webhook_endpoint w where w.tenant = d.tenant and w.id = d.endpoint), \
    (select count(*) from event e where e.id = d.event) \
    from delivery d where (d.tenant, d.endpoint, d.event) > ($1, $2, $3) \
    order by d.tenant, d.endpoint, d.event limit $4";

/// Reads all of it.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    feed(store, audit).await?;
    subscriptions(store, audit).await?;
    turns(store, audit).await?;
    deliveries(store, audit).await
}

async fn feed(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let rows = store.ask(Ask { query: Query::new(FEED, []), read: Ok }).await?;
    audit.count("feed", rows.len());
    let Some(row) = rows.first() else {
        audit.blame(Invariant::FeedIsWhole, "feed: it has no row".to_owned());
        return Ok(());
    };
    let [end, last, placed, places] = [row.int(0)?, row.int(1)?, row.int(2)?, row.int(3)?];
    if end != last || last != placed || placed != places {
        let say =
            format!("feed: it ends at {end}, {placed} events have {places} places up to {last}");
        audit.blame(Invariant::FeedIsWhole, say);
    }
    Ok(())
}

async fn subscriptions(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let mut after = [Value::from(""), "".into(), "".into()];
    loop {
        let [tenant, endpoint, kind] = after;
        let query = Query::new(SUBSCRIPTIONS, [tenant, endpoint, kind, PAGE.into()]);
        let rows = store.ask(Ask { query, read: Ok }).await?;
        for row in rows.iter().filter(|row| row.int(3) != Ok(1)) {
            let say = format!("{}: its endpoint is not active", place("subscription", row));
            audit.blame(Invariant::ToldIsKnown, say);
        }
        audit.count("subscription", rows.len());
        let Some(last) = rows.last() else { return Ok(()) };
        after = [last.text(0)?.into(), last.text(1)?.into(), last.text(2)?.into()];
    }
}

async fn turns(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let mut after = [Value::from(""), "".into()];
    loop {
        let [tenant, endpoint] = after;
        let query = Query::new(TURNS, [tenant, endpoint, PAGE.into()]);
        let rows = store.ask(Ask { query, read: Ok }).await?;
        for row in rows.iter().filter(|row| row.int(2) != Ok(1)) {
            let say = format!("{}: its endpoint is not there", place("sender_turn", row));
            audit.blame(Invariant::ToldIsKnown, say);
        }
        audit.count("sender_turn", rows.len());
        let Some(last) = rows.last() else { return Ok(()) };
        after = [last.text(0)?.into(), last.text(1)?.into()];
    }
}

async fn deliveries(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let mut after = [Value::from(""), "".into(), "".into()];
    loop {
        let [tenant, endpoint, event] = after;
        let query = Query::new(DELIVERIES, [tenant, endpoint, event, PAGE.into()]);
        let rows = store.ask(Ask { query, read: Ok }).await?;
        for row in &rows {
            let place = place("delivery", row);
            if row.int(4) != Ok(1) || row.int(5) != Ok(1) {
                let say = format!("{place}: its endpoint or its event is not there");
                audit.blame(Invariant::ToldIsKnown, say);
            }
            if let Err(e) = doc_in::<Log>(row, 3) {
                audit.blame(Invariant::DocumentsParse, format!("{place}: {e}"));
            }
        }
        audit.count("delivery", rows.len());
        let Some(last) = rows.last() else { return Ok(()) };
        after = [last.text(0)?.into(), last.text(2)?.into(), last.text(1)?.into()];
    }
}
