//! Bodies are checked against the published document before they become types, so that the
//! document cannot promise what the server does not hold, and all faults are found at once.

use domain::code::Because;
use domain::refusal::Fault;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};

/// One compiled validator for each schema that a request body has.
#[derive(Debug)]
pub(crate) struct Schemas(HashMap<String, Validator>);

impl Schemas {
    /// Compiles the schemas of the request bodies in `document`. An error is a mistake in the program.
    pub(crate) fn compile(document: &Value) -> Result<Self, String> {
        let empty = Map::new();
        let schemas = document["components"]["schemas"].as_object().unwrap_or(&empty);
        let mut validators = HashMap::new();
        for name in body_schemas(document) {
            // With only what it refers to: each validator keeps its own copy.
            let mut needed = Map::new();
            gather(&name, schemas, &mut needed);
            let schema = json!({
                "$ref": format!("{PREFIX}{name}"),
                "components": { "schemas": needed },
            });
            let validator = jsonschema::options()
                .should_validate_formats(true)
                // Patterns come from our own document; a linear engine cannot be made to hang.
                .with_pattern_options(PatternOptions::regex())
                .build(&schema)
                .map_err(|e| format!("schema {name}: {e}"))?;
            validators.insert(name, validator);
        }
        Ok(Self(validators))
    }

    /// Every fault of `body` against the schema called `name`.
    pub(crate) fn faults(&self, name: &str, body: &Value) -> Vec<Fault> {
        let Some(validator) = self.0.get(name) else { return Vec::new() };
        let mut faults: Vec<Fault> = validator.iter_errors(body).flat_map(|e| places(&e)).collect();
        zeros(body, "", &mut faults);
        faults
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

const PREFIX: &str = "#/components/schemas/";

/// The names of the schemas that request bodies have: of one that is told apart by its members,
/// those of its forms.
fn body_schemas(document: &Value) -> BTreeSet<String> {
    let operations = document["paths"].as_object().into_iter().flatten().flat_map(|(_, item)| {
        item.as_object().into_iter().flatten().map(|(_, operation)| operation)
    });
    let schema = |o: &Value| o["requestBody"]["content"]["application/json"]["schema"].clone();
    operations.map(schema).flat_map(|schema| named(&schema, document)).collect()
}

fn named(schema: &Value, document: &Value) -> Vec<String> {
    let Some(name) = schema["$ref"].as_str().and_then(|r| r.strip_prefix(PREFIX)) else {
        return Vec::new();
    };
    let forms = document["components"]["schemas"][name]["oneOf"].as_array();
    let forms = forms.into_iter().flatten().flat_map(|form| named(form, document));
    std::iter::once(name.to_owned()).chain(forms).collect()
}

/// Puts a schema and all that it refers to into `needed`.
fn gather(name: &str, schemas: &Map<String, Value>, needed: &mut Map<String, Value>) {
    if needed.contains_key(name) {
        return;
    }
    let Some(schema) = schemas.get(name) else { return };
    needed.insert(name.to_owned(), schema.clone());
    let mut open = vec![schema];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                let reference = members.get("$ref").and_then(Value::as_str);
                if let Some(other) = reference.and_then(|r| r.strip_prefix(PREFIX)) {
                    gather(other, schemas, needed);
                }
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
}

/// Texts with a zero character in them. JSON allows one anywhere, PostgreSQL stores none, and
/// nothing in this trade has one.
fn zeros(value: &Value, at: &str, faults: &mut Vec<Fault>) {
    match value {
        Value::String(text) if text.contains('\0') => {
            let detail = "the text holds the character U+0000";
            faults.push(Fault::new(at, Because::BadFormat, detail).expected("a text without it"));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                zeros(item, &format!("{at}/{index}"), faults);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                zeros(member, &format!("{at}/{name}"), faults);
            }
        }
        _ => {}
    }
}

/// The places that one error of the validator is about: several members may be unknown, and an
/// optional object may be wrong in several places.
fn places(error: &ValidationError<'_>) -> Vec<Fault> {
    use ValidationErrorKind as Kind;
    let at = error.instance_path().to_string();
    match error.kind() {
        Kind::AdditionalProperties { unexpected } => {
            let unknown = |name: &String| {
                let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                let detail = format!("not a documented member: {name}");
                Fault::new(pointer, Because::UnknownMember, detail)
            };
            unexpected.iter().map(unknown).collect()
        }
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => best_branch(at, context),
        _ => vec![fault(error)],
    }
}

/// An error that is about one place.
fn fault(error: &ValidationError<'_>) -> Fault {
    use ValidationErrorKind as Kind;
    let at = error.instance_path().to_string();
    let quoted = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    match error.kind() {
        Kind::Required { property } => {
            let name = quoted(property);
            Fault::new(format!("{at}/{name}"), Because::Missing, format!("{name} is missing"))
        }
        Kind::Type { kind } => {
            let expected = match kind {
                TypeKind::Single(one) => one.to_string(),
                TypeKind::Multiple(set) => {
                    set.iter().map(|t| t.to_string()).collect::<Vec<_>>().join(" or ")
                }
            };
            Fault::new(at, Because::WrongType, "the value has another type").expected(expected)
        }
        Kind::Enum { options } => {
            let allowed = options.as_array().map_or_else(String::new, |all| {
                all.iter().map(quoted).collect::<Vec<_>>().join(", ")
            });
            Fault::new(at, Because::NotAllowedValue, "the value is not allowed").expected(allowed)
        }
        Kind::MinLength { limit } | Kind::MinItems { limit } => {
            Fault::new(at, Because::TooShort, "too short").expected(format!("at least {limit}"))
        }
        Kind::MaxLength { limit } | Kind::MaxItems { limit } => {
            Fault::new(at, Because::TooLong, "too long").expected(format!("at most {limit}"))
        }
        Kind::Minimum { limit } => {
            Fault::new(at, Because::OutOfRange, "too small").expected(format!("at least {limit}"))
        }
        Kind::Maximum { limit } => {
            Fault::new(at, Because::OutOfRange, "too large").expected(format!("at most {limit}"))
        }
        Kind::Pattern { pattern } => {
            let detail = "the text does not have the documented form";
            Fault::new(at, Because::BadFormat, detail).expected(format!("a text like {pattern}"))
        }
        Kind::Format { format } => {
            Fault::new(at, Because::BadFormat, format!("not a {format}")).expected(format.clone())
        }
        _ => Fault::new(at, Because::BadFormat, "the value does not have the documented form"),
    }
}

/// An optional member is `null` or something: the faults are what the something says.
fn best_branch(at: String, context: &[Vec<ValidationError<'_>>]) -> Vec<Fault> {
    let is_null_branch = |errors: &&Vec<ValidationError<'_>>| {
        errors.iter().any(|e| {
            matches!(
                e.kind(),
                ValidationErrorKind::Type { kind: TypeKind::Single(jsonschema::JsonType::Null) }
            )
        })
    };
    let branch = context.iter().find(|b| !is_null_branch(b) && !b.is_empty());
    match branch {
        Some(errors) => errors.iter().flat_map(places).collect(),
        None => vec![Fault::new(at, Because::BadFormat, "no documented form fits")],
    }
}
