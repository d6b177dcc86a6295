//! An application for credit on the wire.

use super::text;
use crate::v1::shape::{AddressBody, Faults};
use domain::credit::{Application, BusinessType, CreditClass, TaxId, TaxIdKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The legal form of a business.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BusinessType)]
pub(in crate::v1) enum BusinessWord {
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
pub(super) enum ClassWord {
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

/// Who applies for credit. No other member than `tax_id` may hold a tax id.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreditApplication)]
pub(super) struct ApplicationBody {
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
    /// The end customer's sub-account, as the lookup of end customers says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 40, example = "TWNN1I")]
    sub_account_id: Option<String>,
    /// The sales segment that the applicant is served in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 60, example = "mid_market")]
    segment: Option<String>,
    /// The employer identification number; of a sole proprietor the social security number. It is
    /// sealed, and answers show its last four digits only.
    #[serde(default, skip_serializing_if = "never_shown")]
    #[schema(
        write_only,
        pattern = "^([0-9]{9}|[0-9]{2}-[0-9]{7}|[0-9]{3}-[0-9]{2}-[0-9]{4})$",
        example = "12-3456789"
    )]
    tax_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 500, example = 12)]
    years_in_business: Option<u32>,
    /// What the applicant says it owes the carrier past due, in US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 16, pattern = "^[0-9]{1,13}([.][0-9]{1,2})?$", example = "0.00")]
    past_due: Option<String>,
}

/// An attribute that skips it outright would take it out of the document, too.
#[expect(clippy::ref_option, reason = "what serde hands over")]
const fn never_shown(_: &Option<String>) -> bool {
    true
}

impl ApplicationBody {
    /// The application, and the tax id by itself: it is sealed before it is written anywhere.
    pub(super) fn read(self, faults: &mut Faults) -> (Application, Option<TaxId>) {
        let kind = match self.business_type {
            BusinessWord::SoleProprietor => TaxIdKind::Ssn,
            _ => TaxIdKind::Ein,
        };
        // The schema has seen its form.
        let tax_id = self.tax_id.as_deref().and_then(|text| TaxId::parse(kind, text));
        let application = Application {
            past_due: faults.money("/application/past_due", self.past_due.as_ref()),
            business_name: self.business_name,
            doing_business_as: self.doing_business_as,
            business_type: self.business_type.into(),
            legal_address: self.legal_address.into(),
            primary_first_name: self.primary_first_name,
            primary_last_name: self.primary_last_name,
            email: self.email,
            sub_account: self.sub_account_id,
            segment: self.segment,
            tax_id: None,
            years_in_business: self.years_in_business,
        };
        (application, tax_id)
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
            sub_account_id: a.sub_account.clone(),
            segment: a.segment.clone(),
            tax_id: None,
            years_in_business: a.years_in_business,
            past_due: text(a.past_due),
        }
    }
}
