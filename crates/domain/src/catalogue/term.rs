//! What an offering takes off by itself: for a longer term, and for many sites.

use super::fault::FaultKind;
use super::reader::Node;
use rust_decimal::Decimal;
use std::sync::Arc;

/// A contract term and what it takes off the list price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermStep {
    pub months: u32,
    /// Off the monthly charge, in per cent.
    pub mrc_percent_off: Decimal,
    /// Off the one-off charge, in per cent.
    pub nrc_percent_off: Decimal,
    /// Whether it may cost more a month than a shorter one.
    pub dearer: bool,
    /// Such as `adi.toml: term of 36 months, 15 % off MRC`.
    pub(crate) mrc_rule: Arc<str>,
    pub(crate) nrc_rule: Arc<str>,
}

/// What is taken off, after the term, where a quote has so many sites of the offering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeStep {
    /// The fewest sites.
    pub sites: u32,
    /// Off the monthly charge, in per cent.
    pub mrc_percent_off: Decimal,
    /// Off the one-off charge, in per cent.
    pub nrc_percent_off: Decimal,
    /// Such as `adi.toml: volume of 10 sites, 3 % off MRC`.
    pub(crate) mrc_rule: Arc<str>,
    pub(crate) nrc_rule: Arc<str>,
}

/// The two percentages of a step, with their words.
struct Off {
    mrc: Decimal,
    nrc: Decimal,
    mrc_rule: Arc<str>,
    nrc_rule: Arc<str>,
}

fn parse_off(node: Node<'_>, step: &str) -> Off {
    let mrc = node.percent("mrc_percent_off").unwrap_or_default();
    let nrc = node.percent("nrc_percent_off").unwrap_or_default();
    let rule = |percent: Decimal, charge| {
        let file = node.source.name;
        format!("{file}: {step}, {} % off {charge}", percent.normalize()).into()
    };
    Off { mrc, nrc, mrc_rule: rule(mrc, "MRC"), nrc_rule: rule(nrc, "NRC") }
}

/// Reads `[[term]]`; by rising months.
pub(super) fn parse_terms(root: Node<'_>) -> Vec<TermStep> {
    let keys = ["months", "mrc_percent_off", "nrc_percent_off", "dearer"];
    let mut terms: Vec<(TermStep, Node<'_>)> = Vec::new();
    for node in root.children("term", &keys) {
        if !node.has("months") {
            node.missing("months");
        }
        let Some(months) = node.whole("months", 1..=120).and_then(|m| u32::try_from(m).ok()) else {
            continue;
        };
        if terms.iter().any(|(t, _)| t.months == months) {
            let message = format!("the term of {months} months is there twice");
            node.fault(FaultKind::Duplicate, "months", message, "Remove one");
        }
        let off = parse_off(node, &format!("term of {months} months"));
        let step = TermStep {
            months,
            mrc_percent_off: off.mrc,
            nrc_percent_off: off.nrc,
            dearer: node.flag("dearer").unwrap_or(false),
            mrc_rule: off.mrc_rule,
            nrc_rule: off.nrc_rule,
        };
        terms.push((step, node));
    }
    if terms.is_empty() && !root.has("term") {
        root.missing("term");
    }
    terms.sort_by_key(|(t, _)| t.months);
    for (at, (term, node)) in terms.iter().enumerate().filter(|(_, (t, _))| !t.dearer) {
        let shorter = terms[..at].iter().find(|(s, _)| s.mrc_percent_off > term.mrc_percent_off);
        if let Some((shorter, _)) = shorter {
            let message = format!(
                "{} months take less off a month than {} months do",
                term.months, shorter.months
            );
            let remedy = "Take off at least as much, or write dearer = true";
            node.fault(FaultKind::StepDearer, "mrc_percent_off", message, remedy);
        }
    }
    terms.into_iter().map(|(term, _)| term).collect()
}

/// Reads `[[volume]]`; by rising numbers of sites.
pub(super) fn parse_volumes(root: Node<'_>) -> Vec<VolumeStep> {
    let mut volumes: Vec<(VolumeStep, Node<'_>)> = Vec::new();
    for node in root.children("volume", &["sites", "mrc_percent_off", "nrc_percent_off"]) {
        if !node.has("sites") {
            node.missing("sites");
        }
        let sites = node.whole("sites", 2..=10_000).and_then(|n| u32::try_from(n).ok());
        let Some(sites) = sites else { continue };
        if volumes.iter().any(|(v, _)| v.sites == sites) {
            let message = format!("the volume of {sites} sites is there twice");
            node.fault(FaultKind::Duplicate, "sites", message, "Remove one");
        }
        let off = parse_off(node, &format!("volume of {sites} sites"));
        let step = VolumeStep {
            sites,
            mrc_percent_off: off.mrc,
            nrc_percent_off: off.nrc,
            mrc_rule: off.mrc_rule,
            nrc_rule: off.nrc_rule,
        };
        volumes.push((step, node));
    }
    volumes.sort_by_key(|(v, _)| v.sites);
    for pair in volumes.windows(2) {
        let [(fewer, _), (more, node)] = pair else { continue };
        let less = more.mrc_percent_off < fewer.mrc_percent_off
            || more.nrc_percent_off < fewer.nrc_percent_off;
        if less {
            let message =
                format!("{} sites take less off than {} sites do", more.sites, fewer.sites);
            let remedy = "Take off at least as much";
            node.fault(FaultKind::StepDearer, "sites", message, remedy);
        }
    }
    volumes.into_iter().map(|(volume, _)| volume).collect()
}
