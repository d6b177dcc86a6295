//! What is left of a promotion: the limits that the catalogue sets, and what signatures have used
//! of them. A contract that is terminated gives back what it used.

use crate::catalogue::Promotion;
use crate::id::Id;
use crate::money::Money;
use crate::party::Tenant;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What an offer takes off by one promotion: over the whole term, at all sites.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The promotion's code.
    pub promotion: String,
    pub amount: Money,
}

/// What all the signatures of an environment have used of one promotion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The promotion's code.
    pub promotion: String,
    /// Contracts signed with it.
    pub uses: u64,
    /// What they were given, over their terms.
    pub amount: Money,
}

/// A promotion's limits beside what is used of them. None: no such limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// The promotion's code.
    pub promotion: Arc<str>,
    /// The most contracts that may be signed with it.
    pub most_uses: Option<u64>,
    /// The most that may be given away with it.
    pub budget: Option<Money>,
    pub uses: u64,
    pub amount: Money,
}

/// A signature uses a promotion: once, and so much of its budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spend {
    /// The space of the contract; what is counted is the carrier's.
    pub tenant: Tenant,
    pub contract: Id,
    pub given: Given,
    /// The limits that hold at the commit, not only when the decision was made.
    pub most_uses: Option<u64>,
    pub budget: Option<Money>,
}

/// A terminated contract gives back what its signature used of a promotion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The space of the contract; what is counted is the carrier's.
    pub tenant: Tenant,
    pub contract: Id,
    /// As it was used.
    pub given: Given,
}

impl Allowance {
    /// The promotion as the catalogue has it, and what `used` says of it.
    pub fn new(promotion: &Promotion, used: &[Used]) -> Self {
        let used = used.iter().find(|used| *used.promotion == *promotion.code);
        Self {
            promotion: promotion.code.clone(),
            most_uses: promotion.uses,
            budget: promotion.budget,
            uses: used.map_or(0, |used| used.uses),
            amount: used.map_or(Money::ZERO, |used| used.amount),
        }
    }

    pub const fn is_limited(&self) -> bool {
        self.most_uses.is_some() || self.budget.is_some()
    }

    /// Why one more contract that is given `amount` cannot have it, if it cannot.
    pub fn objection(&self, amount: Money) -> Option<String> {
        if let Some(most) = self.most_uses.filter(|most| self.uses >= *most) {
            return Some(format!("it is used up: {most} contracts were signed with it"));
        }
        let budget = self.budget?;
        let fits = self.amount.checked_add(amount).is_ok_and(|sum| sum <= budget);
        (!fits).then(|| {
            let left = budget.checked_sub(self.amount).unwrap_or_default().max(Money::ZERO);
            format!("it is used up: {left} of its budget is left, this takes {amount}")
        })
    }
}

/// The allowance of that promotion among them.
pub fn of<'a>(allowances: &'a [Allowance], promotion: &str) -> Option<&'a Allowance> {
    allowances.iter().find(|a| a.promotion.eq_ignore_ascii_case(promotion))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowance(most_uses: Option<u64>, budget: Option<i64>) -> Allowance {
        let budget = budget.map(Money::from_minor);
        Allowance { promotion: "P".into(), most_uses, budget, uses: 2, amount: cents(500) }
    }

    fn cents(minor: i64) -> Money {
        Money::from_minor(minor)
    }

    #[test]
    fn the_last_use_is_given_and_the_one_after_it_is_not() {
        assert_eq!(allowance(Some(3), None).objection(cents(1)), None);
        let why = allowance(Some(2), None).objection(Money::ZERO).expect("an objection");
        assert_eq!(why, "it is used up: 2 contracts were signed with it");
    }

    #[test]
    fn the_last_cent_is_given_and_the_one_after_it_is_not() {
        let limited = allowance(None, Some(800));
        assert_eq!(limited.objection(cents(300)), None);
        let why = limited.objection(cents(301)).expect("an objection");
        assert_eq!(why, "it is used up: 3.00 of its budget is left, this takes 3.01");
        assert!(limited.objection(cents(i64::MAX)).is_some(), "an overflow is no fit");
    }

    #[test]
    fn a_budget_that_was_lowered_below_what_is_used_leaves_nothing() {
        let why = allowance(None, Some(400)).objection(cents(1)).expect("an objection");
        assert_eq!(why, "it is used up: 0.00 of its budget is left, this takes 0.01");
    }

    #[test]
    fn without_limits_there_is_no_end() {
        let free = allowance(None, None);
        assert_eq!((free.objection(cents(i64::MAX)), free.is_limited()), (None, false));
    }
}
