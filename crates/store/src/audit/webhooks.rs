//! The feed, and who is told of it: endpoints' wishes, their senders' turns, what is planned.

use super::pages::{BY_ID, Keys, each, page, pages, place};
use super::{Audit, Invariant};
use crate::ask::{Ask, maybe};
use crate::{Query, Row, Store, StoreError};
use domain::delivery::Log;
use domain::id::{Id, Kind};
use domain::webhook::{EndpointState, WebhookEndpoint};

/// The feed's end, the last place given, how many have one, and how many places there are.
pub(super) const FEED: &str = "select position, \
    (select coalesce(max(position), 0) from event), \
    (select count(*) from event where position is not null), \
    (select count(distinct position) from event) from feed where name = 'events'";
pub(super) const ENDPOINTS: &str = page!("webhook_endpoint");
pub(super) const ENDPOINT: &str = "select doc from webhook_endpoint where tenant = $1 and id = $2";
pub(super) const HEARD: &str = "select kind from subscription where tenant = $1 and endpoint = $2";
pub(super) const SUBSCRIPTIONS: &str = "select s.tenant, s.endpoint, s.kind, \
    (select count(*) from webhook_endpoint w where w.tenant = s.tenant and w.id = s.endpoint \
    and w.state = 'active') from subscription s \
    where (s.tenant, s.endpoint, s.kind) > ($1, $2, $3) \
    order by s.tenant, s.endpoint, s.kind limit $4";
/// A turn that is due never says so by the largest number.
pub(super) const TURNS: &str = "select t.tenant, t.endpoint, \
    (select count(*) from webhook_endpoint w where w.tenant = t.tenant and w.id = t.endpoint), \
    t.lease_until, t.owner, t.epoch, \
    case when t.due_at = 9223372036854775807 and t.lease_until = 0 and exists \
    (select 1 from webhook_endpoint w where w.tenant = t.tenant and w.id = t.endpoint \
    and w.state = 'active') and exists (select 1 from delivery d where d.tenant = t.tenant \
    and d.endpoint = t.endpoint and d.state = 'pending') then 1 else 0 end \
    from sender_turn t where (t.tenant, t.endpoint) > ($1, $2) \
    order by t.tenant, t.endpoint limit $3";
/// Those that have ended, the oldest first.
pub(super) const ENDED: &str =
    "select planned_at, doc from delivery where state <> 'pending' order by planned_at limit 100";
/// The place of an endpoint's last change.
pub(super) const CHANGED: &str = "select position from event where tenant = $1 and object = $2 \
    order by sequence desc limit 1";
/// Counts, where `exists` would say it: PostgreSQL makes a join of that, and without statistics one
/// that looks at every delivery for every event.
pub(super) const UNPLANNED: &str = "select count(*), min(e.id) from event e \
    where e.position > $1 and e.id >= $2 and (e.tenant = $3 or 'carrier.' || e.environment = $3) \
    and e.kind <> 'webhook_endpoint.tested' and (select count(*) from subscription s \
    where s.tenant = $3 and s.endpoint = $4 and s.kind in ('*', e.noun || '.*', e.kind)) > 0 \
    and (select count(*) from delivery d where d.tenant = $3 and d.endpoint = $4 \
    and d.event = e.id) = 0";

/// Reads all of it.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    feed(store, audit).await?;
    let mut active = Vec::new();
    let ask = |w: &WebhookEndpoint| {
        let whose = || [w.tenant.to_string().into(), w.id.short().into()];
        let heard = Ask { query: Query::new(HEARD, whose()), read: kinds };
        (Ask { query: Query::new(ENDPOINT, whose()), read: maybe::<WebhookEndpoint> }, heard)
    };
    each(store, ENDPOINTS, ask, |(endpoint, heard)| {
        let Some(found) = endpoint else { return };
        self::endpoint(&found, heard, audit);
        if found.is_active() {
            active.push((found.tenant, found.id));
        }
    })
    .await?;
    let table = ("subscription", SUBSCRIPTIONS, Keys(&[0, 1, 2]));
    pages(store, audit, table, |rows, audit| {
        for row in rows.iter().filter(|row| row.int(3) != Ok(1)) {
            let say = format!("{}: its endpoint is not active", place("subscription", row));
            audit.blame(Invariant::WishesAreSubscribed, say);
        }
    })
    .await?;
    pages(store, audit, ("sender_turn", TURNS, BY_ID), |rows, audit| {
        for row in rows {
            turn(row, audit);
        }
    })
    .await?;
    for (tenant, id) in active {
        planned(store, &tenant.to_string(), id, audit).await?;
    }
    Ok(())
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

fn kinds(rows: Vec<Row>) -> Result<Vec<String>, StoreError> {
    rows.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}

fn endpoint(endpoint: &WebhookEndpoint, mut heard: Vec<String>, audit: &mut Audit) {
    let newest = endpoint.secrets.first().is_some_and(|s| s.until.is_none());
    let endless = endpoint.secrets.iter().filter(|s| s.until.is_none()).count();
    let signs = match endpoint.state {
        EndpointState::Removed => endpoint.secrets.is_empty(),
        EndpointState::Active | EndpointState::Disabled { .. } => newest && endless == 1,
    };
    if !signs {
        let say = format!("webhook endpoint {}: {endless} secrets without an end", endpoint.id);
        audit.blame(Invariant::EndpointsCanSign, say);
    }
    let wishes = endpoint.types.iter().filter(|_| endpoint.is_active());
    let mut wishes: Vec<String> = wishes.map(ToString::to_string).collect();
    wishes.sort();
    heard.sort();
    if wishes != heard {
        let say = format!("webhook endpoint {}: it wishes to hear {wishes:?}", endpoint.id);
        audit.blame(Invariant::WishesAreSubscribed, format!("{say}, and hears {heard:?}"));
    }
}

fn turn(row: &Row, audit: &mut Audit) {
    let place = place("sender_turn", row);
    if row.int(2) != Ok(1) {
        audit.blame(Invariant::EndpointsHaveTurns, format!("{place}: its endpoint is not there"));
    }
    let (lease, epoch) = (row.int(3).unwrap_or(-1), row.int(5).unwrap_or(-1));
    let owned = row.text(4).is_ok_and(|owner| !owner.is_empty());
    let sound = if lease > 0 { owned && epoch > 0 } else { !owned };
    if !sound || lease < 0 || epoch < 0 {
        let say = format!("{place}: taken until {lease}, epoch {epoch}, by somebody: {owned}");
        audit.blame(Invariant::TurnsHaveOwners, say);
    }
    if row.int(6) != Ok(0) {
        let say = format!("{place}: something waits to be sent, and it is never due");
        audit.blame(Invariant::WaitingIsDue, say);
    }
}

/// A delivery that ends within so many milliseconds has not outlived others that were forgotten.
const PROMPT_MS: i64 = 24 * 3_600_000;

/// From when on nothing is forgotten: deliveries are forgotten by when they were planned, but not
/// before they have ended. So one that ended late may be older than what is gone already.
fn remembered(rows: Vec<Row>) -> Result<Option<i64>, StoreError> {
    for row in &rows {
        let planned_at = row.int(0)?;
        // Of one that does not parse another invariant tells.
        let Ok(log) = serde_json::from_str::<Log>(row.text(1)?) else { continue };
        let ended = log.attempts.last().map_or(i64::MAX, |last| last.at.ms());
        if ended.saturating_sub(planned_at) < PROMPT_MS {
            return Ok(Some(planned_at));
        }
    }
    Ok(None)
}

/// Only what is younger than something that is remembered can be missed; and it is missed only if
/// that is still so afterwards.
async fn planned(
    store: &Store,
    tenant: &str,
    endpoint: Id,
    audit: &mut Audit,
) -> Result<(), StoreError> {
    let since = || {
        let whose = [tenant.into(), endpoint.short().into()];
        let ended = Ask { query: Query::new(ENDED, []), read: remembered };
        let last = |rows: Vec<Row>| Ok(rows.first().map(|r| r.opt_int(0)).transpose()?.flatten());
        store.ask((ended, Ask { query: Query::new(CHANGED, whose), read: last }))
    };
    let before = since().await?;
    let (Some(kept), Some(changed)) = before else { return Ok(()) };
    let first = Id::new(Kind::Event, kept, 0);
    let values = [changed.into(), first.short().into(), tenant.into(), endpoint.short().into()];
    let rows = store.ask(Ask { query: Query::new(UNPLANNED, values), read: Ok }).await?;
    let Some(row) = rows.first() else { return Ok(()) };
    if row.int(0)? > 0 && since().await? == before {
        let first = row.opt_text(1)?.unwrap_or("?");
        let say = format!("webhook endpoint {endpoint}: {} events, {first} first", row.int(0)?);
        audit.blame(Invariant::EventsArePlanned, say);
    }
    Ok(())
}
