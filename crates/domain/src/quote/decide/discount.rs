//! Operations decide on a discount beyond the partner's authority: yes, no, or so much.

use crate::change::{Change, Context};
use crate::code::{Because, Code};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::pricing::Approval;
use crate::quote::{CounterOffer, Offer, Quote, QuotePhase, QuoteState};
use crate::refusal::{Fault, Refusal};
use rust_decimal::Decimal;

#[cfg(test)]
mod tests;

/// What operations say to a discount beyond the partner's authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiscountVerdict {
    Approve {
        note: Option<String>,
    },
    /// The quote is a draft again; the partner prices it with less.
    Refuse {
        reason: String,
    },
    /// The quote is a draft again; priced with at most so much, it needs no other approval.
    Counter {
        discount_percent: Decimal,
        reason: String,
        /// How many days from now the partner may take it.
        valid_days: u32,
    },
}

pub fn discount_decide(
    ctx: &mut Context,
    quote: &Quote,
    verdict: DiscountVerdict,
) -> Result<Decision<Quote>, Refusal> {
    let phase = quote.phase(ctx.now);
    let QuoteState::PendingApproval { offer, approval } = &quote.state else {
        return Err(Refusal::state("quote", phase.word(), "decided on: no discount is pending"));
    };
    let in_time = |action: &str| match phase {
        QuotePhase::Expired => Err(Refusal::state("quote", phase.word(), action)),
        _ => Ok(()),
    };
    let mut decided = quote.clone();
    let mut draft = |action| decided.go(ctx.now, QuotePhase::Draft, QuoteState::Draft, action);
    let what = match verdict {
        DiscountVerdict::Approve { note } => {
            in_time("approved")?;
            let offer = Offer { approved_by: Some(ctx.actor.label()), ..offer.clone() };
            let state = QuoteState::Priced { offer };
            let from = decided.go(ctx.now, QuotePhase::Priced, state, "approved")?;
            Happened { reason: note, ..Happened::new(EventKind::QuoteDiscountApproved).from(from) }
        }
        DiscountVerdict::Refuse { reason } => {
            let from = draft("refused")?;
            Happened::new(EventKind::QuoteDiscountRefused).from(from).because(reason)
        }
        DiscountVerdict::Counter { discount_percent, reason, valid_days } => {
            in_time("countered")?;
            between(approval, discount_percent)?;
            let from = draft("countered")?;
            let why = format!("at most {} %: {reason}", discount_percent.normalize());
            decided.counter = Some(CounterOffer {
                discount_percent,
                reason,
                by: ctx.actor.label(),
                at: ctx.now,
                valid_until: ctx.now.plus_days(valid_days),
                tier: offer.tier.clone(),
                promotions: offer.promotions.clone(),
                catalogue_version: offer.catalogue_version.clone(),
            });
            Happened::new(EventKind::QuoteDiscountCountered).from(from).because(why)
        }
    };
    let mut change = Change::default();
    let view = change.update(ctx, decided, what);
    Ok(Decision { change, view })
}

/// A counter-offer is more than the partner may give by itself and less than it asked for: the
/// price that was asked for kept to every floor, so that one with less taken off does too.
fn between(approval: &Approval, percent: Decimal) -> Result<(), Refusal> {
    let (least, most) = (approval.authority_percent, approval.asked_percent);
    if least < percent && percent < most {
        return Ok(());
    }
    let detail = if percent <= least {
        format!("the partner may give {} % by itself", least.normalize())
    } else {
        format!("the partner asked for {} %: approve that", most.normalize())
    };
    let (least, most) = (least.normalize(), most.normalize());
    let fault = Fault::new("/discount_percent", Because::OutOfRange, detail)
        .expected(format!("more than {least} and less than {most}"));
    Err(Refusal::new(Code::InvalidBody, "the percentage is not between the two").with(vec![fault]))
}
