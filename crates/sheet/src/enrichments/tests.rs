//! Files of enrichments, sound and not.

use super::*;
use crate::table::Format;
use domain::code::Because;
use domain::enrichment::{BillingAccountChoice, EnrichDo};
use std::collections::HashMap;

fn table(text: &str) -> Table {
    crate::read(text.as_bytes(), Format::Csv, None).unwrap()
}

const FULL: &str = "Branch;First Name;Surname;E-mail;Phone;Start Date;CRDD;Delivery Notes;\
    Demarc Floor;Demarc Room;TSP;Bill To Name;Bill To Address;Bill To City;Bill To State;\
    Bill To ZIP;Process IDs;Paperless;Colour\n\
    Dallas;Dana;Sample;dana@example.com;0012;3/2/2027;2027-04-15;Ring twice;\
    02;007;TSP12C456-44;Lone Star;208 S Akard St;Boston;Massachusetts;2108;0001; PR-2;x;red\n";

#[test]
fn a_full_row_gives_four_kinds_and_keeps_its_zeros() {
    let text = FULL.replace("0001; PR-2", "\"0001; PR-2\"");
    let found = understand(&table(&text));
    assert_eq!(found.faults, []);
    let row = &found.rows[0];
    assert_eq!((row.row, row.name.as_deref(), row.sub_order), (2, Some("Dallas"), None));
    let [
        EnrichDo::Installation(installation),
        EnrichDo::Shipping(shipping),
        EnrichDo::PortReservation(port),
        EnrichDo::Billing { account, billing },
    ] = &row.own[..]
    else {
        panic!("{:?}", row.own);
    };
    assert_eq!(installation.contacts[0].phone.as_deref(), Some("0012"));
    assert_eq!(installation.requested_start.to_string(), "2027-03-02");
    assert_eq!(shipping.contacts, installation.contacts, "the contact at the site");
    assert_eq!((&*port.floor, &*port.room), ("02", "007"));
    let BillingAccountChoice::New { name, address, .. } = account else { panic!("{account:?}") };
    assert_eq!((&**name, &*address.state, &*address.zip), ("Lone Star", "MA", "02108"));
    assert_eq!(
        (&*billing.process_ids, billing.paperless),
        (&["0001", "PR-2"].map(String::from)[..], true)
    );
    let notes: Vec<&str> = found.notes.iter().map(|n| &*n.detail).collect();
    assert_eq!(notes[0], "Colour is not understood and ignored");
    assert_eq!(notes[1], "2108 was read as 02108: zeros were lost before it");
}

#[test]
fn every_fault_has_its_row_column_value_and_remedy() {
    let found = understand(&table(
        "Sub-Order,Site,Floor,Room,Email,Due Date,Billing Account,Billing Name\n\
         ,Ok,1,2,,,,\n\
         ,,1,2,,,,\n\
         8013g,One,1,,,,,\n\
         ,Two,1,2,nobody,soon,,\n\
         ,Three,,,,,0013g00000cUIRtAAO,Other\n\
         ,Four,,,,,,\n",
    ));
    let told: Vec<_> = found
        .faults
        .iter()
        .map(|f| (f.place.row.unwrap(), f.place.column.clone().unwrap_or_default(), f.code))
        .collect();
    let none = "";
    for (row, column, code) in [
        (3, "B", Because::Missing),
        (4, "A", Because::NotAnId),
        (4, "D", Because::Missing),
        (5, none, Because::Missing),
        (5, "E", Because::BadFormat),
        (5, "F", Because::BadFormat),
        (6, "G", Because::Conflicting),
        (7, "B", Because::Missing),
    ] {
        assert!(told.contains(&(row, column.to_owned(), code)), "{row} {column} of {told:?}");
    }
    assert!(found.faults.iter().all(|f| !f.remedy.is_empty()));
    let rows: Vec<u32> = found.rows.iter().filter(|r| r.sound).map(|row| row.row).collect();
    assert_eq!(rows, [2]);
}

#[test]
fn a_contact_alone_is_the_installations_and_wants_its_days() {
    let found = understand(&table(
        "Site,First Name,Last Name,Email,Requested Start,Requested Due,Shipping Notes\n\
         One,Dana,Sample,dana@example.com,,,\n\
         Two,Dana,Sample,dana@example.com,,,Ring twice\n",
    ));
    let told: Vec<_> =
        found.faults.iter().map(|f| (f.place.row, f.place.column.as_deref())).collect();
    assert_eq!(told, [(Some(2), Some("E")), (Some(2), Some("F"))]);
    assert!(!found.rows[0].sound && found.rows[1].sound);
    assert!(matches!(found.rows[1].own[..], [EnrichDo::Shipping(_)]));
}

#[test]
fn a_file_that_names_no_sub_order_is_not_understood() {
    let found = understand(&table("Floor,Room\n1,2\n"));
    assert!(found.broken && found.rows.is_empty());
    assert_eq!((found.faults[0].code, found.faults[0].place.row), (Because::Missing, None));
}

#[test]
fn what_stands_against_a_row_beside_its_order_is_told_at_its_column() {
    let table = table("Site,TSP,Floor\nOne,TSP1,2\n");
    let means = understand(&table).means;
    let against = |pointer: &str| {
        let fault = domain::refusal::Fault::new(pointer, Because::BadFormat, "no such code");
        let told = beside(&table, &means, 2, &fault);
        (told.place.row, told.place.column.clone(), told.value)
    };
    let (column, value) = (Some("B".to_owned()), Some("TSP1".to_owned()));
    assert_eq!(against("/port_reservation/tsp_code"), (Some(2), column, value));
    assert_eq!(against("/installation/requested_due"), (Some(2), None, None));
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
