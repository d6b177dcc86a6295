//! The product of a row, and the features that its cells choose.

use super::Reading;
use crate::cell;
use crate::fault::Fault;
use crate::heading::{Means, key, nearest};
use crate::table::Row;
use domain::catalogue::{Choice, Configuration, ConfigurationFault, Offering};
use domain::code::Because;

/// What the choices of a row give.
pub(super) type Configured = Result<Configuration, Vec<ConfigurationFault>>;

/// The offering that a text names: its code, its name, what its bundle is called, or its file.
pub(super) fn find(offerings: &[&Offering], named: &str) -> Option<usize> {
    let wanted = key(named);
    let stem = |o: &Offering| key(o.file.strip_suffix(".toml").unwrap_or(&o.file));
    let by = |name: &dyn Fn(&Offering) -> String| {
        let mut found = (0..offerings.len()).filter(|at| name(offerings[*at]) == wanted);
        // Only what names one of them alone.
        found.next().filter(|_| found.next().is_none())
    };
    by(&|o| key(&o.code))
        .or_else(|| by(&|o| key(&o.name)))
        .or_else(|| by(&|o| key(&o.item_type)))
        .or_else(|| by(&stem))
        .filter(|_| !wanted.is_empty())
}

/// The fault of a product that is not there, for the cell or the request that names it.
pub(super) fn not_sold(offerings: &[&Offering], named: &str) -> Fault {
    let all: Vec<_> = offerings.iter().map(|o| format!("{} ({})", o.code, o.name)).collect();
    let names = offerings.iter().flat_map(|o| [&*o.code, &*o.name]);
    let near = nearest(named, names).map(|n| format!("; nearest: {n}")).unwrap_or_default();
    let detail = format!("{named} is no product that is sold here");
    Fault::of_file(Because::NotAllowedValue, detail, "Write the code or the name of a product.")
        .expected(format!("{}{near}", all.join(", ")))
        .value(named)
}

impl Reading<'_> {
    /// None if something is wrong; no configuration if the row names no product and chooses
    /// nothing.
    #[expect(clippy::option_option, reason = "wrong, and nothing to configure, are two things")]
    pub(super) fn configuration(&mut self, row: &Row) -> Option<Option<Configuration>> {
        let Some(at) = self.product(row)? else { return Some(None) };
        let (columns, chosen) = self.choices(row, at);
        let offering = self.offerings[at];
        let configured = self.configured.entry((at, chosen)).or_insert_with_key(|(_, chosen)| {
            let choice = |(feature, text): &(usize, String)| {
                let feature = &offering.features[*feature];
                Choice { feature: feature.code.to_string(), value: cell::value(feature, text) }
            };
            offering.configure(&chosen.iter().map(choice).collect::<Vec<_>>())
        });
        match configured {
            Ok(configuration) => Some(Some(configuration.clone())),
            Err(faults) => {
                for fault in faults.clone() {
                    self.misconfigured(row, at, &columns, &fault);
                }
                None
            }
        }
    }

    /// The place of the row's product among the offerings.
    #[expect(clippy::option_option, reason = "wrong, and none named, are two things")]
    fn product(&mut self, row: &Row) -> Option<Option<usize>> {
        let column = self.columns.of(Means::Product);
        let before = self.faults.len();
        let named = column.and_then(|column| Some((column, self.said(row, column)?)));
        if self.faults.len() > before {
            return None;
        }
        if let Some((column, named)) = named {
            let found = match self.products.get(named) {
                Some(known) => *known,
                None => find(&self.offerings, named),
            };
            self.products.entry(named.to_owned()).or_insert(found);
            if found.is_none() {
                let fault = not_sold(&self.offerings, named);
                self.faults.push(fault.at(self.table.place(Some(row.number), column)));
                return None;
            }
            return Some(found);
        }
        if self.default.is_some() {
            return Some(self.default);
        }
        let mut chosen = self.columns.any_feature().filter(|at| !row.cells[*at].is_blank());
        let Some(first) = chosen.next() else { return Some(None) };
        drop(chosen);
        let all: Vec<_> = self.offerings.iter().map(|o| o.code.to_string()).collect();
        let detail = "the row chooses features, but names no product".to_owned();
        let remedy = "Name the product in the row, or one for the whole file in the request.";
        let at = column.unwrap_or(first);
        self.fault(row, at, Because::Missing, detail, Some(all.join(", ")), remedy);
        None
    }

    /// What the row chooses of its product: the columns, then features and texts in the same
    /// order. What is chosen of another product is faulted.
    fn choices(&mut self, row: &Row, at: usize) -> (Vec<usize>, Vec<(usize, String)>) {
        let own: Vec<(usize, usize)> = self.columns.features(at).collect();
        let foreign: Vec<usize> =
            self.columns.any_feature().filter(|c| !own.iter().any(|(o, _)| o == c)).collect();
        let offering = self.offerings[at];
        for column in foreign {
            if self.said(row, column).is_some() {
                let detail = format!("{} has no such feature", offering.name);
                let remedy = "Empty the cell.";
                self.fault(row, column, Because::UnknownFeature, detail, None, remedy);
            }
        }
        let (mut columns, mut chosen) = (Vec::new(), Vec::new());
        for (column, feature) in own {
            if let Some(text) = self.said(row, column) {
                columns.push(column);
                chosen.push((feature, text.to_owned()));
            }
        }
        (columns, chosen)
    }

    fn misconfigured(
        &mut self,
        row: &Row,
        at: usize,
        columns: &[usize],
        fault: &ConfigurationFault,
    ) {
        let chosen = fault.index.and_then(|index| columns.get(index).copied());
        let of_feature = || {
            let is =
                |(_, f): &(usize, usize)| *self.offerings[at].features[*f].code == fault.feature;
            self.columns.features(at).find(is).map(|(column, _)| column)
        };
        let column = chosen.or_else(of_feature).or_else(|| self.columns.of(Means::Product));
        let code = Because::ALL.iter().copied().find(|b| b.as_str() == fault.code.word());
        let code = code.unwrap_or(Because::ValueNotAllowed);
        let nearest = fault.nearest_words().map(|n| format!("; nearest: {n}")).unwrap_or_default();
        let expected = format!("{}{nearest}", fault.allowed.join(", "));
        let expected = Some(expected).filter(|text| !text.is_empty());
        let detail = fault.detail.clone();
        if let Some(column) = column {
            self.fault(row, column, code, detail, expected, code.remedy());
            return;
        }
        // A required feature without a column, of the product for the whole file.
        let mut whole = Fault::of_file(code, detail, code.remedy());
        whole.place.row = Some(row.number);
        whole.expected = expected;
        self.faults.push(whole);
    }
}
