//! The contract: sent for signature, and read.

use super::super::door::{Asked, Said};
use super::super::flow;
use super::super::shape::{country, stamp};
use super::super::words::titled;
use super::{SUCCESS, asked_id, number_of, one_id};
use crate::State;
use crate::answer::{Answered, ok};
use crate::v1::shape::At;
use app::contract::ContractOnce;
use domain::address::Address;
use domain::contract::{Contract, ContractCustomer, ContractState, NewContract, Signer};
use domain::refusal::Refusal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(contract_make, contract_get))
}

/// The end customer's address, as the contract names it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CompanyAddress {
    #[schema(min_length = 1, max_length = 200, example = "3400 W PLANO PKWY")]
    street: String,
    #[schema(min_length = 1, max_length = 100, example = "Plano")]
    city: String,
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Za-z]{2}$", example = "TX")]
    state: String,
    #[schema(max_length = 10, pattern = "^[0-9]{5}(-?[0-9]{4})?$", example = "75075-8011")]
    zip_code: String,
    #[serde(default)]
    #[schema(max_length = 30)]
    country: Option<String>,
}

/// The end customer, as the contract names it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct EndCustomerDetails {
    #[schema(min_length = 1, max_length = 200, example = "conrr")]
    company_name: String,
    company_address: CompanyAddress,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
/// What the contract names.
struct ContractInput {
    end_customer_details: EndCustomerDetails,
}

/// A contract to be sent for signature.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ContractCall {
    #[schema(min_length = 15, max_length = 18, example = "0Q0dx000002WN6nCAG")]
    quote_id: String,
    #[schema(min_length = 1, max_length = 40, example = "A-06399x")]
    #[expect(dead_code, reason = "the door has read it")]
    sp_id: String,
    /// Who signs.
    #[schema(max_length = 254, pattern = "^[^@\\s]+@[^@\\s]+$", example = "signer@example.com")]
    approver_email: String,
    contract_input: ContractInput,
}

impl ContractCall {
    fn new_contract(self) -> NewContract {
        let EndCustomerDetails { company_name, company_address } =
            self.contract_input.end_customer_details;
        NewContract {
            // The family names the signer by the address alone.
            signer: Signer {
                name: self.approver_email.clone(),
                title: "Approver".to_owned(),
                email: self.approver_email,
            },
            customer: ContractCustomer {
                company_name,
                address: Address {
                    street: company_address.street,
                    unit: None,
                    city: company_address.city,
                    state: company_address.state.to_uppercase(),
                    zip: company_address.zip_code,
                    country: country(company_address.country.as_deref()),
                },
            },
            effective: None,
        }
    }
}

/// What the signature service answered. `code` and `message` are ours.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ESignIntegrationResponseStep)]
struct ESignStep {
    /// False while the document is not yet out for signature.
    is_success: bool,
    #[serde(rename = "esignRequestIdABV")]
    #[schema(example = 527_957)]
    esign_request_id_abv: u32,
    #[schema(example = "Document has been sent for signature")]
    description: String,
    #[schema(example = 200)]
    code: u16,
    #[schema(example = "Success")]
    message: &'static str,
}

/// The contract that was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContractAnswer)]
struct ContractMade {
    #[serde(rename = "ContractEnvelopeId")]
    #[schema(example = "a4Tdx000000cOxNEAU")]
    contract_envelope_id: String,
    #[serde(rename = "ESignIntegrationResponseStep")]
    step: ESignStep,
    /// Whether the contract could not be made or sent.
    #[serde(rename = "SetError")]
    set_error: bool,
    #[serde(rename = "callContractMS")]
    call_contract_ms: bool,
}

impl From<&Contract> for ContractMade {
    fn from(contract: &Contract) -> Self {
        // What has come to a signature was sent: repeats of the call are answered alike.
        let (is_success, set_error, description) = match &contract.state {
            ContractState::Generated => {
                let said =
                    "Document has been generated; the signature service has not taken it yet";
                (false, false, said.to_owned())
            }
            ContractState::Sent { .. }
            | ContractState::Viewed { .. }
            | ContractState::Signed { .. } => {
                (true, false, "Document has been sent for signature".to_owned())
            }
            ContractState::Declined { reason } => {
                (false, true, format!("Document has been declined: {reason}"))
            }
            ContractState::Voided { reason } => {
                (false, true, format!("Document has been voided: {reason}"))
            }
            ContractState::Terminated { reason, .. } => {
                (false, true, format!("Contract has been terminated: {reason}"))
            }
            ContractState::Expired => (false, true, "Document has expired unsigned".to_owned()),
        };
        let (code, message) = match (is_success, set_error) {
            (true, _) => (200, SUCCESS),
            (false, false) => (202, "Pending"),
            (false, true) => (409, "Failed"),
        };
        let esign_request_id_abv = number_of(contract.id);
        Self {
            contract_envelope_id: contract.id.to_string(),
            step: ESignStep { is_success, esign_request_id_abv, description, code, message },
            set_error,
            call_contract_ms: true,
        }
    }
}

/// Create contract
///
/// Published. Generates the quote's contract and sends it to `approverEmail` for signature. A
/// repeat for the same quote, signer and customer answers the contract that there is.
#[utoipa::path(post, path = "/contract-apex", operation_id = "contract_apex", tag = "Contract",
    request_body = ContractCall,
    responses((status = 200, description = "Sent for signature", body = ContractMade)))]
async fn contract_make(mut said: Said) -> Answered {
    let body: ContractCall = said.read()?;
    let quote = one_id("/quoteId", &body.quote_id).at(&said.place)?;
    said.naming(&[
        ("/signer/email", "/approverEmail"),
        ("/customer/company_name", "/contractInput/endCustomerDetails/companyName"),
        ("/customer/address", "/contractInput/endCustomerDetails/companyAddress"),
    ]);
    let action = ContractOnce { quote, new: body.new_contract() };
    let contract = said.perform_one(action, |contract| contract.id).await?;
    let contract = flow::out(&said, contract).await?;
    Ok(ok(&ContractMade::from(&contract)))
}

/// How far a quote's contract is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ContractRead {
    quote_id: String,
    #[schema(example = "Success")]
    status: &'static str,
    #[schema(example = "The contract is signed")]
    status_message: String,
    /// As in the answer that made it.
    #[serde(rename = "ContractEnvelopeId")]
    contract_envelope_id: String,
    #[serde(rename = "esignRequestIdABV")]
    esign_request_id_abv: u32,
    /// `Generated`, `Sent`, `Viewed`, `Signed`, `Declined`, `Expired` or `Voided`.
    #[schema(example = "Signed")]
    contract_status: String,
    is_signed: bool,
    approver_email: String,
    company_name: String,
    #[schema(example = 36)]
    term_months: u32,
    #[schema(example = "2026-11-23T15:00:00.000+0000")]
    created_date: String,
    /// Null until it is signed.
    signed_date: Option<String>,
    /// Until when it can be signed; null once it is not out any more.
    expiration_date: Option<String>,
    /// SHA-256 of the document that is signed, in hexadecimal.
    document_sha256: String,
}

/// Read contract
///
/// Ours. The newest contract of the quote: signed or not, and until when it can be.
#[utoipa::path(get, path = "/contract-apex", operation_id = "contract_apex_get", tag = "Contract",
    params(("quoteId" = String, Query, description = "The quote's id")),
    responses((status = 200, description = "The contract", body = ContractRead)))]
async fn contract_get(asked: Asked) -> Answered {
    let quote = asked_id(&asked, "quoteId")?;
    let (app, caller, place) = (&asked.app, &asked.caller, &asked.place);
    let file = app.quote_facts(caller, quote).await.at(place)?;
    let now = asked.now().await?;
    let live = file.contracts.iter().find(|c| c.is_out(now) || c.is_signed());
    let newest = live.or_else(|| file.contracts.last());
    let contract = newest.ok_or_else(|| place.refuse(Refusal::not_found("contract")))?;
    let phase = contract.phase(now);
    let (signed_date, expiration_date) = match &contract.state {
        ContractState::Signed { at, .. } => (Some(stamp(*at)), None),
        ContractState::Sent { expires_at, .. } | ContractState::Viewed { expires_at, .. } => {
            (None, Some(stamp(*expires_at)).filter(|_| contract.can_sign(now)))
        }
        _ => (None, None),
    };
    Ok(ok(&ContractRead {
        quote_id: quote.to_string(),
        status: SUCCESS,
        status_message: format!("The contract is {}", phase.word()),
        contract_envelope_id: contract.id.to_string(),
        esign_request_id_abv: number_of(contract.id),
        contract_status: titled(phase.word()),
        is_signed: contract.is_signed(),
        approver_email: contract.signer.email.clone(),
        company_name: contract.customer.company_name.clone(),
        term_months: contract.term_months,
        created_date: stamp(contract.created_at),
        signed_date,
        expiration_date,
        document_sha256: contract.document_sha256.clone(),
    }))
}
