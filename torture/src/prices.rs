//! The shipped catalogue under another label, as it is proposed.

use domain::catalogue::SHIPPED;
use serde_json::{Map, Value, json};

/// All its files; what is sold and at what price stays as it is.
pub(crate) fn labelled(label: &str) -> Value {
    let file = |(name, text): (&str, &str)| {
        (name.to_owned(), Value::String(text.replace("2026.1-sample", label)))
    };
    json!({ "files": SHIPPED.into_iter().map(file).collect::<Map<_, _>>() })
}
