//! Whether the process lives, and whether it can do its work.

use crate::State;
use axum::extract::State as Shared;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

/// The process runs.
pub(crate) async fn livez() -> &'static str {
    "ok\n"
}

/// The store takes a durable write and reads it back.
pub(crate) async fn readyz(Shared(state): Shared<State>) -> Response {
    match state.app.store.check().await {
        Ok(()) => "ready\n".into_response(),
        Err(e) => {
            tracing::warn!(error = %e, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "the store does not take writes\n").into_response()
        }
    }
}
