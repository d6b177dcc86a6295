//! A preview is what the edits and then the price would give, to the byte.

use super::super::fixture::{Desk, SHIPPED, address, features, partner};
use super::*;
use crate::money::Money;
use crate::pricing::SitePrice;
use crate::quote::AskedLevel;
use proptest::prelude::*;
use rust_decimal::Decimal;

const ADI: &str = "OFF_ADI_MID_MARKET";
const FLEX: &str = "OFF_IP_FLEX";

fn voice() -> Vec<Choice> {
    [("Concurrent Calls", "24"), ("Term", "36")]
        .map(|(f, v)| Choice { feature: f.into(), value: v.into() })
        .into()
}

/// Performs the edits by the commands, as a client would.
fn perform(desk: &mut Desk, edits: &SiteEdits) -> Result<(), Refusal> {
    for id in &edits.remove {
        let id = *id;
        desk.perform(|ctx, rules, file| site_remove(ctx, rules, file, id, IfMatch::Any))?;
    }
    let there = desk.sites.len();
    if !edits.add.is_empty() {
        let new = edits.add.iter().map(|one| one.site.clone()).collect();
        desk.perform(|ctx, rules, file| sites_add(ctx, rules, file, new))?;
    }
    for (at, one) in edits.add.iter().enumerate() {
        let Some(features) = one.features.clone() else { continue };
        let id = desk.sites[there + at].id;
        desk.configure(Some(vec![id]), &features.offering, features.choices)?;
    }
    for (which, features) in &edits.configure {
        let sites = match which {
            Which::All => None,
            Which::Named(ids) => Some(ids.clone()),
            Which::Of(offering) => {
                let of =
                    |s: &&Site| s.configuration.as_ref().is_some_and(|c| *c.offering == **offering);
                let ids: Vec<Id> = desk.sites.iter().filter(of).map(|s| s.id).collect();
                if ids.is_empty() {
                    return Err(Refusal::new(Code::UnknownReference, "nothing to name"));
                }
                Some(ids)
            }
        };
        desk.configure(sites, &features.offering, features.choices.clone())?;
    }
    Ok(())
}

/// The preview, with as few sites as are loaded for it.
fn preview(desk: &Desk, ask: &AskPrice, edits: &SiteEdits) -> Result<Preview, Refusal> {
    let mut ctx = desk.ctx.clone();
    let rules = Rules { programme: &desk.programme, partner: partner() };
    let named = edits.named();
    let mut bases: Vec<Arc<str>> = Vec::new();
    for _ in 0..3 {
        let looked_at = |site: &Site| match (&named, site.basis()) {
            (None, _) | (_, None) => true,
            (Some(ids), Some(basis)) => {
                ids.contains(&site.id) || bases.iter().any(|b| **b == *basis)
            }
        };
        let file = desk.file(looked_at);
        let edited = if named.is_none() {
            sites_edited(&mut ctx, rules, file.clone(), &SHIPPED, edits)?
        } else {
            match sites_edited_as_loaded(&mut ctx, rules, desk.tier, &file, &bases, ask, edits)? {
                Looked::Whole(edited) => *edited,
                Looked::Lacks(needed) => {
                    bases = needed;
                    continue;
                }
            }
        };
        return price_preview(&mut ctx, rules, desk.tier, &file, edited, &SHIPPED, ask.clone());
    }
    panic!("it is looked for sites more than thrice: {bases:?}");
}

fn speeds() -> impl Strategy<Value = Features> {
    let speed = prop::sample::select(vec!["100M", "1G", "2G"]);
    let term = prop::sample::select(vec!["12", "36"]);
    // Offerings of the programme, and one that it does not sell.
    let other = Just(Features { offering: FLEX.into(), choices: voice() });
    let wrong = Just(Features { offering: "OFF_AIAB".into(), choices: Vec::new() });
    let adi =
        (speed, term).prop_map(|(s, t)| Features { offering: ADI.into(), choices: features(s, t) });
    prop_oneof![12 => adi, 6 => other, 1 => wrong]
}

/// Places of sites to remove, sites to add, and which sites get which features.
type AnyEdits = (Vec<usize>, Vec<AddSite>, Vec<(u8, usize, Features)>);

fn any_edits() -> impl Strategy<Value = AnyEdits> {
    let zip = prop::sample::select(vec!["60606", "82001", "99950"]);
    let new = (zip, prop::option::weighted(0.9, speeds())).prop_map(|(zip, features)| {
        let site = NewSite { name: format!("New in {zip}"), address: address(zip) };
        AddSite { site, features }
    });
    (
        prop::collection::vec(0usize..6, 0..2),
        prop::collection::vec(new, 0..3),
        prop::collection::vec((0u8..4, 0usize..6, speeds()), 0..3),
    )
}

fn any_ask() -> impl Strategy<Value = AskPrice> {
    let codes = vec!["ADI-WELCOME", "ADI-PORT10", "ADI-ALL7", "IPF-PORTIN"];
    let promotions = prop::sample::subsequence(codes, 0..2);
    (prop::option::of(0i64..260), promotions, any::<bool>()).prop_map(|(tenths, codes, plan)| {
        AskPrice {
            discount_percent: tenths.map(|t| Decimal::new(t, 1)),
            promotions: codes.iter().map(ToString::to_string).collect(),
            level: if plan { AskedLevel::Budgetary } else { AskedLevel::Firm },
        }
    })
}

/// The price of a site whose id does not count.
fn priced(site: &Site, id: Id) -> String {
    let price = site.price.clone().map(|price| SitePrice { site: id, ..price });
    serde_json::to_string(&(site.position, &site.name, price)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_preview_is_what_the_edits_and_then_the_price_give(
        (first, ask) in (any_ask(), any_ask()),
        (remove, add, configure) in any_edits(),
        half in any::<bool>(),
    ) {
        let mut desk = Desk::with_sites(6);
        let phones: Vec<Id> = desk.sites[..2].iter().map(|s| s.id).collect();
        desk.configure(Some(phones), FLEX, voice()).unwrap();
        let _ = desk.price(first);
        if half {
            let one = desk.sites[3].id;
            desk.configure(Some(vec![one]), ADI, features("100M", "12")).unwrap();
        }
        let ids: Vec<Id> = desk.sites.iter().map(|s| s.id).collect();
        let which = |(kind, n, features): (u8, usize, Features)| {
            let which = match kind {
                0 => Which::All,
                1 => Which::Of(if n < 3 { ADI.into() } else { FLEX.into() }),
                _ => Which::Named(vec![ids[n]]),
            };
            (which, features)
        };
        let edits = SiteEdits {
            remove: remove.iter().map(|n| ids[*n]).collect(),
            add,
            configure: configure.into_iter().map(which).collect(),
        };
        let shown = preview(&desk, &ask, &edits);
        let mut real = desk.clone();
        let done = perform(&mut real, &edits).and_then(|()| real.price(ask.clone()));
        match (shown, done) {
            (Ok(shown), Ok(_)) => {
                let offer = |quote: &Quote| serde_json::to_string(&quote.state).unwrap();
                prop_assert_eq!(offer(&shown.after), offer(&real.quote));
                prop_assert_eq!(shown.after.level(), real.quote.level());
                prop_assert_eq!(&shown.after.tally, &real.quote.tally);
                for seen in &shown.sites {
                    let place = seen.site.position;
                    let twin = real.sites.iter().find(|s| s.position == place).unwrap();
                    prop_assert_eq!(priced(&seen.site, ids[0]), priced(twin, ids[0]));
                }
                prop_assert_eq!(shown.touched, shown.sites.len());
                // What it does not show has the price that it had.
                for kept in real.sites.iter().filter(|s| {
                    shown.sites.iter().all(|seen| seen.site.position != s.position)
                }) {
                    let was = desk.sites.iter().find(|s| s.id == kept.id).unwrap();
                    prop_assert_eq!(priced(was, ids[0]), priced(kept, ids[0]));
                }
                prop_assert_eq!(shown.removed, edits.remove.len());
            }
            (Err(shown), Err(done)) => prop_assert_eq!(shown.code, done.code),
            (shown, done) => prop_assert!(false, "{shown:#?}\n{done:#?}"),
        }
    }
}

#[test]
fn a_preview_of_one_site_looks_at_one_site() {
    let mut desk = Desk::with_sites(40);
    desk.price(AskPrice::default()).unwrap();
    let one = desk.sites[7].id;
    let faster = Features { offering: ADI.into(), choices: features("2G", "36") };
    let edits =
        SiteEdits { configure: vec![(Which::Named(vec![one]), faster)], ..SiteEdits::default() };
    let shown = preview(&desk, &AskPrice::default(), &edits).unwrap();
    assert_eq!((shown.touched, shown.sites[0].touch), (1, Touch::Configured));
    assert_eq!(shown.before, desk.quote);
    let difference = shown.difference().unwrap();
    let after = shown.sites[0].site.price.as_ref().unwrap().totals;
    let before = shown.sites[0].before.unwrap();
    assert_eq!(difference.mrc, after.mrc.checked_sub(before.mrc).unwrap());
    assert!(difference.mrc > Money::ZERO);
}

#[test]
fn a_refusal_of_a_preview_names_the_place_in_its_body() {
    let mut desk = Desk::with_sites(2);
    desk.price(AskPrice::default()).unwrap();
    let pointer = |edits: SiteEdits, ask: AskPrice| {
        preview(&desk, &ask, &edits).unwrap_err().faults[0].pointer.clone()
    };
    let none = SiteEdits::default;
    let stranger = Id::new(crate::id::Kind::Site, 1_790_000_000_000, 77);
    let adi = |speed: &str| Features { offering: ADI.into(), choices: features(speed, "36") };
    let new = |zip: &str, features| AddSite {
        site: NewSite { name: "New".into(), address: address(zip) },
        features,
    };
    let ask = AskPrice::default;
    let edits = SiteEdits { remove: vec![desk.sites[0].id, stranger], ..none() };
    assert_eq!(pointer(edits, ask()), "/edits/remove/1");
    let edits = SiteEdits { configure: vec![(Which::Named(vec![stranger]), adi("1G"))], ..none() };
    assert_eq!(pointer(edits, ask()), "/edits/configure/0/site_ids/0");
    let edits = SiteEdits { configure: vec![(Which::All, adi("7T"))], ..none() };
    assert_eq!(pointer(edits, ask()), "/edits/configure/0/features/0");
    let edits = SiteEdits { configure: vec![(Which::Of("OFF_ASE".into()), adi("1G"))], ..none() };
    assert_eq!(pointer(edits, ask()), "/edits/configure/0/of_offering");
    let edits = SiteEdits { add: vec![new("60606", Some(adi("7T")))], ..none() };
    assert_eq!(pointer(edits, ask()), "/edits/add/0/configuration/features/0");
    let edits = SiteEdits { add: vec![new("60606", None)], ..none() };
    assert_eq!(pointer(edits, ask()), "/edits/add/0/configuration");
    let edits = SiteEdits { add: vec![new("ABCDE", Some(adi("1G")))], ..none() };
    assert_eq!(pointer(edits, ask()), "/edits/add/0/address/zip");
    let ask = AskPrice { promotions: vec!["NONE".into()], ..AskPrice::default() };
    assert_eq!(pointer(none(), ask), "/promotions/0");
}
