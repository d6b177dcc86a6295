//! The OpenAPI document of each family: drawn from the types, then given what every operation
//! has, and the recorded exchanges that also pin its shapes.

use super::refusal::{AiabFailure, ErrorDetail, Failure, GatewayError};
use super::{Family, Hop};
use crate::openapi::put_example;
use crate::problem::{Retryable, passes, status};
use crate::schema::Schemas;
use domain::code::Code;
use http::request::Parts;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(components(schemas(Failure, ErrorDetail, GatewayError, Retryable)))]
struct Shared;

#[derive(OpenApi)]
#[openapi(components(schemas(AiabFailure, ErrorDetail, GatewayError, Retryable)))]
struct SharedOfAiab;

/// What is drawn from the types of each family, once in a process.
#[derive(Debug, Clone)]
pub(crate) struct Families(Arc<[Published; 3]>);

#[derive(Debug)]
struct Published {
    schemas: Arc<Schemas>,
    document: Arc<str>,
}

impl Families {
    /// An error is a mistake in the program: a schema that does not compile.
    pub(crate) fn published() -> Result<Self, String> {
        static PUBLISHED: OnceLock<Result<Families, String>> = OnceLock::new();
        let draw = |family| {
            let document = document(family);
            let schemas = Arc::new(Schemas::compile(&document)?);
            Ok::<_, String>(Published { schemas, document: document.to_string().into() })
        };
        let all = || {
            let [apex, alliance, aiab] = Family::ALL.map(draw);
            Ok(Self(Arc::new([apex?, alliance?, aiab?])))
        };
        PUBLISHED.get_or_init(all).clone()
    }

    fn of(&self, family: Family) -> &Published {
        let [apex, alliance, aiab] = &*self.0;
        match family {
            Family::Apex => apex,
            Family::Alliance => alliance,
            Family::Aiab => aiab,
        }
    }

    pub(crate) fn document(&self, family: Family) -> Arc<str> {
        self.of(family).document.clone()
    }

    /// The schemas of the family that a request is for.
    pub(super) fn schemas(&self, parts: &Parts) -> Arc<Schemas> {
        let family = parts.extensions.get::<Hop>().map_or(Family::Apex, |hop| hop.family);
        self.of(family).schemas.clone()
    }
}

fn recorded(family: Family) -> Map<String, Value> {
    let text = match family {
        Family::Apex => include_str!("examples/apex.json"),
        Family::Alliance => include_str!("examples/alliance.json"),
        Family::Aiab => include_str!("examples/aiab.json"),
    };
    // A test proves that the file is what the recording made.
    serde_json::from_str(text).unwrap_or_default()
}

/// The OpenAPI document of a family.
pub fn document(family: Family) -> Value {
    let (_, mut api) = family.described().split_for_parts();
    api.merge(match family {
        Family::Apex | Family::Alliance => Shared::openapi(),
        Family::Aiab => SharedOfAiab::openapi(),
    });
    let mut document = serde_json::to_value(&api).unwrap_or_default();
    let name = family.name();
    document["info"] = json!({
        "title": format!("Demarc: the {name} interface"),
        "version": env!("CARGO_PKG_VERSION"),
        "summary": format!("Partner ordering as the published {name} interfaces have it."),
        "description": "Paths, headers and members as published. Operations that no published \
            page shows are marked as ours. Unknown members of a request are tolerated. A call that \
            repeats another with the same content has no second effect where `docs/dialects.md` \
            names its key; any call may carry an `Idempotency-Key` besides.",
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    });
    document["servers"] = json!([{ "url": family.mount(), "description": "This server" }]);
    document["components"]["securitySchemes"] = security_schemes();
    document["components"]["parameters"] = parameters();
    document["components"]["responses"] = responses(family);
    let examples = recorded(family);
    if let Some(paths) = document["paths"].as_object_mut() {
        for item in paths.values_mut().filter_map(Value::as_object_mut) {
            for operation in item.values_mut() {
                finish(operation, &examples);
            }
        }
    }
    document
}

fn security_schemes() -> Value {
    let header = |name: &str, description: &str| json!({ "type": "apiKey", "in": "header", "name": name, "description": description });
    json!({
        "client_id": header("client_id", "The credential's id."),
        "client_secret": header("client_secret", "The credential's secret, `dmc_test_…` or `dmc_live_…`."),
    })
}

fn parameters() -> Value {
    let header = |name: &str, required: bool, description: &str| {
        json!({ "name": name, "in": "header", "required": required, "description": description,
            "schema": { "type": "string", "minLength": 1, "maxLength": 128,
                "examples": ["a49fd114-c14b-11ea-b3de-0242ac130004"] } })
    };
    json!({
        "Trace": header("x-trace-id", true, "Follows the call through all systems; given back."),
        "Transaction": header("x-transaction-id", false, "What several calls have in common; given back."),
        "Source": header("source", false, "The calling system; logged."),
        "SpId": header("spId", false,
            "For a connector's credential, where the call has no `spId` of its own: the solution \
             provider that it acts for. Ours."),
        "IdempotencyKey": header("Idempotency-Key", false,
            "As in the native interface: a repeat with the same key has no second effect. Ours."),
    })
}

/// One shared response for each status that a refusal may have.
fn responses(family: Family) -> Value {
    let failure = match family {
        Family::Apex | Family::Alliance => "Failure",
        Family::Aiab => "AiabFailure",
    };
    let mut responses = Map::new();
    for code in Code::ALL.iter().copied() {
        let (number, reason) = (status(code).as_u16(), status(code).canonical_reason());
        let schema = if code == Code::Unauthenticated { "GatewayError" } else { failure };
        let response = responses.entry(format!("Refused{number}")).or_insert_with(|| {
            json!({
                "description": reason.unwrap_or("Refused"),
                "content": { "application/json": {
                    "schema": { "$ref": format!("#/components/schemas/{schema}") } } },
            })
        });
        if passes(code) {
            response["headers"]["Retry-After"] = json!({
                "description": "Seconds until the same call may be sent again.",
                "schema": { "type": "integer" },
            });
        }
    }
    responses.into()
}

/// The statuses that any call may be refused with, and those of one with a body besides.
const ALWAYS: [u16; 8] = [400, 401, 403, 404, 422, 429, 500, 503];
const WITH_BODY: [u16; 3] = [409, 413, 415];

fn finish(operation: &mut Value, examples: &Map<String, Value>) {
    let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
    operation["security"] = json!([{ "client_id": [], "client_secret": [] }]);
    let has_body = operation["requestBody"].is_object();
    let mut shared = vec!["Trace", "Transaction", "Source", "SpId"];
    let mut statuses: BTreeSet<u16> = ALWAYS.into();
    if has_body {
        shared.push("IdempotencyKey");
        statuses.extend(WITH_BODY);
    }
    let mut parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    for parameter in &mut parameters {
        // A parameter that the query may leave out is not null when it is there.
        if let Some(kinds) = parameter["schema"]["type"].as_array().cloned() {
            let kind = kinds.into_iter().find(|kind| kind != "null");
            parameter["schema"]["type"] = kind.unwrap_or_default();
        }
    }
    let refer = |name: &&str| json!({ "$ref": format!("#/components/parameters/{name}") });
    parameters.extend(shared.iter().map(refer));
    operation["parameters"] = parameters.into();
    for status in statuses {
        let reference = format!("#/components/responses/Refused{status}");
        operation["responses"][status.to_string()] = json!({ "$ref": reference });
    }
    let text = |about: &str| json!({ "description": about, "schema": { "type": "string" } });
    operation["responses"]["200"]["headers"] = json!({
        "Request-Id": text("This call, for the carrier's log."),
        "x-trace-id": text("As it was sent."),
    });
    if let Some(example) = examples.get(&id) {
        put_example(operation, example);
    }
}
