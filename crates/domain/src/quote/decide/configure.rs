//! Sites are configured, each with features of its own, and the quote is priced with them: all of
//! it or nothing.

use super::super::edits::QuoteSites;
use super::preview::Edited;
use super::sites::{configured, fitting};
use super::{AskPrice, Configure, Rules, quote_price};
use crate::change::Context;
use crate::code::{Because, Code};
use crate::decision::Decision;
use crate::id::Id;
use crate::law::QuoteFile;
use crate::programme::Stage;
use crate::quote::{Quote, Site};
use crate::refusal::{Fault, Refusal, named};
use std::collections::HashMap;

/// Configures sites as `each` says and, where every site of the quote is then configured and has a
/// valid address, prices the quote. The file has all sites. Without anything to configure it
/// prices, or says what is missing for that.
///
/// # Errors
/// Refused whole; pointers begin with `/configurations`, those of the price are its own.
pub fn configure_and_price(
    ctx: &mut Context,
    rules: Rules<'_>,
    tier: &str,
    file: QuoteFile,
    each: &[Configure],
    ask: AskPrice,
) -> Result<Decision<QuoteSites>, Refusal> {
    let catalogue = file.catalogue.clone();
    if each.is_empty() {
        return quote_price(ctx, rules, tier, &file, &catalogue, ask);
    }
    let first = sites_configure_each(ctx, rules, &file, each)?;
    if !is_whole(&first.view.quote) {
        return Ok(first);
    }
    let after = Edited::of(file).after(first.change.clone());
    let priced = quote_price(ctx, rules, tier, &after, &catalogue, ask)?;
    Ok(Decision { change: first.change.followed_by(priced.change), view: priced.view })
}

/// Whether each of its sites is configured and has a valid address.
fn is_whole(quote: &Quote) -> bool {
    let tally = &quote.tally;
    tally.sites > 0 && tally.configured == tally.sites && tally.passed == tally.sites
}

/// Configures several sites, each as its own choices say; a site is named once.
fn sites_configure_each(
    ctx: &mut Context,
    rules: Rules<'_>,
    file: &QuoteFile,
    each: &[Configure],
) -> Result<Decision<QuoteSites>, Refusal> {
    file.gate(ctx, rules, Stage::Configuration)?;
    let known: HashMap<Id, &Site> = file.sites.iter().map(|site| (site.id, site)).collect();
    let (mut chosen, mut named_at, mut wrong) = (Vec::new(), HashMap::new(), Wrong::default());
    for (at, one) in each.iter().enumerate() {
        let place = format!("/configurations/{at}");
        let configuration = fitting(rules, &file.catalogue, one);
        let configuration = configuration.map_err(|refusal| wrong.add(&place, refusal)).ok();
        for (nth, id) in one.sites.iter().flatten().enumerate() {
            let fault = |because, detail| Fault::new(format!("/site_ids/{nth}"), because, detail);
            let fault = match (known.get(id), named_at.insert(*id, at)) {
                (None, _) => fault(Because::UnknownId, "no such site in this quote"),
                (_, Some(_)) => fault(Because::Duplicate, "the site is named twice"),
                (Some(site), None) => {
                    chosen
                        .extend(configuration.clone().map(|configuration| (*site, configuration)));
                    continue;
                }
            };
            let refusal = Refusal::new(Code::UnknownReference, "some sites are not of this quote");
            wrong.add(&place, refusal.with(vec![fault]));
        }
    }
    wrong.refuse()?;
    configured(ctx, file, chosen.into_iter())
}

/// What is wrong with several requests, gathered into one refusal.
#[derive(Default)]
struct Wrong(Option<Refusal>);

impl Wrong {
    fn add(&mut self, place: &str, refusal: Refusal) {
        let at = |fault: Fault| Fault { pointer: format!("{place}{}", fault.pointer), ..fault };
        let faults: Vec<Fault> = refusal.faults.into_iter().map(at).collect();
        match &mut self.0 {
            Some(first) => first.faults.extend(faults),
            None => self.0 = Some(Refusal { faults, ..refusal }),
        }
    }

    fn refuse(self) -> Result<(), Refusal> {
        let Some(refusal) = self.0 else { return Ok(()) };
        let (faults, more) = named(refusal.faults);
        let detail = format!("{}{more}", refusal.detail);
        Err(Refusal { detail, faults, ..refusal })
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Desk, features};
    use super::*;
    use crate::catalogue::Choice;
    use crate::quote::QuoteState;

    fn of(site: Id, speed: &str) -> Configure {
        let (sites, offering) = (Some(vec![site]), "OFF_ADI_MID_MARKET".to_owned());
        Configure { sites, offering, choices: features(speed, "36") }
    }

    fn ids(desk: &Desk) -> Vec<Id> {
        desk.sites.iter().map(|site| site.id).collect()
    }

    fn configure(desk: &mut Desk, each: &[Configure]) -> Result<QuoteSites, Refusal> {
        let tier = desk.tier;
        desk.perform(|ctx, rules, file| {
            configure_and_price(ctx, rules, tier, file.clone(), each, AskPrice::default())
        })
    }

    #[test]
    fn sites_with_features_of_their_own_cost_what_they_cost_configured_one_by_one() {
        let mut one_by_one = Desk::open();
        one_by_one.add(2);
        one_by_one.validate();
        let mut at_once = one_by_one.clone();
        let [a, b] = ids(&at_once)[..] else { panic!("two sites") };
        for (site, speed) in [(a, "1G"), (b, "100M")] {
            let features = features(speed, "36");
            one_by_one.configure(Some(vec![site]), "OFF_ADI_MID_MARKET", features).unwrap();
        }
        let expected = one_by_one.price(AskPrice::default()).unwrap();
        let done = configure(&mut at_once, &[of(a, "1G"), of(b, "100M")]).unwrap();
        let totals = |quote: &Quote| quote.offer().map(|offer| offer.totals);
        assert_eq!(totals(&done.quote), totals(&expected.quote));
        assert!(matches!(at_once.quote.state, QuoteState::Priced { .. }));
        assert!(at_once.sites.iter().all(|site| site.price.is_some()));
    }

    #[test]
    fn a_quote_is_priced_with_the_last_site_that_lacked_something() {
        let mut desk = Desk::open();
        desk.add(2);
        desk.validate();
        let [a, b] = ids(&desk)[..] else { panic!("two sites") };
        let first = configure(&mut desk, &[of(a, "1G")]).unwrap();
        assert_eq!(first.quote.state, QuoteState::Draft);
        let second = configure(&mut desk, &[of(b, "1G")]).unwrap();
        assert!(matches!(second.quote.state, QuoteState::Priced { .. }));
    }

    #[test]
    fn one_wrong_configuration_refuses_all_and_each_fault_has_its_place() {
        let mut desk = Desk::open();
        desk.add(2);
        desk.validate();
        let [a, b] = ids(&desk)[..] else { panic!("two sites") };
        let before = desk.sites.clone();
        let mut wrong = of(b, "1G");
        wrong.choices.push(Choice { feature: "Colour".into(), value: "Red".into() });
        let refusal = configure(&mut desk, &[of(a, "1G"), wrong, of(a, "1G")]).unwrap_err();
        assert_eq!(refusal.code, Code::InvalidConfiguration);
        let places: Vec<_> = refusal.faults.iter().map(|f| f.pointer.as_str()).collect();
        assert_eq!(places, ["/configurations/1/features/3", "/configurations/2/site_ids/0"]);
        assert_eq!(desk.sites, before);
    }
}
