//! The HTTP client that every outgoing request begins with: what it must never do by itself.

use reqwest::{Certificate, Client, ClientBuilder, redirect};
use std::error::Error;
use std::time::Duration;

/// A client that speaks HTTP/1.1, follows no redirect, repeats nothing, keeps no cookie and asks no
/// proxy, be it in the environment.
///
/// `roots` are certificates (DER) to trust beside the system's.
pub(crate) fn plain(roots: &[Vec<u8>]) -> Result<ClientBuilder, reqwest::Error> {
    crate::tls::provide();
    let roots = roots.iter().map(|der| Certificate::from_der(der));
    Ok(Client::builder()
        .user_agent(concat!("Demarc/", env!("CARGO_PKG_VERSION")))
        .tls_certs_merge(roots.collect::<Result<Vec<_>, _>>()?)
        .http1_only()
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        // Through a proxy every wall would stand in the wrong place.
        .no_proxy()
        .pool_idle_timeout(Duration::from_secs(20))
        .tcp_nodelay(true))
}

/// Why there is no client: what lies beneath, which says more.
pub(crate) fn why_none(error: &reqwest::Error) -> String {
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}
