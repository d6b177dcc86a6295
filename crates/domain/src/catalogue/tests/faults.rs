//! Each sort of catalogue fault, and the line it is found on.

use super::*;
use std::collections::HashSet;

const CARRIER: &str = r#"[catalogue]
version = "t"
effective_from = 2026-01-01
currency = "USD"
offer_days = 30
default_zone = "A"

[[zone]]
name = "A"
prefixes = ["606"]

[[zone]]
name = "B"
prefixes = ["100-104"]

[[tier]]
code = "standard"
name = "Standard"
discount_percent = 5

[[promotion]]
code = "P"
name = "P"
from = 2026-01-01
until = 2026-12-31
offering = "OFF_X"
components = ["X_LINE"]
charge = "mrc"
percent = 10
min_term = 24
"#;

const PRODUCT: &str = r#"[offering]
code = "OFF_X"
name = "X"
item_type = "X"
term_feature = "TERM"
enrichments = ["billing"]

[[term]]
months = 12

[[term]]
months = 24
mrc_percent_off = 10

[[feature]]
code = "SPEED"
name = "Speed"
type = "choice"
values = ["10M", "20M"]
default = "10M"

[[feature]]
code = "TERM"
name = "Term"
type = "choice"
values = ["12", "24"]
required = true

[[feature]]
code = "COUNT"
name = "Count"
type = "integer"
least = 1
most = 3
default = "1"

[[component]]
code = "X_LINE"
name = "Line"
item_type = "Line"
quantity = "COUNT"

[component.mrc]
by = "SPEED"
zoned = true
floor_percent = 50

[component.mrc.prices]
10M = { A = 10.00, B = 11.00 }
20M = { A = 20.00, B = 22.00 }

[component.nrc]
price = 5.00

[[milestone]]
code = "done"
name = "Done"
working_day = 3
"#;

fn faults_of(carrier: &str, product: &str) -> Vec<CatalogueFault> {
    let files = [("c.toml", carrier), ("x.toml", product)];
    let files = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
    Catalogue::parse(&files).err().unwrap_or_default()
}

/// Puts `new` in the place of `old` in one of the files; the fault must be where `old` was.
#[track_caller]
fn check(old: &str, new: &str, kind: FaultKind, at: &str) -> FaultKind {
    let (mut carrier, mut product) = (CARRIER.to_owned(), PRODUCT.to_owned());
    let file = if carrier.contains(old) { "c.toml" } else { "x.toml" };
    let text = if file == "c.toml" { &mut carrier } else { &mut product };
    assert_eq!(text.matches(old).count(), 1, "{old} must be there once");
    *text = text.replace(old, new);
    let line = 1 + text[..text.rfind(at).unwrap()].matches('\n').count();
    let faults = faults_of(&carrier, &product);
    let hit = faults.iter().any(|f| f.kind == kind && f.file == file && f.line == line);
    assert!(hit, "{kind:?} at {file}:{line} is not among {faults:#?}");
    kind
}

/// What to replace, with what, the fault, and the text on its line.
type Spoil = (&'static str, &'static str, FaultKind, &'static str);

const IN_THE_CARRIERS_FILE: [Spoil; 28] = {
    use FaultKind::*;
    [
        ("offer_days = 30", "offer_days = = 30", Syntax, "= = 30"),
        ("offer_days = 30", "offer_days = 0", OutOfRange, "offer_days"),
        ("offer_days = 30", "offer_days = 30.5", WrongForm, "offer_days"),
        ("offer_days = 30", "offer_day = 30", UnknownKey, "offer_day"),
        ("currency = \"USD\"", "currency = \"XXX\"", UnknownReference, "currency"),
        ("default_zone = \"A\"", "default_zone = \"Q\"", UnknownReference, "default_zone"),
        ("effective_from = 2026-01-01", "effective_from = \"x\"", WrongForm, "effective"),
        ("[\"100-104\"]", "[\n\"100-104\",\n\"606\"]", Duplicate, "\"606\""),
        ("[\"100-104\"]", "[\"104-100\"]", OutOfRange, "104-100"),
        ("[\"100-104\"]", "[\"1004\"]", WrongForm, "1004"),
        ("name = \"B\"", "name = \"A\"", Duplicate, "name = \"A\""),
        ("discount_percent = 5", "discount_percent = 101", OutOfRange, "discount"),
        ("discount_percent = 5\n", "", Missing, "[[tier]]"),
        ("until = 2026-12-31", "until = 2025-12-31", DatesReversed, "until"),
        ("offering = \"OFF_X\"", "offering = \"OFF_Y\"", UnknownReference, "offering ="),
        ("[\"X_LINE\"]", "[\n\"Q\"]", UnknownReference, "\"Q\""),
        ("charge = \"mrc\"", "charge = \"all\"", WrongForm, "charge"),
        ("min_term = 24", "min_term = 36", TermMismatch, "min_term"),
        ("min_term = 24", "tiers = [\n\"gold\"]", UnknownReference, "\"gold\""),
        ("min_term = 24", "zones = [\n\"A\",\n\"Q\"]", UnknownReference, "\"Q\""),
        ("min_term = 24", "min_sites = 0", OutOfRange, "min_sites"),
        ("min_term = 24", "programmes = [\n2]", WrongForm, "programmes"),
        (
            "min_term = 24",
            "[[promotion.when]]\nfeature = \"SPEED\"\namong = [\n\"30M\"]",
            UnknownReference,
            "\"30M\"",
        ),
        (
            "min_term = 24",
            "[[promotion.when]]\nfeature = \"TERM\"\namong = [\"12\"]",
            WrongForm,
            "feature = \"TERM\"",
        ),
        (
            "min_term = 24",
            "when = [{ feature = \"SPEED\", among = \"10M\" },\n\
             { feature = \"Speed\", among = \"20M\" }]",
            Duplicate,
            "{ feature = \"Speed\"",
        ),
        (
            "discount_percent = 5",
            "discount_percent = 5\nmost_discount_percent = 4",
            AuthorityTooHigh,
            "discount_percent = 5",
        ),
        (
            "discount_percent = 5",
            "discount_percent = 5\n[[tier.range]]\noffering = \"OFF_Z\"\ndiscount_percent = 2",
            UnknownReference,
            "offering = \"OFF_Z\"",
        ),
        (
            "discount_percent = 5",
            "discount_percent = 5\n[[tier.range]]\noffering = \"OFF_X\"\ncomponents = \"Q\"\n\
             discount_percent = 2",
            UnknownReference,
            "components = \"Q\"",
        ),
    ]
};

#[test]
fn each_fault_is_named_with_its_line() {
    use FaultKind::*;
    assert_eq!(faults_of(CARRIER, PRODUCT), []);
    let line = "[[component]]\ncode = \"X_LINE\"\nname = \"Line\"";
    let rule = "default = \"10M\"\n[[feature.requires]]\nvalue = \"10M\"\n";
    let mut seen: HashSet<_> = [
        ("code = \"OFF_X\"\n", "", Missing, "[offering]"),
        ("[\"billing\"]", "[\"parking\"]", UnknownReference, "enrichments"),
        ("[\"billing\"]", "[\"billing\", \"billing\"]", Duplicate, "enrichments"),
        ("term_feature = \"TERM\"", "term_feature = \"T\"", UnknownReference, "term_feature"),
        ("values = [\"12\", \"24\"]", "values = [\"12\"]", TermMismatch, "term_feature"),
        ("required = true\n", "", TermMismatch, "term_feature"),
        ("months = 24", "months = 12", Duplicate, "months = 12"),
        ("default = \"10M\"", "default = \"30M\"", DefaultNotAllowed, "default = \"30M\""),
        ("\"20M\"]", "\"20M\",\n\"20m\"]", Duplicate, "\"20m\""),
        ("name = \"Term\"", "name = \"Speed\"", Duplicate, "name = \"Speed\""),
        ("type = \"integer\"", "type = \"number\"", WrongForm, "type = \"number\""),
        ("most = 3", "most = 0", OutOfRange, "least = 1"),
        (
            "default = \"10M\"",
            &format!("{rule}feature = \"Q\"\namong = [\"12\"]"),
            UnknownReference,
            "feature = \"Q\"",
        ),
        (
            "default = \"10M\"",
            &format!("{rule}feature = \"TERM\"\namong = [\"13\"]"),
            UnknownReference,
            "among",
        ),
        ("default = \"10M\"", "at_least = \"TERM\"", UnknownReference, "at_least"),
        ("default = \"10M\"\n", "", MissingPrice, "by = "),
        ("20M = { A = 20.00, B = 22.00 }", "", MissingPrice, "[component.mrc.prices]"),
        ("B = 22.00 }", "C = 22.00 }", UnmatchedPrice, "20M = "),
        ("\n20M = {", "\n30M = {", UnmatchedPrice, "30M"),
        ("B = 22.00", "B = -22.00", NegativePrice, "-22.00"),
        ("B = 22.00", "B = 22.001", WrongForm, "22.001"),
        ("{ A = 20.00, B = 22.00 }", "20.00", WrongForm, "20.00"),
        ("floor_percent = 50", "floor_percent = 95", FloorTooHigh, "floor_percent"),
        ("floor_percent = 50", "floor_percent = 150", OutOfRange, "floor_percent"),
        ("quantity = \"COUNT\"", "quantity = \"SPEED\"", UnknownReference, "quantity"),
        ("\n[component.nrc]\nprice = 5.00", "\n[component.nrc]", Missing, "[component.nrc]"),
        (
            line,
            &format!("{line}\nitem_type = \"L\"\nnrc = {{ price = 1 }}\n{line}"),
            Duplicate,
            "code = \"X_LINE\"",
        ),
        (
            "working_day = 3",
            "working_day = 3\n[[milestone]]\ncode = \"b\"\nname = \"b\"\nworking_day = 2",
            DatesReversed,
            "working_day = 2",
        ),
    ]
    .map(|(old, new, kind, at)| check(old, new, kind, at))
    .into();
    seen.insert(FaultKind::StepDearer); // By a test of its own, below.
    seen.extend(IN_THE_CARRIERS_FILE.map(|(old, new, kind, at)| check(old, new, kind, at)));
    for kind in FaultKind::ALL {
        assert!(seen.contains(&kind), "{kind:?} is never reached");
    }
}

#[test]
fn steps_floors_conditions_and_lead_times_are_checked() {
    use FaultKind::*;
    let feature = "default = \"10M\"";
    let volume = "[[volume]]\nsites = 5\nmrc_percent_off = 4\n";
    let end = "[[milestone]]";
    let floor = "floor_percent = 50";
    for (old, new, kind, at) in [
        (
            "mrc_percent_off = 10",
            "mrc_percent_off = 10\n[[term]]\nmonths = 36",
            StepDearer,
            "[[term]]",
        ),
        (
            "[[feature]]\ncode = \"SPEED\"",
            &format!("{volume}{volume}[[feature]]\ncode = \"SPEED\""),
            Duplicate,
            "sites = 5",
        ),
        (
            "[[feature]]\ncode = \"SPEED\"",
            &format!("{volume}[[volume]]\nsites = 9\n[[feature]]\ncode = \"SPEED\""),
            StepDearer,
            "sites = 9",
        ),
        (
            "[[feature]]\ncode = \"SPEED\"",
            "[[volume]]\nsites = 1\n[[feature]]\ncode = \"SPEED\"",
            OutOfRange,
            "sites = 1",
        ),
        (floor, "floor = 9.50", FloorTooHigh, "floor = 9.50"),
        (floor, "floor = 12.00", FloorTooHigh, "floor = 12.00"),
        (floor, "floor_percent = 50\nfloor = 1", Duplicate, "floor = 1"),
        (floor, "floors = { 10M = { A = 1, Q = 2 } }", UnmatchedPrice, "floors"),
        (floor, "floors = { 10M = { A = -1 } }", NegativePrice, "floors"),
        (
            feature,
            "default = \"10M\"\nonly_when = { feature = \"TERM\", among = \"12\" }",
            UnknownReference,
            "only_when",
        ),
        (end, "[lead_time]\ndays = 0\n[[milestone]]", OutOfRange, "days = 0"),
        (
            end,
            "[lead_time]\nby = \"SPEED\"\ndays = { 10M = 5 }\n[[milestone]]",
            MissingPrice,
            "days = ",
        ),
        (feature, "at_most = \"TERM\"", UnknownReference, "at_most"),
    ] {
        check(old, new, kind, at);
    }
}

#[test]
fn a_floor_is_held_against_the_term_and_the_volume_together() {
    let volume = "[[volume]]\nsites = 5\nmrc_percent_off = 5\n[[feature]]\ncode = \"SPEED\"";
    let product = PRODUCT.replacen("[[feature]]\ncode = \"SPEED\"", volume, 1);
    // 90 % less 5 % of it are 85.5 %.
    let with = |percent: &str| {
        faults_of(
            CARRIER,
            &product.replace("floor_percent = 50", &format!("floor_percent = {percent}")),
        )
    };
    assert_eq!(with("85.5"), []);
    let faults = with("85.6");
    assert_eq!(faults.len(), 1);
    let message = "24 months and 5 sites alone leave less than the floor of 85.6 %";
    assert_eq!(faults[0].message, message);
}

#[test]
fn a_longer_term_may_cost_more_a_month_only_if_it_says_so() {
    let by = PRODUCT
        .replace("by = \"SPEED\"\nzoned = true", "by = [\"SPEED\", \"TERM\"]")
        .replace("10M = { A = 10.00, B = 11.00 }", "10M = { 12 = 10, 24 = 12 }")
        .replace("20M = { A = 20.00, B = 22.00 }", "20M = { 12 = 20, 24 = 20 }");
    // 12.00 less 10 % are more than 10.00.
    let faults = faults_of(CARRIER, &by);
    assert_eq!(faults.len(), 1, "{faults:#?}");
    assert_eq!(faults[0].kind, FaultKind::StepDearer);
    assert!(faults[0].message.starts_with("Line: 24 months cost more a month than 12"));
    let dearer = by.replace("mrc_percent_off = 10", "mrc_percent_off = 10\ndearer = true");
    assert_eq!(faults_of(CARRIER, &dearer), []);
}

#[test]
fn a_feature_with_a_condition_keys_only_what_has_the_same_condition() {
    let feature = "[[feature]]\ncode = \"EXTRA\"\nname = \"Extra\"\ntype = \"choice\"\n\
        values = [\"a\", \"b\"]\ndefault = \"a\"\n\
        only_when = { feature = \"SPEED\", among = \"20M\" }\n\n";
    let component = "[[component]]\ncode = \"X_EXTRA\"\nname = \"Extra\"\nitem_type = \"Extra\"\n\
        when = { feature = \"SPEED\", among = \"20M\" }\n\
        mrc = { by = \"EXTRA\", prices = { a = 1, b = 2 } }\n\n";
    let product = PRODUCT
        .replacen("[[component]]", &format!("{feature}[[component]]"), 1)
        .replacen("[[milestone]]", &format!("{component}[[milestone]]"), 1);
    assert_eq!(faults_of(CARRIER, &product), []);
    let other = product.replace("when = { feature = \"SPEED\", among = \"20M\" }\nmrc", "mrc");
    let faults = faults_of(CARRIER, &other);
    assert_eq!(faults.len(), 1, "{faults:#?}");
    assert!(faults[0].message.contains("EXTRA can be left out"), "{}", faults[0].message);
}

#[test]
fn all_faults_of_all_files_come_at_once() {
    let carrier = CARRIER.replace("percent = 5", "percent = 500").replace("USD", "XXX");
    let product = PRODUCT.replace("B = 22.00", "B = -1").replace("\"billing\"", "\"q\"");
    let faults = faults_of(&carrier, &product);
    let places: Vec<_> = faults.iter().map(|f| (f.file.as_str(), f.line, f.kind)).collect();
    assert_eq!(
        places,
        [
            ("c.toml", 4, FaultKind::UnknownReference),
            ("c.toml", 19, FaultKind::OutOfRange),
            ("x.toml", 6, FaultKind::UnknownReference),
            ("x.toml", 50, FaultKind::NegativePrice),
        ]
    );
}

#[test]
fn there_is_exactly_one_carrier_file_and_each_offering_once() {
    assert_eq!(Catalogue::parse(&[]).unwrap_err()[0].kind, FaultKind::Missing);
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let twice = [file("a", CARRIER), file("b", CARRIER), file("x", PRODUCT), file("y", PRODUCT)];
    let faults = Catalogue::parse(&twice).unwrap_err();
    let places: Vec<_> = faults.iter().map(|f| (f.file.as_str(), f.line, f.kind)).collect();
    let duplicate = FaultKind::Duplicate;
    assert_eq!(places, [("b", 1, duplicate), ("y", 2, duplicate)]);
    let lone = Catalogue::parse(&[file("x", PRODUCT)]).unwrap_err();
    assert!(lone.iter().any(|f| f.message.contains("[catalogue]")), "{lone:#?}");
}

#[test]
fn a_fault_reads_as_a_sentence_with_its_place() {
    let faults = faults_of(CARRIER, &PRODUCT.replace("B = 22.00", "B = -1"));
    let want = "x.toml:50: the price at `Speed 20M, zone B` is below zero. Write zero or more.";
    assert_eq!(faults[0].to_string(), want);
}

#[test]
fn a_combination_that_a_rule_forbids_needs_no_price() {
    // Without its price for 20M with 12 months, keyed by both.
    let by = PRODUCT
        .replace("by = \"SPEED\"\nzoned = true", "by = [\"SPEED\", \"TERM\"]")
        .replace("10M = { A = 10.00, B = 11.00 }", "10M = { 12 = 10, 24 = 9 }")
        .replace("20M = { A = 20.00, B = 22.00 }", "20M = { 24 = 19 }");
    let faults = faults_of(CARRIER, &by);
    assert_eq!(faults.len(), 1, "{faults:#?}");
    assert!(faults[0].message.ends_with("Speed 20M, Term 12"), "{}", faults[0].message);
    let rule = "default = \"10M\"\n[[feature.excludes]]\nvalue = \"20M\"\nfeature = \"TERM\"\n\
        among = \"12\"";
    assert_eq!(faults_of(CARRIER, &by.replacen("default = \"10M\"", rule, 1)), []);
}
