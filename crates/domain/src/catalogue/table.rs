//! Price tables: the list prices of a charge, and what it may not go below. Reading and
//! checking them; no arithmetic of quotes.

use super::fault::FaultKind;
use super::feature::Feature;
use super::grid::{self, Frame, Grid, Shape, Words};
use super::reader::{Node, Source};
use super::term::{TermStep, VolumeStep};
use crate::money::Money;
use rust_decimal::Decimal;
use std::sync::Arc;
use toml::Spanned;
use toml::de::DeValue;

/// The list prices of one charge of a component.
#[derive(Debug, Clone)]
pub struct ChargeTable {
    grid: Grid<Price>,
    /// The least part of the list price that may remain, in per cent.
    pub floor_percent: Option<Decimal>,
    floor_line: usize,
    line: usize,
}

/// One list price and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    pub list: Money,
    /// The least amount that may remain of it, where the floor is an amount.
    pub floor: Option<Money>,
    /// Such as `adi.toml: Port MRC, Port Speed 100M`.
    pub rule: Arc<str>,
}

const KEYS: [&str; 7] = ["by", "zoned", "floor_percent", "floor", "floors", "prices", "price"];
const PRICES: Words = Words { many: "prices", one: "price" };
const FLOORS: Words = Words { many: "floors", one: "floor" };

impl ChargeTable {
    /// The price for these values; `value_of` gives the place of a feature's value by the
    /// feature's place in the offering.
    pub fn price(&self, value_of: impl Fn(usize) -> Option<usize>, zone: usize) -> Option<&Price> {
        self.grid.get(value_of, zone)
    }

    /// Whether the price depends on the site's access zone.
    pub fn is_zoned(&self) -> bool {
        self.grid.shape().is_zoned()
    }

    /// Every price, in the order of its keys.
    pub fn prices(&self) -> impl Iterator<Item = &Price> {
        self.grid.cells().map(|(_, price)| price)
    }

    /// Every price with its cell in words: `Port Speed 100M, zone A`.
    pub(super) fn priced<'t>(
        &'t self,
        features: &'t [Feature],
        zones: &'t [String],
    ) -> impl Iterator<Item = (String, &'t Price)> {
        let words = |at| self.grid.shape().words(at, features, zones);
        self.grid.cells().map(move |(at, price)| (words(at), price))
    }

    /// Faults the steps that alone would go below the floor: they could never be sold.
    pub(super) fn check_floor(&self, source: &Source<'_>, steps: &[(String, Decimal)]) {
        for (step, left) in steps {
            let floor = match self.floor_percent {
                Some(floor) if *left < floor => format!("{} %", floor.normalize()),
                Some(_) => continue,
                None => match self.grid.cells().find(|(_, price)| below(price, *left)) {
                    Some((_, price)) => price.floor.unwrap_or_default().to_string(),
                    None => continue,
                },
            };
            let message = format!("{step} alone leave less than the floor of {floor}");
            let remedy = "Lower the floor or the step's percentage";
            source.fault(FaultKind::FloorTooHigh, self.floor_line, message, remedy);
        }
    }

    /// Faults list prices by which a longer term costs more a month than a shorter one, unless
    /// that term says so. `feature` holds the term; `months` are its values, by place.
    pub(super) fn check_terms(
        &self,
        source: &Source<'_>,
        title: &str,
        feature: usize,
        months: &[u32],
        terms: &[TermStep],
    ) {
        let Some(key) = self.grid.shape().key_of(feature) else { return };
        let step = |place: usize| terms.iter().find(|t| Some(&t.months) == months.get(place));
        for (index, price) in self.grid.cells() {
            let mut places = self.grid.shape().places(index);
            let Some(longer) = step(places[key]).filter(|t| !t.dearer) else { continue };
            for place in 0..months.len() {
                places[key] = place;
                let Some(shorter) = step(place).filter(|t| t.months < longer.months) else {
                    continue;
                };
                let other = self.grid.at(self.grid.shape().index_of(&places));
                if other.is_some_and(|other| left(price, longer) > left(other, shorter)) {
                    let message = format!(
                        "{title}: {} months cost more a month than {} ({})",
                        longer.months, shorter.months, price.rule
                    );
                    let remedy = "Lower the price, or write dearer = true in that [[term]]";
                    source.fault(FaultKind::StepDearer, self.line, message, remedy);
                    return;
                }
            }
        }
    }
}

/// What a term leaves of a list price, in hundredths of cents.
fn left(price: &Price, term: &TermStep) -> Decimal {
    Decimal::from(price.list.minor()) * (Decimal::ONE_HUNDRED - term.mrc_percent_off)
}

/// Whether `left` per cent of the price are below its floor.
fn below(price: &Price, left: Decimal) -> bool {
    let remains = Decimal::from(price.list.minor()) * left / Decimal::ONE_HUNDRED;
    price.floor.is_some_and(|floor| remains < Decimal::from(floor.minor()))
}

/// What each term leaves in per cent, alone and with each volume step.
pub(super) fn steps_left(
    terms: &[TermStep],
    volumes: &[VolumeStep],
    term_off: impl Fn(&TermStep) -> Decimal,
    volume_off: impl Fn(&VolumeStep) -> Decimal,
) -> Vec<(String, Decimal)> {
    let hundred = Decimal::ONE_HUNDRED;
    let mut steps = Vec::new();
    for term in terms {
        let left = hundred - term_off(term);
        steps.push((format!("{} months", term.months), left));
        steps.extend(volumes.iter().map(|volume| {
            let words = format!("{} months and {} sites", term.months, volume.sites);
            (words, left * (hundred - volume_off(volume)) / hundred)
        }));
    }
    steps
}

/// Reads `[component.mrc]` or `[component.nrc]`.
pub(super) fn parse<'s>(parent: Node<'s>, key: &str, frame: &Frame<'_>) -> Option<ChargeTable> {
    let node = parent.child(key, &KEYS)?;
    let shape = Shape::read(node, frame)?;
    let floor_percent = node.percent("floor_percent");
    let floor_keys: Vec<_> =
        ["floor_percent", "floor", "floors"].into_iter().filter(|key| node.has(key)).collect();
    if let [_, second, ..] = floor_keys[..] {
        let message = "there are two floors for one charge";
        node.fault(FaultKind::Duplicate, second, message, "Keep one of them");
    }
    let source = node.source;
    let price = |place: &str, value: &'s Spanned<DeValue<'s>>| {
        let list = source.price(if place.is_empty() { "price" } else { place }, value)?;
        let comma = if place.is_empty() { "" } else { ", " };
        let rule = format!("{}: {}{comma}{place}", source.name, frame.title).into();
        Some(Price { list, floor: None, rule })
    };
    let mut grid = grid::read(shape, node, PRICES, frame, &price);
    let floor = |place: &str, value: &'s Spanned<DeValue<'s>>| {
        source.price(if place.is_empty() { "floor" } else { place }, value)
    };
    let floors = floors(&grid, node, frame, &floor);
    grid.join(floors, |price, floor| price.floor = Some(floor));
    let line_of = |keys: &[&str]| {
        let there = keys.iter().find(|key| node.has(key));
        there.map_or(node.line, |key| node.line_of(key))
    };
    let table = ChargeTable {
        grid,
        floor_percent,
        floor_line: line_of(&["floor_percent", "floor", "floors"]),
        line: line_of(&["prices", "price"]),
    };
    check_amounts(&table, node);
    Some(table)
}

/// The floors that are amounts: one for all prices, or keyed as the prices are.
fn floors<'s>(
    grid: &Grid<Price>,
    node: Node<'s>,
    frame: &Frame<'_>,
    read: &dyn Fn(&str, &'s Spanned<DeValue<'s>>) -> Option<Money>,
) -> Vec<Option<Money>> {
    let size = grid.cells().map(|(at, _)| at + 1).max().unwrap_or(0);
    match node.value("floor").and_then(|one| read("", one)) {
        Some(floor) => vec![Some(floor); size],
        None => grid::fill(grid.shape(), node, FLOORS, frame, read).0,
    }
}

fn check_amounts(table: &ChargeTable, node: Node<'_>) {
    let above = |(_, price): &(usize, &Price)| price.floor.is_some_and(|f| f > price.list);
    if let Some((_, price)) = table.grid.cells().find(above) {
        let floor = price.floor.unwrap_or_default();
        let message = format!("the floor of {floor} is above the price ({})", price.rule);
        let remedy = "Lower the floor or raise the price";
        node.source.fault(FaultKind::FloorTooHigh, table.floor_line, message, remedy);
    }
}
