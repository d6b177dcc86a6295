//! Credit checks, the partner's side: asked for on a quote, decided elsewhere, read here.

use super::shape::{AddressBody, At, Faults};
use crate::answer::{Answered, draw_version, located, ok, ok_version, perform};
use crate::door::{Command, PathId, Reading};
use app::credit::CreditRequest;
use domain::credit::{Application, BusinessType, CreditCheck, CreditClass, CreditState};
use domain::law;
use domain::money::{Currency, Money};
use domain::time::Moment;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<crate::State> {
    OpenApiRouter::new().routes(routes!(credits_list, credit_request)).routes(routes!(credit_get))
}

/// The legal form of a business.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BusinessType)]
enum BusinessWord {
    SoleProprietor,
    Partnership,
    Corporation,
    Llc,
}

impl From<BusinessType> for BusinessWord {
    fn from(form: BusinessType) -> Self {
        match form {
            BusinessType::SoleProprietor => Self::SoleProprietor,
            BusinessType::Partnership => Self::Partnership,
            BusinessType::Corporation => Self::Corporation,
            BusinessType::Llc => Self::Llc,
        }
    }
}

impl From<BusinessWord> for BusinessType {
    fn from(word: BusinessWord) -> Self {
        match word {
            BusinessWord::SoleProprietor => Self::SoleProprietor,
            BusinessWord::Partnership => Self::Partnership,
            BusinessWord::Corporation => Self::Corporation,
            BusinessWord::Llc => Self::Llc,
        }
    }
}

/// The bureau's grade of the risk.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CreditClass)]
enum ClassWord {
    Low,
    Medium,
    High,
}

impl From<CreditClass> for ClassWord {
    fn from(class: CreditClass) -> Self {
        match class {
            CreditClass::Low => Self::Low,
            CreditClass::Medium => Self::Medium,
            CreditClass::High => Self::High,
        }
    }
}

/// Who applies for credit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreditApplication)]
struct ApplicationBody {
    #[schema(min_length = 1, max_length = 200, example = "Lone Star Dental Group, Inc.")]
    business_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, example = "Lone Star Smiles")]
    doing_business_as: Option<String>,
    business_type: BusinessWord,
    /// Where the legal entity resides.
    legal_address: AddressBody,
    #[schema(min_length = 1, max_length = 100, example = "Dana")]
    primary_first_name: String,
    #[schema(min_length = 1, max_length = 100, example = "Sample")]
    primary_last_name: String,
    #[schema(max_length = 254, pattern = "^[^@\\s]+@[^@\\s]+$", example = "dana@example.com")]
    email: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 500, example = 12)]
    years_in_business: Option<u32>,
    /// What the applicant says it owes the carrier past due, in US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 16, pattern = "^[0-9]{1,13}([.][0-9]{1,2})?$", example = "0.00")]
    past_due: Option<String>,
}

impl ApplicationBody {
    fn read(self, faults: &mut Faults) -> Application {
        Application {
            past_due: faults.money("/application/past_due", self.past_due.as_ref()),
            business_name: self.business_name,
            doing_business_as: self.doing_business_as,
            business_type: self.business_type.into(),
            legal_address: self.legal_address.into(),
            primary_first_name: self.primary_first_name,
            primary_last_name: self.primary_last_name,
            email: self.email,
            years_in_business: self.years_in_business,
        }
    }
}

impl From<&Application> for ApplicationBody {
    fn from(a: &Application) -> Self {
        Self {
            business_name: a.business_name.clone(),
            doing_business_as: a.doing_business_as.clone(),
            business_type: a.business_type.into(),
            legal_address: (&a.legal_address).into(),
            primary_first_name: a.primary_first_name.clone(),
            primary_last_name: a.primary_last_name.clone(),
            email: a.email.clone(),
            years_in_business: a.years_in_business,
            past_due: text(a.past_due),
        }
    }
}

fn text(money: Option<Money>) -> Option<String> {
    money.map(|m| m.to_string())
}

/// The decision on whether the sale may go on, up to which amount and until when.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = CreditCheck)]
pub(super) struct CreditCheckBody {
    id: String,
    /// The quote that asked.
    quote_id: String,
    #[schema(example = "USD")]
    currency: &'static str,
    /// The exposure that was asked for.
    #[schema(example = "4050.00")]
    amount: String,
    /// `requested`, `in_review`, `approved`, `declined`, `failed` or `expired`.
    #[schema(example = "approved")]
    state: &'static str,
    /// The most exposure that the approval covers.
    #[schema(example = "25000.00")]
    limit: Option<String>,
    /// The deposit on which it is approved, if one is asked for.
    #[schema(example = "500.00")]
    deposit: Option<String>,
    /// Until when an approval is good.
    valid_until: Option<String>,
    class: Option<ClassWord>,
    /// Which rules led to the answer, in words; for a failed check, why there is none.
    reasons: Vec<String>,
    decided_by: Option<String>,
    /// The bureau's own reference.
    bureau_reference: Option<String>,
    application: ApplicationBody,
    version: u64,
    created_at: String,
}

impl CreditCheckBody {
    pub(super) fn of(check: &CreditCheck, now: Moment) -> Self {
        let (assessment, decided_by) = match &check.state {
            CreditState::Requested | CreditState::Failed { .. } => (None, None),
            CreditState::InReview { assessment } => (Some(assessment), None),
            CreditState::Approved { assessment, decided_by, .. }
            | CreditState::Declined { assessment, decided_by } => {
                (Some(assessment), Some(decided_by.clone()))
            }
        };
        let (limit, deposit, valid_until) = match &check.state {
            CreditState::Approved { limit, deposit, valid_until, .. } => {
                (Some(*limit), *deposit, Some(*valid_until))
            }
            _ => (None, None, None),
        };
        let reasons = match &check.state {
            CreditState::Failed { why } => vec![why.clone()],
            _ => assessment.map(|a| a.reasons.clone()).unwrap_or_default(),
        };
        Self {
            id: check.id.to_string(),
            quote_id: check.quote.to_string(),
            currency: Currency::Usd.code(),
            amount: check.amount.to_string(),
            state: check.phase(now).word(),
            limit: text(limit),
            deposit: text(deposit),
            valid_until: valid_until.map(|m| m.to_string()),
            class: assessment.map(|a| a.class.into()),
            reasons,
            decided_by,
            bureau_reference: assessment.map(|a| a.reference.clone()),
            application: (&check.application).into(),
            version: check.version,
            created_at: check.created_at.to_string(),
        }
    }
}

/// An application for credit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCreditCheck {
    application: ApplicationBody,
    /// How much credit is asked for, in US dollars. Required where credit is checked before the
    /// price; otherwise the price says the least.
    #[serde(default)]
    #[schema(max_length = 16, pattern = "^[0-9]{1,13}([.][0-9]{1,2})?$", example = "4050.00")]
    requested_amount: Option<String>,
}

/// The credit checks that count for a quote.
#[derive(Debug, Serialize, ToSchema)]
struct CreditChecks {
    /// Oldest first; those of earlier quotes for the same applicant are among them.
    items: Vec<CreditCheckBody>,
    /// The newest approval that is good for this quote as it is now.
    valid: Option<CreditCheckBody>,
}

/// Request a credit check
///
/// On the quote's exposure. The answer comes later: read the check with `wait`. One may be
/// undecided at a time.
#[utoipa::path(post, path = "/v1/quotes/{id}/credit-checks", operation_id = "credit_request",
    tag = "Credit", params(("id" = String, Path, description = "The quote's id")),
    request_body = NewCreditCheck,
    responses((status = 202, description = "Requested", body = CreditCheckBody)))]
async fn credit_request(PathId(quote): PathId, command: Command<NewCreditCheck>) -> Answered {
    let Command { app, call, place, body } = command;
    let mut faults = Faults::default();
    let requested = faults.money("/requested_amount", body.requested_amount.as_ref());
    let application = body.application.read(&mut faults);
    let application = faults.finish(Some(application)).at(&place)?;
    let now = app.now(&call.caller).await.at(&place)?;
    perform(&app, &call, &place, CreditRequest { quote, application, requested }, |check| {
        let body = CreditCheckBody::of(check, now);
        let answer = draw_version(StatusCode::ACCEPTED, &body, check.version);
        located(answer, format!("/v1/credit-checks/{}", check.id))
    })
    .await
}

/// List a quote's credit checks
///
/// All that count for the quote: its end customer's, or its opportunity's where end customers
/// come later. `valid` is the approval that lets the flow go on.
#[utoipa::path(get, path = "/v1/quotes/{id}/credit-checks", operation_id = "credits_list",
    tag = "Credit", params(("id" = String, Path, description = "The quote's id")),
    responses((status = 200, description = "The credit checks", body = CreditChecks)))]
async fn credits_list(PathId(quote): PathId, reading: Reading) -> Answered {
    reading.no_params()?;
    let Reading { app, caller, place, .. } = reading;
    let file = app.quote_facts(&caller, quote).await.at(&place)?;
    let programme = app.programme_of(&caller).at(&place)?;
    let partner = caller.seller().at(&place)?.partner.id;
    let now = app.now(&caller).await.at(&place)?;
    let valid = law::good_approval(&file.facts(now, programme, partner));
    let body = |check| CreditCheckBody::of(check, now);
    Ok(ok(&CreditChecks { items: file.credit.iter().map(body).collect(), valid: valid.map(body) }))
}

/// Read a credit check
///
/// With the decision, once there is one. With `wait`, the answer is held back while the bureau
/// has not answered; a check that goes into review is answered at once.
#[utoipa::path(get, path = "/v1/credit-checks/{id}", operation_id = "credit_get", tag = "Credit",
    params(
        ("id" = String, Path, description = "The credit check's id"),
        ("wait" = Option<u32>, Query,
            description = "Seconds to wait, at most 30, while the check is requested")),
    responses((status = 200, description = "The credit check", body = CreditCheckBody)))]
async fn credit_get(PathId(id): PathId, reading: Reading) -> Answered {
    let mut params = reading.params();
    let wait = params.wait();
    let Reading { app, caller, place, .. } = reading;
    params.finish().at(&place)?;
    let answered = |c: &CreditCheck| c.state != CreditState::Requested;
    let found = app.wait_until(id, wait, || app.credit_get(&caller, id), answered).await;
    let check = found.at(&place)?;
    Ok(ok_version(&CreditCheckBody::of(&check, app.now(&caller).await.at(&place)?), check.version))
}
