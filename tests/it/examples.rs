//! The examples in the OpenAPI document are exchanges with a running server. This records them
//! anew and proves the stored file current; `BLESS=1` writes it.

pub(crate) mod tour;

use crate::client::Reply;
use serde_json::{Map, Value, json};
use std::path::Path;

/// The operation that an exchange was with, by its path template.
pub(crate) fn operation_of(document: &Value, method: &str, path: &str) -> Option<String> {
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let paths = document["paths"].as_object()?;
    let fits = |template: &str| {
        let wanted: Vec<&str> = template.split('/').collect();
        let same = |(w, p): (&&str, &&str)| w.starts_with('{') || w == p;
        wanted.len() == parts.len() && wanted.iter().zip(&parts).all(same)
    };
    // A template without parameters wins over one with.
    let mut found: Vec<&String> = paths.keys().filter(|t| fits(t)).collect();
    found.sort_by_key(|t| t.matches('{').count());
    let item = &paths[found.first()?.as_str()][method.to_lowercase()];
    item["operationId"].as_str().map(str::to_owned)
}

/// The first lines of every long text: an example shows a form, not a whole file.
fn shorten(value: &mut Value) {
    const MOST: usize = 4000;
    const LINES: usize = 9;
    match value {
        Value::String(text) if text.len() > MOST && text.contains('\n') => {
            let lines: Vec<&str> = text.lines().take(LINES).collect();
            *text = format!("{}\n# …\n", lines.join("\n"));
        }
        Value::Array(items) => items.iter_mut().for_each(shorten),
        Value::Object(members) => members.values_mut().for_each(shorten),
        _ => {}
    }
}

/// The last successful exchange with each operation.
fn record(document: &Value, sent: &[Reply]) -> Map<String, Value> {
    let mut examples = Map::new();
    for reply in sent.iter().filter(|r| (200..300).contains(&r.status)) {
        let Some(operation) = operation_of(document, &reply.method, &reply.path) else { continue };
        let text = || Value::String(reply.text.clone());
        let response = if reply.body.is_null() { text() } else { reply.body.clone() };
        let mut example = json!({
            "request": reply.request, "status": reply.status, "response": response,
        });
        shorten(&mut example);
        examples.insert(operation, example);
    }
    examples
}

#[tokio::test]
async fn the_recorded_examples_are_current_and_cover_every_operation() {
    let document = web::openapi();
    let sent = tour::take().await;
    let examples = record(&document, &sent);
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let id = operation["operationId"].as_str().expect("an id");
            assert!(examples.contains_key(id), "the tour misses {id}: {method} {path}");
        }
    }
    let text = serde_json::to_string_pretty(&examples).expect("JSON") + "\n";
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/web/src/openapi/examples.json");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, text).expect("the examples are written");
        return;
    }
    let stored = std::fs::read_to_string(&file).expect("the examples");
    assert!(stored == text, "examples.json is not what the server answers: cargo xtask bless");
}
