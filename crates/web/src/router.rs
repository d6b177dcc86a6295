//! The router: what the doors lead to, and what every request passes on its way.

use crate::door::RequestId;
use crate::schema::Schemas;
use crate::{Options, State, docs, health, openapi, problem, registry, v1};
use app::App;
use axum::Router;
use axum::extract::{Request, State as Shared};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::get;
use domain::code::Code;
use domain::refusal::Refusal;
use futures::FutureExt;
use http::{HeaderName, HeaderValue};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

/// The whole server as one service. An error is a mistake in the program: a schema that does
/// not compile.
pub fn router(app: Arc<App>, options: Options) -> Result<Router, String> {
    let document = openapi();
    let schemas = Schemas::compile(&document)?;
    let text: Arc<str> = document.to_string().into();
    let state = State { app, schemas: Arc::new(schemas), document: text, options };
    let (v1, _) = v1::routes().split_for_parts();
    Ok(v1
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/openapi.json", get(docs::document))
        .route("/docs", get(docs::page))
        .route("/docs/scalar.js", get(docs::script))
        .route("/errors", get(registry::all))
        .route("/errors/{code}", get(registry::one))
        .fallback(unknown_route)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(state.clone(), around))
        .with_state(state))
}

async fn unknown_route(request: Request) -> Response {
    let refusal = Refusal::new(Code::UnknownRoute, "there is no such path");
    refuse(&request, &refusal)
}

async fn method_not_allowed(request: Request) -> Response {
    let detail = format!("the path does not take {}", request.method());
    refuse(&request, &Refusal::new(Code::MethodNotAllowed, detail))
}

fn refuse(request: &Request, refusal: &Refusal) -> Response {
    let id = request.extensions().get::<RequestId>().map(|r| r.0);
    let zero = domain::id::Id::new(domain::id::Kind::Request, 0, 0);
    problem::refused(refusal, id.unwrap_or(zero), request.uri().path())
}

/// What every request passes: an id, the log, and a net under panics.
async fn around(Shared(state): Shared<State>, mut request: Request, next: Next) -> Response {
    let id = state.fresh();
    request.extensions_mut().insert(RequestId(id));
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let begun = Instant::now();
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let mut response = answered.unwrap_or_else(|_| {
        tracing::error!(request = %id, %method, path, "a handler panicked");
        let refusal = Refusal::new(Code::Internal, "the server failed");
        problem::refused(&refusal, id, &path)
    });
    let name = HeaderName::from_static("request-id");
    if let Ok(value) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert(name, value);
    }
    let ms = begun.elapsed().as_secs_f64() * 1000.0;
    tracing::info!(request = %id, %method, path, status = response.status().as_u16(), ms, "answered");
    response
}
