//! The end customer: the business that will use the service, as the carrier knows it.

use crate::address::Address;
use crate::change::{Change, Context};
use crate::code::{Because, Code};
use crate::decision::Decision;
use crate::event::{EventKind, Happened};
use crate::exception::ExceptionRequest;
use crate::id::{Id, Kind};
use crate::party::{Environment, Tenant};
use crate::refusal::{Fault, IfMatch, Refusal};
use crate::time::Moment;
use serde::{Deserialize, Serialize};

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
    pub sub_account_id: Option<String>,
    pub sales_segment: Option<String>,
    pub contract_status: Option<String>,
    pub alliance_status: AllianceStatus,
    pub account_status: AccountStatus,
    /// Whether a letter of authorisation is on file.
    pub loa_on_file: bool,
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
    pub sub_account_id: Option<String>,
    pub sales_segment: Option<String>,
    pub contract_status: Option<String>,
    pub loa_on_file: bool,
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
            sub_account_id: None,
            sales_segment: None,
            contract_status: None,
            alliance_status: AllianceStatus::Open,
            account_status: AccountStatus::Prospect,
            loa_on_file: false,
            partner: Some(partner),
            contacts: new.contacts,
            created_at: ctx.now,
        }
    }

    /// Whether `partner` may see this account at all: another's prospect stays hidden.
    pub fn visible_to(&self, partner: Id) -> bool {
        self.account_status != AccountStatus::Prospect || self.partner == Some(partner)
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

/// Operations load an account. A partner that it names must exist (`partner_known`), and a
/// customer that only a partner may serve must name it.
pub fn customer_create(
    ctx: &mut Context,
    environment: Environment,
    account: CarrierAccount,
    partner_known: bool,
) -> Result<Decision<Account>, Refusal> {
    let wrong = match account.partner {
        Some(_) if !partner_known => {
            Some((Code::UnknownReference, Because::UnknownId, "no such partner"))
        }
        None if account.alliance_status == AllianceStatus::PartnerOnly => {
            let detail = "partner_only needs the partner that has the customer";
            Some((Code::InvalidBody, Because::Missing, detail))
        }
        Some(_) | None => None,
    };
    if let Some((code, because, detail)) = wrong {
        let fault = Fault::new("/partner_id", because, detail);
        return Err(Refusal::new(code, detail).with(vec![fault]));
    }
    let account = Account {
        id: ctx.ids.next(Kind::Account),
        tenant: Tenant::carrier(environment),
        version: 0,
        name: account.new.name,
        doing_business_as: account.new.doing_business_as,
        address: account.new.address,
        acid: account.acid,
        sub_account_id: account.sub_account_id,
        sales_segment: account.sales_segment,
        contract_status: account.contract_status,
        alliance_status: account.alliance_status,
        account_status: account.account_status,
        loa_on_file: account.loa_on_file,
        partner: account.partner,
        contacts: account.new.contacts,
        created_at: ctx.now,
    };
    let mut change = Change::default();
    let view = change.insert(ctx, account, Happened::new(EventKind::CustomerCreated));
    Ok(Decision { change, view })
}

/// Updates a customer's details with what opportunity and quote captured. Only a partner that
/// has an opportunity with the customer may (`engaged`).
pub fn customer_update(
    ctx: &mut Context,
    mut account: Account,
    engaged: bool,
    seen: IfMatch,
    details: AccountDetails,
) -> Result<Decision<Account>, Refusal> {
    if !engaged {
        return Err(Refusal::new(
            Code::StateConflict,
            "only a partner with an opportunity for this customer updates its details",
        ));
    }
    seen.check(account.version)?;
    if let Some(name) = details.doing_business_as {
        account.doing_business_as = Some(name);
    }
    if let Some(address) = details.address {
        account.address = address;
    }
    if let Some(contacts) = details.contacts {
        account.contacts = contacts;
    }
    let mut change = Change::default();
    let view = change.update(ctx, account, Happened::new(EventKind::CustomerUpdated));
    Ok(Decision { change, view })
}

/// A name as the lookup compares it: lower case, letters and digits, legal forms left out.
pub fn name_key(name: &str) -> String {
    const LEGAL_FORMS: [&str; 12] = [
        "inc",
        "incorporated",
        "llc",
        "llp",
        "lp",
        "ltd",
        "limited",
        "corp",
        "corporation",
        "co",
        "company",
        "the",
    ];
    let spaced: String = name
        .to_lowercase()
        .replace('&', " and ")
        .chars()
        .filter(|c| *c != '\'' && *c != '.')
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let kept: Vec<&str> = words.iter().copied().filter(|w| !LEGAL_FORMS.contains(w)).collect();
    if kept.is_empty() { words.join(" ") } else { kept.join(" ") }
}

/// How well an account answers a lookup, best first; None where it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameMatch {
    /// The same words.
    Exact,
    /// The account's name begins with what was asked.
    Prefix,
    /// What was asked occurs in the account's name.
    Contains,
}

pub fn name_match(account_key: &str, asked_key: &str) -> Option<NameMatch> {
    if account_key == asked_key {
        Some(NameMatch::Exact)
    } else if account_key.starts_with(asked_key) {
        Some(NameMatch::Prefix)
    } else if account_key.contains(asked_key) {
        Some(NameMatch::Contains)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_forms_and_marks_do_not_matter() {
        for (name, key) in [
            ("Lone Star Dental Group, Inc.", "lone star dental group"),
            ("Smith & Sons Co.", "smith and sons"),
            ("The Company", "the company"),
            ("O'Neill's L.L.C.", "oneills"),
        ] {
            assert_eq!(name_key(name), key);
        }
    }

    #[test]
    fn matches_are_ordered_best_first() {
        let key = "lone star dental group";
        assert_eq!(name_match(key, key), Some(NameMatch::Exact));
        assert_eq!(name_match(key, "lone star"), Some(NameMatch::Prefix));
        assert_eq!(name_match(key, "dental"), Some(NameMatch::Contains));
        assert_eq!(name_match(key, "dentist"), None);
        assert!(NameMatch::Exact < NameMatch::Prefix && NameMatch::Prefix < NameMatch::Contains);
    }
}
