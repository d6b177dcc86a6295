//! `demarc catalogue diff --quotes`: prices each quote of a file by both catalogues, and says
//! which would change and by how much.

use crate::failure::{Outcome, at};
use domain::catalogue::{Catalogue, Choice};
use domain::id::{Id, Kind};
use domain::pricing::{PriceAsk, Repriced, Repricing, SiteAsk, reprice};
use domain::time::Date;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;

/// A line of the file: how a quote was, or would be, priced.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// What to call it.
    quote: String,
    /// The code of the partner's tier.
    tier: String,
    /// The code of the quote's programme, for promotions that are for some only.
    #[serde(default)]
    programme: String,
    /// The day of pricing; the first day of the new catalogue, if it is not given.
    priced_on: Option<String>,
    discount_percent: Option<String>,
    #[serde(default)]
    promotions: Vec<String>,
    sites: Vec<AskedSite>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedSite {
    zip: String,
    offering: String,
    features: Vec<AskedFeature>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskedFeature {
    name: String,
    value: String,
}

/// A quote of the file by both catalogues.
pub(super) struct Compared {
    quote: String,
    by: Repriced,
}

impl Compared {
    pub(super) fn changed(&self) -> bool {
        self.by.changed()
    }

    /// `Q-1: MRC 695.00 to 700.00 (+5.00)`.
    pub(super) fn words(&self) -> String {
        format!("{}: {}", self.quote, self.by.words())
    }

    pub(super) fn json(&self) -> Value {
        let one = |priced: &Repricing| match priced {
            Ok(totals) => json!({
                "mrc": totals.mrc.to_string(), "nrc": totals.nrc.to_string(),
                "total_contract_value": totals.total_contract_value.to_string(),
            }),
            Err(why) => json!({ "refused": why }),
        };
        let (old, new) = (one(&self.by.old), one(&self.by.new));
        json!({ "quote": self.quote, "changed": self.changed(), "old": old, "new": new })
    }
}

/// Prices every quote of the file by both catalogues.
pub(super) fn compare(file: &Path, old: &Catalogue, new: &Catalogue) -> Outcome<Vec<Compared>> {
    let text = std::fs::read_to_string(file).map_err(at(file.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(n, line)| one(line, old, new).map_err(at(format!("{}:{}", file.display(), n + 1))))
        .collect()
}

fn one(line: &str, old: &Catalogue, new: &Catalogue) -> Result<Compared, String> {
    let asked: Asked = serde_json::from_str(line).map_err(|e| e.to_string())?;
    let day = |text: &String| -> Result<Date, String> {
        text.parse().map_err(|_| format!("priced_on: {text} is no day such as 2026-01-31"))
    };
    let on = asked.priced_on.as_ref().map(day).transpose()?;
    let percent = |text: &String| -> Result<Decimal, String> {
        text.parse().map_err(|_| format!("discount_percent: {text} is no number such as 7.5"))
    };
    let discount = asked.discount_percent.as_ref().map(percent).transpose()?;
    let on = on.unwrap_or_else(|| new.effective_from());
    let price = |catalogue: &Catalogue| {
        let sites = sites(catalogue, &asked.sites)?;
        let promotions = asked.promotions.clone();
        let ask = PriceAsk {
            on,
            tier: &asked.tier,
            programme: &asked.programme,
            discount_percent: discount,
            promotions,
            allowances: &[],
            sites,
        };
        reprice(catalogue, ask)
    };
    let by = Repriced { old: price(old), new: price(new) };
    Ok(Compared { quote: asked.quote.clone(), by })
}

fn sites(catalogue: &Catalogue, asked: &[AskedSite]) -> Result<Vec<SiteAsk>, String> {
    let mut sites = Vec::with_capacity(asked.len());
    for (n, site) in (0u32..).zip(asked) {
        let code = &site.offering;
        let offering =
            catalogue.offering(code).ok_or_else(|| format!("there is no offering {code}"))?;
        let choice = |f: &AskedFeature| Choice { feature: f.name.clone(), value: f.value.clone() };
        let choices: Vec<_> = site.features.iter().map(choice).collect();
        let configuration = offering.configure(&choices).map_err(|faults| {
            faults.into_iter().map(|f| f.detail).collect::<Vec<_>>().join("; ")
        })?;
        let id = Id::new(Kind::Site, 0, n);
        sites.push(SiteAsk { site: id, zip: site.zip.clone(), configuration });
    }
    Ok(sites)
}
