//! Sites: added to a quote, with the result of each address validation (AVPS). Ours.

use super::super::address::{Found, PostalAddress};
use super::super::door::Said;
use super::super::flow;
use super::super::shape::flag;
use super::{SUCCESS, one_id};
use crate::State;
use crate::answer::{Answered, ok};
use crate::v1::shape::{At, Faults};
use app::quote::SitesDo;
use domain::id::Id;
use domain::quote::{NewSite, Site, SiteEdit};
use domain::refusal::IfMatch;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(site_add, site_edit))
}

/// A site to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewSite)]
struct NewSiteBody {
    #[schema(min_length = 1, max_length = 200, example = "Plano office")]
    site_name: String,
    address: PostalAddress,
}

/// Sites to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct NewSites {
    #[schema(min_length = 15, max_length = 18, example = "0Q0dx000002UEnZCAW")]
    quote_id: String,
    #[serde(default)]
    #[schema(max_length = 40, example = "A-06399x")]
    #[expect(dead_code, reason = "the door has read it")]
    sp_id: Option<String>,
    /// In their order; none only to accept corrections or to ask for addresses again.
    #[schema(max_items = 1000)]
    sites: Vec<NewSiteBody>,
    /// `"true"`: every address of the quote that is a close match is taken as it was corrected.
    #[serde(default, deserialize_with = "flag")]
    #[schema(value_type = Option<String>, max_length = 10, example = "true")]
    accept_correction: Option<bool>,
}

/// The result of a site's address validation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SiteResult {
    #[schema(example = "a7ldx000000o0pdAAA")]
    site_id: String,
    site_name: String,
    /// As it was given.
    address: PostalAddress,
    /// `success`, `closematch`, `closematch-mdu` (several are near), `nomatch`, `fails` (nobody
    /// answered), or `pending`.
    #[schema(example = "success")]
    avps_result: &'static str,
    /// Whether the address counts as validated.
    avps_passed: bool,
    #[schema(example = "The address is valid")]
    avps_message: String,
    /// The address that counts, or the correction of a close match.
    validated_address: Option<PostalAddress>,
    /// What may be meant.
    alternate_addresses: Vec<PostalAddress>,
    /// The end customer at this site, once one is assigned.
    end_customer_id: Option<String>,
}

impl From<&Site> for SiteResult {
    fn from(site: &Site) -> Self {
        let found = Found::from(&site.validation);
        Self {
            site_id: site.id.to_string(),
            site_name: site.name.clone(),
            address: (&site.given).into(),
            avps_result: found.result,
            avps_passed: site.passed().is_some(),
            avps_message: message(&found),
            validated_address: found.address.map(Into::into),
            alternate_addresses: found.choices(),
            end_customer_id: site.customer.map(|id| id.to_string()),
        }
    }
}

/// What was found, for a person.
fn message(found: &Found<'_>) -> String {
    let why = found.reason.as_deref().unwrap_or_default();
    match found.result {
        "success" => "The address is valid".to_owned(),
        "pending" => "The address is being validated".to_owned(),
        "closematch" => format!("The address needs a correction: {why}"),
        "fails" => format!("Nobody answered: {why}"),
        _ => why.to_owned(),
    }
}

/// Sites with the results of their address validation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SitesAdded {
    quote_id: String,
    /// `Success` when each of these addresses is valid, `Pending` while one is being validated,
    /// else `Action Required`.
    #[schema(example = "Success")]
    status: &'static str,
    #[schema(example = "3 sites have been added; 3 of 3 shown have a valid address")]
    status_message: String,
    /// Those that the call is about; all of the quote where it names none.
    sites: Vec<SiteResult>,
}

impl SitesAdded {
    fn of(quote: Id, done: &str, sites: Vec<SiteResult>) -> Self {
        let passed = sites.iter().filter(|site| site.avps_passed).count();
        let status = if passed == sites.len() {
            SUCCESS
        } else if sites.iter().any(|site| site.avps_result == "pending") {
            "Pending"
        } else {
            "Action Required"
        };
        let all = sites.len();
        let status_message = format!("{done}; {passed} of {all} shown have a valid address");
        Self { quote_id: quote.to_string(), status, status_message, sites }
    }
}

/// Add sites to quote
///
/// Ours. All or none; each address is validated, and the answer waits for the results.
#[utoipa::path(post, path = "/site-apex", operation_id = "site_apex", tag = "Quote",
    request_body = NewSites,
    responses((status = 200, description = "Added", body = SitesAdded)))]
async fn site_add(said: Said) -> Answered {
    let body: NewSites = said.read()?;
    let quote = one_id("/quoteId", &body.quote_id).at(&said.place)?;
    let new = |site: NewSiteBody| NewSite { name: site.site_name, address: site.address.into() };
    let new: Vec<NewSite> = body.sites.into_iter().map(new).collect();
    let added = new.len();
    let accept = body.accept_correction.unwrap_or(false);
    let (made, page) = flow::add_sites(&said, quote, new, accept).await?;
    // The first of those added is known by its id, the others follow it.
    let first = page.sites.iter().position(|site| made.first() == Some(&site.id));
    let ours = first.map_or(&page.sites[..], |first| &page.sites[first..]);
    let count = first.map_or(ours.len(), |_| added);
    let sites = ours.iter().take(count).map(Into::into).collect();
    Ok(ok(&SitesAdded::of(quote, &format!("{added} sites have been added"), sites)))
}

/// What is wrong with a site's address, or its name, put right.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct SiteCorrection {
    #[schema(min_length = 15, max_length = 18, example = "0Q0dx000002UEnZCAW")]
    quote_id: String,
    #[schema(min_length = 15, max_length = 18, example = "a7ldx000000o0pdAAA")]
    site_id: String,
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, example = "Plano office, ground floor")]
    site_name: Option<String>,
    /// As it should have been, such as one of the alternates.
    #[serde(default)]
    address: Option<PostalAddress>,
}

/// Correct a site
///
/// Ours. A new address is validated; a price of the quote is taken away by it. A setting: twice is
/// once.
#[utoipa::path(patch, path = "/site-apex", operation_id = "site_correct_apex", tag = "Quote",
    request_body = SiteCorrection,
    responses((status = 200, description = "Corrected", body = SitesAdded)))]
async fn site_edit(said: Said) -> Answered {
    let body: SiteCorrection = said.read()?;
    let mut faults = Faults::default();
    let ids = (faults.id("/quoteId", &body.quote_id), faults.id("/siteId", &body.site_id));
    let (quote, site) = faults.finish(ids.0.zip(ids.1)).at(&said.place)?;
    let edit = SiteEdit { name: body.site_name, address: body.address.map(Into::into) };
    let what = SitesDo::Edit { site, seen: IfMatch::Any, edit };
    let page = flow::change_site(&said, quote, what).await?;
    let sites = page.sites.iter().filter(|one| one.id == site).map(Into::into).collect();
    Ok(ok(&SitesAdded::of(quote, "The site has been corrected", sites)))
}
