//! The Alliance family, as published.

mod config;
mod contract;
mod credit;
mod exception;
mod loa;
mod lookup;
mod order;
mod port;
mod shipping;

use super::sale;
use crate::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Every path of the family, in the order of its flow.
pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(lookup::customer_lookup))
        .routes(routes!(exception::exception_request, exception::exception_read))
        .routes(routes!(loa::loa_generate, loa::loa_check, loa::loa_file))
        .routes(routes!(sale::quote::opportunity_quote, sale::quote::quote_read))
        .routes(routes!(sale::site::site_add, sale::site::site_change))
        .routes(routes!(config::config))
        .routes(routes!(credit::credit_check, sale::credit::credit_check_read))
        .routes(routes!(contract::contract, sale::contract::contract_read))
        .routes(routes!(order::order))
        .routes(routes!(sale::installation::installation))
        .routes(routes!(shipping::shipping))
        .routes(routes!(sale::billing::billing))
        .routes(routes!(port::port_reserve))
        .routes(routes!(sale::enrichment::cdg))
        .routes(routes!(sale::handoff::order_summary))
        .routes(routes!(sale::handoff::order_handoff))
        .routes(routes!(sale::status::orders))
}
