//! Enrichments of a sub-order: what is there, what is missing, and giving each.

mod form;
mod import;
mod many;

use super::shape::{At, Faults};
use crate::answer::{Answered, draw_version, ok_version, perform};
use crate::door::{Edit, PathId, Reading};
use crate::problem::FaultBody;
use app::enrichment::{EnrichDo, SubOrderEnrich};
use app::{App, Caller, Problem};
use domain::catalogue::EnrichmentKind;
use domain::enrichment::{Filled, is_there, required};
use domain::id::Id;
use domain::order::{Order, SubOrder};
use domain::programme::Programme;
use domain::refusal::Fault;
use domain::time::Moment;
use form::{BillingBody, BillingForm, InstallationBody, PortReservationBody, ShippingBody};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(enrichments_get))
        .routes(routes!(enrich_installation))
        .routes(routes!(enrich_shipping))
        .routes(routes!(enrich_port_reservation))
        .routes(routes!(enrich_billing))
        .routes(routes!(many::order_enrich))
        .merge(import::routes())
}

/// How one kind of enrichment stands.
#[derive(Debug, Serialize, ToSchema)]
struct EnrichmentStatus {
    /// `installation`, `shipping`, `port_reservation`, `billing` or `customer_defined_group`.
    #[schema(example = "installation")]
    kind: &'static str,
    /// Whether product or programme require it before the handoff.
    required: bool,
    complete: bool,
    /// When it was given; null for the customer defined group, which is the order's.
    at: Option<String>,
}

impl EnrichmentStatus {
    fn of(kind: EnrichmentKind, programme: &Programme, order: &Order, sub: &SubOrder) -> Self {
        let given = &sub.enrichments;
        let at = match kind {
            EnrichmentKind::Installation => at(given.installation.as_ref()),
            EnrichmentKind::Shipping => at(given.shipping.as_ref()),
            EnrichmentKind::PortReservation => at(given.port_reservation.as_ref()),
            EnrichmentKind::Billing => at(given.billing.as_ref()),
            EnrichmentKind::CustomerDefinedGroup => None,
        };
        Self {
            kind: kind.word(),
            required: required(programme, sub).contains(&kind),
            complete: is_there(kind, sub, order.group),
            at,
        }
    }
}

fn at<T>(filled: Option<&Filled<T>>) -> Option<String> {
    filled.map(|f| f.at.to_string())
}

/// What fulfilment will know of a sub-order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Enrichments)]
struct EnrichmentsBody {
    sub_order_id: String,
    /// Whether every required kind is there.
    complete: bool,
    kinds: Vec<EnrichmentStatus>,
    /// What the handoff would be refused for; empty after it.
    missing: Vec<FaultBody>,
    installation: Option<InstallationBody>,
    shipping: Option<ShippingBody>,
    port_reservation: Option<PortReservationBody>,
    billing: Option<BillingBody>,
}

impl EnrichmentsBody {
    fn of(programme: &Programme, order: &Order, sub: &SubOrder, missing: &[Fault]) -> Self {
        let status = |kind| EnrichmentStatus::of(kind, programme, order, sub);
        let kinds: Vec<_> = EnrichmentKind::ALL.into_iter().map(status).collect();
        let given = &sub.enrichments;
        Self {
            sub_order_id: sub.id.to_string(),
            complete: kinds.iter().all(|k| k.complete || !k.required),
            kinds,
            missing: missing.iter().map(Into::into).collect(),
            installation: given.installation.as_ref().map(|f| (&f.value).into()),
            shipping: given.shipping.as_ref().map(|f| (&f.value).into()),
            port_reservation: given.port_reservation.as_ref().map(|f| (&f.value).into()),
            billing: given.billing.as_ref().map(|f| (&f.value).into()),
        }
    }
}

/// What an open sub-order still misses. One that is handed off misses nothing any more.
fn missing(
    app: &App,
    now: Moment,
    caller: &Caller,
    order: &Order,
    sub: &SubOrder,
) -> Result<Vec<Fault>, Problem> {
    if sub.is_open() { app.handoff_missing(now, caller, order, sub) } else { Ok(Vec::new()) }
}

/// Read a sub-order's enrichments
///
/// Which kinds are required and which are there, what was given, and what still stands between
/// the sub-order and its handoff. The ETag is the sub-order's.
#[utoipa::path(get, path = "/v1/sub-orders/{id}/enrichments", operation_id = "enrichments_get",
    tag = "Enrichment", params(("id" = String, Path, description = "The sub-order's id")),
    responses((status = 200, description = "The enrichments", body = EnrichmentsBody)))]
async fn enrichments_get(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let (order, sub) = app.sub_order_get(&caller, id).await.at(&place)?;
    let programme = app.programme_of(&caller).at(&place)?;
    let now = app.now(&caller).await.at(&place)?;
    let missing = missing(&app, now, &caller, &order, &sub).at(&place)?;
    Ok(ok_version(&EnrichmentsBody::of(programme, &order, &sub, &missing), sub.version))
}

/// Give the installation enrichment
///
/// Where and when to install, and whom to ask. It takes the place of what was given before.
/// If-Match is the sub-order's ETag.
#[utoipa::path(put, path = "/v1/sub-orders/{id}/enrichments/installation",
    operation_id = "enrich_installation", tag = "Enrichment",
    params(("id" = String, Path, description = "The sub-order's id")),
    request_body = InstallationBody,
    responses((status = 200, description = "The enrichments", body = EnrichmentsBody)))]
async fn enrich_installation(PathId(id): PathId, edit: Edit<InstallationBody>) -> Answered {
    enrich(id, edit, |body, faults| body.read(faults).map(EnrichDo::Installation)).await
}

/// Give the shipping enrichment
///
/// Where to send equipment. It takes the place of what was given before. If-Match is the
/// sub-order's ETag.
#[utoipa::path(put, path = "/v1/sub-orders/{id}/enrichments/shipping",
    operation_id = "enrich_shipping", tag = "Enrichment",
    params(("id" = String, Path, description = "The sub-order's id")),
    request_body = ShippingBody,
    responses((status = 200, description = "The enrichments", body = EnrichmentsBody)))]
async fn enrich_shipping(PathId(id): PathId, edit: Edit<ShippingBody>) -> Answered {
    enrich(id, edit, |body, _| Some(EnrichDo::Shipping(body.into()))).await
}

/// Give the port reservation enrichment
///
/// Where the port ends, and its TSP code where the programme requires one. It takes the place
/// of what was given before. If-Match is the sub-order's ETag.
#[utoipa::path(put, path = "/v1/sub-orders/{id}/enrichments/port-reservation",
    operation_id = "enrich_port_reservation", tag = "Enrichment",
    params(("id" = String, Path, description = "The sub-order's id")),
    request_body = PortReservationBody,
    responses((status = 200, description = "The enrichments", body = EnrichmentsBody)))]
async fn enrich_port_reservation(PathId(id): PathId, edit: Edit<PortReservationBody>) -> Answered {
    enrich(id, edit, |body, _| Some(EnrichDo::PortReservation(body.into()))).await
}

/// Give the billing enrichment
///
/// How the product is billed: on an account that exists, or on one made with it. It takes the
/// place of what was given before. If-Match is the sub-order's ETag.
#[utoipa::path(put, path = "/v1/sub-orders/{id}/enrichments/billing",
    operation_id = "enrich_billing", tag = "Enrichment",
    params(("id" = String, Path, description = "The sub-order's id")),
    request_body = BillingForm,
    responses((status = 200, description = "The enrichments", body = EnrichmentsBody)))]
async fn enrich_billing(PathId(id): PathId, edit: Edit<BillingForm>) -> Answered {
    enrich(id, edit, BillingForm::read).await
}

async fn enrich<T>(
    sub_order: Id,
    edit: Edit<T>,
    read: impl FnOnce(T, &mut Faults) -> Option<EnrichDo>,
) -> Answered {
    let Edit { app, call, place, seen, body } = edit;
    let mut faults = Faults::default();
    let what = read(body, &mut faults);
    let what = faults.finish(what).at(&place)?;
    let programme = app.programme_of(&call.caller).at(&place)?;
    let now = app.now(&call.caller).await.at(&place)?;
    perform(&app, &call, &place, SubOrderEnrich { sub_order, seen, what }, |(order, sub)| {
        // It fails only for a caller without a programme, and this one has just shown its own.
        let missing = missing(&app, now, &call.caller, order, sub).unwrap_or_default();
        let body = EnrichmentsBody::of(programme, order, sub, &missing);
        draw_version(StatusCode::OK, &body, sub.version)
    })
    .await
}
