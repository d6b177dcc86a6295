//! From list price to net: the reductions in their order, and the floor below them.

use super::refusal::{self, PriceRefusal, RefusalCode};
use super::selection::Listed;
use crate::catalogue::{ChargeKind, Promotion, TermStep, Tier};
use crate::money::{Money, Overflow, Rounding};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, LazyLock};

/// The steps of one charge. Their amounts add up to `net`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waterfall {
    /// Begins with the list price and ends with the net price; a reduction of zero is left out.
    pub steps: Vec<Step>,
    /// What the charge may not go below: a part of the list price, cut to whole cents.
    pub floor: Option<Money>,
    pub net: Money,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub kind: StepKind,
    /// Which rule of which file made it, in words.
    pub rule: Arc<str>,
    /// Added to what was there before; below zero for a reduction, zero for the net.
    pub amount: Money,
    /// How the amount was rounded, if it was computed.
    pub rounding: Option<Rounding>,
    /// What is there after it.
    pub subtotal: Money,
}

/// The sorts of step, in their order. The check of the floor takes nothing off and so makes
/// no step; it is the waterfall's `floor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    List,
    Term,
    Promotion,
    Discount,
    Net,
}

impl StepKind {
    /// As it stands on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Term => "term",
            Self::Promotion => "promotion",
            Self::Discount => "discount",
            Self::Net => "net",
        }
    }
}

/// The discount asked for, and its words.
pub(super) struct Discount {
    percent: Decimal,
    rule: Arc<str>,
}

impl Discount {
    /// `None` for what takes nothing off, or makes no sense.
    pub(super) fn new(percent: Decimal, tier: Option<&Tier>) -> Option<Self> {
        let sensible = percent > Decimal::ZERO && percent <= Decimal::ONE_HUNDRED;
        let authority = tier.map(|t| format!(" ({})", t.rule)).unwrap_or_default();
        let rule = format!("discount of {} %{authority}", percent.normalize()).into();
        sensible.then_some(Self { percent, rule })
    }
}

/// What is taken off the charges of a site.
pub(super) struct Reductions<'r> {
    pub(super) term: &'r TermStep,
    /// In the order in which they stack; those of other offerings or terms are passed over.
    pub(super) promotions: &'r [&'r Promotion],
    pub(super) discount: Option<&'r Discount>,
}

static NET: LazyLock<Arc<str>> = LazyLock::new(|| "net".into());
static NO_CHARGE: LazyLock<Arc<str>> = LazyLock::new(|| "no such charge".into());

impl Reductions<'_> {
    /// The reductions of one charge, in order: sort, per cent, words.
    fn of(
        &self,
        component: &str,
        offering: &str,
        kind: ChargeKind,
    ) -> impl Iterator<Item = (StepKind, Decimal, &Arc<str>)> {
        let term = match kind {
            ChargeKind::Mrc => (StepKind::Term, self.term.mrc_percent_off, &self.term.mrc_rule),
            ChargeKind::Nrc => (StepKind::Term, self.term.nrc_percent_off, &self.term.nrc_rule),
        };
        let promotions = self
            .promotions
            .iter()
            .filter(move |p| {
                *p.offering == *offering
                    && p.charge == kind
                    && self.term.months >= p.min_term
                    && p.reduces(component)
            })
            .map(|p| (StepKind::Promotion, p.percent, &p.rule));
        let discount = self
            .discount
            .filter(|_| kind == ChargeKind::Mrc)
            .map(|d| (StepKind::Discount, d.percent, &d.rule));
        std::iter::once(term).chain(promotions).chain(discount)
    }

    /// The waterfall of one charge; without such a charge, it is zero from list to net.
    pub(super) fn waterfall(
        &self,
        listed: &Listed<'_>,
        kind: ChargeKind,
    ) -> Result<Waterfall, PriceRefusal> {
        let too_large = |Overflow| refusal::overflow(None, None);
        let charge = listed.charge(kind);
        let list = list_price(listed, kind).map_err(too_large)?;
        let rule = charge.map_or(&*NO_CHARGE, |(_, price)| &price.rule);
        let mut steps = Vec::with_capacity(3);
        steps.push(step(StepKind::List, rule, list, None, list));
        let mut subtotal = list;
        let mut before_discount = list;
        let component = listed.component;
        for (sort, percent, rule) in self.of(&component.code, &listed.offering.code, kind) {
            if sort == StepKind::Discount {
                before_discount = subtotal;
            }
            let off = subtotal.percent(percent, Rounding::HalfUp).map_err(too_large)?;
            let next = subtotal.checked_sub(off).map_err(too_large)?;
            if off != Money::ZERO {
                let amount = Money::ZERO.checked_sub(off).map_err(too_large)?;
                steps.push(step(sort, rule, amount, Some(Rounding::HalfUp), next));
            }
            subtotal = next;
        }
        let floor_percent = charge.and_then(|(table, _)| table.floor_percent);
        let floor = floor_percent.map(|p| floor(list, p)).transpose().map_err(too_large)?;
        if let (Some(floor), Some(percent)) = (floor, floor_percent)
            && subtotal < floor
        {
            let discounted = steps.iter().any(|s| s.kind == StepKind::Discount);
            let before = if discounted { before_discount } else { subtotal };
            return Err(below_floor(listed, kind, percent, subtotal, floor, before));
        }
        steps.push(step(StepKind::Net, &NET, Money::ZERO, None, subtotal));
        Ok(Waterfall { steps, floor, net: subtotal })
    }

    /// Only the net of a charge; `None` if it is below its floor or does not fit.
    pub(super) fn net(&self, listed: &Listed<'_>, kind: ChargeKind) -> Option<Money> {
        let list = list_price(listed, kind).ok()?;
        let component = listed.component;
        let net = self
            .of(&component.code, &listed.offering.code, kind)
            .try_fold(list, |left, (_, percent, _)| {
                left.checked_sub(left.percent(percent, Rounding::HalfUp)?)
            })
            .ok()?;
        let floor_percent = listed.charge(kind).and_then(|(table, _)| table.floor_percent);
        let above = floor_percent.is_none_or(|p| floor(list, p).is_ok_and(|floor| net >= floor));
        above.then_some(net)
    }
}

fn step(
    kind: StepKind,
    rule: &Arc<str>,
    amount: Money,
    rounding: Option<Rounding>,
    subtotal: Money,
) -> Step {
    Step { kind, rule: rule.clone(), amount, rounding, subtotal }
}

fn list_price(listed: &Listed<'_>, kind: ChargeKind) -> Result<Money, Overflow> {
    let each = listed.charge(kind).map_or(Money::ZERO, |(_, price)| price.list);
    each.times(listed.quantity)
}

/// `percent` of `list`, cut to whole cents: what is within a cent of the floor stands.
fn floor(list: Money, percent: Decimal) -> Result<Money, Overflow> {
    let exact = Decimal::from(list.minor())
        .checked_mul(percent)
        .and_then(|p| p.checked_div(Decimal::ONE_HUNDRED))
        .ok_or(Overflow)?;
    i64::try_from(exact.trunc()).map(Money::from_minor).map_err(|_| Overflow)
}

fn below_floor(
    listed: &Listed<'_>,
    kind: ChargeKind,
    floor_percent: Decimal,
    net: Money,
    floor: Money,
    before: Money,
) -> PriceRefusal {
    let most = (before >= floor && before > Money::ZERO).then(|| {
        let room = Decimal::from(before.minor() - floor.minor()) * Decimal::ONE_HUNDRED;
        let percent = room / Decimal::from(before.minor());
        percent.round_dp_with_strategy(2, RoundingStrategy::ToZero).normalize()
    });
    let component = listed.component;
    let bears = most.map_or("it bears no discount".to_owned(), |p| {
        format!("it bears a discount of at most {p} %")
    });
    let detail = format!(
        "the {} of {} would be {net}, below its floor of {floor}, {} % of the list price; {bears}",
        kind.word(),
        component.name,
        floor_percent.normalize(),
    );
    PriceRefusal {
        component: Some(component.code.clone()),
        floor_percent: Some(floor_percent),
        most_discount_percent: most,
        ..PriceRefusal::of_quote(RefusalCode::BelowFloor, detail)
    }
}
