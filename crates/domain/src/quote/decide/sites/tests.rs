//! Addresses of sites as they are found, corrected and accepted, and what is known of their access.

use super::super::AskPrice;
use super::super::fixture::{Desk, address, features};
use super::*;
use crate::address::Correction;
use crate::id::Kind;
use crate::programme::Need;
use crate::quote::{MOST_SHOWN, Tally};
use crate::serviceability::ServiceTable;

fn settle() -> Settle {
    Settle::Done { job: Id::new(Kind::Job, 1_790_000_000_000, 1), epoch: 1 }
}

fn close(zip: &str) -> Avps {
    let (from, to) = ("60607".to_owned(), zip.to_owned());
    let why = "one slip of the keys".to_owned();
    let corrections = vec![Correction { field: "zip".to_owned(), from, to, why }];
    Avps::CloseMatch { address: address(zip), corrections }
}

/// A desk whose sites have just been answered so.
fn answered(answers: &[Avps]) -> Desk {
    let mut desk = Desk::with_sites(answers.len());
    for site in &mut desk.sites {
        site.validation = Validation::Requested;
    }
    desk.quote.tally = Tally::of(&desk.sites);
    let (now, table) = (desk.ctx.now, ServiceTable::shipped().unwrap());
    let answer = |(site, avps): (&Site, &Avps)| {
        let known = match avps {
            Avps::Match { address } | Avps::CloseMatch { address, .. } => Some(address.zip5()),
            Avps::Ambiguous { .. } | Avps::NoMatch { .. } => None,
        };
        let serviceability = known.and_then(|zip| table.find(zip, now));
        Validated { site: site.id, avps: avps.clone(), serviceability }
    };
    let answers = desk.sites.iter().zip(answers).map(answer).collect();
    desk.perform(|ctx, _, file| Ok(addresses_record(ctx, file, answers, settle()))).unwrap();
    desk
}

fn accept(desk: &mut Desk, site: usize) {
    let site = desk.sites[site].id;
    desk.perform(|ctx, rules, file| address_accept(ctx, rules, file, site, 0)).unwrap();
}

#[test]
fn what_is_known_of_the_access_goes_with_the_address() {
    let twins = vec![address("60606"), address("60607")];
    let several = Avps::Ambiguous { alternates: twins, why: "two".to_owned() };
    let mut desk = answered(&[close("75075"), several, Avps::Match { address: address("60606") }]);
    let known = |desk: &Desk| desk.sites.iter().map(|s| s.serviceability.is_some()).collect();
    let before: Vec<bool> = known(&desk);
    assert_eq!(before, [true, false, true]);
    accept(&mut desk, 0);
    accept(&mut desk, 1);
    let after: Vec<bool> = known(&desk);
    assert_eq!(after, [true, false, true]);
    assert_eq!(desk.sites[0].serviceability.as_ref().unwrap().reach.word(), "near_net");

    let (site, new) = (desk.sites[2].id, Some(address("60607")));
    let edit = SiteEdit { address: new, ..SiteEdit::default() };
    desk.perform(|ctx, rules, file| site_edit(ctx, rules, file, site, IfMatch::Any, edit)).unwrap();
    assert_eq!(desk.sites[2].serviceability, None);
}

#[test]
fn an_access_speed_that_cannot_be_had_is_told_and_refused_only_where_the_programme_says_so() {
    let mut desk = answered(&[Avps::Match { address: address("75075") }]);
    let configure = |desk: &mut Desk, speed: &str| {
        desk.configure(None, "OFF_ADI_MID_MARKET", features(speed, "36")).unwrap();
    };
    configure(&mut desk, "100G");
    let short = desk.sites[0].shortfall().unwrap();
    let shown: Vec<_> = short.alternates.iter().map(|(_, speed)| speed.to_string()).collect();
    assert_eq!((short.asked.to_string().as_str(), &shown[..]), ("100G", &["10G".to_owned()][..]));
    assert_eq!(desk.quote.tally.short, 1);
    desk.price(AskPrice::default()).unwrap();

    desk.programme.law.entry(Stage::Pricing).or_default().push(Need::AccessAvailable);
    let refused = desk.price(AskPrice::default()).unwrap_err();
    assert_eq!(refused.code, Code::PrematureStep);
    assert_eq!(refused.faults[0].because, Because::AccessUnavailable);
    configure(&mut desk, "10G");
    assert_eq!((desk.sites[0].shortfall(), desk.quote.tally.short), (None, 0));
    desk.price(AskPrice::default()).unwrap();
}

#[test]
fn all_corrections_are_accepted_at_once_and_nothing_else_is() {
    let none = Avps::NoMatch { why: "no such street".to_owned() };
    let mut desk = answered(&[close("60606"), none, close("75075")]);
    let waits = |desk: &Desk| desk.sites.iter().map(|s| s.correction().is_some()).collect();
    let before: Vec<bool> = waits(&desk);
    assert_eq!(before, [true, false, true]);
    let accepted = desk.perform(corrections_accept).unwrap();
    assert_eq!(accepted.touched, 2);
    let passed: Vec<_> = desk.sites.iter().map(|s| s.passed().map(Address::zip5)).collect();
    assert_eq!(passed, [Some("60606"), None, Some("75075")]);
    let after: Vec<bool> = waits(&desk);
    assert_eq!(after, [false; 3]);
    let refused = desk.perform(corrections_accept).unwrap_err();
    assert_eq!(refused.code, Code::StateConflict);
}

#[test]
fn validation_is_asked_for_every_open_address_at_once_and_the_first_are_shown() {
    let mut desk = answered(&[close("60606")]);
    desk.add(MOST_SHOWN + 5);
    desk.sites[3].validation = Validation::Requested;
    desk.quote.tally = Tally::of(&desk.sites);
    let asked = desk.perform(addresses_request).unwrap();
    assert_eq!((asked.touched, asked.sites.len()), (MOST_SHOWN + 5, MOST_SHOWN));
    assert!(asked.sites.iter().all(|site| site.validation == Validation::Requested));
    let other = desk.sites[3].id;
    assert!(asked.sites.iter().all(|site| site.id != other), "it was asked for before");
    assert_eq!(asked.sites[0], desk.sites[0]);
    let nothing = desk.perform(addresses_request).unwrap();
    assert_eq!((nothing.touched, desk.quote.tally.requested), (0, 106));
}

#[test]
fn a_site_that_nobody_answers_for_is_not_validated_and_says_why() {
    let mut desk = Desk::with_sites(1);
    desk.sites[0].validation = Validation::Unchecked;
    assert!(desk.sites[0].is_unchecked());
    desk.sites[0].validation = Validation::Requested;
    assert!(!desk.sites[0].is_unchecked(), "the answer comes");
    desk.quote.tally = Tally::of(&desk.sites);
    let why = "the address service answered 503";
    desk.perform(|ctx, _, file| Ok(addresses_unanswered(ctx, file, why, settle()))).unwrap();
    let at = desk.ctx.now;
    assert_eq!(desk.sites[0].validation, Validation::Unanswered { why: why.to_owned(), at });
    assert_eq!((desk.sites[0].passed(), desk.sites[0].is_unchecked()), (None, true));
    desk.perform(addresses_request).unwrap();
    assert_eq!(desk.sites[0].validation, Validation::Requested);
}
