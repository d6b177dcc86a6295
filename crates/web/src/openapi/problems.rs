//! The problems that operations may answer, from the registry of codes.

use super::Door;
use crate::problem::{passes, retryable, status};
use domain::code::Code;
use serde_json::{Map, Value, json};

/// The statuses that an operation with this door may answer besides its own.
pub(super) fn of(door: Door, has_path: bool) -> Vec<u16> {
    let mut statuses = vec![400, 401, 403, 429, 500, 503];
    if has_path {
        statuses.push(404);
    }
    if door != Door::Reading {
        statuses.extend([413, 415, 422]);
    }
    if matches!(door, Door::Command | Door::Edit | Door::Setting) {
        statuses.push(409);
        // What the body names may be missing, too.
        statuses.push(404);
    }
    if door == Door::Edit {
        statuses.extend([412, 428]);
    }
    statuses
}

/// One shared response for each status, with an example for each of its codes.
pub(super) fn responses() -> Value {
    let mut responses = Map::new();
    for code in Code::ALL.iter().copied() {
        let number = status(code).as_u16();
        let name = format!("Problem{number}");
        let reason = status(code).canonical_reason().unwrap_or("Problem");
        let response = responses.entry(name).or_insert_with(|| {
            json!({
                "description": reason,
                "content": { "application/problem+json": {
                    "schema": { "$ref": "#/components/schemas/Problem" },
                    "examples": {},
                } },
            })
        });
        if passes(code) {
            response["headers"]["Retry-After"] = json!({
                "description": "Seconds until the same request may be sent again.",
                "schema": { "type": "integer" },
            });
        }
        response["content"]["application/problem+json"]["examples"][code.as_str()] = json!({
            "summary": code.title(),
            "value": {
                "type": format!("/errors/{}", code.as_str()),
                "title": code.title(),
                "status": number,
                "detail": code.title(),
                "instance": "/v1/…",
                "code": code.as_str(),
                "request_id": "req000000000001AAA",
                "retryable": retryable(code),
                "errors": [],
            },
        });
    }
    responses.into()
}
