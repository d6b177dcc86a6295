//! Volume steps, floors and the discount ranges of tiers.

use super::*;
use rust_decimal::Decimal;

#[test]
fn a_volume_step_begins_with_its_number_of_sites() {
    let catalogue = shipped();
    let adi = catalogue.offering("OFF_ADI_MID_MARKET").unwrap();
    let off = |sites| adi.volume(sites).map(|v| (v.sites, v.mrc_percent_off));
    assert_eq!(off(9), None);
    assert_eq!(off(10), Some((10, 3.into())));
    assert_eq!(off(49), Some((10, 3.into())));
    assert_eq!(off(50), Some((50, 5.into())));
    assert_eq!(off(10_000), Some((250, 7.into())));
}

#[test]
fn the_range_of_a_component_goes_before_the_offerings_and_that_before_the_tiers() {
    let catalogue = shipped();
    let tier = catalogue.tier("premier").unwrap();
    let range = |offering: &str, component: &str| {
        let range = tier.range(offering, component);
        (range.authority_percent, range.most_percent)
    };
    assert_eq!(range("OFF_ADI_MID_MARKET", "ADI_PORT"), (10.into(), 100.into()));
    assert_eq!(range("OFF_IP_FLEX", "IPF_CALLING"), (8.into(), 25.into()));
    assert_eq!(range("OFF_IP_FLEX", "IPF_NUMBER"), (6.into(), 20.into()));
    // A range that says nothing of the most has the tier's.
    let mut files = shipped_files();
    let carrier = &mut files[0].1;
    *carrier = carrier.replacen(
        "name = \"Premier\"\ndiscount_percent = 10\n",
        "name = \"Premier\"\ndiscount_percent = 10\nmost_discount_percent = 40\n",
        1,
    );
    *carrier = carrier.replacen(
        "discount_percent = 8\nmost_discount_percent = 25",
        "discount_percent = 8",
        1,
    );
    let catalogue = Catalogue::parse(&files).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let tier = catalogue.tier("premier").unwrap();
    assert_eq!(tier.range("OFF_IP_FLEX", "IPF_CALLING").most_percent, Decimal::from(40));
}

#[test]
fn a_floor_may_be_an_amount_for_each_price() {
    let catalogue = shipped();
    let ase = catalogue.offering("OFF_ASE").unwrap();
    let floors = |component: &str| -> Vec<i64> {
        let table = ase.component(component).unwrap().mrc.as_ref().unwrap();
        table.prices().filter_map(|p| p.floor).map(Money::minor).collect()
    };
    assert_eq!(floors("ASE_PORT"), [5_500, 13_000, 38_000, 170_000]);
    assert!(floors("ASE_ACCESS").is_empty());
}
