//! What a quote's price is made of: its sites put together, rule by rule and product by product.
//! Pure sums, so that what is shown of them is what the quote holds, to the cent.

use crate::money::{Money, Overflow};
use crate::pricing::{LinePrice, SitePrice, StepKind, Totals, Waterfall};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A monthly and a one-off amount. Below zero for what is taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Charges {
    pub mrc: Money,
    pub nrc: Money,
}

/// One line on the way from the list price to the net.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fall {
    pub kind: StepKind,
    /// The offering's code and the rule's words; none for list and net, which many rules make.
    pub rule: Option<(Arc<str>, Arc<str>)>,
    /// The names of the components whose charges it changes.
    pub on: Vec<Arc<str>>,
    pub charges: Charges,
}

/// What one offering comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfOffering {
    /// Its code.
    pub offering: Arc<str>,
    pub sites: u32,
    pub totals: Totals,
}

/// An offering's code and the words of one of its rules.
type Rule = (Arc<str>, Arc<str>);

/// What one rule takes off, and the components of which it does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Sum {
    charges: Charges,
    on: BTreeSet<Arc<str>>,
}

/// The price of a quote, gathered site by site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Breakdown {
    steps: BTreeMap<(StepKind, Option<Rule>), Sum>,
    offerings: BTreeMap<Arc<str>, (u32, Totals)>,
    /// The longest that delivery is estimated to take, in working days.
    pub lead_days: Option<u32>,
}

impl Breakdown {
    /// Adds a priced site.
    ///
    /// # Errors
    /// A sum does not fit. Those of a quote that could be priced do.
    pub fn put(&mut self, price: &SitePrice) -> Result<(), Overflow> {
        for line in &price.lines {
            self.steps_of(&price.offering, line, &line.mrc, |charges| &mut charges.mrc)?;
            self.steps_of(&price.offering, line, &line.nrc, |charges| &mut charges.nrc)?;
        }
        let (sites, totals) = self.offerings.entry(price.offering.clone()).or_default();
        *sites += 1;
        *totals = Totals::sum([&*totals, &price.totals].into_iter())?;
        self.lead_days = self.lead_days.max(price.lead_days);
        Ok(())
    }

    fn steps_of(
        &mut self,
        offering: &Arc<str>,
        line: &LinePrice,
        waterfall: &Waterfall,
        of: impl Fn(&mut Charges) -> &mut Money,
    ) -> Result<(), Overflow> {
        for step in &waterfall.steps {
            let (rule, amount) = match step.kind {
                StepKind::List => (None, step.amount),
                StepKind::Net => (None, waterfall.net),
                _ => (Some((offering.clone(), step.rule.clone())), step.amount),
            };
            let entry = self.steps.entry((step.kind, rule)).or_default();
            if !entry.on.contains(&line.name) {
                entry.on.insert(line.name.clone());
            }
            let sum = of(&mut entry.charges);
            *sum = sum.checked_add(amount)?;
        }
        Ok(())
    }

    /// From the list price to the net: by kind of step, then by offering and rule. The lines
    /// before the net add up to it.
    pub fn falls(&self) -> impl Iterator<Item = Fall> {
        let fall = |((kind, rule), sum): (&(StepKind, _), &Sum)| Fall {
            kind: *kind,
            rule: Option::clone(rule),
            on: sum.on.iter().cloned().collect(),
            charges: sum.charges,
        };
        self.steps.iter().map(fall)
    }

    /// By offering.
    pub fn offerings(&self) -> impl Iterator<Item = OfOffering> {
        self.offerings.iter().map(|(offering, (sites, totals))| OfOffering {
            offering: offering.clone(),
            sites: *sites,
            totals: *totals,
        })
    }

    /// What all the sites come to.
    ///
    /// # Errors
    /// A sum does not fit.
    pub fn totals(&self) -> Result<Totals, Overflow> {
        Totals::sum(self.offerings.values().map(|(_, totals)| totals))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, Choice};
    use crate::id::{Ids, Kind};
    use crate::pricing::{PriceAsk, SiteAsk, price};
    use crate::time::Moment;

    fn asks(ids: &mut Ids) -> Vec<SiteAsk> {
        let catalogue = Catalogue::shipped().unwrap();
        let mut ask = |offering: &str, zip: &str, choices: &[(&str, &str)]| {
            let choice = |(feature, value): &(&str, &str)| Choice {
                feature: (*feature).to_owned(),
                value: (*value).to_owned(),
            };
            let choices: Vec<_> = choices.iter().map(choice).collect();
            let configuration = catalogue.offering(offering).unwrap().configure(&choices).unwrap();
            SiteAsk { site: ids.next(Kind::Site), zip: zip.to_owned(), configuration }
        };
        let adi = [("Port Speed", "100M"), ("Access Speed", "250M"), ("Term", "36")];
        let zips = ["60606", "59001", "10001", "75075", "02110"];
        let mut asks: Vec<_> =
            (0..11).map(|at| ask("OFF_ADI_MID_MARKET", zips[at % 5], &adi)).collect();
        let adi = [("Port Speed", "1G"), ("Access Speed", "1G"), ("Term", "60")];
        asks.push(ask("OFF_ADI_MID_MARKET", "60606", &adi));
        asks
    }

    #[test]
    fn every_level_of_a_breakdown_adds_up_to_the_quotes_totals() {
        let catalogue = Catalogue::shipped().unwrap();
        let now = Moment::parse("2026-09-01T12:00:00Z").unwrap();
        let mut ids = Ids::new(now.ms(), 7);
        let ask = PriceAsk {
            on: now.date(),
            tier: "standard",
            programme: "alliance",
            discount_percent: Some("3.3".parse().unwrap()),
            promotions: vec!["ADI-WELCOME".to_owned(), "ADI-PORT10".to_owned()],
            allowances: &[],
            sites: asks(&mut ids),
        };
        let priced = price(&catalogue, &ask).unwrap();
        let mut breakdown = Breakdown::default();
        for site in &priced.sites {
            breakdown.put(site).unwrap();
        }
        assert_eq!(breakdown.totals().unwrap(), priced.totals);
        let count: u32 = breakdown.offerings().map(|o| o.sites).sum();
        assert_eq!(count, 12);
        let falls: Vec<_> = breakdown.falls().collect();
        let (net, before) = falls.split_last().unwrap();
        assert_eq!(net.kind, StepKind::Net);
        let net_is = Charges { mrc: priced.totals.mrc, nrc: priced.totals.nrc };
        assert_eq!(net.charges, net_is);
        let sum = |of: fn(&Charges) -> Money| Money::sum(before.iter().map(|f| of(&f.charges)));
        assert_eq!(sum(|c| c.mrc).unwrap(), priced.totals.mrc);
        assert_eq!(sum(|c| c.nrc).unwrap(), priced.totals.nrc);
        let kinds: Vec<_> = before.iter().map(|f| f.kind).collect();
        assert!(kinds.is_sorted(), "{kinds:?}");
        let has = |kind| kinds.contains(&kind);
        assert!(has(StepKind::Term) && has(StepKind::Volume));
        assert!(has(StepKind::Promotion) && has(StepKind::Discount));
    }
}
