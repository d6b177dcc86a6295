//! The end customer: the business that will use the service, as the carrier knows it.

mod decide;
pub mod import;
pub mod lookup;
pub mod name;
mod rank;
mod spelling;
mod standing;
pub mod terms;

use crate::address::Address;
use crate::change::Context;
use crate::code::Because;
use crate::exception::ExceptionRequest;
use crate::id::{Id, Kind};
use crate::party::Tenant;
use crate::refusal::Fault;
use crate::time::Moment;
use serde::{Deserialize, Serialize};

pub use decide::{Known, customer_create, customer_update, customers_capture};
pub use name::{Name, Word, name_key, place_key};
pub use spelling::keys as spellings;
pub use standing::{Loa, LoaStatus, SubAccount, SubAccountStatus};

/// A person to turn to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

/// With whom the end customer may do business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllianceStatus {
    /// Any partner may serve it.
    Open,
    /// Only the carrier may, unless operations approve an exception.
    CarrierOnly,
    /// Only the partner that the account names may, unless operations approve an exception.
    PartnerOnly,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    Active,
    Inactive,
    /// Captured by a partner's opportunity; not yet the carrier's customer.
    Prospect,
}

/// An end customer's account. It lives in the carrier's space, not in a partner's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub id: Id,
    pub tenant: Tenant,
    pub version: u64,
    pub name: String,
    pub doing_business_as: Option<String>,
    pub address: Address,
    /// The carrier's customer number.
    pub acid: Option<String>,
    #[serde(default, alias = "sub_account_id", deserialize_with = "standing::sub_accounts")]
    pub sub_accounts: Vec<SubAccount>,
    pub sales_segment: Option<String>,
    pub contract_status: Option<String>,
    pub alliance_status: AllianceStatus,
    pub account_status: AccountStatus,
    /// The letter of agency that operations loaded.
    #[serde(default, alias = "loa_on_file", deserialize_with = "standing::loa")]
    pub loa: Loa,
    /// The partner that serves it; for a prospect, the partner that captured it.
    pub partner: Option<Id>,
    pub contacts: Vec<Contact>,
    pub created_at: Moment,
}

/// What a partner captures of a customer that the lookup did not find, and what operations load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    pub name: String,
    pub doing_business_as: Option<String>,
    pub address: Address,
    pub contacts: Vec<Contact>,
}

/// An account as operations load it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierAccount {
    pub new: NewAccount,
    pub alliance_status: AllianceStatus,
    pub account_status: AccountStatus,
    /// The partner that serves it.
    pub partner: Option<Id>,
    pub acid: Option<String>,
    pub sub_accounts: Vec<SubAccount>,
    pub sales_segment: Option<String>,
    pub contract_status: Option<String>,
    pub loa: Loa,
}

/// What opportunity and quote captured later: only what is given changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountDetails {
    pub doing_business_as: Option<String>,
    pub address: Option<Address>,
    pub contacts: Option<Vec<Contact>>,
}

impl Account {
    /// A prospect, as `partner` captured it: visible to that partner and to operations only.
    pub fn prospect(ctx: &mut Context, tenant: Tenant, partner: Id, new: NewAccount) -> Self {
        Self {
            id: ctx.ids.next(Kind::Account),
            tenant,
            version: 0,
            name: new.name,
            doing_business_as: new.doing_business_as,
            address: new.address,
            acid: None,
            sub_accounts: Vec::new(),
            sales_segment: None,
            contract_status: None,
            alliance_status: AllianceStatus::Open,
            account_status: AccountStatus::Prospect,
            loa: Loa::None,
            partner: Some(partner),
            contacts: new.contacts,
            created_at: ctx.now,
        }
    }

    /// Whether `partner` may see this account at all: another's prospect stays hidden.
    pub fn visible_to(&self, partner: Id) -> bool {
        self.account_status != AccountStatus::Prospect || self.partner == Some(partner)
    }

    /// Whether it is whom a name and an address describe, however they are spelt.
    pub fn is_called(&self, new: &NewAccount) -> bool {
        let place = |a: &Address| {
            let street = place_key(&a.street);
            (street, place_key(&a.city), a.state.to_uppercase(), a.zip5().to_owned())
        };
        name_key(&self.name) == name_key(&new.name) && place(&self.address) == place(&new.address)
    }

    /// Whether the status alone lets `partner` do business with this customer.
    pub fn open_to(&self, partner: Id) -> bool {
        match self.alliance_status {
            AllianceStatus::Open => true,
            AllianceStatus::CarrierOnly => false,
            AllianceStatus::PartnerOnly => self.partner == Some(partner),
        }
    }
}

/// Why `partner` may not serve this customer now: its status refuses, and no approved,
/// unexpired exception lifts that. None: it may.
pub fn unserved(
    account: &Account,
    partner: Id,
    exceptions: &[ExceptionRequest],
    now: Moment,
) -> Option<Fault> {
    if account.open_to(partner) || exceptions.iter().any(|e| e.lifts(account.id, now)) {
        return None;
    }
    let open = exceptions.iter().find(|e| e.account == account.id && e.is_open());
    let detail = match open {
        Some(e) => {
            format!("{} is served by others; exception request {} is open", account.name, e.id)
        }
        None => format!("{} is served by others; no exception is approved", account.name),
    };
    Some(Fault::new("/customer_id", Because::CustomerUnserved, detail))
}
