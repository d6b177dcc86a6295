//! The published document: valid, whole, true, and served without asking anybody else.

use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Of the OpenAPI Initiative; see ORIGIN.md beside it.
pub(crate) const SCHEMA: &str = include_str!("../data/openapi-3.1/schema.json");

/// Every operation: path, method, operation.
pub(crate) fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = document["paths"].as_object().expect("paths").iter();
    let all = paths.flat_map(|(path, item)| {
        let operations = item.as_object().expect("operations").iter();
        operations.map(move |(method, o)| (path.as_str(), method.as_str(), o))
    });
    all.collect()
}

/// Calls `see` with every value in the document and its place.
pub(crate) fn walk(value: &Value, at: &str, see: &mut impl FnMut(&str, &Value)) {
    see(at, value);
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                walk(member, &format!("{at}/{name}"), see);
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                walk(item, &format!("{at}/{place}"), see);
            }
        }
        _ => {}
    }
}

/// A validator of one schema of the document.
pub(crate) fn validator(document: &Value, schema: &Value) -> jsonschema::Validator {
    let mut schema = schema.clone();
    schema["components"] = document["components"].clone();
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&schema).expect("the schema compiles")
}

#[track_caller]
pub(crate) fn fits(validator: &jsonschema::Validator, value: &Value, what: &str) {
    let faults: Vec<String> =
        validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(faults.is_empty(), "{what}: {faults:#?}");
}

#[test]
fn the_document_is_valid_openapi_3_1() {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let validator = jsonschema::options().build(&schema).expect("the schema compiles");
    let document = web::openapi();
    fits(&validator, &document, "the document");
    assert!(document["openapi"].as_str().expect("a version").starts_with("3.1."));
    let mut broken = document;
    broken["paths"]["/v1/me"]["get"]["responses"] = json!([]);
    assert!(!validator.is_valid(&broken), "the schema looks at what it should");
}

#[test]
fn every_schema_of_the_document_is_a_json_schema() {
    let document = web::openapi();
    for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
        assert!(jsonschema::meta::is_valid(schema), "{name}");
    }
}

#[test]
fn every_reference_resolves() {
    let count = references(&web::openapi());
    assert!(count > 500, "{count} references");
}

/// How many references the document has, each of which resolves.
#[track_caller]
pub(crate) fn references(document: &Value) -> usize {
    let mut count = 0;
    walk(document, "", &mut |at, value| {
        // Recorded examples are data.
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{at}: outside"));
            assert!(document.pointer(pointer).is_some(), "{at} refers to {reference}");
            count += 1;
        }
    });
    count
}

#[test]
fn nothing_in_the_components_is_left_over() {
    let document = web::openapi();
    let mut used = BTreeSet::new();
    walk(&document, "", &mut |_, value| {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            used.insert(reference.to_owned());
        }
    });
    // Statuses that the router itself answers, on any path.
    used.insert("#/components/responses/Problem405".to_owned());
    for kind in ["schemas", "responses", "parameters"] {
        for name in document["components"][kind].as_object().expect("components").keys() {
            assert!(used.contains(&format!("#/components/{kind}/{name}")), "{kind}: {name}");
        }
    }
}

#[test]
fn every_operation_says_what_it_does_who_may_and_what_it_answers() {
    let document = web::openapi();
    let tags = document["tags"].as_array().expect("tags").iter();
    let tags: BTreeSet<&str> = tags.filter_map(|t| t["name"].as_str()).collect();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let id = operation["operationId"].as_str().expect("an id");
        let what = format!("{id}: {method} {path}");
        assert!(ids.insert(id), "{what} is not the only one of its id");
        for text in ["summary", "description"] {
            let said = operation[text].as_str().unwrap_or_default();
            assert!(!said.trim().is_empty(), "{what} has no {text}");
            assert!(!said.contains("..") && !said.contains("TODO"), "{what}: {said}");
        }
        assert!(!operation["summary"].as_str().unwrap_or_default().ends_with('.'), "{what}");
        assert!(!operation["security"].as_array().expect("security").is_empty(), "{what}");
        let own: Vec<&str> =
            operation["tags"].as_array().expect("tags").iter().filter_map(Value::as_str).collect();
        assert!(own.len() == 1 && tags.contains(own[0]), "{what}: {own:?}");
        let responses = operation["responses"].as_object().expect("responses");
        assert_eq!(responses.keys().filter(|s| s.starts_with('2')).count(), 1, "{what}");
        let mut problems = vec!["400", "401", "403", "429", "500", "503"];
        let takes = |name: &str| operation["parameters"].to_string().contains(name);
        if path.contains('{') {
            problems.push("404");
        }
        if method != "get" {
            problems.extend(["413", "415", "422"]);
        }
        if takes("parameters/IdempotencyKey") || takes("parameters/IfMatch") {
            problems.push("409");
        }
        if takes("parameters/IfMatch") {
            problems.extend(["412", "428"]);
        }
        for status in problems {
            let reference = format!("#/components/responses/Problem{status}");
            assert_eq!(responses[status]["$ref"], *reference, "{what}: {status}");
        }
        for name in path.split('/').filter_map(|s| s.strip_prefix('{')) {
            let name = name.trim_end_matches('}');
            let listed = operation["parameters"].as_array().expect("parameters").iter();
            let found = listed.filter(|p| p["name"] == *name && p["in"] == "path").count();
            assert_eq!(found, 1, "{what}: {name}");
        }
        for parameter in operation["parameters"].as_array().expect("parameters") {
            let known = parameter.get("$ref").is_some()
                || parameter["description"].as_str().is_some_and(|d| !d.is_empty());
            assert!(known, "{what}: {parameter}");
        }
    }
}

#[test]
fn every_recorded_example_is_there_and_fits_its_schema() {
    let count = examples(&web::openapi());
    assert!(count > 100, "{count} examples");
}

/// How many recorded examples the document has: one at least of each body and answer, each of
/// the form that it stands for.
#[track_caller]
pub(crate) fn examples(document: &Value) -> usize {
    let mut count = 0;
    for (path, method, operation) in operations(document) {
        let what = format!("{method} {path}");
        let responses = operation["responses"].as_object().expect("responses").iter();
        let answers = responses.filter(|(status, _)| status.starts_with('2'));
        let answers = answers.map(|(_, response)| &response["content"]);
        let request = operation.get("requestBody").map(|body| &body["content"]);
        assert_eq!(request.is_some(), !matches!(method, "get" | "delete"), "{what}");
        for content in answers.chain(request) {
            for (kind, media) in content.as_object().expect("content") {
                let examples = media["examples"].as_object().into_iter().flatten();
                let schema = validator(document, &media["schema"]);
                let mut found = 0;
                for (name, example) in examples {
                    fits(&schema, &example["value"], &format!("{what}, {kind}, {name}"));
                    found += 1;
                }
                assert!(found > 0, "{what} has no example of {kind}");
                count += found;
            }
        }
    }
    count
}

#[test]
fn every_problem_example_fits_the_problem_schema_and_stands_under_its_status() {
    let document = web::openapi();
    let schema = validator(&document, &json!({ "$ref": "#/components/schemas/Problem" }));
    let mut seen = BTreeSet::new();
    for (name, response) in document["components"]["responses"].as_object().expect("responses") {
        let media = &response["content"]["application/problem+json"];
        for (code, example) in media["examples"].as_object().expect("examples") {
            fits(&schema, &example["value"], code);
            assert_eq!(example["value"]["code"], *code);
            assert_eq!(*name, format!("Problem{}", example["value"]["status"]));
            seen.insert(code.clone());
        }
    }
    let all: BTreeSet<String> =
        domain::code::Code::ALL.iter().map(|c| c.as_str().to_owned()).collect();
    assert_eq!(seen, all);
}

#[test]
fn every_request_member_has_a_bound_and_no_request_takes_unknown_members() {
    let bounded = bounded(&web::openapi(), true);
    assert!(bounded > 30, "{bounded} forms");
}

/// How many forms the requests of a document have, each member with a bound; whether they refuse
/// unknown members is as `strict` says.
#[track_caller]
pub(crate) fn bounded(document: &Value, strict: bool) -> usize {
    let mut names = BTreeSet::new();
    let mut next: Vec<String> = Vec::new();
    for (_, _, operation) in operations(document) {
        let mut found = Vec::new();
        walk(
            &operation["requestBody"]["content"]["application/json"]["schema"],
            "",
            &mut |_, v| {
                found.extend(v.get("$ref").and_then(Value::as_str).map(str::to_owned));
            },
        );
        next.extend(found);
    }
    while let Some(reference) = next.pop() {
        if names.insert(reference.clone()) {
            let schema = document.pointer(&reference[1..]).expect("it resolves");
            walk(schema, "", &mut |_, value| {
                next.extend(value.get("$ref").and_then(Value::as_str).map(str::to_owned));
            });
            if schema["type"] == "object" {
                let closed = schema["additionalProperties"] == false;
                assert_eq!(closed, strict, "{reference} and unknown members");
            }
            for (name, member) in schema["properties"].as_object().into_iter().flatten() {
                let has = |bound: &str| member.get(bound).is_some();
                let kind = &member["type"];
                let is = |word: &str| {
                    *kind == word || kind.as_array().is_some_and(|k| k.contains(&json!(word)))
                };
                if is("string") {
                    let bound = has("maxLength") || has("pattern") || has("enum") || has("format");
                    assert!(bound, "{reference}: the text {name} has no bound");
                }
                if is("array") {
                    assert!(has("maxItems"), "{reference}: the list {name} has no bound");
                }
                if is("integer") {
                    assert!(has("minimum") && has("maximum"), "{reference}: the number {name}");
                }
            }
        }
    }
    names.len()
}

#[tokio::test]
async fn what_is_served_is_the_document_and_a_page_that_asks_nobody_else() {
    let world = World::start().await;
    let anybody = world.client("");
    let served = anybody.get("/openapi.json").await;
    assert_eq!(served.header("content-type"), "application/json");
    assert!(served.text.len() < 1_000_000, "{} bytes", served.text.len());
    assert_eq!(served.expect(200), web::openapi());

    let page = anybody.get("/docs").await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.text.contains("/docs/scalar.js") && page.text.contains("/openapi.json"));
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'self'") && !policy.contains("http"), "{policy}");
    for outside in ["http://", "https://", "src=\"//", "@import", "cdn"] {
        assert!(!page.text.contains(outside), "the page names {outside}");
    }
    let script = anybody.get("/docs/scalar.js").await;
    assert_eq!((script.status, script.header("content-encoding")), (200, "gzip"));
    assert!(script.header("content-type").starts_with("text/javascript"));
}

#[tokio::test]
async fn the_registry_shows_every_code_and_each_has_its_page() {
    let world = World::start().await;
    let anybody = world.client("");
    let registry = anybody.get("/errors").await.expect(200);
    assert_eq!(registry, web::errors());
    for list in ["problems", "faults"] {
        for entry in registry[list].as_array().expect("codes") {
            let page = format!("/errors/{}", entry["code"].as_str().expect("a code"));
            assert_eq!(anybody.get(&page).await.expect(200), *entry);
            assert!(entry["remedy"].as_str().is_some_and(|r| r.len() > 5), "{entry}");
        }
    }
    assert_eq!(anybody.get("/errors/no_such_code").await.status, 404);
}
