//! Pricing what has changed beside what has not gives what pricing everything anew gives.

use super::properties::any_site;
use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// One change of a quote.
#[derive(Debug, Clone)]
enum Edit {
    /// A site comes, or is configured or placed anew.
    Put(usize, String, Configuration),
    Remove(usize),
    /// It is asked for another price.
    Ask {
        tier: &'static str,
        tenths: Option<i64>,
        promotions: Vec<&'static str>,
        day: &'static str,
    },
}

fn any_edit() -> impl Strategy<Value = Edit> {
    let codes = vec!["ADI-WELCOME", "ADI-PORT10", "ADI-ALL7", "AIAB-START"];
    let tier = prop::sample::select(vec!["standard", "premier"]);
    let day = prop::sample::select(vec!["2026-06-20", "2026-11-20", "2027-02-01"]);
    let ask = (tier, prop::option::of(0i64..120), prop::sample::subsequence(codes, 0..3), day);
    prop_oneof![
        6 => (0usize..8, any_site()).prop_map(|(n, (zip, site))| Edit::Put(n, zip, site)),
        1 => (0usize..8).prop_map(Edit::Remove),
        2 => ask.prop_map(|(tier, tenths, promotions, day)| {
            Edit::Ask { tier, tenths, promotions, day }
        }),
    ]
}

/// A quote's sites with the prices that they keep, and what those add up to.
#[derive(Default)]
struct Kept {
    sites: BTreeMap<usize, (SiteAsk, Option<SitePrice>)>,
    sums: PriceSums,
}

impl Kept {
    fn put(&mut self, n: usize, site: Option<(SiteAsk, Option<SitePrice>)>) {
        if let Some((_, Some(price))) = self.sites.remove(&n) {
            self.sums.take(&price);
        }
        if let Some((ask, price)) = site {
            if let Some(price) = &price {
                self.sums.put(price);
            }
            self.sites.insert(n, (ask, price));
        }
    }

    fn all(&self) -> Vec<SiteAsk> {
        self.sites.values().map(|(ask, _)| ask.clone()).collect()
    }

    /// Prices what has no price on a basis of the ask.
    fn price(&mut self, ask: &PriceAsk<'static>) -> Result<(QuotePrice, usize), ()> {
        let unpriced = self.sites.values().filter(|(_, price)| price.is_none());
        let sites = unpriced.map(|(site, _)| site.clone()).collect();
        let bases = bases(&SHIPPED, &PriceAsk { sites, ..ask.clone() }, &self.sums);
        let good = |price: &SitePrice| {
            price.share.as_ref().is_some_and(|share| bases.contains(&share.basis))
        };
        let stale: Vec<usize> = self
            .sites
            .iter()
            .filter(|(_, (_, price))| !price.as_ref().is_some_and(good))
            .map(|(n, _)| *n)
            .collect();
        let mut beside = self.sums.clone();
        stale.iter().filter_map(|n| self.sites[n].1.as_ref()).for_each(|p| beside.take(p));
        let sites = stale.iter().map(|n| self.sites[n].0.clone()).collect();
        let ask = PriceAsk { sites, ..ask.clone() };
        let priced = price_beside(&SHIPPED, &ask, &beside).map_err(drop)?;
        for (n, price) in stale.iter().zip(&priced.sites) {
            let site = self.sites[n].0.clone();
            self.put(*n, Some((site, Some(price.clone()))));
        }
        Ok((priced, stale.len()))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn pricing_what_changed_is_pricing_everything(
        edits in prop::collection::vec(any_edit(), 1..14),
    ) {
        let mut quote = Kept::default();
        let mut asked = ask(Vec::new());
        for edit in edits {
            match edit {
                Edit::Put(n, zip, configuration) => {
                    quote.put(n, Some((SiteAsk { site: site_id(n), zip, configuration }, None)));
                }
                Edit::Remove(n) => quote.put(n, None),
                Edit::Ask { tier, tenths, promotions, day } => {
                    asked.tier = tier;
                    asked.discount_percent = tenths.map(|t| Decimal::new(t, 1));
                    asked.promotions = promotions.iter().map(ToString::to_string).collect();
                    asked.on = Moment::parse(&format!("{day}T00:00:00Z")).unwrap().date();
                }
            }
            let whole = price(&SHIPPED, &PriceAsk { sites: quote.all(), ..asked.clone() });
            let beside = quote.price(&asked);
            prop_assert_eq!(whole.is_ok(), beside.is_ok());
            let (Ok(whole), Ok((beside, _))) = (whole, beside) else { continue };
            let kept: Vec<_> = quote.sites.values().filter_map(|(_, p)| p.clone()).collect();
            prop_assert_eq!(&whole.sites, &kept);
            let beside = QuotePrice { sites: kept, ..beside };
            let bytes = |quote| serde_json::to_string(quote).unwrap();
            prop_assert_eq!(bytes(&whole), bytes(&beside));
            let mut counted = PriceSums::default();
            whole.sites.iter().for_each(|price| counted.put(price));
            prop_assert_eq!(bytes_of(&counted), bytes_of(&quote.sums));
            prop_assert_eq!(counted, quote.sums.clone());
        }
    }
}

fn bytes_of(sums: &PriceSums) -> String {
    let text = serde_json::to_string(sums).unwrap();
    assert_eq!(serde_json::from_str::<PriceSums>(&text).unwrap(), *sums);
    text
}

#[test]
fn an_edit_of_one_site_prices_one_site_and_another_ask_prices_those_it_concerns() {
    let mut quote = Kept::default();
    for n in 0..6 {
        quote.put(n, Some((adi(n, "100M", "36"), None)));
    }
    let aiab = configured(SHIPPED.offering("OFF_AIAB").unwrap(), &[("Plan", "Standard")]);
    let wireless = SiteAsk { site: site_id(6), zip: "60606".into(), configuration: aiab };
    quote.put(6, Some((wireless, None)));
    let mut asked = ask(Vec::new());
    assert_eq!(quote.price(&asked).unwrap().1, 7);
    assert_eq!(quote.price(&asked).unwrap().1, 0);
    quote.put(2, Some((adi(2, "1G", "36"), None)));
    assert_eq!(quote.price(&asked).unwrap().1, 1);
    // The promotion is of one offering: the other's sites keep their prices.
    asked.promotions = vec!["ADI-PORT10".into()];
    assert_eq!(quote.price(&asked).unwrap().1, 6);
    // Another day alone changes no site.
    asked.on = Moment::parse("2027-02-01T00:00:00Z").unwrap().date();
    assert_eq!(quote.price(&asked).unwrap().1, 0);
    asked.discount_percent = Some(Decimal::TWO);
    assert_eq!(quote.price(&asked).unwrap().1, 7);
    asked.discount_percent = Some(Decimal::new(200, 2));
    assert_eq!(quote.price(&asked).unwrap().1, 0, "2 and 2.00 per cent are the same");
}

#[test]
fn a_site_that_brings_the_next_volume_step_prices_all_sites_of_its_offering_anew() {
    let mut quote = Kept::default();
    let asked = ask(Vec::new());
    for n in 0..9 {
        quote.put(n, Some((adi(n, "100M", "36"), None)));
    }
    assert_eq!(quote.price(&asked).unwrap().1, 9);
    // The tenth reaches the first step.
    quote.put(9, Some((adi(9, "100M", "36"), None)));
    let (beside, count) = quote.price(&asked).unwrap();
    assert_eq!(count, 10);
    let whole = priced(&PriceAsk { sites: quote.all(), ..asked.clone() });
    assert_eq!(beside.totals, whole.totals);
    let volume =
        |site: &SitePrice| site.lines[0].mrc.steps.iter().any(|step| step.kind == StepKind::Volume);
    assert!(beside.sites.iter().all(volume));
    quote.put(10, Some((adi(10, "100M", "36"), None)));
    assert_eq!(quote.price(&asked).unwrap().1, 1, "the step stays");
    quote.put(10, None);
    quote.put(9, None);
    assert_eq!(quote.price(&asked).unwrap().1, 9, "and it is gone with the tenth");
}

#[test]
fn another_text_of_the_catalogue_is_another_basis_whatever_its_version() {
    let mut files = crate::catalogue::tests::shipped_files();
    let one = Catalogue::parse(&files).unwrap();
    files[0].1.push_str("\n# As before.\n");
    let other = Catalogue::parse(&files).unwrap();
    assert_eq!(one.version(), other.version());
    let asked = ask(Vec::new());
    let of = |catalogue| bases(catalogue, &asked, &PriceSums::default());
    assert!(of(&one).iter().all(|basis| !of(&other).contains(basis)));
}
