//! The credit check of an end customer: published request and answer. What the flow has no word
//! for has a neutral value that never changes.

use super::words::state;
use crate::answer::{Answered, ok};
use crate::dialects::door::{Asked, Said};
use crate::dialects::flow;
use crate::dialects::shape::country;
use crate::v1::shape::{At, Faults};
use app::credit::{CreditOnce, CreditRequest};
use domain::address::Address;
use domain::code::{Because, Code};
use domain::credit::{
    Application, BusinessType, CreditCheck, CreditClass, CreditPhase, CreditState, holds_tax_id,
};
use domain::id::Id;
use domain::money::Money;
use domain::refusal::{Fault, Refusal};
use domain::time::Moment;
use serde::{Deserialize, Serialize};
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

/// The decision, as far as there is one.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::dialects) struct CreditCheckAnswer {
    /// Empty unless credit was declined (`credit_declined`) or the check failed (`credit_failed`).
    #[schema(example = "")]
    error_code: &'static str,
    /// Always the same.
    #[schema(example = "CAS DEFAULT")]
    bureau_name: &'static str,
    /// Whether nothing stands against the sale so far.
    #[schema(example = true)]
    no_error_flag: bool,
    /// `LOW`, `MEDIUM` or `HIGH`; empty while the bureau has not answered.
    #[schema(example = "LOW")]
    credit_class: &'static str,
    #[schema(example = "a9X550000005tWzEAI")]
    credit_check_id: String,
    /// What the applicant said it owes; empty if nothing was said.
    #[schema(example = "")]
    past_due_amount: String,
    /// Always empty.
    #[schema(example = "")]
    account_balance: &'static str,
    /// The deposit on which credit is approved; empty without one.
    #[schema(example = "")]
    minimum_amount_due: String,
    /// `Auto-Approved`, `Approved` (by a person) and `Approved-Deposit` are approvals. `Pending`,
    /// `In-Review`, `Declined`, `Failed` and `Expired` are none.
    #[schema(example = "Auto-Approved")]
    approval_status: &'static str,
    /// Always empty.
    #[schema(example = "")]
    is_refused_to_pay: &'static str,
    /// Why the check failed.
    log_error_message: Option<String>,
    /// Whether the sale ends here: declined or failed.
    #[schema(example = false)]
    display_error_page: bool,
    /// Always `B`: a business.
    #[schema(example = "B")]
    credit_destination: &'static str,
    /// What led to the decision; `N/A` if nothing is to be said.
    #[schema(example = "N/A")]
    approval_status_notes: String,
    /// The bureau's own number of the application where it is one, else 0.
    #[schema(example = 311_017_367_245_u64)]
    cas_application_number: u64,
    /// Always the same.
    #[schema(example = "000000000")]
    individual_customer_key: &'static str,
    /// Always empty.
    #[schema(example = "")]
    affiliate_account_number: &'static str,
    /// Always false.
    #[schema(example = false)]
    is_debt_resolution_pending: bool,
    /// The bureau's own reference; empty while it has not answered.
    #[schema(example = "U20231101408321276")]
    unified_credit_transaction_id: String,
    /// Always false.
    #[schema(example = false)]
    is_updated_application_required: bool,
    /// Always false.
    #[schema(example = false)]
    is_identity_verification_required: bool,
}

/// A decision's words: status, code, whether the sale ends here.
const fn said_of(check: &CreditCheck, phase: CreditPhase) -> (&'static str, &'static str, bool) {
    match (phase, &check.state) {
        (CreditPhase::Approved, CreditState::Approved { deposit: Some(_), .. }) => {
            ("Approved-Deposit", "", false)
        }
        (CreditPhase::Approved, CreditState::Approved { agreement: Some(_), .. }) => {
            ("Approved", "", false)
        }
        (CreditPhase::Approved, _) => ("Auto-Approved", "", false),
        (CreditPhase::Requested, _) => ("Pending", "", false),
        (CreditPhase::InReview, _) => ("In-Review", "", false),
        (CreditPhase::Expired, _) => ("Expired", "", false),
        (CreditPhase::Declined, _) => ("Declined", "credit_declined", true),
        (CreditPhase::Failed, _) => ("Failed", "credit_failed", true),
    }
}

/// The largest number that every reader of JSON takes as it is.
const MOST: u64 = (1 << 53) - 1;

impl CreditCheckAnswer {
    fn of(check: &CreditCheck, now: Moment) -> Self {
        let (approval_status, error_code, ends) = said_of(check, check.phase(now));
        let assessment = check.assessment();
        let class = assessment.map(|assessment| match assessment.class {
            CreditClass::Low => "LOW",
            CreditClass::Medium => "MEDIUM",
            CreditClass::High => "HIGH",
        });
        let (deposit, why) = match &check.state {
            CreditState::Approved { deposit, .. } => (*deposit, None),
            CreditState::Failed { why } => (None, Some(why.clone())),
            _ => (None, None),
        };
        let reasons = assessment.map(|a| a.reasons.join("; ")).filter(|text| !text.is_empty());
        let text = |amount: Option<Money>| amount.map(|a| a.to_string()).unwrap_or_default();
        let reference = assessment.map(|a| a.reference.clone()).unwrap_or_default();
        Self {
            error_code,
            bureau_name: "CAS DEFAULT",
            no_error_flag: !ends,
            credit_class: class.unwrap_or_default(),
            credit_check_id: check.id.to_string(),
            past_due_amount: text(check.application.past_due),
            account_balance: "",
            minimum_amount_due: text(deposit),
            approval_status,
            is_refused_to_pay: "",
            log_error_message: why,
            display_error_page: ends,
            credit_destination: "B",
            approval_status_notes: reasons.unwrap_or_else(|| "N/A".to_owned()),
            cas_application_number: reference.parse().ok().filter(|n| *n <= MOST).unwrap_or(0),
            individual_customer_key: "000000000",
            affiliate_account_number: "",
            is_debt_resolution_pending: false,
            unified_credit_transaction_id: reference,
            is_updated_application_required: false,
            is_identity_verification_required: false,
        }
    }
}

fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

impl CreditCheckRequest {
    /// No text may hold a tax id: it would be kept in clear.
    fn keep_tax_ids_out(&self, faults: &mut Faults) {
        let texts = [
            ("userEmail", Some(&self.user_email)),
            ("subAccountId", self.sub_account_id.as_ref()),
            ("businessName", Some(&self.business_name)),
            ("doingBusinessAs", self.doing_business_as.as_ref()),
            ("primaryFirstName", Some(&self.primary_first_name)),
            ("primaryLastName", Some(&self.primary_last_name)),
            ("legalEntityCity", Some(&self.legal_entity_city)),
            ("legalEntityStreetAddress", Some(&self.legal_entity_street_address)),
        ];
        for (member, text) in texts {
            if text.is_some_and(|text| holds_tax_id(text)) {
                let detail =
                    "the text holds what looks like a tax id, and it would be kept in clear";
                let fault = Fault::new(format!("/{member}"), Because::HoldsTaxId, detail);
                faults.push(fault.expected("a text without it"));
            }
        }
    }

    fn into_request(self) -> Result<CreditRequest, Refusal> {
        let mut faults = Faults::default();
        let quote = faults.id("/quoteId", &self.quote_id);
        let requested = faults.money("/requestedAmount", self.requested_amount.as_ref());
        self.keep_tax_ids_out(&mut faults);
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

/// Asks for credit and draws the answer once it is decided, or goes to a person.
pub(in crate::dialects) async fn credit_check(mut said: Said) -> Answered {
    let body: CreditCheckRequest = said.read()?;
    said.naming(&[("/requested_amount", "/requestedAmount")]);
    let mut request = body.into_request().at(&said.place)?;
    if request.requested.is_none() {
        // These interfaces cannot say it, and some programmes check credit before the price.
        let app = &said.app;
        request.requested =
            app.exposure_by_sites(said.caller(), request.quote).await.at(&said.place)?;
    }
    let check = said.perform_one(CreditOnce(request), |check: &CreditCheck| check.id).await?;
    let check = flow::decided(&said, check).await?;
    let now = said.app.now(said.caller()).await.at(&said.place)?;
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
    let now = app.now(caller).await.at(place)?;
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
