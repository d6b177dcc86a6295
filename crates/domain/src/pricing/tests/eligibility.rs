//! Whom and what promotions are for: refused where it does not hold, and near where little lacks.

use super::refusals::changed;
use super::*;

/// The shipped catalogue, where the promotion for a tenth off the port has further conditions.
fn conditional(conditions: &str) -> Catalogue {
    changed("budget = 250000.00", conditions)
}

/// A site in zone A that is managed by the customer, or by the carrier.
fn managed(n: usize, by: &str) -> SiteAsk {
    let offering = SHIPPED.offering("OFF_ADI_MID_MARKET").unwrap();
    let choices = [
        ("Port Speed", "100M"),
        ("Access Speed", "100M"),
        ("Term", "36"),
        ("Management Option", by),
    ];
    SiteAsk { configuration: configured(offering, &choices), ..adi(n, "100M", "36") }
}

fn with_port10(sites: Vec<SiteAsk>) -> PriceAsk<'static> {
    PriceAsk { promotions: vec!["ADI-PORT10".into()], ..ask(sites) }
}

/// Why it cannot be had.
fn reason(catalogue: &Catalogue, ask: &PriceAsk<'_>) -> Option<String> {
    let refusals = price(catalogue, ask).err()?;
    let [refusal] = &refusals[..] else { panic!("one refusal: {refusals:#?}") };
    assert_eq!((refusal.code, refusal.index), (RefusalCode::PromotionNotEligible, Some(0)));
    refusal.detail.strip_prefix("promotion ADI-PORT10: ").map(str::to_owned)
}

/// The near misses of the promotion: what they are, and their words.
fn near(catalogue: &Catalogue, sites: Vec<SiteAsk>) -> Vec<(NearMissCode, String)> {
    let misses = price(catalogue, &ask(sites)).unwrap().near_misses;
    let of_it = misses.into_iter().filter(|n| n.promotion.as_deref() == Some("ADI-PORT10"));
    of_it.map(|n| (n.code, n.text)).collect()
}

fn managed_by(whom: &str) -> String {
    format!("[[promotion.when]]\nfeature = \"Management Option\"\namong = [\"{whom}\"]")
}

#[test]
fn a_promotion_is_for_its_tiers_and_programmes_only() {
    let catalogue = conditional("tiers = [\"premier\"]\nprogrammes = [\"apex\"]");
    let site = || vec![adi(1, "100M", "36")];
    let mut asked = with_port10(site());
    let why = "it is not for partners of tier standard";
    assert_eq!(reason(&catalogue, &asked).as_deref(), Some(why));
    assert_eq!(near(&catalogue, site()), [], "what a partner cannot have is no advice");
    asked.tier = "premier";
    let why = "it is not for the programme alliance";
    assert_eq!(reason(&catalogue, &asked).as_deref(), Some(why));
    asked.programme = "apex";
    assert_eq!(reason(&catalogue, &asked), None);
}

#[test]
fn a_promotion_for_many_sites_needs_them_and_is_near_with_a_few_more() {
    let catalogue = conditional("min_sites = 8");
    let sites = |count: usize| (0..count).map(|n| adi(n, "100M", "36")).collect::<Vec<_>>();
    assert_eq!(reason(&catalogue, &with_port10(sites(8))), None);
    let why = "it needs 8 sites or more of OFF_ADI_MID_MARKET, the quote has 7";
    assert_eq!(reason(&catalogue, &with_port10(sites(7))).as_deref(), Some(why));
    assert_eq!(near(&catalogue, sites(5)), []);
    let name = &SHIPPED.offering("OFF_ADI_MID_MARKET").unwrap().name;
    // 24.65 a site.
    let text = format!(
        "2 more sites of {name} would add promotion ADI-PORT10 and save 147.90 a month on the 6 \
         there are"
    );
    assert_eq!(near(&catalogue, sites(6)), [(NearMissCode::PromotionWithSites, text)]);
}

#[test]
fn a_promotion_for_a_zone_reduces_the_sites_in_it() {
    let catalogue = conditional("zones = [\"A\"]");
    let in_b = |n| SiteAsk { zip: "33101".into(), ..adi(n, "100M", "36") };
    let priced = price(&catalogue, &with_port10(vec![adi(1, "100M", "36"), in_b(2)])).unwrap();
    let ports: Vec<_> = priced.sites.iter().map(|s| s.lines[1].mrc.net.minor()).collect();
    assert_eq!(ports, [22_185, 24_650]);
    assert_eq!(priced.given[0].amount.minor(), 2_465 * 36);
    let why = "it is for sites in the access zones A";
    assert_eq!(reason(&catalogue, &with_port10(vec![in_b(1)])).as_deref(), Some(why));
    assert_eq!(near(&catalogue, vec![in_b(1)]), [], "a site stays where it is");
}

#[test]
fn a_promotion_for_a_choice_reduces_the_sites_that_made_it_and_is_near_for_the_others() {
    let own = "Customer Managed";
    let catalogue = conditional(&managed_by(own));
    let feature = catalogue.offering("OFF_ADI_MID_MARKET").unwrap().feature("Management Option");
    let other = feature.unwrap().values().iter().find(|value| ***value != *own).unwrap();
    let priced = price(&catalogue, &with_port10(vec![managed(1, own), managed(2, other)])).unwrap();
    let ports: Vec<_> = priced.sites.iter().map(|s| s.lines[1].mrc.net.minor()).collect();
    assert_eq!(ports, [22_185, 24_650]);
    let why = format!("it needs Management Option {own}");
    assert_eq!(reason(&catalogue, &with_port10(vec![managed(1, other)])), Some(why));
    let before = price(&catalogue, &ask(vec![managed(1, other)])).unwrap().totals.mrc.minor();
    let after = price(&catalogue, &with_port10(vec![managed(1, own)])).unwrap().totals.mrc.minor();
    let saved = Money::from_minor(before - after);
    let text =
        format!("Management Option {own} would add promotion ADI-PORT10 and save {saved} a month");
    let found = near(&catalogue, vec![managed(1, other)]);
    assert_eq!(found, [(NearMissCode::PromotionWithFeature, text)]);
    let alone = near(&catalogue, vec![managed(1, own)]);
    assert_eq!(alone[0].0, NearMissCode::PromotionAvailable);
}

#[test]
fn where_two_things_lack_nothing_is_near() {
    let catalogue = conditional(&format!("zones = [\"B\"]\n{}", managed_by("Customer Managed")));
    let managed_here = |n| managed(n, "Customer Managed");
    assert_eq!(near(&catalogue, vec![adi(1, "100M", "36")]), []);
    // Each site has one of the two.
    let there = SiteAsk { zip: "33101".into(), ..adi(2, "100M", "36") };
    let refused = with_port10(vec![managed_here(1), there]);
    let why = "no site has all that it needs at once";
    assert_eq!(reason(&catalogue, &refused).as_deref(), Some(why));
}
