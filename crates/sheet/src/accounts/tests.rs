//! Files of accounts, sound and not.

use super::*;
use domain::customer::{AllianceStatus, Loa, SubAccountStatus};

const HEADINGS: &str = "Customer Number,Company,Address,City,State,Zip Code";

fn of(text: &str) -> Accounts {
    read(text.as_bytes(), Format::Csv, None).unwrap()
}

#[test]
fn a_full_row_becomes_an_account() {
    let found = of("ACID;Name;DBA;Street;Suite;City;State;ZIP;Sub-Accounts;Segment;Alliance;LOA;\
        LOA Valid Until;Colour\n\
        0042;Lone Star Dental LLC;Lone Star Smiles;1500 Marilla St;STE 5;Dallas;Texas;2108;\
        \"S-1; S-2 (inactive)\";Mid Market;Carrier Only;Y;3/31/2027;red\n");
    assert_eq!(found.faults, []);
    let account = &found.rows[0].account;
    assert_eq!(account.acid.as_deref(), Some("0042"));
    assert_eq!(account.new.address.zip, "02108");
    assert_eq!(account.new.address.state, "TX");
    assert_eq!(account.alliance_status, AllianceStatus::CarrierOnly);
    let subs: Vec<_> = account.sub_accounts.iter().map(|s| (&*s.id, s.status)).collect();
    let expected = [("S-1", SubAccountStatus::Active), ("S-2", SubAccountStatus::Inactive)];
    assert_eq!(subs, expected);
    assert_eq!(account.loa, Loa::OnFile { valid_until: Some("2027-03-31".parse().unwrap()) });
    let notes: Vec<&str> = found.notes.iter().map(|n| &*n.detail).collect();
    assert_eq!(notes[0], "Colour is not understood and ignored");
    assert_eq!(notes[1], "2108 was read as 02108: zeros were lost before it");
}

#[test]
fn every_fault_has_its_row_column_value_and_remedy() {
    let found = of(&format!(
        "{HEADINGS},Status,Partner\n\
         7,Alpha,1 Main St,Dallas,TX,75201,active,\n\
         7,Beta,1 Main St,Dallas,TX,75201,,\n\
         8,,1 Main St,Dallas,Texs,7x,gone,abc\n"
    ));
    let told: Vec<_> = found
        .faults
        .iter()
        .map(|f| (f.place.row.unwrap(), f.place.column.clone().unwrap(), f.code))
        .collect();
    for expected in [
        (3, "A", Because::Duplicate),
        (4, "B", Because::Missing),
        (4, "E", Because::NotAllowedValue),
        (4, "F", Because::BadFormat),
        (4, "G", Because::NotAllowedValue),
        (4, "H", Because::NotAnId),
    ] {
        let (row, column, code) = expected;
        assert!(told.contains(&(row, column.to_owned(), code)), "{expected:?} of {told:?}");
    }
    assert_eq!(told.len(), 6);
    let state = found.faults.iter().find(|f| f.place.column.as_deref() == Some("E")).unwrap();
    assert_eq!(state.value.as_deref(), Some("Texs"));
    assert!(state.expected.as_deref().unwrap().contains("TX for Texas"));
    assert!(!state.remedy.is_empty());
}

#[test]
fn headings_that_are_missing_or_stand_twice_are_named() {
    let found = of("Name,Company,City\nAlpha,Beta,Dallas\n");
    let codes: Vec<_> = found.faults.iter().map(|f| f.code).collect();
    assert_eq!(codes.iter().filter(|c| **c == Because::Missing).count(), 4);
    assert_eq!(codes[0], Because::Duplicate);
    assert!(found.rows.is_empty());
}

#[test]
fn no_heading_means_two_things() {
    let mut seen = HashMap::new();
    for means in Means::ALL {
        for name in means.names() {
            assert_eq!(seen.insert(crate::heading::key(name), means), None, "{name}");
        }
    }
}
