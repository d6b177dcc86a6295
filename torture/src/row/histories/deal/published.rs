//! The steps of a sale that its program takes by a published call, which has no key: what is not
//! known is asked again as it is.

use super::{Deal, bodies, text};
use crate::row::histories::ask::{Ask, Repeated};
use fastrand::Rng;
use http::Method;
use serde_json::{Value, json};

const ORDER: &str = "/apex/api/v1/order-apex";
const CONTRACT: &str = "/apex/api/v1/contract-apex";
const BILLING: &str = "/apex/api/v1/order-enrichment/newBilling-apex";
const CUSTOMERS: &str = "/apex/api/v1/customerAccountLookup-apex";

fn person() -> Value {
    json!({ "type": "primary", "firstName": "Robin", "lastName": "Castellan",
        "email": "robin.castellan@example.com", "phone": "214-555-0142",
        "street": "1500 Marilla St", "city": "Dallas", "state": "TX", "zip": "75201",
        "zipCode": "75201" })
}

/// An address as the published calls have it.
fn address(place: usize) -> Value {
    let native = bodies::address(place);
    json!({ "street": native["street"], "city": native["city"], "state": native["state"],
        "zipCode": native["zip"] })
}

impl Deal {
    /// One call in four is a published one.
    fn by_published(
        &self,
        dice: &mut Rng,
        kind: &'static str,
        repeated: Repeated,
        call: impl FnOnce(&mut Rng) -> (&'static str, Value),
    ) -> Option<Ask> {
        (dice.u8(0..4) == 0).then(|| {
            let (path, body) = call(dice);
            Ask::published(kind, repeated, self.caller, path, &body).of(self.number)
        })
    }

    /// Configures every site, and with that prices the quote, in the family of its programme.
    pub(super) fn configure_published(&self, dice: &mut Rng) -> Option<Ask> {
        self.by_published(dice, "configure by a published call", Repeated::Set, |dice| {
            let native = bodies::configuration(self.programme, dice);
            let price = bodies::price(self.programme, dice);
            let input = |site: &super::Part| {
                json!({ "siteId": site.id, "productId": native["offering"],
                    "configuration": { "configId": "c", "features": native["features"] } })
            };
            let mut wanted = json!({ "flowName": "sendconfigDiscountPromoDetails", "id": "1234",
                "quoteId": self.quote,
                "pricingInputs": self.sites.iter().map(input).collect::<Vec<_>>() });
            for (member, native) in
                [("discountPercent", "discount_percent"), ("promotions", "promotions")]
            {
                if !price[native].is_null() {
                    wanted[member] = price[native].clone();
                }
            }
            let path = match self.programme {
                "apex" => "/apex/api/v1/config-apex",
                "aiab" => "/aiab/api/v1/config/aiab",
                _ => "/alliance/api/v1/config",
            };
            (path, json!({ "configDiscountPromoRequest": wanted }))
        })
    }

    /// Of the partner in APEX, else of the end customer.
    pub(in crate::row::histories) fn credit_published(&self, dice: &mut Rng) -> Option<Ask> {
        self.by_published(dice, "ask credit by a published call", Repeated::Standing, |dice| {
            if self.programme == "apex" {
                let body = json!({ "quoteId": self.quote, "spId": self.partner });
                return ("/apex/api/v1/creditCheck-apex", body);
            }
            let legal = address(0);
            let mut body = json!({ "quoteId": self.quote,
                "userEmail": "sample.signer@example.com", "businessType": "L",
                "businessName": "Lone Star Dental Group", "primaryFirstName": "Sample",
                "primaryLastName": "Signer", "legalEntityStreetAddress": legal["street"],
                "legalEntityCity": legal["city"], "legalEntityState": legal["state"],
                "legalEntityZipCode": legal["zipCode"] });
            if self.programme == "aiab" {
                let amount = dice.choice(["500.00", "5000.00"]).unwrap_or("5000.00");
                body["requestedAmount"] = json!(amount);
                return ("/aiab/api/v1/creditCheck/aiab", body);
            }
            ("/alliance/api/v1/creditCheck", body)
        })
    }

    pub(super) fn contract_published(&self, dice: &mut Rng) -> Option<Ask> {
        self.by_published(dice, "contract by a published call", Repeated::Standing, |_| {
            let customer = json!({ "companyName": "Lone Star Dental Group",
                "companyAddress": address(0) });
            let body = json!({ "quoteId": self.quote, "spId": self.partner,
                "approverEmail": "sample.signer@example.com",
                "contractInput": { "endCustomerDetails": customer } });
            (CONTRACT, body)
        })
    }

    pub(super) fn order_published(&self, dice: &mut Rng) -> Option<Ask> {
        self.by_published(dice, "order by a published call", Repeated::Once, |_| {
            let body = json!({ "quoteId": self.quote, "checkT&C": true,
                "contacts": { "contactDetails": { "primary": person(), "alternate": person() } } });
            (ORDER, body)
        })
    }

    /// A billing account that no other sub-order has.
    pub(super) fn bill_published(&self, dice: &mut Rng, sub: &str) -> Option<Ask> {
        self.by_published(dice, "bill by a published call", Repeated::Standing, |_| {
            let body = json!({ "orderId": self.order.id, "subOrderId": sub,
                "description": format!("Books of {sub}"), "paperlessBilling": "true",
                "contacts": { "contactDetails": [person()] } });
            (BILLING, body)
        })
    }

    /// Names a site's end customer: one that the carrier knows, or one that is new.
    pub(super) fn name_published(&self, dice: &mut Rng, site: &str, known: &str) -> Option<Ask> {
        let name = "name a customer by a published call";
        let ask = self.by_published(dice, name, Repeated::Set, |dice| {
            let of_site = if dice.bool() {
                json!({ "siteId": site, "endCustomerId": known })
            } else {
                json!({ "siteId": site, "endCustomerName": format!("Bakery at {site}"),
                    "address": address(1) })
            };
            (CUSTOMERS, json!({ "quoteId": self.quote, "sites": [of_site] }))
        });
        ask.map(|ask| Ask { method: Method::PATCH, ..ask })
    }

    pub(super) fn hand_off_published(&self, dice: &mut Rng, sub: &str) -> Option<Ask> {
        self.by_published(dice, "hand off by a published call", Repeated::Once, |_| {
            (ORDER, json!({ "orderId": self.order.id, "subOrderId": sub }))
        })
    }

    /// Remembers what an answer to one of them said.
    pub(super) fn learn_published(&mut self, kind: &str, told: &Value) {
        match kind.split(' ').next().unwrap_or_default() {
            "configure" => {
                self.configured = true;
                self.look = vec!["quote"];
            }
            "ask" => self.look = vec!["checks"],
            "contract" => self.look = vec!["contracts"],
            "bill" => {
                let sub = text(&told["subOrderId"]);
                let of = self.subs.iter_mut().filter(|part| part.id == sub);
                of.for_each(|part| part.lacks.retain(|kind| *kind != "billing"));
            }
            "name" => {
                let sites = told["inputValues"].as_array().into_iter().flatten();
                self.assigned.extend(sites.map(|site| text(&site["siteId"])));
            }
            _ => {
                if self.order.id.is_empty() {
                    self.order.id = text(&told["orderId"]);
                }
                self.look = vec!["order"];
            }
        }
    }
}
