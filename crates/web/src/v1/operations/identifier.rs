//! The numbers that operations give to orders and sub-orders.

use crate::answer::{Answered, draw_version, perform};
use crate::door::{PathId, Setting};
use crate::v1::order::{IdentifierBody, kind_of};
use crate::v1::shape::{At, Faults};
use app::order::{IdentifiersOf, Identify, IdentifyWhat};
use domain::code::Because;
use domain::refusal::Fault;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new().routes(routes!(order_identify)).routes(routes!(sub_order_identify))
}

/// A number of a kind.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewIdentifier {
    /// What the number is. What follows from the order itself is not given: its own number, its
    /// contract's and purchase order's, and how it is billed.
    #[schema(example = "circuit_id")]
    kind: String,
    /// None of control and no blank at either end; null takes away what it had.
    #[schema(required = true, min_length = 1, max_length = 100, example = "32/VLXP/000123/SW")]
    value: Option<String>,
}

/// By what an order or a sub-order is known elsewhere.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "as on the wire")]
struct Identifiers {
    order_id: String,
    /// Null: they are the whole order's.
    sub_order_id: Option<String>,
    identifiers: Vec<IdentifierBody>,
    version: u64,
}

impl From<&IdentifiersOf> for Identifiers {
    fn from(of: &IdentifiersOf) -> Self {
        Self {
            order_id: of.order.to_string(),
            sub_order_id: of.sub_order.map(|id| id.to_string()),
            identifiers: of.identifiers.iter().map(Into::into).collect(),
            version: of.version,
        }
    }
}

/// Give an order a number
///
/// By which it is known elsewhere, whatever its state. It takes the place of the one of that kind
/// that the order had. The same request again leaves it as it is, so it needs neither an
/// Idempotency-Key nor If-Match.
#[utoipa::path(put, path = "/v1/operations/orders/{id}/identifiers",
    operation_id = "order_identify", tag = "Operations",
    params(("id" = String, Path, description = "The order's id")), request_body = NewIdentifier,
    responses((status = 200, description = "Given", body = Identifiers)))]
async fn order_identify(PathId(id): PathId, setting: Setting<NewIdentifier>) -> Answered {
    identify(IdentifyWhat::Order(id), setting).await
}

/// Give a sub-order a number
///
/// By which it is known elsewhere, whatever its state. It takes the place of the one of that kind
/// that the sub-order had. The same request again leaves it as it is, so it needs neither an
/// Idempotency-Key nor If-Match.
#[utoipa::path(put, path = "/v1/operations/sub-orders/{id}/identifiers",
    operation_id = "sub_order_identify", tag = "Operations",
    params(("id" = String, Path, description = "The sub-order's id")),
    request_body = NewIdentifier,
    responses((status = 200, description = "Given", body = Identifiers)))]
async fn sub_order_identify(PathId(id): PathId, setting: Setting<NewIdentifier>) -> Answered {
    identify(IdentifyWhat::SubOrder(id), setting).await
}

async fn identify(what: IdentifyWhat, setting: Setting<NewIdentifier>) -> Answered {
    let Setting { app, call, place, body } = setting;
    let mut faults = Faults::default();
    let kind = kind_of(&body.kind);
    if kind.is_none() {
        faults.push(Fault::new("/kind", Because::NotAllowedValue, "no such kind"));
    }
    let kind = faults.finish(kind).at(&place)?;
    perform(&app, &call, &place, Identify { what, kind, value: body.value }, |of| {
        draw_version(StatusCode::OK, &Identifiers::from(of), of.version)
    })
    .await
}
