//! Reads single keys out of the layers and keeps what was wrong with any of them.

use figment::value::{Dict, Value};
use figment::{Figment, Profile, Provider};
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::ops::RangeInclusive;

/// The place of settings that come from environment variables.
pub(super) const ENVIRONMENT: &str = "environment";

/// The layers, merged, and the mistakes met so far.
#[derive(Debug)]
pub(super) struct Reader {
    /// Each with its place; later ones win.
    layers: Vec<(String, Dict)>,
    merged: Figment,
    known: Vec<&'static str>,
    faults: Vec<String>,
}

impl Reader {
    /// `Err`: a layer is not TOML at all.
    pub(super) fn new(layers: Vec<(String, Figment)>) -> Result<Self, Vec<String>> {
        let mut merged = Figment::new();
        let mut dicts = Vec::new();
        let mut faults = Vec::new();
        for (place, layer) in layers {
            match layer.data() {
                Ok(mut data) => dicts.push((place, data.remove(&Profile::Default))),
                // The parser draws the line; one line is enough here.
                Err(e) => faults.push(format!("{place}: {}", one_line(&e.to_string()))),
            }
            merged = merged.merge(layer);
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let layers = dicts.into_iter().map(|(p, d)| (p, d.unwrap_or_default())).collect();
        Ok(Self { layers, merged, known: Vec::new(), faults: Vec::new() })
    }

    /// The value of `key`.
    pub(super) fn get<T: DeserializeOwned>(&mut self, key: &'static str, default: T) -> T {
        self.known.push(key);
        match self.merged.extract_inner(key) {
            Ok(value) => value,
            Err(e) => {
                let kind = ["usize", "u64", "u32", "i64"]
                    .into_iter()
                    .fold(e.kind.to_string(), |text, t| text.replace(t, "a whole number"));
                self.fault(key, kind);
                default
            }
        }
    }

    /// The number at `key`, if it is within `range`.
    pub(super) fn within<T>(&mut self, key: &'static str, default: T, range: RangeInclusive<T>) -> T
    where
        T: DeserializeOwned + PartialOrd + Display + Copy + Bounded,
    {
        let number = self.get(key, default);
        if range.contains(&number) {
            return number;
        }
        let (least, most) = range.into_inner();
        let bounds = if most == T::MOST {
            format!("{least} or more")
        } else {
            format!("from {least} to {most}")
        };
        self.fault(key, format!("{number} is not {bounds}"));
        default
    }

    /// The text at `key`, read by `parse`. A number counts as its digits: the environment cannot
    /// tell `"99.50"` from `99.50`.
    pub(super) fn parsed<T>(
        &mut self,
        key: &'static str,
        default: T,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> T {
        let text = match self.get(key, Value::from("")) {
            Value::String(_, text) => text,
            Value::Num(_, number) => {
                number.to_u128().map(|n| n.to_string()).or(number.to_f64().map(|n| n.to_string()))
            }
            .unwrap_or_default(),
            other => {
                self.fault(key, format!("it is {}, not a text", other.to_actual()));
                return default;
            }
        };
        parse(&text).unwrap_or_else(|why| {
            self.fault(key, why);
            default
        })
    }

    /// Ends the reading: every mistake, and every key that nobody asked for.
    pub(super) fn finish(mut self) -> Result<(), Vec<String>> {
        let mut unknown = Vec::new();
        for (place, dict) in &self.layers {
            let mut paths = Vec::new();
            leaves(dict, "", &mut paths);
            for path in paths.into_iter().filter(|p| !self.known.contains(&p.as_str())) {
                unknown.push(format!("{}: {}", named(place, &path), self.why_unknown(&path)));
            }
        }
        self.faults.extend(unknown);
        if self.faults.is_empty() { Ok(()) } else { Err(self.faults) }
    }

    fn why_unknown(&self, path: &str) -> String {
        let inside: Vec<_> =
            self.known.iter().filter(|k| k.starts_with(&format!("{path}."))).copied().collect();
        if !inside.is_empty() {
            return format!("it is a section with the keys {}", inside.join(", "));
        }
        let near = self.known.iter().min_by_key(|k| distance(k, path));
        match near.filter(|k| distance(k, path) <= 2) {
            Some(near) => format!("there is no such key; did you mean {near}?"),
            None => "there is no such key; config.default.toml lists them all".to_owned(),
        }
    }

    pub(super) fn fault(&mut self, key: &str, why: impl Display) {
        let set = |(_, dict): &&(String, Dict)| find(dict, key);
        let place = self.layers.iter().rev().find(set).map_or("", |(place, _)| place);
        self.faults.push(format!("{}: {why}", named(place, key)));
    }
}

/// The greatest value of a number.
pub(super) trait Bounded {
    const MOST: Self;
}

impl Bounded for usize {
    const MOST: Self = Self::MAX;
}

impl Bounded for u32 {
    const MOST: Self = Self::MAX;
}

impl Bounded for i64 {
    const MOST: Self = Self::MAX;
}

fn named(place: &str, key: &str) -> String {
    if place == ENVIRONMENT {
        format!("{place}: DEMARC_{}", key.to_uppercase().replace('.', "__"))
    } else {
        format!("{place}: {key}")
    }
}

fn find(dict: &Dict, key: &str) -> bool {
    match key.split_once('.') {
        None => dict.contains_key(key),
        Some((section, rest)) => {
            dict.get(section).and_then(Value::as_dict).is_some_and(|d| find(d, rest))
        }
    }
}

fn leaves(dict: &Dict, before: &str, paths: &mut Vec<String>) {
    for (key, value) in dict {
        match value.as_dict() {
            Some(inner) => leaves(inner, &format!("{before}{key}."), paths),
            None => paths.push(format!("{before}{key}")),
        }
    }
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(" ")
}

/// How many letters must change to make one word of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = change.min(before + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
