//! The table of sites: a row each, its configuration in words, and in a small quote its charges
//! one by one.

use domain::address::Address;
use domain::catalogue::Catalogue;
use domain::money::{Currency, Money};
use domain::pricing::{LinePrice, Waterfall};
use domain::quote::Site;
use print::{Cell, Column, Row, Rows, Table};

/// Up to so many sites have their charges told one by one.
pub(super) const DETAILED: u32 = 50;
/// Stands where there is no such amount.
const NONE: &str = "–";

/// `1,234,567.89`.
pub(super) fn amount(money: Money) -> String {
    let plain = money.to_string();
    let (sign, digits) = plain.strip_prefix('-').map_or(("", &*plain), |rest| ("-", rest));
    let (whole, cents) = digits.split_once('.').unwrap_or((digits, "00"));
    let mut grouped = String::with_capacity(plain.len() + plain.len() / 3);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}.{cents}")
}

pub(super) fn columns() -> Vec<Column> {
    let currency = Currency::Usd.code();
    vec![
        Column::words("No.", 7),
        Column::words("Site", 32),
        Column::words("Product and configuration", 45),
        Column::words("Term", 14),
        Column::amounts(format!("Monthly, {currency}"), 16),
        Column::amounts(format!("One-off, {currency}"), 16),
    ]
}

fn address(address: &Address) -> String {
    let unit = address.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
    let Address { street, city, state, zip, .. } = address;
    format!("{street}{unit}, {city}, {state} {zip}").trim_end().to_owned()
}

/// The name of an offering, or its code where the catalogue has it no more.
pub(super) fn product(catalogue: &Catalogue, code: &str) -> String {
    catalogue.offering(code).map_or_else(|| code.to_owned(), |o| o.name.to_string())
}

/// The choices, but for the term, which has its own column.
fn configured(site: &Site, catalogue: &Catalogue) -> String {
    let Some(configuration) = &site.configuration else { return String::new() };
    let offering = catalogue.offering(&configuration.offering);
    let term = offering.map(|offering| &offering.feature_of_term().code);
    let choices = configuration.choices.iter().filter(|choice| Some(&choice.code) != term);
    let words: Vec<_> = choices.map(|c| format!("{}\u{a0}{}", c.name, c.value)).collect();
    words.join("\u{a0}· ")
}

/// What was charged for it: nothing where its list price has no such charge.
fn charged(waterfall: &Waterfall) -> String {
    let listed = waterfall.steps.iter().any(|step| step.amount != Money::ZERO);
    if listed { amount(waterfall.net) } else { NONE.to_owned() }
}

fn line(line: &LinePrice) -> Row {
    let times = if line.quantity == 1 { String::new() } else { format!(" × {}", line.quantity) };
    let cells = vec![
        Cell::default(),
        Cell::default(),
        Cell::new(format!("{}{times}", line.name)),
        Cell::default(),
        Cell::new(charged(&line.mrc)),
        Cell::new(charged(&line.nrc)),
    ];
    Row::new(Rows::Detail, cells)
}

/// The rows of a site. `priced`: whether its price is part of an offer; `detailed`: with its
/// charges one by one.
pub(super) fn rows(site: &Site, catalogue: &Catalogue, priced: bool, detailed: bool) -> Vec<Row> {
    let mut below = address(site.address());
    if site.passed().is_none() {
        below.push_str(" (not validated)");
    }
    let product = site.configuration.as_ref().map(|c| product(catalogue, &c.offering));
    let term = site.configuration.as_ref().map(|c| format!("{} months", c.term_months));
    let price = site.price.as_ref().filter(|_| priced);
    let of = |amount: Option<String>| Cell::new(amount.unwrap_or_else(|| NONE.to_owned()));
    let cells = vec![
        Cell::new(site.position.to_string()),
        Cell::new(site.name.clone()).below(below),
        Cell::new(product.unwrap_or_else(|| "not configured".to_owned()))
            .below(configured(site, catalogue)),
        Cell::new(term.unwrap_or_else(|| NONE.to_owned())),
        of(price.map(|price| amount(price.totals.mrc))),
        of(price.map(|price| amount(price.totals.nrc))),
    ];
    let lines = price.filter(|_| detailed).into_iter().flat_map(|price| &price.lines);
    std::iter::once(Row::new(Rows::Plain, cells)).chain(lines.map(line)).collect()
}

/// The table of these rows.
pub(super) fn table(mut rows: Vec<Row>, sum: Option<(Money, Money)>) -> Table {
    if let Some((mrc, nrc)) = sum {
        let mut cells = vec![Cell::default(); 6];
        cells[1] = Cell::new("All sites");
        cells[4] = Cell::new(amount(mrc));
        cells[5] = Cell::new(amount(nrc));
        rows.push(Row::new(Rows::Total, cells));
    }
    let caption = "Every site with its address, product, configuration, term and charges";
    Table { caption: caption.to_owned(), columns: columns(), rows }
}
