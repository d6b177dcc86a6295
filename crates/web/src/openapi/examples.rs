//! Recorded examples: for each operation a request that was really sent to a running server and
//! the answer that it gave. A test sends them all again and proves the file current.

use serde_json::{Map, Value, json};

const RECORDED: &str = include_str!("examples.json");

/// By operation id: `{ "request": …, "status": …, "response": … }`.
pub(super) fn recorded() -> Map<String, Value> {
    // A test proves that the file is what the recording made.
    serde_json::from_str(RECORDED).unwrap_or_default()
}

/// Puts an operation's recorded request and answer into their places.
pub(crate) fn put(operation: &mut Value, example: &Value) {
    let request = &example["request"];
    if let Some(content) = json_content(operation)
        && !request.is_null()
    {
        content["examples"] = json!({ "recorded": { "value": request } });
    }
    let status = example["status"].to_string();
    let response = &mut operation["responses"][&status];
    if response.is_object()
        && let Some(content) = response["content"].as_object_mut()
    {
        // Recorded as text it was no JSON, and the other way round.
        let is_json = !example["response"].is_string();
        let fits = |kind: &str| kind == "text/event-stream" || is_json == kind.ends_with("/json");
        for (_, media) in content.iter_mut().filter(|(kind, _)| fits(kind)) {
            media["examples"] = json!({ "recorded": { "value": example["response"] } });
        }
    }
}

fn json_content(operation: &mut Value) -> Option<&mut Value> {
    operation.get_mut("requestBody")?.get_mut("content")?.get_mut("application/json")
}
