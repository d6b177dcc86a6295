//! Scripted values: what a partner writes in the test environment to see each outcome. They are
//! reserved, so that nothing real is meant by one; live refuses them.

use crate::address::Address;
use crate::code::Because;
use crate::refusal::Fault;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Where a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The business name of a credit application.
    BusinessName,
    /// The e-mail address of a credit application.
    CreditEmail,
    /// The tax id of a credit application.
    TaxId,
    /// The street of a site's address.
    Street,
    /// The e-mail address of a contract's signer.
    SignerEmail,
    /// The name of a site, and so of its sub-order.
    SiteName,
}

impl Place {
    pub const ALL: [Self; 6] = [
        Self::BusinessName,
        Self::CreditEmail,
        Self::TaxId,
        Self::Street,
        Self::SignerEmail,
        Self::SiteName,
    ];

    /// As on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::BusinessName => "business_name",
            Self::CreditEmail => "credit_email",
            Self::TaxId => "tax_id",
            Self::Street => "street",
            Self::SignerEmail => "signer_email",
            Self::SiteName => "site_name",
        }
    }

    /// For a person.
    pub const fn title(self) -> &'static str {
        match self {
            Self::BusinessName => "Business name of a credit application",
            Self::CreditEmail => "E-mail address of a credit application",
            Self::TaxId => "Tax id of a credit application",
            Self::Street => "Street of a site's address",
            Self::SignerEmail => "E-mail address of a contract's signer",
            Self::SiteName => "Name of a site",
        }
    }
}

/// What the credit bureau does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreditScript {
    Approved,
    Deposit,
    LowLimit,
    InReview,
    Declined,
    DownTwice,
    Down,
    Slow,
    /// It answers for somebody else.
    Other,
    Malformed,
}

/// What the address service does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressScript {
    Match,
    CloseMatch,
    Ambiguous,
    NoMatch,
    PoBox,
    DownTwice,
    Down,
    Slow,
    /// These match, and say how the building is reached.
    OnNet,
    NearNet,
    OffNet,
    /// Serviceability has no answer.
    Unknown,
}

/// What the signature desk and the signer do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignerScript {
    Signs,
    SignsNextDay,
    Declines,
    Never,
    DownTwice,
    Down,
}

/// What fulfilment does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryScript {
    Rejected,
    Instant,
    Late,
    FocMoved,
    Failed,
    DownTwice,
    Down,
}

/// What a value forces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    Credit(CreditScript),
    Address(AddressScript),
    Signer(SignerScript),
    Delivery(DeliveryScript),
}

/// A value, and what it forces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scripted {
    pub place: Place,
    pub value: &'static str,
    pub script: Script,
    /// The outcome, in a word.
    pub outcome: &'static str,
    /// What happens, in a sentence.
    pub sentence: &'static str,
}

mod values;

pub use values::VALUES;

/// The values as they are compared, with their scripts.
static KEYS: LazyLock<HashMap<String, Script>> =
    LazyLock::new(|| VALUES.iter().filter_map(|one| Some((key(one.value)?, one.script))).collect());
/// No value is longer than this when it is compared.
const LONGEST: usize = 64;

/// A text as it is compared: capitals, the width of blanks and the hyphens of a tax id make no
/// difference. None: it is longer than any value.
fn key(text: &str) -> Option<String> {
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
        let digits = text.bytes().filter(u8::is_ascii_digit).map(char::from);
        return Some(digits.take(LONGEST).collect());
    }
    let mut key = String::new();
    for word in text.split_whitespace() {
        if !key.is_empty() {
            key.push(' ');
        }
        if key.len() + word.len() > LONGEST {
            return None;
        }
        key.extend(word.chars().flat_map(char::to_lowercase));
    }
    Some(key)
}

fn found(text: &str) -> Option<Script> {
    KEYS.get(&key(text)?).copied()
}

/// The script of the first of these texts that has one of that kind.
fn script<T>(given: &[&str], kind: impl Fn(Script) -> Option<T>) -> Option<T> {
    given.iter().find_map(|text| found(text).and_then(&kind))
}

/// Of a credit application: its business name, e-mail address and tax id.
pub fn credit(given: &[&str]) -> Option<CreditScript> {
    script(given, |script| match script {
        Script::Credit(script) => Some(script),
        _ => None,
    })
}

pub fn address(given: &Address) -> Option<AddressScript> {
    script(&[&given.street], |script| match script {
        Script::Address(script) => Some(script),
        _ => None,
    })
}

/// Of a contract's signer, by the e-mail address.
pub fn signer(email: &str) -> Option<SignerScript> {
    script(&[email], |script| match script {
        Script::Signer(script) => Some(script),
        _ => None,
    })
}

/// Of a sub-order, by its site's name.
pub fn delivery(site_name: &str) -> Option<DeliveryScript> {
    script(&[site_name], |script| match script {
        Script::Delivery(script) => Some(script),
        _ => None,
    })
}

/// Whether a text is one that has no place in the live environment.
pub fn is_reserved(text: &str) -> bool {
    found(text).is_some()
}

/// What is wrong with a text at a place of a request of the live environment.
pub fn reserved(pointer: &str, text: &str) -> Option<Fault> {
    let fault = || {
        let detail = format!("{text:?} is a scripted value of the test environment");
        Fault::new(pointer, Because::SandboxValue, detail).expected("a real value")
    };
    is_reserved(text).then(fault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_value_stands_twice_and_there_are_thirty() {
        let all: BTreeSet<String> = VALUES.iter().map(|one| one.value.to_lowercase()).collect();
        assert_eq!(all.len(), VALUES.len());
        assert!(VALUES.len() >= 30, "{}", VALUES.len());
    }

    #[test]
    fn every_value_finds_its_own_script() {
        for one in VALUES {
            let given = one.value.to_uppercase();
            let street = Address {
                street: given.clone(),
                unit: None,
                city: String::new(),
                state: String::new(),
                zip: String::new(),
                country: String::new(),
            };
            let found = match one.script {
                Script::Credit(_) => credit(&["Sample", &given]).map(Script::Credit),
                Script::Address(_) => address(&street).map(Script::Address),
                Script::Signer(_) => signer(&given).map(Script::Signer),
                Script::Delivery(_) => delivery(&given).map(Script::Delivery),
            };
            assert_eq!(found, Some(one.script), "{}", one.value);
        }
        assert_eq!(delivery("Sandbox"), None);
        assert_eq!(credit(&["000000005"]), Some(CreditScript::Declined));
        assert_eq!(credit(&["000-00-0005"]), Some(CreditScript::Declined));
    }

    #[test]
    fn every_value_is_reserved_and_nothing_else() {
        for one in VALUES {
            let fault = reserved("/a/0", &format!(" {} ", one.value)).unwrap();
            assert_eq!((fault.pointer.as_str(), fault.because), ("/a/0", Because::SandboxValue));
        }
        let long = "9".repeat(1000);
        for text in ["100 Sandbox Way N", "Sandbox", "", "--", "someone@example.com", &long] {
            assert_eq!(reserved("/a", text), None, "{text}");
        }
    }
}
