//! Deliveries to webhook endpoints, and their logs.

use super::pages::{Keys, pages, place};
use super::{Audit, Invariant};
use crate::ask::doc_in;
use crate::{Row, Store, StoreError};
use domain::delivery::{DeliveryState, Log, SCHEDULE_MS};

pub(super) const DELIVERIES: &str = "select d.tenant, d.event, d.endpoint, d.doc, \
    (select count(*) from webhook_endpoint w where w.tenant = d.tenant and w.id = d.endpoint), \
    (select count(*) from event e where e.id = d.event), d.state, d.due_at, d.tries \
    from delivery d where (d.tenant, d.endpoint, d.event) > ($1, $2, $3) \
    order by d.tenant, d.endpoint, d.event limit $4";

/// Reads every delivery.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    pages(store, audit, ("delivery", DELIVERIES, Keys(&[0, 2, 1])), |rows, audit| {
        for row in rows {
            delivery(row, audit);
        }
    })
    .await
}

fn delivery(row: &Row, audit: &mut Audit) {
    let place = place("delivery", row);
    if row.int(4) != Ok(1) || row.int(5) != Ok(1) {
        let say = format!("{place}: its endpoint or its event is not there");
        audit.blame(Invariant::DeliveriesAreKnown, say);
    }
    let word = row.text(6).unwrap_or_default();
    let state = DeliveryState::ALL.into_iter().find(|state| state.word() == word);
    let pending = state == Some(DeliveryState::Pending);
    let due = row.int(7).is_ok_and(|due| due > 0);
    if state.is_none() || pending != due {
        audit.blame(Invariant::DeliveriesEnd, format!("{place}: {word:?}, due: {due}"));
    }
    let log = match doc_in::<Log>(row, 3) {
        Ok(log) => log,
        Err(e) => {
            audit.blame(Invariant::DocumentsParse, format!("{place}: {e}"));
            return;
        }
    };
    let (tries, made) = (row.int(8).unwrap_or(-1), log.attempts.len());
    let counted = usize::try_from(tries).is_ok_and(|n| n <= made && n <= SCHEDULE_MS.len());
    if !counted {
        let say = format!("{place}: {tries} tries, {made} attempts in its log");
        audit.blame(Invariant::AttemptsAreCounted, say);
    }
    // One that is sent again after it was taken has had no attempt since.
    let taken = log.attempts.last().is_some_and(|attempt| attempt.outcome == "delivered");
    if taken != (state == Some(DeliveryState::Delivered)) && !(pending && tries == 0) {
        let say = format!("{place}: {word}, and its last attempt was taken: {taken}");
        audit.blame(Invariant::DeliveredWasTaken, say);
    }
}
