//! Wire shapes that several families share, and how they turn into domain words and back.

use domain::address::Address;
use domain::customer::Contact;
use domain::time::Moment;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// `2024-01-16T20:00:00.000+0000`: no colon in the offset.
pub(super) fn stamp(moment: Moment) -> String {
    let text = moment.to_string();
    text.strip_suffix('Z').map_or(text.clone(), |bare| format!("{bare}+0000"))
}

/// A moment in either published form: `…+0000`, or RFC 3339.
pub(super) fn moment(text: &str) -> Option<Moment> {
    let (bare, offset) = text.split_at_checked(text.len().checked_sub(5)?)?;
    let digits = offset.get(1..).is_some_and(|d| d.bytes().all(|b| b.is_ascii_digit()));
    if digits && (offset.starts_with('+') || offset.starts_with('-')) {
        let (hours, minutes) = offset.split_at_checked(3)?;
        return Moment::parse(&format!("{bare}{hours}:{minutes}"));
    }
    Moment::parse(text)
}

/// A ZIP code as the lookup's answers have it: nine digits without a hyphen where they are known.
pub(super) fn zip9(zip: &str) -> String {
    zip.replace('-', "")
}

/// `true`, `"true"`, `"false"`, or an empty text, which says nothing.
pub(super) fn flag<'de, D: Deserializer<'de>>(from: D) -> Result<Option<bool>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        Plain(bool),
        Text(String),
    }
    match Option::<Given>::deserialize(from)? {
        None => Ok(None),
        Some(Given::Plain(yes)) => Ok(Some(yes)),
        Some(Given::Text(text)) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" => Ok(Some(true)),
            "false" | "no" | "n" => Ok(Some(false)),
            "" => Ok(None),
            _ => Err(serde::de::Error::custom("neither true nor false")),
        },
    }
}

/// A person to turn to, with the address that goes with them. Some published calls write `zipCode`
/// and some `zip`, some `Country` and some `country`: each is read everywhere, also both at once.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Person {
    /// `primary`, `alternate`, `installation`, `shipping`, `billing` …
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 50, example = "primary")]
    pub(super) kind: Option<String>,
    #[schema(min_length = 1, max_length = 100, example = "Dana")]
    pub(super) first_name: String,
    #[schema(min_length = 1, max_length = 100, example = "Sample")]
    pub(super) last_name: String,
    #[schema(max_length = 254, pattern = "^[^@\\s]+@[^@\\s]+$", example = "dana@example.com")]
    pub(super) email: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 30, example = "214-555-0100")]
    pub(super) phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, example = "208 S Akard St")]
    pub(super) street: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100, example = "Dallas")]
    pub(super) city: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 50, example = "TX")]
    pub(super) state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 10, example = "75202")]
    pub(super) zip: Option<String>,
    /// Goes before `zip`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 10, example = "75202")]
    pub(super) zip_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 30, example = "USA")]
    pub(super) country: Option<String>,
    /// Goes before `country`.
    #[serde(default, rename = "Country", skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 30, example = "USA")]
    pub(super) capital_country: Option<String>,
}

/// `US` of `USA`, `United States` and nothing at all; another country as it is.
pub(super) fn country(given: Option<&str>) -> String {
    let text = given.unwrap_or_default().trim().to_uppercase();
    match text.as_str() {
        "" | "USA" | "U.S." | "U.S.A." | "UNITED STATES" | "UNITED STATES OF AMERICA" => {
            "US".to_owned()
        }
        _ => text,
    }
}

/// As the families write what we call `US`.
pub(super) fn usa(country: &str) -> String {
    if country == "US" { "USA".to_owned() } else { country.to_owned() }
}

impl From<Person> for Contact {
    fn from(person: Person) -> Self {
        let text = |t: Option<String>| t.filter(|t| !t.trim().is_empty());
        let address = text(person.street).map(|street| Address {
            street,
            unit: None,
            city: person.city.unwrap_or_default(),
            state: person.state.unwrap_or_default().trim().to_uppercase(),
            zip: text(person.zip_code).or(person.zip).unwrap_or_default(),
            country: country(text(person.capital_country).or(person.country).as_deref()),
        });
        Self {
            first_name: person.first_name,
            last_name: person.last_name,
            email: person.email,
            phone: text(person.phone),
            address,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_both_published_forms_and_written_without_a_colon() {
        let published = "2024-01-16T20:00:00.000+0000";
        let read = moment(published).unwrap();
        assert_eq!(stamp(read), published);
        assert_eq!(moment("2024-01-16T20:00:00Z"), Some(read));
        assert_eq!(moment("2024-01-16T15:00:00.000-0500"), Some(read));
        assert_eq!(moment("2024-01-16"), None);
        assert_eq!(moment("soon"), None);
        assert_eq!(moment("+0000"), None);
    }

    #[test]
    fn a_zip_code_and_a_country_are_read_by_each_of_their_names_and_by_both() {
        let address = |members: &str| {
            let text = format!(
                r#"{{"firstName":"Dana","lastName":"Sample","email":"dana@example.com",
                "street":"1 Dell Way","city":"Round Rock","state":"tx",{members}}}"#
            );
            let person: Person = serde_json::from_str(&text).unwrap();
            let address = Contact::from(person).address.unwrap();
            (address.zip, address.country)
        };
        let read = ("78682".to_owned(), "US".to_owned());
        assert_eq!(address(r#""zip":"78682""#), read);
        assert_eq!(address(r#""zipCode":"78682","country":"USA""#), read);
        assert_eq!(address(r#""zip":"1","zipCode":"78682","country":"CA","Country":"US""#), read);
    }

    #[test]
    fn a_flag_is_read_from_a_text_and_from_a_truth_value() {
        #[derive(Deserialize)]
        struct Body {
            #[serde(default, deserialize_with = "flag")]
            on: Option<bool>,
        }
        let read = |text: &str| serde_json::from_str::<Body>(text).map(|b| b.on).ok();
        assert_eq!(read(r#"{"on":"true"}"#), Some(Some(true)));
        assert_eq!(read(r#"{"on":false}"#), Some(Some(false)));
        assert_eq!(read(r#"{"on":""}"#), Some(None));
        assert_eq!(read("{}"), Some(None));
        assert_eq!(read(r#"{"on":"perhaps"}"#), None);
    }
}
