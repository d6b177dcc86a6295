//! What was decided: credit checks, and exception requests.

use super::contracts::newest;
use super::pages::{each, page};
use super::{Audit, Invariant};
use crate::{Store, StoreError};
use domain::credit::{CreditCheck, CreditState, Verdict};
use domain::event::Event;
use domain::exception::{ExceptionRequest, ExceptionState};
use domain::party::Actor;
use domain::quote::Quote;

pub(super) const CHECKS: &str = page!("credit_check");
pub(super) const EXCEPTIONS: &str = page!("exception_request");

/// Reads every credit check and exception request.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let ask = |c: &CreditCheck| {
        (
            crate::credit::by_id(c.tenant, c.id),
            crate::quote::by_id(c.tenant, c.quote),
            newest(c.tenant, c.id, 1),
        )
    };
    each(store, CHECKS, ask, |(check, quote, last)| {
        if let Some(found) = check {
            self::check(&found, quote.as_ref(), last.first(), audit);
        }
    })
    .await?;
    let ask =
        |e: &ExceptionRequest| (crate::exception::by_id(e.tenant, e.id), newest(e.tenant, e.id, 1));
    each(store, EXCEPTIONS, ask, |(request, last)| {
        if let Some(found) = request {
            exception(&found, last.first(), audit);
        }
    })
    .await
}

fn check(check: &CreditCheck, quote: Option<&Quote>, last: Option<&Event>, audit: &mut Audit) {
    if quote.is_some_and(|q| q.account.unwrap_or(q.opportunity) != check.subject) {
        let say = format!("credit check {}: not of its quote's subject", check.id);
        audit.blame(Invariant::ChecksAreOfTheirSubject, say);
    }
    let CreditState::Approved { limit, deposit, valid_until, decided_by, assessment } =
        &check.state
    else {
        return;
    };
    let decided = last.is_some_and(|event| {
        let by_whom = match (&event.actor, &assessment.verdict) {
            (Actor::Connector { .. }, Verdict::Approved { limit: most, deposit: down }) => {
                (most, down) == (limit, deposit)
            }
            (Actor::Operations { .. }, Verdict::InReview) => true,
            _ => false,
        };
        by_whom && event.actor.label() == *decided_by
    });
    if !decided {
        let say = format!("credit check {}: nobody decided what it says", check.id);
        audit.blame(Invariant::ApprovalsWereDecided, say);
    }
    if last.is_some_and(|event| *valid_until <= event.at) {
        let say = format!("credit check {}: its approval ended before it began", check.id);
        audit.blame(Invariant::ApprovalsEnd, say);
    }
}

fn exception(request: &ExceptionRequest, last: Option<&Event>, audit: &mut Audit) {
    let ExceptionState::Approved { valid_until, .. } = &request.state else { return };
    if last.is_some_and(|event| *valid_until <= event.at) {
        let say = format!("exception request {}: it ended before it was approved", request.id);
        audit.blame(Invariant::ApprovalsEnd, say);
    }
}
