//! A site's configuration, found again in the catalogue: which components it has and what
//! stands on the list for each.

use super::SiteAsk;
use super::refusal::{PriceRefusal, RefusalCode};
use crate::catalogue::{
    Catalogue, ChargeKind, ChargeTable, Component, Feature, FeatureValue, Offering, Price,
    Promotion, TermStep, Zone,
};

/// One feature's value: its place among the values, or a number.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Picked {
    at: Option<usize>,
    number: Option<i64>,
}

impl Picked {
    /// What a feature is without a choice; none if it must be chosen.
    fn unchosen(feature: &Feature) -> Option<Self> {
        match feature.defaults.first() {
            Some(value) => {
                let at = feature.position(value);
                Some(Self { at, number: value.parse().ok().filter(|_| at.is_none()) })
            }
            None => (!feature.required).then(Self::default),
        }
    }
}

/// What one site takes of an offering.
#[derive(Clone)]
pub(super) struct Selection<'c> {
    pub(super) offering: &'c Offering,
    pub(super) term: &'c TermStep,
    pub(super) zone: &'c Zone,
    picked: Vec<Picked>,
}

/// What a promotion wants of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    /// A longer term.
    Term,
    /// Another access zone.
    Zone,
    /// The feature at this place among the promotion's.
    Feature(usize),
}

/// A component of a selection and its list prices.
pub(super) struct Listed<'c> {
    pub(super) offering: &'c Offering,
    pub(super) component: &'c Component,
    pub(super) quantity: i64,
    mrc: Option<(&'c ChargeTable, &'c Price)>,
    nrc: Option<(&'c ChargeTable, &'c Price)>,
}

impl<'c> Listed<'c> {
    pub(super) fn charge(&self, kind: ChargeKind) -> Option<(&'c ChargeTable, &'c Price)> {
        match kind {
            ChargeKind::Mrc => self.mrc,
            ChargeKind::Nrc => self.nrc,
        }
    }
}

/// Finds the site's configuration in the catalogue, or says why it cannot.
pub(super) fn select<'c>(
    catalogue: &'c Catalogue,
    index: usize,
    ask: &SiteAsk,
    refusals: &mut Vec<PriceRefusal>,
) -> Option<Selection<'c>> {
    let mut refuse = |code, detail| {
        refusals.push(PriceRefusal::of_site(code, ask.site, index, detail));
    };
    let zone = catalogue.zone(&ask.zip);
    if zone.is_none() {
        let detail = format!("`{}` is not a ZIP code", ask.zip);
        refuse(RefusalCode::ZipNotUsable, detail);
    }
    let configuration = &ask.configuration;
    let Some(offering) = catalogue.offering(&configuration.offering) else {
        let detail = format!("there is no offering {}", configuration.offering);
        refuse(RefusalCode::ConfigurationNotSold, detail);
        return None;
    };
    let term = offering.term(configuration.term_months);
    match (pick(offering, ask), zone, term) {
        (Ok(picked), zone, Some(term)) => {
            zone.map(|zone| Selection { offering, term, zone, picked })
        }
        (Err(detail), ..) => {
            refuse(RefusalCode::ConfigurationNotSold, detail);
            None
        }
        (Ok(_), _, None) => {
            let detail = format!("there is no term of {} months", configuration.term_months);
            refuse(RefusalCode::ConfigurationNotSold, detail);
            None
        }
    }
}

/// The value of each of the offering's features.
fn pick(offering: &Offering, ask: &SiteAsk) -> Result<Vec<Picked>, String> {
    let mut picked = vec![Picked::default(); offering.features.len()];
    for chosen in &ask.configuration.choices {
        let (code, value) = (&chosen.code, &chosen.value);
        let no_longer = || format!("{code} {value} is not in the catalogue");
        let at = offering.features.iter().position(|f| f.code == *code).ok_or_else(no_longer)?;
        let feature = &offering.features[at];
        picked[at] = match value {
            FeatureValue::Integer(number) if feature.holds(*number) => {
                Picked { at: None, number: Some(*number) }
            }
            FeatureValue::Integer(_) => return Err(no_longer()),
            FeatureValue::YesNo(yes) => {
                let text = if *yes { "Yes" } else { "No" };
                Picked { at: Some(feature.position(text).ok_or_else(no_longer)?), number: None }
            }
            FeatureValue::Choice(text) => {
                Picked { at: Some(feature.position(text).ok_or_else(no_longer)?), number: None }
            }
        };
    }
    let term = picked.get(offering.term_feature()).and_then(|p| p.at);
    let months = term.map(|at| &*offering.features[offering.term_feature()].values()[at]);
    if months.and_then(|m| m.parse().ok()) != Some(ask.configuration.term_months) {
        return Err("the term and its feature differ".to_owned());
    }
    match offering.broken_rule(|of| picked[of].at) {
        Some(why) => Err(why.to_owned()),
        None => Ok(picked),
    }
}

impl<'c> Selection<'c> {
    /// The components it has, in the offering's order; `None` for one that lacks a price.
    pub(super) fn lines(&self) -> impl Iterator<Item = Option<Listed<'c>>> {
        self.offering.components.iter().filter_map(|component| {
            if let Some((feature, values)) = &component.when
                && !self.picked[*feature].at.is_some_and(|at| values.contains(&at))
            {
                return None;
            }
            let quantity = component.quantity.map_or(Some(1), |of| self.picked[of].number);
            if quantity == Some(0) {
                return None;
            }
            Some(self.list(component, quantity))
        })
    }

    fn list(&self, component: &'c Component, quantity: Option<i64>) -> Option<Listed<'c>> {
        let find = |table: Option<&'c ChargeTable>| match table {
            // Told apart: no such charge, and a charge without its price.
            None => Some(None),
            Some(table) => {
                let price = table.price(|of| self.picked[of].at, self.zone.index)?;
                Some(Some((table, price)))
            }
        };
        Some(Listed {
            offering: self.offering,
            component,
            quantity: quantity?,
            mrc: find(component.mrc.as_ref())?,
            nrc: find(component.nrc.as_ref())?,
        })
    }

    /// The working days that delivery is estimated to take.
    pub(super) fn lead_days(&self) -> Option<u32> {
        self.offering.lead_days(|of| self.picked[of].at, self.zone.index)
    }

    /// The same with another term, if the offering's rules allow it.
    pub(super) fn with_term(&self, term: &'c TermStep) -> Option<Self> {
        let feature = self.offering.term_feature();
        let values = self.offering.features[feature].values();
        let mut other = Self { term, ..self.clone() };
        other.picked[feature].at = Some(values.iter().position(|v| v.parse() == Ok(term.months))?);
        other.is_sound().then_some(other)
    }

    /// The same with another value of a feature, if the offering's rules allow it.
    pub(super) fn with_value(&self, feature: usize, place: usize) -> Option<Self> {
        self.set(feature, place)?.mended(feature)
    }

    /// Another value of a feature, whatever the rules say. What is there only with that value takes
    /// its default; what is not any more, goes.
    fn set(&self, feature: usize, place: usize) -> Option<Self> {
        let mut other = self.clone();
        other.picked[feature] = Picked { at: Some(place), number: None };
        for (at, there) in self.offering.dependants(feature, place) {
            let chosen = other.picked[at].at.is_some() || other.picked[at].number.is_some();
            other.picked[at] = match (there, chosen) {
                (true, true) => continue,
                (true, false) => Picked::unchosen(&self.offering.features[at])?,
                (false, _) => Picked::default(),
            };
        }
        Some(other)
    }

    fn is_sound(&self) -> bool {
        self.offering.broken_rule(|of| self.picked[of].at).is_none()
    }

    /// As it is if no rule is broken; else with another default of a feature that has several, as a
    /// configuration would take it. `kept` keeps its value.
    fn mended(self, kept: usize) -> Option<Self> {
        if self.is_sound() {
            return Some(self);
        }
        let several = |(at, of): &(usize, &Feature)| *at != kept && of.defaults.len() > 1;
        let others = self.offering.features.iter().enumerate().filter(several);
        let mut tries = others.flat_map(|(at, feature)| {
            let places = feature.defaults.iter().filter_map(|value| feature.position(value));
            places.map(move |place| (at, place))
        });
        tries.find_map(|(at, place)| self.set(at, place).filter(Self::is_sound))
    }

    /// What a promotion of this offering wants and the site has not.
    pub(super) fn lacks<'p>(
        &'p self,
        promotion: &'p Promotion,
    ) -> impl Iterator<Item = Wants> + 'p {
        let term = self.term.months < promotion.min_term;
        let zone = !promotion.eligibility.is_for_zone(&self.zone.name);
        let features = promotion.eligibility.features.iter().enumerate();
        let lacking = features.filter(|(_, wanted)| {
            !self.picked[wanted.at].at.is_some_and(|at| wanted.places.contains(&at))
        });
        let asked = [term.then_some(Wants::Term), zone.then_some(Wants::Zone)];
        asked.into_iter().flatten().chain(lacking.map(|(at, _)| Wants::Feature(at)))
    }

    /// Whether the promotion is of this offering and has all that it wants of the site.
    pub(super) fn suits(&self, promotion: &Promotion) -> bool {
        self.offering.code == promotion.offering && self.lacks(promotion).next().is_none()
    }

    /// Whether the promotion would reduce something here.
    pub(super) fn has_line_for(&self, promotion: &Promotion) -> bool {
        self.suits(promotion)
            && self.lines().flatten().any(|line| {
                promotion.reduces(&line.component.code) && line.charge(promotion.charge).is_some()
            })
    }
}
