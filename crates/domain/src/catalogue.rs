//! What is sold and at what list price: versioned data, read from TOML files and checked
//! whole before use. Not what a quote costs; that is `pricing`.

mod carrier;
mod component;
mod configure;
mod diff;
mod eligibility;
mod fault;
mod feature;
mod grid;
mod offering;
mod promotion;
pub(crate) mod reader;
mod rule;
mod table;
mod term;
#[cfg(test)]
pub(crate) mod tests;
mod tier;

pub use carrier::{ChargeKind, Zone};
pub use component::Component;
pub use configure::{
    Choice, Chosen, Configuration, ConfigurationFault, ConfigurationFaultCode, FeatureValue,
    NearestChoice,
};
pub use diff::{Difference, differences};
pub use eligibility::{Eligibility, Wanted};
pub use fault::{CatalogueFault, FaultKind};
pub use feature::{Feature, FeatureKind, OnlyWhen};
pub use offering::{EnrichmentKind, LeadTime, Milestone, Offering};
pub use promotion::Promotion;
pub use table::{ChargeTable, Price};
pub use term::{TermStep, VolumeStep};
pub use tier::{DiscountRange, Tier};

use crate::contract::hex;
use crate::money::Currency;
use crate::time::Date;
use carrier::{Carrier, Zones};
pub(crate) use reader::{Node, Source};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;

/// The files that come with the program: (name, text). Their prices are samples.
pub const SHIPPED: [(&str, &str); 5] = [
    ("carrier.toml", include_str!("../../../catalogue/carrier.toml")),
    ("adi.toml", include_str!("../../../catalogue/adi.toml")),
    ("aiab.toml", include_str!("../../../catalogue/aiab.toml")),
    ("ase.toml", include_str!("../../../catalogue/ase.toml")),
    ("ipflex.toml", include_str!("../../../catalogue/ipflex.toml")),
];

/// One version of the catalogue, free of contradictions.
#[derive(Debug, Clone)]
pub struct Catalogue {
    version: Arc<str>,
    files: Arc<[(String, String)]>,
    digest: String,
    carrier: Option<Arc<str>>,
    sample: bool,
    effective_from: Date,
    currency: Currency,
    offer_days: u32,
    zones: Zones,
    tiers: Vec<Tier>,
    promotions: Vec<Promotion>,
    offerings: Vec<Offering>,
}

impl Catalogue {
    /// Reads a catalogue from its files, each a name and its text: exactly one with the
    /// carrier's part (`[catalogue]`), and one for each offering. The order of the files
    /// does not matter.
    ///
    /// # Errors
    /// Every mistake in every file, in the order of files and lines.
    pub fn parse(files: &[(String, String)]) -> Result<Self, Vec<CatalogueFault>> {
        let mut files: Vec<_> = files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect();
        files.sort_unstable();
        let sources: Vec<_> = files.iter().map(|(n, t)| Source::new(n, t)).collect();
        let (carriers, products): (Vec<_>, Vec<_>) =
            sources.iter().partition(|s| s.has("catalogue"));
        let zone_names = carriers.first().map(|s| carrier::zone_names(s)).unwrap_or_default();
        let offerings: Vec<_> =
            products.iter().filter_map(|s| offering::parse(s, &zone_names)).collect();
        only_once(&offerings, &products);
        let carrier = carriers.first().map(|s| carrier::parse(s, &offerings));
        for extra in carriers.iter().skip(1) {
            let message = "a second file has the part [catalogue]";
            extra.fault(FaultKind::Duplicate, 1, message, "Keep one carrier's file");
        }
        let mut faults: Vec<_> = sources.into_iter().flat_map(Source::into_faults).collect();
        let Some(carrier) = carrier else {
            faults.push(no_carrier(files.first().map_or("carrier.toml", |f| f.0)));
            return Err(faults);
        };
        if faults.is_empty() {
            Ok(Self::assemble(&files, carrier, offerings))
        } else {
            faults
                .sort_by(|a, b| (&a.file, a.line, &a.message).cmp(&(&b.file, b.line, &b.message)));
            // A place that is read twice is faulted twice.
            faults.dedup();
            Err(faults)
        }
    }

    /// The catalogue that comes with the program.
    ///
    /// # Errors
    /// As [`Catalogue::parse`]; a test proves that there are none.
    pub fn shipped() -> Result<Self, Vec<CatalogueFault>> {
        Self::parse(&SHIPPED.map(|(name, text)| (name.to_owned(), text.to_owned())))
    }

    fn assemble(files: &[(&str, &str)], carrier: Carrier, offerings: Vec<Offering>) -> Self {
        Self {
            version: carrier.version,
            files: files.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect(),
            digest: digest(files.iter().copied()),
            carrier: carrier.name,
            sample: carrier.sample,
            effective_from: carrier.effective_from,
            currency: Currency::Usd,
            offer_days: carrier.offer_days,
            zones: carrier.zones,
            tiers: carrier.tiers,
            promotions: carrier.promotions,
            offerings,
        }
    }

    /// The label of this version; a quote keeps the one that priced it.
    pub fn version(&self) -> &Arc<str> {
        &self.version
    }

    /// A short hash of its files: how its digest begins.
    pub fn fingerprint(&self) -> &str {
        &self.digest[..16]
    }

    /// SHA-256 of its files, in hexadecimal. Another text has another one, whatever it says its
    /// version is.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The files that it was read from, each a name and its text, by name.
    pub fn files(&self) -> &[(String, String)] {
        &self.files
    }

    /// Who sells, as customers know it; none if the file does not say.
    pub fn carrier(&self) -> Option<&str> {
        self.carrier.as_deref()
    }

    /// Whether these prices are samples: nobody sells at them.
    pub fn sample(&self) -> bool {
        self.sample
    }

    /// The first day on which these prices may be offered.
    pub fn effective_from(&self) -> Date {
        self.effective_from
    }

    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// For how many days a price offer stands.
    pub fn offer_days(&self) -> u32 {
        self.offer_days
    }

    /// In the order of their files' names.
    pub fn offerings(&self) -> &[Offering] {
        &self.offerings
    }

    /// The offering of that code, in any case of letters.
    pub fn offering(&self, code: &str) -> Option<&Offering> {
        self.offerings.iter().find(|o| o.code.eq_ignore_ascii_case(code))
    }

    pub fn tiers(&self) -> &[Tier] {
        &self.tiers
    }

    /// The partner tier of that code, in any case of letters.
    pub fn tier(&self, code: &str) -> Option<&Tier> {
        self.tiers.iter().find(|t| t.code.eq_ignore_ascii_case(code))
    }

    /// In the order in which they stack.
    pub fn promotions(&self) -> &[Promotion] {
        &self.promotions
    }

    /// The promotion of that code, in any case of letters.
    pub fn promotion(&self, code: &str) -> Option<&Promotion> {
        self.promotions.iter().find(|p| p.code.eq_ignore_ascii_case(code))
    }

    /// The access zone of a ZIP code by its first three digits; `None` if `zip` is no ZIP
    /// code (five digits, or nine with a hyphen).
    pub fn zone(&self, zip: &str) -> Option<&Zone> {
        self.zones.of(zip)
    }

    pub fn zones(&self) -> &[Zone] {
        self.zones.all()
    }
}

/// The SHA-256 of the files' names and texts, in hexadecimal. The files stand by name.
pub fn digest<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> String {
    let mut hash = Sha256::new();
    for text in files.into_iter().flat_map(|(name, text)| [name, text]) {
        hash.update(text.len().to_le_bytes());
        hash.update(text.as_bytes());
    }
    hex(&hash.finalize())
}

fn only_once(offerings: &[Offering], products: &[&Source<'_>]) {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for offering in offerings {
        if let Some(first) = seen.insert(offering.code.to_ascii_lowercase(), &offering.file) {
            let message = format!("the offering {} is already in {first}", offering.code);
            if let Some(source) = products.iter().find(|s| *s.name == *offering.file) {
                source.fault(FaultKind::Duplicate, offering.line, message, "Give it its own code");
            }
        }
    }
}

fn no_carrier(file: &str) -> CatalogueFault {
    CatalogueFault {
        file: file.to_owned(),
        line: 1,
        kind: FaultKind::Missing,
        message: "no file has the part [catalogue]".to_owned(),
        remedy: "Add the carrier's file, with version, zones and tiers".to_owned(),
    }
}
