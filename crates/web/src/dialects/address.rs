//! Addresses, and what their validation has found, as the families have them in common.

use super::shape::{country, usa};
use super::words::state;
use domain::address::{Address, Avps};
use domain::quote::Validation;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A postal address, as the families write it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PostalAddress {
    /// Number and street.
    #[schema(min_length = 1, max_length = 200, example = "208 S Akard St")]
    street: String,
    /// Secondary unit: suite, floor, room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100, example = "STE 700")]
    unit: Option<String>,
    #[schema(min_length = 1, max_length = 100, example = "Dallas")]
    city: String,
    /// Two letters, or the state's name.
    #[schema(min_length = 2, max_length = 50, example = "TX")]
    state: String,
    /// Five or nine digits; may be left empty for the validation to find it.
    #[serde(default)]
    #[schema(max_length = 10, pattern = "^([0-9]{5}(-?[0-9]{4})?)?$", example = "75202")]
    zip_code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 30, example = "USA")]
    country: Option<String>,
}

impl From<PostalAddress> for Address {
    fn from(body: PostalAddress) -> Self {
        Self {
            street: body.street,
            unit: body.unit.filter(|unit| !unit.trim().is_empty()),
            city: body.city,
            state: state(&body.state),
            zip: body.zip_code,
            country: country(body.country.as_deref()),
        }
    }
}

impl From<&Address> for PostalAddress {
    fn from(address: &Address) -> Self {
        Self {
            street: address.street.clone(),
            unit: address.unit.clone(),
            city: address.city.clone(),
            state: address.state.clone(),
            zip_code: address.zip.clone(),
            country: Some(usa(&address.country)),
        }
    }
}

/// What the validation of a site's address has found, in the words of the carrier's published
/// address validation.
#[derive(Debug)]
pub(super) struct Found<'a> {
    /// `success`, `closematch`, `closematch-mdu` (several are near), `nomatch`, `fails` (nobody
    /// answered), or `pending`.
    pub(super) result: &'static str,
    /// The address that counts; for a close match the proposal.
    pub(super) address: Option<&'a Address>,
    /// Where several are near: those to choose among.
    pub(super) alternates: &'a [Address],
    /// What is wrong, in plain words.
    pub(super) reason: Option<String>,
}

impl<'a> From<&'a Validation> for Found<'a> {
    fn from(validation: &'a Validation) -> Self {
        let plain = |result| Self { result, address: None, alternates: &[], reason: None };
        match validation {
            Validation::Unchecked | Validation::Requested => plain("pending"),
            Validation::Unanswered { why, .. } => {
                Self { reason: Some(why.clone()), ..plain("fails") }
            }
            Validation::Accepted { address, .. }
            | Validation::Answered { avps: Avps::Match { address }, .. } => {
                Self { address: Some(address), ..plain("success") }
            }
            Validation::Answered { avps: Avps::CloseMatch { address, corrections }, .. } => {
                let why: Vec<&str> = corrections.iter().map(|c| c.why.as_str()).collect();
                let reason = Some(why.join("; "));
                Self { address: Some(address), reason, ..plain("closematch") }
            }
            Validation::Answered { avps: Avps::Ambiguous { alternates, why }, .. } => {
                Self { alternates, reason: Some(why.clone()), ..plain("closematch-mdu") }
            }
            Validation::Answered { avps: Avps::NoMatch { why }, .. } => {
                Self { reason: Some(why.clone()), ..plain("nomatch") }
            }
        }
    }
}

impl Found<'_> {
    /// The alternates as an answer has them.
    pub(super) fn choices(&self) -> Vec<PostalAddress> {
        self.alternates.iter().map(Into::into).collect()
    }
}
