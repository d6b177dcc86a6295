//! Sites and the validation of their addresses: no page shows the calls, so that they are ours.

use super::{SUCCESS, id, ids};
use crate::answer::{Answered, ok};
use crate::dialects::address::{Found, PostalAddress};
use crate::dialects::door::Said;
use crate::dialects::flow;
use crate::dialects::price::Charges;
use crate::dialects::shape::flag;
use crate::v1::shape::{At, Faults};
use app::quote::SitesDo;
use domain::code::Because;
use domain::id::Id;
use domain::quote::{NewSite, Site, SiteEdit, Validation};
use domain::refusal::{Fault, IfMatch, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A site to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SiteRequest {
    #[schema(min_length = 1, max_length = 200, example = "Dallas office")]
    site_name: String,
    address: PostalAddress,
}

/// Sites to add to a quote, in the order they shall have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct SitesRequest {
    #[schema(max_length = 18, example = "0Q0Kf000000xjXgKAI")]
    quote_id: String,
    #[schema(min_items = 1, max_items = 1000)]
    sites: Vec<SiteRequest>,
    /// Whether a near address is taken as it was corrected.
    #[serde(default, deserialize_with = "flag")]
    #[schema(value_type = Option<serde_json::Value>, example = true)]
    accept_correction: Option<bool>,
}

/// What the address validation found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct AddressValidation {
    /// `success`, `closematch`, `closematch-mdu` (several are near), `nomatch`, `fails` (nobody
    /// answered), or `pending`. Only `success` lets the flow go on.
    #[schema(example = "success")]
    validation_result: &'static str,
    /// The address that counts; for a close match the proposal.
    valid_geographic_address: Option<PostalAddress>,
    /// Where several are near: those to choose among, from 0 on.
    alternate_geographic_address: Vec<PostalAddress>,
    /// In plain words.
    reason: Option<String>,
}

impl From<&Validation> for AddressValidation {
    fn from(validation: &Validation) -> Self {
        let found = Found::from(validation);
        Self {
            validation_result: found.result,
            valid_geographic_address: found.address.map(Into::into),
            alternate_geographic_address: found.choices(),
            reason: found.reason,
        }
    }
}

/// A priced component.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct LineItem {
    name: String,
    #[schema(example = "Access")]
    item_type: String,
    quantity: i64,
    charges: Charges,
}

/// A site as it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct SiteAnswer {
    site_id: String,
    site_name: String,
    /// As it was given.
    address: PostalAddress,
    address_validation: AddressValidation,
    /// The product that it is configured with.
    #[schema(example = "OFF_ADI_MID_MARKET")]
    product_id: Option<String>,
    term_months: Option<u32>,
    line_items: Vec<LineItem>,
    charges: Option<Charges>,
}

impl From<&Site> for SiteAnswer {
    fn from(site: &Site) -> Self {
        Self {
            site_id: site.id.to_string(),
            site_name: site.name.clone(),
            address: (&site.given).into(),
            address_validation: (&site.validation).into(),
            product_id: site.configuration.as_ref().map(|c| c.offering.to_string()),
            term_months: site.configuration.as_ref().map(|c| c.term_months),
            line_items: lines(site),
            charges: site.price.as_ref().map(|price| (&price.totals).into()),
        }
    }
}

/// The priced components of a site.
pub(super) fn lines(site: &Site) -> Vec<LineItem> {
    let lines = site.price.iter().flat_map(|price| &price.lines);
    let line = |line: &domain::pricing::LinePrice| LineItem {
        name: line.name.to_string(),
        item_type: line.item_type.to_string(),
        quantity: line.quantity,
        charges: (&line.totals).into(),
    };
    lines.map(line).collect()
}

/// The sites of a call, with what the validation said to each.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct SitesAnswer {
    #[schema(example = "Success")]
    status: &'static str,
    #[schema(example = "3 sites: all addresses are valid")]
    status_message: String,
    quote_id: String,
    sites: Vec<SiteAnswer>,
}

impl SitesAnswer {
    fn of(quote: Id, sites: &[&Site]) -> Self {
        let (all, open) = (sites.len(), sites.iter().filter(|s| s.passed().is_none()).count());
        let s = if all == 1 { "" } else { "s" };
        let status_message = match open {
            0 => format!("{all} site{s}: all addresses are valid"),
            _ => format!("{all} site{s}: {open} without a valid address yet"),
        };
        Self {
            status: SUCCESS,
            status_message,
            quote_id: quote.to_string(),
            sites: sites.iter().map(|site| (*site).into()).collect(),
        }
    }
}

/// Add sites
///
/// Several in a call, all or none; answers once the address of each is validated. Ours: no
/// published page shows the body. It has no natural key; send an `Idempotency-Key` with it.
#[utoipa::path(post, path = "/site", operation_id = "site_add", tag = "Quote",
    request_body = SitesRequest,
    responses((status = 200, description = "The new sites", body = SitesAnswer)))]
pub(in crate::dialects) async fn site_add(said: Said) -> Answered {
    let body: SitesRequest = said.read()?;
    let quote = id(&said.place, "/quoteId", &body.quote_id)?;
    let new = |s: SiteRequest| NewSite { name: s.site_name, address: s.address.into() };
    let new = body.sites.into_iter().map(new).collect();
    let accept = body.accept_correction.unwrap_or(false);
    let (made, page) = flow::add_sites(&said, quote, new, accept).await?;
    let sites: Vec<&Site> = page.sites.iter().filter(|site| made.contains(&site.id)).collect();
    Ok(ok(&SitesAnswer::of(quote, &sites)))
}

/// What becomes of a site: exactly one of `choice` and `address` is given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct SiteChangeRequest {
    #[schema(max_length = 18, example = "0Q0Kf000000xjXgKAI")]
    quote_id: String,
    #[schema(max_length = 18, example = "a7ldx000000o0pdAAA")]
    site_id: String,
    /// Which of the proposed addresses is meant, from 0 on.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1000, example = 0)]
    choice: Option<usize>,
    /// Another address, to be validated.
    #[serde(default)]
    address: Option<PostalAddress>,
}

impl SiteChangeRequest {
    fn settled(self, site: Id) -> Result<SitesDo, Refusal> {
        let mut faults = Faults::default();
        let what = match (self.choice, self.address) {
            (Some(choice), None) => Some(SitesDo::Accept { site, choice }),
            (None, Some(address)) => {
                let edit = SiteEdit { name: None, address: Some(address.into()) };
                Some(SitesDo::Edit { site, seen: IfMatch::Any, edit })
            }
            (Some(_), Some(_)) => {
                let detail = "either choice or address, not both";
                faults.push(Fault::new("/address", Because::Conflicting, detail));
                None
            }
            (None, None) => {
                let detail = "neither choice nor address is given";
                faults.push(Fault::new("/choice", Because::Missing, detail));
                None
            }
        };
        faults.finish(what)
    }
}

/// Settle a site's address
///
/// By one of the proposals of the validation, or by another address. Ours. The same again changes
/// nothing that matters: the address is the same.
#[utoipa::path(patch, path = "/site", operation_id = "site_change", tag = "Quote",
    request_body = SiteChangeRequest,
    responses((status = 200, description = "The site", body = SitesAnswer)))]
pub(in crate::dialects) async fn site_change(said: Said) -> Answered {
    let body: SiteChangeRequest = said.read()?;
    let (quote, site) = ids(&said, ("/quoteId", &body.quote_id), ("/siteId", &body.site_id))?;
    let what = body.settled(site).at(&said.place)?;
    let page = flow::change_site(&said, quote, what).await?;
    let sites: Vec<&Site> = page.sites.iter().filter(|known| known.id == site).collect();
    Ok(ok(&SitesAnswer::of(quote, &sites)))
}
