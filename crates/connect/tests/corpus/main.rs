//! Addresses in every form of Publication 28, and what the built-in validation makes of them.

use connect::address::BuiltinAddressCheck;
use domain::address::{Address, Avps, UnitParts};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// One row: how it is given, and what is answered.
struct Row {
    form: String,
    given: Address,
    answer: [String; 3],
}

fn rows() -> Vec<Row> {
    let text = include_str!("addresses.csv");
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let row = |record: Result<csv::StringRecord, _>| {
        let record = record.unwrap();
        let cell = |at: usize| record[at].to_owned();
        let unit = Some(cell(2)).filter(|unit| !unit.is_empty());
        let (street, city, state, zip) = (cell(1), cell(3), cell(4), cell(5));
        let given = Address { street, unit, city, state, zip, country: "US".to_owned() };
        Row { form: cell(0), given, answer: [cell(6), cell(7), cell(8)] }
    };
    reader.records().map(row).collect()
}

fn told(avps: &Avps) -> [String; 3] {
    let (standard, why) = match avps {
        Avps::Match { address } => (address.one_line(), String::new()),
        Avps::CloseMatch { address, corrections } => {
            let fields: Vec<_> = corrections.iter().map(|c| c.field.as_str()).collect();
            (address.one_line(), fields.join("+"))
        }
        Avps::Ambiguous { why, .. } | Avps::NoMatch { why } => (String::new(), why.clone()),
    };
    [avps.word().to_owned(), standard, why]
}

#[test]
fn every_address_of_the_corpus_gets_its_answer() {
    let check = BuiltinAddressCheck::new();
    let rows = rows();
    let wrong: Vec<_> = rows
        .iter()
        .map(|row| (row, told(&check.check(&row.given))))
        .filter(|(row, told)| row.answer != *told)
        .map(|(row, told)| {
            format!("{}\n  expected {:?}\n  got      {told:?}", row.given.one_line(), row.answer)
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    let mut forms: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        *forms.entry(&row.form).or_default() += 1;
    }
    assert!(rows.len() >= 150 && forms.len() >= 15, "{} rows: {forms:?}", rows.len());
}

#[test]
fn what_the_corpus_is_offered_matches_when_given_back_and_keeps_its_parts() {
    let check = BuiltinAddressCheck::new();
    for row in rows() {
        let answer = check.check(&row.given);
        let offered = match &answer {
            Avps::Match { address } => std::slice::from_ref(address),
            other => other.choices(),
        };
        for one in offered {
            assert_eq!(check.check(one), Avps::Match { address: one.clone() });
            assert!(
                one.unit.is_none() || one.parts() != UnitParts::default(),
                "{}",
                one.one_line()
            );
        }
    }
}

#[test]
fn ten_thousand_addresses_take_seconds_at_most() {
    let check = BuiltinAddressCheck::new();
    let (street, unit) = ("South Akard Street", Some("Suite 700".to_owned()));
    let given = |number: u32| Address {
        street: format!("{number} {street}"),
        unit: unit.clone(),
        city: "Dallas".to_owned(),
        state: "TX".to_owned(),
        zip: "75202".to_owned(),
        country: "US".to_owned(),
    };
    let all: Vec<_> = (1..=10_000).map(given).collect();
    let begun = Instant::now();
    assert!(all.iter().all(|address| check.check(address).word() == "match"));
    let took = begun.elapsed();
    println!("10,000 addresses in {took:?}");
    // 0.3 s where nothing else runs.
    assert!(took < Duration::from_secs(10), "{took:?}");
}
