//! Reads the tables of one catalogue file and notes every mistake with its line; knows
//! nothing of what the tables mean.

use super::fault::{CatalogueFault, FaultKind};
use crate::money::Money;
use crate::time::Date;
use rust_decimal::Decimal;
use std::cell::RefCell;
use std::ops::RangeInclusive;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One file, parsed as far as it goes.
pub(crate) struct Source<'a> {
    pub(crate) name: &'a str,
    /// The byte offsets at which lines end.
    ends: Vec<usize>,
    root: Spanned<DeTable<'a>>,
    faults: RefCell<Vec<CatalogueFault>>,
}

/// A value and the line it stands on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) line: usize,
}

impl<'a> Source<'a> {
    pub(crate) fn new(name: &'a str, text: &'a str) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        let ends = text.match_indices('\n').map(|(at, _)| at).collect();
        let source = Self { name, ends, root, faults: RefCell::default() };
        for error in errors {
            let line = source.line(error.span().map_or(0, |s| s.start));
            let message = format!("not valid TOML: {}", error.message().replace('\n', "; "));
            source.fault(FaultKind::Syntax, line, message, "Mend the line; see toml.io");
        }
        source
    }

    /// The line of a byte offset, counted from 1.
    fn line(&self, offset: usize) -> usize {
        1 + self.ends.partition_point(|end| *end < offset)
    }

    pub(crate) fn fault(
        &self,
        kind: FaultKind,
        line: usize,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.faults.borrow_mut().push(CatalogueFault {
            file: self.name.to_owned(),
            line,
            kind,
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.root.get_ref().contains_key(key)
    }

    pub(crate) fn root(&self, known: &[&str]) -> Node<'_> {
        Node::new(self, self.root.get_ref(), 1, known)
    }

    pub(crate) fn into_faults(self) -> Vec<CatalogueFault> {
        self.faults.into_inner()
    }
}

/// One table of a file.
#[derive(Clone, Copy)]
pub(crate) struct Node<'s> {
    pub(crate) source: &'s Source<'s>,
    table: &'s DeTable<'s>,
    /// The line the table begins on.
    pub(crate) line: usize,
}

impl<'s> Node<'s> {
    fn new(source: &'s Source<'s>, table: &'s DeTable<'s>, line: usize, known: &[&str]) -> Self {
        for key in table.keys().filter(|k| !known.contains(&k.get_ref().as_ref())) {
            let message = format!("the key `{}` means nothing here", key.get_ref());
            let remedy = format!("Use one of: {}", known.join(", "));
            source.fault(FaultKind::UnknownKey, source.line(key.span().start), message, remedy);
        }
        Self { source, table, line }
    }

    fn raw(&self, key: &str) -> Option<&'s Spanned<DeValue<'s>>> {
        self.table.get(key)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// The line of `key`, or of the table where there is none.
    pub(crate) fn line_of(&self, key: &str) -> usize {
        self.table.get_key_value(key).map_or(self.line, |(k, _)| self.source.line(k.span().start))
    }

    pub(crate) fn fault(
        &self,
        kind: FaultKind,
        key: &str,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.source.fault(kind, self.line_of(key), message, remedy);
    }

    fn wrong(&self, key: &str, wanted: &str) {
        let message = format!("`{key}` must be {wanted}");
        self.fault(FaultKind::WrongForm, key, message, format!("Write {wanted}"));
    }

    pub(crate) fn missing(&self, key: &str) {
        let remedy = format!("Add `{key}`");
        self.fault(FaultKind::Missing, key, format!("`{key}` is missing"), remedy);
    }

    /// A text that must be there.
    pub(crate) fn need_text(&self, key: &str) -> Option<&'s str> {
        if !self.has(key) {
            self.missing(key);
        }
        self.text(key)
    }

    pub(crate) fn text(&self, key: &str) -> Option<&'s str> {
        let text = self.raw(key)?.get_ref().as_str().filter(|t| !t.trim().is_empty());
        if text.is_none() {
            self.wrong(key, "a text in quotes, not empty");
        }
        text
    }

    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        let flag = self.raw(key)?.get_ref().as_bool();
        if flag.is_none() {
            self.wrong(key, "true or false");
        }
        flag
    }

    /// A whole number within `range`.
    pub(crate) fn whole(&self, key: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let raw = self.raw(key)?.get_ref();
        let Some(number) =
            raw.as_integer().and_then(|_| number(raw)).and_then(|d| d.try_into().ok())
        else {
            self.wrong(key, "a whole number");
            return None;
        };
        if !range.contains(&number) {
            self.out_of_range(key, &range.start().to_string(), &range.end().to_string());
            return None;
        }
        Some(number)
    }

    /// A number from 0 to 100, exact.
    pub(crate) fn percent(&self, key: &str) -> Option<Decimal> {
        let Some(percent) = number(self.raw(key)?.get_ref()) else {
            self.wrong(key, "a number such as 12.5");
            return None;
        };
        if percent < Decimal::ZERO || percent > Decimal::ONE_HUNDRED {
            self.out_of_range(key, "0", "100");
            return None;
        }
        Some(percent)
    }

    fn out_of_range(&self, key: &str, least: &str, most: &str) {
        let message = format!("`{key}` must be from {least} to {most}");
        let remedy = format!("Write a number from {least} to {most}");
        self.fault(FaultKind::OutOfRange, key, message, remedy);
    }

    pub(crate) fn date(&self, key: &str) -> Option<Date> {
        let date = self.raw(key)?.get_ref().as_datetime().filter(|d| d.time.is_none());
        let date = date.and_then(|d| d.date).and_then(|d| {
            Date::new(i16::try_from(d.year).ok()?, i8::try_from(d.month).ok()?, d.day.cast_signed())
                .ok()
        });
        if date.is_none() {
            self.wrong(key, "a date without quotes, such as 2026-01-31");
        }
        date
    }

    pub(crate) fn price(&self, key: &str) -> Option<Money> {
        let raw = self.raw(key)?;
        self.source.price(key, raw)
    }

    /// A text, or a list of texts; empty where there is none.
    pub(crate) fn texts(&self, key: &str) -> Vec<At<&'s str>> {
        let Some(raw) = self.raw(key) else { return Vec::new() };
        let one = std::slice::from_ref(raw);
        let many = raw.get_ref().as_array().map_or(one, |list| list.as_ref());
        let mut texts = Vec::with_capacity(many.len());
        for item in many {
            match item.get_ref().as_str().filter(|t| !t.trim().is_empty()) {
                Some(value) => {
                    texts.push(At { value, line: self.source.line(item.span().start) });
                }
                None => self.wrong(key, "a text in quotes, or a list of them"),
            }
        }
        texts
    }

    /// The table under `key`.
    pub(crate) fn child(&self, key: &str, known: &[&str]) -> Option<Node<'s>> {
        let raw = self.raw(key)?;
        let Some(table) = raw.get_ref().as_table() else {
            self.wrong(key, "a table");
            return None;
        };
        Some(Node::new(self.source, table, self.source.line(raw.span().start), known))
    }

    /// The tables under `[[key]]`.
    pub(crate) fn children(&self, key: &str, known: &[&str]) -> Vec<Node<'s>> {
        let Some(raw) = self.raw(key) else { return Vec::new() };
        let Some(list) = raw.get_ref().as_array() else {
            self.wrong(key, &format!("a list of tables, [[{key}]]"));
            return Vec::new();
        };
        let mut nodes = Vec::with_capacity(list.len());
        for item in list {
            match item.get_ref().as_table() {
                Some(table) => {
                    let line = self.source.line(item.span().start);
                    nodes.push(Node::new(self.source, table, line, known));
                }
                None => self.wrong(key, &format!("a list of tables, [[{key}]]")),
            }
        }
        nodes
    }

    /// What stands under `key`, to be walked by [`Source::branches`].
    pub(crate) fn value(&self, key: &str) -> Option<&'s Spanned<DeValue<'s>>> {
        self.raw(key)
    }
}

/// One entry of a table whose keys are data: key, the key's line, what stands there.
pub(crate) type Branch<'s> = (&'s str, usize, &'s Spanned<DeValue<'s>>);

impl<'s> Source<'s> {
    /// The entries of a table whose keys are data; `None` where it is no table.
    pub(crate) fn branches(&self, value: &'s Spanned<DeValue<'s>>) -> Option<Vec<Branch<'s>>> {
        let table = value.get_ref().as_table()?;
        let entry = |(k, v): (&'s Spanned<_>, &'s Spanned<DeValue<'s>>)| {
            let key: &'s std::borrow::Cow<'s, str> = k.get_ref();
            (key.as_ref(), self.line(k.span().start), v)
        };
        Some(table.iter().map(entry).collect())
    }

    pub(crate) fn line_at(&self, value: &Spanned<DeValue<'_>>) -> usize {
        self.line(value.span().start)
    }

    /// A number of working days.
    pub(crate) fn days(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<u32> {
        let days = number(value.get_ref()).filter(|n| n.fract().is_zero());
        let days = days.and_then(|n| u32::try_from(n).ok());
        let days = days.filter(|days| (1..=1000).contains(days));
        if days.is_none() {
            let message = format!("`{name}` must be a whole number of working days, 1 to 1000");
            let line = self.line_at(value);
            self.fault(FaultKind::OutOfRange, line, message, "Write a number such as 30");
        }
        days
    }

    /// A price: `1250` or `1250.00`, never below zero.
    pub(crate) fn price(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<Money> {
        let line = self.line_at(value);
        let text = digits(value.get_ref()).unwrap_or_default();
        let Some(price) = Money::parse(&text) else {
            let message = format!("the price at `{name}` is not an amount");
            let remedy = "Write a number with at most two decimals, such as 1250.00";
            self.fault(FaultKind::WrongForm, line, message, remedy);
            return None;
        };
        if price < Money::ZERO {
            let message = format!("the price at `{name}` is below zero");
            self.fault(FaultKind::NegativePrice, line, message, "Write zero or more");
            return None;
        }
        Some(price)
    }
}

/// A number as it is written, without the separators.
fn digits(value: &DeValue<'_>) -> Option<String> {
    let text = match value {
        DeValue::Integer(i) if i.radix() == 10 => i.as_str(),
        DeValue::Float(f) => f.as_str(),
        _ => return None,
    };
    Some(text.trim_start_matches('+').replace('_', ""))
}

fn number(value: &DeValue<'_>) -> Option<Decimal> {
    digits(value)?.parse().ok()
}
