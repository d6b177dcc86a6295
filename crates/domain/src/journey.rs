//! The journey: which stage a quote or order is in, which are done, and exactly what is still
//! missing for each of the others. Drawn by the same function that refuses a premature step.

use crate::contract::Contract;
use crate::credit::CreditPhase;
use crate::law::{self, Facts};
use crate::order::SubOrderPhase;
use crate::programme::{Need, Stage};
use crate::quote::QuotePhase;
use crate::refusal::Fault;

/// How a stage stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Done,
    /// Under way: somebody else's answer is awaited.
    Waiting,
    /// It may begin now.
    Ready,
    /// Something must come first.
    Blocked,
    /// This quote does not need it.
    NotNeeded,
}

impl Standing {
    pub const ALL: [Self; 5] =
        [Self::Done, Self::Waiting, Self::Ready, Self::Blocked, Self::NotNeeded];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Waiting => "waiting",
            Self::Ready => "ready",
            Self::Blocked => "blocked",
            Self::NotNeeded => "not_needed",
        }
    }
}

/// One stage of a journey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    pub stage: Stage,
    pub standing: Standing,
    /// What must come first; empty unless blocked.
    pub missing: Vec<Fault>,
}

/// Every stage of the programme, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journey {
    pub legs: Vec<Leg>,
}

impl Journey {
    /// The first stage that is neither done nor unneeded; none when all is done.
    pub fn current(&self) -> Option<&Leg> {
        self.legs.iter().find(|l| !matches!(l.standing, Standing::Done | Standing::NotNeeded))
    }
}

/// Draws the journey from the facts.
pub fn journey(facts: &Facts<'_>) -> Journey {
    let legs = facts.programme.stages.iter().map(|stage| leg(*stage, facts)).collect();
    Journey { legs }
}

fn leg(stage: Stage, facts: &Facts<'_>) -> Leg {
    let reached = reached(stage, facts);
    let missing = match reached {
        Some(_) => Vec::new(),
        None => law::missing(stage, facts),
    };
    let standing = match reached {
        Some(standing) => standing,
        None if missing.is_empty() => Standing::Ready,
        None => Standing::Blocked,
    };
    Leg { stage, standing, missing }
}

/// Whether a stage is done, under way or not needed; none while it is still to begin.
fn reached(stage: Stage, facts: &Facts<'_>) -> Option<Standing> {
    let done = |yes: bool| yes.then_some(Standing::Done);
    let phase = facts.quote.map(|q| q.phase(facts.now));
    let holds = |need: Need| law::holds(need, facts);
    let sites = facts.quote.map(|q| &q.tally);
    let some = sites.is_some_and(|tally| tally.sites > 0);
    match stage {
        Stage::Opportunity => done(facts.quote.is_some()),
        Stage::Sites => done(some),
        Stage::AddressValidation => {
            let asked = sites.is_some_and(|tally| tally.requested > 0);
            if asked { Some(Standing::Waiting) } else { done(some && holds(Need::AddressesPassed)) }
        }
        Stage::Configuration => done(some && holds(Need::SitesConfigured)),
        Stage::Pricing => done(matches!(
            phase,
            Some(QuotePhase::Priced | QuotePhase::PendingApproval | QuotePhase::Accepted)
        )),
        Stage::DiscountApproval => {
            if let Some(QuotePhase::PendingApproval) = phase {
                Some(Standing::Waiting)
            } else {
                let approved = facts.quote.and_then(|q| q.offer()).map(|o| o.approved_by.is_some());
                Some(if approved == Some(true) { Standing::Done } else { Standing::NotNeeded })
            }
        }
        Stage::Feasibility => {
            let needed = facts.programme.needs(Stage::Contract).contains(&Need::Firm);
            match facts.quote {
                Some(quote) if quote.awaits_feasibility() => Some(Standing::Waiting),
                Some(_) if some && sites.is_some_and(|t| t.unconfirmed() == 0) => {
                    Some(Standing::Done)
                }
                _ => (!needed).then_some(Standing::NotNeeded),
            }
        }
        Stage::CreditCheck => {
            let last = facts.credit.last().map(|c| c.phase(facts.now));
            let undecided = matches!(last, Some(CreditPhase::Requested | CreditPhase::InReview));
            if facts.contracts.iter().any(|c| c.is_signed() || c.is_terminated()) {
                return Some(Standing::Done);
            }
            if undecided {
                return Some(Standing::Waiting);
            }
            done(holds(Need::CreditApproved) && holds(Need::CreditCovers))
        }
        Stage::Contract => {
            done(facts.contracts.iter().any(|c| c.is_out(facts.now) || c.is_signed()))
        }
        Stage::Signature => done(facts.contracts.iter().any(Contract::is_signed)),
        Stage::Order => done(facts.order.is_some()),
        Stage::CustomerAssignment => done(if facts.sub_orders.is_empty() {
            sites.is_some_and(|tally| tally.sites > 0 && tally.assigned == tally.sites)
        } else {
            holds(Need::CustomersAssigned)
        }),
        Stage::Enrichment => done(facts.order.is_some() && holds(Need::EnrichmentComplete)),
        Stage::Handoff => done(facts.order.is_some() && holds(Need::HandedOff)),
        Stage::Fulfilment => fulfilment(facts),
    }
}

fn fulfilment(facts: &Facts<'_>) -> Option<Standing> {
    let subs = facts.sub_orders;
    if subs.is_empty() || subs.iter().any(|s| s.state == SubOrderPhase::Draft) {
        return None;
    }
    let ended = subs.iter().all(|s| s.state.is_final());
    Some(if ended { Standing::Done } else { Standing::Waiting })
}
