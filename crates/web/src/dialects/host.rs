//! A family by host name: where a carrier points names of its own at the server, `/api/v1/…` is
//! answered there by the family that the configuration gives the name to.

use super::{Dialects, Family, Hop};
use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use domain::code::Code;
use domain::refusal::Refusal;
use http::{Uri, header};
use std::collections::HashMap;
use std::sync::Arc;
use tower::ServiceExt;

/// The prefix that the published hosts have in common.
const PREFIX: &str = "/api/v1";

/// The families by host name in lower case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hosts(Arc<HashMap<String, Family>>);

impl Hosts {
    pub(crate) fn of(set: &Dialects) -> Self {
        let named = |(host, family): &(String, Family)| (host.to_lowercase(), *family);
        Self(Arc::new(set.hosts.iter().map(named).collect()))
    }

    fn family(&self, request: &Request) -> Option<Family> {
        if self.0.is_empty() {
            return None;
        }
        let header = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
        let host = request.uri().host().or(header)?;
        // A port is no part of the name; an address in brackets is not one.
        let name = host.split(':').next().unwrap_or_default().to_lowercase();
        self.0.get(name.trim_end_matches('.')).copied()
    }
}

/// The family that a request is for, by its path or its host.
fn family_of(request: &Request, hosts: &Hosts) -> Option<Family> {
    let path = request.uri().path();
    let under = |mount: &str| {
        path.strip_prefix(mount).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let by_path = Family::ALL.into_iter().find(|family| under(family.mount()));
    by_path.or_else(|| under(PREFIX).then(|| hosts.family(request)).flatten())
}

/// Answers what came by the common prefix as the family of the host would.
pub(crate) async fn by_host(families: Router, hosts: Hosts, mut request: Request) -> Response {
    let Some(family) = hosts.family(&request) else {
        let refusal = Refusal::new(Code::UnknownRoute, "there is no such path");
        let id = request.extensions().get::<crate::door::RequestId>().map(|r| r.0);
        let zero = domain::id::Id::new(domain::id::Kind::Request, 0, 0);
        return crate::problem::refused(&refusal, id.unwrap_or(zero), request.uri().path());
    };
    let uri = request.uri();
    let rest = uri.path().strip_prefix(PREFIX).unwrap_or_default();
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    match format!("{}{rest}{query}", family.mount()).parse::<Uri>() {
        Ok(uri) => *request.uri_mut() = uri,
        Err(e) => tracing::error!(error = %e, "a path could not be put under its mount"),
    }
    // A router answers everything.
    families.oneshot(request).await.unwrap_or_else(|never| match never {})
}

/// The hop of a request that was refused before it came to its family.
pub(crate) fn hop_of(request: &Request, hosts: &Hosts) -> Option<Hop> {
    family_of(request, hosts).map(|family| Hop::of(family, request.headers()))
}
