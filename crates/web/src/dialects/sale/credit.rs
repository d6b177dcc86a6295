//! The credit check of an end customer: the published request, and what is answered to it.

use crate::answer::{Answered, ok};
use crate::dialects::credit::CreditCheckAnswer;
use crate::dialects::door::{Asked, Said};
use crate::dialects::flow;
use crate::dialects::shape::country;
use crate::dialects::words::state;
use crate::v1::shape::{At, Faults};
use app::credit::{CreditOnce, CreditRequest};
use domain::address::Address;
use domain::code::{Because, Code};
use domain::credit::{Application, BusinessType, CreditCheck};
use domain::id::Id;
use domain::refusal::{Fault, Refusal};
use serde::Deserialize;
use utoipa::ToSchema;

/// Who applies for credit.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct CreditCheckRequest {
    #[schema(max_length = 18, example = "0Q0KQ000000CvYs0AK")]
    quote_id: String,
    /// Of the applicant.
    #[schema(max_length = 254, pattern = "^[^@\\s]+@[^@\\s]+$", example = "dana@example.com")]
    user_email: String,
    /// As the lookup says it.
    #[serde(default)]
    #[schema(max_length = 40, example = "TWNN1I")]
    sub_account_id: Option<String>,
    /// `S` sole proprietor, `P` partnership, `C` corporation, `L` limited liability company.
    #[schema(pattern = "^[SPCLspcl]$", example = "S")]
    business_type: String,
    #[schema(min_length = 1, max_length = 200, example = "Lone Star Dental Group, Inc.")]
    business_name: String,
    #[serde(default)]
    #[schema(max_length = 200, example = "Lone Star Smiles")]
    doing_business_as: Option<String>,
    #[schema(min_length = 1, max_length = 100, example = "Minneapolis")]
    legal_entity_city: String,
    #[schema(min_length = 1, max_length = 100, example = "Sample")]
    primary_last_name: String,
    #[schema(min_length = 2, max_length = 50, example = "MN")]
    legal_entity_state: String,
    #[schema(min_length = 1, max_length = 100, example = "Dana")]
    primary_first_name: String,
    #[schema(pattern = "^[0-9]{5}(-?[0-9]{4})?$", example = "55402")]
    legal_entity_zip_code: String,
    #[serde(default)]
    #[schema(max_length = 30, example = "US")]
    legal_entity_country: Option<String>,
    #[schema(min_length = 1, max_length = 200, example = "901 Marquette Ave STE 700")]
    legal_entity_street_address: String,
    /// How much credit is asked for, in US dollars, where it is checked before the price. Ours.
    #[serde(default)]
    #[schema(max_length = 16, pattern = "^[0-9]{1,13}([.][0-9]{1,2})?$", example = "4050.00")]
    requested_amount: Option<String>,
}

fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

impl CreditCheckRequest {
    fn into_request(self) -> Result<CreditRequest, Refusal> {
        let mut faults = Faults::default();
        let quote = faults.id("/quoteId", &self.quote_id);
        let requested = faults.money("/requestedAmount", self.requested_amount.as_ref());
        let business_type = match self.business_type.as_str() {
            "S" | "s" => BusinessType::SoleProprietor,
            "P" | "p" => BusinessType::Partnership,
            "L" | "l" => BusinessType::Llc,
            // The schema has seen that it is one of the four.
            _ => BusinessType::Corporation,
        };
        let application = Application {
            business_name: self.business_name,
            doing_business_as: given(self.doing_business_as),
            business_type,
            legal_address: Address {
                street: self.legal_entity_street_address,
                unit: None,
                city: self.legal_entity_city,
                state: state(&self.legal_entity_state),
                zip: self.legal_entity_zip_code,
                country: country(self.legal_entity_country.as_deref()),
            },
            primary_first_name: self.primary_first_name,
            primary_last_name: self.primary_last_name,
            email: self.user_email,
            sub_account: given(self.sub_account_id),
            segment: None,
            tax_id: None,
            years_in_business: None,
            past_due: None,
        };
        let request = |quote| CreditRequest { quote, application, tax_id: None, requested };
        faults.finish(quote.map(request))
    }
}

/// What the members of an application are called here.
const NAMES: &[(&str, &str)] = &[
    ("/requested_amount", "/requestedAmount"),
    ("/application/email", "/userEmail"),
    ("/application/sub_account_id", "/subAccountId"),
    ("/application/business_name", "/businessName"),
    ("/application/doing_business_as", "/doingBusinessAs"),
    ("/application/primary_first_name", "/primaryFirstName"),
    ("/application/primary_last_name", "/primaryLastName"),
    ("/application/legal_address/city", "/legalEntityCity"),
    ("/application/legal_address/street", "/legalEntityStreetAddress"),
];

/// Asks for credit and draws the answer once it is decided, or goes to a person.
pub(in crate::dialects) async fn credit_check(mut said: Said) -> Answered {
    let body: CreditCheckRequest = said.read()?;
    said.naming(NAMES);
    let mut request = body.into_request().at(&said.place)?;
    if request.requested.is_none() {
        // These interfaces cannot say it, and some programmes check credit before the price.
        let app = &said.app;
        request.requested =
            app.exposure_by_sites(said.caller(), request.quote).await.at(&said.place)?;
    }
    let check = said.perform_one(CreditOnce(request), |check: &CreditCheck| check.id).await?;
    let check = flow::decided(&said, check).await?;
    let now = said.now().await?;
    Ok(ok(&CreditCheckAnswer::of(&check, now)))
}

/// Read a credit check
///
/// By its own id, or the newest of a quote. Ours: the overview names it, no page shows it.
#[utoipa::path(get, path = "/creditCheck", operation_id = "credit_check_read", tag = "Credit",
    params(
        ("creditCheckId" = Option<String>, Query, description = "The credit check's id"),
        ("quoteId" = Option<String>, Query, description = "The quote that asked")),
    responses((status = 200, description = "The decision", body = CreditCheckAnswer)))]
pub(in crate::dialects) async fn credit_check_read(asked: Asked) -> Answered {
    let (app, caller, place) = (&asked.app, &asked.caller, &asked.place);
    let mut params = asked.params();
    let (check, quote) = (params.id("creditCheckId"), params.id("quoteId"));
    params.sound().at(place)?;
    let check = match (check, quote) {
        (Some(check), None) => app.credit_get(caller, check).await.at(place)?,
        (None, Some(quote)) => newest(app, caller, quote).await.at(place)?,
        _ => {
            let detail = "either creditCheckId or quoteId is given";
            let fault = Fault::new("/query/creditCheckId", Because::Missing, detail);
            let refusal = Refusal::new(Code::InvalidQuery, detail);
            return Err(place.refuse(refusal.with(vec![fault])));
        }
    };
    let now = asked.now().await?;
    Ok(ok(&CreditCheckAnswer::of(&check, now)))
}

/// The newest check that a quote has asked for.
async fn newest(
    app: &app::App,
    caller: &app::Caller,
    quote: Id,
) -> Result<CreditCheck, app::Problem> {
    let file = app.quote_facts(caller, quote).await?;
    let own = file.credit.into_iter().filter(|check| check.quote == quote);
    Ok(own.max_by_key(|check| check.id).ok_or_else(|| Refusal::not_found("credit check"))?)
}
