//! The router: what the doors lead to, and what every request passes on its way.

use crate::dialects::{self, Families, Hop, Hosts, hop_of};
use crate::door::RequestId;
use crate::limits::{Class, Gate};
use crate::schema::Schemas;
use crate::{Options, State, asyncapi, docs, health, openapi, problem, registry, v1};
use app::App;
use axum::Router;
use axum::extract::{Request, State as Shared};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{any, get};
use domain::code::Code;
use domain::id::Id;
use domain::refusal::Refusal;
use futures::FutureExt;
use http::{HeaderName, HeaderValue};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// The whole server as one service. An error is a mistake in the program: a schema that does
/// not compile.
pub fn router(app: Arc<App>, options: Options) -> Result<Router, String> {
    let (schemas, document) = published()?;
    let gate = Arc::new(Gate::new(options.limits));
    let families = Families::published()?;
    let hosts = Hosts::of(&options.dialects);
    let state = State { app, schemas, document, families, hosts, options, gate };
    let dialects = dialects::routes();
    let (inner, hosts) = (dialects.clone().with_state(state.clone()), state.hosts.clone());
    let by_host = move |request| dialects::by_host(inner.clone(), hosts.clone(), request);
    Ok(routes()
        .merge(dialects)
        .route("/api/v1/{*rest}", any(by_host))
        .route("/{family}/openapi.json", get(docs::document_of_family))
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/openapi.json", get(docs::document))
        .route("/asyncapi.json", get(asyncapi::document))
        .route("/docs", get(docs::page))
        .route("/docs/scalar.js", get(docs::script))
        .route("/errors", get(registry::all))
        .route("/errors/{code}", get(registry::one))
        .fallback(unknown_route)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(from_fn_with_state(state.clone(), around))
        .with_state(state))
}

/// The paths of the interface: put together once in a process.
fn routes() -> Router<State> {
    static ROUTES: OnceLock<Router<State>> = OnceLock::new();
    ROUTES.get_or_init(|| v1::routes().split_for_parts().0).clone()
}

/// What is drawn from the types.
type Published = (Arc<Schemas>, Arc<str>);

/// The schemas of bodies and the document that has them: drawn once in a process.
fn published() -> Result<Published, String> {
    static PUBLISHED: OnceLock<Result<Published, String>> = OnceLock::new();
    let draw = || {
        let document = openapi();
        let schemas = Schemas::compile(&document)?;
        Ok((Arc::new(schemas), document.to_string().into()))
    };
    PUBLISHED.get_or_init(draw).clone()
}

pub(crate) async fn unknown_route(request: Request) -> Response {
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

/// What every request passes: an id, a place in the process, the log, and a net under panics.
async fn around(Shared(state): Shared<State>, mut request: Request, next: Next) -> Response {
    let id = state.fresh();
    let begun = Instant::now();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    request.extensions_mut().insert(RequestId(id));
    let hop = hop_of(&request, &state.hosts);
    let panicked = || {
        tracing::error!(request = %id, %method, path, "a handler panicked");
        drawn(&Refusal::new(Code::Internal, "the server failed"), id, &path, hop.as_ref())
    };
    let response = if HEALTH.contains(&path.as_str()) {
        caught(next.run(request), panicked).await
    } else {
        let passage = match state.gate.enter(Class::of(&request)) {
            Ok(passage) => passage,
            // Not logged: shedding is said in sum, by the gate.
            Err(refusal) => {
                return named(id, drawn(&refusal, id, &path, hop.as_ref()));
            }
        };
        request.extensions_mut().insert(passage.clone());
        passage.end(caught(next.run(request), panicked).await)
    };
    let response = named(id, response);
    let ms = begun.elapsed().as_secs_f64() * 1000.0;
    tracing::info!(request = %id, %method, path, status = response.status().as_u16(), ms, "answered");
    response
}

/// Answered whatever the load: they decide whether the process is left running.
const HEALTH: [&str; 2] = ["/livez", "/readyz"];

async fn caught(
    answer: impl Future<Output = Response>,
    panicked: impl FnOnce() -> Response,
) -> Response {
    AssertUnwindSafe(answer).catch_unwind().await.unwrap_or_else(|_| panicked())
}

/// A refusal of the outermost layer, in the manner of whom it is for.
fn drawn(refusal: &Refusal, id: Id, path: &str, hop: Option<&Hop>) -> Response {
    match hop {
        Some(hop) => dialects::refused(refusal, id, hop),
        None => problem::refused(refusal, id, path),
    }
}

fn named(id: Id, mut response: Response) -> Response {
    if let Ok(value) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert(HeaderName::from_static("request-id"), value);
    }
    response
}
