//! Opportunity and quote: no page shows the call, so that it is ours.

use super::SUCCESS;
use super::site::SiteAnswer;
use crate::answer::{Answered, ok};
use crate::dialects::address::PostalAddress;
use crate::dialects::door::{Asked, Said};
use crate::dialects::price::{Charges, NearMiss};
use crate::dialects::shape::{Person, stamp};
use crate::dialects::words::titled;
use crate::v1::shape::{At, Faults};
use app::opportunity::{Customer, OpportunityOpen};
use domain::code::Because;
use domain::customer::NewAccount;
use domain::opportunity::{OpenOpportunity, Opened};
use domain::quote::{BillingPreferences, Level, Quote};
use domain::refusal::{Fault, Refusal};
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An end customer that the lookup did not find.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NewCustomer {
    #[schema(min_length = 3, max_length = 200, example = "Harbor Point Bakery LLC")]
    account_name: String,
    #[serde(default)]
    #[schema(max_length = 200)]
    doing_business_as: Option<String>,
    account_address: PostalAddress,
    #[serde(default)]
    #[schema(max_items = 20)]
    contacts: Vec<Person>,
}

/// A chance of business, for a customer that the lookup found or for a new one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct OpportunityQuoteRequest {
    #[serde(default, rename = "spId")]
    #[schema(max_length = 40, example = "10067")]
    _sp_id: Option<String>,
    #[schema(min_length = 1, max_length = 200, example = "Three branch offices")]
    opportunity_name: String,
    /// Either this or `newCustomer`.
    #[serde(default)]
    #[schema(max_length = 18, example = "0013g00000cUIRtAAO")]
    account_id: Option<String>,
    #[serde(default)]
    new_customer: Option<NewCustomer>,
    /// The partner's own reference.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    external_id: Option<String>,
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, example = "PO-4711")]
    purchase_order: Option<String>,
}

/// What was opened.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct OpportunityQuoteAnswer {
    #[schema(example = "Success")]
    status: &'static str,
    #[schema(example = "Opportunity and quote have been created")]
    status_message: &'static str,
    opportunity_id: String,
    quote_id: String,
    /// Shared by all versions of the quote.
    quote_number: String,
    account_id: Option<String>,
}

impl OpportunityQuoteRequest {
    fn into_action(self) -> Result<OpportunityOpen, Refusal> {
        let mut faults = Faults::default();
        let customer = match (self.account_id, self.new_customer) {
            (Some(_), Some(_)) => {
                let detail = "either accountId or newCustomer, not both";
                faults.push(Fault::new("/newCustomer", Because::Conflicting, detail));
                None
            }
            (Some(id), None) => faults.id("/accountId", &id).map(Customer::Found),
            (None, None) => Some(Customer::Later),
            (None, Some(new)) => Some(Customer::New(Box::new(NewAccount {
                name: new.account_name,
                doing_business_as: new.doing_business_as,
                address: new.account_address.into(),
                contacts: new.contacts.into_iter().map(Into::into).collect(),
            }))),
        };
        let purchase_order = self.purchase_order;
        let open = OpenOpportunity {
            name: self.opportunity_name,
            external_id: self.external_id,
            quote_name: None,
            billing: BillingPreferences { purchase_order, ..BillingPreferences::default() },
        };
        faults.finish(customer.map(|customer| OpportunityOpen { customer, open }))
    }
}

/// Create opportunity and quote
///
/// For a customer that the lookup found, or one that it did not. A customer whose status refuses
/// this partner needs an approved exception first. Ours: no published page shows the body. It has
/// no natural key; send an `Idempotency-Key` with it.
#[utoipa::path(post, path = "/opportunity-quote", operation_id = "opportunity_quote",
    tag = "Quote", request_body = OpportunityQuoteRequest,
    responses((status = 200, description = "Created", body = OpportunityQuoteAnswer)))]
pub(in crate::dialects) async fn opportunity_quote(mut said: Said) -> Answered {
    let body: OpportunityQuoteRequest = said.read()?;
    said.naming(&[("/customer_id", "/accountId")]);
    let action = body.into_action().at(&said.place)?;
    let quote = said.perform_one(action, |opened: &Opened| opened.quote.id).await?;
    let quote = said.app.quote_get(said.caller(), quote).await.at(&said.place)?;
    Ok(ok(&OpportunityQuoteAnswer {
        status: SUCCESS,
        status_message: "Opportunity and quote have been created",
        opportunity_id: quote.opportunity.to_string(),
        quote_id: quote.id.to_string(),
        quote_number: quote.number.clone(),
        account_id: quote.account.map(|id| id.to_string()),
    }))
}

/// A quote's state and offer.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct QuoteOffer {
    /// `Draft`, `Priced`, `Pending Approval`, `Accepted`, `Expired`, `Cancelled`, `Superseded`.
    #[schema(example = "Priced")]
    quote_status: String,
    /// How firm the price is: `Budgetary`, `Firm Subject To Feasibility` or `Firm`.
    price_level: Option<String>,
    charges: Option<Charges>,
    /// The deposit that the approval of the credit asks for.
    deposit: Option<String>,
    discount_percent: Option<String>,
    promotions: Vec<String>,
    near_misses: Vec<NearMiss>,
    /// From this moment on the offer is no longer good.
    #[schema(example = "2026-12-31T20:00:00.000+0000")]
    offer_expires: Option<String>,
}

impl QuoteOffer {
    pub(super) fn of(quote: &Quote, now: Moment) -> Self {
        let offer = quote.offer();
        let near = offer.iter().flat_map(|offer| &offer.near_misses);
        Self {
            quote_status: titled(quote.phase(now).word()),
            price_level: quote.level().map(Level::word).map(titled),
            charges: offer.map(|offer| (&offer.totals).into()),
            deposit: quote.deposit().map(|deposit| deposit.to_string()),
            discount_percent: offer.and_then(|o| o.discount_percent).map(|d| d.to_string()),
            promotions: offer.map(|offer| offer.promotions.clone()).unwrap_or_default(),
            near_misses: near.map(Into::into).collect(),
            offer_expires: offer.map(|offer| stamp(offer.expires_at)),
        }
    }
}

/// A quote with its sites.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct QuoteAnswer {
    opportunity_id: String,
    quote_id: String,
    quote_number: String,
    account_id: Option<String>,
    #[serde(flatten)]
    offer: QuoteOffer,
    sites: Vec<SiteAnswer>,
}

/// Read a quote
///
/// With its price and all of its sites. Ours.
#[utoipa::path(get, path = "/opportunity-quote", operation_id = "quote_read", tag = "Quote",
    params(("quoteId" = String, Query, description = "The quote's id")),
    responses((status = 200, description = "The quote", body = QuoteAnswer)))]
pub(in crate::dialects) async fn quote_read(asked: Asked) -> Answered {
    let mut params = asked.params();
    let quote = params.id("quoteId");
    let quote = params.needs("quoteId", quote);
    params.sound().at(&asked.place)?;
    let quote = quote.ok_or_else(|| asked.place.refuse(Refusal::not_found("quote")))?;
    let (app, caller, place) = (&asked.app, &asked.caller, &asked.place);
    let page = app.sites_list(caller, quote, 0, u32::MAX).await.at(place)?;
    let now = asked.now().await?;
    Ok(ok(&QuoteAnswer {
        opportunity_id: page.quote.opportunity.to_string(),
        quote_id: page.quote.id.to_string(),
        quote_number: page.quote.number.clone(),
        account_id: page.quote.account.map(|id| id.to_string()),
        offer: QuoteOffer::of(&page.quote, now),
        sites: page.sites.iter().map(Into::into).collect(),
    }))
}
