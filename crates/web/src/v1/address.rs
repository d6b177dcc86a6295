//! Addresses without a quote, up to ten thousand at once: whether they are valid, and how the
//! network reaches them.

mod shape;

pub(super) use shape::{CheckedBody, ServiceabilityBody, ShortfallBody};
use shape::{ServedBody, SiteServiceBody};

use super::shape::{At, Faults};
use crate::answer::{Answered, ok};
use crate::door::{PathIds, Question, Reading};
use domain::address::{Address, with_parts};
use domain::code::Because;
use domain::refusal::Fault;
use domain::serviceability::Speed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(addresses_check))
        .routes(routes!(serviceability_check))
        .routes(routes!(site_serviceability))
}

/// An address as somebody wrote it. What is wrong with it is part of the answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GivenAddress {
    #[schema(max_length = 300, example = "233 South Wacker Drive")]
    street: String,
    /// The line of the secondary unit.
    #[serde(default)]
    #[schema(max_length = 300, example = "Suite 700")]
    unit: Option<String>,
    /// Beside the unit's line, or instead of it.
    #[serde(default)]
    #[schema(max_length = 50, example = "B")]
    building: Option<String>,
    #[serde(default)]
    #[schema(max_length = 50, example = "5")]
    floor: Option<String>,
    #[serde(default)]
    #[schema(max_length = 50, example = "501")]
    room: Option<String>,
    #[serde(default)]
    #[schema(max_length = 300, example = "Chicago")]
    city: String,
    #[serde(default)]
    #[schema(max_length = 300, example = "IL")]
    state: String,
    #[serde(default)]
    #[schema(max_length = 300, example = "60606")]
    zip: String,
    #[serde(default = "us")]
    #[schema(max_length = 300, default = "US", example = "US")]
    country: String,
}

fn us() -> String {
    "US".to_owned()
}

impl From<GivenAddress> for Address {
    fn from(given: GivenAddress) -> Self {
        let GivenAddress { street, unit, building, floor, room, city, state, zip, country } = given;
        let [unit, building, floor, room] = [&unit, &building, &floor, &room].map(Option::as_deref);
        let unit = with_parts(unit, building, floor, room);
        Self { street, unit, city, state, zip, country }
    }
}

/// Addresses to check.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CheckAddresses {
    #[schema(min_items = 1, max_items = 10000)]
    addresses: Vec<GivenAddress>,
}

/// What was found of each, in the order given.
#[derive(Debug, Serialize, ToSchema)]
struct CheckedAddresses {
    results: Vec<CheckedBody>,
}

/// Check many addresses
///
/// Up to 10,000, without a quote; nothing is kept. The results come in the order of the addresses.
/// One that could not be asked about is `not_validated`, with why and when to ask again; the others
/// have their answers.
#[utoipa::path(post, path = "/v1/address-validations", operation_id = "addresses_check",
    tag = "Addresses", request_body = CheckAddresses,
    responses((status = 200, description = "What the validation found", body = CheckedAddresses)))]
async fn addresses_check(asked: Question<CheckAddresses>) -> Answered {
    let Question { app, caller, place, body } = asked;
    let given: Vec<Address> = body.addresses.into_iter().map(Into::into).collect();
    let checked = app.addresses_validate(&caller, given).await.at(&place)?;
    let results = checked.iter().map(CheckedBody::from).collect();
    Ok(ok(&CheckedAddresses { results }))
}

/// A place to be reached.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Location {
    address: GivenAddress,
    /// The access speed that is wanted.
    #[serde(default)]
    #[schema(max_length = 20, pattern = "^[0-9]{1,7}(\\.[0-9])?[MG]$", example = "1G")]
    access_speed: Option<String>,
}

/// Places to be reached.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AskServiceability {
    #[schema(min_items = 1, max_items = 10000)]
    locations: Vec<Location>,
}

/// What is known of each, in the order given.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServiceabilityResults)]
struct ServedLocations {
    results: Vec<ServedBody>,
}

/// Ask how places can be reached
///
/// Up to 10,000, without a quote; nothing is kept. For each whether it is on the network, by which
/// technologies and how fast, how soon, how sure that is and until when it holds. Where the access
/// speed that is wanted cannot be had, the nearest that can.
#[utoipa::path(post, path = "/v1/serviceability", operation_id = "serviceability_check",
    tag = "Addresses", request_body = AskServiceability,
    responses((status = 200, description = "What is known", body = ServedLocations)))]
async fn serviceability_check(asked: Question<AskServiceability>) -> Answered {
    let Question { app, caller, place, body } = asked;
    let mut faults = Faults::default();
    let mut speeds = Vec::with_capacity(body.locations.len());
    let mut addresses = Vec::with_capacity(body.locations.len());
    for (at, Location { address, access_speed }) in body.locations.into_iter().enumerate() {
        let speed = access_speed.as_deref().map(|text| {
            let pointer = format!("/locations/{at}/access_speed");
            let speed = Speed::parse(text);
            if speed.is_none() {
                let fault = Fault::new(pointer, Because::BadFormat, "not a speed");
                faults.push(fault.expected("a speed such as 500M or 10G"));
            }
            speed
        });
        speeds.push(speed.flatten());
        addresses.push(address.into());
    }
    faults.finish(Some(())).at(&place)?;
    let found = app.serviceability(&caller, addresses).await.at(&place)?;
    let results = found.iter().zip(&speeds).map(|(one, speed)| ServedBody::of(one, *speed));
    Ok(ok(&ServedLocations { results: results.collect() }))
}

/// Read how a site can be reached
///
/// By its validated address, or as it was given while it is not validated; asked for anew when what
/// was known no longer holds. Where the access speed that the site is configured for cannot be had,
/// the nearest that can.
#[utoipa::path(get, path = "/v1/quotes/{id}/sites/{site_id}/serviceability",
    operation_id = "site_serviceability", tag = "Addresses",
    params(("id" = String, Path, description = "The quote's id"),
        ("site_id" = String, Path, description = "The site's id")),
    responses((status = 200, description = "What is known", body = SiteServiceBody)))]
async fn site_serviceability(PathIds(quote, site): PathIds, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let known = app.site_serviceability(&caller, quote, site).await.at(&place)?;
    Ok(ok(&SiteServiceBody::from(&known)))
}
