//! What holds for every quote from the shipped catalogue.

use super::*;
use crate::catalogue::tests::mended;
use proptest::prelude::*;

/// A site of any offering anywhere: some features chosen, what does not go together mended.
pub(super) fn any_site() -> impl Strategy<Value = (String, Configuration)> {
    let picks = prop::collection::vec(prop::option::of(any::<prop::sample::Index>()), 14);
    let zip = prop::sample::select(vec!["60606", "60005", "40202", "82001", "99950-0001"]);
    (any::<prop::sample::Index>(), picks, zip).prop_map(|(which, picks, zip)| {
        let offering = which.get(SHIPPED.offerings());
        let picked = offering.features.iter().zip(picks);
        let choices = picked.filter_map(|(feature, pick)| {
            let value = match feature.kind {
                crate::catalogue::FeatureKind::Integer { least, most } => {
                    let span = usize::try_from(most - least + 1).unwrap();
                    (least + i64::try_from(pick?.index(span)).unwrap()).to_string()
                }
                _ => pick?.get(feature.values()).to_string(),
            };
            Some(Choice { feature: feature.code.to_string(), value })
        });
        (zip.to_owned(), mended(offering, choices.collect()).unwrap())
    })
}

fn any_ask() -> impl Strategy<Value = PriceAsk<'static>> {
    let sites = prop::collection::vec(any_site(), 1..12);
    let tier = prop::sample::select(vec!["standard", "premier", "distributor"]);
    (sites, tier, prop::option::of(0i64..160)).prop_map(|(sites, tier, tenths)| {
        let site = |(n, (zip, configuration))| SiteAsk { site: site_id(n), zip, configuration };
        let mut ask = ask(sites.into_iter().enumerate().map(site).collect());
        ask.tier = tier;
        ask.discount_percent = tenths.map(|t| Decimal::new(t, 1));
        // Those of the promotions that can be had.
        for code in ["ADI-WELCOME", "ADI-PORT10", "AIAB-START", "ASE-EVC12", "IPF-PORTIN"] {
            ask.promotions.push(code.to_owned());
            let reason = |r: &PriceRefusal| r.code == RefusalCode::PromotionNotEligible;
            if price(&SHIPPED, &ask).is_err_and(|refusals| refusals.iter().any(reason)) {
                ask.promotions.pop();
            }
        }
        ask
    })
}

/// `ask` priced, or nothing where a floor stands against it.
fn priced_above_floor(ask: &PriceAsk<'_>) -> Option<QuotePrice> {
    let refusals = match price(&SHIPPED, ask) {
        Ok(quote) => return Some(quote),
        Err(refusals) => refusals,
    };
    assert!(refusals.iter().all(|r| r.code == RefusalCode::BelowFloor), "{refusals:#?}");
    None
}

fn sum<'t>(totals: impl Iterator<Item = &'t Totals> + Clone) -> Totals {
    let of = |part: fn(&Totals) -> Money| Money::sum(totals.clone().map(part)).unwrap();
    Totals {
        mrc: of(|t| t.mrc),
        nrc: of(|t| t.nrc),
        total_contract_value: of(|t| t.total_contract_value),
    }
}

proptest! {
    #[test]
    fn every_level_is_the_sum_of_the_level_below(ask in any_ask()) {
        let Some(quote) = priced_above_floor(&ask) else { return Ok(()) };
        prop_assert_eq!(quote.totals, sum(quote.sites.iter().map(|s| &s.totals)));
        for site in &quote.sites {
            prop_assert_eq!(site.totals, sum(site.lines.iter().map(|l| &l.totals)));
            for line in &site.lines {
                prop_assert_eq!((line.totals.mrc, line.totals.nrc), (line.mrc.net, line.nrc.net));
                let months = i64::from(site.term_months);
                let value = line.nrc.net.minor() + line.mrc.net.minor() * months;
                prop_assert_eq!(line.totals.total_contract_value.minor(), value);
            }
        }
    }

    #[test]
    fn the_steps_lead_from_list_to_net(ask in any_ask()) {
        let Some(quote) = priced_above_floor(&ask) else { return Ok(()) };
        let lines = quote.sites.iter().flat_map(|s| &s.lines);
        for waterfall in lines.flat_map(|l| [&l.mrc, &l.nrc]) {
            let steps = &waterfall.steps;
            prop_assert_eq!(steps.first().unwrap().kind, StepKind::List);
            prop_assert_eq!(steps.last().unwrap().kind, StepKind::Net);
            prop_assert!(steps.is_sorted_by_key(|s| s.kind));
            let mut running = Money::ZERO;
            for step in steps {
                running = running.checked_add(step.amount).unwrap();
                prop_assert_eq!(running, step.subtotal);
                let may_be_zero = matches!(step.kind, StepKind::List | StepKind::Net);
                prop_assert!(may_be_zero || step.amount < Money::ZERO);
            }
            prop_assert_eq!(running, waterfall.net);
            prop_assert!(waterfall.floor.is_none_or(|floor| waterfall.net >= floor));
            prop_assert!(waterfall.net >= Money::ZERO);
        }
    }

    #[test]
    fn the_order_of_the_sites_changes_nothing(ask in any_ask(), turn in 0usize..12) {
        let Some(one) = priced_above_floor(&ask) else { return Ok(()) };
        let mut turned = ask;
        let by = turn % turned.sites.len();
        turned.sites.rotate_left(by);
        turned.sites.reverse();
        let mut other = priced(&turned);
        prop_assert_eq!(one.totals, other.totals);
        prop_assert_eq!(&one.near_misses, &other.near_misses);
        other.sites.reverse();
        other.sites.rotate_right(by);
        prop_assert_eq!(one, other);
    }

    #[test]
    fn the_same_ask_gives_the_same_bytes_and_they_read_back(ask in any_ask()) {
        let Some(quote) = priced_above_floor(&ask) else { return Ok(()) };
        let bytes = serde_json::to_string(&quote).unwrap();
        prop_assert_eq!(&bytes, &serde_json::to_string(&priced(&ask)).unwrap());
        let back: QuotePrice = serde_json::from_str(&bytes).unwrap();
        prop_assert_eq!(&back, &quote);
        prop_assert_eq!(serde_json::to_string(&back).unwrap(), bytes);
    }

    #[test]
    fn more_of_a_size_never_costs_less_a_month((zip, configuration) in any_site()) {
        let offering = SHIPPED.offering(&configuration.offering).unwrap();
        let sizes = ["ATT_SPEED", "ATT_ACC_SPD", "ASE_PORT_SPEED", "ASE_EVC_SPEED", "IPF_CALLS"];
        for feature in offering.features.iter().filter(|f| sizes.contains(&&*f.code)) {
            let mut last = None;
            for value in feature.values() {
                let as_choice = |c: &crate::catalogue::Chosen| {
                    let own = c.value.to_string();
                    let value = if c.code == feature.code { value.to_string() } else { own };
                    Choice { feature: c.code.to_string(), value }
                };
                let choices: Vec<_> = configuration.choices.iter().map(as_choice).collect();
                let Ok(configuration) = offering.configure(&choices) else { continue };
                let site = SiteAsk { site: site_id(1), zip: zip.clone(), configuration };
                let mrc = priced(&ask(vec![site])).totals.mrc;
                prop_assert!(last.is_none_or(|l| mrc >= l), "{} {value}", feature.name);
                last = Some(mrc);
            }
        }
    }

    #[test]
    fn a_longer_term_never_costs_more_a_month((zip, configuration) in any_site()) {
        let offering = SHIPPED.offering(&configuration.offering).unwrap();
        let mut last = None;
        for term in &offering.terms {
            let as_choice = |c: &crate::catalogue::Chosen| Choice {
                feature: c.code.to_string(),
                value: match &*c.name {
                    "Term" => term.months.to_string(),
                    _ => c.value.to_string(),
                },
            };
            let choices: Vec<_> = configuration.choices.iter().map(as_choice).collect();
            let configuration = offering.configure(&choices).unwrap();
            let site = SiteAsk { site: site_id(1), zip: zip.clone(), configuration };
            let totals = priced(&ask(vec![site])).totals;
            prop_assert!(last.is_none_or(|l| totals.mrc <= l), "{} months", term.months);
            last = Some(totals.mrc);
        }
    }
}
