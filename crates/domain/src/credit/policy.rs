//! The carrier's credit policy: rules as data, walked in order; the first that matches decides.
//! Reading it from its file is `read`.

mod read;

use super::{Application, Assessment, BusinessType, CreditCheck, CreditClass, Report, Verdict};
use crate::catalogue::CatalogueFault;
use crate::money::{Money, Rounding};
use crate::time::Moment;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The name of the file with the credit policy.
pub const CREDIT: &str = "credit.toml";
const SHIPPED: &str = include_str!("../../../../catalogue/credit.toml");

/// What becomes of a bureau's own verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BureauVerdict {
    /// It is the decision.
    Stands,
    /// The rules decide whatever it is; what the bureau knows are facts for them.
    Ignored,
}

/// How credit is decided. Every application is: the last rule asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditPolicy {
    bureau_verdict: BureauVerdict,
    approval_days: u32,
    headroom_percent: Decimal,
    override_limit: Money,
    review_hours: u32,
    notice: Notice,
    rules: Vec<Rule>,
}

/// One rule: all of its conditions must hold for it to decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub name: String,
    pub conditions: Vec<Condition>,
    pub outcome: Outcome,
    pub class: CreditClass,
    /// For the partner and the applicant, in plain words.
    pub reason: String,
}

/// What a rule decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Approve {
        /// In per cent of the amount.
        deposit_percent: Option<Decimal>,
        /// No approval is for more.
        limit: Option<Money>,
    },
    Review,
    Decline,
}

/// What a condition looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// The exposure asked for.
    Amount,
    /// How many years the applicant is in business.
    Years,
    /// The larger of what the applicant and the bureau say is past due; none is nothing.
    PastDue,
    Segment,
    BusinessType,
    /// The bureau's grade.
    BureauClass,
    /// The bureau's score.
    Score,
}

impl Fact {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Amount => "amount",
            Self::Years => "years",
            Self::PastDue => "past_due",
            Self::Segment => "segment",
            Self::BusinessType => "business_type",
            Self::BureauClass => "bureau_class",
            Self::Score => "score",
        }
    }
}

/// What must hold of a fact. Of a fact that nobody knows, nothing holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub fact: Fact,
    pub test: Test,
}

/// Amounts in minor units; years and scores as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    Above(i64),
    UpTo(i64),
    Below(i64),
    From(i64),
    OneOf(Vec<String>),
}

/// A rule that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    pub rule: String,
    pub matched: bool,
    /// Its conditions up to the first that does not hold.
    pub tested: Vec<Tested>,
}

/// A condition that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tested {
    pub fact: Fact,
    /// What it is; none: nobody knows.
    pub value: Option<String>,
    /// What it should be, in words.
    pub wanted: String,
    pub holds: bool,
}

/// What a declined applicant is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice(String);

/// What stands in braces in a [`Notice`].
const PLACES: [&str; 4] = ["applicant", "reasons", "reference", "date"];

impl Notice {
    /// The words for one applicant.
    pub(super) fn text(&self, check: &CreditCheck, reasons: &[String], now: Moment) -> String {
        let reasons: Vec<_> = reasons.iter().map(|reason| format!("- {reason}")).collect();
        let values = [
            check.application.business_name.clone(),
            reasons.join("\n"),
            check.id.to_string(),
            now.date().to_string(),
        ];
        // One pass, so that a brace in a name stays a brace.
        let mut text = String::with_capacity(self.0.len());
        let mut rest = self.0.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let place = after.split_once('}').and_then(|(name, left)| {
                let at = PLACES.iter().position(|place| *place == name)?;
                Some((values.get(at)?, left))
            });
            rest = if let Some((value, left)) = place {
                text.push_str(value);
                left
            } else {
                text.push('{');
                after
            };
        }
        text.push_str(rest);
        text
    }
}

/// What is known of an application.
struct Known<'a> {
    application: &'a Application,
    amount: Money,
    report: &'a Report,
}

/// A fact as it is.
enum Value {
    Money(Money),
    Count(u32),
    Word(String),
}

impl Value {
    fn said(&self) -> String {
        match self {
            Self::Money(money) => money.to_string(),
            Self::Count(count) => count.to_string(),
            Self::Word(word) => word.clone(),
        }
    }

    fn holds(&self, test: &Test) -> bool {
        let number = match self {
            Self::Money(money) => money.minor(),
            Self::Count(count) => i64::from(*count),
            Self::Word(word) => {
                return matches!(test, Test::OneOf(words)
                    if words.iter().any(|one| one.eq_ignore_ascii_case(word)));
            }
        };
        match test {
            Test::Above(bound) => number > *bound,
            Test::UpTo(bound) => number <= *bound,
            Test::Below(bound) => number < *bound,
            Test::From(bound) => number >= *bound,
            Test::OneOf(_) => false,
        }
    }
}

impl Known<'_> {
    fn value(&self, fact: Fact) -> Option<Value> {
        let Self { application, amount, report } = self;
        Some(match fact {
            Fact::Amount => Value::Money(*amount),
            Fact::Years => Value::Count(application.years_in_business?),
            Fact::PastDue => {
                Value::Money(application.past_due.max(report.past_due).unwrap_or(Money::ZERO))
            }
            Fact::Segment => Value::Word(application.segment.clone()?),
            Fact::BusinessType => Value::Word(application.business_type.word().to_owned()),
            Fact::BureauClass => Value::Word(report.class?.word().to_owned()),
            Fact::Score => Value::Count(report.score?),
        })
    }

    fn look(&self, rule: &Rule) -> Looked {
        let mut tested = Vec::with_capacity(rule.conditions.len());
        for condition in &rule.conditions {
            let value = self.value(condition.fact);
            let holds = value.as_ref().is_some_and(|value| value.holds(&condition.test));
            let (value, wanted) = (value.map(|v| v.said()), condition.wanted());
            tested.push(Tested { fact: condition.fact, value, wanted, holds });
            if !holds {
                break;
            }
        }
        let matched = tested.iter().all(|one| one.holds);
        Looked { rule: rule.name.clone(), matched, tested }
    }
}

impl Condition {
    /// What should be, in words.
    fn wanted(&self) -> String {
        let is_money = matches!(self.fact, Fact::Amount | Fact::PastDue);
        let said = |bound: i64| {
            if is_money { Money::from_minor(bound).to_string() } else { bound.to_string() }
        };
        match &self.test {
            Test::Above(bound) => format!("above {}", said(*bound)),
            Test::UpTo(bound) => format!("up to {}", said(*bound)),
            Test::Below(bound) => format!("below {}", said(*bound)),
            Test::From(bound) => format!("from {}", said(*bound)),
            Test::OneOf(words) => format!("one of {}", words.join(", ")),
        }
    }
}

impl CreditPolicy {
    /// Reads a policy file.
    ///
    /// # Errors
    /// Every mistake, with its line and what to do about it.
    pub fn parse(text: &str) -> Result<Self, Vec<CatalogueFault>> {
        read::parse(text)
    }

    /// The policy that comes with the program.
    ///
    /// # Errors
    /// As [`CreditPolicy::parse`]; a test proves that there are none.
    pub fn shipped() -> Result<Self, Vec<CatalogueFault>> {
        Self::parse(SHIPPED)
    }

    pub const fn bureau_verdict(&self) -> BureauVerdict {
        self.bureau_verdict
    }

    /// Days that an approval is good for.
    pub const fn approval_days(&self) -> u32 {
        self.approval_days
    }

    /// The most that one person of operations may approve alone.
    pub const fn override_limit(&self) -> Money {
        self.override_limit
    }

    /// Hours in which a check in review should be decided.
    pub const fn review_hours(&self) -> u32 {
        self.review_hours
    }

    pub(super) const fn notice(&self) -> &Notice {
        &self.notice
    }

    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// What a report on an application comes to. The same always comes to the same.
    pub fn assess(&self, application: &Application, amount: Money, report: &Report) -> Assessment {
        if let (Some(verdict), BureauVerdict::Stands) = (&report.verdict, self.bureau_verdict) {
            return Assessment {
                verdict: verdict.clone(),
                class: report.class.unwrap_or(CreditClass::Medium),
                reasons: report.reasons.clone(),
                reference: report.reference.clone(),
                trace: Vec::new(),
            };
        }
        let known = Known { application, amount, report };
        let mut trace = Vec::new();
        for rule in &self.rules {
            let looked = known.look(rule);
            let matched = looked.matched;
            trace.push(looked);
            if matched {
                return self.decide(rule, amount, report, trace);
            }
        }
        // The last rule always matches; without one, a person decides.
        Assessment {
            verdict: Verdict::InReview,
            class: CreditClass::Medium,
            reasons: Vec::new(),
            reference: report.reference.clone(),
            trace,
        }
    }

    fn decide(
        &self,
        rule: &Rule,
        amount: Money,
        report: &Report,
        trace: Vec<Looked>,
    ) -> Assessment {
        let verdict = match &rule.outcome {
            // What cannot be computed, a person decides.
            Outcome::Approve { deposit_percent, limit } => {
                self.approval(amount, *deposit_percent, *limit).unwrap_or(Verdict::InReview)
            }
            Outcome::Review => Verdict::InReview,
            Outcome::Decline => Verdict::Declined,
        };
        let (class, reasons) = (rule.class, vec![rule.reason.clone()]);
        Assessment { verdict, class, reasons, reference: report.reference.clone(), trace }
    }

    /// An approval of the amount and the headroom.
    fn approval(
        &self,
        amount: Money,
        deposit_percent: Option<Decimal>,
        most: Option<Money>,
    ) -> Option<Verdict> {
        let percent = |p: Decimal| amount.percent(p, Rounding::HalfUp).ok();
        let limit = percent(Decimal::ONE_HUNDRED + self.headroom_percent)?;
        let limit = most.map_or(limit, |most| limit.min(most));
        let deposit = match deposit_percent {
            Some(p) => Some(percent(p)?),
            None => None,
        };
        Some(Verdict::Approved { limit, deposit })
    }
}

impl BusinessType {
    pub const ALL: [Self; 4] =
        [Self::SoleProprietor, Self::Partnership, Self::Corporation, Self::Llc];

    pub const fn word(self) -> &'static str {
        match self {
            Self::SoleProprietor => "sole_proprietor",
            Self::Partnership => "partnership",
            Self::Corporation => "corporation",
            Self::Llc => "llc",
        }
    }
}

impl CreditClass {
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}
