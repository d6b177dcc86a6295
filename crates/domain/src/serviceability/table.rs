//! The built-in table of serviceability: by ZIP prefix, what the carrier's network can do there.
//! A file of the catalogue folder, read and checked like the others.

use super::{Access, Confidence, InstallDays, Reach, Serviceability, Speed, Technology};
use crate::catalogue::{CatalogueFault, FaultKind, Node, Source};
use crate::time::Moment;
use std::ops::RangeInclusive;

/// The name of the file with the table.
pub const SERVICEABILITY: &str = "serviceability.toml";
/// The one that comes with the program. What it says is a sample.
const SHIPPED: &str = include_str!("../../../../catalogue/serviceability.toml");

const ROOT: [&str; 2] = ["serviceability", "area"];
const HEAD: [&str; 2] = ["guaranteed_days", "default_area"];
const AREA: [&str; 6] = ["code", "prefixes", "reach", "confidence", "reason", "access"];
const ACCESS: [&str; 3] = ["technology", "speeds", "install_days"];
/// All ZIP codes.
const ZIPS: usize = 100_000;

/// What the network can do, by ZIP code.
#[derive(Debug, Clone)]
pub struct ServiceTable {
    guaranteed_days: u32,
    areas: Vec<Area>,
    /// The place of the area, by the five digits of the ZIP code.
    by_zip: Vec<u16>,
}

#[derive(Debug, Clone)]
struct Area {
    code: String,
    reach: Reach,
    confidence: Confidence,
    reason: String,
    accesses: Vec<Access>,
}

impl ServiceTable {
    /// Reads the file.
    ///
    /// # Errors
    /// Every mistake, with its line.
    pub fn parse(text: &str) -> Result<Self, Vec<CatalogueFault>> {
        let source = Source::new(SERVICEABILITY, text);
        let table = read(source.root(&ROOT));
        let mut faults = source.into_faults();
        match table {
            Some(table) if faults.is_empty() => Ok(table),
            _ => {
                faults.sort_by(|a, b| (a.line, &a.message).cmp(&(b.line, &b.message)));
                faults.dedup();
                Err(faults)
            }
        }
    }

    /// The table that comes with the program.
    ///
    /// # Errors
    /// As [`ServiceTable::parse`]; a test proves that there are none.
    pub fn shipped() -> Result<Self, Vec<CatalogueFault>> {
        Self::parse(SHIPPED)
    }

    /// What is known at `now` of the ZIP code's area; none if it is no ZIP code.
    pub fn find(&self, zip5: &str, now: Moment) -> Option<Serviceability> {
        let digits = zip5.len() == 5 && zip5.bytes().all(|b| b.is_ascii_digit());
        let zip: usize = Some(zip5).filter(|_| digits)?.parse().ok()?;
        let area = self.areas.get(usize::from(*self.by_zip.get(zip)?))?;
        Some(Serviceability {
            reach: area.reach,
            accesses: area.accesses.clone(),
            confidence: area.confidence,
            reason: area.reason.clone(),
            guaranteed_until: now.plus_days(self.guaranteed_days),
        })
    }
}

fn read(root: Node<'_>) -> Option<ServiceTable> {
    let mut areas: Vec<Area> = Vec::new();
    let mut owner: Vec<Option<u16>> = vec![None; ZIPS];
    for node in root.children("area", &AREA) {
        let place = u16::try_from(areas.len()).ok()?;
        let area = read_area(node);
        if areas.iter().any(|other| other.code == area.code) {
            let message = format!("two areas {}", area.code);
            node.fault(FaultKind::Duplicate, "code", message, "Rename one");
        }
        areas.push(area);
        for range in node.texts("prefixes") {
            let Some(zips) = zips(range.value) else {
                let message = format!("`{}` is not a ZIP prefix or a range of them", range.value);
                let remedy = "Write three or five digits, such as 606 or 60606, or a range of two";
                node.source.fault(FaultKind::WrongForm, range.line, message, remedy);
                continue;
            };
            if let Err(zip) = claim(&mut owner[zips], place, &areas) {
                let message = format!("{} is already in area {zip}", range.value);
                let remedy = "Leave it in one area only";
                node.source.fault(FaultKind::Duplicate, range.line, message, remedy);
            }
        }
    }
    if areas.is_empty() && !root.has("area") {
        root.missing("area");
    }
    let Some(head) = root.child("serviceability", &HEAD) else {
        if !root.has("serviceability") {
            root.missing("serviceability");
        }
        return None;
    };
    for key in HEAD.iter().filter(|key| !head.has(key)) {
        head.missing(key);
    }
    let days = head.whole("guaranteed_days", 1..=365).and_then(|days| u32::try_from(days).ok());
    let named = head.text("default_area");
    let default = named.and_then(|name| areas.iter().position(|area| area.code == name));
    if let (Some(name), None) = (named, default) {
        let message = format!("there is no area {name}");
        let remedy = "Name one of the areas, or add it";
        head.fault(FaultKind::UnknownReference, "default_area", message, remedy);
    }
    let default = u16::try_from(default?).ok()?;
    let by_zip = owner.into_iter().map(|place| place.unwrap_or(default)).collect();
    Some(ServiceTable { guaranteed_days: days?, areas, by_zip })
}

/// Gives ZIP codes to an area. An error names the one that has some of them.
fn claim<'a>(zips: &mut [Option<u16>], place: u16, areas: &'a [Area]) -> Result<(), &'a str> {
    if let Some(other) = zips.iter().find_map(|owner| *owner) {
        return Err(&areas[usize::from(other)].code);
    }
    zips.fill(Some(place));
    Ok(())
}

/// The ZIP codes of a prefix of three or five digits, or of a range of such.
fn zips(text: &str) -> Option<RangeInclusive<usize>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let width = match first.len() {
        3 => 100,
        5 => 1,
        _ => return None,
    };
    if first.len() != last.len() || !digits(first) || !digits(last) {
        return None;
    }
    let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last).then(|| first * width..=last * width + width - 1)
}

/// As much of an area as can be read; what cannot be has been told.
fn read_area(node: Node<'_>) -> Area {
    let mut accesses: Vec<Access> = Vec::new();
    for access in node.children("access", &ACCESS) {
        let Some(read) = read_access(access) else { continue };
        if accesses.iter().any(|other| other.technology == read.technology) {
            let message = format!("two accesses by {}", read.technology.word());
            access.fault(FaultKind::Duplicate, "technology", message, "Make one of them");
        }
        accesses.push(read);
    }
    let reach = word(node, "reach", Reach::of, Reach::ALL.iter().map(|r| r.word()));
    let reach = reach.unwrap_or(Reach::OffNet);
    if reach == Reach::OnNet && accesses.is_empty() {
        let message = "an area on the network has at least one access";
        node.fault(FaultKind::Missing, "reach", message, "Add [[area.access]]");
    }
    let confidence =
        word(node, "confidence", Confidence::of, Confidence::ALL.iter().map(|c| c.word()));
    Area {
        code: node.need_text("code").unwrap_or_default().to_owned(),
        reach,
        confidence: confidence.unwrap_or(Confidence::Red),
        reason: node.need_text("reason").unwrap_or_default().to_owned(),
        accesses,
    }
}

fn read_access(node: Node<'_>) -> Option<Access> {
    let technology =
        word(node, "technology", Technology::of, Technology::ALL.iter().map(|t| t.word()));
    let mut speeds = Vec::new();
    for text in node.texts("speeds") {
        match Speed::parse(text.value) {
            Some(speed) if speeds.last().is_none_or(|last| *last < speed) => speeds.push(speed),
            Some(_) => {
                let message = format!("`{}` is not faster than the one before it", text.value);
                let remedy = "List each speed once, the slowest first";
                node.source.fault(FaultKind::Duplicate, text.line, message, remedy);
            }
            None => {
                let message = format!("`{}` is not a speed", text.value);
                let remedy = "Write a speed such as 500M or 10G";
                node.source.fault(FaultKind::WrongForm, text.line, message, remedy);
            }
        }
    }
    if !node.has("speeds") {
        node.missing("speeds");
    } else if speeds.is_empty() {
        let remedy = "Write a speed such as 500M";
        node.fault(FaultKind::Missing, "speeds", "an access has at least one speed", remedy);
    }
    let days = node.need_text("install_days").and_then(|text| {
        let days = install_days(text);
        if days.is_none() {
            let message = format!("`{text}` is not a range of working days");
            let remedy = "Write a range such as 20-45, at most 1000";
            node.fault(FaultKind::WrongForm, "install_days", message, remedy);
        }
        days
    });
    Some(Access { technology: technology?, speeds, install_days: days? })
}

fn install_days(text: &str) -> Option<InstallDays> {
    let (least, most) = text.split_once('-')?;
    let days = |text: &str| {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        Some(text).filter(|_| digits)?.parse::<u32>().ok().filter(|days| *days <= 1000)
    };
    let (least, most) = (days(least)?, days(most)?);
    (least <= most).then_some(InstallDays { least, most })
}

/// A text that must be one of some words.
fn word<T>(
    node: Node<'_>,
    key: &str,
    of: impl Fn(&str) -> Option<T>,
    all: impl Iterator<Item = &'static str>,
) -> Option<T> {
    let text = node.need_text(key)?;
    let known = of(text);
    if known.is_none() {
        let all: Vec<_> = all.collect();
        let message = format!("`{key}` is none of its words: {text}");
        let remedy = format!("Write one of: {}", all.join(", "));
        node.fault(FaultKind::WrongForm, key, message, remedy);
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Moment {
        Moment::from_ms(1_700_000_000_000)
    }

    #[test]
    fn the_shipped_table_answers_every_zip_code() {
        let table = ServiceTable::shipped().unwrap();
        for zip in 0..ZIPS {
            let found = table.find(&format!("{zip:05}"), now()).unwrap();
            assert_eq!(found.nonsense(now()), None, "{zip:05}");
        }
        for text in ["", "6060", "606066", "6060a", "é0606"] {
            assert_eq!(table.find(text, now()), None, "{text}");
        }
        let reaches = ["60606", "75075", "99701"].map(|zip| table.find(zip, now()).unwrap().reach);
        assert_eq!(reaches, [Reach::OnNet, Reach::NearNet, Reach::OffNet]);
    }

    #[test]
    fn every_mistake_is_told_with_its_line() {
        let text = "\
[serviceability]
guaranteed_days = 0
default_area = \"nowhere\"
[[area]]
code = \"a\"
prefixes = [\"606\", \"60-70\", \"709-700\", \"60606\"]
reach = \"near\"
confidence = \"green\"
[[area.access]]
technology = \"smoke\"
speeds = [\"1G\", \"100M\", \"fast\"]
install_days = \"45-20\"
[[area]]
code = \"a\"
reach = \"on_net\"
confidence = \"green\"
reason = \"r\"
odd = 1
";
        let faults = ServiceTable::parse(text).unwrap_err();
        let told: Vec<_> = faults.iter().map(|f| format!("{} {}", f.line, f.message)).collect();
        let expected = [
            "2 `guaranteed_days` must be from 1 to 365",
            "3 there is no area nowhere",
            "4 `reason` is missing",
            "6 60606 is already in area a",
            "6 `60-70` is not a ZIP prefix or a range of them",
            "6 `709-700` is not a ZIP prefix or a range of them",
            "7 `reach` is none of its words: near",
            "10 `technology` is none of its words: smoke",
            "11 `100M` is not faster than the one before it",
            "11 `fast` is not a speed",
            "12 `45-20` is not a range of working days",
            "14 two areas a",
            "15 an area on the network has at least one access",
            "18 the key `odd` means nothing here",
        ];
        assert_eq!(told, expected);
        assert!(faults.iter().all(|f| f.file == SERVICEABILITY && !f.remedy.is_empty()));
    }

    #[test]
    fn a_file_without_its_parts_says_so() {
        let told = |text: &str| {
            let faults = ServiceTable::parse(text).unwrap_err();
            faults.iter().map(|f| f.message.clone()).collect::<Vec<_>>()
        };
        assert_eq!(told(""), ["`area` is missing", "`serviceability` is missing"]);
        assert!(told("[serviceability").iter().any(|told| told.starts_with("not valid TOML")));
    }
}
