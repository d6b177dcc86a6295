//! What the shipped sample must be: of realistic breadth, and never cheaper for more.

use super::*;
use crate::pricing::{PriceAsk, SiteAsk};

#[test]
fn access_and_ports_go_from_10_mbps_to_100_gbps() {
    let catalogue = shipped();
    let adi = catalogue.offering("OFF_ADI_MID_MARKET").unwrap();
    for code in ["ATT_SPEED", "ATT_ACC_SPD"] {
        let values = adi.feature(code).unwrap().values();
        let ends = (values.first().unwrap(), values.last().unwrap());
        assert_eq!((&**ends.0, &**ends.1), ("10M", "100G"));
    }
}

/// The values of the feature that the rules allow beside the other choices, priced one by one:
/// the monthly charge, in cents.
fn by_value(offering: &Offering, feature: &str, zip: &str, others: &[Choice]) -> Vec<i64> {
    let price = |value: &Arc<str>| {
        let mut choices = others.to_vec();
        choices.push(Choice { feature: feature.into(), value: value.to_string() });
        Some(monthly(offering.configure(&choices).ok()?, zip))
    };
    offering.feature(feature).unwrap().values().iter().filter_map(price).collect()
}

fn monthly(configuration: Configuration, zip: &str) -> i64 {
    let site = crate::id::Id::new(crate::id::Kind::Site, 1_700_000_000_000, 1);
    let ask = PriceAsk {
        on: "2026-11-20".parse().unwrap(),
        tier: "standard",
        programme: "alliance",
        discount_percent: None,
        promotions: Vec::new(),
        allowances: &[],
        sites: vec![SiteAsk { site, zip: zip.into(), configuration }],
    };
    let priced = crate::pricing::price(shipped(), &ask);
    priced.unwrap_or_else(|refusals| panic!("{refusals:#?}")).totals.mrc.minor()
}

/// An offering, a feature that grows, and the choices that it must stand beside.
type Size = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const SIZES: [Size; 9] = [
    ("OFF_ADI_MID_MARKET", "ATT_SPEED", &[("ATT_ACC_SPD", "100G"), ("Term", "12")]),
    ("OFF_ADI_MID_MARKET", "ATT_ACC_SPD", &[("ATT_SPEED", "10M"), ("Term", "12")]),
    (
        "OFF_ADI_MID_MARKET",
        "ATT_PORT_MBC",
        &[
            ("ATT_SPEED", "100G"),
            ("ATT_ACC_SPD", "100G"),
            ("Term", "12"),
            ("ATT_BILL_OPT", "Burstable"),
        ],
    ),
    (
        "OFF_ADI_MID_MARKET",
        "ADI_IPV4",
        &[("ATT_SPEED", "1G"), ("ATT_ACC_SPD", "1G"), ("Term", "12")],
    ),
    (
        "OFF_ADI_MID_MARKET",
        "ADI_DIVERSITY",
        &[
            ("ATT_SPEED", "1G"),
            ("ATT_ACC_SPD", "1G"),
            ("Term", "12"),
            ("Architecture", "Dedicated"),
        ],
    ),
    ("OFF_AIAB", "AIAB_PLAN", &[]),
    ("OFF_ASE", "ASE_EVC_SPEED", &[("ASE_PORT_SPEED", "100G"), ("Term", "12")]),
    ("OFF_ASE", "ASE_PORT_SPEED", &[("ASE_EVC_SPEED", "10M"), ("Term", "12")]),
    ("OFF_IP_FLEX", "IPF_CALLS", &[("Term", "12")]),
];

#[test]
fn more_is_never_cheaper_and_neither_is_farther() {
    for (code, feature, others) in SIZES {
        let offering = shipped().offering(code).unwrap();
        let choice = |(f, v): &(&str, &str)| Choice { feature: (*f).into(), value: (*v).into() };
        let others: Vec<_> = others.iter().map(choice).collect();
        // Zones A, B, C, D: nearer to farther.
        let zones = ["60606", "60005", "40202", "82001"];
        let rows = zones.map(|zip| by_value(offering, feature, zip, &others));
        for row in &rows {
            assert!(row.len() > 2 && row.is_sorted(), "{code} {feature}: {row:?}");
        }
        for (near, far) in rows.iter().zip(&rows[1..]) {
            let no_cheaper = near.iter().zip(far).all(|(near, far)| near <= far);
            assert!(no_cheaper, "{code} {feature}: {near:?} {far:?}");
        }
    }
}

#[test]
fn every_pair_of_values_can_be_mended_into_something_with_a_price() {
    for offering in shipped().offerings() {
        let values: Vec<_> = offering
            .features
            .iter()
            .flat_map(|f| f.values().iter().map(|v| (f.code.to_string(), v.to_string())))
            .collect();
        let mut priced = std::collections::HashSet::new();
        for (at, one) in values.iter().enumerate() {
            for other in values[at + 1..].iter().filter(|other| other.0 != one.0) {
                let choice =
                    |(f, v): &(String, String)| Choice { feature: f.clone(), value: v.clone() };
                let mended = mended(offering, vec![choice(one), choice(other)]);
                let configuration = mended.unwrap_or_else(|| panic!("{one:?} {other:?}"));
                if priced.insert(configuration.clone()) {
                    monthly(configuration, "60606");
                }
            }
        }
        assert!(priced.len() > 15, "{}: {}", offering.code, priced.len());
    }
}
