//! Reading a typed value by its JSON type. A derived reader would try one type after the other, and
//! the errors of those that fail cost more than all the rest of reading a site.

use super::FeatureValue;
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use std::fmt;

impl<'de> Deserialize<'de> for FeatureValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ByType)
    }
}

struct ByType;

impl Visitor<'_> for ByType {
    type Value = FeatureValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true, false, a whole number or a text")
    }

    fn visit_bool<E: Error>(self, yes: bool) -> Result<FeatureValue, E> {
        Ok(FeatureValue::YesNo(yes))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<FeatureValue, E> {
        Ok(FeatureValue::Integer(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<FeatureValue, E> {
        let fits = i64::try_from(number);
        let fits = fits.map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))?;
        Ok(FeatureValue::Integer(fits))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<FeatureValue, E> {
        Ok(FeatureValue::Choice(text.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_what_was_written() {
        let values = [
            FeatureValue::YesNo(true),
            FeatureValue::Integer(-5),
            FeatureValue::Integer(i64::MAX),
            FeatureValue::Choice("100M".into()),
            FeatureValue::Choice("5".into()),
        ];
        for value in values {
            let written = serde_json::to_string(&value).unwrap();
            assert_eq!(serde_json::from_str::<FeatureValue>(&written).unwrap(), value);
        }
    }

    #[test]
    fn nothing_else_is_a_value() {
        for text in ["null", "1.5", "9223372036854775808", "[]", "{}"] {
            assert!(serde_json::from_str::<FeatureValue>(text).is_err(), "{text}");
        }
    }
}
