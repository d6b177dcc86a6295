//! The native API: wire shapes and handlers, one file a noun. It holds no rule of the business.

mod address;
mod catalogue;
mod comparison;
mod contract;
mod credit;
mod customer;
mod document;
mod enrichment;
mod event;
mod exception;
mod import;
mod journey;
mod letter;
mod matrix;
mod me;
mod operations;
mod opportunity;
mod order;
mod quote;
mod sandbox;
pub(crate) mod shape;
mod site;
mod test_clock;
mod webhook;

pub(crate) use event::tell;

use crate::State;
use utoipa_axum::router::OpenApiRouter;

/// Every route of the native API, in the order of the flow.
pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .merge(me::routes())
        .merge(catalogue::routes())
        .merge(matrix::routes())
        .merge(customer::routes())
        .merge(exception::routes())
        .merge(letter::routes())
        .merge(opportunity::routes())
        .merge(quote::routes())
        .merge(comparison::routes())
        .merge(document::routes())
        .merge(site::routes())
        .merge(address::routes())
        .merge(import::routes())
        .merge(credit::routes())
        .merge(contract::routes())
        .merge(order::routes())
        .merge(enrichment::routes())
        .merge(journey::routes())
        .merge(event::routes())
        .merge(webhook::routes())
        .merge(sandbox::routes())
        .merge(test_clock::routes())
        .merge(operations::routes())
        .merge(test_clock::of_operations())
}
