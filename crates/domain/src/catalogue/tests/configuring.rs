//! Configurations: what is accepted, how it is completed, and how each fault is worded.

use super::*;
use ConfigurationFaultCode::*;

fn choose(choices: &[(&str, &str)]) -> Vec<Choice> {
    let choice = |(f, v): &(&str, &str)| Choice { feature: (*f).into(), value: (*v).into() };
    choices.iter().map(choice).collect()
}

fn adi(choices: &[(&str, &str)]) -> Result<Configuration, Vec<ConfigurationFault>> {
    shipped().offering("OFF_ADI_MID_MARKET").unwrap().configure(&choose(choices))
}

#[test]
fn defaults_are_filled_in_and_everything_is_in_the_offerings_order() {
    let got = adi(&[("term", "36"), ("access speed", "100m"), ("ATT_SPEED", "50 Mbps")]).unwrap();
    let pairs: Vec<_> = got.choices.iter().map(|c| (&*c.name, c.value.to_string())).collect();
    let want = [
        ("Port Speed", "50M"),
        ("Access Speed", "100M"),
        ("Interface", "100Base-TXElectrical"),
        ("Management Option", "AT&T Managed"),
        ("AT&T Default Router", "Yes"),
        ("Term", "36"),
        ("Billing Option", "Flat Rate"),
        ("Architecture", "Switched"),
        // No Minimum Commitment: the port is not burstable.
        ("Access Diversity", "None"),
        ("Router Resilience", "Single"),
        ("IPv4 Address Block", "/30"),
        ("IPv6 Address Block", "None"),
        ("Class of Service", "Best Effort"),
    ];
    assert_eq!(pairs, want.map(|(n, v)| (n, v.to_owned())));
    assert_eq!(got.term_months, 36);
    let text = serde_json::to_string(&got).unwrap();
    assert!(
        text.contains(r#"{"code":"ATT_STT_DEF_ROUTER","name":"AT&T Default Router","value":true}"#)
    );
    assert_eq!(serde_json::from_str::<Configuration>(&text).unwrap(), got);
}

#[test]
fn a_default_gives_way_to_what_was_chosen() {
    let got = adi(&[
        ("Port Speed", "10 Gbps"),
        ("Access Speed", "10G"),
        ("Management Option", "Customer Managed"),
        ("Term", "12"),
    ])
    .unwrap();
    assert_eq!(got.value("Interface").unwrap().to_string(), "10GBaseLR SMF");
    assert_eq!(got.value("AT&T Default Router"), Some(&FeatureValue::YesNo(false)));
}

#[test]
fn a_configuration_says_how_long_delivery_takes_from_the_nearest_zone_to_the_farthest() {
    let days = |more: &[(&str, &str)]| {
        let lead = adi(&[&GOOD, more].concat()).unwrap().lead_time.unwrap();
        (lead.least_days, lead.most_days)
    };
    assert_eq!(days(&[]), (30, 60));
    assert_eq!(days(&[("Architecture", "Dedicated")]), (45, 90));
}

/// Choices, then the fault: its code, the choice it names and the nearest choice in words.
type Case = (
    &'static [(&'static str, &'static str)],
    ConfigurationFaultCode,
    Option<usize>,
    Option<&'static str>,
);

const GOOD: [(&str, &str); 3] = [("Port Speed", "100M"), ("Access Speed", "100M"), ("Term", "36")];

const CASES: [Case; 17] = [
    (
        &[GOOD[0], GOOD[1], GOOD[2], ("Prot Speed", "1G")],
        UnknownFeature,
        Some(3),
        Some("no Prot Speed"),
    ),
    (&[GOOD[0], GOOD[1], GOOD[2], ("zzz", "1G")], UnknownFeature, Some(3), Some("no zzz")),
    (
        &[GOOD[0], GOOD[1], GOOD[2], ("Billing Optoin", "Burstable")],
        UnknownFeature,
        Some(3),
        Some("Billing Option"),
    ),
    (
        &[("Port Speed", "75M"), ("Access Speed", "1G"), GOOD[2]],
        ValueNotAllowed,
        Some(0),
        Some("100M"),
    ),
    (
        &[("Port Speed", "1.5 Gbps"), ("Access Speed", "10G"), GOOD[2]],
        ValueNotAllowed,
        Some(0),
        Some("2G"),
    ),
    (&[GOOD[0], ("Access Speed", "40G"), GOOD[2]], ValueNotAllowed, Some(1), Some("50G")),
    (&[GOOD[0], ("Access Speed", "400G"), GOOD[2]], ValueNotAllowed, Some(1), Some("100G")),
    (&[GOOD[0], GOOD[1], ("Term", "30")], ValueNotAllowed, Some(2), Some("36")),
    (
        &[GOOD[0], GOOD[1], GOOD[2], ("Architecture", "swiched")],
        ValueNotAllowed,
        Some(3),
        Some("Switched"),
    ),
    (
        &[GOOD[0], GOOD[1], GOOD[2], ("ATT_SPEED", "100M")],
        DuplicateFeature,
        Some(3),
        Some("no Port Speed"),
    ),
    (&[GOOD[0], GOOD[1]], MissingFeature, None, Some("12")),
    (&[GOOD[0], GOOD[2]], MissingFeature, None, Some("100M")),
    (&[("Port Speed", "250M"), GOOD[1], GOOD[2]], Requires, Some(1), Some("250M")),
    (
        &[GOOD[0], ("Access Speed", "1G"), GOOD[2], ("Interface", "100Base-TXElectrical")],
        Requires,
        Some(3),
        Some("1000Base-LX"),
    ),
    (
        &[
            GOOD[0],
            GOOD[1],
            GOOD[2],
            ("Management Option", "Customer Managed"),
            ("AT&T Default Router", "Yes"),
        ],
        Excludes,
        Some(4),
        Some("No"),
    ),
    // Nothing was said of the billing, so that the commitment decides; or else it is left out.
    (
        &[GOOD[0], GOOD[1], GOOD[2], ("Minimum Commitment", "50M")],
        NotApplicable,
        Some(3),
        Some("Billing Option Burstable"),
    ),
    (
        &[GOOD[0], GOOD[1], GOOD[2], ("ATT_PORT_MBC", "50M"), ("Billing Option", "Flat Rate")],
        NotApplicable,
        Some(3),
        Some("no Minimum Commitment"),
    ),
];

#[test]
fn each_fault_names_its_choice_and_what_would_do() {
    let mut seen = Vec::new();
    for (choices, code, index, nearest) in CASES {
        let faults = adi(choices).unwrap_err();
        assert_eq!(faults.len(), 1, "{choices:?}: {faults:#?}");
        let fault = &faults[0];
        assert_eq!((fault.code, fault.index), (code, index), "{choices:?}");
        assert_eq!(fault.nearest_words().as_deref(), nearest, "{choices:?}");
        assert!(!fault.detail.is_empty());
        let mut changed = choose(choices);
        fault.nearest.as_ref().unwrap().apply(&mut changed);
        let adi = shipped();
        assert!(adi.offering("OFF_ADI_MID_MARKET").unwrap().configure(&changed).is_ok());
        assert_eq!(serde_json::to_value(code).unwrap(), code.word());
        seen.push(code);
    }
    for code in ConfigurationFaultCode::ALL {
        assert!(seen.contains(&code), "{code:?} is never reached");
    }
}

#[test]
fn what_is_missing_is_not_also_blamed_on_a_rule() {
    let faults = adi(&[GOOD[0], GOOD[2], ("Interface", "1000Base-LX")]).unwrap_err();
    let got: Vec<_> = faults.iter().map(|f| (f.code, f.feature.as_str())).collect();
    assert_eq!(got, [(MissingFeature, "ATT_ACC_SPD")]);
}

#[test]
fn all_faults_of_a_configuration_come_at_once() {
    let faults = adi(&[
        ("Colour", "red"),
        ("Port Speed", "1G"),
        ("Access Speed", "100M"),
        ("Billing Option", "Free"),
        ("Port Speed", "2G"),
    ])
    .unwrap_err();
    let got: Vec<_> = faults.iter().map(|f| (f.code, f.index)).collect();
    let want = [
        (UnknownFeature, Some(0)),
        (ValueNotAllowed, Some(3)),
        (DuplicateFeature, Some(4)),
        (MissingFeature, None),
        (Requires, Some(2)),
    ];
    assert_eq!(got, want);
}

#[test]
fn a_number_outside_of_its_range_is_brought_to_the_nearest_end() {
    let catalogue = shipped();
    let aiab = catalogue.offering("OFF_AIAB").unwrap();
    let faults = aiab.configure(&choose(&[("Plan", "Standard"), ("AIAB_STATIC_IPS", "9")]));
    let fault = &faults.unwrap_err()[0];
    assert_eq!((fault.code, fault.nearest_words().as_deref()), (ValueNotAllowed, Some("5")));
    assert_eq!(&*fault.allowed[0], "0 to 5");
    let faults = aiab.configure(&choose(&[("Plan", "Standard"), ("AIAB_STATIC_IPS", "many")]));
    assert_eq!(faults.unwrap_err()[0].nearest, None);
    // The rule shifts the blame to the choice that was made, not to the default.
    let own = aiab.configure(&choose(&[("Plan", "Premium"), ("Router", "Own")])).unwrap_err();
    assert_eq!((own[0].code, own[0].index), (Excludes, Some(1)));
}

#[test]
fn the_smallest_change_may_be_of_the_other_feature() {
    let nearest = |more: &[(&str, &str)]| {
        let faults = adi(&[&GOOD, more].concat()).unwrap_err();
        assert_eq!(faults.len(), 1, "{faults:#?}");
        faults[0].nearest_words().unwrap()
    };
    // Three steps back to no diversity, one step to dedicated access.
    let diverse = [("Access Diversity", "Diverse Central Office"), ("Architecture", "Switched")];
    assert_eq!(nearest(&diverse), "Architecture Dedicated");
    // As far as more of the port, but that would need more access too.
    let commitment = [("Billing Option", "Burstable"), ("Minimum Commitment", "250M")];
    assert_eq!(nearest(&commitment), "100M");
    // Of two as near, the feature that has the rule.
    let aiab = [("Plan", "Premium"), ("Router", "Own")];
    let faults = shipped().offering("OFF_AIAB").unwrap().configure(&choose(&aiab)).unwrap_err();
    assert_eq!(faults[0].nearest_words().as_deref(), Some("Outdoor"));
}

/// Choices of one of the shipped offerings, right and wrong ones.
fn any_choices() -> impl Strategy<Value = (usize, Vec<(String, String)>)> {
    let one = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0u8..8, "\\PC{0,8}");
    (0usize..4, prop::collection::vec(one, 0..14)).prop_map(|(which, picks)| {
        let catalogue = shipped();
        let offering = &catalogue.offerings()[which];
        let choice = |(feature, value, sort, text): (
            prop::sample::Index,
            prop::sample::Index,
            u8,
            String,
        )| {
            let feature = feature.get(&offering.features);
            let listed = feature.values();
            let value = match (sort, listed.is_empty()) {
                (0, _) => text.clone(),
                (_, true) => value.index(12).to_string(),
                (_, false) => value.get(listed).to_string(),
            };
            let name = if sort == 1 { text } else { feature.name.to_string() };
            (name, value)
        };
        (which, picks.into_iter().map(choice).collect())
    })
}

proptest! {
    #[test]
    fn the_nearest_choice_removes_its_fault((which, choices) in any_choices()) {
        let catalogue = shipped();
        let offering = &catalogue.offerings()[which];
        let choices: Vec<_> = choices.iter().map(|(f, v)| (f.as_str(), v.as_str())).collect();
        let choices = choose(&choices);
        let Err(faults) = offering.configure(&choices) else { return Ok(()) };
        let key = |f: &ConfigurationFault| (f.code, f.feature.clone(), f.detail.clone());
        for fault in &faults {
            let Some(nearest) = &fault.nearest else {
                prop_assert_eq!(fault.code, ValueNotAllowed);
                continue;
            };
            let mut changed = choices.clone();
            nearest.apply(&mut changed);
            let left = offering.configure(&changed).err().unwrap_or_default();
            let same = |other: &&ConfigurationFault| key(other) == key(fault);
            let (after, before) = (left.iter().filter(same), faults.iter().filter(same));
            prop_assert!(after.count() < before.count(), "{:?} leaves {:?}", fault, left);
        }
    }

    #[test]
    fn any_texts_are_answered(choices in prop::collection::vec(
        ("(ATT_SPEED|Term|Access Speed|\\PC{0,12})", "(100M|36|\\PC{0,12})"), 0..8)) {
        let choices: Vec<_> = choices.iter().map(|(f, v)| (f.as_str(), v.as_str())).collect();
        if let Err(faults) = adi(&choices) {
            prop_assert!(!faults.is_empty());
            prop_assert!(faults.iter().all(|f| f.index.is_none_or(|i| i < choices.len())));
        }
    }
}
