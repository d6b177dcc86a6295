//! The registry of codes, for programs and for people.

use crate::problem::{retryable, status};
use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use domain::code::{Because, Code};
use http::StatusCode;
use serde_json::{Value, json};

fn problem(code: Code) -> Value {
    json!({
        "code": code.as_str(),
        "status": status(code).as_u16(),
        "title": code.title(),
        "remedy": code.remedy(),
        "retryable": retryable(code),
    })
}

fn fault(because: Because) -> Value {
    json!({ "code": because.as_str(), "title": because.title(), "remedy": because.remedy() })
}

/// Every code: `problems` with their status, and the `faults` that stand in their `errors`.
pub fn errors() -> Value {
    json!({
        "problems": Code::ALL.iter().copied().map(problem).collect::<Vec<_>>(),
        "faults": Because::ALL.iter().copied().map(fault).collect::<Vec<_>>(),
    })
}

pub(crate) async fn all() -> Json<Value> {
    Json(errors())
}

/// The page that a problem's `type` points to.
pub(crate) async fn one(Path(name): Path<String>) -> Response {
    let code = Code::ALL.iter().copied().find(|c| c.as_str() == name).map(problem);
    let because = || Because::ALL.iter().copied().find(|b| b.as_str() == name).map(fault);
    match code.or_else(because) {
        Some(found) => Json(found).into_response(),
        None => (StatusCode::NOT_FOUND, "no such code; see /errors\n").into_response(),
    }
}
