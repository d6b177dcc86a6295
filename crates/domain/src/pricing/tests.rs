//! Pricing's tests: waterfalls by hand, refusals one by one, and what must hold for any quote.

use super::*;
use crate::catalogue::{Choice, Offering};
use crate::id::Kind;
use crate::time::Moment;
use std::sync::LazyLock;

mod eligibility;
mod incremental;
mod properties;
mod refusals;

static SHIPPED: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::shipped().unwrap());

fn site_id(n: usize) -> Id {
    Id::new(Kind::Site, 1_700_000_000_000, u32::try_from(n).unwrap())
}

fn configured(offering: &Offering, choices: &[(&str, &str)]) -> Configuration {
    let choice = |(f, v): &(&str, &str)| Choice { feature: (*f).into(), value: (*v).into() };
    let choices: Vec<_> = choices.iter().map(choice).collect();
    offering.configure(&choices).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// An ADI site in zone A, managed, with its router.
fn adi(n: usize, speed: &str, term: &str) -> SiteAsk {
    let offering = SHIPPED.offering("OFF_ADI_MID_MARKET").unwrap();
    let choices = [("Port Speed", speed), ("Access Speed", speed), ("Term", term)];
    let configuration = configured(offering, &choices);
    SiteAsk { site: site_id(n), zip: "60606".into(), configuration }
}

fn ask(sites: Vec<SiteAsk>) -> PriceAsk<'static> {
    let on = Moment::parse("2026-11-20T00:00:00Z").unwrap().date();
    PriceAsk {
        on,
        tier: "standard",
        programme: "alliance",
        discount_percent: None,
        promotions: Vec::new(),
        allowances: &[],
        sites,
    }
}

fn priced(ask: &PriceAsk<'_>) -> QuotePrice {
    price(&SHIPPED, ask).unwrap_or_else(|refusals| panic!("{refusals:#?}"))
}

fn amounts(waterfall: &Waterfall) -> Vec<(StepKind, i64, i64)> {
    waterfall.steps.iter().map(|s| (s.kind, s.amount.minor(), s.subtotal.minor())).collect()
}

#[test]
fn a_waterfall_is_what_one_computes_by_hand() {
    let mut ask = ask(vec![adi(1, "100M", "36")]);
    ask.promotions = vec!["adi-port10".into(), "ADI-WELCOME".into()];
    ask.discount_percent = Some(Decimal::new(45, 1));
    let quote = priced(&ask);
    let lines = &quote.sites[0].lines;
    let codes: Vec<_> = lines.iter().map(|l| &*l.component).collect();
    assert_eq!(codes, ["ADI_ACCESS", "ADI_PORT", "ADI_ROUTER", "ADI_INSTALL"]);
    // 290.00, less 15 %, less 10 %, less 4.5 % of 221.85 (9.98325, to the nearest cent 9.98).
    let port = &lines[1].mrc;
    assert_eq!(
        amounts(port),
        [
            (StepKind::List, 29_000, 29_000),
            (StepKind::Term, -4_350, 24_650),
            (StepKind::Promotion, -2_465, 22_185),
            (StepKind::Discount, -998, 21_187),
            (StepKind::Net, 0, 21_187),
        ]
    );
    let rules: Vec<_> = port.steps.iter().map(|s| &*s.rule).collect();
    assert_eq!(
        rules,
        [
            "adi.toml: Port MRC, Port Speed 100M, Billing Option Flat Rate",
            "adi.toml: term of 36 months, 15 % off MRC",
            "carrier.toml: promotion ADI-PORT10, 10 % off MRC",
            "discount of 4.5 % (carrier.toml: tier standard may give 5 %)",
            "net",
        ]
    );
    assert_eq!(port.floor, Some(Money::from_minor(15_950)));
    // The discount is on monthly charges only; the promotion takes the installation off whole.
    let install = [
        (StepKind::List, 100_000, 100_000),
        (StepKind::Promotion, -100_000, 0),
        (StepKind::Net, 0, 0),
    ];
    assert_eq!(amounts(&lines[3].nrc), install);
    assert_eq!(amounts(&lines[3].mrc), [(StepKind::List, 0, 0), (StepKind::Net, 0, 0)]);
    assert_eq!(quote.approval, None);
    // Access 34000 → 28900 → 27599.5 (27600 after 1300.5 rounds up to 1301 → 27599).
    assert_eq!(lines[0].mrc.net.minor(), 27_599);
    // Router 6500 → 5525 → less 248.625.
    assert_eq!(lines[2].mrc.net.minor(), 5_276);
    let mrc = 27_599 + 21_187 + 5_276;
    assert_eq!(quote.totals.mrc.minor(), mrc);
    assert_eq!(quote.totals.nrc.minor(), 25_000);
    assert_eq!(quote.totals.total_contract_value.minor(), 25_000 + 36 * mrc);
}

#[test]
fn the_zip_code_decides_the_price_of_access() {
    let mut list = Vec::new();
    for zip in ["60606", "60005", "40202", "82001-1234"] {
        let mut site = adi(1, "10M", "12");
        site.zip = zip.into();
        let quote = priced(&ask(vec![site]));
        list.push((quote.sites[0].zone.to_string(), quote.sites[0].lines[0].mrc.net.minor()));
    }
    let want = [("A", 18_000), ("B", 20_700), ("C", 25_200), ("D", 35_100)];
    assert_eq!(list, want.map(|(zone, minor)| (zone.to_owned(), minor)));
}

#[test]
fn a_customer_managed_site_has_no_router_and_static_addresses_are_counted() {
    let offering = SHIPPED.offering("OFF_ADI_MID_MARKET").unwrap();
    let mut own = adi(1, "10M", "12");
    own.configuration = configured(
        offering,
        &[
            ("Port Speed", "10M"),
            ("Access Speed", "10M"),
            ("Term", "12"),
            ("Management Option", "Customer Managed"),
        ],
    );
    let aiab = SHIPPED.offering("OFF_AIAB").unwrap();
    let wireless = |n, count: &str| SiteAsk {
        site: site_id(n),
        zip: "60606".into(),
        configuration: configured(aiab, &[("Plan", "Standard"), ("AIAB_STATIC_IPS", count)]),
    };
    let quote = priced(&ask(vec![own, wireless(2, "3"), wireless(3, "0")]));
    let has = |n: usize, code: &str| quote.sites[n].lines.iter().any(|l| &*l.component == code);
    assert!(!has(0, "ADI_ROUTER"));
    let addresses = quote.sites[1].lines.iter().find(|l| &*l.component == "AIAB_STATIC_IP");
    let addresses = addresses.unwrap();
    assert_eq!((addresses.quantity, addresses.mrc.net.minor()), (3, 1_500));
    assert!(!has(2, "AIAB_STATIC_IP"));
}

#[test]
fn a_discount_beyond_the_authority_is_priced_and_asks_for_approval() {
    let mut ask = ask(vec![adi(1, "100M", "12")]);
    for (tier, percent, approval) in [
        ("standard", 5, false),
        ("standard", 6, true),
        ("Premier", 10, false),
        ("premier", 11, true),
    ] {
        ask.tier = tier;
        ask.discount_percent = Some(percent.into());
        let got = priced(&ask).approval;
        assert_eq!(got.is_some(), approval, "{tier} {percent}");
        if let Some(got) = got {
            assert_eq!(got.asked_percent, percent.into());
            assert_eq!(got.authority_percent, (percent - 1).into());
        }
    }
}

#[test]
fn near_misses_say_what_a_longer_term_and_a_promotion_would_save() {
    let quote = priced(&ask(vec![adi(1, "100M", "12"), adi(2, "100M", "12")]));
    let texts: Vec<_> = quote.near_misses.iter().map(|n| n.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            // 695.00 of list a site: 8 %, 15 %, 22.5 % of each line, rounded, times two.
            "a term of 24 months would save 111.20 a month",
            "a term of 36 months would save 208.50 a month",
            "a term of 60 months would save 312.76 a month",
            "36 months would add promotion ADI-WELCOME and save 2000.00 once",
            "24 months would add promotion ADI-PORT10 and save 164.56 a month",
            "promotion ADI-ALL7 could be added and would save 104.26 a month",
        ]
    );
    let mut with = ask(vec![adi(1, "100M", "60")]);
    with.promotions = vec!["ADI-PORT10".into(), "ADI-WELCOME".into()];
    // The one left is exclusive, and there is no longer term.
    assert_eq!(priced(&with).near_misses, []);
}

#[test]
fn a_near_miss_is_what_the_change_then_brings() {
    let before = priced(&ask(vec![adi(1, "250M", "12"), adi(2, "1G", "36")]));
    let find = |code, term: Option<u32>, promotion: Option<&str>| {
        before
            .near_misses
            .iter()
            .find(|n| {
                n.code == code && n.term_months == term && n.promotion.as_deref() == promotion
            })
            .unwrap()
            .saving_minor
    };
    let mut longer = ask(vec![adi(1, "250M", "36"), adi(2, "1G", "36")]);
    let after = priced(&longer);
    let saved = before.totals.mrc.minor() - after.totals.mrc.minor();
    assert_eq!(find(NearMissCode::LongerTerm, Some(36), None), saved);

    // Only what is shorter is lengthened.
    longer = ask(vec![adi(1, "250M", "24"), adi(2, "1G", "36")]);
    let saved = before.totals.mrc.minor() - priced(&longer).totals.mrc.minor();
    assert_eq!(find(NearMissCode::LongerTerm, Some(24), None), saved);

    longer = ask(vec![adi(1, "250M", "12"), adi(2, "1G", "36")]);
    longer.promotions = vec!["ADI-PORT10".into()];
    let saved = before.totals.mrc.minor() - priced(&longer).totals.mrc.minor();
    assert_eq!(find(NearMissCode::PromotionAvailable, None, Some("ADI-PORT10")), saved);

    longer = ask(vec![adi(1, "250M", "24"), adi(2, "1G", "36")]);
    longer.promotions = vec!["ADI-PORT10".into()];
    let saved = before.sites[0].totals.mrc.minor() - priced(&longer).sites[0].totals.mrc.minor();
    assert_eq!(find(NearMissCode::PromotionWithTerm, Some(24), Some("ADI-PORT10")), saved);
}

#[test]
fn what_a_floor_or_a_date_forbids_is_no_near_miss() {
    let names = |ask: &PriceAsk<'_>| -> Vec<String> {
        let near = priced(ask).near_misses;
        near.into_iter().map(|n| n.promotion.map_or(n.text, |code| code.to_string())).collect()
    };
    let mut ask = ask(vec![adi(1, "100M", "36")]);
    let longer = "a term of 60 months would save 52.13 a month".to_owned();
    assert_eq!(names(&ask), [&longer, "ADI-WELCOME", "ADI-PORT10", "ADI-ALL7"]);
    ask.on = Moment::parse("2027-01-01T00:00:00Z").unwrap().date();
    assert_eq!(names(&ask), [&longer, "ADI-WELCOME", "ADI-PORT10"]);
    // 77.5 % less 17 % is less than the 65 % that access must keep.
    ask.discount_percent = Some(17.into());
    assert_eq!(names(&ask), ["ADI-WELCOME", "ADI-PORT10"]);
}

#[test]
fn ten_thousand_sites_are_priced_and_add_up() {
    let sites: Vec<_> = (0..10_000).map(|n| adi(n, "100M", "12")).collect();
    let quote = priced(&ask(sites));
    // 340.00, 290.00 and 65.00, each less 7 % for the volume; 1250.00 less 20 %.
    let one = quote.sites[0].totals;
    assert_eq!((one.mrc.minor(), one.nrc.minor()), (31_620 + 26_970 + 6_045, 100_000));
    assert_eq!(quote.totals.mrc, one.mrc.times(10_000).unwrap());
    assert_eq!(quote.totals.nrc, one.nrc.times(10_000).unwrap());
}

#[test]
fn the_volume_is_a_step_between_term_and_promotion_by_the_sites_of_the_offering() {
    let aiab = SHIPPED.offering("OFF_AIAB").unwrap();
    let wireless = |n| SiteAsk {
        site: site_id(n),
        zip: "60606".into(),
        configuration: configured(aiab, &[("Plan", "Standard")]),
    };
    let sites = |adis: usize| {
        let mut sites: Vec<_> = (0..adis).map(|n| adi(n, "100M", "36")).collect();
        sites.extend((100..105).map(wireless));
        let mut ask = ask(sites);
        ask.promotions = vec!["ADI-PORT10".into()];
        priced(&ask).sites
    };
    let kinds =
        |site: &SitePrice| site.lines[1].mrc.steps.iter().map(|s| s.kind).collect::<Vec<_>>();
    assert!(!kinds(&sites(9)[0]).contains(&StepKind::Volume));
    let ten = sites(10);
    assert_eq!(
        amounts(&ten[0].lines[1].mrc),
        [
            (StepKind::List, 29_000, 29_000),
            (StepKind::Term, -4_350, 24_650),
            // 3 % of 246.50 are 7.395.
            (StepKind::Volume, -740, 23_910),
            (StepKind::Promotion, -2_391, 21_519),
            (StepKind::Net, 0, 21_519),
        ]
    );
    assert_eq!(&*ten[0].lines[1].mrc.steps[2].rule, "adi.toml: volume of 10 sites, 3 % off MRC");
    // Five sites of the other offering are five, not fifteen.
    assert!(!kinds(&ten[10]).contains(&StepKind::Volume));
    assert_eq!(ten[0].lead_days, Some(30));
}

#[test]
fn the_narrowest_range_of_what_a_quote_has_decides_over_its_discount() {
    let flex = SHIPPED.offering("OFF_IP_FLEX").unwrap();
    let voice = SiteAsk {
        site: site_id(7),
        zip: "60606".into(),
        configuration: configured(flex, &[("Concurrent Calls", "24"), ("Term", "12")]),
    };
    let mut ask = ask(vec![adi(1, "100M", "12"), voice]);
    ask.tier = "premier";
    for (percent, approval) in [(6, false), (7, true), (20, true)] {
        ask.discount_percent = Some(percent.into());
        let got = priced(&ask);
        assert_eq!(got.approval.is_some(), approval, "{percent}");
        let authority = got.approval.map(|a| a.authority_percent);
        assert!(authority.is_none_or(|a| a == 6.into()), "{authority:?}");
        let rules: Vec<_> = got.sites[1].lines.iter().map(|l| &*l.mrc.steps[1].rule).collect();
        assert!(rules[0].ends_with("(carrier.toml: tier premier on OFF_IP_FLEX may give 8 %)"));
        assert!(rules[1].ends_with("(carrier.toml: tier premier on IPF_NUMBER may give 6 %)"));
    }
    // Nobody goes beyond the most, and operations are not asked.
    ask.discount_percent = Some(21.into());
    let refusals = price(&SHIPPED, &ask).unwrap_err();
    assert_eq!(refusals.len(), 1);
    assert_eq!(refusals[0].code, RefusalCode::DiscountOutOfRange);
    assert_eq!(refusals[0].most_discount_percent, Some(20.into()));
    ask.sites.pop();
    assert!(price(&SHIPPED, &ask).is_ok());
}

#[test]
fn a_floor_that_is_an_amount_is_taken_as_many_times_as_the_price() {
    let flex = SHIPPED.offering("OFF_IP_FLEX").unwrap();
    let calls = [("Concurrent Calls", "24"), ("Term", "12"), ("Telephone Numbers", "300")];
    let voice =
        SiteAsk { site: site_id(7), zip: "60606".into(), configuration: configured(flex, &calls) };
    let numbers = &priced(&ask(vec![voice])).sites[0].lines[1];
    assert_eq!((numbers.mrc.net.minor(), numbers.quantity), (18_000, 300));
    assert_eq!(numbers.mrc.floor, Some(Money::from_minor(12_000)));
}

#[test]
fn a_burstable_port_is_priced_with_its_commitment() {
    let offering = SHIPPED.offering("OFF_ADI_MID_MARKET").unwrap();
    let choices = [
        ("Port Speed", "1G"),
        ("Access Speed", "1G"),
        ("Term", "12"),
        ("Billing Option", "Burstable"),
        ("Minimum Commitment", "250M"),
    ];
    let configuration = configured(offering, &choices);
    let site = SiteAsk { site: site_id(1), zip: "60606".into(), configuration };
    let quote = priced(&ask(vec![site.clone()]));
    let line = quote.sites[0].lines.iter().find(|l| &*l.component == "ADI_COMMITMENT").unwrap();
    assert_eq!(line.mrc.net.minor(), 4_200);
    // Without the condition, the feature is not sold.
    let mut flat = site;
    let billing = flat.configuration.choices.iter_mut().find(|c| &*c.code == "ATT_BILL_OPT");
    billing.unwrap().value = crate::catalogue::FeatureValue::Choice("Flat Rate".into());
    let refusals = price(&SHIPPED, &ask(vec![flat])).unwrap_err();
    assert_eq!(refusals[0].code, RefusalCode::ConfigurationNotSold);
    assert_eq!(refusals[0].detail, "Minimum Commitment is only with Billing Option Burstable");
}
