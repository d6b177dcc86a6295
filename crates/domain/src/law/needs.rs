//! Each need, asked of the facts. Pointers point into the quote or the sub-order.

use super::Facts;
use crate::address::Avps;
use crate::code::Because;
use crate::credit::{CreditCheck, CreditPhase, CreditState};
use crate::customer;
use crate::enrichment;
use crate::money::Money;
use crate::programme::Need;
use crate::promotion;
use crate::quote::{
    AskedLevel, Feasibility, Level, QuotePhase, QuoteState, Site, Tally, Validation, exposure,
};
use crate::refusal::Fault;
use faults::{Bug, planted};

/// What is missing for `need` to hold. Empty: it holds.
pub(super) fn unmet(need: Need, facts: &Facts<'_>) -> Vec<Fault> {
    match need {
        Need::CustomerServed => facts
            .account
            .and_then(|a| customer::unserved(a, facts.partner, facts.exceptions, facts.now))
            .into_iter()
            .collect(),
        Need::QuoteEditable => editable(facts),
        Need::SitesPresent => one_if(of_sites(facts, |t| t.sites) == 0, || {
            Fault::new("/sites", Because::SitesMissing, "the quote has no site")
        }),
        Need::AddressesPassed => {
            let named = facts.unpassed.iter().filter_map(address).collect();
            listed(of_sites(facts, Tally::unpassed), named, Because::AddressUnchecked)
        }
        Need::AccessAvailable => one_if(of_sites(facts, |t| t.short) > 0, || {
            let count = of_sites(facts, |t| t.short);
            let detail = format!("{count} sites are configured for an access speed not to be had");
            Fault::new("/sites", Because::AccessUnavailable, detail)
        }),
        Need::SitesConfigured => {
            let named = facts.unconfigured.iter().filter_map(configuration).collect();
            listed(of_sites(facts, Tally::unconfigured), named, Because::SiteUnconfigured)
        }
        Need::QuotePriced => priced(facts),
        Need::FirmSubjectToFeasibility => level(facts, Level::FirmSubjectToFeasibility),
        Need::Firm => level(facts, Level::Firm),
        Need::PriceUnexpired => one_if(phase(facts) == Some(QuotePhase::Expired), || {
            Fault::new("/offer/expires_at", Because::PriceExpired, "the price offer has expired")
        }),
        Need::PromotionsAvailable => promotions_available(facts),
        Need::CreditApproved => credit_approved(facts),
        Need::CreditCovers => credit_covers(facts),
        Need::ContractSent => contract_sent(facts),
        Need::ContractSigned => contract_signed(facts),
        Need::TermsAccepted => one_if(facts.terms_accepted == Some(false), || {
            let detail = "the terms and conditions are not accepted";
            Fault::new("/accept_terms", Because::TermsNotAccepted, detail)
        }),
        Need::OrderPlaced => one_if(facts.order.is_none(), || {
            Fault::new("/order", Because::OrderMissing, "there is no order of this quote")
        }),
        Need::OrderOpen => order_open(facts),
        Need::CustomersAssigned => facts.sub_orders.iter().filter_map(customer_of).collect(),
        Need::EnrichmentComplete => enrichment_complete(facts),
        Need::HandedOff => handed_off(facts),
    }
}

fn one_if(wrong: bool, fault: impl FnOnce() -> Fault) -> Vec<Fault> {
    if wrong { vec![fault()] } else { Vec::new() }
}

/// What the quote knows of its sites; without a quote there is none.
fn of_sites(facts: &Facts<'_>, count: impl Fn(&Tally) -> u32) -> u32 {
    facts.quote.map_or(0, |quote| count(&quote.tally))
}

/// The faults of `count` sites, as far as they are named, and one for all the others.
fn listed(count: u32, mut named: Vec<Fault>, because: Because) -> Vec<Fault> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    named.truncate(count);
    let more = count - named.len();
    if more > 0 {
        named.push(Fault::new("/sites", because, format!("and {more} more sites")));
    }
    named
}

fn phase(facts: &Facts<'_>) -> Option<QuotePhase> {
    facts.quote.map(|q| q.phase(facts.now))
}

fn editable(facts: &Facts<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Some(phase) = phase(facts)
        && phase.is_final()
    {
        let detail = format!("this version of the quote is {}", phase.word());
        faults.push(Fault::new("/state", Because::QuoteLocked, detail));
    }
    if let Some(open) = facts.contracts.iter().find(|c| c.is_out(facts.now))
        && !planted(Bug::EditBesideContract)
    {
        let detail =
            format!("contract {} is {}: void it before editing", open.id, open.state.word());
        faults.push(Fault::new("/contracts", Because::ContractOut, detail));
    }
    faults
}

fn site_pointer(site: &Site, member: &str) -> String {
    format!("/sites/{}/{member}", site.id)
}

fn address(site: &Site) -> Option<Fault> {
    let (because, what) = match &site.validation {
        Validation::Accepted { .. } | Validation::Answered { avps: Avps::Match { .. }, .. } => {
            return None;
        }
        Validation::Unchecked | Validation::Unanswered { .. } => {
            (Because::AddressUnchecked, "the address is not validated")
        }
        Validation::Requested => (Because::AddressUnchecked, "the address is being validated"),
        Validation::Answered { avps: Avps::NoMatch { .. }, .. } => {
            (Because::AddressNotFound, "the address is not deliverable")
        }
        Validation::Answered { avps: Avps::CloseMatch { .. }, .. } => {
            (Because::AddressUnresolved, "the corrected address is not accepted")
        }
        Validation::Answered { avps: Avps::Ambiguous { .. }, .. } => {
            (Because::AddressUnresolved, "the address is ambiguous; choose one")
        }
    };
    let why = match &site.validation {
        Validation::Unanswered { why, .. } => format!(": {why}"),
        _ => String::new(),
    };
    let detail = format!("{}: {what}{why}", site.name);
    Some(Fault::new(site_pointer(site, "address"), because, detail))
}

fn configuration(site: &Site) -> Option<Fault> {
    site.configuration.is_none().then(|| {
        let detail = format!("{}: no configuration", site.name);
        Fault::new(site_pointer(site, "configuration"), Because::SiteUnconfigured, detail)
    })
}

fn priced(facts: &Facts<'_>) -> Vec<Fault> {
    let Some(quote) = facts.quote else { return Vec::new() };
    match &quote.state {
        QuoteState::Accepted { .. } => terminated(facts).into_iter().collect(),
        QuoteState::Priced { .. } => Vec::new(),
        QuoteState::PendingApproval { .. } => vec![Fault::new(
            "/offer",
            Because::ApprovalPending,
            "the discount waits for operations' approval",
        )],
        QuoteState::Draft | QuoteState::Cancelled { .. } | QuoteState::Superseded { .. } => {
            vec![Fault::new("/offer", Because::Unpriced, "the quote is not priced")]
        }
    }
}

/// Whether the price is firm enough. Without a price, `QuotePriced` says so.
fn level(facts: &Facts<'_>, least: Level) -> Vec<Fault> {
    let Some(quote) = facts.quote else { return Vec::new() };
    let (Some(level), Some(offer)) = (quote.level(), quote.offer()) else { return Vec::new() };
    let fault = |because, detail: String| vec![Fault::new("/level", because, detail)];
    if level == Level::Budgetary {
        let how = match offer.level {
            AskedLevel::Budgetary => "price the quote again with the level firm",
            AskedLevel::Firm => "validate every address",
        };
        return fault(Because::PriceBudgetary, format!("the price is budgetary: {how}"));
    }
    match &quote.feasibility {
        Feasibility::Refused { reason, .. } => {
            let detail = format!("operations refused the quote's feasibility: {reason}");
            fault(Because::FeasibilityRefused, detail)
        }
        _ if level >= least => Vec::new(),
        Feasibility::Requested { .. } => {
            let detail = "operations have yet to confirm that every site can be served";
            fault(Because::FeasibilityPending, detail.to_owned())
        }
        Feasibility::Unasked | Feasibility::Confirmed { .. } => {
            let (open, all) = (quote.tally.unconfirmed(), quote.tally.sites);
            let detail = format!("feasibility of {open} of {all} sites is not confirmed");
            fault(Because::FeasibilityMissing, detail)
        }
    }
}

/// A signature uses the promotions of its offer; one that is signed has used them.
fn promotions_available(facts: &Facts<'_>) -> Vec<Fault> {
    let Some(QuoteState::Priced { offer } | QuoteState::PendingApproval { offer, .. }) =
        facts.quote.map(|quote| &quote.state)
    else {
        return Vec::new();
    };
    let fault = |(at, code): (usize, &String)| {
        let left = promotion::of(facts.promotions, code).filter(|left| left.is_limited())?;
        let objection = match offer.given.iter().find(|given| given.promotion == *code) {
            Some(given) => left.objection(given.amount)?,
            None => "the price does not say what it takes of its budget".to_owned(),
        };
        let detail = format!("promotion {code}: {objection}; price the quote again");
        let pointer = format!("/offer/promotions/{at}");
        Some(Fault::new(pointer, Because::PromotionUsedUp, detail))
    };
    offer.promotions.iter().enumerate().filter_map(fault).collect()
}

/// The check that counts: an approval if there is one, else the newest.
fn deciding<'a>(facts: &Facts<'a>) -> Option<&'a CreditCheck> {
    let approved = |c: &&CreditCheck| c.phase(facts.now) == CreditPhase::Approved;
    facts.credit.iter().rev().find(approved).or(facts.credit.last())
}

fn credit_approved(facts: &Facts<'_>) -> Vec<Fault> {
    let fault = |because, detail: String| vec![Fault::new("/credit_checks", because, detail)];
    let Some(check) = deciding(facts) else {
        return fault(Because::CreditMissing, "there is no credit check".to_owned());
    };
    let because = match check.phase(facts.now) {
        CreditPhase::Approved => return Vec::new(),
        CreditPhase::Requested | CreditPhase::InReview => Because::CreditUndecided,
        CreditPhase::Declined => Because::CreditDeclined,
        CreditPhase::Failed => Because::CreditFailed,
        CreditPhase::Expired => Because::CreditExpired,
    };
    let what = match &check.state {
        CreditState::Approved { limit, valid_until, .. } => {
            format!("its approval up to {limit} ended at {valid_until}; ask for a new one")
        }
        _ if check.proposal.is_some() => {
            format!("it is {}, and an approval waits for its second person", check.state.word())
        }
        CreditState::Declined { .. } => "it is declined".to_owned(),
        CreditState::Failed { .. } => "the bureau gave no answer; ask for a new one".to_owned(),
        CreditState::InReview { .. } => "it is in_review: a person decides".to_owned(),
        CreditState::Requested => "it is requested".to_owned(),
    };
    fault(because, format!("credit check {}: {what}", check.id))
}

fn credit_covers(facts: &Facts<'_>) -> Vec<Fault> {
    let offer = facts.quote.and_then(|q| q.offer());
    covered(facts, offer.and_then(|o| exposure(&o.totals, facts.programme.exposure_months)))
}

/// What is missing for an approval of `needed`.
pub(super) fn covered(facts: &Facts<'_>, needed: Option<Money>) -> Vec<Fault> {
    let Some(needed) = needed else { return Vec::new() };
    let limits = facts.credit.iter().filter_map(|c| c.approved_limit(facts.now));
    match limits.max() {
        Some(limit) if limit < needed && !planted(Bug::ApprovalCoversAll) => {
            let detail = format!(
                "credit is approved up to {limit}, the quote needs {needed}: ask for a new check"
            );
            vec![
                Fault::new("/credit_checks", Because::CreditInsufficient, detail)
                    .expected(format!("an approval of at least {needed}")),
            ]
        }
        // Without any approval, `CreditApproved` says so.
        Some(_) | None => Vec::new(),
    }
}

fn contract_sent(facts: &Facts<'_>) -> Vec<Fault> {
    let fault = |because, detail: String| vec![Fault::new("/contracts", because, detail)];
    // One at most is alive; which of two of one moment is the newer, their ids do not say.
    if facts.contracts.iter().any(|c| c.can_sign(facts.now) || c.is_signed()) {
        return Vec::new();
    }
    if let Some(ended) = terminated(facts) {
        return vec![ended];
    }
    match facts.contracts.last() {
        None => fault(Because::ContractMissing, "there is no contract".to_owned()),
        Some(c) => {
            let detail = format!("contract {} is {}", c.id, c.phase(facts.now).word());
            fault(Because::ContractNotSent, detail)
        }
    }
}

fn contract_signed(facts: &Facts<'_>) -> Vec<Fault> {
    if facts.contracts.iter().any(crate::contract::Contract::is_signed) {
        return Vec::new();
    }
    if let Some(ended) = terminated(facts) {
        return vec![ended];
    }
    let (because, detail) = match facts.contracts.last() {
        None => (Because::ContractMissing, "there is no contract".to_owned()),
        Some(c) => {
            let word = c.phase(facts.now).word();
            (Because::ContractUnsigned, format!("contract {} is {word}", c.id))
        }
    };
    vec![Fault::new("/contracts", because, detail)]
}

/// That the signed contract was terminated. There is no other of that version.
fn terminated(facts: &Facts<'_>) -> Option<Fault> {
    let ended = facts.contracts.iter().find(|contract| contract.is_terminated())?;
    let detail = format!("contract {} was terminated after it was signed", ended.id);
    Some(Fault::new("/contracts", Because::ContractTerminated, detail))
}

fn sub_pointer(sub: &crate::order::SubOrder, member: &str) -> String {
    format!("/sub_orders/{}{member}", sub.id)
}

fn order_open(facts: &Facts<'_>) -> Vec<Fault> {
    if let Some(order) = facts.order.filter(|order| order.terminated_at.is_some()) {
        let detail = format!("contract {} of the order was terminated", order.contract);
        return vec![Fault::new("/order", Because::ContractTerminated, detail)];
    }
    if facts.sub_orders.is_empty()
        || facts.sub_orders.iter().any(super::super::order::SubOrder::is_open)
    {
        return Vec::new();
    }
    let closed = |s: &crate::order::SubOrder| {
        let detail = format!("{}: handed off, now {}", s.name, s.state.word());
        Fault::new(sub_pointer(s, ""), Because::HandedOff, detail)
    };
    facts.sub_orders.iter().map(closed).collect()
}

fn customer_of(sub: &crate::order::SubOrder) -> Option<Fault> {
    sub.customer.is_none().then(|| {
        let detail = format!("{}: no end customer is assigned", sub.name);
        Fault::new(sub_pointer(sub, "/customer_id"), Because::CustomerUnassigned, detail)
    })
}

fn enrichment_complete(facts: &Facts<'_>) -> Vec<Fault> {
    let group = facts.order.and_then(|o| o.group);
    let open = facts.sub_orders.iter().filter(|s| s.is_open());
    open.flat_map(|sub| {
        enrichment::required(facts.programme, sub)
            .into_iter()
            .filter(|kind| !enrichment::is_there(*kind, sub, group))
            .map(|kind| {
                let detail = format!("{}: {} is missing", sub.name, kind.word().replace('_', " "));
                let pointer = sub_pointer(sub, &format!("/enrichments/{}", kind.word()));
                Fault::new(pointer, Because::EnrichmentMissing, detail)
            })
            .collect::<Vec<_>>()
    })
    .collect()
}

fn handed_off(facts: &Facts<'_>) -> Vec<Fault> {
    if facts.sub_orders.is_empty() {
        return vec![Fault::new("/order", Because::OrderMissing, "there is no order")];
    }
    let open = facts.sub_orders.iter().filter(|s| s.is_open());
    open.map(|s| {
        let detail = format!("{}: not handed off", s.name);
        Fault::new(sub_pointer(s, ""), Because::NotHandedOff, detail)
    })
    .collect()
}
