//! Tax ids: in clear only between the door and the seal, and masked wherever they are shown.

use crate::code::{Because, Code};
use crate::id::Id;
use crate::party::Tenant;
use crate::refusal::{Fault, Refusal};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which register a tax id is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxIdKind {
    /// An employer identification number: `12-3456789`.
    Ein,
    /// A sole proprietor's social security number: `123-45-6789`.
    Ssn,
}

/// A tax id in clear. It has no `Serialize`, and its `Debug` shows the last four digits only.
#[derive(Clone, PartialEq, Eq)]
pub struct TaxId {
    kind: TaxIdKind,
    /// Nine of them.
    digits: String,
}

impl TaxId {
    /// Nine digits, bare or with the hyphens of either register.
    pub fn parse(kind: TaxIdKind, text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let forms =
            [digits.clone(), written(TaxIdKind::Ein, &digits)?, written(TaxIdKind::Ssn, &digits)?];
        (digits.len() == 9 && forms.iter().any(|form| form == text))
            .then_some(Self { kind, digits })
    }

    pub const fn kind(&self) -> TaxIdKind {
        self.kind
    }

    /// The nine digits. Whoever asks for them must not write them down.
    pub fn expose(&self) -> &str {
        &self.digits
    }

    /// As its register writes it, in clear.
    pub fn expose_written(&self) -> String {
        written(self.kind, &self.digits).unwrap_or_default()
    }

    pub fn last_four(&self) -> &str {
        self.digits.get(5..).unwrap_or_default()
    }
}

impl fmt::Debug for TaxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaxId({})", masked(self.kind, self.last_four()))
    }
}

/// Nine digits as a register writes them.
fn written(kind: TaxIdKind, digits: &str) -> Option<String> {
    Some(match kind {
        TaxIdKind::Ein => format!("{}-{}", digits.get(..2)?, digits.get(2..9)?),
        TaxIdKind::Ssn => {
            format!("{}-{}-{}", digits.get(..3)?, digits.get(3..5)?, digits.get(5..9)?)
        }
    })
}

fn masked(kind: TaxIdKind, last_four: &str) -> String {
    match kind {
        TaxIdKind::Ein => format!("**-***{last_four}"),
        TaxIdKind::Ssn => format!("***-**-{last_four}"),
    }
}

/// A tax id under seal: what is kept of it. Only who has the key of its customer can open it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedTaxId {
    pub kind: TaxIdKind,
    /// Which of its customer's data keys it is sealed with: 1, 2, 3 …
    pub key: u32,
    /// Nonce and ciphertext, in hexadecimal.
    pub cipher: String,
    /// Equal exactly for equal tax ids of one environment, and of no use to find one.
    pub blind: String,
    pub last_four: String,
}

impl SealedTaxId {
    /// Its last four digits behind asterisks.
    pub fn masked(&self) -> String {
        masked(self.kind, &self.last_four)
    }
}

impl fmt::Debug for SealedTaxId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedTaxId({})", self.masked())
    }
}

/// What a customer's tax ids are sealed with, itself sealed by the carrier's key. Without it they
/// are noise: whoever destroys it destroys them, in every copy of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataKey {
    pub tenant: Tenant,
    /// The end customer, or the opportunity where the customer comes later.
    pub subject: Id,
    /// 1, 2, 3 …
    pub number: u32,
    /// The carrier's key that seals it, by its name.
    pub sealed_by: String,
    /// Nonce and ciphertext, in hexadecimal; none: destroyed.
    pub sealed: Option<String>,
}

impl DataKey {
    /// What its seal and those made with it are bound to: the same bytes elsewhere do not open.
    pub fn place(tenant: Tenant, subject: Id, number: u32) -> String {
        format!("{tenant}/{}/{number}", subject.short())
    }
}

/// Faults each text in which a tax id is hidden: it would be kept in clear. A text comes with its
/// place in the request. `sent` is the tax id that the same request has where it belongs; it may
/// stand in no text, also as bare digits.
pub fn hidden_tax_ids<'t>(
    texts: impl IntoIterator<Item = (String, &'t str)>,
    sent: Option<&TaxId>,
) -> Vec<Fault> {
    let hides = |text: &str| {
        holds_tax_id(text) || sent.is_some_and(|tax_id| text.contains(tax_id.expose()))
    };
    let hiding = texts.into_iter().filter(|(_, text)| hides(text));
    let fault = |(pointer, _): (String, &str)| {
        let detail = "the text holds what looks like a tax id, and it would be kept in clear";
        Fault::new(pointer, Because::HoldsTaxId, detail).expected("a text without it")
    };
    hiding.map(fault).collect()
}

/// Refuses texts as [`hidden_tax_ids`] faults them.
pub(super) fn keep_tax_ids_out<'t>(
    texts: impl IntoIterator<Item = (String, &'t str)>,
    sent: Option<&TaxId>,
) -> Result<(), Refusal> {
    let faults = hidden_tax_ids(texts, sent);
    let s = match faults.len() {
        0 => return Ok(()),
        1 => "",
        _ => "s",
    };
    let detail = format!("the body has {} fault{s}", faults.len());
    Err(Refusal::new(Code::InvalidBody, detail).with(faults))
}

/// A reason of operations stands in events and notices: it may hold no tax id.
///
/// # Errors
/// Refused with its place, `/reason`.
pub fn keep_tax_ids_out_of_reason(reason: &str) -> Result<(), Refusal> {
    keep_tax_ids_out([("/reason".to_owned(), reason)], None)
}

/// Whether a text holds what looks like a tax id, written with hyphens. Such a text belongs under
/// seal and nowhere else.
pub fn holds_tax_id(text: &str) -> bool {
    let bytes = text.as_bytes();
    let fits = |from: usize, form: &str| {
        let Some(part) = bytes.get(from..from + form.len()) else { return false };
        let inside = part.iter().zip(form.bytes()).all(|(byte, f)| match f {
            b'9' => byte.is_ascii_digit(),
            _ => *byte == f,
        });
        let free = |at: Option<&u8>| !at.is_some_and(u8::is_ascii_digit);
        let before = from.checked_sub(1).and_then(|at| bytes.get(at));
        inside && free(before) && free(bytes.get(from + form.len()))
    };
    (0..bytes.len()).any(|from| fits(from, "999-99-9999") || fits(from, "99-9999999"))
}
