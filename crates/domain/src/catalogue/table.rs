//! Price tables: list prices keyed by feature values and access zone, flattened so that a
//! look-up is an index. Reading and checking them; no arithmetic.

use super::fault::FaultKind;
use super::feature::{self, Feature, Rule};
use super::reader::{Node, Source};
use crate::money::Money;
use rust_decimal::Decimal;
use std::sync::Arc;
use toml::Spanned;
use toml::de::DeValue;

/// The list prices of one charge of a component.
#[derive(Debug, Clone)]
pub struct ChargeTable {
    /// The features that key it, by place in the offering.
    by: Vec<usize>,
    zoned: bool,
    /// How many values each key has; the zones last.
    widths: Vec<usize>,
    cells: Vec<Option<Price>>,
    /// The least part of the list price that may remain, in per cent.
    pub floor_percent: Option<Decimal>,
    pub(super) floor_line: usize,
}

/// One list price and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    pub list: Money,
    /// Such as `adi.toml: Port MRC, Port Speed 100M`.
    pub rule: Arc<str>,
}

/// A component's condition: the feature and the values with which the component is there.
pub(super) type When = Option<(usize, Vec<usize>)>;

/// What a table is read against.
pub(super) struct Frame<'f> {
    pub(super) features: &'f [Feature],
    pub(super) rules: &'f [Rule],
    pub(super) zones: &'f [String],
    pub(super) when: &'f When,
    /// Such as `Port MRC`.
    pub(super) title: &'f str,
}

/// No sensible table is larger; a larger one is a mistake that must not eat the memory.
const MOST_CELLS: usize = 100_000;
const KEYS: [&str; 5] = ["by", "zoned", "floor_percent", "prices", "price"];

impl ChargeTable {
    /// The price for these values; `value_of` gives the place of a feature's value by the
    /// feature's place in the offering.
    pub fn price(&self, value_of: impl Fn(usize) -> Option<usize>, zone: usize) -> Option<&Price> {
        let mut index = 0;
        for (key, width) in self.by.iter().zip(&self.widths) {
            index = index * width + value_of(*key).filter(|at| at < width)?;
        }
        if self.zoned {
            let width = *self.widths.last()?;
            index = index * width + Some(zone).filter(|at| at < &width)?;
        }
        self.cells.get(index)?.as_ref()
    }

    /// Whether the price depends on the site's access zone.
    pub fn is_zoned(&self) -> bool {
        self.zoned
    }
}

/// Reads `[component.mrc]` or `[component.nrc]`.
pub(super) fn parse(parent: Node<'_>, key: &str, frame: &Frame<'_>) -> Option<ChargeTable> {
    let node = parent.child(key, &KEYS)?;
    let mut by = Vec::new();
    for name in node.texts("by") {
        let Some(at) = feature::find(node, "by", name.value, frame.features) else { continue };
        let feature = &frame.features[at];
        if by.contains(&at) {
            let message = format!("{} keys the table twice", feature.code);
            node.fault(FaultKind::Duplicate, "by", message, "Remove one");
        } else if feature.always_present() {
            by.push(at);
        } else {
            let message = format!("{} can be left out, so it cannot key prices", feature.code);
            let remedy = "Make the feature required or give it a default";
            node.fault(FaultKind::MissingPrice, "by", message, remedy);
        }
    }
    let zoned = node.flag("zoned").unwrap_or(false);
    let mut widths: Vec<_> = by.iter().map(|at| frame.features[*at].values().len()).collect();
    if zoned {
        widths.push(frame.zones.len());
    }
    let size = widths.iter().try_fold(1usize, |n, w| n.checked_mul(*w));
    let Some(size) = size.filter(|n| *n <= MOST_CELLS) else {
        let message = format!("the table has more than {MOST_CELLS} cells");
        node.fault(FaultKind::OutOfRange, "by", message, "Key it by fewer features");
        return None;
    };
    let floor_percent = node.percent("floor_percent");
    let floor_line = node.line_of("floor_percent");
    let cells = vec![None; size];
    let mut table = ChargeTable { by, zoned, widths, cells, floor_percent, floor_line };
    fill(&mut table, node, frame);
    Some(table)
}

fn fill(table: &mut ChargeTable, node: Node<'_>, frame: &Frame<'_>) {
    if table.widths.is_empty() {
        if !node.has("price") {
            node.missing("price");
        }
        let rule = format!("{}: {}", node.source.name, frame.title).into();
        table.cells[0] = node.price("price").map(|list| Price { list, rule });
        return;
    }
    let Some(prices) = node.value("prices") else {
        node.missing("prices");
        return;
    };
    let mut filler = Filler { table, frame, source: node.source, path: Vec::new() };
    let whole = filler.descend(prices, 0, 0);
    // A table with a misread key would only repeat that fault for each of its cells.
    if whole {
        check_reach(table, node, frame);
    }
}

struct Filler<'f, 's> {
    table: &'f mut ChargeTable,
    frame: &'f Frame<'f>,
    source: &'s Source<'s>,
    path: Vec<String>,
}

impl<'s> Filler<'_, 's> {
    /// Reads the prices below `value`, keyed by the key at `depth`; false if a key was wrong.
    fn descend(&mut self, value: &'s Spanned<DeValue<'s>>, depth: usize, index: usize) -> bool {
        if depth == self.table.widths.len() {
            let list = self.source.price(&self.path.join(", "), value);
            let place = format!("{}: {}, ", self.source.name, self.frame.title);
            let rule = (place + &self.path.join(", ")).into();
            self.table.cells[index] = list.map(|list| Price { list, rule });
            return list.is_some();
        }
        let by = self.table.by.get(depth).map(|at| &self.frame.features[*at]);
        let label = by.map_or("zone", |f| &*f.name);
        let Some(branches) = self.source.branches(value) else {
            let message = format!("prices must be keyed by {label} here");
            let line = self.source.line_at(value);
            self.source.fault(FaultKind::WrongForm, line, message, "Write a table");
            return false;
        };
        let mut whole = true;
        for (key, line, below) in branches {
            let found = by.map_or_else(
                || self.frame.zones.iter().position(|z| z == key),
                |f| f.position(key),
            );
            let Some(at) = found else {
                let message = format!("{label} has no value `{key}`, so this price is never used");
                let remedy = "Correct the key or remove the price";
                self.source.fault(FaultKind::UnmatchedPrice, line, message, remedy);
                whole = false;
                continue;
            };
            self.path.push(format!("{label} {key}"));
            let index = index * self.table.widths[depth] + at;
            whole &= self.descend(below, depth + 1, index);
            self.path.pop();
        }
        whole
    }
}

/// Every combination that can be ordered must have a price.
fn check_reach(table: &ChargeTable, node: Node<'_>, frame: &Frame<'_>) {
    let missing: Vec<_> = (0..table.cells.len())
        .filter(|index| table.cells[*index].is_none())
        .map(|index| places(table, index))
        .filter(|at| reachable(table, at, frame))
        .map(|at| describe(table, &at, frame))
        .collect();
    if missing.is_empty() {
        return;
    }
    let shown = missing.iter().take(5).cloned().collect::<Vec<_>>().join("; ");
    let more = missing.len().saturating_sub(5);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!("{} has no price for {shown}{rest}", frame.title);
    node.fault(FaultKind::MissingPrice, "prices", message, "Add the price, or a rule against it");
}

/// The place of each key's value in the cell at `index`.
fn places(table: &ChargeTable, mut index: usize) -> Vec<usize> {
    let mut at = vec![0; table.widths.len()];
    for (place, width) in at.iter_mut().zip(&table.widths).rev() {
        *place = index % width;
        index /= width;
    }
    at
}

/// Whether no rule forbids these values, and the component is there with them. Rules that
/// look at features outside of the table are only tried where its condition names them.
fn reachable(table: &ChargeTable, at: &[usize], frame: &Frame<'_>) -> bool {
    let value_of = |feature| table.by.iter().position(|f| *f == feature).map(|key| at[key]);
    let fits = |feature, value: usize| {
        frame.rules.iter().all(|rule| {
            let pair = |of| if of == feature { Some(value) } else { value_of(of) };
            match (pair(rule.feature), pair(rule.other)) {
                (Some(mine), Some(theirs)) => rule.allows(mine, Some(theirs)),
                _ => true,
            }
        })
    };
    let keys_fit = table.by.iter().zip(at).all(|(feature, value)| fits(*feature, *value));
    let condition_fits = frame.when.as_ref().is_none_or(|(feature, values)| {
        values.iter().any(|v| value_of(*feature).is_none_or(|own| own == *v) && fits(*feature, *v))
    });
    keys_fit && condition_fits
}

fn describe(table: &ChargeTable, at: &[usize], frame: &Frame<'_>) -> String {
    let mut words: Vec<_> = table
        .by
        .iter()
        .zip(at)
        .map(|(feature, value)| {
            let feature = &frame.features[*feature];
            format!("{} {}", feature.name, feature.values()[*value])
        })
        .collect();
    if let (true, Some(zone)) = (table.zoned, at.last()) {
        words.push(format!("zone {}", frame.zones[*zone]));
    }
    words.join(", ")
}
