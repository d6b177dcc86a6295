//! Wire shapes that several nouns share, and how they turn into domain words and back.

use crate::door::Refused;
use domain::address::{UnitParts, with_parts};
use domain::code::{Because, Code};
use domain::id::Id;
use domain::money::Money;
use domain::refusal::{Fault, Refusal, named};
use domain::time::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// An empty body.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub(crate) struct Nothing {}

/// A United States postal address.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Address)]
pub(crate) struct AddressBody {
    /// Number and street.
    #[schema(min_length = 1, max_length = 200, example = "233 S WACKER DR")]
    pub(crate) street: String,
    /// Secondary unit: suite, floor, room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100, example = "STE 700")]
    pub(crate) unit: Option<String>,
    /// As the unit's line says them, or instead of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 50, example = "B")]
    pub(crate) building: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 50, example = "5")]
    pub(crate) floor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 50, example = "501")]
    pub(crate) room: Option<String>,
    #[schema(min_length = 1, max_length = 100, example = "CHICAGO")]
    pub(crate) city: String,
    /// Two-letter state code.
    #[schema(min_length = 2, max_length = 2, pattern = "^[A-Za-z]{2}$", example = "IL")]
    pub(crate) state: String,
    /// Five or nine digits; may be left empty for validation to find it.
    #[serde(default)]
    #[schema(max_length = 10, pattern = "^([0-9]{5}(-?[0-9]{4})?)?$", example = "60606")]
    pub(crate) zip: String,
    #[serde(default = "us")]
    #[schema(pattern = "^[A-Za-z]{2}$", example = "US", default = "US")]
    pub(crate) country: String,
}

fn us() -> String {
    "US".to_owned()
}

impl From<AddressBody> for domain::address::Address {
    fn from(body: AddressBody) -> Self {
        let parts = [&body.unit, &body.building, &body.floor, &body.room];
        let [unit, building, floor, room] = parts.map(Option::as_deref);
        let unit = with_parts(unit, building, floor, room);
        Self {
            street: body.street,
            unit,
            city: body.city,
            state: body.state.to_uppercase(),
            zip: body.zip,
            country: body.country.to_uppercase(),
        }
    }
}

impl From<&domain::address::Address> for AddressBody {
    fn from(address: &domain::address::Address) -> Self {
        let UnitParts { building, floor, room, .. } = address.parts();
        Self {
            street: address.street.clone(),
            unit: address.unit.clone(),
            building,
            floor,
            room,
            city: address.city.clone(),
            state: address.state.clone(),
            zip: address.zip.clone(),
            country: address.country.clone(),
        }
    }
}

/// A person to turn to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Contact)]
pub(crate) struct ContactBody {
    #[schema(min_length = 1, max_length = 100, example = "Dana")]
    pub(crate) first_name: String,
    #[schema(min_length = 1, max_length = 100, example = "Sample")]
    pub(crate) last_name: String,
    #[schema(max_length = 254, pattern = "^[^@\\s]+@[^@\\s]+$", example = "dana@example.com")]
    pub(crate) email: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40, example = "+1 312 555 0100")]
    pub(crate) phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<AddressBody>,
}

impl From<ContactBody> for domain::customer::Contact {
    fn from(body: ContactBody) -> Self {
        Self {
            first_name: body.first_name,
            last_name: body.last_name,
            email: body.email,
            phone: body.phone,
            address: body.address.map(Into::into),
        }
    }
}

impl From<&domain::customer::Contact> for ContactBody {
    fn from(contact: &domain::customer::Contact) -> Self {
        Self {
            first_name: contact.first_name.clone(),
            last_name: contact.last_name.clone(),
            email: contact.email.clone(),
            phone: contact.phone.clone(),
            address: contact.address.as_ref().map(Into::into),
        }
    }
}

pub(crate) fn contacts(bodies: Vec<ContactBody>) -> Vec<domain::customer::Contact> {
    bodies.into_iter().map(Into::into).collect()
}

/// Net amounts.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Totals)]
pub(crate) struct TotalsBody {
    #[schema(example = "USD")]
    pub(crate) currency: &'static str,
    /// Monthly recurring charge.
    #[schema(example = "1250.00")]
    pub(crate) mrc: String,
    /// Non-recurring, one-off charge.
    #[schema(example = "300.00")]
    pub(crate) nrc: String,
    /// One-off charges, and recurring ones over the whole term.
    #[schema(example = "45300.00")]
    pub(crate) total_contract_value: String,
    /// The deposit that the approval of the credit asks for, while that is good and covers them:
    /// with the totals of a quote only, and left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "500.00")]
    pub(crate) deposit: Option<String>,
}

impl From<&domain::pricing::Totals> for TotalsBody {
    fn from(totals: &domain::pricing::Totals) -> Self {
        Self {
            currency: domain::money::Currency::Usd.code(),
            mrc: totals.mrc.to_string(),
            nrc: totals.nrc.to_string(),
            total_contract_value: totals.total_contract_value.to_string(),
            deposit: None,
        }
    }
}

impl TotalsBody {
    /// The totals of a quote, with the deposit that goes with them.
    pub(crate) fn of_quote(totals: &domain::pricing::Totals, deposit: Option<Money>) -> Self {
        Self { deposit: deposit.map(|deposit| deposit.to_string()), ..totals.into() }
    }
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ListOf<T: ToSchema> {
    pub(crate) items: Vec<T>,
    /// Send it as `cursor` for the next page; null on the last one.
    pub(crate) next_cursor: Option<String>,
}

/// The parameters of every paged list, for the document; `Params::page` reads them.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents what `Params` reads by name")]
pub(crate) struct Paging {
    /// At most so many; 50 unless given.
    #[param(minimum = 1, maximum = 200, required = false)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[param(required = false)]
    cursor: Option<String>,
    /// Only objects created at or after this moment (RFC 3339).
    #[param(required = false)]
    since: Option<String>,
}

/// The parameters of a paged list in the order of its members' places, for the document;
/// `Params::places` reads them.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "documents what `Params` reads by name")]
pub(crate) struct PagingPlaces {
    /// At most so many; 50 unless given.
    #[param(minimum = 1, maximum = 200, required = false)]
    limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[param(required = false)]
    cursor: Option<String>,
}

/// Cuts what was read (one more than asked for) to a page.
pub(crate) fn page_of<D, T: ToSchema>(
    mut found: Vec<D>,
    limit: u32,
    id: impl Fn(&D) -> Id,
    shape: impl Fn(&D) -> T,
) -> ListOf<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > limit;
    found.truncate(limit);
    let next_cursor = found.last().filter(|_| more).map(|d| id(d).to_string());
    ListOf { items: found.iter().map(shape).collect(), next_cursor }
}

/// Faults of meaning that a schema cannot say, gathered while a body turns into domain words.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    /// Reads an id; the schema has seen that it is a text.
    pub(crate) fn id(&mut self, pointer: &str, text: &str) -> Option<Id> {
        let id = text.parse::<Id>();
        if let Err(e) = &id {
            self.push(Fault::new(pointer, Because::NotAnId, e.to_string()));
        }
        id.ok()
    }

    pub(crate) fn maybe_id(&mut self, pointer: &str, text: Option<&String>) -> Option<Id> {
        text.and_then(|t| self.id(pointer, t))
    }

    pub(crate) fn ids(&mut self, pointer: &str, texts: &[String]) -> Vec<Id> {
        let each = texts.iter().enumerate();
        each.filter_map(|(at, text)| self.id(&format!("{pointer}/{at}"), text)).collect()
    }

    pub(crate) fn money(&mut self, pointer: &str, text: Option<&String>) -> Option<Money> {
        let text = text?;
        let money = Money::parse(text);
        if money.is_none() {
            let fault = Fault::new(pointer, Because::BadFormat, "not an amount");
            self.push(fault.expected("digits with at most two decimals, such as 1250.00"));
        }
        money
    }

    pub(crate) fn date(&mut self, pointer: &str, text: &str) -> Option<Date> {
        let date = text.parse().ok();
        if date.is_none() {
            let fault = Fault::new(pointer, Because::BadFormat, "not a day of the calendar");
            self.push(fault.expected("YYYY-MM-DD"));
        }
        date
    }

    pub(crate) fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// Reads a part of the body whose own pointers are relative to `pointer`.
    pub(crate) fn within<T>(&mut self, pointer: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let mut inner = Self::default();
        let part = read(&mut inner);
        let at = |fault: Fault| Fault { pointer: format!("{pointer}{}", fault.pointer), ..fault };
        self.0.extend(inner.0.into_iter().map(at));
        part
    }

    /// What was read, if nothing was wrong.
    pub(crate) fn finish<T>(self, read: Option<T>) -> Result<T, Refusal> {
        match read {
            Some(read) if self.0.is_empty() => Ok(read),
            _ => {
                let count = self.0.len();
                let s = if count == 1 { "" } else { "s" };
                let (faults, more) = named(self.0);
                let detail = format!("the body has {count} fault{s}{more}");
                Err(Refusal::new(Code::InvalidBody, detail).with(faults))
            }
        }
    }
}

/// A result whose refusal still needs its place.
pub(crate) trait At<T> {
    fn at(self, place: &crate::door::Place) -> Result<T, Refused>;
}

impl<T, E: Into<app::Problem>> At<T> for Result<T, E> {
    fn at(self, place: &crate::door::Place) -> Result<T, Refused> {
        self.map_err(|e| place.refuse(e))
    }
}
