//! From list price to net: the reductions in their order, and the floor below them.

use super::refusal::{self, PriceRefusal, RefusalCode};
use super::selection::{Listed, Selection};
use crate::catalogue::{ChargeKind, Promotion, Tier, VolumeStep};
use crate::money::{Money, Overflow, Rounding};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, LazyLock};

/// The steps of one charge. Their amounts add up to `net`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waterfall {
    /// Begins with the list price and ends with the net price; a reduction of zero is left out.
    pub steps: Vec<Step>,
    /// What the charge may not go below: an amount, or a part of the list price, cut to whole
    /// cents.
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
    /// For so many sites of the offering in the quote.
    Volume,
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
            Self::Volume => "volume",
            Self::Promotion => "promotion",
            Self::Discount => "discount",
            Self::Net => "net",
        }
    }
}

/// The discount asked for, by a partner of a tier.
pub(super) struct Discount<'c> {
    percent: Decimal,
    tier: Option<&'c Tier>,
    /// The words of a range's rule, and the discount's own by that range.
    words: Vec<(&'c Arc<str>, Arc<str>)>,
    /// Without a range.
    plain: Arc<str>,
}

impl<'c> Discount<'c> {
    /// `None` for what takes nothing off, or makes no sense.
    pub(super) fn new(percent: Decimal, tier: Option<&'c Tier>) -> Option<Self> {
        let sensible = percent > Decimal::ZERO && percent <= Decimal::ONE_HUNDRED;
        let plain = format!("discount of {} %", percent.normalize());
        let ranges = tier.into_iter().flat_map(Tier::all_ranges);
        let words = ranges.map(|r| (&r.rule, format!("{plain} ({})", r.rule).into())).collect();
        sensible.then(|| Self { percent, tier, words, plain: plain.into() })
    }

    /// Its words, with the range that the tier has for the component.
    fn rule(&self, listed: &Listed<'_>) -> &Arc<str> {
        let range = self.tier.map(|t| t.range(&listed.offering.code, &listed.component.code));
        let of = |(rule, _): &&(&Arc<str>, _)| range.is_some_and(|r| Arc::ptr_eq(rule, &r.rule));
        self.words.iter().find(of).map_or(&self.plain, |(_, words)| words)
    }
}

/// What is taken off the charges of a site.
pub(super) struct Reductions<'r> {
    pub(super) site: &'r Selection<'r>,
    /// For the number of the quote's sites of the offering.
    pub(super) volume: Option<&'r VolumeStep>,
    /// In the order in which they stack; those that are not for the site are passed over.
    pub(super) promotions: &'r [&'r Promotion],
    pub(super) discount: Option<&'r Discount<'r>>,
}

/// One reduction of a charge.
#[derive(Clone, Copy)]
enum Off<'r> {
    /// By a rule of the catalogue, with its words.
    Rule(StepKind, Decimal, &'r Arc<str>),
    Discount(&'r Discount<'r>),
}

impl Off<'_> {
    fn percent(self) -> Decimal {
        match self {
            Self::Rule(_, percent, _) => percent,
            Self::Discount(discount) => discount.percent,
        }
    }
}

static NET: LazyLock<Arc<str>> = LazyLock::new(|| "net".into());
static NO_CHARGE: LazyLock<Arc<str>> = LazyLock::new(|| "no such charge".into());

impl<'r> Reductions<'r> {
    /// The reductions of one charge, in order.
    fn of(&self, component: &str, kind: ChargeKind) -> impl Iterator<Item = Off<'r>> {
        let (site, term) = (self.site, self.site.term);
        let (term_off, term_rule) = match kind {
            ChargeKind::Mrc => (term.mrc_percent_off, &term.mrc_rule),
            ChargeKind::Nrc => (term.nrc_percent_off, &term.nrc_rule),
        };
        let volume = self.volume.map(|volume| match kind {
            ChargeKind::Mrc => (volume.mrc_percent_off, &volume.mrc_rule),
            ChargeKind::Nrc => (volume.nrc_percent_off, &volume.nrc_rule),
        });
        let promotions = self
            .promotions
            .iter()
            .filter(move |p| p.charge == kind && p.reduces(component) && site.suits(p))
            .map(|p| Off::Rule(StepKind::Promotion, p.percent, &p.rule));
        let discount = self.discount.filter(|_| kind == ChargeKind::Mrc).map(Off::Discount);
        std::iter::once(Off::Rule(StepKind::Term, term_off, term_rule))
            .chain(volume.map(|(off, rule)| Off::Rule(StepKind::Volume, off, rule)))
            .chain(promotions)
            .chain(discount)
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
        let mut before_discount = None;
        for reduction in self.of(&listed.component.code, kind) {
            let off = subtotal.percent(reduction.percent(), Rounding::HalfUp).map_err(too_large)?;
            let next = subtotal.checked_sub(off).map_err(too_large)?;
            if off != Money::ZERO {
                let amount = Money::ZERO.checked_sub(off).map_err(too_large)?;
                let rounding = Some(Rounding::HalfUp);
                steps.push(match reduction {
                    Off::Rule(sort, _, rule) => step(sort, rule, amount, rounding, next),
                    Off::Discount(discount) => {
                        before_discount = Some(subtotal);
                        step(StepKind::Discount, discount.rule(listed), amount, rounding, next)
                    }
                });
            }
            subtotal = next;
        }
        let floor = floor(listed, list, kind).map_err(too_large)?;
        if let Some(floor) = floor.filter(|floor| subtotal < *floor) {
            let before = before_discount.unwrap_or(subtotal);
            return Err(below_floor(listed, kind, subtotal, floor, before));
        }
        steps.push(step(StepKind::Net, &NET, Money::ZERO, None, subtotal));
        Ok(Waterfall { steps, floor, net: subtotal })
    }

    /// Only the net of a charge; `None` if it is below its floor or does not fit.
    pub(super) fn net(&self, listed: &Listed<'_>, kind: ChargeKind) -> Option<Money> {
        let list = list_price(listed, kind).ok()?;
        let component = listed.component;
        let net = self
            .of(&component.code, kind)
            .try_fold(list, |left, reduction| {
                left.checked_sub(left.percent(reduction.percent(), Rounding::HalfUp)?)
            })
            .ok()?;
        let floor = floor(listed, list, kind).ok()?;
        floor.is_none_or(|floor| net >= floor).then_some(net)
    }
}

impl Reductions<'_> {
    /// What one promotion takes off a charge; zero if it does not reduce it, `None` if an amount
    /// does not fit.
    pub(super) fn taken(&self, listed: &Listed<'_>, promotion: &Promotion) -> Option<Money> {
        let mut left = list_price(listed, promotion.charge).ok()?;
        let mut taken = Money::ZERO;
        for reduction in self.of(&listed.component.code, promotion.charge) {
            let off = left.percent(reduction.percent(), Rounding::HalfUp).ok()?;
            left = left.checked_sub(off).ok()?;
            if matches!(reduction, Off::Rule(_, _, rule) if Arc::ptr_eq(rule, &promotion.rule)) {
                taken = off;
            }
        }
        Some(taken)
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

/// What the charge may not go below: an amount for each, or a part of the list price, cut to
/// whole cents: what is within a cent of the floor stands.
fn floor(listed: &Listed<'_>, list: Money, kind: ChargeKind) -> Result<Option<Money>, Overflow> {
    let Some((table, price)) = listed.charge(kind) else { return Ok(None) };
    if let Some(each) = price.floor {
        return each.times(listed.quantity).map(Some);
    }
    let Some(percent) = table.floor_percent else { return Ok(None) };
    let exact = Decimal::from(list.minor())
        .checked_mul(percent)
        .and_then(|p| p.checked_div(Decimal::ONE_HUNDRED))
        .ok_or(Overflow)?;
    i64::try_from(exact.trunc()).map(|cents| Some(Money::from_minor(cents))).map_err(|_| Overflow)
}

fn below_floor(
    listed: &Listed<'_>,
    kind: ChargeKind,
    net: Money,
    floor: Money,
    before: Money,
) -> PriceRefusal {
    let floor_percent = listed.charge(kind).and_then(|(table, _)| table.floor_percent);
    let most = (before >= floor && before > Money::ZERO).then(|| {
        let room = Decimal::from(before.minor() - floor.minor()) * Decimal::ONE_HUNDRED;
        let percent = room / Decimal::from(before.minor());
        percent.round_dp_with_strategy(2, RoundingStrategy::ToZero).normalize()
    });
    let component = listed.component;
    let bears = most.map_or("it bears no discount".to_owned(), |p| {
        format!("it bears a discount of at most {p} %")
    });
    let part = floor_percent.map(|p| format!(", {} % of the list price", p.normalize()));
    let detail = format!(
        "the {} of {} would be {net}, below its floor of {floor}{}; {bears}",
        kind.word(),
        component.name,
        part.unwrap_or_default(),
    );
    PriceRefusal {
        component: Some(component.code.clone()),
        floor_percent,
        most_discount_percent: most,
        ..PriceRefusal::of_quote(RefusalCode::BelowFloor, detail)
    }
}
