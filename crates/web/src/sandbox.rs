//! Scripted values have no place in the live environment: a body with one is refused.

use app::Caller;
use domain::code::Code;
use domain::party::Environment;
use domain::refusal::{Fault, Refusal, named};
use domain::sandbox;
use serde_json::Value;

/// Refuses a body that has a scripted value anywhere, unless the caller is in the sandbox.
pub(crate) fn refuse_in_live(caller: &Caller, body: &Value) -> Result<(), Refusal> {
    if caller.environment == Environment::Test {
        return Ok(());
    }
    let mut faults = Vec::new();
    look("", body, &mut faults);
    refuse(faults)
}

/// The same of the rows of a file: number, site's name, street.
pub(crate) fn refuse_rows(
    rows: impl Iterator<Item = (u32, String, String)>,
) -> Result<(), Refusal> {
    let mut faults = Vec::new();
    for (row, name, street) in rows {
        faults.extend(sandbox::reserved(&format!("/rows/{row}/name"), &name));
        faults.extend(sandbox::reserved(&format!("/rows/{row}/street"), &street));
    }
    refuse(faults)
}

fn refuse(faults: Vec<Fault>) -> Result<(), Refusal> {
    if faults.is_empty() {
        return Ok(());
    }
    let (faults, more) = named(faults);
    let detail = format!("a value of the sandbox means nothing in the live environment{more}");
    Err(Refusal::new(Code::InvalidBody, detail).with(faults))
}

fn look(pointer: &str, value: &Value, faults: &mut Vec<Fault>) {
    match value {
        Value::String(text) => faults.extend(sandbox::reserved(pointer, text)),
        Value::Array(all) => {
            for (n, value) in all.iter().enumerate() {
                look(&format!("{pointer}/{n}"), value, faults);
            }
        }
        Value::Object(all) => {
            for (name, value) in all {
                let name = name.replace('~', "~0").replace('/', "~1");
                look(&format!("{pointer}/{name}"), value, faults);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_scripted_value_is_found_wherever_it_stands() {
        for one in sandbox::VALUES {
            let mut faults = Vec::new();
            look("", &json!({ "a/b": [1, { "c": one.value }], "d": "Sample" }), &mut faults);
            let places: Vec<&str> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
            assert_eq!(places, ["/a~1b/1/c"], "{}", one.value);
        }
    }
}
