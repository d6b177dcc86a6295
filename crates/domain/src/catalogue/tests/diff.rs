//! What changed between two versions, in words.

use super::*;

/// The shipped catalogue and one with these places replaced: what changed, line by line.
fn changes(places: &[(&str, &str)]) -> Vec<String> {
    let mut files = shipped_files();
    for (old, new) in places {
        let file = files.iter_mut().find(|(_, text)| text.contains(old)).unwrap();
        file.1 = file.1.replacen(old, new, 1);
    }
    let new = Catalogue::parse(&files).unwrap_or_else(|faults| panic!("{faults:#?}"));
    differences(shipped(), &new).iter().map(ToString::to_string).collect()
}

#[test]
fn the_same_catalogue_has_no_difference() {
    assert_eq!(differences(shipped(), shipped()), []);
    let mut files = shipped_files();
    files.reverse();
    assert_eq!(differences(shipped(), &Catalogue::parse(&files).unwrap()), []);
}

/// A place of the files, what is there instead, and what is then said.
const CHANGES: [(&str, &str, &[&str]); 14] = [
    (
        "version = \"2026.1-sample\"",
        "version = \"2026.2\"",
        &["version: from 2026.1-sample to 2026.2"],
    ),
    (
        "\"981\"",
        "\"981\", \"983-984\"",
        &[
            "ZIP prefixes of zone B: from 021-022, 070-076, 191, 331, 482, 600-605, 750-751, \
             770-772, 802, 981 to 021-022, 070-076, 191, 331, 482, 600-605, 750-751, 770-772, \
             802, 981, 983-984",
            "ZIP prefixes of zone C: from 000-020, 023-069, 077-099, 105-190, 192-199, \
             206-302, 304-330, 332-481, 483-589, 607-749, 754-769, 773-801, 803-819, 832-899, \
             905-940, 942-966, 970-980, 982-994 to 000-020, 023-069, 077-099, 105-190, \
             192-199, 206-302, 304-330, 332-481, 483-589, 607-749, 754-769, 773-801, 803-819, \
             832-899, 905-940, 942-966, 970-980, 982, 985-994",
        ],
    ),
    (
        "name = \"Premier\"\ndiscount_percent = 10",
        "name = \"Premier\"\ndiscount_percent = 11",
        &["discount of tier premier: from 10 % by itself, 100 % at most to 11 % by itself, \
           100 % at most"],
    ),
    (
        "budget = 250000.00",
        "budget = 300000.00",
        &["promotion ADI-PORT10, budget: from 250000.00 to 300000.00"],
    ),
    ("uses = 500\n", "", &["promotion ASE-EVC12, most uses: gone (was 500)"]),
    (
        "uses = 500\n",
        "uses = 500\ntiers = \"premier\"\nprogrammes = [\"alliance\", \"apex\"]\nmin_sites = 3\n\
         zones = [\"A\", \"B\"]\nwhen = [{ feature = \"ASE_PORT_SPEED\", among = [\"1G\", \"10G\"] }]\n",
        &[
            "promotion ASE-EVC12, tiers: new, premier",
            "promotion ASE-EVC12, programmes: new, alliance, apex",
            "promotion ASE-EVC12, access zones: new, A, B",
            "promotion ASE-EVC12, fewest sites: new, 3",
            "promotion ASE-EVC12, only with Port Speed: new, 1G, 10G",
        ],
    ),
    (
        "\"10M\" = { A = 180.00,",
        "\"10M\" = { A = 175.00,",
        &["OFF_ADI_MID_MARKET: Access MRC, Access Speed 10M, zone A: from 180.00 to 175.00"],
    ),
    (
        "months = 36\nmrc_percent_off = 15",
        "months = 36\nmrc_percent_off = 16",
        &["OFF_ADI_MID_MARKET: term of 36 months: from 15 % off MRC, 0 % off NRC to 16 % off \
           MRC, 0 % off NRC"],
    ),
    (
        "sites = 250\n",
        "sites = 300\n",
        &[
            "OFF_ADI_MID_MARKET: volume of 300 sites: new, 7 % off MRC, 20 % off NRC",
            "OFF_ADI_MID_MARKET: volume of 250 sites: gone (was 7 % off MRC, 20 % off NRC)",
        ],
    ),
    (
        "values = [\"None\", \"/64\", \"/56\", \"/48\"]",
        "values = [\"None\", \"/64\", \"/56\"]",
        &["OFF_ADI_MID_MARKET: feature IPv6 Address Block, value /48: gone (was allowed)"],
    ),
    (
        "floors = { Indoor = 5.00,",
        "floors = { Indoor = 6.00,",
        &["OFF_AIAB: Router MRC, Router Indoor, floor: from 5.00 to 6.00"],
    ),
    (
        "Switched = { A = 30,",
        "Switched = { A = 28,",
        &["OFF_ADI_MID_MARKET: lead time, Architecture Switched, zone A: from 30 working days \
           to 28 working days"],
    ),
    (
        "among = [\"6\", \"12\", \"24\", \"48\", \"100\"]",
        "among = [\"6\", \"12\", \"24\", \"48\"]",
        &["OFF_IP_FLEX: rule: A gateway for PRI carries at most 100 calls: from PRI not with \
           250, 500, 1000 to PRI not with 100, 250, 500, 1000"],
    ),
    (
        "working_day = 45",
        "working_day = 46",
        &["OFF_ADI_MID_MARKET: milestone service_accepted: from Service accepted, billing \
           begins, working day 45 to Service accepted, billing begins, working day 46"],
    ),
];

#[test]
fn each_change_is_said_with_what_was_and_what_is() {
    for (old, new, want) in CHANGES {
        let got = changes(&[(old, new)]);
        for (at, want) in want.iter().enumerate() {
            assert_eq!(got.get(at).map(String::as_str), Some(*want), "{got:#?}");
        }
        assert_eq!(got.len(), want.len(), "{got:#?}");
    }
}

#[test]
fn a_product_that_is_gone_takes_all_that_was_in_it() {
    let mut files = shipped_files();
    files.retain(|(name, _)| name != "ase.toml");
    let carrier = files.iter_mut().find(|(name, _)| name == "carrier.toml").unwrap();
    let (before, promotion) = carrier.1.split_once("[[promotion]]\ncode = \"ASE-EVC12\"").unwrap();
    let (_, after) = promotion.split_once("[[promotion]]").unwrap();
    let range = "[[tier.range]]\noffering = \"OFF_ASE\"";
    let mut text = format!("{before}[[promotion]]{after}");
    while let Some((head, tail)) = text.split_once(range) {
        let (_, rest) = tail.split_once("most_discount_percent = 30\n").unwrap();
        text = format!("{head}{rest}");
    }
    carrier.1 = text;
    let new = Catalogue::parse(&files).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let gone = differences(shipped(), &new);
    assert!(gone.iter().all(|d| d.to.is_none() && d.from.is_some()), "{gone:#?}");
    let of = |start: &str| gone.iter().filter(|d| d.subject.starts_with(start)).count();
    assert!(of("OFF_ASE: ") > 100, "{}", of("OFF_ASE: "));
    assert_eq!(of("promotion ASE-EVC12"), 7);
    assert_eq!(of("discount of tier"), 3);
    assert_eq!(of(""), of("OFF_ASE: ") + 10);
    // And the other way round, it is all new.
    let back = differences(&new, shipped());
    assert_eq!(back.len(), gone.len());
    assert!(back.iter().all(|d| d.from.is_none() && d.to.is_some()));
}
