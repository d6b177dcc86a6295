//! What may be done to a quote, and what follows from it. An edit takes the price away.

mod alternative;
mod clone;
mod configure;
mod discount;
mod feasibility;
#[cfg(test)]
mod fixture;
mod import;
mod preview;
mod price;
mod reopen;
mod sites;
mod versions;

pub(crate) use alternative::end_others;

pub use alternative::alternative_add;
pub use clone::quote_clone;
pub use configure::configure_and_price;
pub use discount::*;
pub use feasibility::*;
pub use import::*;
pub use preview::*;
pub use price::*;
pub use reopen::*;
pub use sites::*;
pub use versions::quote_revise;

use super::{BillingPreferences, Feasibility, Quote, QuotePhase, QuoteState};
use crate::change::{Change, Context};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::id::Id;
use crate::law::{self, QuoteFile};
use crate::programme::{Programme, Stage};
use crate::refusal::{IfMatch, Refusal};

/// Under which rules, and for which partner, a quote is worked on.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    pub programme: &'a Programme,
    pub partner: Id,
}

impl QuoteFile {
    fn gate(&self, ctx: &Context, rules: Rules<'_>, stage: Stage) -> Result<(), Refusal> {
        law::gate(stage, &self.facts(ctx.now, rules.programme, rules.partner))
    }

    /// The quote as a draft again: its price, a counter-offer and what was asked about its
    /// feasibility are taken away. For an edit that `gate` allowed.
    fn reopened(&self, ctx: &Context) -> Result<(Quote, &'static str), Refusal> {
        let mut quote = self.quote.clone();
        let from = quote.go(ctx.now, QuotePhase::Draft, QuoteState::Draft, "edited")?;
        quote.counter = None;
        if quote.feasibility != Feasibility::Unasked {
            quote.feasibility.go(Feasibility::Unasked, "edited")?;
        }
        Ok((quote, from))
    }
}

/// Renames a quote. The price stays.
pub fn quote_edit(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    seen: IfMatch,
    name: Option<String>,
) -> Result<Decision<Quote>, Refusal> {
    seen.check(file.quote.version)?;
    file.gate(ctx, rules, Stage::Sites)?;
    let mut quote = file.quote.clone();
    if let Some(name) = name {
        quote.name = name;
    }
    let mut change = Change::default();
    let view = change.update(ctx, quote, Happened::new(EventKind::QuoteEdited));
    Ok(Decision { change, view })
}

/// Sets how the partner wants to be billed. The price stays.
pub fn quote_set_billing(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    seen: IfMatch,
    billing: BillingPreferences,
) -> Result<Decision<Quote>, Refusal> {
    seen.check(file.quote.version)?;
    file.gate(ctx, rules, Stage::Sites)?;
    let mut change = Change::default();
    let quote = Quote { billing, ..file.quote.clone() };
    let view = change.update(ctx, quote, Happened::new(EventKind::QuoteBillingSet));
    Ok(Decision { change, view })
}

/// Cancels an unsigned quote. A contract that is out goes with it.
pub fn quote_cancel(
    ctx: &mut Context,
    file: &QuoteFile,
    reason: String,
) -> Result<Decision<Quote>, Refusal> {
    let mut quote = file.quote.clone();
    let state = QuoteState::Cancelled { reason: reason.clone() };
    let from = quote.go(ctx.now, QuotePhase::Cancelled, state, "cancelled")?;
    let mut change = Change::default();
    void_open_contracts(ctx, file, &mut change, "the quote was cancelled");
    let what = Happened::new(EventKind::QuoteCancelled).from(from).because(reason);
    let view = change.update(ctx, quote, what);
    Ok(Decision { change, view })
}

fn void_open_contracts(ctx: &mut Context, file: &QuoteFile, change: &mut Change, why: &str) {
    let now = ctx.now;
    for contract in file.contracts.iter().filter(|c| c.is_out(now)) {
        let (voided, from) = contract.voided(now, why);
        let what = Happened::new(EventKind::ContractVoided).from(from).because(why);
        change.update(ctx, voided, what);
    }
}
