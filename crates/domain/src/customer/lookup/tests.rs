//! What is found, in which order, and why.

use super::*;
use crate::address::Address;
use crate::customer::{AccountStatus, AllianceStatus, Loa, SubAccount, SubAccountStatus};
use crate::id::{Id, Kind};
use crate::party::{Environment, Tenant};
use crate::time::Moment;
use proptest::prelude::*;

fn account(number: u32, name: &str) -> Account {
    Account {
        id: Id::new(Kind::Account, 0, number),
        tenant: Tenant::carrier(Environment::Test),
        version: 1,
        name: name.to_owned(),
        doing_business_as: None,
        address: Address {
            street: "1500 MARILLA ST".into(),
            unit: None,
            city: "Dallas".into(),
            state: "TX".into(),
            zip: "75201-1234".into(),
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

fn named(name: &str) -> Lookup {
    Lookup { name: Some(name.to_owned()), ..Lookup::default() }
}

fn asked(name: &str) -> Asked {
    named(name).read().unwrap()
}

fn codes(asked: &Asked, account: &Account) -> Vec<&'static str> {
    asked.rank(account).map_or_else(Vec::new, |m| m.reasons.iter().map(Reason::code).collect())
}

#[test]
fn each_way_of_asking_has_its_reason() {
    let lone = account(1, "Lone Star Dental Group, LLC");
    for (name, reasons) in [
        ("LONE STAR DENTAL GROUP", &["exact_name"][..]),
        ("dental group lone star inc", &["same_words"]),
        ("lone star dental", &["begins_with"]),
        ("star group", &["contains"]),
        ("lone star dental grp", &["exact_name", "abbreviation"]),
        ("lone star dentel group", &["exact_name", "typo"]),
        ("lone star dent", &["begins_with", "word_begins"]),
        ("lone star dallas", &["begins_with", "place_in_name"]),
        ("lone star plumbing", &[]),
        ("dallas", &[]),
    ] {
        assert_eq!(codes(&asked(name), &lone), reasons, "{name}");
    }
    let typo = asked("lone star dentel").rank(&lone).unwrap();
    assert_eq!(typo.reasons[1].in_words(), "“dentel” was read as “dental”.");
}

#[test]
fn the_place_is_exact_where_it_is_given() {
    let lone = account(1, "Lone Star Dental");
    let at = |city: &str, state: &str, zip: &str| {
        let some = |text: &str| Some(text.to_owned());
        let lookup =
            Lookup { city: some(city), state: some(state), zip: some(zip), ..named("lone star") };
        codes(&lookup.read().unwrap(), &lone)
    };
    assert_eq!(at("dallas", "tx", "75201-9999"), ["begins_with", "city", "state", "zip"]);
    assert_eq!(at("", "TX", ""), ["begins_with", "state"]);
    for (city, state, zip) in [("Austin", "TX", ""), ("", "OK", ""), ("Dallas", "", "75202")] {
        assert!(at(city, state, zip).is_empty(), "{city} {state} {zip}");
    }
}

#[test]
fn numbers_and_the_other_name_are_found() {
    let mut lone = account(1, "LSD Holdings");
    lone.doing_business_as = Some("Lone Star Smiles".into());
    lone.acid = Some("A-1000042".into());
    let status = SubAccountStatus::Active;
    lone.sub_accounts = vec![SubAccount { id: "TWNN1I".into(), status }];
    assert_eq!(codes(&asked("lone star smiles"), &lone), ["exact_name", "doing_business_as"]);
    let by = |acid: Option<&str>, sub: Option<&str>| {
        let (acid, sub_account) = (acid.map(str::to_owned), sub.map(str::to_owned));
        codes(&Lookup { acid, sub_account, ..Lookup::default() }.read().unwrap(), &lone)
    };
    assert_eq!(by(Some("a1000042"), None), ["acid"]);
    assert_eq!(by(None, Some("twnn1i")), ["sub_account"]);
    assert!(by(Some("A1000043"), None).is_empty());
    assert!(terms::terms(&lone).contains("#a1000042"));
}

#[test]
fn the_best_five_come_first_and_always_in_one_order() {
    let names = [
        "Star Dental Lone",
        "Lone Star Dental Group",
        "Lone Star Dental",
        "Big Lone Star Dental",
        "Lone Star Dentel",
        "Lone Star Dental Group of Texas",
        "Lonely Planet",
    ];
    let all: Vec<Account> = (1..).zip(names).map(|(n, name)| account(n, name)).collect();
    let found = |all: Vec<Account>| {
        let best = best(&asked("lone star dental"), all);
        best.into_iter().map(|(a, _)| a.name).collect::<Vec<_>>()
    };
    let expected = [
        "Lone Star Dental",
        "Star Dental Lone",
        "Lone Star Dental Group",
        "Lone Star Dental Group of Texas",
        "Big Lone Star Dental",
    ];
    assert_eq!(found(all.clone()), expected);
    assert_eq!(found(all.into_iter().rev().collect()), expected);
}

#[test]
fn too_little_is_refused_with_its_place() {
    let refused = |lookup: Lookup| {
        let faults = lookup.read().unwrap_err().faults;
        faults.into_iter().map(|f| (f.pointer, f.because)).collect::<Vec<_>>()
    };
    assert_eq!(refused(named(" A & B ")), [("/name".to_owned(), Because::TooShort)]);
    assert_eq!(refused(Lookup::default()), [("/name".to_owned(), Because::Missing)]);
    let acid = Lookup { acid: Some("--".into()), ..Lookup::default() };
    assert_eq!(refused(acid), [("/acid".to_owned(), Because::BadFormat)]);
}

proptest! {
    /// Whatever is asked in one of the ways that are understood stands under a term of the index.
    #[test]
    fn what_ranks_is_indexed(
        words in prop::collection::vec("[a-z]{4,9}", 2..5), left in 0_usize..9,
    ) {
        let account = account(1, &words.join(" "));
        let indexed = terms::terms(&account);
        let asked = asked(&words[..2].join(" "));
        prop_assert!(asked.rank(&account).is_some());
        let literal = asked.terms(&[], &[]);
        prop_assert!(literal.iter().any(|term| indexed.contains(&term.text)));
        // And so with a letter left out of the first word, once the vocabulary has answered.
        let name = Name::read(&words[0]);
        let word = &name.words[0].key;
        let mut misspelt = word.clone();
        misspelt.remove(left % word.len());
        if word.len() >= 5 && Name::read(&misspelt).words[0].key == misspelt {
            let near = [vec![word.clone()], Vec::new()];
            let terms = self::asked(&format!("{misspelt} {}", words[1])).terms(&near, &[]);
            prop_assert!(terms.iter().any(|term| indexed.contains(&term.text)));
        }
    }
}
