//! The parent order's state: a pure fold over its sub-orders, by how many of them are in each
//! phase. Nobody sets it.

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

/// How many of an order's sub-orders are in each phase: all that its state depends on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PhaseCounts([u64; SubOrderPhase::ALL.len()]);

impl PhaseCounts {
    /// Counts `many` more in a phase.
    pub fn add(&mut self, phase: SubOrderPhase, many: u64) {
        self.0[phase as usize] += many;
    }

    /// The phases that there are, in the order of their table, each with its number.
    pub fn present(&self) -> impl Iterator<Item = (SubOrderPhase, u64)> {
        let each = SubOrderPhase::ALL.iter().copied().zip(self.0);
        each.filter(|(_, count)| *count > 0)
    }

    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Whether nothing goes on any more.
    pub fn have_ended(&self) -> bool {
        self.present().all(|(phase, _)| phase.is_final())
    }

    /// The state of an order whose sub-orders these are. It asks only which phases there are, so
    /// that counting each as one gives the same.
    ///
    /// All alike: that phase. All ended, not alike: partial. Otherwise what is still going on
    /// counts: anything under way makes it `in_progress`; before that, the phase that the slowest
    /// part is in.
    pub fn state(&self) -> OrderState {
        use SubOrderPhase::{Acknowledged, Draft, InProgress, Submitted};
        let mut present: Vec<(SubOrderPhase, u64)> = self.present().collect();
        if planted(Bug::FoldForgetsLast) && self.total() > 1 {
            present.pop_if(|(_, count)| *count == 1);
        }
        match present.as_slice() {
            [] => return OrderState::Phase(Draft),
            [(only, _)] => return OrderState::Phase(*only),
            _ if present.iter().all(|(phase, _)| phase.is_final()) => return OrderState::Partial,
            _ => {}
        }
        let early = [Draft, Submitted, Acknowledged];
        let all_early = present.iter().all(|(phase, _)| early.contains(phase));
        let slowest = present.first().map(|(phase, _)| *phase).filter(|_| all_early);
        OrderState::Phase(slowest.unwrap_or(InProgress))
    }
}

impl FromIterator<SubOrderPhase> for PhaseCounts {
    fn from_iter<I: IntoIterator<Item = SubOrderPhase>>(phases: I) -> Self {
        let mut counts = Self::default();
        phases.into_iter().for_each(|phase| counts.add(phase, 1));
        counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SubOrderPhase::*;
    use proptest::prelude::*;

    fn state(parts: &[SubOrderPhase]) -> OrderState {
        parts.iter().copied().collect::<PhaseCounts>().state()
    }

    /// The same said of the parts themselves, one by one.
    fn by_the_parts(parts: &[SubOrderPhase]) -> OrderState {
        let Some(first) = parts.first() else { return OrderState::Phase(Draft) };
        if parts.iter().all(|p| p == first) {
            return OrderState::Phase(*first);
        }
        if parts.iter().all(|p| p.is_final()) {
            return OrderState::Partial;
        }
        let early = [Draft, Submitted, Acknowledged];
        let all_early = parts.iter().all(|p| early.contains(p));
        let slowest = early.into_iter().find(|e| parts.contains(e));
        OrderState::Phase(slowest.filter(|_| all_early).unwrap_or(InProgress))
    }

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
            assert_eq!(state(&parts), want, "{parts:?}");
        }
    }

    proptest! {
        #[test]
        fn the_order_of_the_parts_does_not_matter(
            mut parts in prop::collection::vec(prop::sample::select(SubOrderPhase::ALL), 0..12),
        ) {
            let forward = state(&parts);
            parts.reverse();
            prop_assert_eq!(state(&parts), forward);
            // Ended exactly when every part has.
            let ended = match forward {
                OrderState::Partial => true,
                OrderState::Phase(p) => p.is_final(),
            };
            prop_assert_eq!(ended, !parts.is_empty() && parts.iter().all(|p| p.is_final()));
        }

        #[test]
        fn the_counts_say_what_the_parts_say(
            parts in prop::collection::vec(prop::sample::select(SubOrderPhase::ALL), 0..12),
        ) {
            let counts: PhaseCounts = parts.iter().copied().collect();
            prop_assert_eq!(counts.state(), by_the_parts(&parts));
            prop_assert_eq!(counts.total(), parts.len() as u64);
            // Which phases there are is enough.
            let once: PhaseCounts = counts.present().map(|(phase, _)| phase).collect();
            prop_assert_eq!(once.state(), counts.state());
            prop_assert_eq!(counts.have_ended(), parts.iter().all(|p| p.is_final()));
        }
    }
}
