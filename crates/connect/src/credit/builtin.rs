//! The built-in bureau: rules over the application, as data. It looks nothing up.

use super::{CreditAnswer, CreditAsk, CreditBureau};
use crate::ConnectorError;
use async_trait::async_trait;
use domain::credit::{Assessment, CreditClass, Verdict};
use domain::money::Money;
use serde::{Deserialize, Serialize};

/// The built-in rules. Amounts are exposure in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CreditRules {
    /// Past due above this is declined.
    pub most_past_due: Money,
    /// Up to this an approval needs nothing more.
    pub clear_limit: Money,
    /// Up to this an approval needs a deposit; above it a person decides.
    pub deposit_limit: Money,
    /// The deposit, in per cent of the exposure.
    pub deposit_percent: u32,
    /// Younger businesses are decided by a person above `young_limit`.
    pub young_years: u32,
    pub young_limit: Money,
    /// An approval covers this much more than was asked, in per cent, so that a small change of
    /// the quote needs no new check.
    pub headroom_percent: u32,
}

impl Default for CreditRules {
    fn default() -> Self {
        Self {
            most_past_due: Money::from_minor(50_000),
            clear_limit: Money::from_minor(25_000_000),
            deposit_limit: Money::from_minor(50_000_000),
            deposit_percent: 10,
            young_years: 2,
            young_limit: Money::from_minor(2_500_000),
            headroom_percent: 10,
        }
    }
}

/// The bureau that the program brings along.
#[derive(Debug, Clone, Default)]
pub struct BuiltinBureau {
    rules: CreditRules,
}

impl BuiltinBureau {
    pub const fn new(rules: CreditRules) -> Self {
        Self { rules }
    }

    /// The rules, walked in order; the first that speaks decides.
    fn decide(&self, ask: &CreditAsk) -> Result<(Verdict, CreditClass, String), ConnectorError> {
        let rules = &self.rules;
        let percent = |p: u32| {
            ask.amount
                .percent(p.into(), domain::money::Rounding::HalfUp)
                .map_err(|_| ConnectorError::Never("the amount is too large".to_owned()))
        };
        let past_due = ask.application.past_due.unwrap_or(Money::ZERO);
        if past_due > rules.most_past_due {
            let reason = format!("past due {past_due} is above {}", rules.most_past_due);
            return Ok((Verdict::Declined, CreditClass::High, reason));
        }
        let young = ask.application.years_in_business.is_some_and(|y| y < rules.young_years);
        if young && ask.amount > rules.young_limit {
            let reason = format!(
                "in business for less than {} years, and {} is above {}",
                rules.young_years, ask.amount, rules.young_limit
            );
            return Ok((Verdict::InReview, CreditClass::Medium, reason));
        }
        let limit = percent(100 + rules.headroom_percent)?;
        if ask.amount <= rules.clear_limit {
            let reason = format!("{} is within {}", ask.amount, rules.clear_limit);
            let verdict = Verdict::Approved { limit, deposit: None };
            return Ok((verdict, CreditClass::Low, reason));
        }
        if ask.amount <= rules.deposit_limit {
            let deposit = Some(percent(rules.deposit_percent)?);
            let reason = format!("{} is within {} on deposit", ask.amount, rules.deposit_limit);
            return Ok((Verdict::Approved { limit, deposit }, CreditClass::Medium, reason));
        }
        let reason = format!("{} is above {}", ask.amount, rules.deposit_limit);
        Ok((Verdict::InReview, CreditClass::Medium, reason))
    }
}

#[async_trait]
impl CreditBureau for BuiltinBureau {
    async fn assess(&self, ask: &CreditAsk) -> Result<CreditAnswer, ConnectorError> {
        let (verdict, class, reason) = self.decide(ask)?;
        let reference = format!("BUILTIN-{}", ask.reference.short());
        let assessment = Assessment { verdict, class, reasons: vec![reason], reference };
        Ok(CreditAnswer { reference: ask.reference, assessment })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::tests::ask;

    #[test]
    fn each_rule_decides_at_its_bound() {
        let bureau = BuiltinBureau::default();
        let word = |ask: &CreditAsk| match bureau.decide(ask).unwrap().0 {
            Verdict::Approved { deposit: None, .. } => "approved",
            Verdict::Approved { deposit: Some(_), .. } => "deposit",
            Verdict::InReview => "review",
            Verdict::Declined => "declined",
        };
        for (minor, years, past_due, want) in [
            (25_000_000, Some(10), 0, "approved"),
            (25_000_001, Some(10), 0, "deposit"),
            (50_000_000, None, 50_000, "deposit"),
            (50_000_001, None, 0, "review"),
            (100, Some(10), 50_001, "declined"),
            (2_500_000, Some(1), 0, "approved"),
            (2_500_001, Some(1), 0, "review"),
            (2_500_001, Some(2), 0, "approved"),
        ] {
            assert_eq!(word(&ask(minor, years, past_due)), want, "{minor} {years:?} {past_due}");
        }
    }

    #[test]
    fn an_approval_covers_a_little_more_than_was_asked() {
        let (verdict, ..) = BuiltinBureau::default().decide(&ask(100_000, None, 0)).unwrap();
        let limit = Money::from_minor(110_000);
        assert_eq!(verdict, Verdict::Approved { limit, deposit: None });
    }
}
