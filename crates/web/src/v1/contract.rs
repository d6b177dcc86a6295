//! Contracts: generated for a quote version, read, signed, declined, voided.

use super::quote::QuoteBody;
use super::shape::{AddressBody, At, Faults, TotalsBody};
use crate::answer::{Answered, draw_version, located, ok, ok_version, perform};
use crate::door::{Command, PathId, Reading};
use app::contract::{ContractClose, ContractEnd, ContractGenerate, ContractSign};
use axum::response::IntoResponse;
use domain::contract::{Contract, ContractCustomer, ContractState, NewContract, Proposal, Signer};
use domain::time::Moment;
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new()
        .routes(routes!(contracts_list, contract_generate))
        .routes(routes!(contract_get))
        .routes(routes!(contract_document))
        .routes(routes!(contract_sign))
        .routes(routes!(contract_decline))
        .routes(routes!(contract_void))
}

/// Who signs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Signer)]
struct SignerBody {
    #[schema(min_length = 1, max_length = 200, example = "Dana Sample")]
    name: String,
    #[schema(min_length = 1, max_length = 100, example = "Managing Director")]
    title: String,
    #[schema(max_length = 254, pattern = "^[^@\\s]+@[^@\\s]+$", example = "dana@example.com")]
    email: String,
}

impl From<SignerBody> for Signer {
    fn from(body: SignerBody) -> Self {
        Self { name: body.name, title: body.title, email: body.email }
    }
}

impl From<&Signer> for SignerBody {
    fn from(signer: &Signer) -> Self {
        let Signer { name, title, email } = signer.clone();
        Self { name, title, email }
    }
}

/// The end customer as the contract names it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractCustomer)]
struct ContractCustomerBody {
    #[schema(min_length = 1, max_length = 200, example = "Lone Star Dental Group, Inc.")]
    company_name: String,
    address: AddressBody,
}

impl From<ContractCustomerBody> for ContractCustomer {
    fn from(body: ContractCustomerBody) -> Self {
        Self { company_name: body.company_name, address: body.address.into() }
    }
}

impl From<&ContractCustomer> for ContractCustomerBody {
    fn from(customer: &ContractCustomer) -> Self {
        Self { company_name: customer.company_name.clone(), address: (&customer.address).into() }
    }
}

/// What is out for signature.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct Envelope {
    /// The signature service's own reference.
    reference: String,
    /// From this moment on it can no longer be signed.
    expires_at: String,
}

/// A signature.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct Signature {
    at: String,
    by: SignerBody,
}

/// A proposal of operations to end a signed contract.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct TerminationProposal {
    at: String,
    #[schema(example = "operations (night shift)")]
    by: String,
    reason: String,
}

impl From<&Proposal> for TerminationProposal {
    fn from(proposal: &Proposal) -> Self {
        let Proposal { reason, by, at } = proposal;
        Self { at: at.to_string(), by: by.label(), reason: reason.clone() }
    }
}

/// The end of a signed contract.
#[derive(Debug, Clone, Serialize, ToSchema)]
struct Termination {
    at: String,
    /// Who proposed it.
    #[schema(example = "operations (night shift)")]
    by: String,
    /// Who confirmed it.
    #[schema(example = "operations (day shift)")]
    confirmed_by: String,
}

/// The agreement that pins one version of a quote.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Contract)]
pub(super) struct ContractBody {
    id: String,
    quote_id: String,
    /// The quote's number and revision.
    number: String,
    revision: u32,
    /// `generated`, `sent`, `viewed`, `signed`, `declined`, `expired`, `voided` or `terminated`.
    #[schema(example = "sent")]
    state: &'static str,
    /// Who is bound, first party first: `partner`, `end_customer`, `carrier`.
    #[schema(example = json!(["partner", "end_customer"]))]
    parties: Vec<&'static str>,
    customer: ContractCustomerBody,
    signer: SignerBody,
    /// The longest term among the sites.
    term_months: u32,
    #[schema(format = Date, example = "2026-03-01")]
    effective: String,
    totals: TotalsBody,
    /// SHA-256 of the document's bytes, in hexadecimal: what a signature repeats.
    document_sha256: String,
    envelope: Option<Envelope>,
    signed: Option<Signature>,
    /// Why it was declined, voided or terminated.
    reason: Option<String>,
    /// That operations shall end it, as long as no second person has confirmed it.
    termination_proposed: Option<TerminationProposal>,
    /// How operations ended it after it was signed.
    terminated: Option<Termination>,
    version: u64,
    created_at: String,
}

impl ContractBody {
    pub(super) fn of(contract: &Contract, now: Moment) -> Self {
        let (mut envelope, mut reason, mut terminated) = (None, None, None);
        match &contract.state {
            ContractState::Generated | ContractState::Signed { .. } | ContractState::Expired => {}
            ContractState::Sent { reference, expires_at }
            | ContractState::Viewed { reference, expires_at } => {
                let (reference, expires_at) = (reference.clone(), expires_at.to_string());
                envelope = Some(Envelope { reference, expires_at });
            }
            ContractState::Declined { reason: why } | ContractState::Voided { reason: why } => {
                reason = Some(why.clone());
            }
            ContractState::Terminated { at, reason: why, by, second, .. } => {
                reason = Some(why.clone());
                let (by, confirmed_by) = (by.label(), second.label());
                terminated = Some(Termination { at: at.to_string(), by, confirmed_by });
            }
        }
        let signed = contract.signature();
        let signed = signed.map(|s| Signature { at: s.at.to_string(), by: (&s.by).into() });
        Self {
            id: contract.id.to_string(),
            quote_id: contract.quote.to_string(),
            number: contract.number.clone(),
            revision: contract.revision,
            state: contract.phase(now).word(),
            parties: contract.parties.iter().map(|p| p.word()).collect(),
            customer: (&contract.customer).into(),
            signer: (&contract.signer).into(),
            term_months: contract.term_months,
            effective: contract.effective.to_string(),
            totals: (&contract.totals).into(),
            document_sha256: contract.document_sha256.clone(),
            envelope,
            signed,
            reason,
            termination_proposed: contract.proposal.as_ref().map(Into::into),
            terminated,
            version: contract.version,
            created_at: contract.created_at.to_string(),
        }
    }
}

/// What a contract is to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewContract)]
struct NewContractBody {
    signer: SignerBody,
    customer: ContractCustomerBody,
    /// When it takes effect; today unless given.
    #[serde(default)]
    #[schema(max_length = 10, format = Date, example = "2026-03-01")]
    effective: Option<String>,
}

/// The contracts of one quote version, oldest first.
#[derive(Debug, Serialize, ToSchema)]
struct Contracts {
    items: Vec<ContractBody>,
}

/// Generate a contract
///
/// Pins this version of the quote and sends it out for signature. One is out at a time, and
/// while it is, the quote cannot be edited.
#[utoipa::path(post, path = "/v1/quotes/{id}/contracts", operation_id = "contract_generate",
    tag = "Contracts", params(("id" = String, Path, description = "The quote's id")),
    request_body = NewContractBody,
    responses((status = 202, description = "Generated; it is sent next", body = ContractBody)))]
async fn contract_generate(PathId(quote): PathId, command: Command<NewContractBody>) -> Answered {
    let Command { app, call, place, body } = command;
    let mut faults = Faults::default();
    let effective = body.effective.and_then(|text| faults.date("/effective", &text));
    let (signer, customer) = (body.signer.into(), body.customer.into());
    let new = faults.finish(Some(NewContract { signer, customer, effective })).at(&place)?;
    let now = app.now(&call.caller).await.at(&place)?;
    perform(&app, &call, &place, ContractGenerate { quote, new }, |contract| {
        let body = ContractBody::of(contract, now);
        let answer = draw_version(StatusCode::ACCEPTED, &body, contract.version);
        located(answer, format!("/v1/contracts/{}", contract.id))
    })
    .await
}

/// List a quote's contracts
///
/// Those of this version of the quote, oldest first.
#[utoipa::path(get, path = "/v1/quotes/{id}/contracts", operation_id = "contracts_list",
    tag = "Contracts", params(("id" = String, Path, description = "The quote's id")),
    responses((status = 200, description = "The contracts", body = Contracts)))]
async fn contracts_list(PathId(quote): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let file = app.quote_facts(&caller, quote).await.at(&place)?;
    let now = app.now(&caller).await.at(&place)?;
    let items = file.contracts.iter().map(|c| ContractBody::of(c, now)).collect();
    Ok(ok(&Contracts { items }))
}

/// Read a contract
///
/// With its envelope while it is out, and its signature once it has one. With `wait`, the
/// answer is held back until the contract is out for signature.
#[utoipa::path(get, path = "/v1/contracts/{id}", operation_id = "contract_get", tag = "Contracts",
    params(
        ("id" = String, Path, description = "The contract's id"),
        ("wait" = Option<u32>, Query,
            description = "Seconds to wait, at most 30, while the contract is generated")),
    responses((status = 200, description = "The contract", body = ContractBody)))]
async fn contract_get(PathId(id): PathId, reading: Reading) -> Answered {
    let mut params = reading.params();
    let wait = params.wait();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let out = |c: &Contract| c.state != ContractState::Generated;
    let found = app.wait_until(id, wait, || app.contract_get(&caller, id), out).await;
    let contract = found.at(&place)?;
    Ok(ok_version(
        &ContractBody::of(&contract, app.now(&caller).await.at(&place)?),
        contract.version,
    ))
}

/// Read a contract's document
///
/// The text that is signed. Its SHA-256 is the contract's `document_sha256`.
#[utoipa::path(get, path = "/v1/contracts/{id}/document", operation_id = "contract_document",
    tag = "Contracts", params(("id" = String, Path, description = "The contract's id")),
    responses((status = 200, description = "The document", body = String,
        content_type = "text/plain")))]
async fn contract_document(PathId(id): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let text = app.contract_document(&caller, id).await.at(&place)?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

/// A signature as it is given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ContractSignature {
    signer: SignerBody,
    /// The hash of the document that the signer saw, so that nobody signs another.
    #[schema(
        min_length = 64,
        max_length = 64,
        pattern = "^[0-9a-f]{64}$",
        example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )]
    document_sha256: String,
}

/// A signed contract, and the quote that is accepted with it.
#[derive(Debug, Serialize, ToSchema)]
struct SignedContract {
    contract: ContractBody,
    quote: QuoteBody,
}

/// Sign a contract
///
/// Binding. The quote version is accepted with it and never changes again.
#[utoipa::path(post, path = "/v1/contracts/{id}/sign", operation_id = "contract_sign",
    tag = "Contracts", params(("id" = String, Path, description = "The contract's id")),
    request_body = ContractSignature,
    responses((status = 200, description = "Signed", body = SignedContract)))]
async fn contract_sign(PathId(contract): PathId, command: Command<ContractSignature>) -> Answered {
    let Command { app, call, place, body } = command;
    let now = app.now(&call.caller).await.at(&place)?;
    let (by, document_sha256) = (body.signer.into(), body.document_sha256);
    perform(&app, &call, &place, ContractSign { contract, by, document_sha256 }, |signed| {
        let contract = ContractBody::of(&signed.contract, now);
        let body = SignedContract { contract, quote: QuoteBody::of(&signed.quote, now) };
        draw_version(StatusCode::OK, &body, signed.contract.version)
    })
    .await
}

/// Why a contract ends without a signature.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ContractReason {
    #[schema(min_length = 1, max_length = 1000, example = "The customer asked for a longer term.")]
    reason: String,
}

/// Decline a contract
///
/// The signer does not want it as it is. The quote can be edited again.
#[utoipa::path(post, path = "/v1/contracts/{id}/decline", operation_id = "contract_decline",
    tag = "Contracts", params(("id" = String, Path, description = "The contract's id")),
    request_body = ContractReason,
    responses((status = 200, description = "Declined", body = ContractBody)))]
async fn contract_decline(PathId(id): PathId, command: Command<ContractReason>) -> Answered {
    close(id, command, |reason| ContractEnd::Decline { reason }).await
}

/// Void a contract
///
/// The partner takes it back before it is signed. The quote can be edited again.
#[utoipa::path(post, path = "/v1/contracts/{id}/void", operation_id = "contract_void",
    tag = "Contracts", params(("id" = String, Path, description = "The contract's id")),
    request_body = ContractReason,
    responses((status = 200, description = "Voided", body = ContractBody)))]
async fn contract_void(PathId(id): PathId, command: Command<ContractReason>) -> Answered {
    close(id, command, |reason| ContractEnd::Void { reason }).await
}

async fn close(
    contract: domain::id::Id,
    command: Command<ContractReason>,
    end: impl FnOnce(String) -> ContractEnd,
) -> Answered {
    let Command { app, call, place, body } = command;
    let now = app.now(&call.caller).await.at(&place)?;
    let action = ContractClose { contract, end: end(body.reason) };
    perform(&app, &call, &place, action, |contract| {
        draw_version(StatusCode::OK, &ContractBody::of(contract, now), contract.version)
    })
    .await
}
