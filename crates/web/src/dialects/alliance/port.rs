//! The port reservation that the product needs: published for APEX only, so that here it is ours.

use crate::answer::{Answered, ok};
use crate::dialects::door::Said;
use crate::dialects::sale::enrichment::EnrichmentAnswer;
use crate::v1::shape::{At, Faults};
use app::enrichment::{EnrichDo, EnrichOnce};
use domain::enrichment::PortReservation;
use serde::Deserialize;
use utoipa::ToSchema;

/// Where the port ends.
#[derive(Debug, Deserialize, ToSchema)]
struct PortRequest {
    #[serde(rename = "subOrderId")]
    #[schema(max_length = 18, example = "801Kf000004FnihIAC")]
    sub_order_id: String,
    #[serde(rename = "Room")]
    #[schema(min_length = 1, max_length = 50, example = "201")]
    room: String,
    #[serde(rename = "Floor")]
    #[schema(min_length = 1, max_length = 50, example = "2")]
    floor: String,
    #[serde(default, rename = "Notes")]
    #[schema(max_length = 1000, example = "Behind the reception desk.")]
    notes: Option<String>,
    /// Telecommunications Service Priority authorization code, where the circuit has one.
    #[serde(default, rename = "TSPCode")]
    #[schema(max_length = 40, example = "TSP12C456-44")]
    tsp_code: Option<String>,
}

/// Reserve a port
///
/// Keeps floor and room of the demarcation and reserves the port. Ours, after APEX's published
/// call. Key: the sub-order with its content.
#[utoipa::path(post, path = "/order-enrichment/RDSProdandPortReserve",
    operation_id = "port_reserve", tag = "Enrichment", request_body = PortRequest,
    responses((status = 200, description = "Saved", body = EnrichmentAnswer)))]
pub(super) async fn port_reserve(mut said: Said) -> Answered {
    let body: PortRequest = said.read()?;
    said.naming(&[("/tsp_code", "/TSPCode")]);
    let mut faults = Faults::default();
    let sub_order = faults.id("/subOrderId", &body.sub_order_id);
    let sub_order = faults.finish(sub_order).at(&said.place)?;
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let (notes, tsp_code) = (given(body.notes), given(body.tsp_code));
    let port = PortReservation { floor: body.floor, room: body.room, notes, tsp_code };
    let action = EnrichOnce { sub_order, what: EnrichDo::PortReservation(port) };
    Ok(ok(&EnrichmentAnswer::after(&said, action, "Floor and room").await?))
}
