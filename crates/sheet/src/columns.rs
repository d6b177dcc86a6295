//! What the columns of a table mean for the offerings that may be sold.

use crate::fault::{Fault, Note};
use crate::heading::{Means, is_code, meaning, names_feature, nearest};
use crate::table::Table;
use domain::catalogue::Offering;
use domain::code::Because;

/// What a column is used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use {
    Known(Means),
    /// A feature, by its name.
    Feature(String),
    /// Nothing: it is not understood, or has no heading.
    Ignored,
}

/// A column and what it is used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// `C`; none in JSON.
    pub letters: Option<String>,
    /// As it stands in the file.
    pub heading: String,
    pub used: Use,
    /// For each offering the place of its feature, where it has one of this name.
    pub(crate) features: Vec<Option<usize>>,
}

/// The columns of a table, understood.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(crate) all: Vec<Column>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) notes: Vec<Note>,
}

impl Columns {
    /// The place of the column with this meaning.
    pub(crate) fn of(&self, means: Means) -> Option<usize> {
        self.all.iter().position(|c| c.used == Use::Known(means))
    }

    /// The columns that are features of one offering: the column, then the feature.
    pub(crate) fn features(&self, offering: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let of = move |(at, c): (usize, &Column)| Some((at, (*c.features.get(offering)?)?));
        self.all.iter().enumerate().filter_map(of)
    }

    /// The columns that are features of any offering.
    pub(crate) fn any_feature(&self) -> impl Iterator<Item = usize> + '_ {
        let is = |(at, c): (usize, &Column)| matches!(c.used, Use::Feature(_)).then_some(at);
        self.all.iter().enumerate().filter_map(is)
    }
}

/// Finds what each column means.
pub(crate) fn columns(table: &Table, offerings: &[&Offering]) -> Columns {
    let all = table.headings.iter().enumerate().map(|(at, h)| column(table, at, h, offerings));
    let mut all: Vec<Column> = all.collect();
    yield_to_codes(offerings, &mut all);
    let mut found = Columns { all, faults: Vec::new(), notes: Vec::new() };
    twice(table, offerings, &mut found);
    missing(&mut found);
    ignored(table, offerings, &mut found);
    found
}

fn column(table: &Table, at: usize, heading: &str, offerings: &[&Offering]) -> Column {
    let letters = table.place(None, at).column;
    let known = if heading.is_empty() { None } else { meaning(heading) };
    let feature = |o: &&Offering| {
        let named = |f: &domain::catalogue::Feature| names_feature(heading, &f.name, &f.code);
        o.features.iter().position(named)
    };
    let looked = known.is_none() && !heading.is_empty();
    let features: Vec<_> = offerings.iter().map(|o| feature(o).filter(|_| looked)).collect();
    let used = match (known, first_name(offerings, &features)) {
        (Some(means), _) => Use::Known(means),
        (None, Some(name)) => Use::Feature(name),
        (None, None) => Use::Ignored,
    };
    Column { letters, heading: heading.to_owned(), used, features }
}

/// The name of the first of these features.
fn first_name(offerings: &[&Offering], features: &[Option<usize>]) -> Option<String> {
    let mut there = offerings.iter().zip(features);
    there.find_map(|(offering, at)| Some(offering.features[(*at)?].name.to_string()))
}

/// Where several products have a feature of one name, a column with the code of one of them is that
/// product's; the column with the name is for the others. A column for which no product would be
/// left means the same as the other, and stays.
fn yield_to_codes(offerings: &[&Offering], all: &mut [Column]) {
    let codes: Vec<Vec<bool>> = all.iter().map(|column| by_code(offerings, column)).collect();
    for at in 0..all.len() {
        let taken = |of: usize| {
            let same =
                |other: usize| codes[other][of] && all[other].features[of] == all[at].features[of];
            !codes[at][of] && (0..all.len()).any(|other| other != at && same(other))
        };
        let left: Vec<_> =
            (0..offerings.len()).map(|of| all[at].features[of].filter(|_| !taken(of))).collect();
        if let Some(name) = first_name(offerings, &left) {
            all[at].features = left;
            all[at].used = Use::Feature(name);
        }
    }
}

/// For each offering whether the column names its feature by the code.
fn by_code(offerings: &[&Offering], column: &Column) -> Vec<bool> {
    let named = |(offering, at): (&&Offering, &Option<usize>)| {
        at.is_some_and(|at| is_code(&column.heading, &offering.features[at].code))
    };
    offerings.iter().zip(&column.features).map(named).collect()
}

/// Two columns for one thing: nobody can say which is right.
fn twice(table: &Table, offerings: &[&Offering], found: &mut Columns) {
    for at in 0..found.all.len() {
        let column = &found.all[at];
        let same = |other: &&Column| match &column.used {
            Use::Known(_) => other.used == column.used,
            Use::Feature(_) => (0..offerings.len())
                .any(|o| column.features[o].is_some() && column.features[o] == other.features[o]),
            Use::Ignored => false,
        };
        let Some(first) = found.all[..at].iter().find(same) else { continue };
        let what = match &column.used {
            Use::Known(means) => means.title(),
            Use::Feature(name) => name,
            Use::Ignored => "",
        };
        let detail = format!("{} and {} both mean {what}", first.heading, column.heading);
        let remedy = "Remove one of the two columns, or give it another heading.";
        let fault = Fault::of_file(Because::Duplicate, detail, remedy).at(table.place(None, at));
        found.faults.push(fault.value(&column.heading));
    }
}

fn missing(found: &mut Columns) {
    for means in Means::ALL.into_iter().filter(|m| m.is_required()) {
        if found.of(means).is_some() {
            continue;
        }
        let detail = format!("no column is the {}", means.title());
        let remedy = format!("Add a column with the heading {}.", means.title());
        let fault = Fault::of_file(Because::Missing, detail, &remedy);
        found.faults.push(fault.expected(means.names().join(", ")));
    }
}

/// A column that is not understood is named, with the heading that it resembles.
fn ignored(table: &Table, offerings: &[&Offering], found: &mut Columns) {
    let features = || offerings.iter().flat_map(|o| o.features.iter().map(|f| &*f.name));
    for (at, column) in found.all.iter().enumerate() {
        if column.used != Use::Ignored || column.heading.is_empty() {
            continue;
        }
        let own = Means::ALL.iter().flat_map(|m| m.names()).copied();
        let near = nearest(&column.heading, own.chain(features()));
        let near = near.map(|n| format!("; {n} would be")).unwrap_or_default();
        let detail = format!("{} is not understood and ignored{near}", column.heading);
        found.notes.push(Note { place: table.place(None, at), detail });
    }
}
