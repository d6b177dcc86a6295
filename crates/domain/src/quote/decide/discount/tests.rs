//! A counter-offer, from the desk of operations to the price that takes it.

use super::super::fixture::{Desk, address, discount, features};
use super::super::{AskPrice, SiteEdit, Validated, addresses_record, site_edit};
use super::*;
use crate::address::Avps;
use crate::change::Settle;
use crate::id::{Id, Kind};
use crate::quote::Validation;
use crate::refusal::IfMatch;

fn counter(percent: &str) -> DiscountVerdict {
    DiscountVerdict::Counter {
        discount_percent: percent.parse().unwrap(),
        reason: "Two sites only.".into(),
        valid_days: 10,
    }
}

/// Two sites, 14 % asked, 11 % offered.
fn countered() -> Desk {
    let mut desk = Desk::with_sites(2);
    desk.price(discount("14")).unwrap();
    assert_eq!(desk.quote.state.word(), "pending_approval");
    desk.decide(counter("11")).unwrap();
    assert_eq!(desk.quote.state.word(), "draft");
    desk
}

fn state_after(desk: &mut Desk, percent: &str) -> &'static str {
    desk.price(discount(percent)).unwrap();
    desk.quote.state.word()
}

#[test]
fn a_counter_offer_is_taken_with_at_most_its_discount_and_as_often_as_one_likes() {
    let mut desk = countered();
    for percent in ["11", "8", "11"] {
        assert_eq!(state_after(&mut desk, percent), "priced", "{percent}");
        let by = desk.quote.offer().unwrap().approved_by.as_deref();
        assert_eq!(by, Some("operations (night shift)"));
    }
    assert_eq!(state_after(&mut desk, "5"), "priced");
    assert_eq!(desk.quote.offer().unwrap().approved_by, None, "within the partner's authority");
    assert_eq!(state_after(&mut desk, "11.5"), "pending_approval");
    assert_eq!(state_after(&mut desk, "11"), "priced", "the offer still stands");
}

#[test]
fn an_edit_takes_a_counter_offer_away() {
    let mut desk = countered();
    let first = desk.sites[0].id;
    let edit = SiteEdit { name: Some("Annex".into()), address: None };
    desk.perform(|ctx, rules, file| site_edit(ctx, rules, file, first, IfMatch::Any, edit))
        .unwrap();
    assert_eq!(desk.quote.counter, None);
    assert_eq!(state_after(&mut desk, "11"), "pending_approval");

    let mut desk = countered();
    desk.configure(Some(vec![first]), "OFF_ADI_MID_MARKET", features("2G", "36")).unwrap();
    assert_eq!(state_after(&mut desk, "11"), "pending_approval");
}

#[test]
fn an_address_found_in_another_place_takes_a_counter_offer_away() {
    let mut desk = countered();
    let first = desk.sites[0].id;
    let old = desk.sites[0].validation.clone();
    desk.sites[0].validation = Validation::Requested;
    let found = |zip| {
        let avps = Avps::Match { address: address(zip) };
        vec![Validated { site: first, avps, serviceability: None }]
    };
    let settle = Settle::Done { job: Id::new(Kind::Job, desk.ctx.now.ms(), 1), epoch: 1 };
    for (zip, stays) in [("60606", true), ("82001", false)] {
        desk.sites[0].validation = Validation::Requested;
        desk.quote.tally = crate::quote::Tally::of(&desk.sites);
        let settle = settle.clone();
        desk.perform(|ctx, _, file| Ok(addresses_record(ctx, file, found(zip), settle))).unwrap();
        assert_eq!(desk.quote.counter.is_some(), stays, "{zip}");
    }
    assert_ne!(desk.sites[0].validation, old);
}

#[test]
fn a_counter_offer_holds_for_its_promotions_tier_catalogue_and_time_only() {
    let mut desk = countered();
    let ask = AskPrice { promotions: vec!["ADI-PORT10".into()], ..discount("11") };
    desk.price(ask).unwrap();
    assert_eq!(desk.quote.state.word(), "pending_approval", "another promotion");

    let mut desk = countered();
    desk.tier = "premier";
    assert_eq!(state_after(&mut desk, "11"), "pending_approval", "another tier");

    let mut desk = countered();
    desk.quote.counter.as_mut().unwrap().catalogue_version = "2025.4".into();
    assert_eq!(state_after(&mut desk, "11"), "pending_approval", "another catalogue");

    let mut desk = countered();
    desk.ctx.now = desk.ctx.now.plus_days(10);
    assert_eq!(state_after(&mut desk, "11"), "pending_approval", "its time is over");
}

#[test]
fn a_counter_offer_is_between_authority_and_what_was_asked() {
    let mut desk = Desk::with_sites(2);
    desk.price(discount("14")).unwrap();
    for (percent, detail) in [
        ("5", "the partner may give 5 % by itself"),
        ("14", "the partner asked for 14 %: approve that"),
    ] {
        let refused = desk.decide(counter(percent)).unwrap_err();
        assert_eq!(refused.faults[0].detail, detail);
        assert_eq!(refused.faults[0].pointer, "/discount_percent");
        assert_eq!(refused.faults[0].expected.as_deref(), Some("more than 5 and less than 14"));
    }
    desk.ctx.now = desk.ctx.now.plus_days(400);
    assert_eq!(desk.decide(counter("11")).unwrap_err().code, Code::StateConflict);
}
