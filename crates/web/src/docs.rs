//! The reference: the OpenAPI document, and a page that shows it without asking anybody else.

use crate::State;
use crate::dialects::Family;
use crate::router::unknown_route;
use axum::extract::{Path, Request, State as Shared};
use axum::response::{Html, IntoResponse, Response};
use http::header;

const PAGE: &str = include_str!("../assets/docs.html");
const SCRIPT: &[u8] = include_bytes!("../assets/scalar-standalone.js.gz");

pub(crate) async fn document(Shared(state): Shared<State>) -> Response {
    let text = state.document.to_string();
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

pub(crate) async fn document_of_family(
    Shared(state): Shared<State>,
    Path(family): Path<String>,
    request: Request,
) -> Response {
    match family.parse::<Family>() {
        Ok(family) => {
            let text = state.families.document(family).to_string();
            ([(header::CONTENT_TYPE, "application/json")], text).into_response()
        }
        Err(_) => unknown_route(request).await,
    }
}

pub(crate) async fn page() -> Response {
    let policy = "default-src 'self' 'unsafe-inline' data: blob:";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(PAGE)).into_response()
}

pub(crate) async fn script() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript"),
        (header::CONTENT_ENCODING, "gzip"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
    ];
    (headers, SCRIPT).into_response()
}
