//! What becomes of a letter, and what its text says.

use super::*;
use crate::address::Address;
use crate::change::Mode;
use crate::customer::{AccountStatus, AllianceStatus, LoaStatus};
use crate::id::Ids;
use crate::party::{Actor, Environment};

const DAY: &str = "2026-03-02T10:30:00Z";

fn at(text: &str) -> Context {
    let now = Moment::parse(text).unwrap();
    let actor = Actor::System;
    Context { now, ids: Ids::new(now.ms(), 1), actor, request: None, clock: None }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn partner() -> Partner {
    Partner {
        id: Id::new(Kind::Partner, 0, 1),
        tenant: Tenant::carrier(Environment::Test),
        version: 1,
        name: "Sample Networks".into(),
        programme: "alliance".into(),
        tier: "standard".into(),
        distributor: None,
        legal: None,
        sp_id: None,
        created_at: Moment::from_ms(0),
    }
}

fn account() -> Account {
    Account {
        id: Id::new(Kind::Account, 0, 1),
        tenant: Tenant::carrier(Environment::Test),
        version: 1,
        name: "Harbour Lights".into(),
        doing_business_as: None,
        address: Address {
            street: "1500 MARILLA ST".into(),
            unit: Some("STE 4".into()),
            city: "Dallas".into(),
            state: "TX".into(),
            zip: "75201".into(),
            country: "US".into(),
        },
        acid: None,
        sub_accounts: Vec::new(),
        sales_segment: None,
        contract_status: None,
        alliance_status: AllianceStatus::Open,
        account_status: AccountStatus::Active,
        loa: Loa::None,
        partner: None,
        contacts: Vec::new(),
        created_at: Moment::from_ms(0),
    }
}

fn new() -> NewLetter {
    let title = Some("Owner".to_owned());
    let signer =
        LetterSigner { name: "Dana Sample".into(), title, email: "dana@example.com".into() };
    NewLetter { signer, months: None }
}

type Made = Result<Decision<LetterOfAgency>, Refusal>;

fn generate(ctx: &mut Context, earlier: &[LetterOfAgency], new: NewLetter) -> Made {
    let tenant = Tenant::partner(partner().id, Environment::Test);
    letter_generate(ctx, &partner(), tenant, 12, &account(), earlier, new)
}

fn once(ctx: &mut Context, earlier: &[LetterOfAgency], new: NewLetter) -> Made {
    let tenant = Tenant::partner(partner().id, Environment::Test);
    letter_once(ctx, &partner(), tenant, 12, &account(), earlier, new)
}

fn letter() -> LetterOfAgency {
    generate(&mut at(DAY), &[], new()).unwrap().view
}

fn signed(letter: &LetterOfAgency, on: &str) -> LetterSigned {
    LetterSigned {
        signed_on: day(on),
        document_sha256: letter.document_sha256.clone(),
        attachment_reference: "DOC-7".into(),
    }
}

fn on_file(on: &str) -> LetterOfAgency {
    let letter = letter();
    let said = signed(&letter, on);
    letter_sign(&mut at("2026-03-09T08:00:00Z"), letter, &said).unwrap().view
}

#[test]
fn every_move_of_a_letter_is_as_designed() {
    use LetterPhase::*;
    for from in LetterPhase::ALL {
        for to in LetterPhase::ALL {
            let designed = match from {
                Generated => matches!(to, OnFile | Withdrawn | Lapsed),
                OnFile => matches!(to, Revoked | Expired),
                Lapsed => to == &Withdrawn,
                Withdrawn | Revoked | Expired => false,
            };
            let allowed = from.guard(*to, "moved").is_ok();
            assert_eq!(allowed, designed, "{} → {}", from.word(), to.word());
        }
    }
}

#[test]
fn the_text_says_who_whom_and_for_how_long_and_is_the_same_each_time() {
    let letter = letter();
    assert!(letter.is_original());
    assert_eq!(letter, self::letter());
    for says in [
        "LETTER OF AGENCY\n2 March 2026\n",
        "Customer: Harbour Lights\n          1500 MARILLA ST STE 4, Dallas, TX 75201\n",
        "Signer:   Dana Sample, Owner, dana@example.com\n",
        "Agent:    Sample Networks\n",
        "holds for 12 months",
    ] {
        assert!(letter.document.contains(says), "{says} in {}", letter.document);
    }
    let other = LetterOfAgency { document: letter.document.replace("12", "24"), ..letter };
    assert!(!other.is_original());
}

#[test]
fn nobody_signs_it_after_ninety_days_and_the_next_one_takes_its_place() {
    let first = letter();
    let (last, lapsed) = ("2026-05-31T10:29:59Z", "2026-05-31T10:30:00Z");
    assert_eq!(first.phase(at(last).now), LetterPhase::Generated);
    assert_eq!(first.phase(at(lapsed).now), LetterPhase::Lapsed);
    let said = signed(&first, "2026-03-02");
    assert!(letter_sign(&mut at(last), first.clone(), &said).is_ok());
    let refused = letter_sign(&mut at(lapsed), first.clone(), &said).unwrap_err();
    assert_eq!(refused.code, Code::StateConflict);
    let earlier = std::slice::from_ref(&first);
    let refused = generate(&mut at(last), earlier, new()).unwrap_err();
    assert_eq!(refused.code, Code::AlreadyExists);
    // The withdrawal is written before the insert: the index has room for one.
    let next = generate(&mut at(lapsed), earlier, new()).unwrap();
    let modes: Vec<Mode> = next.change.puts.iter().map(|put| put.mode).collect();
    assert_eq!(modes, [Mode::Update { read_at: 1 }, Mode::Insert]);
    let told = &next.change.events[0];
    assert_eq!((told.object, told.from.as_deref()), (first.id, Some("lapsed")));
    assert_eq!(told.to.as_deref(), Some("withdrawn"));
}

#[test]
fn the_day_and_the_hash_must_be_the_letters() {
    let today = || at("2026-03-09T08:00:00Z");
    for wrong in ["2026-02-28", "2026-03-10"] {
        let refused = letter_sign(&mut today(), letter(), &signed(&letter(), wrong)).unwrap_err();
        assert_eq!(refused.code, Code::InvalidBody, "{wrong}");
        assert_eq!(refused.faults[0].pointer, "/signed_on");
        let expected = refused.faults[0].expected.as_deref();
        assert_eq!(expected, Some("a day from 2026-03-01 to 2026-03-09"));
    }
    let short = generate(&mut at(DAY), &[], NewLetter { months: Some(1), ..new() }).unwrap().view;
    let (held, over) = ("2026-04-02T23:59:59Z", "2026-04-03T00:00:00Z");
    let said = signed(&short, "2026-03-02");
    assert!(letter_sign(&mut at(held), short.clone(), &said).is_ok());
    assert_eq!(letter_sign(&mut at(over), short, &said).unwrap_err().code, Code::InvalidBody);
    let other = LetterSigned { document_sha256: sha256("else"), ..signed(&letter(), "2026-03-02") };
    assert_eq!(letter_sign(&mut today(), letter(), &other).unwrap_err().code, Code::StateConflict);
    for first in ["2026-03-02", "2026-03-09"] {
        assert_eq!(on_file(first).filing().unwrap().signed_on, day(first));
    }
}

#[test]
fn the_day_of_the_signature_is_that_of_the_signers_place() {
    // Drawn at half past ten in the morning UTC, it is still the evening before on Baker Island; and
    // at ten in the morning the next day begins on Kiritimati.
    let (baker_island, kiritimati) = ("2026-03-01", "2026-03-10");
    let sign = |on, now| letter_sign(&mut at(now), letter(), &signed(&letter(), on));
    let noon = "2026-03-09T12:00:00Z";
    for on in [baker_island, kiritimati] {
        let letter = sign(on, noon).unwrap().view;
        assert_eq!(letter.filing().unwrap().valid_until, letter.holds_until(day(on)));
    }
    let early = sign(kiritimati, "2026-03-09T09:59:59Z").unwrap_err();
    assert_eq!(early.faults[0].expected.as_deref(), Some("a day from 2026-03-01 to 2026-03-09"));
    // Drawn from noon on, it is the same day everywhere behind UTC.
    let (mut drawn, tenant) =
        (at("2026-03-02T12:00:00Z"), Tenant::partner(partner().id, Environment::Test));
    let late = letter_generate(&mut drawn, &partner(), tenant, 12, &account(), &[], new());
    let late = late.unwrap().view;
    let said = signed(&late, baker_island);
    assert_eq!(letter_sign(&mut at(noon), late, &said).unwrap_err().code, Code::InvalidBody);
}

#[test]
fn a_letter_is_written_beside_those_alone_that_it_was_decided_beside() {
    let withdrawn = letter_withdraw(&mut at(DAY), letter()).unwrap().view;
    for earlier in [vec![], vec![withdrawn]] {
        let made = generate(&mut at("2026-03-03T08:00:00Z"), &earlier, new()).unwrap();
        let siblings = made.change.siblings.unwrap();
        assert_eq!((siblings.written, siblings.about), (made.view.id, account().id));
        assert_eq!(siblings.others, earlier.len() as u64);
    }
}

#[test]
fn it_holds_to_the_end_of_its_last_day_and_can_be_revoked_until_then() {
    let letter = on_file("2026-03-05");
    assert_eq!(letter.filing().unwrap().valid_until, day("2027-03-05"));
    let (last, over) = (at("2027-03-05T23:59:59Z"), at("2027-03-06T00:00:00Z"));
    assert_eq!(letter.phase(last.now), LetterPhase::OnFile);
    assert_eq!(letter.phase(over.now), LetterPhase::Expired);
    let revoke = |mut ctx, letter| letter_revoke(&mut ctx, letter, "moved away".into());
    assert_eq!(revoke(over, letter.clone()).unwrap_err().code, Code::StateConflict);
    assert_eq!(revoke(at(DAY), self::letter()).unwrap_err().code, Code::StateConflict);
    let revoked = revoke(last.clone(), letter.clone()).unwrap().view;
    assert_eq!(revoked.phase(last.now), LetterPhase::Revoked);
    assert_eq!(revoked.filing(), letter.filing());
    assert_eq!(letter_withdraw(&mut at(DAY), letter).unwrap_err().code, Code::StateConflict);
}

#[test]
fn the_same_again_is_the_same_letter() {
    for letter in [letter(), on_file("2026-03-05")] {
        let earlier = std::slice::from_ref(&letter);
        for months in [None, Some(12)] {
            let again =
                once(&mut at("2026-03-10T08:00:00Z"), earlier, NewLetter { months, ..new() });
            let again = again.unwrap();
            assert_eq!((again.view, again.change.is_empty()), (letter.clone(), true));
        }
        let other = NewLetter { months: Some(6), ..new() };
        let refused = once(&mut at("2026-03-10T08:00:00Z"), earlier, other).unwrap_err();
        assert_eq!(refused.code, Code::AlreadyExists);
        let renewed = once(&mut at("2027-03-06T08:00:00Z"), earlier, new()).unwrap();
        assert_ne!(renewed.view.id, letter.id);
    }
}

#[test]
fn the_same_day_and_reference_again_change_nothing() {
    let letter = on_file("2026-03-05");
    let (mut ctx, said) = (at("2026-03-10T08:00:00Z"), signed(&letter, "2026-03-05"));
    let again = letter_sign_once(&mut ctx, letter.clone(), &said).unwrap();
    assert_eq!((again.view, again.change.is_empty()), (letter.clone(), true));
    let first = letter_sign_once(&mut ctx, self::letter(), &said).unwrap();
    assert_eq!((first.view, first.change.puts.len()), (letter.clone(), 1));
    let wrong = LetterSigned { attachment_reference: "DOC-8".into(), ..said.clone() };
    let revoked = letter_revoke(&mut ctx, letter.clone(), "moved away".into()).unwrap().view;
    for (letter, said) in [(letter, wrong), (revoked, said)] {
        let refused = letter_sign_once(&mut ctx, letter, &said).unwrap_err();
        assert_eq!(refused.code, Code::StateConflict);
    }
}

#[test]
fn what_holds_longest_counts() {
    let own = on_file("2026-03-05");
    let with = |loa, letters: &[LetterOfAgency]| consent(&Account { loa, ..account() }, letters);
    let until = |text: &str| Loa::OnFile { valid_until: Some(day(text)) };
    let for_ever = Loa::OnFile { valid_until: None };
    assert_eq!(with(Loa::None, &[]), Loa::None);
    assert_eq!(with(Loa::None, &[letter()]), Loa::None);
    assert_eq!(with(Loa::None, std::slice::from_ref(&own)), until("2027-03-05"));
    assert_eq!(with(until("2020-01-31"), std::slice::from_ref(&own)), until("2027-03-05"));
    assert_eq!(with(until("2028-01-31"), std::slice::from_ref(&own)), until("2028-01-31"));
    assert_eq!(with(for_ever, std::slice::from_ref(&own)), for_ever);
    let elsewhere = LetterOfAgency { account: Id::new(Kind::Account, 0, 2), ..own.clone() };
    assert_eq!(with(Loa::None, &[elsewhere]), Loa::None);
    let revoked = letter_revoke(&mut at("2026-04-01T00:00:00Z"), own.clone(), "gone".into());
    assert_eq!(with(Loa::None, &[revoked.unwrap().view]), Loa::None);
    let both = with(Loa::None, &[own]);
    assert_eq!(both.status(at("2027-03-06T00:00:00Z").now), LoaStatus::Expired);
}
