//! The OpenAPI 3.1 document: generated from the types, then finished in one pass: what every
//! operation has (security, headers, problems) is written here once, and recorded examples are
//! put in their places.

mod examples;
mod imports;
mod problems;
mod words;

pub(crate) use examples::put as put_example;

use crate::problem::{FaultBody, ProblemBody, Retryable};
use crate::v1;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(components(schemas(ProblemBody, FaultBody, Retryable)))]
struct Shared;

/// The tags, in the order of the flow.
const TAGS: [(&str, &str); 18] = [
    ("Partner", "Who the caller is."),
    ("Catalogue", "What can be sold: offerings, features, promotions."),
    ("Customers", "End customers: found, and assigned to sites where the programme has it so."),
    ("Exception requests", "A plea to serve a customer whose status refuses this partner."),
    ("Letters of agency", "An end customer's written consent that this partner acts for it."),
    ("Opportunities", "A chance of business; it opens with the first version of its quote."),
    ("Quotes", "A priced configuration of sites, in versions."),
    ("Sites", "One service address each, with its configuration and price."),
    ("Addresses", "Postal validation (AVPS)."),
    ("Credit", "The credit decision, with validity and conditions."),
    ("Contracts", "The agreement that pins one quote version, and its signature."),
    ("Orders", "One order, one sub-order per site, one item per component; handoff and delivery."),
    ("Enrichment", "What fulfilment needs before handoff."),
    ("Journey", "Which stage a quote or order is in, and exactly what is still missing."),
    ("Events", "What happened, in an order that never changes; also as a stream."),
    ("Webhooks", "Events sent to the partner's own server, signed, until they are taken."),
    ("Sandbox", "The test environment: scripted values, and a clock of the partner's own."),
    ("Operations", "The carrier's side. Needs a credential of operations."),
];

const ABOUT: &str = "The carrier's side of partner ordering: look up an end customer, price a \
multi-site quote, validate addresses, clear credit, sign a contract, create, enrich and hand off \
an order, and follow it until it is delivered.\n\n\
Every POST that changes something takes an `Idempotency-Key`; edits take the ETag they were made \
on in `If-Match`; every refusal is a problem (RFC 9457) with a stable code and every fault at \
once. What a quote or order still needs is in its journey.";

/// POSTs that change nothing and so take no Idempotency-Key.
const QUESTIONS: [&str; 11] = [
    "customers_lookup",
    "customers_import_preview",
    "address_check",
    "addresses_check",
    "serviceability_check",
    "import_preview",
    "import_preview_file",
    "enrichment_import_preview",
    "enrichment_import_preview_file",
    "price_matrix",
    "price_preview",
];
/// PUTs that say how something shall be, whatever it was, and so take no If-Match.
const SETTINGS: [&str; 9] = [
    "site_assign_customer",
    "sites_assign_customers",
    "order_set_group",
    "order_identify",
    "sub_order_identify",
    "test_clock_freeze",
    "test_clock_release",
    "partner_clock_freeze",
    "partner_clock_release",
];

/// Reads whose answer has the form that `Accept` asks for.
const NEGOTIATED: [&str; 1] = ["quote_document"];

/// Which of the doors an operation has; it decides headers and problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    Reading,
    Question,
    Command,
    Edit,
    Setting,
}

fn door(method: &str, operation: &str) -> Door {
    match method {
        "get" => Door::Reading,
        "post" if QUESTIONS.contains(&operation) => Door::Question,
        "post" => Door::Command,
        _ if SETTINGS.contains(&operation) => Door::Setting,
        _ => Door::Edit,
    }
}

/// The document.
pub fn openapi() -> Value {
    let (_, mut api) = v1::routes().split_for_parts();
    api.merge(Shared::openapi());
    let mut document = serde_json::to_value(&api).unwrap_or_default();
    document["info"] = json!({
        "title": "Demarc",
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "Partner ordering, the carrier's side.",
        "description": ABOUT,
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    });
    document["servers"] = json!([{ "url": "/", "description": "This server" }]);
    document["tags"] = TAGS
        .iter()
        .map(|(name, description)| json!({ "name": name, "description": description }))
        .collect();
    document["components"]["securitySchemes"] = security_schemes();
    document["components"]["responses"] = problems::responses();
    document["components"]["parameters"] = parameters();
    if let Err(e) = words::put(&mut document) {
        tracing::error!(error = e, "the document lacks a member"); // A test proves that it does not.
    }
    let examples = examples::recorded();
    if let Some(paths) = document["paths"].as_object_mut() {
        for item in paths.values_mut().filter_map(Value::as_object_mut) {
            for (method, operation) in item.iter_mut() {
                finish(method, operation, &examples);
            }
        }
    }
    document
}

fn security_schemes() -> Value {
    let scheme = |who: &str| {
        json!({
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "dmc_test_… or dmc_live_…",
            "description": format!("The secret of a credential of {who}."),
        })
    };
    json!({
        "partner": scheme("a partner, or of a connector (with the header Demarc-Partner)"),
        "operations": scheme("the carrier's operations"),
    })
}

fn parameters() -> Value {
    let header = |name: &str, required: bool, schema: Value, description: &str| {
        json!({ "name": name, "in": "header", "required": required, "schema": schema,
            "description": description })
    };
    json!({
        "IdempotencyKey": header(
            "Idempotency-Key", true,
            json!({ "type": "string", "minLength": 1, "maxLength": 255,
                "examples": ["5f0c0f2e-6d5e-4a55-9d4b-8c1f6f0e2b11"] }),
            "A fresh random text for each new request, the same for its retries. A retry of a \
             request that had its effect answers the same bytes with `Idempotency-Replayed: true`.",
        ),
        "IfMatch": header(
            "If-Match", true, json!({ "type": "string", "examples": ["\"3\""] }),
            "The ETag of the object as it was read, or `*` for any version.",
        ),
        "DemarcPartner": header(
            "Demarc-Partner", false, json!({ "type": "string" }),
            "For a connector: the id of the partner that it acts for.",
        ),
    })
}

/// Finishes one operation: what follows from its door, and its examples.
fn finish(method: &str, operation: &mut Value, examples: &Map<String, Value>) {
    let id = operation["operationId"].as_str().unwrap_or_default().to_owned();
    let door = door(method, &id);
    let tag = operation["tags"][0].as_str().unwrap_or_default().to_owned();
    let operations = tag == "Operations";
    operation["security"] = match (operations, id.as_str()) {
        (true, _) => json!([{ "operations": [] }]),
        (
            false,
            "me_get" | "catalogue_get" | "offering_get" | "history_get" | "sandbox_values_list",
        ) => {
            json!([{ "partner": [] }, { "operations": [] }])
        }
        (false, _) if ["Events", "Webhooks"].contains(&tag.as_str()) => {
            json!([{ "partner": [] }, { "operations": [] }])
        }
        (false, _) => json!([{ "partner": [] }]),
    };
    let mut shared = Vec::new();
    if !operations {
        shared.push("DemarcPartner");
    }
    match door {
        Door::Command => shared.push("IdempotencyKey"),
        Door::Edit => shared.push("IfMatch"),
        Door::Reading | Door::Question | Door::Setting => {}
    }
    let mut parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let has_path = parameters.iter().any(|p| p["in"] == "path");
    for parameter in &mut parameters {
        // A parameter that the query may leave out is not null when it is there.
        if let Some(kinds) = parameter["schema"]["type"].as_array().cloned() {
            let kind = kinds.into_iter().find(|k| k != "null");
            parameter["schema"]["type"] = kind.unwrap_or_default();
        }
    }
    let refer = |name: &&str| json!({ "$ref": format!("#/components/parameters/{name}") });
    parameters.extend(shared.iter().map(refer));
    operation["parameters"] = parameters.into();
    let mut statuses = problems::of(door, has_path);
    if NEGOTIATED.contains(&id.as_str()) {
        statuses.push(406);
    }
    for status in statuses {
        operation["responses"][status.to_string()] =
            json!({ "$ref": format!("#/components/responses/Problem{status}") });
    }
    imports::put(&id, operation);
    answer_headers(door, operation);
    if let Some(example) = examples.get(&id).filter(|_| !NEGOTIATED.contains(&id.as_str())) {
        examples::put(operation, example);
    }
}

/// Headers of the answers that are not problems.
fn answer_headers(door: Door, operation: &mut Value) {
    let text =
        |description: &str| json!({ "description": description, "schema": { "type": "string" } });
    let mut headers = json!({ "Request-Id": text("This request, for the carrier's log.") });
    headers["RateLimit-Policy"] = text("The credential's limit: `q` requests in `w` seconds.");
    headers["RateLimit"] =
        text("What is left of it (`r`), and the seconds until all of it is back.");
    if door == Door::Command {
        let note = "`true` if this answer was given before to the same key.";
        headers["Idempotency-Replayed"] = text(note);
    }
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for (_, response) in responses.iter_mut().filter(|(status, _)| status.starts_with('2')) {
        response["headers"] = headers.clone();
    }
}
