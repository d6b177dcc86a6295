//! Two versions side by side: what was edited, what costs otherwise, and by which rule.

use super::*;
use crate::catalogue::{Catalogue, Choice, SHIPPED};
use crate::id::Kind;
use crate::party::{Environment, Tenant};
use crate::pricing::{PriceAsk, SiteAsk, price};
use crate::quote::{Approvals, BillingPreferences, Feasibility, QuoteState, Tally, Validation};
use crate::time::Moment;

const NOW: Moment = Moment::from_ms(1_800_000_000_000);

fn id(kind: Kind, number: u32) -> Id {
    Id::new(kind, NOW.ms(), number)
}

fn quote(number: &str) -> Quote {
    Quote {
        id: id(Kind::Quote, 1),
        tenant: Tenant::carrier(Environment::Test),
        version: 1,
        opportunity: id(Kind::Opportunity, 1),
        account: None,
        number: number.to_owned(),
        alternative: crate::quote::Alternative::FIRST,
        revision: 1,
        replaces: None,
        name: "Branches".to_owned(),
        programme: "alliance".to_owned(),
        billing: BillingPreferences::default(),
        state: QuoteState::Draft,
        feasibility: Feasibility::Unasked,
        counter: None,
        sites_added: 3,
        tally: Tally::default(),
        approvals: Approvals::default(),
        created_at: NOW,
    }
}

fn catalogue(change: impl Fn(&str) -> String) -> Catalogue {
    Catalogue::parse(&SHIPPED.map(|(name, text)| (name.to_owned(), change(text)))).unwrap()
}

/// A priced site with an ADI port and access of this speed.
fn site(catalogue: &Catalogue, position: u32, speed: &str, promotions: &[&str]) -> Site {
    let choices = [("Port Speed", speed), ("Access Speed", speed), ("Term", "36")];
    let choice = |(f, v): &(&str, &str)| Choice { feature: (*f).into(), value: (*v).into() };
    let choices: Vec<_> = choices.iter().map(choice).collect();
    let offering = catalogue.offering("OFF_ADI_MID_MARKET").unwrap();
    let configuration = offering.configure(&choices).unwrap();
    let site = id(Kind::Site, position);
    let ask = PriceAsk {
        on: NOW.date(),
        tier: "standard",
        programme: "alliance",
        discount_percent: None,
        promotions: promotions.iter().map(|p| (*p).to_owned()).collect(),
        allowances: &[],
        sites: vec![SiteAsk { site, zip: "60606".into(), configuration: configuration.clone() }],
    };
    let mut priced = price(catalogue, &ask).unwrap();
    let given = Address {
        street: "233 S WACKER DR".into(),
        unit: None,
        city: "CHICAGO".into(),
        state: "IL".into(),
        zip: "60606".into(),
        country: "US".into(),
    };
    Site {
        id: site,
        tenant: Tenant::carrier(Environment::Test),
        version: 1,
        quote: id(Kind::Quote, 1),
        position,
        name: format!("Site {position}"),
        given,
        validation: Validation::Unchecked,
        configuration: Some(configuration),
        price: priced.sites.pop(),
        serviceability: None,
        feasible_since: None,
        customer: None,
        created_at: NOW,
    }
}

fn compared(old: &[Site], new: &[Site]) -> Comparison {
    let (one, other) = (quote("Q-1"), quote("Q-1"));
    compare(Some(Side { quote: &one, sites: old }), Side { quote: &other, sites: new }).unwrap()
}

#[test]
fn sites_are_told_by_their_places() {
    let catalogue = catalogue(str::to_owned);
    let site = |position| site(&catalogue, position, "100M", &[]);
    let found = compared(&[site(1), site(2)], &[site(2), site(3)]);
    let fates: Vec<_> = found.sites.iter().map(|s| (s.position, s.fate)).collect();
    assert_eq!(fates, [(1, Fate::Removed), (3, Fate::Added)]);
    assert_eq!(found.unchanged, 1);
}

#[test]
fn a_feature_that_was_changed_is_named_with_what_it_costs() {
    let catalogue = catalogue(str::to_owned);
    let (old, new) = (site(&catalogue, 1, "100M", &[]), site(&catalogue, 1, "1G", &[]));
    let found = compared(&[old], &[new]);
    let changes = &found.sites[0].changes;
    let what: Vec<_> = changes.iter().map(|c| c.what.as_str()).collect();
    assert_eq!(what[..2], ["Port Speed", "Access Speed"]);
    let port = changes.iter().find(|c| c.what == "Port MRC").unwrap();
    // 290.00 and 890.00, each less 15 % for three years.
    assert_eq!((port.from.as_deref(), port.to.as_deref()), (Some("246.50"), Some("756.50")));
    let why = port.why.as_deref().unwrap();
    assert!(why.starts_with("list price 290.00 is now 890.00 (adi.toml: Port MRC"), "{why}");
    assert!(!why.contains("term"), "the term is the same: {why}");
}

#[test]
fn another_catalogue_shows_as_another_list_price() {
    let before = catalogue(str::to_owned);
    let after = catalogue(|text| text.replace("\"Flat Rate\" = 290.00", "\"Flat Rate\" = 295.00"));
    let found = compared(&[site(&before, 1, "100M", &[])], &[site(&after, 1, "100M", &[])]);
    let [port] = &found.sites[0].changes[..] else { panic!("{found:#?}") };
    assert_eq!(port.what, "Port MRC");
    let why = port.why.as_deref().unwrap();
    assert!(why.starts_with("list price 290.00 is now 295.00"), "{why}");
}

#[test]
fn a_promotion_that_ended_is_the_reason_for_the_difference() {
    let catalogue = catalogue(str::to_owned);
    let (old, new) =
        (site(&catalogue, 1, "100M", &["ADI-PORT10"]), site(&catalogue, 1, "100M", &[]));
    let found = compared(&[old], &[new]);
    let [port] = &found.sites[0].changes[..] else { panic!("{found:#?}") };
    let why = port.why.as_deref().unwrap();
    let said = "no longer: carrier.toml: promotion ADI-PORT10, 10 % off MRC (-24.65)";
    assert_eq!(why, said);
}

#[test]
fn of_a_first_version_everything_is_new() {
    let site = site(&catalogue(str::to_owned), 1, "100M", &[]);
    let found = compare(None, Side { quote: &quote("Q-1"), sites: &[site] }).unwrap();
    assert_eq!((found.from, found.changes.len(), found.unchanged), (None, 0, 0));
    assert_eq!(found.sites[0].fate, Fate::Added);
}

#[test]
fn two_quotes_are_not_compared() {
    let (one, other) = (quote("Q-1"), quote("Q-2"));
    let before = Some(Side { quote: &one, sites: &[] });
    let refused = compare(before, Side { quote: &other, sites: &[] });
    assert_eq!(refused.unwrap_err().code, Code::StateConflict);
}
