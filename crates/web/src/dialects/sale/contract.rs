//! The contract of a quote version: published for AIAB, and the same for Alliance.

use super::day;
use crate::answer::{Answered, ok};
use crate::dialects::Hop;
use crate::dialects::address::PostalAddress;
use crate::dialects::door::{Asked, Said};
use crate::dialects::flow;
use crate::dialects::shape::stamp;
use crate::dialects::words::titled;
use crate::door::{Manner, Place};
use crate::v1::shape::{At, Faults};
use app::contract::ContractOnce;
use domain::code::{Because, Code};
use domain::contract::{
    Contract, ContractCustomer, ContractPhase, ContractState, NewContract, Signer,
};
use domain::refusal::{Fault, Refusal};
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What kind of contract: there is one.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
enum ContractType {
    #[serde(rename = "Quote-Based")]
    QuoteBased,
}

/// Who signs.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ContactObj {
    /// Either this, or first and last name.
    #[serde(default)]
    #[schema(max_length = 200, example = "Dana Sample")]
    contact_name: Option<String>,
    #[serde(default)]
    #[schema(max_length = 100, example = "Managing Director")]
    contact_title: Option<String>,
    #[serde(default, rename = "contactPhone")]
    #[schema(max_length = 30, example = "1234567890")]
    _contact_phone: Option<String>,
    #[schema(max_length = 254, pattern = "^[^@\\s]+@[^@\\s]+$", example = "dana@example.com")]
    contact_email: String,
    #[serde(default)]
    #[schema(max_length = 100, example = "Sample")]
    contact_last_name: Option<String>,
    #[serde(default)]
    #[schema(max_length = 100, example = "Dana")]
    contact_first_name: Option<String>,
}

/// The end customer as the contract names it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CustomerDetails {
    #[schema(min_length = 1, max_length = 200, example = "Lone Star Dental Group, Inc.")]
    company_name: String,
    company_address: PostalAddress,
}

/// What the contract is to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ContractDetails {
    contact_obj: ContactObj,
    /// The quote's own customer unless given. Ours.
    #[serde(default)]
    customer_details: Option<CustomerDetails>,
    /// When it takes effect; today unless given. Ours.
    #[serde(default)]
    #[schema(max_length = 40, example = "2026-12-01T00:00:00.000+0000")]
    effective_date: Option<String>,
}

/// A contract to generate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct ContractRequest {
    #[schema(max_length = 18, example = "0Q0Kf000000xjXgKAI")]
    quote_id: String,
    #[serde(rename = "contractType")]
    _contract_type: ContractType,
    contract_details: ContractDetails,
}

/// What became of the contract.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct ContractAnswer {
    /// 200; 202 while the contract is not out for signature yet.
    #[schema(example = 200)]
    code: u16,
    /// `Success`, or `Pending` while it is not out yet.
    #[schema(example = "Success")]
    message: &'static str,
    /// The call's `x-trace-id`.
    trace_id: String,
    #[schema(example = "Document has been sent for signature")]
    description: &'static str,
    /// The call's `x-transaction-id`; empty without one.
    transaction_id: String,
    /// The contract's id.
    #[schema(example = "a4Tdx000000cOxNEAU")]
    esign_request_id: String,
}

impl ContractAnswer {
    fn of(contract: &Contract, hop: Option<&Hop>, now: Moment) -> Self {
        let phase = contract.phase(now);
        let (code, message) = match phase {
            ContractPhase::Generated => (202, "Pending"),
            _ => (200, "Success"),
        };
        let text = |text: Option<&String>| text.cloned().unwrap_or_default();
        Self {
            code,
            message,
            trace_id: text(hop.and_then(|hop| hop.trace.as_ref())),
            description: described(phase),
            transaction_id: text(hop.and_then(|hop| hop.transaction.as_ref())),
            esign_request_id: contract.id.to_string(),
        }
    }
}

/// Out or signed is told by reading: a repeated call is answered as the first was.
const fn described(phase: ContractPhase) -> &'static str {
    match phase {
        ContractPhase::Generated => "Document is being prepared",
        ContractPhase::Sent | ContractPhase::Viewed | ContractPhase::Signed => {
            "Document has been sent for signature"
        }
        ContractPhase::Declined => "Document has been declined",
        ContractPhase::Expired => "Document has expired",
        ContractPhase::Voided => "Document has been voided",
        ContractPhase::Terminated => "Contract has been terminated",
    }
}

impl ContactObj {
    fn signer(self, faults: &mut Faults) -> Signer {
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let parts = [given(self.contact_first_name), given(self.contact_last_name)];
        let whole = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let name = given(self.contact_name).unwrap_or(whole);
        if name.is_empty() {
            let pointer = "/contractDetails/contactObj/contactName";
            let detail = "the contact has no name";
            let fault = Fault::new(pointer, Because::Missing, detail);
            faults.push(fault.expected("contactName, or contactFirstName and contactLastName"));
        }
        let title = given(self.contact_title).unwrap_or_else(|| "Authorized signer".to_owned());
        Signer { name, title, email: self.contact_email }
    }
}

/// Generates the contract and draws the answer once it is out for signature.
pub(in crate::dialects) async fn contract(mut said: Said) -> Answered {
    let ContractRequest { quote_id, contract_details, .. } = said.read()?;
    said.naming(&[("/effective", "/contractDetails/effectiveDate")]);
    let mut faults = Faults::default();
    let quote = faults.id("/quoteId", &quote_id);
    let signer = contract_details.contact_obj.signer(&mut faults);
    let pointer = "/contractDetails/effectiveDate";
    let effective = contract_details.effective_date.as_deref();
    let effective = effective.and_then(|text| day(&mut faults, pointer, text));
    let quote = faults.finish(quote).at(&said.place)?;
    let customer = match contract_details.customer_details {
        Some(given) => ContractCustomer {
            company_name: given.company_name,
            address: given.company_address.into(),
        },
        None => customer(&said.app, said.caller(), quote).await.at(&said.place)?,
    };
    let new = NewContract { signer, customer, effective };
    let made = said.perform_one(ContractOnce { quote, new }, |c: &Contract| c.id).await?;
    let contract = flow::out(&said, made).await?;
    let now = said.now().await?;
    Ok(ok(&ContractAnswer::of(&contract, said.hop(), now)))
}

/// The quote's end customer, as the contract names it.
async fn customer(
    app: &app::App,
    caller: &app::Caller,
    quote: domain::id::Id,
) -> Result<ContractCustomer, app::Problem> {
    let account = app.quote_get(caller, quote).await?.account;
    let account = account.ok_or_else(|| {
        let pointer = "/contractDetails/customerDetails";
        let detail = "the quote has no end customer of its own: name it";
        let fault = Fault::new(pointer, Because::Missing, detail);
        Refusal::new(Code::InvalidBody, detail).with(vec![fault])
    })?;
    let found = app.customer_get(caller, account).await?.account;
    Ok(ContractCustomer { company_name: found.name, address: found.address })
}

/// A contract as it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "as on the wire")]
pub(in crate::dialects) struct ContractStatus {
    #[serde(flatten)]
    answer: ContractAnswer,
    quote_id: String,
    #[schema(example = "Quote-Based")]
    contract_type: &'static str,
    /// `Generated`, `Sent`, `Viewed`, `Signed`, `Declined`, `Expired` or `Voided`.
    #[schema(example = "Signed")]
    contract_status: String,
    /// In months.
    contract_term: u32,
    #[schema(example = "2026-12-01T00:00:00.000+0000")]
    effective_date: String,
    signed_date: Option<String>,
    /// From this moment on it can no longer be signed.
    expiration_date: Option<String>,
    /// Why it was declined, voided or terminated.
    reason: Option<String>,
}

impl ContractStatus {
    fn of(contract: &Contract, hop: Option<&Hop>, now: Moment) -> Self {
        let (mut signed, mut expires, mut reason) = (None, None, None);
        match &contract.state {
            ContractState::Sent { expires_at, .. } | ContractState::Viewed { expires_at, .. } => {
                expires = Some(stamp(*expires_at));
            }
            ContractState::Signed { at, .. } => signed = Some(stamp(*at)),
            ContractState::Declined { reason: why }
            | ContractState::Voided { reason: why }
            | ContractState::Terminated { reason: why, .. } => {
                reason = Some(why.clone());
            }
            ContractState::Generated | ContractState::Expired => {}
        }
        Self {
            answer: ContractAnswer::of(contract, hop, now),
            quote_id: contract.quote.to_string(),
            contract_type: "Quote-Based",
            contract_status: titled(contract.phase(now).word()),
            contract_term: contract.term_months,
            effective_date: stamp(Moment::start_of(contract.effective)),
            signed_date: signed,
            expiration_date: expires,
            reason,
        }
    }
}

fn hop(place: &Place) -> Option<&Hop> {
    match &place.manner {
        Manner::Family(hop) => Some(hop),
        Manner::Native => None,
    }
}

/// Read a quote's contract
///
/// The newest of this version of the quote. The path is published for AIAB, its answer is ours.
#[utoipa::path(get, path = "/contract", operation_id = "contract_read", tag = "Contract",
    params(("quoteId" = String, Query, description = "The quote's id")),
    responses((status = 200, description = "The contract", body = ContractStatus)))]
pub(in crate::dialects) async fn contract_read(asked: Asked) -> Answered {
    let (app, caller, place) = (&asked.app, &asked.caller, &asked.place);
    let mut params = asked.params();
    let quote = params.id("quoteId");
    let quote = params.needs("quoteId", quote);
    params.sound().at(place)?;
    let quote = quote.ok_or_else(|| place.refuse(Refusal::not_found("quote")))?;
    let file = app.quote_facts(caller, quote).await.at(place)?;
    let newest = file.contracts.iter().max_by_key(|contract| contract.id);
    let newest = newest.ok_or_else(|| place.refuse(Refusal::not_found("contract")))?;
    let now = asked.now().await?;
    Ok(ok(&ContractStatus::of(newest, hop(place), now)))
}
