//! Contracts: their texts, the offer that they bind, the credit that they rest on.

use super::pages::{each, page};
use super::{Audit, Invariant};
use crate::ask::{Ask, all, maybe};
use crate::{Query, Row, Store, StoreError};
use domain::contract::{Contract, ContractState, CreditBasis, Signature};
use domain::credit::{CreditCheck, CreditState};
use domain::event::Event;
use domain::id::Id;
use domain::party::Tenant;
use domain::quote::{Offer, Quote, QuoteState};
use domain::time::Moment;

pub(super) const CONTRACTS: &str = page!("contract");
/// The newest of what happened to an object.
pub(super) const NEWEST: &str = "select doc from event where tenant = $1 and object = $2 \
    order by sequence desc limit $3";
/// Where in the feed the decision on a credit check stands, and the contract's beginning.
pub(super) const PLACES: &str = "select (select max(position) from event where tenant = $1 \
    and object = $2), (select position from event where tenant = $1 and object = $3 \
    and sequence = 1)";

/// So many events of a quote are looked at for a change.
const RECENT: u32 = 100;

/// The newest events of an object, the newest first.
pub(super) fn newest(tenant: Tenant, object: Id, limit: u32) -> Ask<Vec<Event>> {
    let values = [tenant.to_string().into(), object.short().into(), limit.into()];
    Ask { query: Query::new(NEWEST, values), read: all }
}

/// Whether the check was decided before the contract was generated, as far as both are placed.
fn decided_before(tenant: Tenant, check: Id, contract: Id) -> Ask<bool> {
    let values = [tenant.to_string().into(), check.short().into(), contract.short().into()];
    let read = |rows: Vec<Row>| {
        let Some(row) = rows.first() else { return Ok(true) };
        let (decided, generated) = (row.opt_int(0)?, row.opt_int(1)?);
        Ok(decided.zip(generated).is_none_or(|(decided, generated)| decided < generated))
    };
    Ask { query: Query::new(PLACES, values), read }
}

fn text(contract: &Contract) -> Ask<Option<String>> {
    let query = crate::contract::document(contract.tenant, contract.id).query;
    let read = |mut rows: Vec<Row>| rows.first_mut().map(|row| row.take_text(0)).transpose();
    Ask { query, read }
}

type File =
    (Option<Contract>, Option<String>, Option<Quote>, Vec<Event>, Option<CreditCheck>, bool);

/// Reads every contract.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let ask = |c: &Contract| {
        // What it does not name is asked for by its own id, which no other noun has.
        let check = c.credit.map_or(c.id, |basis| basis.check);
        let out = matches!(c.state, ContractState::Sent { .. } | ContractState::Viewed { .. });
        (
            Ask { query: crate::contract::by_id(c.tenant, c.id).query, read: maybe },
            text(c),
            crate::quote::by_id(c.tenant, c.quote),
            newest(c.tenant, c.quote, if out { RECENT } else { 1 }),
            crate::credit::by_id(c.tenant, check),
            decided_before(c.tenant, check, c.id),
        )
    };
    each(store, CONTRACTS, ask, |file| contract(file, audit)).await
}

fn contract((contract, text, quote, recent, check, before): File, audit: &mut Audit) {
    let Some(contract) = contract else { return };
    let mut blame = |holds: bool, invariant, what: &str| {
        if !holds {
            audit.blame(invariant, format!("contract {}: {what}", contract.id));
        }
    };
    if let Some(text) = text {
        let original = contract.is_of(&text);
        blame(original, Invariant::TextsAreOriginal, "its text is not the one that it names");
        let says = says_the_price(&contract, &text);
        blame(says, Invariant::TextsSayThePrice, "its text does not say what it costs");
    }
    if let Some(quote) = &quote {
        let bound = binds(&contract, quote, &recent);
        blame(bound, Invariant::ContractsBindTheOffer, "it is out, and its quote says otherwise");
    }
    if let Some(Signature { at, document_sha256, .. }) = contract.signature() {
        let same = document_sha256 == contract.document_sha256;
        blame(same, Invariant::SignaturesNameTheText, "another text was signed");
        let accepted = quote.as_ref().is_some_and(|q| is_accepted_by(q, &contract, at));
        blame(accepted, Invariant::SignedIsAccepted, "its quote is not accepted by it as offered");
        let late = "it was signed after its offer had ended";
        blame(at < contract.good_until, Invariant::SignedInTime, late);
    }
    if let ContractState::Terminated { by, second, .. } = &contract.state {
        let agreed = second.is_second_to(by);
        blame(agreed, Invariant::TerminationsWereAgreed, "one person alone has ended it");
    }
    if let Some(basis) = contract.credit {
        let subject = quote.map(|q| q.account.unwrap_or(q.opportunity));
        let theirs = check.as_ref().is_some_and(|c| subject.is_none_or(|s| s == c.subject));
        blame(theirs, Invariant::CreditWasForThisCustomer, "its approval is not of its customer");
        let Some(check) = check else { return };
        let (in_force, covered) = rests_on(&basis, &check, contract.created_at);
        blame(in_force && before, Invariant::CreditWasInForce, "its approval was not in force");
        blame(covered, Invariant::CreditCoveredTheSale, "its approval does not cover it");
    }
}

fn says_the_price(contract: &Contract, text: &str) -> bool {
    let totals = &contract.totals;
    let charges = [totals.mrc, totals.nrc, totals.total_contract_value];
    text.contains(&contract.id.to_string())
        && charges.iter().all(|charge| text.contains(&format!("USD {charge}\n")))
}

fn offers(quote: &Quote, offer: &Offer, contract: &Contract) -> bool {
    offer.totals == contract.totals
        && offer.expires_at == contract.good_until
        && (&quote.number, quote.revision) == (&contract.number, contract.revision)
}

/// Whether a contract that is out has its quote's offer. One whose time to sign is over need not:
/// the quote may have changed since then, and it has if it happened to it after that time.
fn binds(contract: &Contract, quote: &Quote, recent: &[Event]) -> bool {
    let offered = matches!(&quote.state, QuoteState::Priced { offer }
        if offers(quote, offer, contract));
    match &contract.state {
        ContractState::Generated => offered,
        ContractState::Sent { expires_at, .. } | ContractState::Viewed { expires_at, .. } => {
            offered || recent.iter().any(|event| event.at >= *expires_at)
        }
        _ => true,
    }
}

fn is_accepted_by(quote: &Quote, contract: &Contract, signed_at: Moment) -> bool {
    matches!(&quote.state, QuoteState::Accepted { offer, contract: by, at }
        if *by == contract.id && *at == signed_at && offers(quote, offer, contract))
}

/// Whether the approval had not ended when the contract was generated, and whether it covers it.
fn rests_on(basis: &CreditBasis, check: &CreditCheck, at: Moment) -> (bool, bool) {
    match &check.state {
        CreditState::Approved { limit, valid_until, .. } => {
            (at < *valid_until, *limit >= basis.exposure)
        }
        _ => (false, true),
    }
}
