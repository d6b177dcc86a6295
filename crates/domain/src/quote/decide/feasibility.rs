//! The partner asks whether a quote's sites can be served; operations answer.

use super::super::edits::{Edits, QuoteSites};
use super::Rules;
use crate::change::{Change, Context};
use crate::code::Code;
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::law::QuoteFile;
use crate::programme::Stage;
use crate::quote::{Feasibility, Quote, Site};
use crate::refusal::Refusal;

#[cfg(test)]
mod tests;

/// Asks operations about the sites that are not confirmed yet.
pub fn feasibility_request(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
) -> Result<Decision<Quote>, Refusal> {
    file.gate(ctx, rules, Stage::Feasibility)?;
    let mut quote = file.quote.clone();
    let phase = quote.phase(ctx.now);
    if phase.is_final() {
        return Err(Refusal::state("quote", phase.word(), "asked about"));
    }
    if quote.tally.unconfirmed() == 0 {
        let detail = "there is no site whose feasibility is not confirmed";
        return Err(Refusal::new(Code::StateConflict, detail));
    }
    quote.feasibility.go(Feasibility::Requested { at: ctx.now }, "requested")?;
    let mut change = Change::default();
    let view = change.update(ctx, quote, Happened::new(EventKind::QuoteFeasibilityRequested));
    Ok(Decision { change, view })
}

/// What operations say to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeasibilityVerdict {
    /// Every site can be served as it is configured.
    Confirm { note: Option<String> },
    /// Not every site can; the reason says which and why.
    Refuse { reason: String },
}

/// Operations answer. For a yes, `sites` are all of the quote's.
pub fn feasibility_decide(
    ctx: &mut Context,
    quote: &Quote,
    sites: &[Site],
    verdict: FeasibilityVerdict,
) -> Result<Decision<QuoteSites>, Refusal> {
    let phase = quote.phase(ctx.now);
    if phase.is_final() {
        return Err(Refusal::state("quote", phase.word(), "answered: it is closed"));
    }
    let (at, by) = (ctx.now, ctx.actor.label());
    let mut decided = quote.clone();
    match verdict {
        FeasibilityVerdict::Confirm { note } => {
            if u32::try_from(sites.len()) != Ok(quote.tally.sites) {
                let detail = "the quote's sites are not all there yet; try again";
                return Err(Refusal::new(Code::Busy, detail));
            }
            let confirmed = Feasibility::Confirmed { at, by, note: note.clone() };
            decided.feasibility.go(confirmed, "confirmed")?;
            let mut edits = Edits::of(decided);
            for site in sites.iter().filter(|site| site.feasible_since.is_none()) {
                edits.update(site, Site { feasible_since: Some(at), ..site.clone() });
            }
            let kind = EventKind::QuoteFeasibilityConfirmed;
            Ok(edits.end(ctx, Happened { reason: note, ..Happened::new(kind) }))
        }
        FeasibilityVerdict::Refuse { reason } => {
            let refused = Feasibility::Refused { at, by, reason: reason.clone() };
            decided.feasibility.go(refused, "refused")?;
            let what = Happened::new(EventKind::QuoteFeasibilityRefused).because(reason);
            Ok(Edits::of(decided).end(ctx, what))
        }
    }
}
