//! Rows of a file beside an order.

use super::super::many::tests::{NOW, ctx, order, sub};
use super::super::{Billing, BillingAccountChoice, PortReservation};
use super::*;
use crate::code::Code;
use crate::order::SubOrderPhase;
use crate::programme::Programmes;
use crate::quote::ImportFault;
use crate::refusal::IfMatch;

fn port(tsp: Option<&str>) -> EnrichDo {
    EnrichDo::PortReservation(PortReservation {
        floor: "2".to_owned(),
        room: "7".to_owned(),
        notes: None,
        tsp_code: tsp.map(str::to_owned),
    })
}

fn bill(account: BillingAccountChoice) -> EnrichDo {
    let billing = Billing {
        billing_account: Id::new(Kind::Account, 0, 0),
        codes: crate::enrichment::BillingCodes::default(),
        paperless: true,
        process_ids: Vec::new(),
        quote_ids: Vec::new(),
        ordered_items: Vec::new(),
        sub_orders: Vec::new(),
        invoice_numbers: Vec::new(),
    };
    EnrichDo::Billing { account, billing: Box::new(billing) }
}

fn row(row: u32, sub_order: Option<Id>, name: Option<&str>, own: Vec<EnrichDo>) -> NamedRow {
    NamedRow { row, sub_order, name: name.map(str::to_owned), own, sound: true }
}

fn matched(subs: &[SubOrder], rows: Vec<NamedRow>) -> Matched {
    let programmes = Programmes::shipped().unwrap();
    let programme = programmes.get("alliance").unwrap();
    match_rows(&ctx(), programme, &order(), subs, &BTreeMap::new(), rows)
}

#[test]
fn a_row_means_a_sub_order_by_its_id_or_by_the_name_of_its_site_and_else_says_why_not() {
    use SubOrderPhase::{Draft, Submitted};
    let mut twin = sub(3, Draft);
    twin.name = "branch 2".to_owned();
    let subs = [sub(1, Draft), sub(2, Draft), twin, sub(4, Submitted), sub(5, Draft)];
    let give = || vec![port(None)];
    let other = Id::new(Kind::Order, 1, 77);
    let found = matched(
        &subs,
        vec![
            row(2, None, Some("BRANCH 1"), give()),
            row(3, Some(subs[1].id), None, give()),
            row(4, Some(subs[0].id), Some("Branch 1"), give()),
            row(5, None, Some("Branch 2"), give()),
            row(6, Some(subs[2].id), Some("Branch 1"), give()),
            row(7, Some(other), None, give()),
            row(8, None, Some("Nowhere"), give()),
            row(9, None, Some("Branch 4"), give()),
            row(10, None, Some("Branch 5"), vec![port(Some("wrong"))]),
            NamedRow { sound: false, ..row(12, None, Some("nobody"), vec![]) },
            NamedRow { sound: false, ..row(13, None, Some("Branch 5"), vec![]) },
            row(11, None, Some("Branch 5"), vec![bill(BillingAccountChoice::Existing(other))]),
        ],
    );
    let sound: Vec<_> = found.sound.iter().map(|row| (row.row, row.sub_order)).collect();
    assert_eq!(sound, [(2, subs[0].id), (3, subs[1].id)]);
    let told: Vec<_> = found.faults.iter().map(|(row, f)| (*row, &*f.pointer, f.because)).collect();
    assert_eq!(
        told,
        [
            (4, "/sub_order", Because::Duplicate),
            (5, "/site", Because::Conflicting),
            (6, "/site", Because::Conflicting),
            (7, "/sub_order", Because::UnknownId),
            (8, "/site", Because::NotAllowedValue),
            (9, "/site", Because::HandedOff),
            (10, "/port_reservation/tsp_code", Because::BadFormat),
            (12, "/site", Because::NotAllowedValue),
            (13, "/site", Because::Duplicate),
            (11, "/site", Because::Duplicate),
        ]
    );
}

fn asked(faults: u32, partial: bool) -> EnrichImport {
    let fault = ImportFault {
        place: crate::quote::ImportPlace::default(),
        value: None,
        code: "missing".to_owned(),
        detail: String::new(),
        expected: None,
        remedy: String::new(),
    };
    let report = ImportReport {
        format: "csv".to_owned(),
        sheet: None,
        bytes: 1,
        sha256: String::new(),
        columns: Vec::new(),
        rows: 2,
        sound: 2,
        notes_count: 0,
        notes: Vec::new(),
        faults_count: faults,
        faults: vec![fault; faults as usize],
    };
    EnrichImport { report, broken: false, partial, body: "the file".to_owned() }
}

fn taken(rows: Vec<Row>, asked: EnrichImport) -> Result<Decision<EnrichImported>, Code> {
    let programmes = Programmes::shipped().unwrap();
    let programme = programmes.get("alliance").unwrap();
    enrich_import(&mut ctx(), programme, &order(), rows, asked).map_err(|refusal| refusal.code)
}

#[test]
fn an_account_that_rows_describe_alike_is_made_once_and_the_file_is_kept() {
    let street = |number: u32| Address {
        street: format!("{number} Main St"),
        ..sub(1, SubOrderPhase::Draft).address
    };
    let rows = [1, 1, 9].into_iter().zip(1..).map(|(number, at)| {
        let new = BillingAccountChoice::New {
            name: "Lone Star".to_owned(),
            address: street(number),
            contacts: Vec::new(),
        };
        let own = vec![bill(new).with(&BTreeMap::new()).unwrap()];
        let sub = sub(at, SubOrderPhase::Draft);
        Row { sub, seen: IfMatch::Any, own, place: format!("/rows/{at}") }
    });
    let done = taken(rows.collect(), asked(0, false)).unwrap();
    let billed = |at: usize| {
        let billing = &done.view.enriched.sub_orders[at].enrichments.billing;
        billing.as_ref().unwrap().value.billing_account
    };
    assert!(billed(0) == billed(1) && billed(1) != billed(2));
    let told: Vec<_> = done.change.events.iter().map(|event| event.kind.as_str()).collect();
    let (new, filled) = ("billing_account.created", "sub_order.enriched");
    assert_eq!(told, [new, new, filled, filled, filled]);
    let import = &done.view.import;
    assert_eq!((import.order, import.quote), (Some(order().id), order().quote));
    assert_eq!((import.state, import.created_at), (ImportState::Committed, NOW));
    assert_eq!(done.change.puts.len(), 2 + 3 + 2, "accounts, sub-orders, the import and its file");
}

#[test]
fn a_file_with_a_fault_is_taken_only_in_part_and_only_if_asked() {
    let rows = || {
        let own = vec![port(None).with(&BTreeMap::new()).unwrap()];
        let (sub, place) = (sub(1, SubOrderPhase::Draft), "/rows/2".to_owned());
        vec![Row { sub, seen: IfMatch::Any, own, place }]
    };
    assert_eq!(taken(rows(), asked(1, false)).err(), Some(Code::InvalidBody));
    let broken = EnrichImport { broken: true, ..asked(1, true) };
    assert_eq!(taken(rows(), broken).err(), Some(Code::InvalidBody));
    assert_eq!(taken(Vec::new(), asked(1, true)).err(), Some(Code::InvalidBody));
    let part = taken(rows(), asked(1, true)).unwrap();
    assert_eq!(part.view.import.state, ImportState::Partial);
}
