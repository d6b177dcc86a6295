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

/// Choices, then the fault: its code, the choice it names and the nearest value.
type Case = (
    &'static [(&'static str, &'static str)],
    ConfigurationFaultCode,
    Option<usize>,
    Option<&'static str>,
);

const GOOD: [(&str, &str); 3] = [("Port Speed", "100M"), ("Access Speed", "100M"), ("Term", "36")];

const CASES: [Case; 12] = [
    (
        &[GOOD[0], GOOD[1], GOOD[2], ("Prot Speed", "1G")],
        UnknownFeature,
        Some(3),
        Some("Port Speed"),
    ),
    (&[GOOD[0], GOOD[1], GOOD[2], ("zzz", "1G")], UnknownFeature, Some(3), None),
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
    (&[GOOD[0], ("Access Speed", "40G"), GOOD[2]], ValueNotAllowed, Some(1), Some("10G")),
    (&[GOOD[0], GOOD[1], ("Term", "30")], ValueNotAllowed, Some(2), Some("36")),
    (
        &[GOOD[0], GOOD[1], GOOD[2], ("Architecture", "swiched")],
        ValueNotAllowed,
        Some(3),
        Some("Switched"),
    ),
    (&[GOOD[0], GOOD[1], GOOD[2], ("ATT_SPEED", "100M")], DuplicateFeature, Some(3), None),
    (&[GOOD[0], GOOD[1]], MissingFeature, None, None),
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
];

#[test]
fn each_fault_names_its_choice_and_what_would_do() {
    let mut seen = Vec::new();
    for (choices, code, index, nearest) in CASES {
        let faults = adi(choices).unwrap_err();
        assert_eq!(faults.len(), 1, "{choices:?}: {faults:#?}");
        let fault = &faults[0];
        assert_eq!((fault.code, fault.index), (code, index), "{choices:?}");
        assert_eq!(fault.nearest.as_deref(), nearest, "{choices:?}");
        assert!(!fault.detail.is_empty());
        if let Some(nearest) = &fault.nearest {
            assert!(fault.allowed.contains(nearest));
        }
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
    assert_eq!((fault.code, fault.nearest.as_deref()), (ValueNotAllowed, Some("5")));
    assert_eq!(&*fault.allowed[0], "0 to 5");
    let faults = aiab.configure(&choose(&[("Plan", "Standard"), ("AIAB_STATIC_IPS", "many")]));
    assert_eq!(faults.unwrap_err()[0].nearest, None);
    // The rule shifts the blame to the choice that was made, not to the default.
    let own = aiab.configure(&choose(&[("Plan", "Premium"), ("Router", "Own")])).unwrap_err();
    assert_eq!((own[0].code, own[0].index), (Excludes, Some(1)));
}

proptest! {
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
