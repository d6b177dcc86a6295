//! Each reason why there is no price.

use super::*;
use crate::catalogue::tests::shipped_files;

fn refused(ask: &PriceAsk<'_>) -> Vec<PriceRefusal> {
    price(&SHIPPED, ask).unwrap_err()
}

fn codes(refusals: &[PriceRefusal]) -> Vec<(RefusalCode, Option<usize>)> {
    refusals.iter().map(|r| (r.code, r.index)).collect()
}

/// The shipped catalogue, changed in one place.
pub(super) fn changed(old: &str, new: &str) -> Catalogue {
    changed_in(&[(old, new)])
}

/// The shipped catalogue, each of these replaced where it comes first.
fn changed_in(places: &[(&str, &str)]) -> Catalogue {
    let mut files = shipped_files();
    for (old, new) in places {
        let file = files.iter_mut().find(|(_, text)| text.contains(old)).unwrap();
        file.1 = file.1.replacen(old, new, 1);
    }
    Catalogue::parse(&files).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

#[test]
fn all_that_is_wrong_with_an_ask_comes_at_once() {
    let mut bad_zip = adi(1, "100M", "12");
    bad_zip.zip = "Chicago".into();
    let mut stale = adi(2, "100M", "12");
    stale.configuration.offering = "OFF_GONE".into();
    let mut ask = ask(vec![bad_zip, stale, adi(3, "100M", "12"), adi(3, "100M", "12")]);
    ask.on = Moment::parse("2025-12-31T00:00:00Z").unwrap().date();
    ask.tier = "gold";
    ask.discount_percent = Some(Decimal::new(1001, 1));
    ask.promotions = vec!["NONE".into()];
    let refusals = refused(&ask);
    assert_eq!(
        codes(&refusals),
        [
            (RefusalCode::CatalogueNotInForce, None),
            (RefusalCode::UnknownTier, None),
            (RefusalCode::DiscountOutOfRange, None),
            (RefusalCode::DuplicateSite, Some(3)),
            (RefusalCode::ZipNotUsable, Some(0)),
            (RefusalCode::ConfigurationNotSold, Some(1)),
            (RefusalCode::PromotionNotEligible, Some(0)),
        ]
    );
    assert_eq!(refusals[4].site, Some(site_id(1)));
    for refusal in refusals {
        assert!(!refusal.detail.is_empty());
        assert_eq!(serde_json::to_value(refusal.code).unwrap(), refusal.code.word());
    }
}

#[test]
fn a_quote_without_sites_has_no_price() {
    assert_eq!(codes(&refused(&ask(Vec::new()))), [(RefusalCode::NoSites, None)]);
}

/// Promotions, day and sites; then the promotion that is refused, and why.
type Case<'a> = (&'a [&'a str], &'a str, Vec<SiteAsk>, usize, &'a str);

#[test]
fn a_promotion_that_cannot_be_had_says_why() {
    let day = |text: &str| Moment::parse(&format!("{text}T00:00:00Z")).unwrap().date();
    let aiab = SHIPPED.offering("OFF_AIAB").unwrap();
    let configuration = configured(aiab, &[("Plan", "Standard")]);
    let wireless = SiteAsk { site: site_id(9), zip: "60606".into(), configuration };
    let adi_12 = || vec![adi(1, "100M", "12")];
    let adi_36 = || vec![adi(1, "100M", "36")];
    let cases: [Case<'_>; 7] = [
        (&["NONE"], "2026-11-20", adi_36(), 0, "there is no such promotion"),
        (&["ADI-PORT10"], "2028-01-01", adi_36(), 0, "it ended on 2027-12-31"),
        (&["ADI-ALL7"], "2026-06-30", adi_36(), 0, "it begins on 2026-07-01"),
        (&["ADI-WELCOME"], "2026-11-20", adi_12(), 0, "it needs a term of 36 months or more"),
        (
            &["ADI-PORT10"],
            "2026-11-20",
            vec![wireless],
            0,
            "no site has the offering OFF_ADI_MID_MARKET",
        ),
        (&["ADI-PORT10", "adi-port10"], "2026-11-20", adi_36(), 1, "it is asked for twice"),
        (
            &["ADI-PORT10", "ADI-WELCOME", "ADI-ALL7"],
            "2026-11-20",
            adi_36(),
            2,
            "it cannot stand together with ADI-PORT10",
        ),
    ];
    for (promotions, on, sites, index, reason) in cases {
        let mut ask = ask(sites);
        ask.on = day(on);
        ask.promotions = promotions.iter().map(ToString::to_string).collect();
        let refusals = refused(&ask);
        assert_eq!(codes(&refusals), [(RefusalCode::PromotionNotEligible, Some(index))]);
        assert!(refusals[0].detail.ends_with(reason), "{}", refusals[0].detail);
    }
}

#[test]
fn a_promotion_for_a_component_that_no_site_has_is_refused() {
    let catalogue = changed("components = [\"ADI_PORT\"]", "components = [\"ADI_ROUTER\"]");
    let offering = catalogue.offering("OFF_ADI_MID_MARKET").unwrap();
    let mut site = adi(1, "100M", "36");
    let mut ask = ask(vec![site.clone()]);
    ask.promotions = vec!["ADI-PORT10".into()];
    assert!(price(&catalogue, &ask).is_ok());
    site.configuration = configured(
        offering,
        &[
            ("Port Speed", "100M"),
            ("Access Speed", "100M"),
            ("Term", "36"),
            ("Management Option", "Customer Managed"),
        ],
    );
    ask.sites = vec![site];
    let refusals = price(&catalogue, &ask).unwrap_err();
    assert!(refusals[0].detail.ends_with("no site has a charge that it reduces"));
}

#[test]
fn promotions_stack_in_the_order_of_the_catalogue_and_not_of_the_ask() {
    let catalogue = changed("exclusive = true", "exclusive = false");
    let mut ask = ask(vec![adi(1, "100M", "36")]);
    ask.promotions = vec!["ADI-ALL7".into(), "ADI-PORT10".into()];
    let one = price(&catalogue, &ask).unwrap();
    ask.promotions.reverse();
    assert_eq!(price(&catalogue, &ask).unwrap(), one);
    let order: Vec<_> = one.promotions.iter().map(|c| &**c).collect();
    assert_eq!(order, ["ADI-PORT10", "ADI-ALL7"]);
    // 290.00 → 246.50 → 221.85 → less 16.63875.
    assert_eq!(one.sites[0].lines[1].mrc.net.minor(), 20_521);
}

#[test]
fn a_net_below_the_floor_is_refused_and_the_highest_discount_it_bears_is_not() {
    let mut ask = ask(vec![adi(1, "100M", "12"), adi(2, "100M", "60")]);
    ask.tier = "distributor";
    ask.discount_percent = Some(25.into());
    let refusals = refused(&ask);
    // With 60 months 77.5 % are left; access must keep 65 %, the router 60 %, the port 55 %.
    let components: Vec<_> = refusals.iter().map(|r| r.component.as_deref().unwrap()).collect();
    assert_eq!(components, ["ADI_ACCESS", "ADI_ROUTER"]);
    let access = &refusals[0];
    assert_eq!((access.code, access.site), (RefusalCode::BelowFloor, Some(site_id(2))));
    assert_eq!(access.index, Some(1));
    assert_eq!(access.floor_percent, Some(65.into()));
    assert_eq!(access.most_discount_percent, Some(Decimal::new(1612, 2)));
    ask.discount_percent = Some(Decimal::new(1612, 2));
    assert!(price(&SHIPPED, &ask).is_ok());
    ask.discount_percent = Some(Decimal::new(1615, 2));
    assert!(price(&SHIPPED, &ask).is_err());
}

#[test]
fn a_net_exactly_at_the_floor_stands() {
    // Without the volume steps, which would go below such a floor.
    let off = ["mrc_percent_off = 3\n", "mrc_percent_off = 5\n", "mrc_percent_off = 7\n"];
    let none = off.map(|off| (off, "mrc_percent_off = 0\n"));
    let floor = ("floor_percent = 60", "floor_percent = 77.5");
    let catalogue = changed_in(&[none[0], none[1], none[2], floor]);
    let quote = price(&catalogue, &ask(vec![adi(1, "100M", "60")])).unwrap();
    let router = &quote.sites[0].lines[2].mrc;
    assert_eq!(Some(router.net), router.floor);
    // 65.00 less 14.625, which rounds up; the floor of 50.375 is cut.
    assert_eq!(router.net.minor(), 5_037);
    // So does what is advised.
    let near = price(&catalogue, &ask(vec![adi(1, "100M", "36")])).unwrap().near_misses;
    assert_eq!(near[0].term_months, Some(60));
}

#[test]
fn the_first_and_the_last_day_are_in_force() {
    let day = |text: &str| Moment::parse(&format!("{text}T00:00:00Z")).unwrap().date();
    let mut ask = ask(vec![adi(1, "100M", "36")]);
    ask.promotions = vec!["ADI-ALL7".into()];
    for (on, promoted) in
        [("2026-06-30", false), ("2026-07-01", true), ("2026-12-31", true), ("2027-01-01", false)]
    {
        ask.on = day(on);
        assert_eq!(price(&SHIPPED, &ask).is_ok(), promoted, "{on}");
    }
    ask.promotions.clear();
    ask.on = SHIPPED.effective_from();
    assert!(price(&SHIPPED, &ask).is_ok());
    ask.on = ask.on.yesterday().unwrap();
    assert_eq!(codes(&refused(&ask)), [(RefusalCode::CatalogueNotInForce, None)]);
}

#[test]
fn a_promotion_alone_can_go_below_the_floor() {
    let catalogue = changed("percent = 10\nmin_term = 24", "percent = 60\nmin_term = 24");
    let mut ask = ask(vec![adi(1, "100M", "24")]);
    ask.promotions = vec!["ADI-PORT10".into()];
    for discount in [None, Some(5.into())] {
        ask.discount_percent = discount;
        let refusals = price(&catalogue, &ask).unwrap_err();
        assert_eq!(codes(&refusals), [(RefusalCode::BelowFloor, Some(0))]);
        assert_eq!(refusals[0].most_discount_percent, None);
    }
}

#[test]
fn amounts_that_do_not_fit_are_refused_at_each_level() {
    let catalogue = changed("price = 1000.00", "price = 90000000000000000.00");
    let one = ask(vec![adi(1, "100M", "12")]);
    assert!(price(&catalogue, &one).is_ok());
    let two = ask(vec![adi(1, "100M", "12"), adi(2, "100M", "12")]);
    let refusals = price(&catalogue, &two).unwrap_err();
    assert_eq!(codes(&refusals), [(RefusalCode::Overflow, None)]);
    let catalogue = changed("\"100M\" = 65.00", "\"100M\" = 90000000000000000.00");
    let refusals = price(&catalogue, &one).unwrap_err();
    assert_eq!(codes(&refusals), [(RefusalCode::Overflow, Some(0))]);
}

#[test]
fn a_configuration_that_was_tampered_with_is_not_sold() {
    type Change = fn(&mut Configuration);
    let changes: [Change; 6] = [
        |c| c.term_months = 60,
        |c| c.term_months = 48,
        |c| c.choices[0].value = crate::catalogue::FeatureValue::Choice("3M".into()),
        |c| c.choices[0].value = crate::catalogue::FeatureValue::Integer(3),
        |c| c.choices[0].value = crate::catalogue::FeatureValue::Choice("10G".into()),
        |c| _ = c.choices.remove(0),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let mut site = adi(1, "100M", "36");
        change(&mut site.configuration);
        let refusals = refused(&ask(vec![site]));
        assert!(
            refusals.iter().all(|r| r.code == RefusalCode::ConfigurationNotSold),
            "{at}: {refusals:#?}"
        );
    }
}

/// What is left of the promotion: so many contracts, or so many cents.
fn left(uses: Option<u64>, cents: Option<i64>) -> Vec<Allowance> {
    let budget = cents.map(|cents| Money::from_minor(cents + 10));
    let (most_uses, amount) = (uses.map(|uses| uses + 3), Money::from_minor(10));
    vec![Allowance { promotion: "ADI-PORT10".into(), most_uses, budget, uses: 3, amount }]
}

#[test]
fn a_promotion_is_given_to_the_last_cent_of_its_budget() {
    let mut ask = ask(vec![adi(1, "100M", "36"), adi(2, "100M", "24")]);
    ask.promotions = vec!["ADI-WELCOME".into(), "adi-port10".into()];
    let given = price(&SHIPPED, &ask).unwrap().given;
    // Of 290.00 a month: 10 % of what 15 % off leaves, and of what 8 % off leaves.
    let takes = 2_465 * 36 + 2_668 * 24;
    let port = Given { promotion: "ADI-PORT10".into(), amount: Money::from_minor(takes) };
    let install = Given { promotion: "ADI-WELCOME".into(), amount: Money::from_minor(100_000) };
    assert_eq!(given, [install, port]);
    for (allowances, reason) in [
        (left(None, Some(takes)), None),
        (left(Some(1), None), None),
        (left(None, Some(takes - 1)), Some("1527.71 of its budget is left, this takes 1527.72")),
        (left(Some(0), None), Some("3 contracts were signed with it")),
    ] {
        let ask = PriceAsk { allowances: &allowances, ..ask.clone() };
        match (price(&SHIPPED, &ask), reason) {
            (Ok(quote), None) => assert_eq!(quote.given, given),
            (Err(refusals), Some(reason)) => {
                assert_eq!(codes(&refusals), [(RefusalCode::PromotionNotEligible, Some(1))]);
                let detail = format!("promotion ADI-PORT10: it is used up: {reason}");
                assert_eq!(refusals[0].detail, detail);
            }
            (priced, reason) => panic!("{reason:?}: {priced:#?}"),
        }
    }
}

/// Of which promotion, for what reason and with which term there is a near miss.
fn advised(ask: &PriceAsk<'_>, promotion: &str) -> Vec<(NearMissCode, Option<u32>)> {
    let misses = price(&SHIPPED, ask).unwrap().near_misses;
    let of_it = misses.iter().filter(|miss| miss.promotion.as_deref() == Some(promotion));
    of_it.map(|miss| (miss.code, miss.term_months)).collect()
}

#[test]
fn a_promotion_is_advised_as_far_as_its_budget_bears_what_it_would_take() {
    let port10 = |months: &str, cents: i64| {
        let allowances = left(None, Some(cents));
        let ask = ask(vec![adi(1, "100M", "36"), adi(2, "100M", months)]);
        advised(&PriceAsk { allowances: &allowances, ..ask }, "ADI-PORT10")
    };
    // Over the terms: 10 % of 290.00 less 15 %, and less 8 %.
    let (of_36, of_24) = (2_465 * 36, 2_668 * 24);
    let available = (NearMissCode::PromotionAvailable, None);
    assert_eq!(port10("24", of_36 + of_24), [available]);
    assert_eq!(port10("24", of_36 + of_24 - 1), [], "one cent too little");
    assert_eq!(port10("24", 1), [], "a cent is left, and not enough");
    // The site of 12 months must be lengthened first; the other has the promotion with it.
    let with_term = (NearMissCode::PromotionWithTerm, Some(24));
    assert_eq!(port10("12", of_36 + of_24), [available, with_term]);
    assert_eq!(port10("12", of_36 + of_24 - 1), [available]);
    assert_eq!(port10("12", of_36 - 1), []);
}

#[test]
fn a_longer_term_is_advised_as_far_as_the_promotions_taken_bear_it() {
    let longer = |cents: i64| {
        let allowances = left(None, Some(cents));
        let mut ask = ask(vec![adi(1, "100M", "24")]);
        ask.promotions = vec!["ADI-PORT10".into()];
        let ask = PriceAsk { allowances: &allowances, ..ask };
        let near = price(&SHIPPED, &ask).unwrap().near_misses;
        let longer = near.into_iter().filter(|miss| miss.code == NearMissCode::LongerTerm);
        longer.filter_map(|miss| miss.term_months).collect::<Vec<_>>()
    };
    let taken = |ask: &PriceAsk<'_>| price(&SHIPPED, ask).unwrap().given[0].amount.minor();
    let mut of_60 = ask(vec![adi(1, "100M", "60")]);
    of_60.promotions = vec!["ADI-PORT10".into()];
    let enough = taken(&of_60);
    assert_eq!(longer(enough), [36, 60]);
    assert_eq!(longer(enough - 1), [36]);
    assert_eq!(longer(2_668 * 24), [0; 0], "it is used up by the term that is chosen");
}

#[test]
fn the_volume_step_that_few_more_sites_reach_is_near() {
    let of = |count: usize| {
        let quote = priced(&ask((0..count).map(|n| adi(n, "100M", "12")).collect()));
        let near = quote.near_misses.into_iter().find(|n| n.code == NearMissCode::MoreSites);
        near.map(|n| (n.more_sites.unwrap(), n.saving_minor, n.text))
    };
    assert_eq!(of(7), None, "three of ten are many");
    // 340.00, 290.00 and 65.00 a site: 3 % of each.
    let name = &SHIPPED.offering("OFF_ADI_MID_MARKET").unwrap().name;
    let text = |words: &str| words.replace("ADI", name);
    let said = text("2 more sites of ADI, 10 in all, would save 166.80 a month on the 8 there are");
    assert_eq!(of(8), Some((2, 16_680, said)));
    let said = text("1 more site of ADI, 10 in all, would save 187.65 a month on the 9 there are");
    assert_eq!(of(9), Some((1, 18_765, said)));
    assert_eq!(of(10), None);
}
