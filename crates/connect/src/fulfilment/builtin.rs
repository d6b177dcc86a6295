//! The built-in simulator: walks a sub-order's planned milestones on the clock.

use super::Fulfilment;
use crate::ConnectorError;
use async_trait::async_trait;
use domain::fulfilment::{Progress, Received};
use domain::order::{IdentifierKind, Milestone, SubOrder};
use domain::time::Moment;

/// A delivery side that keeps to its plan.
#[derive(Debug, Clone, Copy)]
pub struct Simulator {
    working_day_ms: i64,
}

impl Simulator {
    /// One working day of the plan takes `working_day_ms` milliseconds.
    pub const fn new(working_day_ms: i64) -> Self {
        Self { working_day_ms }
    }

    fn due(self, handed_off: Moment, milestone: &Milestone) -> Moment {
        let days = i64::from(milestone.working_days);
        handed_off.plus_ms(days.saturating_mul(self.working_day_ms))
    }
}

/// The milestone at which the circuit is designed and has its number.
const FOC: &str = "foc_received";

/// What a sub-order is known by from a milestone on: the same whenever it is asked.
pub(crate) fn numbers(
    sub_order: &SubOrder,
    reached: Option<&Milestone>,
) -> Vec<(IdentifierKind, String)> {
    let circuit = || (IdentifierKind::CircuitId, format!("SIM/CKT/{}", sub_order.id.short()));
    reached.filter(|milestone| milestone.code == FOC).map(|_| circuit()).into_iter().collect()
}

#[async_trait]
impl Fulfilment for Simulator {
    async fn submit(&self, sub_order: &SubOrder) -> Result<Received, ConnectorError> {
        let reference = format!("SIM-{}", sub_order.id.short());
        let identifiers = vec![(IdentifierKind::ServiceOrderNumber, reference.clone())];
        Ok(Received::Acknowledged { reference, identifiers })
    }

    async fn progress(
        &self,
        sub_order: &SubOrder,
        now: Moment,
    ) -> Result<Progress, ConnectorError> {
        let Some(handed_off) = sub_order.handed_off_at else {
            return Err(ConnectorError::Never("the sub-order is not handed off".to_owned()));
        };
        let mut waiting = sub_order.milestones.iter().filter(|m| m.reached_at.is_none());
        let next = waiting.next();
        let reached = next.filter(|m| self.due(handed_off, m) <= now);
        // The next question is worth asking when the milestone after this one is due.
        let then = if reached.is_some() { waiting.next() } else { next };
        let ask_again_ms = then.map_or(0, |m| (self.due(handed_off, m).ms() - now.ms()).max(0));
        Ok(Progress {
            reached: reached.map(|m| m.code.clone()),
            foc: sub_order.milestones.last().and_then(|m| m.planned),
            failed: None,
            identifiers: numbers(sub_order, reached),
            ask_again_ms,
        })
    }
}
