//! Enrichments for many sub-orders of an order in one request.

use super::form::{BillingForm, InstallationBody, PortReservationBody, ShippingBody};
use crate::answer::{Answered, draw, perform};
use crate::door::{Command, PathId};
use crate::v1::shape::{At, Faults};
use app::enrichment::{EnrichDo, EnrichRow, OrderEnrich};
use app::read::SHOWN;
use domain::catalogue::EnrichmentKind;
use domain::code::Because;
use domain::enrichment::{is_there, required};
use domain::order::OrderView;
use domain::programme::Programme;
use domain::refusal::{Fault, IfMatch};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use utoipa::ToSchema;

/// Enrichments of one sub-order, at most one of each kind.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EnrichmentSet {
    #[serde(default)]
    installation: Option<InstallationBody>,
    #[serde(default)]
    shipping: Option<ShippingBody>,
    #[serde(default)]
    port_reservation: Option<PortReservationBody>,
    #[serde(default)]
    billing: Option<BillingForm>,
}

impl EnrichmentSet {
    fn read(self, faults: &mut Faults) -> Vec<EnrichDo> {
        let mut given = Vec::new();
        if let Some(body) = self.installation {
            let read = faults.within("/installation", |faults| body.read(faults));
            given.extend(read.map(EnrichDo::Installation));
        }
        given.extend(self.shipping.map(|body| EnrichDo::Shipping(body.into())));
        given.extend(self.port_reservation.map(|body| EnrichDo::PortReservation(body.into())));
        if let Some(body) = self.billing {
            given.extend(faults.within("/billing", |faults| body.read(faults)));
        }
        given
    }
}

/// A sub-order, and what it gets of its own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SubOrderEnrichments {
    #[schema(min_length = 15, max_length = 18, example = "8013g00000cUIRtAAO")]
    id: String,
    /// The sub-order's version as it was read. If it has another by now, nothing is changed at
    /// all. Left out: whatever version it has.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 2_147_483_647)]
    version: Option<u64>,
    #[serde(default)]
    installation: Option<InstallationBody>,
    #[serde(default)]
    shipping: Option<ShippingBody>,
    #[serde(default)]
    port_reservation: Option<PortReservationBody>,
    #[serde(default)]
    billing: Option<BillingForm>,
}

impl SubOrderEnrichments {
    fn read(self, faults: &mut Faults) -> Option<EnrichRow> {
        let sub_order = faults.id("/id", &self.id);
        let Self { version, installation, shipping, port_reservation, billing, .. } = self;
        let own = EnrichmentSet { installation, shipping, port_reservation, billing }.read(faults);
        let seen = version.map_or(IfMatch::Any, IfMatch::Version);
        Some(EnrichRow { sub_order: sub_order?, seen, own })
    }
}

/// Enrichments for all of an order's sub-orders, or for some.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderEnrichments {
    /// What each sub-order gets that has none of the kind of its own in this request. A new
    /// billing account here is made once, for all.
    #[serde(default)]
    defaults: Option<EnrichmentSet>,
    /// The sub-orders that are meant, with what each gets of its own. Left out: every sub-order
    /// of the order that is not handed off yet.
    #[serde(default)]
    #[schema(min_items = 1, max_items = 1000)]
    sub_orders: Option<Vec<SubOrderEnrichments>>,
}

impl OrderEnrichments {
    fn read(self, faults: &mut Faults) -> (Vec<EnrichDo>, Option<Vec<EnrichRow>>) {
        let defaults = faults.within("/defaults", |faults| {
            self.defaults.map(|set| set.read(faults)).unwrap_or_default()
        });
        let mut seen = HashSet::new();
        let mut row = |(at, body): (usize, SubOrderEnrichments)| {
            let place = format!("/sub_orders/{at}");
            let row = faults.within(&place, |faults| body.read(faults))?;
            if !seen.insert(row.sub_order) {
                let detail = "the sub-order is named twice";
                faults.push(Fault::new(format!("{place}/id"), Because::Duplicate, detail));
            }
            Some(row)
        };
        let rows = self.sub_orders.map(|rows| {
            rows.into_iter().enumerate().filter_map(&mut row).collect::<Vec<EnrichRow>>()
        });
        (defaults, rows)
    }
}

/// A sub-order after its enrichment.
#[derive(Debug, Serialize, ToSchema)]
struct EnrichedSubOrder {
    id: String,
    name: String,
    version: u64,
    /// The kinds that it still needs before its handoff.
    #[schema(example = json!(["billing"]))]
    missing: Vec<&'static str>,
}

/// The answer to an enrichment of many sub-orders.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EnrichmentReceipt {
    order_id: String,
    /// How many sub-orders this request enriched.
    enriched: u64,
    /// How many of them still lack a kind that product or programme require.
    incomplete: u64,
    /// The first 100 of them, in the order of the request, or of the quote's sites if it named
    /// none.
    sub_orders: Vec<EnrichedSubOrder>,
}

impl EnrichmentReceipt {
    pub(super) fn of(programme: &Programme, view: &OrderView) -> Self {
        let group = view.order.group;
        let missing = |sub| {
            let kinds = required(programme, sub).into_iter();
            kinds.filter(|kind| !is_there(*kind, sub, group)).map(EnrichmentKind::word)
        };
        let lacks = view.sub_orders.iter().filter(|sub| missing(sub).next().is_some());
        let shown = view.sub_orders.iter().take(SHOWN as usize).map(|sub| EnrichedSubOrder {
            id: sub.id.to_string(),
            name: sub.name.clone(),
            version: sub.version,
            missing: missing(sub).collect(),
        });
        Self {
            order_id: view.order.id.to_string(),
            enriched: view.sub_orders.len() as u64,
            incomplete: lacks.count() as u64,
            sub_orders: shown.collect(),
        }
    }
}

/// Enrich an order's sub-orders
///
/// Every sub-order that is not handed off yet, or those that are named: at most 1,000, each with
/// enrichments of its own where `defaults` do not fit. They take the place of what was given
/// before. Each is checked as it is by itself, and if one is refused nothing is changed: the
/// answer names the first 100 faults and counts the rest. Each sub-order's version rises by one.
#[utoipa::path(post, path = "/v1/orders/{id}/enrichments", operation_id = "order_enrich",
    tag = "Enrichment", params(("id" = String, Path, description = "The order's id")),
    request_body = OrderEnrichments,
    responses((status = 200, description = "Enriched", body = EnrichmentReceipt)))]
pub(super) async fn order_enrich(
    PathId(order): PathId,
    command: Command<OrderEnrichments>,
) -> Answered {
    let Command { app, call, place, body } = command;
    let mut faults = Faults::default();
    let read = body.read(&mut faults);
    let (defaults, rows) = faults.finish(Some(read)).at(&place)?;
    let programme = app.programme_of(&call.caller).at(&place)?;
    perform(&app, &call, &place, OrderEnrich { order, defaults, rows }, |view| {
        draw(StatusCode::OK, &EnrichmentReceipt::of(programme, view))
    })
    .await
}
