//! How firm a price is: asked, confirmed, edited, and what a contract says to it.

use super::super::fixture::{Desk, features, partner};
use super::super::{AskPrice, SiteEdit, quote_revise, site_edit};
use super::*;
use crate::code::Because;
use crate::law;
use crate::programme::Need;
use crate::quote::{AskedLevel, Level, Validation};
use crate::refusal::IfMatch;

const YES: FeasibilityVerdict = FeasibilityVerdict::Confirm { note: None };

fn no() -> FeasibilityVerdict {
    FeasibilityVerdict::Refuse { reason: "No fibre.".into() }
}

/// Why a contract does not get the level that it needs.
fn lacks(desk: &Desk, need: Need) -> Option<Because> {
    let mut programme = desk.programme.clone();
    programme.law.insert(Stage::Contract, vec![need]);
    let file = desk.whole();
    let missing = law::missing(Stage::Contract, &file.facts(desk.ctx.now, &programme, partner()));
    assert!(missing.len() < 2, "{missing:?}");
    missing.first().map(|fault| fault.because)
}

fn budgetary() -> AskPrice {
    AskPrice { level: AskedLevel::Budgetary, ..AskPrice::default() }
}

#[test]
fn a_price_is_budgetary_if_asked_so_or_while_an_address_is_not_valid() {
    let mut desk = Desk::with_sites(2);
    assert_eq!(desk.quote.level(), None, "a draft has no level");
    desk.price(budgetary()).unwrap();
    assert_eq!(desk.quote.level(), Some(Level::Budgetary));
    for need in [Need::FirmSubjectToFeasibility, Need::Firm] {
        assert_eq!(lacks(&desk, need), Some(Because::PriceBudgetary));
    }
    desk.price(AskPrice::default()).unwrap();
    assert_eq!(desk.quote.level(), Some(Level::FirmSubjectToFeasibility));
    assert_eq!(lacks(&desk, Need::FirmSubjectToFeasibility), None);
    assert_eq!(lacks(&desk, Need::Firm), Some(Because::FeasibilityMissing));

    desk.sites[1].validation = Validation::Unchecked;
    desk.quote.tally = crate::quote::Tally::of(&desk.sites);
    assert_eq!(desk.quote.level(), Some(Level::Budgetary));
    assert_eq!(lacks(&desk, Need::Firm), Some(Because::PriceBudgetary));
}

#[test]
fn a_price_is_firm_once_operations_have_confirmed_every_site() {
    let mut desk = Desk::with_sites(2);
    desk.price(AskPrice::default()).unwrap();
    assert_eq!(desk.answer(YES).unwrap_err().code, Code::StateConflict, "nobody asked");
    desk.ask_feasibility().unwrap();
    assert_eq!(lacks(&desk, Need::Firm), Some(Because::FeasibilityPending));
    assert!(desk.quote.awaits_feasibility());
    assert_eq!(desk.ask_feasibility().unwrap_err().code, Code::StateConflict, "asked already");
    desk.answer(YES).unwrap();
    assert_eq!(desk.quote.level(), Some(Level::Firm));
    assert_eq!(lacks(&desk, Need::Firm), None);
    assert_eq!(desk.ask_feasibility().unwrap_err().code, Code::StateConflict, "all confirmed");
    desk.price(budgetary()).unwrap();
    assert_eq!(desk.quote.level(), Some(Level::Budgetary), "asked for as such");
    desk.price(AskPrice::default()).unwrap();
    assert_eq!(desk.quote.level(), Some(Level::Firm), "pricing again takes nothing away");
}

#[test]
fn an_edit_takes_away_the_confirmation_of_the_edited_site_alone() {
    let mut desk = Desk::with_sites(3);
    desk.ask_feasibility().unwrap();
    desk.answer(YES).unwrap();
    let second = desk.sites[1].id;
    desk.configure(Some(vec![second]), "OFF_ADI_MID_MARKET", features("2G", "36")).unwrap();
    let confirmed = |desk: &Desk| -> Vec<bool> {
        desk.sites.iter().map(|site| site.feasible_since.is_some()).collect()
    };
    assert_eq!(confirmed(&desk), [true, false, true]);
    assert_eq!(desk.quote.feasibility, Feasibility::Unasked);
    desk.price(AskPrice::default()).unwrap();
    assert_eq!(desk.quote.level(), Some(Level::FirmSubjectToFeasibility));

    let first = desk.sites[0].id;
    let edit = SiteEdit { name: Some("Annex".into()), address: None };
    desk.perform(|ctx, rules, file| site_edit(ctx, rules, file, first, IfMatch::Any, edit))
        .unwrap();
    assert_eq!(confirmed(&desk), [false, false, true]);
}

#[test]
fn an_edit_takes_the_question_back() {
    let mut desk = Desk::with_sites(1);
    desk.ask_feasibility().unwrap();
    desk.configure(None, "OFF_ADI_MID_MARKET", features("2G", "36")).unwrap();
    assert_eq!(desk.answer(YES).unwrap_err().code, Code::StateConflict);
    assert_eq!(desk.quote.tally.feasible, 0);
}

#[test]
fn what_was_refused_cannot_be_contracted_until_it_is_edited_or_confirmed() {
    let mut desk = Desk::with_sites(1);
    desk.price(AskPrice::default()).unwrap();
    desk.ask_feasibility().unwrap();
    desk.answer(no()).unwrap();
    for need in [Need::FirmSubjectToFeasibility, Need::Firm] {
        assert_eq!(lacks(&desk, need), Some(Because::FeasibilityRefused));
    }
    let mut again = desk.clone();
    again.ask_feasibility().unwrap();
    again.answer(YES).unwrap();
    assert_eq!(lacks(&again, Need::Firm), None);
    desk.configure(None, "OFF_ADI_MID_MARKET", features("2G", "36")).unwrap();
    desk.price(AskPrice::default()).unwrap();
    assert_eq!(lacks(&desk, Need::FirmSubjectToFeasibility), None);
}

#[test]
fn a_question_needs_valid_addresses_and_configurations() {
    let mut desk = Desk::open();
    desk.add(1);
    let refused = desk.ask_feasibility().unwrap_err();
    let why: Vec<_> = refused.faults.iter().map(|fault| fault.because).collect();
    assert_eq!(refused.code, Code::PrematureStep);
    assert_eq!(why, [Because::SiteUnconfigured, Because::AddressUnchecked]);
}

#[test]
fn a_revision_keeps_confirmations_and_begins_unasked() {
    let mut desk = Desk::with_sites(2);
    desk.ask_feasibility().unwrap();
    desk.answer(YES).unwrap();
    let file = desk.whole();
    let revised = quote_revise(&mut desk.ctx, &file).unwrap().view;
    assert_eq!((revised.tally.feasible, revised.feasibility), (2, Feasibility::Unasked));
}
