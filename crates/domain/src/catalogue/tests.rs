//! The catalogue's tests: what ships is sound, and each mistake is named where it is.

use super::*;
use crate::money::Money;
use proptest::prelude::*;
use std::sync::LazyLock;

mod configuring;
mod diff;
mod faults;
mod ranges;
mod sample;

/// The shipped files, to be spoiled by a test.
pub(crate) fn shipped_files() -> Vec<(String, String)> {
    SHIPPED.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec()
}

/// Read once for all tests.
fn shipped() -> &'static Catalogue {
    static SHIPPED: LazyLock<Catalogue> =
        LazyLock::new(|| Catalogue::shipped().unwrap_or_else(|faults| panic!("{faults:#?}")));
    &SHIPPED
}

/// Makes the changes that the faults call nearest, until nothing is wrong.
pub(crate) fn mended(offering: &Offering, mut choices: Vec<Choice>) -> Option<Configuration> {
    for _ in 0..20 {
        let faults = match offering.configure(&choices) {
            Ok(configuration) => return Some(configuration),
            Err(faults) => faults,
        };
        faults[0].nearest.as_ref()?.apply(&mut choices);
    }
    None
}

#[test]
fn the_shipped_catalogue_has_no_fault() {
    let catalogue = shipped();
    let codes: Vec<_> = catalogue.offerings().iter().map(|o| &*o.code).collect();
    assert_eq!(codes, ["OFF_ADI_MID_MARKET", "OFF_AIAB", "OFF_ASE", "OFF_IP_FLEX"]);
    assert_eq!(&**catalogue.version(), "2026.1-sample");
    assert_eq!(catalogue.offer_days(), 60);
    assert_eq!(catalogue.tier("PREMIER").unwrap().discount.authority_percent, 10.into());
    assert_eq!(catalogue.tiers().len(), 3);
    let adi = catalogue.offering("off_adi_mid_market").unwrap();
    assert_eq!(&*adi.item_type, "AT&T Dedicated Internet (Mid Market)");
    let optional = EnrichmentKind::CustomerDefinedGroup;
    let required: Vec<_> = EnrichmentKind::ALL.into_iter().filter(|k| *k != optional).collect();
    assert_eq!(adi.enrichments, required);
    assert_eq!(adi.milestones.len(), 8);
    let items: Vec<_> = adi.components.iter().map(|c| &*c.item_type).collect();
    assert_eq!(items[..4], ["Access", "Port", "Router", "ADI Install"]);
}

#[test]
fn the_shipped_adi_has_the_published_features() {
    let catalogue = shipped();
    let adi = catalogue.offering("OFF_ADI_MID_MARKET").unwrap();
    for (code, name, value) in [
        ("ATT_SPEED", "Port Speed", "100M"),
        ("ATT_ACC_SPD", "Access Speed", "100M"),
        ("ATT_INTERFACE", "Interface", "100Base-TXElectrical"),
        ("ATT_ROUTER_OPTN", "Management Option", "AT&T Managed"),
        ("ATT_STT_DEF_ROUTER", "AT&T Default Router", "Yes"),
        ("VEPC_ATTR_CONTRACT_TERM", "Term", "36"),
        ("ATT_BILL_OPT", "Billing Option", "Flat Rate"),
    ] {
        let feature = adi.feature(code).unwrap();
        assert_eq!(&*feature.name, name);
        assert!(feature.position(value).is_some(), "{name} {value}");
    }
    assert!(adi.feature("Architecture").unwrap().position("Switched").is_some());
}

#[test]
fn a_zip_code_is_in_the_zone_of_its_first_three_digits() {
    let catalogue = shipped();
    for (zip, zone) in [
        ("60606", Some("A")),
        ("60606-1234", Some("A")),
        ("60005", Some("B")),
        ("75075", Some("B")),
        ("82001", Some("D")),
        ("40202", Some("C")),
        ("00000", Some("C")),
        ("", None),
        ("6060", None),
        ("6060a", None),
        ("60606-12", None),
        ("606066", None),
        ("６0606", None),
    ] {
        assert_eq!(catalogue.zone(zip).map(|z| &*z.name), zone, "{zip}");
    }
}

#[test]
fn the_order_of_the_files_does_not_matter() {
    let mut files = shipped_files();
    files.reverse();
    let (a, b) = (shipped(), Catalogue::parse(&files).unwrap());
    assert_eq!(format!("{a:?}"), format!("{b:?}"));
}

/// The product of `docs/adding-a-product.md`, as it stands there.
fn documented_product() -> &'static str {
    let page = include_str!("../../../../docs/adding-a-product.md");
    let (_, rest) = page.split_once("```toml\n").unwrap();
    rest.split_once("```").unwrap().0
}

#[test]
fn the_documented_product_is_one_new_file() {
    let mut files = shipped_files();
    files.push(("backup.toml".into(), documented_product().into()));
    let catalogue = Catalogue::parse(&files).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let offering = catalogue.offering("OFF_LTE_BACKUP").unwrap();
    let choice =
        |feature: &str, value: &str| Choice { feature: feature.into(), value: value.into() };
    let configuration =
        offering.configure(&[choice("Data Plan", "50 GB"), choice("Term", "24")]).unwrap();
    assert_eq!(configuration.term_months, 24);
    assert_eq!(configuration.value("LB_SIMS"), Some(&FeatureValue::Integer(1)));
}

#[test]
fn a_price_is_read_to_the_cent() {
    let catalogue = shipped();
    let adi = catalogue.offering("OFF_ADI_MID_MARKET").unwrap();
    let port = adi.component("ADI_PORT").unwrap().mrc.as_ref().unwrap();
    let place = |feature: &str, value: &str| adi.feature(feature).unwrap().position(value);
    let by = |of: usize| match &*adi.features[of].code {
        "ATT_SPEED" => place("ATT_SPEED", "100M"),
        "ATT_BILL_OPT" => place("ATT_BILL_OPT", "Burstable"),
        _ => None,
    };
    let price = port.price(by, 0).unwrap();
    assert_eq!(price.list, Money::from_minor(23_200));
    let words = "adi.toml: Port MRC, Port Speed 100M, Billing Option Burstable";
    assert_eq!(&*price.rule, words);
}

proptest! {
    /// Whatever is cut out of a file, reading it ends with an answer, and each fault is at a
    /// line of its file.
    #[test]
    fn a_damaged_file_is_faulted_and_never_panics(
        file in 0usize..5,
        from in 0usize..12_000,
        length in 0usize..200,
        with in "[\\[\\]=\"0-9a-z\\-\n]{0,6}",
    ) {
        let mut files = shipped_files();
        let text = &mut files[file].1;
        let from = from.min(text.len());
        let to = (from + length).min(text.len());
        prop_assume!(text.is_char_boundary(from) && text.is_char_boundary(to));
        text.replace_range(from..to, &with);
        if let Err(faults) = Catalogue::parse(&files) {
            for fault in &faults {
                let (_, text) = files.iter().find(|(name, _)| *name == fault.file).unwrap();
                prop_assert!((1..=text.lines().count() + 1).contains(&fault.line), "{fault}");
                prop_assert!(!fault.remedy.is_empty());
            }
            prop_assert!(!faults.is_empty());
        }
    }
}
