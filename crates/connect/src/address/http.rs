//! The adapter for an outside address service, which speaks the shapes of `docs/addresses.md`.

use super::AddressCheck;
use crate::ConnectorError;
use crate::http::{About, HttpJson};
use async_trait::async_trait;
use domain::address::{Address, Avps, Correction};
use serde::{Deserialize, Serialize};

/// As many alternates as a person reads, and as long as an address gets. In characters.
const MOST_ALTERNATES: usize = 10;
const LONGEST: usize = 200;
const LONGEST_WHY: usize = 500;

/// Asks an outside service by HTTP.
#[derive(Debug)]
pub struct HttpAddressCheck {
    service: HttpJson,
}

impl HttpAddressCheck {
    pub fn new(service: HttpJson) -> Self {
        Self { service }
    }
}

#[derive(Debug, Serialize)]
struct Question<'a> {
    /// Of the address: the answer must name it.
    reference: &'a str,
    address: &'a Address,
}

#[derive(Debug, Deserialize)]
struct Answer {
    reference: String,
    result: Found,
    #[serde(default)]
    address: Option<Address>,
    #[serde(default)]
    corrections: Vec<Correction>,
    #[serde(default)]
    alternates: Vec<Address>,
    #[serde(default)]
    why: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Found {
    Match,
    CloseMatch,
    Ambiguous,
    NoMatch,
}

#[async_trait]
impl AddressCheck for HttpAddressCheck {
    async fn validate(&self, given: &Address) -> Result<Avps, ConnectorError> {
        let reference = given.reference();
        let about = About { reference: Some(&reference), key: None };
        let question = Question { reference: &reference, address: given };
        let answer: Answer = self.service.ask(about, &question).await?;
        if answer.reference != reference {
            let why = "the address service answered for another address";
            return Err(ConnectorError::Later(why.to_owned()));
        }
        answer.sound(given).map_err(|why| {
            ConnectorError::Later(format!("the address service's answer makes no sense: {why}"))
        })
    }
}

impl Answer {
    /// The answer, if it can be true. What a service says beside it is dropped.
    fn sound(self, given: &Address) -> Result<Avps, &'static str> {
        let why = self.why.unwrap_or_default();
        if !is_text(&why, LONGEST_WHY) {
            return Err("`why` is too long, or no text");
        }
        if self.address.iter().chain(&self.alternates).any(|address| !is_address(address)) {
            return Err("an address is not complete");
        }
        match self.result {
            Found::Match => {
                let address = self.address.ok_or("a match without its address")?;
                if !same_place(&address, given) {
                    return Err("a match in another place than was asked about");
                }
                Ok(Avps::Match { address })
            }
            Found::CloseMatch => {
                let address = self.address.ok_or("a close match without its address")?;
                if self.corrections.is_empty() || self.corrections.iter().any(is_odd) {
                    return Err("a close match that does not say what it corrects");
                }
                Ok(Avps::CloseMatch { address, corrections: self.corrections })
            }
            Found::Ambiguous if (2..=MOST_ALTERNATES).contains(&self.alternates.len()) => {
                Ok(Avps::Ambiguous { alternates: self.alternates, why })
            }
            Found::Ambiguous => Err("an ambiguous address has two to ten alternates"),
            Found::NoMatch => Ok(Avps::NoMatch { why }),
        }
    }
}

/// Whether a match can be of what was asked: the state and the ZIP code, as far as they were given,
/// are no matter of spelling.
fn same_place(found: &Address, given: &Address) -> bool {
    let state = found.state.eq_ignore_ascii_case(given.state.trim());
    let zip = given.zip.trim();
    state && (zip.is_empty() || zip.get(..5).is_some_and(|five| five == found.zip5()))
}

/// Complete, and in the form that the rest of the server relies on.
fn is_address(address: &Address) -> bool {
    let Address { street, unit, city, state, zip, country } = address;
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let (five, four) = zip.split_once('-').unwrap_or((zip, "0000"));
    let zip = five.len() == 5 && four.len() == 4 && digits(five) && digits(four);
    let state = state.len() == 2 && state.bytes().all(|b| b.is_ascii_uppercase());
    let filled = |text: &str| !text.trim().is_empty() && is_text(text, LONGEST);
    let unit = unit.as_deref().is_none_or(filled);
    zip && state && unit && country == "US" && filled(street) && filled(city)
}

fn is_odd(correction: &Correction) -> bool {
    let Correction { field, from, to, why } = correction;
    let known = ["street", "unit", "city", "state", "zip"].contains(&field.as_str());
    !known || [from, to].iter().any(|t| !is_text(t, LONGEST)) || !is_text(why, LONGEST_WHY)
}

fn is_text(text: &str, most: usize) -> bool {
    text.chars().nth(most).is_none() && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests;
