//! Contracts as operations see them, and the end of a signed one: one person proposes it, another
//! confirms.

use crate::answer::{Answered, draw_version, ok_version, perform};
use crate::door::{Command, PathId, Reading};
use crate::v1::contract::ContractBody;
use crate::v1::shape::At;
use app::Times;
use app::contract::{ContractTerminate, ContractTermination};
use domain::contract::Contract;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(contract_review))
        .routes(routes!(contract_terminate))
        .routes(routes!(contract_termination_confirm))
}

/// Read a contract as operations do
///
/// Any partner's, in whatever state, with the proposal to terminate it.
#[utoipa::path(get, path = "/v1/operations/contracts/{id}", operation_id = "contract_review",
    tag = "Operations", params(("id" = String, Path, description = "The contract's id")),
    responses((status = 200, description = "The contract", body = ContractBody)))]
async fn contract_review(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let contract = app.contract_of_any(&caller, id).await.at(&place)?;
    let now = app.times(&caller).await.at(&place)?.of(contract.tenant);
    Ok(ok_version(&ContractBody::of(&contract, now), contract.version))
}

/// Why a signed contract shall end.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ContractTerminationProposal {
    /// Kept in the contract; the partner sees it.
    #[schema(min_length = 1, max_length = 2000, example = "The customer is being wound up.")]
    reason: String,
}

/// Propose to terminate a signed contract
///
/// Nothing ends yet: a second person confirms it. Possible while no sub-order of the contract's
/// order is handed off, or all that are were rejected, cancelled or failed.
#[utoipa::path(post, path = "/v1/operations/contracts/{id}/terminate",
    operation_id = "contract_terminate", tag = "Operations",
    params(("id" = String, Path, description = "The contract's id")),
    request_body = ContractTerminationProposal,
    responses((status = 200, description = "Proposed", body = ContractBody)))]
async fn contract_terminate(
    PathId(contract): PathId,
    command: Command<ContractTerminationProposal>,
) -> Answered {
    let Command { app, call, place, body } = command;
    let times = app.times(&call.caller).await.at(&place)?;
    let what = ContractTermination::Propose { reason: body.reason };
    perform(&app, &call, &place, ContractTerminate { contract, what }, drawn(times)).await
}

/// A second yes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ContractTerminationConfirmation {
    /// The version of the contract with the proposal that is meant: one that was changed since is
    /// not confirmed.
    #[schema(minimum = 1, maximum = 1_000_000_000, example = 4)]
    version: u64,
}

/// Confirm that a signed contract is terminated
///
/// By another person than who proposed it, with a credential of their own. What the contract used
/// of promotions is given back; what was ordered by it cannot be handed off any more. The quote's
/// version stays as it was signed; a clone of it can be sold anew.
#[utoipa::path(post, path = "/v1/operations/contracts/{id}/confirm-termination",
    operation_id = "contract_termination_confirm", tag = "Operations",
    params(("id" = String, Path, description = "The contract's id")),
    request_body = ContractTerminationConfirmation,
    responses((status = 200, description = "Terminated", body = ContractBody)))]
async fn contract_termination_confirm(
    PathId(contract): PathId,
    command: Command<ContractTerminationConfirmation>,
) -> Answered {
    let Command { app, call, place, body } = command;
    let times = app.times(&call.caller).await.at(&place)?;
    let what = ContractTermination::Confirm { seen: body.version };
    perform(&app, &call, &place, ContractTerminate { contract, what }, drawn(times)).await
}

/// How a contract is drawn that operations have decided on.
fn drawn(times: Times) -> impl Fn(&Contract) -> app::Answer + Send + Sync {
    move |contract| {
        let body = ContractBody::of(contract, times.of(contract.tenant));
        draw_version(StatusCode::OK, &body, contract.version)
    }
}
