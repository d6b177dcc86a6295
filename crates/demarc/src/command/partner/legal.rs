//! Who a partner is before the law, from the command line.

use clap::{Args, ValueEnum};
use domain::address::Address;
use domain::credit::BusinessType;
use domain::customer::Contact;
use domain::party::LegalEntity;
use serde_json::{Value, json};

/// A partner's legal form.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    SoleProprietor,
    Partnership,
    Corporation,
    Llc,
}

const REST: [&str; 7] = [
    "legal_street",
    "legal_city",
    "legal_state",
    "legal_zip",
    "contact_first_name",
    "contact_last_name",
    "contact_email",
];

/// All of it or nothing: a check of the partner's own credit is asked with it.
#[derive(Debug, Args)]
pub(super) struct Entity {
    /// Its legal name; with it go its address and a contact
    #[arg(long, value_name = "NAME", requires_all = REST)]
    legal_name: Option<String>,
    /// Its legal form
    #[arg(long, value_enum, default_value_t = Form::Corporation, requires = "legal_name")]
    legal_form: Form,
    /// Number and street where it resides
    #[arg(long, value_name = "STREET", requires = "legal_name")]
    legal_street: Option<String>,
    /// The city where it resides
    #[arg(long, value_name = "CITY", requires = "legal_name")]
    legal_city: Option<String>,
    /// Two letters
    #[arg(long, value_name = "STATE", requires = "legal_name")]
    legal_state: Option<String>,
    /// Five or nine digits
    #[arg(long, value_name = "ZIP", requires = "legal_name")]
    legal_zip: Option<String>,
    /// First name of whom to turn to
    #[arg(long, value_name = "NAME", requires = "legal_name")]
    contact_first_name: Option<String>,
    /// Last name of whom to turn to
    #[arg(long, value_name = "NAME", requires = "legal_name")]
    contact_last_name: Option<String>,
    /// E-mail address of whom to turn to
    #[arg(long, value_name = "ADDRESS", requires = "legal_name")]
    contact_email: Option<String>,
}

impl Entity {
    /// What was given; the command line asks for all of it or nothing.
    pub(super) fn entity(self) -> Option<LegalEntity> {
        let business_type = match self.legal_form {
            Form::SoleProprietor => BusinessType::SoleProprietor,
            Form::Partnership => BusinessType::Partnership,
            Form::Corporation => BusinessType::Corporation,
            Form::Llc => BusinessType::Llc,
        };
        Some(LegalEntity {
            legal_name: self.legal_name?,
            doing_business_as: None,
            business_type,
            address: Address {
                street: self.legal_street?,
                unit: None,
                city: self.legal_city?,
                state: self.legal_state?.to_uppercase(),
                zip: self.legal_zip?,
                country: "US".to_owned(),
            },
            contact: Contact {
                first_name: self.contact_first_name?,
                last_name: self.contact_last_name?,
                email: self.contact_email?,
                phone: None,
                address: None,
            },
        })
    }
}

/// As the API shows it.
pub(super) fn shape(legal: Option<&LegalEntity>) -> Value {
    let Some(legal) = legal else { return Value::Null };
    json!({
        "legal_name": legal.legal_name, "doing_business_as": legal.doing_business_as,
        "business_type": legal.business_type, "address": legal.address, "contact": legal.contact,
    })
}
