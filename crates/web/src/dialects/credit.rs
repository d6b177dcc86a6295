//! The answer to a credit check, which is the same in every family: the published members with
//! their words. What the flow has no word for has a neutral value that never changes.

use domain::credit::{CreditCheck, CreditClass, CreditPhase, CreditState};
use domain::money::Money;
use domain::time::Moment;
use serde::Serialize;
use utoipa::ToSchema;

/// The decision, as far as there is one: the 21 published members.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreditCheckAnswer {
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
    pub(super) approval_status: &'static str,
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

/// A bureau's reference where it is a number, else 0.
fn number(reference: &str) -> u64 {
    /// The largest that every reader of JSON takes as it is.
    const MOST: u64 = (1 << 53) - 1;
    reference.parse().ok().filter(|number| *number <= MOST).unwrap_or(0)
}

impl CreditCheckAnswer {
    pub(super) fn of(check: &CreditCheck, now: Moment) -> Self {
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
            cas_application_number: number(&reference),
            individual_customer_key: "000000000",
            affiliate_account_number: "",
            is_debt_resolution_pending: false,
            unified_credit_transaction_id: reference,
            is_updated_application_required: false,
            is_identity_verification_required: false,
        }
    }

    /// What led to the decision, or why there is none.
    pub(super) fn why(&self) -> &str {
        self.log_error_message.as_deref().unwrap_or(&self.approval_status_notes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_a_number_only_where_every_reader_takes_it_as_it_is() {
        for (reference, read) in [
            ("311017367245", 311_017_367_245),
            ("9007199254740991", 9_007_199_254_740_991),
            ("9007199254740992", 0),
            ("U20231101408321276", 0),
            ("", 0),
        ] {
            assert_eq!(number(reference), read, "{reference}");
        }
    }
}
