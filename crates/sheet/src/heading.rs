//! What a heading means: the names that people give to the columns of a list of sites.

/// What a column is about, besides features of offerings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Means {
    Site,
    Street,
    Building,
    Floor,
    Room,
    Unit,
    City,
    State,
    Zip,
    Country,
    Product,
    Quantity,
    /// What an earlier import wrote; it is replaced.
    Faults,
}

impl Means {
    pub const ALL: [Self; 13] = [
        Self::Site,
        Self::Street,
        Self::Building,
        Self::Floor,
        Self::Room,
        Self::Unit,
        Self::City,
        Self::State,
        Self::Zip,
        Self::Country,
        Self::Product,
        Self::Quantity,
        Self::Faults,
    ];

    /// As it stands on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Street => "street",
            Self::Building => "building",
            Self::Floor => "floor",
            Self::Room => "room",
            Self::Unit => "unit",
            Self::City => "city",
            Self::State => "state",
            Self::Zip => "zip",
            Self::Country => "country",
            Self::Product => "product",
            Self::Quantity => "quantity",
            Self::Faults => "faults",
        }
    }

    /// The heading that says it best, for messages.
    pub fn title(self) -> &'static str {
        self.names()[0]
    }

    /// Whether no file is understood without it.
    pub const fn is_required(self) -> bool {
        matches!(self, Self::Site | Self::Street | Self::City | Self::State)
    }

    /// The headings that mean it.
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Site => &[
                "Site Name",
                "Site",
                "Name",
                "Location",
                "Location Name",
                "Branch",
                "Branch Name",
                "Store",
                "Store Name",
                "Office",
                "Office Name",
            ],
            Self::Street => &[
                "Street",
                "Street Address",
                "Address",
                "Address 1",
                "Addr",
                "Addr 1",
                "Address Line 1",
                "Line 1",
                "Street 1",
                "Service Address",
                "Site Address",
            ],
            Self::Building => &["Building", "Bldg", "Building Name"],
            Self::Floor => &["Floor", "Fl", "Floor Number"],
            Self::Room => &["Room", "Rm", "Room Number"],
            Self::Unit => &[
                "Unit",
                "Suite",
                "Ste",
                "Apt",
                "Apartment",
                "Address 2",
                "Addr 2",
                "Address Line 2",
                "Line 2",
                "Street 2",
                "Secondary Unit",
                "Unit Number",
            ],
            Self::City => &["City", "Town", "City Name", "Municipality"],
            Self::State => &["State", "St", "State Code", "State Name", "State/Province"],
            Self::Zip => &[
                "ZIP",
                "ZIP Code",
                "ZIP+4",
                "Postal Code",
                "Postal",
                "Postcode",
                "ZIP/Postal Code",
            ],
            Self::Country => &["Country", "Country Code"],
            Self::Product => {
                &["Product", "Product Name", "Product Code", "Offering", "Offering Code", "Service"]
            }
            Self::Quantity => &["Quantity", "Qty"],
            Self::Faults => &[crate::FAULTS],
        }
    }
}

/// Features by their published names, and what else they are called.
const FEATURES: [(&str, &[&str]); 7] = [
    (
        "Port Speed",
        &[
            "Bandwidth",
            "Speed",
            "Port Bandwidth",
            "Port Size",
            "Internet Speed",
            "Circuit Speed",
            "Internet Bandwidth",
        ],
    ),
    (
        "Access Speed",
        &["Access Bandwidth", "Access Size", "Loop Speed", "Local Loop", "Local Loop Speed"],
    ),
    ("Term", &["Contract Term", "Term Months", "Months", "Contract Length", "Term (Months)"]),
    ("Management Option", &["Router Management", "Managed Router", "Router Option"]),
    ("Interface", &["Interface Type", "Handoff Interface", "Port Interface"]),
    ("Billing Option", &["Billing Type", "Rate Type"]),
    ("Architecture", &["Access Architecture", "Access Type"]),
];

/// Every meaning with the headings that have it, for a page of documentation.
pub fn headings() -> Vec<(&'static str, &'static [&'static str])> {
    let own = Means::ALL.iter().filter(|m| **m != Means::Faults);
    let own = own.map(|m| (m.title(), &m.names()[1..]));
    own.chain(FEATURES.iter().map(|(name, others)| (*name, *others))).collect()
}

/// A text without all that people write differently: case, spaces, punctuation.
pub(crate) fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What a heading means, if it is no feature.
pub(crate) fn meaning(heading: &str) -> Option<Means> {
    let wanted = key(heading);
    Means::ALL.into_iter().find(|m| m.names().iter().any(|name| key(name) == wanted))
}

/// Whether a heading names the feature of this name and code.
pub(crate) fn names_feature(heading: &str, name: &str, code: &str) -> bool {
    let (wanted, own) = (key(heading), key(name));
    if wanted == own || wanted == key(code) {
        return true;
    }
    let others = FEATURES.iter().find(|(published, _)| key(published) == own);
    others.is_some_and(|(_, others)| others.iter().any(|other| key(other) == wanted))
}

/// Whether a heading is this code.
pub(crate) fn is_code(heading: &str, code: &str) -> bool {
    key(heading) == key(code)
}

/// The known heading that is written most like this one, if one is near.
pub(crate) fn nearest<'a>(heading: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // What nobody would type is not worth comparing.
    let wanted = Some(key(heading)).filter(|key| (3..=64).contains(&key.len()))?;
    let likeness = |name: &str| strsim::jaro_winkler(&wanted, &key(name));
    let best = known.map(|name| (likeness(name), name)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.85).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn no_heading_means_two_things() {
        let mut seen: HashMap<String, &str> = HashMap::new();
        for (title, others) in headings() {
            for name in std::iter::once(&title).chain(others) {
                if let Some(other) = seen.insert(key(name), title) {
                    assert_eq!(other, title, "{name}");
                }
            }
        }
    }

    #[test]
    fn a_heading_is_known_however_it_is_written() {
        for (heading, means) in [
            ("Site Name", Means::Site),
            ("LOCATION", Means::Site),
            ("addr_1", Means::Street),
            ("Address-Line 2", Means::Unit),
            ("ZipCode*", Means::Zip),
            ("postal  code", Means::Zip),
            ("St.", Means::State),
        ] {
            assert_eq!(meaning(heading), Some(means), "{heading}");
        }
        assert_eq!(meaning("Colour"), None);
        assert!(names_feature("Band width", "Port Speed", "ATT_SPEED"));
        assert!(names_feature("att-speed", "Port Speed", "ATT_SPEED"));
        assert!(!names_feature("Bandwidth", "Access Speed", "ATT_ACC_SPD"));
    }
}
