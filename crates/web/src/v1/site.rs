//! Sites: added, validated, configured, and given their end customers.

mod customer;
mod shape;

use shape::SitesBody;
pub(super) use shape::{AvpsBody, PriceBody, QuoteSitesBody, SiteBody};

use super::shape::{AddressBody, At, Faults, Nothing, PagingPlaces};
use crate::answer::{Answered, draw_version, ok, ok_version, perform};
use crate::door::{Command, Edit, PathId, PathIds, Place, Question, Reading};
use app::quote::{SitesAct, SitesDo};
use app::read::SitesPage;
use domain::catalogue::Choice;
use domain::id::Id;
use domain::quote::{Configure, NewSite, SiteEdit, Validation};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(sites_list, sites_add))
        .routes(routes!(site_get, site_edit, site_remove))
        .routes(routes!(addresses_validate))
        .routes(routes!(address_choose))
        .routes(routes!(corrections_accept))
        .routes(routes!(address_check))
        .routes(routes!(sites_configure))
        .merge(customer::routes())
}

/// Performs an action on sites and answers the quote with the sites that it touched.
async fn act(
    app: &app::App,
    call: &app::Call,
    place: &Place,
    status: StatusCode,
    action: SitesAct,
) -> Answered {
    let now = app.now(&call.caller).await.at(place)?;
    perform(app, call, place, action, |done| {
        draw_version(status, &QuoteSitesBody::of(done, now), done.quote.version)
    })
    .await
}

/// A site to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSite)]
struct NewSiteBody {
    #[schema(min_length = 1, max_length = 200, example = "Chicago office")]
    name: String,
    address: AddressBody,
}

/// Sites to add, in the order they shall have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSites {
    #[schema(min_items = 1, max_items = 1000)]
    sites: Vec<NewSiteBody>,
}

/// Add sites
///
/// In the order given, all or none; up to 1,000 at a time, until the quote has 10,000. A price is
/// taken away by it.
#[utoipa::path(post, path = "/v1/quotes/{id}/sites", operation_id = "sites_add", tag = "Sites",
    params(("id" = String, Path, description = "The quote's id")), request_body = NewSites,
    responses((status = 201, description = "The quote with the new sites", body = QuoteSitesBody)))]
async fn sites_add(PathId(quote): PathId, command: Command<NewSites>) -> Answered {
    let Command { app, call, place, body } = command;
    let new = |s: NewSiteBody| NewSite { name: s.name, address: s.address.into() };
    let sites = body.sites.into_iter().map(new).collect();
    let action = SitesAct { quote, what: SitesDo::Add { sites } };
    act(&app, &call, &place, StatusCode::CREATED, action).await
}

/// List a quote's sites
///
/// In their order, by page. With `wait` it answers when no address validation is under way any
/// more, on whatever page.
#[utoipa::path(get, path = "/v1/quotes/{id}/sites", operation_id = "sites_list", tag = "Sites",
    params(("id" = String, Path, description = "The quote's id"),
        PagingPlaces,
        ("wait" = Option<u32>, Query, minimum = 0, maximum = 30, description = "Seconds to wait")),
    responses((status = 200, description = "One page", body = SitesBody)))]
async fn sites_list(PathId(id): PathId, reading: Reading) -> Answered {
    let mut params = reading.params();
    let (wait, places) = (params.wait(), params.places());
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let settled = |page: &SitesPage| page.quote.tally.requested == 0;
    let read = || app.sites_list(&caller, id, places.after, places.read());
    let SitesPage { quote, mut sites } =
        app.wait_until(id, wait, read, settled).await.at(&place)?;
    let next_cursor = places.cut(&mut sites, |site| site.position);
    let delay = app.validation_delay(&caller, &quote).await.at(&place)?;
    let mut body = SitesBody::of(&quote, &sites, next_cursor);
    body.delayed(delay.as_ref());
    Ok(ok_version(&body, quote.version))
}

/// Read a site
///
/// With its validation, configuration and price.
#[utoipa::path(get, path = "/v1/quotes/{id}/sites/{site_id}", operation_id = "site_get",
    tag = "Sites", params(("id" = String, Path, description = "The quote's id"),
        ("site_id" = String, Path, description = "The site's id")),
    responses((status = 200, description = "The site", body = SiteBody)))]
async fn site_get(PathIds(quote, id): PathIds, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let site = app.site_get(&caller, quote, id).await.at(&place)?;
    let mut body = SiteBody::from(&site);
    if site.validation == Validation::Requested {
        body.delayed(app.job_delay(&caller, quote).await.at(&place)?.as_ref());
    }
    Ok(ok_version(&body, site.version))
}

/// What an edit of a site changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SiteEdit)]
struct SiteEditBody {
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, example = "Chicago office, ground floor")]
    name: Option<String>,
    /// A new address must be validated anew.
    #[serde(default)]
    address: Option<AddressBody>,
}

/// Edit a site
///
/// If-Match takes the site's own ETag. A price of the quote is taken away by it.
#[utoipa::path(patch, path = "/v1/quotes/{id}/sites/{site_id}", operation_id = "site_edit",
    tag = "Sites", params(("id" = String, Path, description = "The quote's id"),
        ("site_id" = String, Path, description = "The site's id")),
    request_body = SiteEditBody,
    responses((status = 200, description = "The quote with the site", body = QuoteSitesBody)))]
async fn site_edit(PathIds(quote, site): PathIds, edit: Edit<SiteEditBody>) -> Answered {
    let Edit { app, call, place, seen, body } = edit;
    let edit = SiteEdit { name: body.name, address: body.address.map(Into::into) };
    let action = SitesAct { quote, what: SitesDo::Edit { site, seen, edit } };
    let now = app.now(&call.caller).await.at(&place)?;
    perform(&app, &call, &place, action, |done| {
        // The ETag is the one that the next edit of this site takes.
        let version = done.sites.first().map_or(done.quote.version, |s| s.version);
        draw_version(StatusCode::OK, &QuoteSitesBody::of(done, now), version)
    })
    .await
}

/// Remove a site
///
/// If-Match takes the site's own ETag. A price of the quote is taken away by it.
#[utoipa::path(delete, path = "/v1/quotes/{id}/sites/{site_id}", operation_id = "site_remove",
    tag = "Sites", params(("id" = String, Path, description = "The quote's id"),
        ("site_id" = String, Path, description = "The site's id")),
    responses((status = 200, description = "The quote without the site", body = QuoteSitesBody)))]
async fn site_remove(PathIds(quote, site): PathIds, edit: Edit<Nothing>) -> Answered {
    let Edit { app, call, place, seen, .. } = edit;
    let action = SitesAct { quote, what: SitesDo::Remove { site, seen } };
    act(&app, &call, &place, StatusCode::OK, action).await
}

/// Validate a quote's addresses
///
/// Asks for every site without a valid address; the answers come to the sites. Read them with
/// `wait`.
#[utoipa::path(post, path = "/v1/quotes/{id}/address-validation",
    operation_id = "addresses_validate", tag = "Addresses",
    params(("id" = String, Path, description = "The quote's id")), request_body = Nothing,
    responses((status = 202, description = "The sites that were asked about", body = QuoteSitesBody)))]
async fn addresses_validate(PathId(quote): PathId, command: Command<Nothing>) -> Answered {
    let Command { app, call, place, .. } = command;
    let action = SitesAct { quote, what: SitesDo::Validate };
    act(&app, &call, &place, StatusCode::ACCEPTED, action).await
}

/// Which of the proposed addresses is right.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddressChoice {
    /// 0 for the correction of a close match; an alternate's place, counted from 0.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100, default = 0, example = 0)]
    choice: usize,
}

/// Accept a proposed address
///
/// The correction of a close match, or one of the alternates of an ambiguous address. A
/// correction becomes the site's address only by this.
#[utoipa::path(post, path = "/v1/quotes/{id}/sites/{site_id}/address-choice",
    operation_id = "address_choose", tag = "Addresses",
    params(("id" = String, Path, description = "The quote's id"),
        ("site_id" = String, Path, description = "The site's id")),
    request_body = AddressChoice,
    responses((status = 200, description = "The quote with the site", body = QuoteSitesBody)))]
async fn address_choose(
    PathIds(quote, site): PathIds,
    command: Command<AddressChoice>,
) -> Answered {
    let Command { app, call, place, body } = command;
    let action = SitesAct { quote, what: SitesDo::Accept { site, choice: body.choice } };
    act(&app, &call, &place, StatusCode::OK, action).await
}

/// Accept all corrections
///
/// The correction of every close match that waits for it. What is ambiguous is chosen site by site.
#[utoipa::path(post, path = "/v1/quotes/{id}/address-choices", operation_id = "corrections_accept",
    tag = "Addresses", params(("id" = String, Path, description = "The quote's id")),
    request_body = Nothing,
    responses((status = 200, description = "The quote with the sites", body = QuoteSitesBody)))]
async fn corrections_accept(PathId(quote): PathId, command: Command<Nothing>) -> Answered {
    let Command { app, call, place, .. } = command;
    let action = SitesAct { quote, what: SitesDo::AcceptCorrections };
    act(&app, &call, &place, StatusCode::OK, action).await
}

/// An address to check.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddressCheck {
    address: AddressBody,
}

/// Check an address
///
/// Without a quote; nothing is kept.
#[utoipa::path(post, path = "/v1/addresses/validate", operation_id = "address_check",
    tag = "Addresses", request_body = AddressCheck,
    responses((status = 200, description = "What the validation found", body = AvpsBody)))]
async fn address_check(asked: Question<AddressCheck>) -> Answered {
    let Question { app, caller, place, body } = asked;
    let avps = app.address_validate(&caller, &body.address.into()).await.at(&place)?;
    Ok(ok(&AvpsBody::from(&avps)))
}

/// A feature's value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FeatureChoice {
    /// The feature's name or code.
    #[schema(min_length = 1, max_length = 100, example = "Port Speed")]
    name: String,
    #[schema(min_length = 1, max_length = 100, example = "1G")]
    value: String,
}

impl From<FeatureChoice> for Choice {
    fn from(chosen: FeatureChoice) -> Self {
        Self { feature: chosen.name, value: chosen.value }
    }
}

/// An offering's features for sites.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConfigureSites {
    /// The offering's code.
    #[schema(min_length = 1, max_length = 100, example = "OFF_ADI_MID_MARKET")]
    offering: String,
    /// Every site of the quote unless given.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 10000)]
    site_ids: Option<Vec<String>>,
    /// Features that are not given take their default.
    #[serde(default)]
    #[schema(max_items = 100)]
    features: Vec<FeatureChoice>,
}

/// Configure sites
///
/// The same choices for each site named. They are checked against the offering: all faults at
/// once, with what is allowed. A price of the quote is taken away by it.
#[utoipa::path(post, path = "/v1/quotes/{id}/configuration", operation_id = "sites_configure",
    tag = "Sites", params(("id" = String, Path, description = "The quote's id")),
    request_body = ConfigureSites,
    responses((status = 200, description = "The quote with the sites", body = QuoteSitesBody)))]
async fn sites_configure(PathId(quote): PathId, command: Command<ConfigureSites>) -> Answered {
    let Command { app, call, place, body } = command;
    let mut faults = Faults::default();
    let sites: Option<Vec<Id>> = body.site_ids.map(|ids| faults.ids("/site_ids", &ids));
    let sites = faults.finish(Some(sites)).at(&place)?;
    let choices = body.features.into_iter().map(Into::into).collect();
    let configure = Configure { sites, offering: body.offering, choices };
    let action = SitesAct { quote, what: SitesDo::Configure(configure) };
    act(&app, &call, &place, StatusCode::OK, action).await
}
