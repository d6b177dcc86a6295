//! The parent order's state: a pure fold over its sub-orders. Nobody sets it.

use super::SubOrderPhase;
use faults::{Bug, planted};

/// A sub-order's phases, and `partial` for a parent whose parts ended differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderState {
    /// All sub-orders are in this phase, or it says best what the order waits for.
    Phase(SubOrderPhase),
    /// All sub-orders have ended, and not alike.
    Partial,
}

impl OrderState {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Phase(phase) => phase.word(),
            Self::Partial => "partial",
        }
    }

    /// Every word that an order's state can be.
    pub fn words() -> impl Iterator<Item = &'static str> {
        SubOrderPhase::ALL.iter().map(|p| p.word()).chain(["partial"])
    }
}

/// The state of an order whose sub-orders are in `phases`.
///
/// All alike: that phase. All ended, not alike: partial. Otherwise what is still going on
/// counts: anything under way makes it `in_progress`; before that, the phase that the slowest
/// part is in.
pub fn order_state(phases: impl IntoIterator<Item = SubOrderPhase>) -> OrderState {
    use SubOrderPhase::{Acknowledged, Draft, InProgress, Submitted};
    let mut phases: Vec<SubOrderPhase> = phases.into_iter().collect();
    if planted(Bug::FoldForgetsLast) && phases.len() > 1 {
        phases.pop();
    }
    let Some(first) = phases.first() else { return OrderState::Phase(Draft) };
    if phases.iter().all(|p| p == first) {
        return OrderState::Phase(*first);
    }
    if phases.iter().all(|p| p.is_final()) {
        return OrderState::Partial;
    }
    let early = [Draft, Submitted, Acknowledged];
    let all_early = phases.iter().all(|p| early.contains(p));
    let slowest = early.into_iter().find(|e| phases.contains(e));
    OrderState::Phase(slowest.filter(|_| all_early).unwrap_or(InProgress))
}

#[cfg(test)]
mod tests {
    use super::*;
    use SubOrderPhase::*;
    use proptest::prelude::*;

    #[test]
    fn the_parent_is_what_its_parts_are() {
        for (parts, want) in [
            (vec![], OrderState::Phase(Draft)),
            (vec![Completed, Completed], OrderState::Phase(Completed)),
            (vec![Completed, Failed], OrderState::Partial),
            (vec![Cancelled, Rejected, Completed], OrderState::Partial),
            (vec![Draft, Submitted], OrderState::Phase(Draft)),
            (vec![Acknowledged, Submitted], OrderState::Phase(Submitted)),
            (vec![Draft, Completed], OrderState::Phase(InProgress)),
            (vec![Held, InProgress], OrderState::Phase(InProgress)),
            (vec![Held, Held], OrderState::Phase(Held)),
        ] {
            assert_eq!(order_state(parts.clone()), want, "{parts:?}");
        }
    }

    proptest! {
        #[test]
        fn the_order_of_the_parts_does_not_matter(
            mut parts in prop::collection::vec(prop::sample::select(SubOrderPhase::ALL), 0..12),
        ) {
            let forward = order_state(parts.clone());
            parts.reverse();
            prop_assert_eq!(order_state(parts.clone()), forward);
            // Ended exactly when every part has.
            let ended = match forward {
                OrderState::Partial => true,
                OrderState::Phase(p) => p.is_final(),
            };
            prop_assert_eq!(ended, !parts.is_empty() && parts.iter().all(|p| p.is_final()));
        }
    }
}
