//! Who takes part: the carrier's operations, partners and their credentials; and in whose
//! name a thing is read or done.

use crate::address::Address;
use crate::code::{Because, Code};
use crate::credit::BusinessType;
use crate::customer::Contact;
use crate::id::Id;
use crate::refusal::{Fault, Refusal};
use crate::time::Moment;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Live orders are real; the test environment is a separate space with the same rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    Test,
    Live,
}

impl Environment {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}

/// The space that an object lives in: one partner's, or the carrier's own, in one environment.
/// It leads every key, so that a sharded database can spread by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tenant {
    /// None: the carrier's own space (end customers, partners, credentials).
    pub partner: Option<Id>,
    pub environment: Environment,
}

impl Tenant {
    pub const fn partner(partner: Id, environment: Environment) -> Self {
        Self { partner: Some(partner), environment }
    }

    pub const fn carrier(environment: Environment) -> Self {
        Self { partner: None, environment }
    }

    /// Whether it may have a test clock: a partner's space of the test environment.
    pub fn may_have_clock(self) -> bool {
        self.partner.is_some() && self.environment == Environment::Test
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let owner = self.partner.as_ref().map_or("carrier", Id::short);
        write!(f, "{owner}.{}", self.environment.as_str())
    }
}

impl FromStr for Tenant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (owner, environment) = text.split_once('.').ok_or("a tenant has a dot")?;
        let environment = match environment {
            "test" => Environment::Test,
            "live" => Environment::Live,
            other => return Err(format!("no environment {other}")),
        };
        let partner = match owner {
            "carrier" => None,
            id => Some(id.parse().map_err(|e| format!("{id}: {e}"))?),
        };
        Ok(Self { partner, environment })
    }
}

impl Serialize for Tenant {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Tenant {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Whose things a read may see. There is no read without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One partner's, in one environment.
    Partner(Tenant),
    /// Operations: every partner's, in one environment.
    Operations(Environment),
}

impl Scope {
    pub const fn environment(self) -> Environment {
        match self {
            Self::Partner(tenant) => tenant.environment,
            Self::Operations(environment) => environment,
        }
    }

    /// Whether a thing of `tenant` may be seen.
    pub fn sees(self, tenant: Tenant) -> bool {
        match self {
            Self::Partner(own) => own == tenant,
            Self::Operations(environment) => environment == tenant.environment,
        }
    }
}

/// Who did it, as kept in histories and events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// A partner's credential.
    Partner { partner: Id, credential: Id },
    /// The carrier's people, by the credential's name.
    Operations { name: String, credential: Id },
    /// An outside system's answer: `credit`, `signature`, `fulfilment`, `address`.
    Connector { name: String },
    /// The server itself: the command line, or the clock.
    System,
}

impl Actor {
    /// For an account of who decided what.
    pub fn label(&self) -> String {
        match self {
            Self::Partner { partner, .. } => format!("partner {partner}"),
            Self::Operations { name, .. } => format!("operations ({name})"),
            Self::Connector { name } => format!("{name} connector"),
            Self::System => "system".to_owned(),
        }
    }

    /// Whether this is one of operations and `first` another, each by a credential of their own:
    /// the second person that what weighs heavily needs.
    pub fn is_second_to(&self, first: &Self) -> bool {
        match (self, first) {
            (Self::Operations { credential: one, .. }, Self::Operations { credential, .. }) => {
                one != credential
            }
            _ => false,
        }
    }
}

/// A solution provider, or a distributor that has solution providers beneath it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    pub id: Id,
    pub tenant: Tenant,
    pub version: u64,
    pub name: String,
    /// The rules it works under: a programme's code.
    pub programme: String,
    /// A tier of the catalogue; it bounds the discount that needs no approval.
    pub tier: String,
    /// The distributor above this partner.
    pub distributor: Option<Id>,
    /// Who it is before the law, as far as the carrier knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal: Option<Box<LegalEntity>>,
    /// The carrier's own number for it as a solution provider: unique within an environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sp_id: Option<String>,
    pub created_at: Moment,
}

/// Who a partner is before the law. Where a programme checks the partner's own credit, it applies
/// as this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegalEntity {
    pub legal_name: String,
    pub doing_business_as: Option<String>,
    pub business_type: BusinessType,
    /// Where it resides.
    pub address: Address,
    /// Whom to turn to.
    pub contact: Contact,
}

impl LegalEntity {
    /// What is written freely of it, each text with the name of its member.
    pub fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let texts = [
            ("legal_name", Some(&self.legal_name)),
            ("doing_business_as", self.doing_business_as.as_ref()),
            ("address/street", Some(&self.address.street)),
            ("address/unit", self.address.unit.as_ref()),
            ("address/city", Some(&self.address.city)),
            ("contact/first_name", Some(&self.contact.first_name)),
            ("contact/last_name", Some(&self.contact.last_name)),
            ("contact/email", Some(&self.contact.email)),
        ];
        texts.into_iter().filter_map(|(member, text)| Some((member, text?.as_str())))
    }
}

/// The most characters that a solution provider's number has.
pub const MOST_SP_ID: usize = 40;

/// Whether a text can be a solution provider's number: 1 to 40 visible ASCII characters.
pub fn is_sp_id(text: &str) -> bool {
    (1..=MOST_SP_ID).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

impl Partner {
    /// Whether this is the partner that a text names: by its number, or by its id.
    pub fn is_named(&self, text: &str) -> bool {
        self.sp_id.as_deref() == Some(text) || text.parse() == Ok(self.id)
    }
}

/// What a credential may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Role {
    /// Acts for one partner.
    Partner { partner: Id },
    /// Acts for several partners, one per call.
    Connector { partners: Vec<Id> },
    /// The carrier's people.
    Operations,
}

/// What a credential of operations may do that not everybody of operations may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// To see the tax id of an application in clear.
    RevealTaxIds,
}

impl Right {
    pub const ALL: [Self; 1] = [Self::RevealTaxIds];

    /// As on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::RevealTaxIds => "reveal_tax_ids",
        }
    }
}

impl Role {
    /// Refuses rights to whoever is not of operations.
    pub fn may_have(&self, rights: &[Right]) -> Result<(), Refusal> {
        if rights.is_empty() || *self == Self::Operations {
            return Ok(());
        }
        let detail = "only operations can be given rights";
        let fault = Fault::new("/rights", Because::Conflicting, detail).expected("none");
        Err(Refusal::new(Code::InvalidBody, detail).with(vec![fault]))
    }
}

/// Refuses whoever does not have a right: to use it, and to give it.
pub fn may(own: &[Right], right: Right) -> Result<(), Refusal> {
    if own.contains(&right) {
        return Ok(());
    }
    let word = right.word();
    let detail = format!("this needs a credential of operations with the right {word}");
    Err(Refusal::new(Code::Forbidden, detail))
}

/// A secret's record. The secret itself is shown once and never kept: only its SHA-256 is,
/// which suffices because secrets are 256 random bits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    pub id: Id,
    pub tenant: Tenant,
    pub version: u64,
    pub name: String,
    pub role: Role,
    /// Of operations only.
    #[serde(default)]
    pub rights: Vec<Right>,
    /// SHA-256 of the secret, in hexadecimal.
    pub secret_sha256: String,
    pub created_at: Moment,
    pub revoked_at: Option<Moment>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_for_operations_and_are_used_and_given_by_who_has_them() {
        let (one, rights) = (Id::new(crate::id::Kind::Partner, 1, 1), [Right::RevealTaxIds]);
        assert!(Role::Operations.may_have(&rights).is_ok());
        for role in [Role::Partner { partner: one }, Role::Connector { partners: vec![one] }] {
            assert!(role.may_have(&[]).is_ok());
            assert_eq!(role.may_have(&rights).unwrap_err().code, Code::InvalidBody);
        }
        assert!(may(&rights, Right::RevealTaxIds).is_ok());
        assert_eq!(may(&[], Right::RevealTaxIds).unwrap_err().code, Code::Forbidden);
    }
}
