//! The deposit that goes with a quote's totals: that of the credit approval which they rest on.

use super::exposure;
use crate::credit::{CreditCheck, CreditState};
use crate::money::Money;
use crate::pricing::Totals;
use crate::time::Moment;

/// What was known of a quote's credit when the quote was read. It is kept with no quote: credit is
/// decided for the customer, and is another's row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Approvals {
    /// For so many months of recurring charges credit is asked.
    exposure_months: u32,
    /// The limit and the deposit of each approval that was good, the newest first.
    good: Vec<(Money, Option<Money>)>,
}

impl Approvals {
    /// Those of the checks of the quote's credit subject, oldest first, that are good at `now`.
    pub fn new(checks: &[CreditCheck], exposure_months: u32, now: Moment) -> Self {
        let good = checks.iter().rev().filter_map(|check| match &check.state {
            CreditState::Approved { deposit, .. } => Some((check.approved_limit(now)?, *deposit)),
            _ => None,
        });
        Self { exposure_months, good: good.collect() }
    }

    /// The deposit that a quote with these totals needs: that of the newest approval which alone
    /// covers what the carrier stands to lose by them. None: it asks for none, or there is no such
    /// approval.
    pub fn deposit(&self, totals: &Totals) -> Option<Money> {
        let needed = exposure(totals, self.exposure_months)?;
        let (_, deposit) = self.good.iter().find(|(limit, _)| *limit >= needed)?;
        *deposit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deposit_is_that_of_the_newest_approval_that_covers_the_totals() {
        let money = Money::from_minor;
        let good = vec![
            (money(1_000), Some(money(10))),
            (money(5_000), None),
            (money(9_000), Some(money(90))),
        ];
        let approvals = Approvals { exposure_months: 3, good };
        let of = |mrc, nrc| {
            approvals.deposit(&Totals { mrc: money(mrc), nrc: money(nrc), ..Totals::default() })
        };
        assert_eq!(of(300, 100), Some(money(10)), "three months and what is paid once");
        assert_eq!(of(300, 101), None, "the approval that covers it asks for none");
        assert_eq!(of(3_000, 0), Some(money(90)));
        assert_eq!(of(3_000, 1), None, "none covers it");
    }
}
