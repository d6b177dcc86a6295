//! Quotes with their sites, versions, offers and ends.

use super::pages::{each, page};
use super::{Audit, Invariant, price};
use crate::ask::{Ask, all};
use crate::{Query, Store, StoreError};
use domain::contract::Contract;
use domain::event::{Event, EventKind};
use domain::id::Id;
use domain::opportunity::Opportunity;
use domain::order::{BillingAccount, Order};
use domain::party::{Actor, Tenant};
use domain::quote::{Feasibility, Level, Quote, QuoteState, Site, Tally};

pub(super) const QUOTES: &str = page!("quote");
/// How an offer came to be, what was said of its feasibility, and the order. What is older than the
/// column has no kind there.
pub(super) const TURNS: &str = "select doc from event where tenant = $1 and object = $2 \
    and kind in ('', 'quote.priced', 'quote.approval_requested', 'quote.discount_approved', \
    'quote.discount_countered', 'quote.counter_offer_taken', 'quote.feasibility_requested', \
    'quote.feasibility_confirmed', 'quote.feasibility_refused', 'quote.ordered') \
    order by sequence";

fn turns(tenant: Tenant, quote: Id) -> Ask<Vec<Event>> {
    let values = [tenant.to_string().into(), quote.short().into()];
    Ask { query: Query::new(TURNS, values), read: all }
}

/// A quote with what it names.
type File = (
    Option<Quote>,
    Vec<Site>,
    Option<Contract>,
    Option<Opportunity>,
    Option<Quote>,
    Option<Quote>,
    Option<BillingAccount>,
    Vec<Event>,
    Option<Order>,
);

/// Reads every quote.
pub(super) async fn walk(store: &Store, audit: &mut Audit) -> Result<(), StoreError> {
    let ask = |q: &Quote| {
        // What it does not name is asked for by its own id, which no other noun has.
        let contract = match &q.state {
            QuoteState::Accepted { contract, .. } => *contract,
            _ => q.id,
        };
        let next = match &q.state {
            QuoteState::Superseded { by, .. } => *by,
            _ => q.id,
        };
        (
            crate::quote::by_id(q.tenant, q.id),
            crate::site::of_quote(q.tenant, q.id),
            crate::contract::by_id(q.tenant, contract),
            crate::opportunity::by_id(q.tenant, q.opportunity),
            crate::quote::by_id(q.tenant, q.replaces.unwrap_or(q.id)),
            crate::quote::by_id(q.tenant, next),
            crate::billing::by_id(q.tenant, q.billing.billing_account.unwrap_or(q.id)),
            turns(q.tenant, q.id),
            crate::order::of_quote(q.tenant, q.id),
        )
    };
    each(store, QUOTES, ask, |file| quote(file, audit)).await
}

fn quote(file: File, audit: &mut Audit) {
    let (Some(quote), sites, contract, opportunity, before, after, account, turns, order) = file
    else {
        return;
    };
    price::quote(&quote, &sites, audit);
    if Tally::of(&sites) != quote.tally {
        let say = format!("quote {}: its tally is not what its sites say", quote.id);
        audit.blame(Invariant::TalliesAreOfTheirSites, say);
    }
    for site in sites.iter().filter(|s| s.position == 0 || s.position > quote.sites_added) {
        let (given, place) = (quote.sites_added, site.position);
        let say = format!("site {}: place {place} of {given} that were given", site.id);
        audit.blame(Invariant::SitesArePlaced, say);
    }
    for site in sites.iter().filter(|site| !site.accepts_an_offer()) {
        let say = format!("site {}: its address was never offered", site.id);
        audit.blame(Invariant::AcceptedWasOffered, say);
    }
    let mut blame = |holds: bool, invariant, what: &str| {
        if !holds {
            audit.blame(invariant, format!("quote {}: {what}", quote.id));
        }
    };
    let same = opportunity.is_none_or(|o| o.account == quote.account);
    blame(
        same,
        Invariant::QuotesFollowOpportunities,
        "another end customer's than its opportunity",
    );
    let chained = follows(&quote, before.as_ref()) && is_followed(&quote, after.as_ref());
    blame(chained, Invariant::RevisionsAreChained, "its revisions are not one chain");
    let billed = quote.billing.billing_account.is_none() || account.is_some();
    blame(billed, Invariant::BillingAccountsExist, "its billing account is not there");
    blame(as_approved(&quote, &turns), Invariant::DiscountsAreApproved, "not as its history says");
    let told = as_answered(&quote.feasibility, &turns);
    blame(told, Invariant::FeasibilityIsTold, "its feasibility is not what its history says");
    let ordered = turns.iter().filter(|e| e.kind == EventKind::QuoteOrdered.word()).count();
    let once = ordered == 0 || (ordered == 1 && order.is_some());
    blame(once, Invariant::OrderedQuotesHaveOrders, "it was ordered, and not one order is there");
    let accepted = matches!(quote.state, QuoteState::Accepted { .. });
    let signed = contract.is_some_and(|c| c.signature().is_some() && c.quote == quote.id);
    let what = "it is accepted without a signed contract";
    blame(!accepted || signed, Invariant::AcceptedIsSigned, what);
    let firm = quote.level() != Some(Level::Budgetary);
    blame(!accepted || firm, Invariant::AcceptedIsFirm, "it is accepted at a budgetary price");
}

/// Whether it is the first version, or the one after that which it replaces.
fn follows(quote: &Quote, before: Option<&Quote>) -> bool {
    if quote.replaces.is_none() {
        return quote.revision == 1;
    }
    before.is_some_and(|before| {
        (&before.number, before.alternative) == (&quote.number, quote.alternative)
            && before.revision.checked_add(1) == Some(quote.revision)
            && matches!(&before.state, QuoteState::Superseded { by, .. } if *by == quote.id)
    })
}

/// Whether what it says of its successor is what the successor says of it: that it replaces it, or
/// that it is the alternative that was signed.
fn is_followed(quote: &Quote, after: Option<&Quote>) -> bool {
    let signed = |after: &Quote| {
        after.number == quote.number
            && after.alternative != quote.alternative
            && matches!(after.state, QuoteState::Accepted { .. })
    };
    !matches!(quote.state, QuoteState::Superseded { .. })
        || after.is_some_and(|after| after.replaces == Some(quote.id) || signed(after))
}

/// Whether the offer's approval is what the last of these events says: priced within the
/// partner's authority, waiting, or approved by operations.
fn as_approved(quote: &Quote, turns: &[Event]) -> bool {
    let Some(offer) = quote.offer() else { return true };
    let by = offer.approved_by.as_deref();
    let came = |e: &&Event| {
        let kind = EventKind::parse(&e.kind);
        matches!(
            kind,
            Some(
                EventKind::QuotePriced
                    | EventKind::QuoteApprovalRequested
                    | EventKind::QuoteDiscountApproved
                    | EventKind::QuoteCounterOfferTaken
            )
        )
    };
    let last = turns.iter().rev().find(came);
    let kind = last.and_then(|e| EventKind::parse(&e.kind));
    match (&quote.state, kind) {
        (QuoteState::PendingApproval { approval, .. }, Some(EventKind::QuoteApprovalRequested)) => {
            approval.asked_percent > approval.authority_percent
                && offer.discount_percent == Some(approval.asked_percent)
                && by.is_none()
        }
        (QuoteState::PendingApproval { .. }, _) => false,
        (_, Some(EventKind::QuotePriced)) => by.is_none(),
        (_, Some(EventKind::QuoteDiscountApproved)) => {
            last.zip(by).is_some_and(|(event, by)| is_by_operations(event, by))
        }
        (_, Some(EventKind::QuoteCounterOfferTaken)) => by.is_some_and(|by| {
            let offered = EventKind::QuoteDiscountCountered.word();
            turns.iter().any(|e| e.kind == offered && is_by_operations(e, by))
        }),
        _ => false,
    }
}

fn is_by_operations(event: &Event, by: &str) -> bool {
    matches!(event.actor, Actor::Operations { .. }) && event.actor.label() == by
}

/// Whether what is said of the feasibility is what the last of these events about it says. An edit
/// takes it back, so that nothing need be said.
fn as_answered(feasibility: &Feasibility, turns: &[Event]) -> bool {
    let about = |e: &&Event| e.kind.starts_with("quote.feasibility_");
    let last = turns.iter().rev().find(about);
    let is = |kind: EventKind| last.filter(|e| e.kind == kind.word());
    match feasibility {
        Feasibility::Unasked => true,
        Feasibility::Requested { .. } => is(EventKind::QuoteFeasibilityRequested).is_some(),
        Feasibility::Confirmed { by, .. } => {
            is(EventKind::QuoteFeasibilityConfirmed).is_some_and(|e| is_by_operations(e, by))
        }
        Feasibility::Refused { by, .. } => {
            is(EventKind::QuoteFeasibilityRefused).is_some_and(|e| is_by_operations(e, by))
        }
    }
}
