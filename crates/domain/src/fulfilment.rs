//! Fulfilment: what the delivery side answers, and what a sub-order becomes by it.

use crate::change::{Change, Context, Settle};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::job::Work;
use crate::order::{Acknowledgement, IdentifierKind, SubOrder, SubOrderPhase, identified};
use crate::refusal::Refusal;
use crate::time::Date;

/// What fulfilment answers to a submitted sub-order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    Acknowledged { reference: String, identifiers: Vec<(IdentifierKind, String)> },
    Rejected { reason: String },
}

/// What fulfilment answers when asked how far it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// The code of the milestone that was reached, if one was.
    pub reached: Option<String>,
    /// The firm date, once it is known.
    pub foc: Option<Date>,
    /// Delivery has failed for good.
    pub failed: Option<String>,
    /// By what the sub-order is known there from now on.
    pub identifiers: Vec<(IdentifierKind, String)>,
    /// Ask again after so many milliseconds.
    pub ask_again_ms: i64,
}

/// Records the answer to a submission. An acknowledged sub-order is followed from then on.
pub fn order_receive(
    ctx: &mut Context,
    mut sub: SubOrder,
    received: Received,
    settle: Settle,
) -> Result<Decision<SubOrder>, Refusal> {
    let mut change = Change { settle: Some(settle), ..Change::default() };
    let from = sub.state;
    let what = match received {
        Received::Acknowledged { reference, identifiers } => {
            from.guard(SubOrderPhase::Acknowledged, "acknowledged")?;
            sub.state = SubOrderPhase::Acknowledged;
            sub.acknowledgement = Some(Acknowledgement { reference, at: ctx.now });
            identified(ctx, &mut change, &mut sub, &identifiers);
            let now = ctx.now;
            change.later(ctx, sub.tenant, Work::FollowOrder { sub_order: sub.id }, now);
            Happened::new(EventKind::SubOrderAcknowledged)
        }
        Received::Rejected { reason } => {
            from.guard(SubOrderPhase::Rejected, "rejected")?;
            sub.state = SubOrderPhase::Rejected;
            sub.trouble = Some(reason.clone());
            Happened::new(EventKind::SubOrderRejected).because(reason)
        }
    };
    let view = change.update(ctx, sub, what.from(from.word()));
    Ok(Decision { change, view })
}

/// Records progress. The last milestone completes the sub-order; before it, the sub-order is
/// followed further. A milestone that was reached already, or is not planned, changes nothing.
pub fn order_progress(
    ctx: &mut Context,
    mut sub: SubOrder,
    progress: Progress,
    settle: Settle,
) -> Result<Decision<SubOrder>, Refusal> {
    let mut change = Change { settle: Some(settle), ..Change::default() };
    let from = sub.state;
    if let Some(reason) = progress.failed {
        from.guard(SubOrderPhase::Failed, "failed")?;
        sub.state = SubOrderPhase::Failed;
        sub.trouble = Some(reason.clone());
        let what = Happened::new(EventKind::SubOrderFailed).from(from.word()).because(reason);
        let view = change.update(ctx, sub, what);
        return Ok(Decision { change, view });
    }
    let at = ctx.now;
    let code = progress.reached.as_deref();
    let fresh =
        sub.milestones.iter_mut().find(|m| m.reached_at.is_none() && Some(m.code.as_str()) == code);
    let mut said = Vec::new();
    if let Some(milestone) = fresh {
        milestone.reached_at = Some(at);
        said.push(milestone.name.clone());
    }
    if let Some(foc) = progress.foc.filter(|foc| sub.foc != Some(*foc)) {
        sub.foc = Some(foc);
        said.push(format!("firm date {foc}"));
    }
    if sub.state == SubOrderPhase::Acknowledged && !said.is_empty() {
        sub.state.guard(SubOrderPhase::InProgress, "begun")?;
        sub.state = SubOrderPhase::InProgress;
    }
    said.extend(identified(ctx, &mut change, &mut sub, &progress.identifiers));
    let done = sub.milestones.iter().all(|m| m.reached_at.is_some());
    if done && sub.state == SubOrderPhase::InProgress {
        sub.state = SubOrderPhase::Completed;
    } else {
        let due = ctx.now.plus_ms(progress.ask_again_ms);
        change.later(ctx, sub.tenant, Work::FollowOrder { sub_order: sub.id }, due);
    }
    if said.is_empty() && sub.state == from {
        return Ok(Decision { change, view: sub });
    }
    let kind = if sub.state == SubOrderPhase::Completed {
        EventKind::SubOrderCompleted
    } else {
        EventKind::SubOrderMilestoneReached
    };
    let what = Happened::new(kind).from(from.word()).because(said.join(", "));
    let view = change.update(ctx, sub, what);
    Ok(Decision { change, view })
}
