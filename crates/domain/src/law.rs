//! The law of the flow: what must hold before a stage, asked of the facts. The one function
//! `missing` refuses a premature step and draws the journey, so the two cannot disagree.

mod needs;

use crate::catalogue::{Catalogue, Offering};
use crate::contract::Contract;
use crate::credit::CreditCheck;
use crate::customer::Account;
use crate::exception::ExceptionRequest;
use crate::id::Id;
use crate::money::Money;
use crate::order::{Order, SubOrder};
use crate::programme::{Need, Programme, Stage};
use crate::promotion::Allowance;
use crate::quote::{Quote, Site};
use crate::refusal::{self, Fault, Refusal};
use crate::time::Moment;
use std::sync::Arc;

/// What is known when a stage is asked for. What is not known yet is empty.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub now: Moment,
    pub programme: &'a Programme,
    pub partner: Id,
    pub account: Option<&'a Account>,
    pub exceptions: &'a [ExceptionRequest],
    /// Its tally says how its sites stand.
    pub quote: Option<&'a Quote>,
    /// The first of its sites without a valid address, to name them.
    pub unpassed: &'a [Site],
    /// The first of its sites without a configuration.
    pub unconfigured: &'a [Site],
    /// Credit checks of the quote's credit subject, oldest first.
    pub credit: &'a [CreditCheck],
    /// Contracts of this quote version, oldest first.
    pub contracts: &'a [Contract],
    /// What is left of the catalogue's promotions.
    pub promotions: &'a [Allowance],
    pub order: Option<&'a Order>,
    /// The sub-orders in question: one, or all of the order.
    pub sub_orders: &'a [SubOrder],
    /// Whether the request accepts the terms; none when nobody was asked yet.
    pub terms_accepted: Option<bool>,
}

impl<'a> Facts<'a> {
    /// Nothing known but when, who, and under which rules.
    pub const fn new(now: Moment, programme: &'a Programme, partner: Id) -> Self {
        Self {
            now,
            programme,
            partner,
            account: None,
            exceptions: &[],
            quote: None,
            unpassed: &[],
            unconfigured: &[],
            credit: &[],
            contracts: &[],
            promotions: &[],
            order: None,
            sub_orders: &[],
            terms_accepted: None,
        }
    }
}

/// A quote with all that its gates look at, as loaded in one snapshot.
#[derive(Debug, Clone)]
pub struct QuoteFile {
    pub quote: Quote,
    /// Those that the action looks at, in the order of their places: none, some or all.
    pub sites: Vec<Site>,
    /// The first of those without a valid address: at most [`MOST_NAMED`].
    pub unpassed: Vec<Site>,
    /// The first of those without a configuration: at most [`MOST_NAMED`].
    pub unconfigured: Vec<Site>,
    pub account: Option<Account>,
    pub exceptions: Vec<ExceptionRequest>,
    pub credit: Vec<CreditCheck>,
    pub contracts: Vec<Contract>,
    pub promotions: Vec<Allowance>,
    pub order: Option<Order>,
    /// The catalogue in force at the moment of the decision, read in the same snapshot.
    pub catalogue: Arc<Catalogue>,
    /// The one that priced the offer, where that is another and is still known.
    pub sold_under: Option<Arc<Catalogue>>,
    /// Those that the action looks at.
    pub sub_orders: Vec<SubOrder>,
}

/// So many sites are named where something is missing; of the others it is said how many they are.
/// Below what one refusal names, so that what else is missing has a place beside them.
pub const MOST_NAMED: u32 = 90;

impl QuoteFile {
    /// The offering of that code: of the catalogue in force, or, where that sells it no more, of
    /// the one that it was sold under.
    pub fn offering(&self, code: &str) -> Option<&Offering> {
        let sold_under = || self.sold_under.as_ref().and_then(|sold| sold.offering(code));
        self.catalogue.offering(code).or_else(sold_under)
    }

    pub fn facts<'a>(&'a self, now: Moment, programme: &'a Programme, partner: Id) -> Facts<'a> {
        Facts {
            account: self.account.as_ref(),
            exceptions: &self.exceptions,
            quote: Some(&self.quote),
            unpassed: &self.unpassed,
            unconfigured: &self.unconfigured,
            credit: &self.credit,
            contracts: &self.contracts,
            promotions: &self.promotions,
            order: self.order.as_ref(),
            sub_orders: &self.sub_orders,
            ..Facts::new(now, programme, partner)
        }
    }
}

/// What is still missing before `stage`. Empty: it may begin.
pub fn missing(stage: Stage, facts: &Facts<'_>) -> Vec<Fault> {
    facts.programme.needs(stage).iter().flat_map(|need| needs::unmet(*need, facts)).collect()
}

/// Whether one need is met.
pub fn holds(need: Need, facts: &Facts<'_>) -> bool {
    needs::unmet(need, facts).is_empty()
}

/// The newest credit approval that alone meets the needs of a contract, if there is one.
pub fn good_approval<'a>(facts: &Facts<'a>) -> Option<&'a CreditCheck> {
    facts.credit.iter().rev().find(|check| {
        let alone = Facts { credit: std::slice::from_ref(*check), ..*facts };
        holds(Need::CreditApproved, &alone) && holds(Need::CreditCovers, &alone)
    })
}

/// What is missing for credit of `amount`: an approval, or one of so much.
pub fn credit_missing(facts: &Facts<'_>, amount: Option<Money>) -> Vec<Fault> {
    let mut missing = needs::unmet(Need::CreditApproved, facts);
    missing.extend(needs::covered(facts, amount));
    missing
}

/// The newest approval that alone covers `amount`, if there is one.
pub fn approval_for<'a>(facts: &Facts<'a>, amount: Option<Money>) -> Option<&'a CreditCheck> {
    facts.credit.iter().rev().find(|check| {
        let alone = Facts { credit: std::slice::from_ref(*check), ..*facts };
        credit_missing(&alone, amount).is_empty()
    })
}

/// Refuses a stage whose needs are not met, and says every one of them.
pub fn gate(stage: Stage, facts: &Facts<'_>) -> Result<(), Refusal> {
    refuse(stage, missing(stage, facts))
}

/// Refuses a stage for what is missing, if anything is.
pub(crate) fn refuse(stage: Stage, missing: Vec<Fault>) -> Result<(), Refusal> {
    if missing.is_empty() {
        return Ok(());
    }
    let (missing, more) = refusal::named(missing);
    let detail = format!(
        "{} is not possible yet: {}{more}",
        stage.title(),
        missing.iter().map(|f| f.detail.as_str()).collect::<Vec<_>>().join("; ")
    );
    Err(Refusal::premature(detail, missing))
}
