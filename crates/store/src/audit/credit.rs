//! What was decided: credit checks, and exception requests.

use super::contracts::newest;
use super::pages::{Keys, each, page, pages, place};
use super::{Audit, Invariant};
use crate::{Store, StoreError};
use domain::credit::{CreditCheck, CreditState, DataKey, SealedTaxId, Verdict, holds_tax_id};
use domain::event::Event;
use domain::exception::{ExceptionRequest, ExceptionState};
use domain::party::Actor;
use domain::quote::Quote;

pub(super) const CHECKS: &str = page!("credit_check");
pub(super) const EXCEPTIONS: &str = page!("exception_request");
/// With how many credit checks its customer has.
pub(super) const KEYS: &str = "select d.tenant, d.subject, d.sealed_by, d.sealed, \
    (select count(*) from credit_check c where c.tenant = d.tenant and c.subject = d.subject) \
    from data_key d where (d.tenant, d.subject) > ($1, $2) \
    order by d.tenant, d.subject, d.number limit $3";

/// Reads every credit check and exception request.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let ask = |c: &CreditCheck| {
        (
            crate::credit::by_id(c.tenant, c.id),
            crate::quote::by_id(c.tenant, c.quote),
            newest(c.tenant, c.id, MOST_REVEALED),
            crate::data_key::of(c.tenant, c.subject),
        )
    };
    each(store, CHECKS, ask, |(check, quote, recent, keys)| {
        if let Some(found) = check {
            let decided = recent.iter().find(|event| !is_beside(event));
            self::check(&found, quote.as_ref(), decided, audit);
            sealed(&found, &keys, audit);
        }
    })
    .await?;
    pages(store, audit, ("data_key", KEYS, Keys(&[0, 1])), |rows, audit| {
        for row in rows {
            let is_sealed = row.text(3).is_ok_and(|sealed| sealed.is_empty() || is_hex(sealed))
                && row.text(2).is_ok_and(|by| !by.is_empty());
            if !is_sealed || row.int(4).is_ok_and(|checks| checks == 0) {
                let say =
                    format!("{}: it seals nothing, or nothing seals it", place("data_key", row));
                audit.blame(Invariant::KeysAreSealed, say);
            }
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
    let CreditState::Approved { limit, deposit, valid_until, decided_by, assessment, agreement } =
        &check.state
    else {
        return;
    };
    let decided = last.is_some_and(|event| {
        let by_whom = match (&event.actor, &assessment.verdict) {
            (Actor::Connector { .. }, Verdict::Approved { limit: most, deposit: down }) => {
                (most, down) == (limit, deposit)
            }
            (Actor::Operations { .. }, Verdict::InReview | Verdict::Declined) => true,
            _ => false,
        };
        by_whom && event.actor.label() == *decided_by
    });
    if !decided {
        let say = format!("credit check {}: nobody decided what it says", check.id);
        audit.blame(Invariant::ApprovalsWereDecided, say);
    }
    if agreement.as_ref().is_some_and(|agreement| !agreement.suffices(*limit)) {
        let say = format!("credit check {}: one person approved up to {limit}", check.id);
        audit.blame(Invariant::LargeApprovalsNeedTwo, say);
    }
    if last.is_some_and(|event| *valid_until <= event.at) {
        let say = format!("credit check {}: its approval ended before it began", check.id);
        audit.blame(Invariant::ApprovalsEnd, say);
    }
}

/// So many looks at a tax id may lie after the decision.
const MOST_REVEALED: u32 = 100;

/// Whether an event left the decision as it was.
fn is_beside(event: &Event) -> bool {
    event.from == event.to && event.from.is_some()
}

fn sealed(check: &CreditCheck, keys: &[DataKey], audit: &mut Audit) {
    let application = &check.application;
    let clear = application.texts().any(|(_, text)| holds_tax_id(text));
    let unsound = application.tax_id.as_ref().is_some_and(|tax_id| !is_sealed(tax_id, keys));
    if clear || unsound {
        let say = format!("credit check {}: its tax id is not under seal", check.id);
        audit.blame(Invariant::TaxIdsAreSealed, say);
    }
}

/// Whether nothing of it can be read: 12 bytes of nonce, 9 of digits, 16 that authenticate them.
fn is_sealed(tax_id: &SealedTaxId, keys: &[DataKey]) -> bool {
    let SealedTaxId { key, cipher, blind, last_four, .. } = tax_id;
    is_hex(cipher)
        && cipher.len() == 2 * (12 + 9 + 16)
        && is_hex(blind)
        && blind.len() == 64
        && last_four.len() == 4
        && keys.iter().any(|one| one.number == *key)
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn exception(request: &ExceptionRequest, last: Option<&Event>, audit: &mut Audit) {
    let ExceptionState::Approved { valid_until, .. } = &request.state else { return };
    if last.is_some_and(|event| *valid_until <= event.at) {
        let say = format!("exception request {}: it ended before it was approved", request.id);
        audit.blame(Invariant::ApprovalsEnd, say);
    }
}
