//! Operations: what the carrier's own people do. Partners and credentials, end customers, and
//! the decisions that partners wait for; the catalogue that they are sold by.

mod catalogue;
mod contract;
mod credit;
mod customer;
mod discount;
mod exception;
mod feasibility;
mod identifier;
mod job;
mod letter;
mod partner;

pub(super) use partner::RightWord;

use utoipa_axum::router::OpenApiRouter;

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .merge(partner::routes())
        .merge(customer::routes())
        .merge(exception::routes())
        .merge(letter::routes())
        .merge(discount::routes())
        .merge(feasibility::routes())
        .merge(identifier::routes())
        .merge(credit::routes())
        .merge(contract::routes())
        .merge(job::routes())
        .merge(catalogue::routes())
}
