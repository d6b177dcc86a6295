//! The demo's price: refused below the floor, approved by operations, summed up to the cent.

use super::meet::day;
use super::show::{Came, Show, Totals, add, amount, is_refusal, same, text};
use crate::client::Answer;
use crate::failure::Outcome;
use crate::figures;
use domain::money::Money;
use serde_json::{Value, json};

/// More than any floor allows.
const TOO_MUCH: &str = "40";
/// More than tier premier may give by itself.
const ASKED: &str = "15";
/// What the demo would like, of what is in force.
const PROMOTIONS: [&str; 2] = ["ADI-WELCOME", "ADI-PORT10"];

impl Show {
    pub(super) async fn price(&mut self) -> Came {
        let promotions = self.promotions().await?;
        let path = self.quote_path("/price");
        let ask = |percent: &str| json!({ "discount_percent": percent, "promotions": promotions });
        let refused = self.partner.post(&path, ask(TOO_MUCH)).await?;
        let faults = is_refusal(&refused, 422, "price_refused")?;
        self.t.refused(format!(
            "a discount of {TOO_MUCH} %: 422 price_refused, {faults} lines below their floor; {}",
            refused.str("/errors/0/expected")?
        ));
        let pending = self.partner.post(&path, ask(ASKED)).await?.expect(200)?;
        same("state", "pending_approval", pending.str("/quote/state")?)?;
        let authority = pending.str("/quote/offer/approval/authority_percent")?;
        self.t.did(format!(
            "a discount of {ASKED} %: pending, the partner's own authority ends at {authority} %"
        ));
        self.approve_discount().await?;
        let quote = self.partner.get(&self.quote_path("")).await?.expect(200)?;
        self.totals = Totals::read(quote.at("/offer/totals")?)?;
        let sites = self.partner.get(&self.quote_path("/sites")).await?.expect(200)?;
        self.check_sums(&sites)?;
        self.tell_waterfall(&sites)?;
        for miss in quote.list("/offer/near_misses")?.iter().take(4) {
            self.t.note(format!("near miss: {}", text(miss, "text")));
        }
        let until = day(quote.str("/offer/expires_at")?);
        self.t.did(format!("{}; offer good until {until}", self.totals));
        let mrc = figures::money(self.totals.mrc);
        Ok(format!("{mrc} USD a month, {ASKED} % off approved by operations"))
    }

    /// The wanted promotions that the catalogue shows in force.
    async fn promotions(&self) -> Outcome<Vec<String>> {
        let catalogue = self.partner.get("/v1/catalogue").await?.expect(200)?;
        let wanted =
            |p: &&Value| PROMOTIONS.contains(&text(p, "code")) && p["in_force"] != json!(false);
        let taken: Vec<_> = catalogue.list("/promotions")?.iter().filter(wanted).collect();
        for promotion in &taken {
            self.t.note(format!(
                "promotion in force: {}, {} (until {})",
                text(promotion, "code"),
                text(promotion, "name"),
                text(promotion, "until")
            ));
        }
        Ok(taken.iter().map(|p| text(p, "code").to_owned()).collect())
    }

    async fn approve_discount(&self) -> Outcome {
        let path = "/v1/operations/discount-approvals";
        let pending = self.operations.get(path).await?.expect(200)?;
        same("discounts that wait", 1, pending.list("/items")?.len())?;
        let approve = format!("{path}/{}/approve", self.quote);
        let body = json!({ "note": "Strategic account." });
        self.operations.post(&approve, body).await?.expect(200)?;
        let quote = self.partner.get(&self.quote_path("")).await?.expect(200)?;
        same("state", "priced", quote.str("/state")?)?;
        self.t.decided(format!("{} approves the discount", quote.str("/offer/approved_by")?));
        Ok(())
    }

    /// Steps add up to their charge, lines to their site, sites to the quote.
    fn check_sums(&self, sites: &Answer) -> Outcome {
        let mut quote = Totals::default();
        let mut lines = 0;
        for site in sites.list("/sites")? {
            let name = text(site, "name");
            let mut sum = Totals::default();
            for line in site["price"]["lines"].as_array().into_iter().flatten() {
                lines += 1;
                sum = sum.plus(Totals::read(&line["totals"])?)?;
                for charge in ["mrc", "nrc"] {
                    let mut steps = Money::ZERO;
                    for step in line[charge]["steps"].as_array().into_iter().flatten() {
                        steps = add(steps, amount(&step["amount"])?)?;
                    }
                    let what = format!("{name}, {}, {charge} steps", text(line, "name"));
                    same(&what, amount(&line[charge]["net"])?, steps)?;
                }
            }
            let own = Totals::read(&site["price"]["totals"])?;
            same(&format!("{name}: sum of its lines"), own, sum)?;
            quote = quote.plus(own)?;
        }
        same("sum of the sites", self.totals, quote)?;
        self.t.did(format!("{lines} lines add up to their sites, the sites to the quote"));
        Ok(())
    }

    /// From list to net, over all lines, by sort of step.
    fn tell_waterfall(&self, sites: &Answer) -> Outcome {
        for (charge, word) in [("mrc", "monthly"), ("nrc", "one-off")] {
            let mut parts = Vec::new();
            let mut left = Money::ZERO;
            for kind in ["list", "term", "promotion", "discount"] {
                let mut sum = Money::ZERO;
                for step in steps(sites, charge)? {
                    if text(step, "kind") == kind {
                        sum = add(sum, amount(&step["amount"])?)?;
                    }
                }
                left = add(left, sum)?;
                if sum != Money::ZERO {
                    parts.push(format!("{kind} {}", figures::money(sum)));
                }
            }
            self.t.note(format!("{word}: {} = net {}", parts.join(", "), figures::money(left)));
        }
        Ok(())
    }
}

fn steps<'a>(sites: &'a Answer, charge: &'a str) -> Outcome<impl Iterator<Item = &'a Value>> {
    let list = |value: &'a Value| value.as_array().into_iter().flatten();
    let lines = sites.list("/sites")?.iter().flat_map(move |s| list(&s["price"]["lines"]));
    Ok(lines.flat_map(move |line| list(&line[charge]["steps"])))
}
