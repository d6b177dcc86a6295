//! Which steps let which kind of event happen, and to which object: the partner's side.

use super::walk::{Rung, Undo, Walk};
use crate::failure::{Failure, Outcome};
use crate::{flow, steps};
use domain::event::{EventKind as K, Noun};
use serde_json::json;

const WHY: &str = "Triggered by hand.";

impl Walk {
    /// Lets it happen; answers the id of the object that it happened to.
    pub(super) async fn let_happen(&mut self, kind: K) -> Outcome<String> {
        match kind.noun() {
            Noun::Partner
            | Noun::Credential
            | Noun::Customer
            | Noun::Exception
            | Noun::Loa
            | Noun::Job => self.carriers(kind).await,
            Noun::Catalogue => Err(unknown(kind)),
            Noun::Opportunity => {
                self.up_to(Rung::Opened).await?;
                Ok(self.opportunity.clone())
            }
            Noun::Quote => {
                self.quote_kind(kind).await?;
                Ok(self.quote.clone())
            }
            Noun::CreditCheck => {
                self.credit_kind(kind).await?;
                Ok(self.check.clone())
            }
            Noun::Contract => {
                self.contract_kind(kind).await?;
                Ok(self.contract()?.str("/id")?.to_owned())
            }
            Noun::Order | Noun::CustomerGroup => self.order_kind(kind).await,
            Noun::SubOrder => {
                self.sub_order_kind(kind).await?;
                self.sub_order()
            }
            Noun::BillingAccount => {
                self.up_to(Rung::Enriched).await?;
                Ok(self.account.clone())
            }
            Noun::WebhookEndpoint => self.webhook_kind(kind).await,
        }
    }

    async fn quote_kind(&mut self, kind: K) -> Outcome {
        let rung = match kind {
            K::QuoteCreated
            | K::QuoteEdited
            | K::QuoteImported
            | K::QuoteBillingSet
            | K::QuoteAlternativeAdded
            | K::QuoteCancelled => Rung::Opened,
            K::QuoteSitesAdded
            | K::QuoteSiteEdited
            | K::QuoteSiteRemoved
            | K::QuoteCustomerAssigned => Rung::Sites,
            K::QuoteValidationRequested | K::QuoteAddressesValidated => Rung::Validated,
            K::QuoteAddressAccepted => Rung::Accepted,
            K::QuoteConfigured
            | K::QuoteApprovalRequested
            | K::QuoteDiscountApproved
            | K::QuoteDiscountRefused
            | K::QuoteDiscountCountered
            | K::QuoteCounterOfferTaken => Rung::Configured,
            K::QuotePriced
            | K::QuoteSuperseded
            | K::QuoteFeasibilityRequested
            | K::QuoteFeasibilityConfirmed
            | K::QuoteFeasibilityRefused => Rung::Priced,
            K::QuoteContractGenerated => Rung::Sent,
            K::QuoteAccepted => Rung::Signed,
            K::QuoteOrdered => Rung::Ordered,
            _ => return Err(unknown(kind)),
        };
        self.up_to(rung).await?;
        self.quote_itself(kind).await
    }

    /// What is done with the quote when it is there.
    async fn quote_itself(&mut self, kind: K) -> Outcome {
        let client = self.partner.clone();
        let path = format!("/v1/quotes/{}", self.quote);
        let site = || -> Outcome<String> {
            let first = self.site_ids()?.into_iter().next();
            Ok(format!("{path}/sites/{}", first.unwrap_or_default()))
        };
        match kind {
            K::QuoteEdited => client.patch(&path, json!({ "name": "Renamed" })).await?,
            K::QuoteBillingSet => {
                let body = json!({ "purchase_order": "PO-4711", "paperless": true,
                    "invoice_email": "invoices@example.com" });
                client.put(&format!("{path}/billing"), Some("*"), body).await?
            }
            K::QuoteImported => {
                let row = json!([{ "Site": "Main office", "Street": "208 S Akard St",
                    "City": "Dallas", "State": "TX", "ZIP": "75202" }]);
                client.post(&format!("{path}/imports"), row).await?.expect(201)?;
                return Ok(());
            }
            K::QuoteCancelled => {
                client.post(&format!("{path}/cancel"), json!({ "reason": WHY })).await?
            }
            K::QuoteSiteEdited => client.patch(&site()?, json!({ "name": "Renamed" })).await?,
            K::QuoteSiteRemoved => client.delete(&site()?).await?,
            K::QuoteCustomerAssigned => return self.assign_first().await,
            K::QuoteApprovalRequested
            | K::QuoteDiscountApproved
            | K::QuoteDiscountRefused
            | K::QuoteDiscountCountered
            | K::QuoteCounterOfferTaken => return self.discount(kind).await,
            K::QuoteFeasibilityRequested
            | K::QuoteFeasibilityConfirmed
            | K::QuoteFeasibilityRefused => return self.feasibility(kind).await,
            K::QuoteAlternativeAdded => {
                let new = json!({ "name": "The same otherwise" });
                client.post(&format!("{path}/alternatives"), new).await?.expect(201)?;
                return Ok(());
            }
            K::QuoteSuperseded => {
                client.post(&format!("{path}/revise"), json!({})).await?.expect(201)?;
                return Ok(());
            }
            _ => return Ok(()),
        }
        .expect(200)?;
        Ok(())
    }

    async fn assign_first(&mut self) -> Outcome {
        self.must_be(&["apex"])?;
        let customer = self.customer("open").await?;
        let sites = self.site_ids()?;
        self.assign(sites.first().map_or("", String::as_str), &customer).await
    }

    /// More than any tier may give by itself.
    async fn discount(&mut self, kind: K) -> Outcome {
        let ask = json!({ "discount_percent": "20" });
        steps::price(&self.partner, &self.quote, ask, "pending_approval").await?;
        let at = |what: &str| format!("/v1/operations/discount-approvals/{}/{what}", self.quote);
        let (path, body) = match kind {
            K::QuoteDiscountApproved => (at("approve"), json!({ "note": WHY })),
            K::QuoteDiscountRefused => (at("refuse"), json!({ "reason": WHY })),
            K::QuoteDiscountCountered | K::QuoteCounterOfferTaken => {
                (at("counter"), json!({ "discount_percent": "18", "reason": WHY }))
            }
            _ => return Ok(()),
        };
        self.operations()?.post(&path, body).await?.expect(200)?;
        if kind == K::QuoteCounterOfferTaken {
            let ask = json!({ "discount_percent": "18" });
            steps::price(&self.partner, &self.quote, ask, "priced").await?;
        }
        Ok(())
    }

    async fn feasibility(&mut self, kind: K) -> Outcome {
        let path = format!("/v1/quotes/{}/feasibility", self.quote);
        self.partner.post(&path, json!({})).await?.expect(202)?;
        let at = |what: &str| format!("/v1/operations/feasibility-checks/{}/{what}", self.quote);
        let (path, body) = match kind {
            K::QuoteFeasibilityConfirmed => (at("confirm"), json!({ "note": WHY })),
            K::QuoteFeasibilityRefused => (at("refuse"), json!({ "reason": WHY })),
            _ => return Ok(()),
        };
        self.operations()?.post(&path, body).await?.expect(200)?;
        Ok(())
    }

    async fn credit_kind(&mut self, kind: K) -> Outcome {
        let mut asked = self.application();
        let state = match kind {
            K::CreditCheckRequested | K::CreditCheckApproved => "approved",
            K::CreditCheckReferred => {
                asked["application"]["years_in_business"] = json!(1);
                asked["requested_amount"] = json!("30000.00");
                "in_review"
            }
            K::CreditCheckDeclined => {
                asked["application"]["past_due"] = json!("600.00");
                "declined"
            }
            _ => return Err(unknown(kind)),
        };
        self.up_to(if self.is("aiab") { Rung::Accepted } else { Rung::Priced }).await?;
        self.ask_credit(asked, state).await
    }

    async fn contract_kind(&mut self, kind: K) -> Outcome {
        self.up_to(if kind == K::ContractSigned { Rung::Signed } else { Rung::Sent }).await?;
        let end = match kind {
            K::ContractGenerated | K::ContractSent | K::ContractSigned => return Ok(()),
            K::ContractDeclined => "decline",
            K::ContractVoided => "void",
            _ => return Err(unknown(kind)),
        };
        let path = format!("/v1/contracts/{}/{end}", self.contract()?.str("/id")?);
        self.partner.post(&path, json!({ "reason": WHY })).await?.expect(200)?;
        Ok(())
    }

    async fn order_kind(&mut self, kind: K) -> Outcome<String> {
        let rung = if kind == K::OrderHandedOff { Rung::HandedOff } else { Rung::Ordered };
        self.up_to(rung).await?;
        let order = self.order()?.str("/id")?.to_owned();
        if kind == K::OrderIdentified {
            self.identify(&format!("orders/{order}"), "uber_cart_id").await?;
        }
        if !matches!(kind, K::OrderGrouped | K::CustomerGroupCreated) {
            return Ok(order);
        }
        steps::group(&self.partner, &order, &self.name).await?;
        if kind == K::OrderGrouped {
            return Ok(order);
        }
        let groups = self.partner.get("/v1/customer-defined-groups").await?.expect(200)?;
        let mine = groups.list("/items")?.iter().find(|g| g["name"] == self.name.as_str());
        let id = mine.and_then(|g| g["id"].as_str()).unwrap_or_default().to_owned();
        self.did("customer defined group", &id);
        Ok(id)
    }

    async fn sub_order_kind(&mut self, kind: K) -> Outcome {
        match kind {
            K::SubOrderCreated => self.up_to(Rung::Ordered).await,
            K::SubOrderCustomerAssigned => {
                self.up_to(Rung::Ordered).await?;
                self.must_be(&["apex"])?;
                let customer = self.customer("open").await?;
                let site = self.order()?.str("/sub_orders/0/site_id")?.to_owned();
                self.assign(&site, &customer).await
            }
            K::SubOrderInstallationSet
            | K::SubOrderShippingSet
            | K::SubOrderPortReserved
            | K::SubOrderBillingSet => self.up_to(Rung::Enriched).await,
            K::SubOrderIdentified => {
                self.up_to(Rung::Ordered).await?;
                let sub = self.sub_order()?;
                self.identify(&format!("sub-orders/{sub}"), "circuit_id").await
            }
            K::SubOrderEnriched => {
                self.up_to(Rung::Ordered).await?;
                let path = format!("/v1/orders/{}/enrichments", self.order()?.str("/id")?);
                let body = json!({ "defaults": { "shipping": flow::shipping() } });
                self.partner.post(&path, body).await?.expect(200)?;
                Ok(())
            }
            K::SubOrderHandedOff | K::SubOrderAcknowledged | K::SubOrderMilestoneReached => {
                self.up_to(Rung::HandedOff).await
            }
            K::SubOrderCompleted => self.up_to(Rung::Delivered).await,
            _ => Err(unknown(kind)),
        }
    }

    /// Operations give an order or a sub-order a number.
    async fn identify(&mut self, what: &str, kind: &str) -> Outcome {
        let path = format!("/v1/operations/{what}/identifiers");
        let body = json!({ "kind": kind, "value": self.name });
        self.operations()?.put(&path, None, body).await?.expect(200)?;
        Ok(())
    }

    async fn webhook_kind(&mut self, kind: K) -> Outcome<String> {
        let client = self.partner.clone();
        // It hears what never happens here, so that nothing but the test is sent to it.
        let new = json!({ "url": "https://hooks.example.com/demarc-trigger",
            "description": self.name, "types": ["contract.expired"] });
        let made = client.post("/v1/webhook-endpoints", new).await?.expect(201)?;
        let id = made.str("/id")?.to_owned();
        self.did("webhook endpoint, for this time only:", &id);
        let path = format!("/v1/webhook-endpoints/{id}");
        if kind != K::WebhookEndpointRemoved {
            self.undo.push(Undo::Endpoint(path.clone()));
        }
        let steps: &[(&str, serde_json::Value)] = match kind {
            K::WebhookEndpointCreated => return Ok(id),
            K::WebhookEndpointUpdated => {
                client.patch(&path, json!({ "description": WHY })).await?.expect(200)?;
                return Ok(id);
            }
            K::WebhookEndpointRemoved => {
                client.delete(&path).await?.expect(200)?;
                return Ok(id);
            }
            K::WebhookEndpointSecretRotated => &[("rotate-secret", json!({}))],
            K::WebhookEndpointTested => &[("test", json!({}))],
            K::WebhookEndpointReplayed => {
                &[("replay", json!({ "since": made.str("/created_at")? }))]
            }
            K::WebhookEndpointEnabled => &[("disable", json!({})), ("enable", json!({}))],
            K::WebhookEndpointDisabled => &[("disable", json!({}))],
            _ => return Err(unknown(kind)),
        };
        for (what, body) in steps {
            client.post(&format!("{path}/{what}"), body.clone()).await?.expect(200)?;
        }
        Ok(id)
    }
}

/// Not a mistake of the user's: `ways` and this do not agree.
pub(super) fn unknown(kind: K) -> Failure {
    Failure::failed(format!("{kind}: no way to it is known"))
}
